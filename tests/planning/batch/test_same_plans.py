"""What a batch finds is what the planner of single cases finds, whatever the case."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from asking import askable
from borrowers_by_family import FAMILIES, borrower, family
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import make_case
from random_cases import cases

from repayplan.cases.models import Case
from repayplan.compliance.registry import failures
from repayplan.compliance.replay import Payment, replay
from repayplan.errors import SolverError
from repayplan.planning.batch.asks import Ask, Batched, ask, counted
from repayplan.planning.batch.engine import batched
from repayplan.planning.batch.plan import plan_batch
from repayplan.planning.optimum import best_first, impossible
from repayplan.planning.plan import plan
from repayplan.solvers.chain import Chain
from repayplan.solvers.result import Solution

CLOSE = 1e-8
"""Values are the same to this, in units of the debt; gaps are measured against a twentieth of it at least."""

FEW_CENTS = 5
"""Two solvers leave so much open."""


def confirmed(each: Ask, together: Batched) -> None:
    """The ledger makes of the payments what the batch says, and every limit holds."""
    if together.payments is None:
        return
    days, loans = each.problem.days(), [loan.id for loan in each.case.loans]
    payments = [
        Payment(days[stage], loans[loan], int(together.payments[stage, loan]))
        for stage, loan in np.argwhere(together.payments).tolist()
    ]
    result = replay(each.case, each.terms, each.problem, payments, together.rules)
    assert failures(result) == []
    assert (result.debt == together.debt).all()
    assert (result.principal == together.principal).all()


def same(each: Ask, together: Batched) -> None:
    """Status, value and bound are those of the planner of single cases, and what it pays is in whole cents."""
    confirmed(each, together)
    try:
        found = best_first(each.problem, last=each.last)
    except SolverError:  # neither solved nor refuted: trees that grow too large
        return
    if not found:
        assert together.status in ("infeasible", "failed")
        assert together.status == "infeasible" or not impossible(each.problem, Chain())
        return
    assert together.status != "infeasible"
    if together.payments is None:  # whole cents stand in the way
        return
    scale, best = float(each.problem.scale[0]), found[0][1]
    assert together.status == best.status or together.rounded_alone or together.alone
    if np.isfinite(best.gap):
        assert together.value == pytest.approx(best.value, abs=CLOSE * scale)
        assert together.gap <= max(best.gap, 1e-6)
    assert together.bound >= best.value - CLOSE * scale


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(cases(), min_size=1, max_size=3))
def test_plans_of_a_batch_are_those_of_single_cases(monkeypatch: pytest.MonkeyPatch, made: list[Case]) -> None:
    monkeypatch.setattr("repayplan.planning.batch.engine.FEW", 0)
    asks = askable(made)
    for each, together in zip(asks, plan_batch(asks), strict=True):
        same(each, together)


TOGETHER = tuple(name for name in FAMILIES if name not in ("ranked", "counted"))
"""Families that are planned with others."""


@pytest.mark.parametrize("turn", [0, 1, *(pytest.param(n, marks=pytest.mark.long) for n in range(2, 60))])
def test_of_each_family_one_together_is_planned_as_it_is_alone(monkeypatch: pytest.MonkeyPatch, turn: int) -> None:
    monkeypatch.setattr("repayplan.planning.batch.engine.FEW", 0)
    numbers = [turn * len(FAMILIES) + n for n in range(len(FAMILIES))]
    asks = askable([borrower(number) for number in numbers if family(number) in TOGETHER])
    plans = plan_batch(asks)
    for each, together in zip(asks, plans, strict=True):
        same(each, together)
    assert sum(plan.planned for plan in plans) >= len(plans) / 3
    assert sum(plan.alone is not None for plan in plans) <= len(plans) / 4


def test_a_batch_says_how_each_case_was_planned() -> None:
    level = make_case(monthly=["12000.00"] * 12, months=12, shape="level")
    counted_ = make_case(monthly=["9000.00"] * 12, months=4, installments=3, settle="best")
    poor = make_case(monthly=["10.00"] * 12, months=12)
    found = plan_batch([ask(level), ask(counted_), ask(poor)])
    assert [plan.status for plan in found] == ["optimal", "optimal", "infeasible"]
    assert [plan.alone for plan in found] == [None, "whole numbers", None]
    assert found[2].payments is None
    assert math.isnan(found[2].value)
    told = counted(found)
    assert told.status == {"optimal": 2, "infeasible": 1}
    assert told.alone == {"whole numbers": 1}


SHORT: dict[str, dict[str, Any]] = {
    "twenty-one dates": {
        "months": 24,
        "minimum_installment": "5000.00",
        "loan": {"rate": "0%", "principal": "100250.00"},
        "opening": "5005.00",
        "monthly": ["5005.00"] * 30,
    },
    "between two amounts": {
        "months": 14,
        "minimum_installment": "8995.00",
        "maximum_installment": "9005.00",
        "loan": {"rate": "0%", "principal": "90060.00"},
        "opening": "20000.00",
        "monthly": ["12000.00"] * 16,
    },
}


@pytest.mark.parametrize("name", SHORT)
def test_a_token_may_come_last_on_any_date_where_nothing_else_can(name: str) -> None:
    """Level payments of 5,000 to 5,005 make 100,250 with what is left over at last: 20 × 5,005 and 150, less than the
    5,000 a payment is to be; nor can 90,060 be paid by 10 amounts of 8,995 to 9,005 and a last one of as much. Both are
    planned with a small last payment on the first date that can have it, as single cases are."""
    case = make_case(shape="level", **SHORT[name])
    (found,) = plan_batch([ask(case)])
    alone = plan(case)
    assert found.status == alone.status == "optimal"
    assert found.payments is not None
    assert int(found.payments.sum()) == sum(row.payment for row in alone.installments)
    same(ask(case), found)


BEST: dict[str, Any] = {
    "months": 12,
    "settle": "best",
    "minimum_installment": "500.00",
    "tolerance": "0.5%",
    "loan": {"rate": "5.5%", "principal": "50000.00", "collateral": "30000.00"},
}
AT_LAST = ["9000.00", *["8000.00"] * 9]
GAPS: dict[str, dict[str, Any]] = {
    "a gap": {"monthly": ["0.00", *["14000.00"] * 3, *["0.00"] * 4, *AT_LAST], "rating": "medium"},
    "no cash at first": {"monthly": [*["0.00"] * 3, *AT_LAST], "rating": "low"},
    "level": {"monthly": [*["0.00"] * 3, *AT_LAST], "rating": "low", "shape": "level"},
}


@pytest.mark.parametrize("name", GAPS)
def test_what_may_be_left_is_no_reason_to_end_where_cash_does(name: str) -> None:
    """What is left is worth nearly as much by recovery, so a plan that ends before a gap, or pays nothing, is worth
    enough; the earliest plan is one that goes on after it, as of single cases. Its cash is more than is owed."""
    case = make_case(**BEST | GAPS[name])
    (found,) = plan_batch([ask(case)])
    alone = plan(case)
    assert found.status == alone.status == "optimal"
    assert found.payments is not None
    assert found.debt is not None
    assert int(found.debt[-1].sum()) == 0
    assert int(found.payments.sum()) == pytest.approx(sum(row.payment for row in alone.installments), abs=100_00)


def test_no_case_is_no_plan() -> None:
    assert plan_batch([]) == []


def test_a_table_of_hazards_is_planned_beside_a_largest_burden() -> None:
    """Both are a burden of the first year, but only one has buckets: arrays of both are put side by side."""
    paid = {"monthly": ["30000.00"] * 12, "months": 12, "shape": "level"}
    made = [make_case(**paid, hazard="table", rating="medium"), make_case(**paid, max_burden="90%")]
    for case, together in zip(made, plan_batch([ask(case) for case in made]), strict=True):
        assert together.alone is None
        assert together.status == plan(case).status == "optimal"
        same(ask(case), together)


def test_a_plan_to_the_end_pays_last_on_the_last_date() -> None:
    case = make_case(monthly=["90000.00"] * 12, months=12, shape="level")
    soon, late = plan_batch([ask(case), ask(case, to_the_end=True)])
    assert soon.last is not None
    assert late.last is not None
    assert soon.last < late.last == max(n for n, pays in enumerate(ask(case).problem.pays[0]) if pays)


class Counting(Chain):
    """Solvers that are asked for what the batched one leaves."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def solve(self, *program: Any, **how: Any) -> Solution:
        self.asked += 1
        return super().solve(*program, **how)


def test_money_apart_needs_no_other_solver() -> None:
    """Between payments an account can neither give nor take, and from the end of a plan back nothing is owed: such
    boxes and rows without an inside differ from lane to lane, and interior points must not get lost in them."""
    apart = [
        make_case(
            monthly=[f"{5_000 + 700 * (n * number % 5)}.00" for n in range(30)],
            loan={"rate": "6%", "principal": f"{80_000 + 5_000 * number}.00", "collateral": "30000.00"},
            pledged={f"2027-{3 + number:02d}-10": "15000.00"},
            guaranteed={f"2027-{2 + number:02d}-01": "12000.00"},
            months=24,
            step="25%",
            balloon="20%",
            interest_every=3,
        )
        for number in range(4)
    ]
    chain = Counting()
    found = plan_batch([ask(case) for case in apart], batched(chain))
    assert chain.asked == 0
    for case, together in zip(apart, found, strict=True):
        assert together.value == pytest.approx(plan(case).proof.value * 100, rel=CLOSE)


def test_the_earliest_plan_is_that_of_all_dates() -> None:
    """Only the first dates are looked at while none is better; the single planner looks at all."""
    irregular = [f"{3_000 + 9_000 * (n % 3 == 1)}.00" for n in range(18)]
    limits = [{}, {"step": "25%"}, {"step": "40%", "balloon": "30%"}, {"step": "25%", "tolerance": "2%"}]
    made = [make_case(monthly=irregular, loan={"principal": "60000.00"}, months=18, **policy) for policy in limits]
    for case, together in zip(made, plan_batch([ask(case) for case in made]), strict=True):
        alone = plan(case)
        paid = {row.date: row.payment for row in alone.installments}
        assert together.payments is not None
        assert together.last == together.days.index(max(day for day, cents in paid.items() if cents))
        expected = np.array([paid.get(day, 0) for day in together.days])
        assert np.abs(expected - together.payments.sum(axis=1)).max() <= FEW_CENTS


@pytest.mark.parametrize("policy", [{}, {"step": "25%", "balloon": "30%"}, {"shape": "level"}, {"prefer": "smoothest"}])
def test_the_batched_solver_finds_the_same_value_for_one_plan(policy: dict[str, str]) -> None:
    case = make_case(monthly=["12000.00"] * 12, months=12, **policy)
    usual, batched = plan(case), plan(case, solver="batched")
    assert usual.status == batched.status == "optimal"
    assert batched.proof.solver == "batched"
    assert batched.proof.value == pytest.approx(usual.proof.value, rel=1e-8)
