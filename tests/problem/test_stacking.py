"""Problems of many cases are those of each, and what is quick is what is plain, to the last bit."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from fractions import Fraction
from itertools import pairwise
from typing import get_args, get_type_hints

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case
from random_cases import cases

from repayplan.cases.models import Case
from repayplan.debt.rates import RatePath
from repayplan.errors import InputError
from repayplan.forecast import Window, forecast
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.growth import accrued, borne
from repayplan.problem.stacking import FILLINGS, stack, taken
from repayplan.problem.stages import stages_of
from repayplan.problem.terms import resolve

SIGNED = dt.date(2026, 11, 20)


def made(months: int, **policy: object) -> Problem:
    case = make_case(monthly=["9000.00"] * 12, months=months, **policy)
    return assemble(case, resolve(case))


@settings(deadline=None, max_examples=40)
@given(cases())
def test_a_case_in_a_stack_is_itself(case: Case) -> None:
    try:
        problem = assemble(case, resolve(case))
    except InputError:
        return
    both = stack([problem, problem])
    for name in ("unpaid", "booking"):
        assert (getattr(both.debt, name)[1] == getattr(problem.debt, name)[0]).all()
    assert (both.payable[1] == problem.payable[0]).all()
    assert (both.cash.carried[1] == problem.cash.carried[0]).all()
    assert taken(both, np.array([1])).cash.trough.tolist() == problem.cash.trough.tolist()


def test_stages_that_a_shorter_case_has_not_change_nothing() -> None:
    short, long = made(3), made(6)
    both = stack([long, short])
    own, every = short.shape[1], both.shape[1]
    assert (own, every) == (7, 13)
    assert not both.pays[1, own:].any()
    assert (both.debt.unpaid[1, own:] == short.debt.unpaid[0, -1]).all()
    assert (both.cash.room[1, own:] == short.cash.room[0, -1]).all()
    assert both.cash.reach[1].tolist() == list(range(every))
    assert (both.payable[1, :own] == short.payable[0]).all()


def test_cases_of_another_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="npv"):
        stack([made(3), made(3, npv={"test": "eba"})])


def test_how_every_field_is_padded_is_known() -> None:
    for kind, known in FILLINGS.items():
        hints = get_type_hints(kind)
        for item in fields(kind):
            made_of = {hints[item.name], *get_args(hints[item.name])}
            assert item.name in known or made_of & FILLINGS.keys(), f"{kind.__name__}.{item.name}"


@given(
    st.sampled_from(["ACT/360", "ACT/365F", "ACT/ACT", "30/360", "30E/360"]),
    st.fractions(0, 1, max_denominator=10**6),
    st.lists(st.integers(1, 90), min_size=1, max_size=6),
)
def test_what_many_periods_bear_is_what_each_bears(day_count: str, rate: Fraction, gaps: list[int]) -> None:
    days = [SIGNED + dt.timedelta(days=sum(gaps[:number])) for number in range(len(gaps) + 1)]
    path, stages = RatePath.fixed(rate), stages_of(days[0], tuple(days[1:]))
    each = [accrued(path, day_count, start, end) for start, end in pairwise(days)]
    assert borne(path, day_count, stages).tolist() == each


def test_variants_of_a_case_share_its_forecast_and_may_change_their_own_list() -> None:
    case = make_case(monthly=["100.00", "200.00"])
    window = Window(SIGNED, dt.date(2027, 3, 1), 31, 10)
    first = forecast(case, window, "bank")
    first.clear()
    other = case.model_copy(update={"policy": case.policy.model_copy(update={"months": 5})})
    assert [flow.amount for flow in forecast(other, window, "bank")] == [100_00, 200_00]
    richer = make_case(monthly=["300.00"])
    assert [flow.amount for flow in forecast(richer, window, "bank")] == [300_00]
