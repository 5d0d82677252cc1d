"""What a year of sales, a chain, a table add up to: worked out another way than the forecast does."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest
from any_case import any_case
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from repayplan.cases.sources import Guarantor, Monthly, Season, SingleFlow, Source, Stores
from repayplan.errors import InputError
from repayplan.forecast import Window, source_flows
from repayplan.planning.forecasts import outlook

WINDOW = Window(dt.date(2026, 11, 20), dt.date(2046, 12, 31), receipt_day=31, cost_day=10)
cents = st.integers(1, 10**10).map(lambda amount: Decimal(amount) / 100)
indices = st.lists(st.integers(0, 300).map(lambda index: Decimal(index) / 100), min_size=12, max_size=12).filter(any)
shares = st.integers(1, 10_000).map(lambda share: Decimal(share) / 10_000)


def total(source: Source) -> int:
    return sum(flow.amount for flow in source_flows(source, WINDOW, "borrower"))


@given(yearly=cents, weights=indices, margin=shares, growth=st.integers(-30, 30))
def test_a_season_brings_its_year_and_grows_by_years(
    yearly: Decimal, weights: list[Decimal], margin: Decimal, growth: int
) -> None:
    data = {"kind": "season", "name": "S", "indices": weights, "yearly": yearly, "margin": margin, "months": 24}
    made = total(Season.model_validate({**data, "trend": f"{growth}%"}))
    exact = yearly * 100 * margin * (2 + Decimal(growth) / 100)
    assert exact - 25 <= made <= exact + 1


@given(figures=st.lists(st.tuples(cents, shares), min_size=1, max_size=5), weights=indices)
def test_a_chain_is_the_sum_of_its_stores(figures: list[tuple[Decimal, Decimal]], weights: list[Decimal]) -> None:
    stores = [{"name": f"S{n}", "monthly": monthly, "margin": margin} for n, (monthly, margin) in enumerate(figures)]
    data = {"kind": "stores", "name": "C", "indices": weights, "months": 12}
    together = total(Stores.model_validate({**data, "stores": stores}))
    assert together == sum(total(Stores.model_validate({**data, "stores": [store]})) for store in stores)
    exact = sum(12 * 100 * monthly * margin for monthly, margin in figures)
    assert exact - 12 * len(stores) <= together <= exact + len(stores)


@given(amounts=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=24), cap=cents)
def test_plain_series_amounts_and_guarantors_bring_what_is_written(amounts: list[int], cap: Decimal) -> None:
    written = [Decimal(amount) / 100 for amount in amounts]
    series = Monthly.model_validate({"kind": "monthly", "name": "M", "start": "2026-12", "amounts": written})
    items = [SingleFlow(name=f"F{n}", date=dt.date(2027, 1, 5), amount=amount) for n, amount in enumerate(written)]
    flows = TypeAdapter(Source).validate_python({"kind": "flows", "name": "F", "items": items})
    assert total(series) == total(flows) == sum(amounts)
    guarantor = Guarantor(kind="guarantor", name="G", cap=cap, call_date=dt.date(2027, 1, 5))
    assert total(guarantor) == cap * 100


@pytest.mark.parametrize("seed", range(12))
def test_the_views_of_any_case_foot(seed: int) -> None:
    """Borrower less what is not counted on less what comes after the term is the bank, source by source."""
    case = any_case(random.Random(seed))
    try:
        seen = outlook(case)
    except InputError:
        return
    for name in seen.sources:
        borrower, bank = (sum(f.amount for f in flows if f.source == name) for flows in (seen.borrower, seen.bank))
        apart = seen.differences.get(name)
        assert borrower - (apart.less + apart.beyond if apart else 0) == bank
