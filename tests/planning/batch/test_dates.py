"""Dates of the last payment that are left out are worth no more than what is found, and so are the plans."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from asking import company
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case
from random_cases import cases

from repayplan.cases.models import Case
from repayplan.formulation.build import formulate_together
from repayplan.formulation.frame import AloneError
from repayplan.planning.batch.asks import Ask, ask
from repayplan.planning.batch.dates import best_dates
from repayplan.planning.batch.engine import batched, one_by_one
from repayplan.planning.batch.items import Item, Together, items, together
from repayplan.planning.batch.plan import plan_batch
from repayplan.planning.batch.stages import Answer, Beaten, Found, Unanswered, both_stages
from repayplan.problem.stacking import stack, taken
from repayplan.solvers.chain import Chain
from repayplan.solvers.result import Solution
from repayplan.solvers.sparse import Layout

CLOSE = 2e-8
"""In units of the debt, for values and bounds of two solvers."""


def many(asks: list[Ask]) -> list[Item]:
    """The items of which most dates are left out."""
    return [item for number, each in enumerate(asks) for item in items(each, number) if item.by_dates]


def relaxed(item: Item) -> None:
    """From any date on, and between any two, no plan of a date is worth more than that of the lane for all of them."""
    dates = item.lasts
    spans = [(date, dates[-1]) for date in dates] + [(first, second) for first, second in pairwise(dates)]
    spans += [(date, date) for date in dates]
    last, until = (np.array(ends) for ends in zip(*spans, strict=True))
    problem = taken(stack([item.problem]), np.zeros(len(spans), dtype=np.int64))
    try:
        solved = one_by_one(Chain())(formulate_together(problem, last, until).layout)
    except AloneError:
        return
    values = {each: -found.objective for each, found in zip(dates, solved[-len(dates) :], strict=True) if found.solved}
    for (begin, end), found in zip(spans, solved, strict=True):
        inside = [value for date, value in values.items() if begin <= date <= end]
        assert -found.bound >= max(inside, default=-np.inf) - CLOSE


policies: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "months": st.sampled_from([6, 9, 12]),
        "shape": st.just("free"),
        "cover": st.sampled_from(["off", {"minimum": "1.20", "carry": "100%"}, {"minimum": "1.5", "carry": "50%"}]),
        "step": st.sampled_from(["off", "25%", "60%"]),
        "balloon": st.sampled_from(["off", "40%", "20%"]),
        "interest_every": st.sampled_from(["off", 3]),
        "delay": st.sampled_from(["forbid", "allow"]),
        "discount_rate": st.sampled_from(["0%", "6%", "15%"]),
    },
    optional={
        "minimum_installment": st.sampled_from(["500.00", "2000.00"]),
        "maximum_installment": st.sampled_from(["9000.00", "20000.00"]),
        "grace": st.sampled_from([{"months": 2}, {"months": 3, "interest_only": True}]),
        "cumulative": st.sampled_from(["30%", "70%"]),
        "hazard": st.sampled_from(["1%", "3%"]),
        "max_burden": st.sampled_from(["60%", "90%"]),
    },
)

income = st.lists(st.integers(3_000, 60_000).map(lambda amount: f"{amount}.00"), min_size=12, max_size=12)


def owing(policy: dict[str, Any], monthly: list[str], rates: list[str]) -> Case:
    return make_case(
        monthly=monthly, loans=[{"rate": rate, "principal": f"{90_000 // len(rates)}.00"} for rate in rates], **policy
    )


rates = st.lists(st.sampled_from(["0%", "5.5%", "11%"]), min_size=1, max_size=2)


@settings(deadline=None, max_examples=15)
@given(policies, income, rates)
def test_no_date_is_worth_more_than_the_lane_for_all_of_them(
    policy: dict[str, Any], monthly: list[str], rates: list[str]
) -> None:
    for item in many(company([owing(policy, monthly, rates)])):
        relaxed(item)


@settings(deadline=None, max_examples=25)
@given(cases())
def test_it_is_so_whatever_the_case(case: Case) -> None:
    for item in many(company([case])):
        relaxed(item)


def over_all(item: Item, found: Answer) -> None:
    """What is found over some dates is what is found over all, and the plan is as early."""
    engine = batched(Chain())
    for part in together([item]):
        if not isinstance(part, Together):
            return
        (whole,) = both_stages(part.formulation, part.owner, engine)
        scale = float(item.problem.scale[0])
        if isinstance(whole, Unanswered):
            assert found == whole or (isinstance(found, Beaten) and not whole.proven)
            continue
        assert isinstance(whole, Found)
        if isinstance(found, Beaten):
            assert found.bound >= whole.value - CLOSE * scale
            continue
        assert isinstance(found, Found)
        assert found.value == pytest.approx(whole.value, abs=CLOSE * scale)
        assert found.bound >= whole.value - CLOSE * scale
        assert found.gap <= max(whole.gap, CLOSE)
        assert found.kept >= found.least * scale - CLOSE * scale


@settings(deadline=None, max_examples=6)
@given(policies, st.lists(income, min_size=1, max_size=3), rates)
def test_plans_are_those_over_all_dates(policy: dict[str, Any], monthly: list[list[str]], rates: list[str]) -> None:
    for some in ([item] for item in many(company([owing(policy, each, rates) for each in monthly]))):
        try:
            found = best_dates(some, batched(Chain()))
        except AloneError:
            continue
        for item, each in zip(some, found, strict=True):
            over_all(item, each)


def test_few_of_many_dates_are_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    """100,000 without interest, 20,000 a month from December on: settled by the sixth of 24 dates at the earliest, that
    is worth the most where defaults may come. Three dates, a lane for the rest, and the second stage of two."""
    case = make_case(
        monthly=["20000.00"] * 24,
        months=24,
        step="off",
        balloon="100%",
        hazard="1%",
        loan={"rate": "0%"},
        recovery="0%",
        tolerance="0.5%",
    )
    each, lanes = ask(case), list[int]()
    solve = batched(Chain())

    def counting(layout: Layout) -> list[Solution]:
        lanes.append(layout.program.lanes)
        return solve(layout)

    (found,) = plan_batch([each], counting)
    dates = np.flatnonzero(each.problem.pays[0]).tolist()
    assert (found.status, found.last) == ("optimal", dates[5])
    assert sum(lanes[:2]) == 3 + 1 + 2
    monkeypatch.setattr("repayplan.planning.batch.items.MANY", 24)
    (whole,) = plan_batch([each], solve)
    assert (whole.last, whole.value) == (found.last, pytest.approx(found.value, rel=CLOSE))


def test_a_bucket_that_is_worth_less_is_not_looked_at_date_by_date() -> None:
    """Two items of one ask: the second is worth less, as more of its payments are lost; its bound says so."""
    made = (make_case(monthly=["20000.00"] * 12, months=12, loan={"rate": "0%"}, hazard=h) for h in ("1%", "3%"))
    (first,), (second,) = ([*items(each, 0)] for each in map(ask, made))
    found, beaten = best_dates([first, replace(second, bucket=1)], batched(Chain()))
    assert isinstance(found, Found)
    assert isinstance(beaten, Beaten)
    assert beaten.bound < found.value
