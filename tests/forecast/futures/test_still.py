"""Futures without any spread are the bank's view, to the cent."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest
from any_case import any_case
from futures_of import AS_OF, DAYS, SOURCES, WINDOW, bank_view, case_with

from repayplan.errors import InputError
from repayplan.forecast import KINDS
from repayplan.forecast.flows import Flow
from repayplan.forecast.futures import NEVER, RESPONSES, Drawing, draw_futures
from repayplan.forecast.futures.expected import expectation
from repayplan.forecast.views import Seen
from repayplan.rules.futures import spreads


def test_every_kind_of_source_has_a_response_and_a_spread() -> None:
    assert RESPONSES.keys() == KINDS.keys() == SOURCES.keys()
    assert set(RESPONSES) <= set(spreads().kinds)


@pytest.mark.parametrize("kind", RESPONSES)
def test_without_spread_every_kind_is_the_bank_s_view(kind: str) -> None:
    case = case_with(SOURCES[kind])
    own, apart = bank_view(case)
    assert own.any() or apart.any()
    for drawing, table in ((Drawing(scenarios=3, method="still"), None), (Drawing(scenarios=3), spreads().still())):
        futures = draw_futures(case, DAYS, WINDOW, drawing, table=table)
        assert (futures.own == own).all()
        assert (futures.apart == apart).all()
        assert (futures.collateral == 1).all()
        assert (futures.stops == NEVER).all()
        assert futures.shift is None


@pytest.mark.parametrize("kind", RESPONSES)
def test_with_spread_every_kind_differs_from_the_bank_s_view(kind: str) -> None:
    case = case_with(SOURCES[kind])
    own, apart = bank_view(case)
    futures = draw_futures(case, DAYS, WINDOW, Drawing(scenarios=50))
    assert (futures.own != own).any() or (futures.apart != apart).any()


def test_still_futures_of_random_cases_are_the_bank_s_view() -> None:
    dice, seen = random.Random(6), set()
    for _ in range(40):
        case = any_case(dice)
        seen |= {source.kind for source in case.cash.sources}
        try:
            own, apart = bank_view(case)
        except InputError:
            continue  # a forecast that has outgrown every enterprise
        futures = draw_futures(case, DAYS, WINDOW, Drawing(scenarios=2), table=spreads().still())
        assert (futures.own == own).all()
        assert (futures.apart == apart).all()
    assert seen == set(RESPONSES)


def test_what_should_have_come_starts_on_the_day_after_the_case_s_date() -> None:
    # no case says this today; a guarantor called long ago would
    flow = Flow(dt.date(2026, 10, 1), 10_000, "It", "It")
    assert expectation(flow, Seen(Decimal(0), 50, None), AS_OF) is None  # 20 November is in the opening cash
    one = expectation(flow, Seen(Decimal(0), 60, None), AS_OF)
    assert one is not None
    assert (dt.date.fromordinal(one.start), dt.date.fromordinal(one.day)) == (
        dt.date(2026, 11, 21),
        dt.date(2026, 11, 30),
    )
