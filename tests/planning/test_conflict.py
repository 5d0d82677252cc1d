"""Limits that contradict each other: found, irreducible, and said with their months."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from making import make_case, prepare

from repayplan.cases.models import Case
from repayplan.formulation.build import formulate
from repayplan.formulation.registry import limits
from repayplan.planning.conflict import Member, by_family, conflict, irreducible
from repayplan.planning.plan import plan
from repayplan.planning.result import Plan
from repayplan.solvers.highs import Highs


def found(case: Case) -> dict[str, list[str]]:
    problem = prepare(case)[1]
    members = conflict(problem)
    assert members is not None
    days = problem.days()
    return {family: [f"{days[stage]}" for stage in stages] for family, stages in by_family(members)}


def test_cash_below_the_debt_contradicts_its_settlement() -> None:
    # 3 x 30,000 of cash by 28 February is less than 100,000: the floor on the last day and the settlement say no
    case = make_case(monthly=["30000.00"] * 3, months=4)
    assert found(case) == {"floors": ["2027-03-20"], "maturity": ["2027-03-31"]}


def test_every_month_of_a_limit_that_is_needed_is_named() -> None:
    # four installments of at most 20,000 do not repay 100,000; any three of the caps alone would let the fourth do it
    case = make_case(opening="500000.00", months=4, maximum_installment="20000.00")
    dates = ["2026-12-20", "2027-01-20", "2027-02-20", "2027-03-20"]
    assert found(case) == {"maximum": dates, "maturity": ["2027-03-31"]}


def test_a_case_that_can_be_planned_has_no_conflict() -> None:
    assert conflict(prepare(make_case(opening="500000.00", months=4))[1]) is None


def test_the_plan_of_an_impossible_case_says_it() -> None:
    made = plan(make_case(monthly=["30000.00"] * 3, months=4))
    said = [(line.clause, str(line.sentence)) for line in made.findings if line.rule == "conflict"]
    assert said == [
        (
            "",
            "These limits cannot all be kept; without any one of them the others here could. "
            "Other limits of the case may still stand in the way:",
        ),
        ("floors", "Up to 2027-03-20 no more can be paid: cash would fall below 0.00"),
        ("maturity", "By 2027-03-20 the whole debt must be settled"),
    ]


def kept_alone(case: Case, members: set[Member]) -> bool:
    """Whether payments keep these limits and no others, for some last date; asked without elastic rows."""
    engine = Highs()
    for bucket in prepare(case)[1].buckets():
        formulation = formulate(bucket)
        columns = formulation.layout.program.columns
        names = {*limits(), "level"}
        gone = np.array(
            [
                label.name not in columns
                and label.name.split(".")[0] in names
                and Member(label.name.split(".")[0], label.stage) not in members
                for label in formulation.layout.row_labels
            ]
        )
        for lane in range(formulation.frame.lanes):
            program = formulation.valued(lane)
            lower = np.where(gone, -np.inf, program.row_lower)
            upper = np.where(gone, np.inf, program.row_upper)
            if engine.solve(replace(program, row_lower=lower, row_upper=upper)).solved:
                return True
    return False


POLICIES: dict[str, Any] = {
    "step": st.sampled_from(["off", "10%", "40%"]),
    "balloon": st.sampled_from(["off", "20%"]),
    "cover": st.sampled_from(["off", {"minimum": "1.50", "window": "period", "carry": "50%"}]),
    "minimum_installment": st.sampled_from(["off", "9000.00"]),
    "maximum_installment": st.sampled_from(["off", "12000.00", "30000.00"]),
    "grace": st.sampled_from(["off", {"months": 3}]),
    "interest_every": st.sampled_from(["off", 3]),
    "cumulative": st.sampled_from(["off", "90%"]),
    "shape": st.sampled_from(["free", "level"]),
}


@settings(max_examples=40)
@given(
    months=st.integers(4, 9),
    receipts=st.lists(st.integers(0, 30), min_size=3, max_size=9),
    policy=st.fixed_dictionaries(POLICIES),
)
def test_a_conflict_goes_when_any_member_goes(months: int, receipts: list[int], policy: dict[str, Any]) -> None:
    case = make_case(monthly=[f"{1_000 * amount}.00" for amount in receipts], months=months, **policy)
    members = conflict(prepare(case)[1])
    assume(members is not None)
    assert members is not None
    whole = set(members)
    assert not kept_alone(case, whole)
    for member in members:
        assert kept_alone(case, whole - {member}), f"{member} is not needed"


@pytest.mark.parametrize("shape", ["free", "level"])
def test_without_any_cash_two_limits_are_enough_to_say_no(shape: str) -> None:
    # no cash at all: one floor and the settlement are enough, whatever else is asked
    case = make_case(monthly=["0.00"], months=12, shape=shape, step="10%", balloon="20%", interest_every=3)
    assert set(found(case)) == {"floors", "maturity"}


def said(made: Plan) -> list[tuple[str, str]]:
    return [(line.clause, str(line.sentence)) for line in made.findings if line.rule == "conflict"]


RELAXED = ("", "These limits cannot all be kept; other limits of the case may stand in the way as well:")


def test_a_number_of_installments_is_found_in_the_way_with_its_whole_numbers() -> None:
    # three installments of 20,000 are 60,000 of 100,000; without whole numbers five halves of an installment would do
    case = make_case(loan={"rate": "0%"}, opening="100000.00", months=6, installments=3, maximum_installment="20000.00")
    made = plan(case)
    assert made.status == "infeasible"
    assert said(made) == [
        RELAXED,
        ("installments", "There must be 3 installments"),
        ("maximum", "On 2026-12-20 – 2027-05-20 no more than 20,000.00 may be paid"),
        ("maturity", "By 2027-05-20 the whole debt must be settled"),
    ]


def test_too_many_installments_of_a_least_amount_say_so_and_no_word_of_grace() -> None:
    # six of at least 20,000 are 120,000, and only 100,000 is owed
    terms = {"months": 6, "installments": 6, "minimum_installment": "20000.00"}
    made = plan(make_case(loan={"rate": "0%"}, opening="100000.00", **terms))
    assert said(made) == [RELAXED, ("installments", "There must be 6 installments, of 20,000.00 or more each")]


def test_a_search_that_is_too_large_lists_every_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("repayplan.planning.conflict.MOST_WHOLE", 0)
    case = make_case(loan={"rate": "0%"}, opening="100000.00", months=6, installments=3, maximum_installment="20000.00")
    heading, *listed = said(plan(case))
    assert heading[1].startswith("No plan keeps all of these limits; that fewer of them")
    assert {"floors", "installments", "maturity", "maximum"} <= {family for family, _ in listed}


def test_arrears_that_cash_cannot_clear_are_a_conflict_where_classes_are_told_apart() -> None:
    # 40,000 is overdue on 20 December, 20,000 of cash is there until the day in January after which it counts as worse
    loan = {
        "principal": "60000.00",
        "overdue_principal": "40000.00",
        "interest": "1000.00",
        "penalty": "500.00",
        "contract": {"start": "2025-01-10", "maturity": "2027-11-20", "overdue_since": "2026-10-20"},
    }
    cleared = {"by": "substandard", "left": "0.00"}
    case = make_case(loan=loan, opening="20000.00", monthly=["12000.00"] * 12, months=12, arrears_cleared=cleared)
    assert found(case).keys() == {"arrears", "floors"}
    assert not irreducible(prepare(case)[1])


def test_limits_that_are_no_reason_are_not_named() -> None:
    # four installments of at most 20,000 are not 100,000, whatever the cash: that 10,000 is there on the first date is
    # no part of it. What matters of the floors is the first day on which cash is short, not those long after it.
    capped = make_case(opening="10000.00", monthly=["60000.00"] * 4, months=4, maximum_installment="20000.00")
    dates = ["2026-12-20", "2027-01-20", "2027-02-20", "2027-03-20"]
    assert found(capped) == {"maximum": dates, "maturity": ["2027-03-31"]}
    fixed = [{"date": "2026-12-20", "amount": "50000.00"}]
    short = make_case(opening="10000.00", monthly=["2000.00"] * 12, months=12, settle="best", fixed_payments=fixed)
    assert found(short) == {"fixed": ["2026-12-20"], "floors": ["2026-12-20"]}
