"""Which mode a case runs in, and what goes wrong where a program may not stand in for the ledger."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from examples import EXAMPLES
from making import make_case, prepare
from months import months_problem

from repayplan.formulation.build import Formulation, _write, formulate, spread
from repayplan.formulation.frame import debt, principal
from repayplan.formulation.registry import limits
from repayplan.planning.optimum import optimize
from repayplan.problem.arrays import Problem
from repayplan.problem.claims import ClaimArrays
from repayplan.solvers.highs import Highs
from repayplan.solvers.result import Solution, Status
from repayplan.solvers.sparse import SparseProgram

ARREARS = {"interest": "1000.00", "fees": "50.00"}


@pytest.mark.parametrize(
    ("loan", "policy", "mode"),
    [
        ({}, {}, "A"),
        (ARREARS, {"arrears": "capitalize"}, "A"),
        ({"compound_rate": "7.20%"}, {"interest_every": 1}, "B"),
        # unpaid interest bears less than principal, nothing asks for a smaller debt
        ({**ARREARS, "compound_rate": "0%"}, {"settle": "best"}, "C"),
        (ARREARS, {"settle": "best"}, "C"),  # fees bear nothing
        ({**ARREARS, "compound_rate": "0%"}, {}, "D"),  # to be paid in full is to ask for a smaller debt
        ({"compound_rate": "0%"}, {"settle": "best", "interest_every": 3}, "D"),  # so is interest
        ({"compound_rate": "0%"}, {"settle": "best", "grace": {"months": 1}}, "C"),  # nothing paid says nothing of debt
        # rates fall in the order of settlement: unpaid interest bears the penalty rate, principal less
        ({**ARREARS, "compound_rate": "5.40%"}, {"settle": "best"}, "D"),
        # principal first, unpaid interest bears less
        ({"interest": "1000.00", "compound_rate": "0%"}, {"settle": "best", "order": "principal_first"}, "D"),
        ({"interest": "1000.00"}, {"order": "principal_first"}, "A"),  # at one rate the order does not matter
    ],
)
def test_the_mode_follows_from_rates_and_from_what_is_asked(
    loan: dict[str, str], policy: dict[str, Any], mode: str
) -> None:
    policy = {"arrears": "keep", "months": 6, **policy}
    problem = prepare(make_case(loan=loan, opening="5000.00", monthly=["9000.00"] * 6, **policy))[1]
    assert formulate(problem).mode == mode
    assert optimize(problem) is None or optimize(problem).formulation.mode == mode  # type: ignore[union-attr]


def test_a_best_effort_has_a_mode_of_its_own() -> None:
    loan = {"compound_rate": "0%"}
    problem = prepare(make_case(loan=loan, opening="9000.00", months=3, interest_every=1, arrears="keep"))[1]
    assert (problem.modes, problem.undemanding().modes) == (("B",), ("C",))


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if example.limit in limits()])
def test_a_family_declares_the_sign_its_rows_have(name: str) -> None:
    """No ≤ row of a family that says nothing of + has a positive coefficient on a debt; equalities have both signs."""
    family = limits()[EXAMPLES[name].limit]
    formulation = formulate(prepare(EXAMPLES[name].case())[1])
    loans = range(formulation.frame.problem.shape[2])
    debts = {debt(loan) for loan in loans} | {principal(loan) for loan in loans}
    wanted = [
        row.equal or (term.coefficient[row.active] > 0).any()
        for row in formulation.program.rows
        if row.name.split(".")[0] == family.name
        for term in row.terms
        if term.column in debts and term.coefficient[row.active].any()
    ]
    assert family.wants_less_debt or not any(wanted)


# design.md 2.1, because


def test_with_no_cash_at_all_nothing_owed_at_the_end_holds_where_debt_is_only_bounded() -> None:
    problem = prepare(make_case(loan={"compound_rate": "0%"}, months=3))[1]
    assert problem.modes == ("C",)
    bounded, wanted = _write(spread(problem))
    assert Highs().solve(bounded.valued(0)).status == Status.OPTIMAL  # the fiction: D_T = 0 without a payment
    assert wanted == ["maturity"]
    assert formulate(problem).mode == "D"
    assert optimize(problem) is None


def test_interest_compounding_at_the_penalty_rate_fails_the_condition() -> None:
    # penalty interest bears nothing, unpaid interest 6.525 %, principal 4.35 %: 6.525 is above what comes after it
    loan = {"penalty": "500.00", "interest": "1000.00", "rate": "4.35%", "compound_rate": "6.525%"}
    problem = prepare(make_case(loan=loan, arrears="keep", months=4, settle="best"))[1]
    assert not problem.debt.claims.rising.any()
    milder = prepare(make_case(loan={**loan, "compound_rate": "4.35%"}, arrears="keep", months=4, settle="best"))[1]
    assert milder.debt.claims.rising.all()


def waterfall(known: dict[str, Any], rate: float, on_arrears: float) -> Problem:
    """Principal and unpaid interest in equal months, payments settle interest first."""
    principal, unpaid, cash = known["P0"], known["U0"], known["cash"]
    problem = months_problem(principal + unpaid, rate, cash, discount=0.0)
    month = np.array([[1, 0, 0], [0, 1 + on_arrears, rate], [0, 0, 1]])
    claims = ClaimArrays(
        opening=np.array([[[0.0, 100.0 * unpaid, 100.0 * principal]]]),
        maps=np.broadcast_to(month, (1, len(cash), 1, 3, 3)).copy(),
        principal=np.array([2]),
    )
    apart = np.array([[False]])
    owed = np.array([[100 * principal]])
    return replace(
        problem, modes=("D",), debt=replace(problem.debt, claims=claims, linear=apart, uniform=apart, principal=owed)
    )


def least_paid(formulation: Formulation, *, relaxed: bool) -> tuple[Solution, float, float]:
    """The least that settles everything, in currency units, and what the same payments leave under the law."""
    return paid(formulation, formulation.valued(0), 1.0, relaxed=relaxed)


def most_paid(formulation: Formulation, known: dict[str, Any], *, relaxed: bool) -> tuple[Solution, float, float]:
    """The most a lender can get where no month pays more than it brings and all is settled; see :func:`least_paid`."""
    program, scale = formulation.valued(0), float(formulation.frame.problem.scale[0])
    upper = program.upper.copy()
    for stage, cash in enumerate(known["cash"]):
        place = formulation.layout.index("payment.0", stage)
        upper[place] = min(upper[place], 100 * cash / scale)
    return paid(formulation, replace(program, upper=upper), -1.0, relaxed=relaxed)


def paid(
    formulation: Formulation, program: SparseProgram, sign: float, *, relaxed: bool
) -> tuple[Solution, float, float]:
    """All payments where their sum times ``sign`` is least."""
    labels = formulation.layout.column_labels
    cost = np.array([sign * float(label.name == "payment.0") for label in labels])
    solution = Highs().solve(replace(program.relaxed if relaxed else program, cost=cost))
    problem = formulation.frame.problem
    left = problem.debt.claims.course(formulation.payments(0, solution.columns))[-1].sum()
    return solution, sign * solution.objective * float(problem.scale[0]) / 100, float(left) / 100


@pytest.mark.skipif("REPAYPLAN_DATA" not in os.environ, reason="REPAYPLAN_DATA names no data folder")
def test_the_legal_optimum_comes_out_and_not_the_fiction_of_a_linear_program() -> None:
    """A borrower who may choose what a payment settles pays the least: principal first, and leaves interest unpaid.

    The published legal optimum is 1,098.891005 where unpaid interest bears nothing, 1,099.26648 at one rate for all.
    """
    path = Path(os.environ["REPAYPLAN_DATA"]) / "oracles" / "regulation.json"
    known = find(json.loads(path.read_text(encoding="utf-8")), "waterfall_lp_vs_legal")
    formulation = formulate(waterfall(known, known["rP"], 0.0))
    legal, least, left = least_paid(formulation, relaxed=False)
    assert legal.status == Status.OPTIMAL
    assert least == pytest.approx(known["rU0_borrower_LP_MILP"][1], abs=2e-6)
    assert left == pytest.approx(0.0, abs=1e-6)
    _, fiction, still_owed = least_paid(formulation, relaxed=True)
    assert known["rU0_borrower_LP_MILP"][0] < fiction < least - 1  # some of the order holds in the relaxed rows too
    assert still_owed > 1
    at_one_rate = formulate(waterfall(known, known["rP"], known["rP"]))
    assert least_paid(at_one_rate, relaxed=False)[1] == pytest.approx(known["rU_eq_rP_borrower"], abs=1e-5)


@pytest.mark.skipif("REPAYPLAN_DATA" not in os.environ, reason="REPAYPLAN_DATA names no data folder")
def test_what_a_lender_can_get_at_most_is_what_the_law_leaves_him() -> None:
    """Paid as late as the months allow. Where unpaid interest bears nothing 1,111.178862; where it bears the penalty
    rate, more than principal, 1,095.86462, and a linear program alone promises more."""
    path = Path(os.environ["REPAYPLAN_DATA"]) / "oracles" / "regulation.json"
    known = find(json.loads(path.read_text(encoding="utf-8")), "waterfall_lp_vs_legal")
    free = formulate(waterfall(known, known["rP"], 0.0))
    assert most_paid(free, known, relaxed=False)[1] == pytest.approx(known["rU0_lender"][1], abs=2e-6)
    dear = formulate(waterfall(known, 0.0435 / 12, 0.06525 / 12))
    legal, most, left = most_paid(dear, known, relaxed=False)
    promised, legal_most = known["rU_gt_rP(rP=.0435/12,rU=.06525/12)_lender_LP_MILP"]
    assert legal.status == Status.OPTIMAL
    assert most == pytest.approx(legal_most, abs=2e-6)
    assert left == pytest.approx(0.0, abs=1e-6)
    fiction = most_paid(dear, known, relaxed=True)[1]
    assert most < fiction <= promised + 1e-6


def find(tree: Any, name: str) -> Any:
    """The first value of a name in nested tables."""
    if isinstance(tree, dict):
        if name in tree:
            return tree[name]
        found = (find(value, name) for value in tree.values())
        return next((value for value in found if value is not None), None)
    return None
