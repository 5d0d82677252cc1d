"""What is said of a forecast beside its figures: the two views, the accounts, old histories, Lunar New Year."""

from __future__ import annotations

from typing import Any

import pytest
from making import prepare

from repayplan.cases.doubts import doubts
from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.forecast import Difference
from repayplan.planning.forecast_doubts import forecast_doubts
from repayplan.planning.forecasts import Outlook, outlook
from repayplan.planning.plan import plan


def case(*sources: dict[str, Any], months: int = 36, **more: Any) -> Case:
    return Case.model_validate(
        {
            "schema": "repayplan/case/1",
            "as_of": "2026-11-20",
            "enterprise": {"name": "It"},
            "loans": [{"id": "L1", "principal": "100000.00", "rate": "4%"}],
            "cash": {"opening": "10000.00", "floor": 0, "sources": sources},
            "policy": {"months": months},
            **more,
        }
    )


def monthly(amount: str = "10000.00", **more: Any) -> dict[str, Any]:
    return {"kind": "monthly", "name": "Net", "start": "2026-12", "amount": amount, "months": 36, **more}


def found(seen: Outlook, rule: str) -> list[Finding]:
    return [finding for finding in seen.findings if finding.rule == rule]


def test_less_is_told_from_later() -> None:
    """Bank: a tenth less, 90 days later. The term ends on 2027-11-20, its forecast with that month."""
    items = [
        {"name": "A", "date": "2027-01-31", "amount": "1000.00"},  # 900.00 on 2027-05-01, within
        {"name": "B", "date": "2027-10-31", "amount": "2000.00"},  # 1,800.00 on 2028-01-29, after
    ]
    tower = {"kind": "milestones", "name": "Tower", "items": items, "bank": {"haircut": "10%", "delay_days": 90}}
    seen = outlook(case(tower, monthly(), months=12))
    assert seen.differences["Tower"] == Difference(less=30_000, beyond=180_000, later=90_000)
    assert seen.differences["Net"] == Difference()
    (finding,) = found(seen, "views")
    # 12 x 10,000 + 3,000 = 123,000; the bank: 120,000 + 900 = 120,900
    assert str(finding.sentence) == (
        "The borrower expects 123,000.00 over the term, the bank counts on 120,900.00: 300.00 is not counted on; "
        "1,800.00 comes only after the term; 900.00 comes later, but within the term"
    )
    for name in seen.sources:
        sums = [sum(flow.amount for flow in flows if flow.source == name) for flows in (seen.borrower, seen.bank)]
        assert sums[0] - seen.differences[name].less - seen.differences[name].beyond == sums[1]


def test_a_delay_alone_is_told_too() -> None:
    items = [{"name": "A", "date": "2027-01-31", "amount": "1000.00"}]
    tower = {"kind": "milestones", "name": "Tower", "items": items, "bank": {"haircut": "0%", "delay_days": 30}}
    (finding,) = found(outlook(case(tower, monthly())), "views")
    assert "1,000.00 comes later, but within the term" in str(finding.sentence)
    assert "not counted" not in str(finding.sentence)


COMPARED = [
    # twelve months of 10,000 from operations, less 1,000 of tax in each: 120,000 before tax, 108,000 after
    ({"operating_cash_flow": 77_000, "ebitda": 1, "net_profit": 1}, "operating cash flow of 77,000.00"),
    ({"operating_cash_flow": 78_000, "ebitda": 1, "net_profit": 1}, None),  # 1.4 x 78,000 = 109,200
    ({"ebitda": 85_000, "net_profit": 1}, "an EBITDA of 85,000.00"),  # 1.4 x 85,000 = 119,000
    ({"ebitda": 86_000, "net_profit": 1}, None),  # 120,400
    ({"net_profit": 70_000, "interest": 7_000}, "net profit and interest of 77,000.00 together"),
    ({"net_profit": 70_000, "interest": 8_000}, None),
    ({"revenue": 85_000}, "a revenue of 85,000.00 in 2025"),
    ({"revenue": 86_000}, None),
    ({"total_assets": 1}, None),
    ({"operating_cash_flow": -5}, "operating cash flow of -5.00"),
]


@pytest.mark.parametrize(("figures", "words"), COMPARED)
@pytest.mark.parametrize("months", [6, 36])
def test_accounts_are_compared_by_the_best_figure_they_state(
    figures: dict[str, Any], words: str | None, months: int
) -> None:
    tax = {"kind": "monthly", "name": "Tax", "category": "tax", "start": "2026-12", "amount": "-1000.00", "months": 36}
    made = case(monthly(), tax, months=months, statements=[{"year": 2025, **figures}])
    sentences = [str(finding.sentence) for finding in found(outlook(made), "accounts")]
    assert bool(sentences) == (words is not None), sentences
    assert all(str(words) in sentence for sentence in sentences)


def test_twelve_costs_stand_against_twelve_receipts() -> None:
    """Costs on the 10th, receipts on the 31st: the months from December to November have twelve of both."""
    made = case(monthly("38000.00"), statements=[{"year": 2025, "operating_cash_flow": 100_000}])
    cash = made.cash.model_copy(update={"operating_cost": made.cash.opening * 5 / 2})  # 25,000 a month
    (finding,) = found(outlook(made.model_copy(update={"cash": cash})), "accounts")
    assert "bring 156,000.00" in str(finding.sentence)  # 12 x 13,000


@pytest.mark.parametrize(
    ("year", "words"), [(2023, "too old"), (2024, None), (2025, None), (2026, "this year is not over")]
)
def test_only_recent_accounts_count(year: int, words: str | None) -> None:
    """2024 ended 2024-12-31, less than 24 months before 2026-11-20; 2023 did not, and 2026 is not over."""
    made = case(monthly(), statements=[{"year": year, "operating_cash_flow": 1}])
    doubted = [problem for problem in doubts(made) if problem.path[:1] == ("statements",)]
    assert bool(found(outlook(made), "accounts")) == (words is None)
    assert [problem.path for problem in doubted] == ([("statements", 0, "year")] if words else [])
    assert all(str(words) in str(problem.what) for problem in doubted)


def test_the_latest_accounts_that_say_enough_count() -> None:
    years = [
        {"year": 2024, "operating_cash_flow": 1_000_000},
        {"year": 2025, "ebitda": 50_000},
    ]
    (finding,) = found(outlook(case(monthly(), statements=years)), "accounts")
    assert "2025" in str(finding.sentence)
    years[1] = {"year": 2025, "revenue": 1}
    assert not found(outlook(case(monthly(), statements=years)), "accounts")


def season(start: str, amounts: list[Any], **more: Any) -> dict[str, Any]:
    history = {"start": start, "amounts": amounts}
    return {"kind": "season", "name": "Shop", "history": history, "margin": "100%", **more}


HISTORIES = [
    ("2024-05", [10_000] * 30, None),  # to 2026-10, the month before
    ("2023-11", [10_000] * 30, "the history ends with 2026-04, more than 6 months ago"),
    ("2023-12", [10_000] * 30, None),  # to 2026-05: six months are allowed
    ("2023-11", [10_000] * 30 + [None] * 6, "the history ends with 2026-04"),
    ("2024-06", [10_000] * 30, "the last month of the history, 2026-11, was not over on 2026-11-20"),
    ("2024-05", [10_000] * 29 + [4_999], "2026-10, has 4,999.00, less than half of its season (10,000.00)"),
    ("2024-05", [10_000] * 29 + [5_000], None),
]


@pytest.mark.parametrize(("start", "amounts", "words"), HISTORIES)
@pytest.mark.parametrize("kind", ["season", "stores"])
def test_old_and_unfinished_histories_are_doubted(kind: str, start: str, amounts: list[Any], words: str | None) -> None:
    source, path = season(start, amounts), "cash.sources[1].history"
    if kind == "stores":
        store = {"name": "S1", "history": source["history"]}
        source, path = (
            {"kind": "stores", "name": "Shop", "stores": [store], "margin": "100%"},
            ("cash.sources[1].stores[0].history"),
        )
    made = case(monthly(), source)
    told = [str(problem.what) for problem in doubts(made)]
    assert bool(told) == (words is not None), told
    findings = [finding for finding in plan(made).findings if finding.rule == "history"]
    assert [finding.clause for finding in findings] == ([path] if words else [])
    assert all(str(words) in str(finding.sentence) for finding in findings)


def test_the_stores_of_a_chain_are_doubted_together() -> None:
    stores = [{"name": f"S{n}", "history": {"start": "2022-01", "amounts": [100] * 24}} for n in range(200)]
    stores[7]["closing"] = "2024-01"  # closed long ago: no history is missing
    (doubt,) = doubts(case(monthly(), {"kind": "stores", "name": "Chain", "stores": stores, "margin": "50%"}))
    assert str(doubt.what).startswith("Chain, S0 and 198 more: the history ends with 2023-12")


@pytest.mark.parametrize(
    ("amounts", "choice", "words"),
    [
        ([10_000] * 59, "auto", "cannot be tested with 59 months of history, only with 60 or more"),
        ([10_000] * 60, "auto", "that did not lower the error"),
        ([10_000] * 60, "on", None),
    ],
)
def test_the_choice_of_lunar_new_year_is_told(amounts: list[Any], choice: str, words: str | None) -> None:
    start = "2021-12" if len(amounts) == 59 else "2021-11"
    seen = outlook(case(season(start, amounts, lunar_new_year=choice)))
    findings = found(seen, "lunar_new_year")
    assert [finding.clause for finding in findings] == (["cash.sources[0].lunar_new_year"] if words else [])
    assert all(str(words) in str(finding.sentence) for finding in findings)


def test_a_guarantor_of_every_loan_is_bounded() -> None:
    guarantor = {"kind": "guarantor", "name": "Uncle", "cap": "500000.00", "call_date": "2027-01-15"}
    made = case(guarantor)
    assert ("cash", "sources", 0, "cap") in [problem.path for problem in doubts(made)]


def test_a_margin_nobody_gave_is_doubted() -> None:
    given = {"kind": "season", "name": "Shop", "indices": [1] * 12, "yearly": 1200}
    assert [problem.path for problem in doubts(case(monthly(), given))] == [("cash", "sources", 1, "margin")]
    assert doubts(case(monthly(), {**given, "margin": "100%"})) == []


ENDED = [
    ([10_000] * 27 + [0] * 3, "nothing was sold since 2026-08; nothing is forecast"),
    ([10_000] * 28 + [0] * 2, "has 0.00, less than half of its season"),  # two months may be a repair
    (([10_000] * 9 + [0] * 3) * 2 + [10_000] * 9 + [0] * 3, None),  # a summer business: nothing every winter
    ([10_000] * 24 + [4_000] * 6, "the last six months sold 40% of the same months a year before"),
    ([10_000] * 20 + [100_000] + [10_000] * 15, "has 100,000.00, more than 4 times as much or as little"),
]


@pytest.mark.parametrize(("amounts", "words"), ENDED)
def test_sales_that_end_or_jump_are_doubted(amounts: list[Any], words: str | None) -> None:
    first = 2026 * 12 + 10 - len(amounts)  # the last month is October 2026
    made = case(monthly(), season(f"{first // 12}-{first % 12 + 1:02}", amounts))
    told = [str(problem.what) for problem in doubts(made)]
    assert bool(told) == (words is not None), told
    assert any(str(words) in sentence for sentence in told) == (words is not None), told


def test_a_business_that_has_ended_is_forecast_at_nothing() -> None:
    ended = season("2024-05", [10_000] * 27 + [0] * 3)
    assert not [flow for flow in outlook(case(monthly(), ended)).borrower if flow.source == "Shop"]
    store = {"name": "S1", "history": ended["history"]}
    chain = {"kind": "stores", "name": "Shop", "stores": [store], "margin": "100%"}
    assert not [flow for flow in outlook(case(monthly(), chain)).borrower if flow.source == "Shop"]


def test_growth_above_the_last_year_is_told() -> None:
    """5 % more a month, 36 times, and the trend of the history goes on; the same sales every month say nothing."""
    rising = season("2023-11", [round(10_000 * 1.05**month, 2) for month in range(36)], trend="50%")
    findings = found(outlook(case(rising)), "history")
    assert [finding.clause for finding in findings] == ["cash.sources[0].history"]
    assert "times the" in str(findings[0].sentence)
    assert not found(outlook(case(season("2023-11", [10_000] * 36))), "history")


def test_a_store_blown_up_by_its_ramp_is_told() -> None:
    """Open since September with a ramp of nine months: 2/10 of its sales in the second month."""
    store = {"name": "S1", "opened": "2026-09", "history": {"start": "2026-09", "amounts": [10_000, 10_000]}}
    chain = {"kind": "stores", "name": "Chain", "stores": [store], "ramp_up_months": 9, "indices": [1] * 12}
    (finding,) = found(outlook(case(monthly(), {**chain, "margin": "50%"})), "history")
    assert str(finding.sentence).startswith("Chain, S1: ")
    with_figure = {**chain, "margin": "50%", "stores": [{**store, "monthly": 12_000}]}
    assert not found(outlook(case(monthly(), with_figure)), "history")


def test_what_comes_after_the_plan_is_doubted() -> None:
    late = {"kind": "receivables", "name": "Late", "items": [{"debtor": "D", "amount": "500.00", "due": "2032-01-31"}]}
    moved = {"kind": "flows", "name": "Moved", "items": [{"name": "M", "date": "2029-11-10", "amount": "900.00"}]}
    moved["bank"] = {"haircut": "10%", "delay_days": 30}
    problems = forecast_doubts(case(monthly(), late, moved))
    assert [(problem.path, str(problem.what)) for problem in problems] == [
        (("cash", "sources", 1), "500.00 of it comes after the last month of the plan and pays nothing"),
        (
            ("cash", "sources", 2),
            "810.00 of it comes after the last month of the plan as the bank counts on it, and pays nothing",
        ),
    ]


def test_what_ends_early_is_told_as_what_it_is() -> None:
    lease = {"kind": "monthly", "name": "Lease", "start": "2026-12", "amount": "-100.00", "months": 24}
    shop = {"kind": "season", "name": "Shop", "indices": [1] * 12, "yearly": 1200, "margin": "50%", "months": 12}
    told = [str(problem.what) for problem in doubts(case(monthly(), lease, shop))]
    assert told == [
        "these payments end before the plan does; nothing is paid from 2028-12 on",
        "this series ends before the plan does; nothing is expected from 2027-12 on",
    ]


def test_collateral_that_is_sold_is_doubted() -> None:
    lots = [{"name": "Yarn", "price": "100.00", "first_sale": "2027-01-31", "secures": "L1"}]
    assets = {"kind": "assets", "name": "Stock", "lots": lots}
    loan = {"id": "L1", "principal": "100000.00", "rate": "4%", "collateral": "5000.00"}
    assert [problem.path for problem in doubts(case(assets, loans=[loan]))] == [("loans", 0, "collateral")]
    assert doubts(case(assets)) == []


def test_what_is_owed_to_the_bank_is_no_cash_of_the_business_and_needs_no_warning() -> None:
    guarantor = {"kind": "guarantor", "name": "Uncle", "cap": "500.00", "call_date": "2027-01-15", "secures": "L1"}
    lots = [{"name": "Yarn", "price": "100.00", "first_sale": "2027-01-31", "secures": "L1"}]
    both = case(guarantor, {"kind": "assets", "name": "Stock", "lots": lots})
    assert found(outlook(both), "pledged") == []
    problem = prepare(both)[1]
    assert problem.accounts.names == ("L1", "Uncle")
    assert problem.accounts.available[0, -1].tolist() == [8_000, 35_000]  # a fifth and 30 % less, the bank's views
    assert problem.cash.inflow.sum() == 43_000
    assert problem.cash.trough.max() == problem.cash.opening[0]


def test_a_case_older_than_the_table_of_views_is_told() -> None:
    old = case(monthly(start="2025-12"), as_of="2025-11-20")
    (finding,) = found(outlook(old), "views")
    assert "those of 2026-11-01" in str(finding.sentence)
