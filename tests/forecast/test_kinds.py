"""Every kind of source by hand, in the borrower's view and in the bank's."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import TypeAdapter

from repayplan.cases.sources import Source
from repayplan.forecast import View, Window, source_flows

WINDOW = Window(dt.date(2026, 11, 20), dt.date(2028, 12, 31), receipt_day=31, cost_day=10)
PLAIN = {"haircut": 0, "delay_days": 0}


def flows(view: View = "borrower", **source: Any) -> list[tuple[str, int, str]]:
    read = TypeAdapter(Source).validate_python({"name": "It", "bank": PLAIN, **source})
    return [(f"{flow.date}", flow.amount, flow.part) for flow in source_flows(read, WINDOW, view)]


def test_a_milestone_comes_on_time_late_and_at_its_release() -> None:
    # 1,000.01 less 5 % kept back: 50.00 (to the cent below); of the other 950.01, 80 % on time: 760.00, the rest late
    item = {"name": "Roof", "date": "2027-03-31", "amount": "1000.01", "retention": "5%", "release": "2028-03-31"}
    assert flows(kind="milestones", items=[item], collected_on_time="80%", late_days=60) == [
        ("2027-03-31", 76_000, "Roof"),
        ("2027-05-30", 19_001, "Roof (late)"),
        ("2028-03-31", 5_000, "Roof (retention)"),
    ]


def test_the_cost_to_complete_is_spread_over_the_cost_days_before_each_stage() -> None:
    items = [
        {"name": "A", "date": "2027-01-31", "amount": "500.00", "cost_to_complete": "100.01"},
        {"name": "B", "date": "2027-02-05", "amount": "500.00", "cost_to_complete": "30.00"},
    ]
    # cost days between 20 November and 31 January: 10 December and 10 January; none before 5 February
    assert flows(kind="milestones", items=items) == [
        ("2026-12-10", -5_000, "A (cost)"),
        ("2027-01-10", -5_001, "A (cost)"),
        ("2027-01-31", 50_000, "A"),
        ("2027-02-05", -3_000, "B (cost)"),
        ("2027-02-05", 50_000, "B"),
    ]


def test_the_bank_counts_receipts_less_and_later_and_costs_as_they_are() -> None:
    item = {"name": "A", "date": "2027-01-31", "amount": "100.01", "cost_to_complete": "40.00"}
    seen = flows("bank", kind="milestones", items=[item], bank={"haircut": "10%", "delay_days": 28})
    # 90 % of 100.01 is 90.009: 90.00; four weeks after 31 January is 28 February
    assert seen == [
        ("2026-12-10", -2_000, "A (cost)"),
        ("2027-01-10", -2_000, "A (cost)"),
        ("2027-02-28", 9_000, "A"),
    ]


def test_what_the_case_leaves_out_takes_the_table_of_the_bank() -> None:
    item = {"name": "A", "date": "2027-01-31", "amount": "100.00"}
    # milestones: 5 % less, 120 days later; the case says 0 % and nothing of the delay
    assert flows("bank", kind="milestones", items=[item], bank={"haircut": 0}) == [("2027-05-31", 10_000, "A")]


def test_receivables_are_late_and_diluted_or_factored() -> None:
    items = [
        {"debtor": "X", "amount": "340.00", "due": "2026-09-30", "delay_days": 240, "dilution": "5%"},
        {"debtor": "Y", "amount": "100.00", "due": "2027-09-30", "factoring": {"date": "2027-01-15", "discount": "9%"}},
    ]
    # 30 September and 240 days: 28 May; 95 % of 340 is 323; 91 % of 100 is 91
    assert flows(kind="receivables", items=items) == [("2027-05-28", 32_300, "X"), ("2027-01-15", 9_100, "Y")]


def test_lots_are_sold_unit_by_unit() -> None:
    lot = {
        "name": "Yarn", "price": "100.00", "units": 5, "units_per_month": 2, "haircut": "10%", "cost_of_sale": "5%",
        "first_sale": "2027-01-31", "secures": "L1",
    }  # fmt: skip
    # a unit brings 100 x 0.90 x 0.95 = 85.50; 2 + 2 + 1 units, at month ends
    assert flows(kind="assets", lots=[lot]) == [
        ("2027-01-31", 17_100, "Yarn"),
        ("2027-02-28", 17_100, "Yarn"),
        ("2027-03-31", 8_550, "Yarn"),
    ]
    read = TypeAdapter(Source).validate_python({"kind": "assets", "name": "It", "lots": [lot]})
    assert {flow.secures for flow in source_flows(read, WINDOW, "bank")} == {"L1"}


def test_a_guarantor_pays_the_cap_after_the_call() -> None:
    source = {"kind": "guarantor", "cap": "1500.00", "call_date": "2027-01-15", "delay_days": 60}
    assert flows(**source) == [("2027-03-16", 150_000, "It")]
    # the table of the bank: 30 % less and 90 days later
    assert flows("bank", **source, bank={}) == [("2027-06-14", 105_000, "It")]


def test_single_amounts_come_and_go_as_written() -> None:
    items = [
        {"name": "Sale", "date": "2027-05-31", "amount": "20.00"},
        {"name": "Tax", "date": "2027-06-15", "amount": "-7.00"},
    ]
    assert flows("bank", kind="flows", items=items) == [("2027-05-31", 2_000, "Sale"), ("2027-06-15", -700, "Tax")]


def test_a_season_from_indices_adds_up_to_its_year_and_grows_by_steps() -> None:
    source = {
        "kind": "season", "indices": [2, *[1] * 10, 0], "yearly": "1200.00", "margin": "50%", "trend": "10%",
        "start": "2027-01", "months": 24, "day": 15,
    }  # fmt: skip
    seen = flows(**source)
    # indices add up to 12: January 200, December nothing, others 100 of sales, half of that is cash; then a tenth more
    assert seen[0] == ("2027-01-15", 10_000, "2027-01")
    assert seen[1] == ("2027-02-15", 5_000, "2027-02")
    assert [part for _, _, part in seen if part.endswith("12")] == []
    assert sum(amount for date, amount, _ in seen if date < "2028") == 60_000
    assert sum(amount for date, amount, _ in seen if date >= "2028") == 66_000


def test_stores_open_rise_and_close() -> None:
    stores = [
        {"name": "Old", "monthly": "100.00", "closing": "2027-02"},
        {"name": "New", "monthly": "100.00", "opened": "2027-01", "margin": "50%"},
    ]
    seen = flows(kind="stores", stores=stores, ramp_up_months=3, margin="10%", months=5, day=15)
    # New: a quarter of its full 50.00 in January, a half in February, three quarters in March, all in April
    assert [(date[:7], amount, part[:3]) for date, amount, part in seen] == [
        ("2026-12", 1_000, "Old"), ("2027-01", 1_000, "Old"), ("2027-02", 1_000, "Old"),
        ("2027-01", 1_250, "New"), ("2027-02", 2_500, "New"), ("2027-03", 3_750, "New"), ("2027-04", 5_000, "New"),
    ]  # fmt: skip


def test_a_short_history_borrows_the_season_of_the_sector() -> None:
    # the two known months have indices 2 and 1 and brought 300 together: an average month brings 100
    history = {"start": "2026-08", "amounts": ["220.00", None, "80.00"]}
    store = {"name": "S", "history": history}
    indices = ["0.9"] * 7 + ["2", "0.9", "1", "0.9", "0.9"]
    seen = flows(kind="stores", stores=[store], indices=indices, months=2, day=15)
    assert [amount for _, amount, _ in seen] == [9_000, 9_000]  # December and January at 0.9
