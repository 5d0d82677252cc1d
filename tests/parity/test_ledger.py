"""The linear program's debt and value against the ledger's, on random cases of every mode.

What is compared. Random payments go through the ledger (whole cents, exact fractions, nothing shared with the
formulation) and into the linear program, with its payment columns fixed to them and its limits taken away, so that
only the rows of debt and recovery are left. Then, stage by stage and loan by loan, the program's debt may
differ from the ledger's by ``debt_bound`` (half a cent per accrual line, compounded), and the program's objective from
the value of the replay by what such a difference is worth in a default. A sample of whole plans is compared the same
way, value against value, which includes what rounding costs.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from making import make_case, prepare
from numpy.typing import NDArray

from repayplan.cases.models import Case
from repayplan.compliance.replay import Payment, Replay, ledgers, replay
from repayplan.compliance.worth import expected_recovery
from repayplan.formulation.build import formulate
from repayplan.formulation.claims import BEFORE, SETTLED
from repayplan.planning.optimum import optimize
from repayplan.planning.plan import plan
from repayplan.planning.value import debt_bound, linear_debt
from repayplan.problem.terms import payment_dates, resolve
from repayplan.solvers.highs import FEASIBILITY, Highs
from repayplan.solvers.result import Status

RANDOM_CASES = 1_000
CHUNKS = 4
FEWER_CASES = 200
FULL_PLANS = 100

Random = np.random.Generator


@pytest.mark.parametrize(("mode", "chunk"), [*product("ABCD", range(CHUNKS))])
def test_debt_and_value_of_the_program_are_the_ledgers(mode: str, chunk: int) -> None:
    random = np.random.default_rng([ord(mode), chunk])
    engine = Highs()
    for number in range((RANDOM_CASES if mode in "AB" else FEWER_CASES) // CHUNKS):
        case = random_case(random, mode, settle="best")
        replayed = random_payments(case, random, kept=0.0 if mode in "AB" else 1e-4)
        assert replayed.problem.modes == (mode,)
        debt, value = program_says(engine, replayed)
        difference = np.abs(debt - replayed.debt)
        assert (difference <= debt_bound(replayed.problem)).all(), f"{mode} {chunk} {number}: {difference.max()}"
        unrounded = linear_debt(replayed.problem, replayed.paid.astype(float))
        solved_to = 0.05 + 5 * FEASIBILITY * float(
            replayed.problem.scale[0]
        )  # what a solver takes for nothing, added up
        if mode == "B":  # payments in cents leave parts of a cent of interest, which the map takes for principal
            assert (np.abs(debt - unrounded) <= debt_bound(replayed.problem)).all()
        else:
            assert debt == pytest.approx(unrounded, rel=1e-9, abs=1e-2 if mode == "A" else solved_to)
        problem = replayed.problem
        said = expected_recovery(problem, replayed.paid, replayed.debt, problem.value.planning[0])
        assert abs(value - said) <= worth_of_the_bound(replayed), f"{mode} {chunk} {number}"


@pytest.mark.parametrize("mode", "ABCD")
def test_the_value_of_whole_plans_is_the_ledgers(mode: str) -> None:
    compare_plans(np.random.default_rng([ord(mode), 99]), mode, FULL_PLANS if mode in "AB" else FULL_PLANS // 5)


@pytest.mark.long
@pytest.mark.parametrize(("mode", "chunk"), [*product("AB", range(CHUNKS))])
def test_the_value_of_a_thousand_whole_plans_is_the_ledgers(mode: str, chunk: int) -> None:
    compare_plans(np.random.default_rng([ord(mode), 100 + chunk]), mode, RANDOM_CASES // CHUNKS)


def compare_plans(random: Random, mode: str, count: int) -> None:
    """Plans in cents lose no more than what a cent a payment is worth, and what the linear map may be wrong by."""
    for number in range(count):
        case = random_case(random, mode, settle="best")
        made = plan(case)
        problem = prepare(case)[1]
        optimum = optimize(problem)
        assert optimum is not None
        assert (made.status, made.proof.mode) == ("optimal", mode), f"{mode} {number}: {made.status}"
        assert made.proof.ledger_difference <= np.ceil(debt_bound(problem).max())
        cents = 2.0 * problem.shape[2] * problem.pays.sum()
        assert abs(made.proof.rounding_cost) <= cents + debt_bound(problem)[-1].sum() + 1e-7 * problem.scale[0]


def random_case(random: Random, mode: str, **policy: object) -> Case:
    """Loans, calendars and hazards of every kind; cash enough for interest on every date."""
    loans = [random_loan(random, mode) for _ in range(int(random.integers(1, 3)))]
    owed = sum(float(loan["principal"]) for loan in loans)
    if mode == "A":
        policy |= {
            "arrears": str(random.choice(["capitalize", "keep"])),
            "payment_every": int(random.choice([1, 1, 2, 3])),
        }
    elif mode == "B":
        policy |= {"arrears": "keep", "interest_every": 1, "payment_every": int(random.choice([1, 1, 2, 3]))}
    elif mode == "C":
        policy |= {"arrears": "keep", "payment_every": int(random.choice([1, 1, 2, 3]))}
    else:
        first = bool(random.choice([True, False]))
        policy |= {"order": "principal_first"} if first else {"interest_every": int(random.choice([3, 6]))}
        policy |= {"arrears": "keep", "months": int(random.integers(7, 13))}
    return make_case(
        loans=loans,
        opening=f"{owed * random.uniform(0.1, 1.5):.2f}",
        monthly=[f"{owed * random.uniform(0.01, 0.1):.2f}" for _ in range(18)],
        **{"months": int(random.integers(4, 19)), **policy},
        payment_day=int(random.choice([1, 15, 20, 30, 31])),
        discount_rate=f"{random.uniform(0, 10):.2f}%",
        hazard=f"{random.choice([0.0, random.uniform(0, 3)]):.3f}%",
        recovery=f"{random.uniform(0, 70):.1f}%",
    )


def random_loan(random: Random, mode: str) -> dict[str, str]:
    """In mode A every part of the debt bears one rate; capitalized arrears are of every class."""
    principal = 10 ** random.uniform(4, 8)
    rate = f"{random.uniform(0, 15):.3f}%"
    loan = {
        "principal": f"{principal:.2f}",
        "overdue_principal": f"{principal * random.uniform(0, 0.3):.2f}",
        "interest": f"{principal * random.uniform(0, 0.05):.2f}",
        "compound_interest": f"{principal * random.uniform(0, 0.01):.2f}",
        "rate": rate,
        "day_count": str(random.choice(["ACT/360", "ACT/365F", "ACT/ACT", "30/360", "30E/360"])),
        "collateral": f"{principal * random.uniform(0, 0.8):.2f}",
    }
    if mode == "B":
        loan |= {"compound_rate": f"{random.uniform(0, 25):.3f}%", "fees": f"{principal * random.uniform(0, 0.01):.2f}"}
    if mode == "C":
        loan |= {"compound_rate": f"{float(rate[:-1]) * random.uniform(0, 0.99):.4f}%", "fees": "7.00"}
    if mode == "D":  # rates that fall in the order of settlement, by some order or the other
        loan |= {"compound_rate": f"{random.uniform(16, 25):.3f}%"}
    return loan


def random_payments(case: Case, random: Random, kept: float) -> Replay:
    """Payments that leave a share of the opening debt at least; interest is paid up where it is due.

    Rows that tell classes apart know no claim below zero, as a debt settled in whole cents is by parts of a cent.
    """
    terms, problem = prepare(case)
    books = ledgers(case, terms)
    current = dict(zip(problem.days(), problem.debt.current[0], strict=True))
    payments = []
    for date in payment_dates(case, terms):
        for ledger in books:
            ledger.advance(date)
            due = ledger.debt - ledger.principal if current[date] else 0
            share = random.choice([0.0, 1.0, random.random(), random.random() ** 4], p=[0.3, 0.05, 0.3, 0.35])
            cents = due + int(max(ledger.debt - due - kept * ledger.opening.total, 0) * share)
            ledger.pay(date, cents)
            payments.append(Payment(date, ledger.loan, cents))
    return replay(case, terms, problem, payments)


def program_says(engine: Highs, replayed: Replay) -> tuple[NDArray[np.float64], float]:
    """(T, L) debt and the value in cents of the linear program whose payments are those of the replay."""
    cash = replayed.problem.cash  # plenty of it: no more is ever settled than there is cash for
    rich = replace(cash, trough=cash.trough + 10 * replayed.opening_debt)
    formulation = formulate(replace(replayed.problem, cash=rich))
    layout, scale = formulation.layout, float(replayed.problem.scale[0])
    sparse = formulation.valued(0)
    core = np.array(
        [label.name.split(".")[0] in ("debt", "claim", SETTLED, BEFORE, "recovery") for label in layout.row_labels]
    )
    lower, upper = sparse.lower.copy(), sparse.upper.copy()
    for column, label in enumerate(layout.column_labels):
        family, _, loan = label.name.partition(".")
        if family == "payment":
            lower[column] = upper[column] = replayed.paid[label.stage, int(loan)] / scale
        if family in ("debt", "secured", "unsecured"):  # the last cents of a rounded debt may be less than nothing
            lower[column] -= 1e-5
        if family == "debt":
            upper[column] += 1e-5
    freed = replace(
        sparse,
        lower=lower,
        upper=upper,
        row_lower=np.where(core, sparse.row_lower, -np.inf),
        row_upper=np.where(core, sparse.row_upper, np.inf),
    )
    solution = engine.solve(freed)
    assert solution.status == Status.OPTIMAL, solution.message
    debts = [layout.by_stage(f"debt.{loan}", solution.columns) for loan in range(replayed.problem.shape[2])]
    return np.stack(debts, axis=1) * scale, -solution.objective * scale


def worth_of_the_bound(replayed: Replay) -> float:
    """What a difference of the claims within the bound may be worth when the borrower defaults, in cents."""
    value, bound = replayed.problem.value, debt_bound(replayed.problem).sum(axis=1)
    alive, worth = 1.0, 0.0
    for stage in replayed.pay_stages:
        worth += (alive - value.survival[0, stage]) * bound[stage]
        alive = value.survival[0, stage]
    return float(worth + alive * bound[-1] + 1e-8 * replayed.problem.scale[0])


def test_the_random_cases_are_of_every_kind() -> None:
    random = np.random.default_rng(1)
    cases = [random_case(random, mode) for mode in "ABCD" for _ in range(50)]
    terms = [resolve(case) for case in cases]
    assert {len(case.loans) for case in cases} == {1, 2}
    assert {term.payment_every for term in terms} == {1, 2, 3}
    assert {bool(term.hazard) for term in terms} == {True, False}
    assert {term.arrears for term in terms} == {"capitalize", "keep"}
