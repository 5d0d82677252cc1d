"""Histories with zeros and unknown months at their ends are forecast with care, or refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from repayplan.cases.sources import Source
from repayplan.errors import InputError
from repayplan.forecast import View, Window, source_flows
from repayplan.forecast.decomposition import LUNAR_HISTORY, STEEPEST, lunar_helps

WINDOW = Window(dt.date(2026, 11, 20), dt.date(2028, 12, 31), receipt_day=31, cost_day=10)
MONTHS = st.sampled_from([0, None, "100.00", "5000.00"])


def flows(view: View = "borrower", **source: Any) -> list[tuple[str, int, str]]:
    plain = {"haircut": 0, "delay_days": 0}
    read = TypeAdapter(Source).validate_python({"name": "It", "bank": plain, **source})
    return [(f"{flow.date}", flow.amount, flow.part) for flow in source_flows(read, WINDOW, view)]


def months(amounts: list[Any], start: str = "2012-01") -> list[int]:
    history = {"start": start, "amounts": amounts}
    return [cents for _, cents, _ in flows(kind="season", history=history, months=12)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(MONTHS, st.integers(1, 60)), min_size=1, max_size=4),
)
def test_any_history_gives_a_forecast_or_is_refused(spells: list[tuple[Any, int]]) -> None:
    amounts = [amount for amount, count in spells for _ in range(count)][:170]
    store = {"name": "S", "monthly": 50, "history": {"start": "2012-01", "amounts": amounts}}
    for kind in ({"kind": "season", "history": store["history"]}, {"kind": "stores", "stores": [store]}):
        try:
            assert all(cents >= 0 for _, cents, _ in flows(**kind))
        except (InputError, ValidationError):
            continue


def test_a_new_line_of_business() -> None:
    """Forty months of nothing, then two years of sales: a forecast, and no test of Lunar New Year."""
    assert all(cents > 0 for cents in months([0] * 40 + [1_000] * 24, "2021-07"))


def test_unknown_months_at_the_end_are_not_extrapolated() -> None:
    rising = [1_000 + 50 * month for month in range(24)]
    without, with_gap = months(rising), months([*rising, *[None] * 60])
    assert max(with_gap) <= max(without) * 1.5


def test_no_growth_above_half_as_much_again_is_learned() -> None:
    """A fifth more every month, 24 times: the trend may add half a year's worth of 50 % at most in all."""
    steep = [round(100 * 1.2**month, 2) for month in range(24)]
    ahead = months(steep)
    assert ahead[-1] / ahead[0] < 1.5
    assert pytest.approx(1.5) == pow(2.718281828, 12 * STEEPEST)


def test_lunar_new_year_needs_sixty_months() -> None:
    assert LUNAR_HISTORY == 60
    moved = [100.0] * 59
    assert not lunar_helps(dt.date(2020, 1, 1), moved)


def test_a_figure_for_full_sales_beats_the_first_months_of_a_ramp() -> None:
    """Open since June with a ramp of nine months: 100,000 a month so far, 150,000 said for later: 150,000 at most."""
    history = {"start": "2026-06", "amounts": [100_000] * 5}
    store = {"name": "S", "opened": "2026-06", "monthly": 150_000, "history": history}
    chain = {"kind": "stores", "indices": [1] * 12, "ramp_up_months": 9, "months": 12}
    sold = [cents for _, cents, _ in flows(stores=[store], **chain)]
    # December is the seventh month of ten: 7/10 of 150,000; full from March 2027 on
    assert sold[0] == 10_500_000
    assert max(sold) == 15_000_000


def test_money_of_a_factor_is_the_same_in_both_views() -> None:
    factored = {"debtor": "A", "amount": "1000.00", "due": "2027-02-28", "dilution": "50%"}
    factored["factoring"] = {"date": "2027-01-15", "discount": "6%"}
    waiting = {"debtor": "B", "amount": "1000.00", "due": "2027-02-28"}
    source = {"kind": "receivables", "items": [factored, waiting], "bank": {"haircut": "10%", "delay_days": 30}}
    assert flows("borrower", **source) == [("2027-01-15", 94_000, "A"), ("2027-02-28", 100_000, "B")]
    assert flows("bank", **source) == [("2027-01-15", 94_000, "A"), ("2027-03-30", 90_000, "B")]
