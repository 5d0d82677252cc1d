"""Every total of a forecast is the sum of flows, and every flow names the part of the case that it comes from."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repayplan.cases.readers import read_case
from repayplan.cases.sources import Assets, Milestones, Receivables
from repayplan.forecast import Window, source_flows
from repayplan.planning.forecasts import outlook, totals

SCENARIOS = sorted(path.parent for path in (Path(__file__).parents[2] / "scenarios").glob("*/case.yaml"))
WINDOW = Window(dt.date(2026, 11, 20), dt.date(2046, 12, 31), receipt_day=31, cost_day=10)

cents = st.integers(1, 10**11).map(lambda amount: Decimal(amount) / 100)
shares = st.integers(0, 9_999).map(lambda share: Decimal(share) / 10_000)
days = st.dates(dt.date(2026, 12, 1), dt.date(2036, 12, 31))
views = st.builds(lambda haircut, late: {"haircut": haircut, "delay_days": late}, shares, st.integers(0, 720))


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_totals_are_sums_of_parts_that_the_case_names(folder: Path) -> None:
    case = read_case(folder / "case.yaml")
    seen = outlook(case)
    names = {source.name for source in case.cash.sources} | {"operating_cost"}
    for flows in (seen.borrower, seen.bank):
        sums: dict[tuple[str, dt.date], int] = defaultdict(int)
        for flow in flows:
            assert flow.source in names
            assert flow.part
            assert flow.amount
            sums[flow.source, flow.date.replace(day=1)] += flow.amount
        assert totals(flows) == {key: amount for key, amount in sums.items() if amount}
    assert sum(flow.amount for flow in seen.bank) <= sum(flow.amount for flow in seen.borrower)


@given(
    items=st.lists(st.tuples(days, cents, shares, cents), min_size=1, max_size=6),
    on_time=shares,
    late=st.integers(0, 720),
    bank=views,
)
def test_milestones_lose_no_cent(
    items: list[tuple[dt.date, Decimal, Decimal, Decimal]], on_time: Decimal, late: int, bank: dict[str, object]
) -> None:
    stages = [
        {"name": f"S{number}", "date": day, "amount": amount, "retention": share, "cost_to_complete": cost}
        | ({"release": day + dt.timedelta(days=365)} if share else {})
        for number, (day, amount, share, cost) in enumerate(items)
    ]
    source = Milestones.model_validate(
        {
            "kind": "milestones",
            "name": "It",
            "items": stages,
            "collected_on_time": on_time,
            "late_days": late,
            "bank": bank,
        }
    )
    flows = list(source_flows(source, WINDOW, "borrower"))
    for number, (_, amount, _, cost) in enumerate(items):
        mine = [flow.amount for flow in flows if flow.part.split(" ")[0] == f"S{number}"]
        assert sum(amount for amount in mine if amount > 0) == amount * 100
        assert sum(amount for amount in mine if amount < 0) == -cost * 100
    counted = list(source_flows(source, WINDOW, "bank"))
    assert sum(flow.amount for flow in counted if flow.amount < 0) == sum(
        flow.amount for flow in flows if flow.amount < 0
    )
    expected = sum(flow.amount for flow in flows if flow.amount > 0)
    received = sum(flow.amount for flow in counted if flow.amount > 0)
    exact = expected * (1 - source.bank.haircut)  # type: ignore[operator]
    assert exact - len(flows) <= received <= exact  # each flow to the cent below


@given(amount=cents, dilution=shares, late=st.integers(0, 720), due=days)
def test_receivables_lose_what_is_said_and_less_than_a_cent(
    amount: Decimal, dilution: Decimal, late: int, due: dt.date
) -> None:
    item = {"debtor": "D", "amount": amount, "due": due, "delay_days": late, "dilution": dilution}
    source = Receivables.model_validate({"kind": "receivables", "name": "It", "items": [item]})
    total = sum(flow.amount for flow in source_flows(source, WINDOW, "borrower"))
    assert 0 <= amount * 100 * (1 - dilution) - total < 1


@given(price=cents, units=st.integers(1, 60), a_month=st.integers(1, 60), haircut=shares, cost=shares)
def test_lots_sell_every_unit(price: Decimal, units: int, a_month: int, haircut: Decimal, cost: Decimal) -> None:
    lot = {
        "name": "L", "price": price, "units": units, "units_per_month": a_month, "haircut": haircut,
        "cost_of_sale": cost, "first_sale": "2027-01-31",
    }  # fmt: skip
    source = Assets.model_validate({"kind": "assets", "name": "It", "lots": [lot]})
    flows = list(source_flows(source, WINDOW, "borrower"))
    exact = price * 100 * units * (1 - haircut) * (1 - cost)
    assert 0 <= exact - sum(flow.amount for flow in flows) <= -(-units // a_month)
