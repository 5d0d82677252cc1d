"""What a case says of its borrower: each measure from its fields, and what is named where they are left out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from borrowers import EARLIER, LOAN, RECENT, borrower

from repayplan.risk.figures import ENDLESS, Figure, Unknown, figures


def value(code: str, **parts: Any) -> Decimal | str:
    """The figure of a measure, or the fields that would tell it."""
    known = figures(borrower(**parts), None)[code]
    return known.value if isinstance(known, Figure) else known.fields


def without(*names: str, year: dict[str, Any] = RECENT) -> dict[str, Any]:
    return {name: figure for name, figure in year.items() if name not in names}


def test_liabilities_are_stated_or_what_equity_leaves_of_assets() -> None:
    assert value("leverage") == Decimal("0.91")
    assert value("leverage", statements=[{**without("total_liabilities"), "equity": "400000.00"}]) == Decimal("0.6")
    assert value("leverage", statements=[{**without("total_liabilities"), "equity": "-50000.00"}]) == Decimal("1.05")
    named = "statements: total_assets, total_liabilities"
    assert value("leverage", statements=[without("total_liabilities")]) == named
    assert value("leverage", statements=[without("total_assets")]) == named
    assert value("leverage", statements=[{**RECENT, "total_assets": "0.00"}]) == named


def test_the_latest_year_that_says_it_counts() -> None:
    early = {**EARLIER, "total_assets": "500000.00", "total_liabilities": "100000.00"}
    assert value("leverage", statements=[early, RECENT]) == Decimal("0.91")
    assert value("leverage", statements=[early, without("total_assets")]) == Decimal("0.2")


def test_accounts_that_are_too_old_say_nothing() -> None:
    # 31 December 2024 is 23 months before 20 November 2026 and counts, a year earlier does not; 2026 is not over
    assert value("leverage", statements=[{**RECENT, "year": 2024}]) == Decimal("0.91")
    for year in (2023, 2026):
        assert value("leverage", statements=[{**RECENT, "year": year}]) == "statements: total_assets, total_liabilities"


def test_earnings_over_interest_and_debt_over_earnings() -> None:
    assert value("interest_cover") == Decimal("1.5")
    assert value("interest_cover", statements=[{**RECENT, "interest": "0.00"}]) == "statements: ebitda, interest"
    assert value("interest_cover", statements=[without("ebitda")]) == "statements: ebitda, interest"
    assert round(Decimal(value("debt_to_ebitda")), 4) == Decimal("3.3333")  # 100,000.00 / 30,000.00
    for ebitda in ("0.00", "-1.00"):
        assert value("debt_to_ebitda", statements=[{**RECENT, "ebitda": ebitda}]) == ENDLESS
    assert value("debt_to_ebitda", statements=[]) == "statements: ebitda"


def test_of_three_recent_years_the_last_two_count() -> None:
    # on 31 December 2026 the accounts of 2024 end 24 months before
    years = [{"year": year, "net_profit": profit} for year, profit in ((2024, "-1.00"), (2025, "2.00"), (2026, "3.00"))]
    case = borrower(statements=years).model_copy(update={"as_of": dt.date(2026, 12, 31)})
    assert figures(case, None)["losses"] == Figure(Decimal(0), {"years": 2})


@pytest.mark.parametrize(("code", "field"), [("losses", "net_profit"), ("operating_cash_flow", "operating_cash_flow")])
def test_bad_years_are_counted_and_one_good_year_proves_nothing(code: str, field: str) -> None:
    def years(*results: str) -> list[dict[str, Any]]:
        return [{"year": 2025 - ago, field: result} for ago, result in enumerate(results)]

    assert value(code, statements=years("-1.00", "-1.00")) == 2
    assert value(code, statements=years("-1.00", "1.00")) == 1
    assert value(code, statements=years("0.00", "1.00")) == 0
    assert value(code, statements=years("-1.00")) == 1
    assert value(code, statements=years("1.00")) == f"statements: {field}"


def test_revenue_is_compared_with_the_year_before() -> None:
    assert value("revenue") == Decimal("-0.2")  # 1,000,000.00 after 1,250,000.00
    older = [{"year": 2024, "revenue": "100.00"}, {"year": 2023, "revenue": "80.00"}]
    assert value("revenue", statements=older) == Decimal("0.25")
    for gap in ([RECENT], [RECENT, {**EARLIER, "year": 2023}], [RECENT, {**EARLIER, "revenue": "0.00"}]):
        assert value("revenue", statements=gap) == "statements: revenue"


def loan(number: int = 1, **parts: Any) -> dict[str, Any]:
    return {"id": f"L{number}", "principal": "50000.00", "rate": "3.60%", **parts}


def test_days_past_due_are_those_of_the_oldest_claim() -> None:
    since = {"overdue_principal": "1.00", "contract": {"overdue_since": "2026-11-01"}}
    silent = {"interest": "1.00"}
    assert value("days_overdue") == 92  # 11 days of August, 30, 31 and 20
    assert value("days_overdue", loans=[LOAN, {**loan(2), **since}]) == 92
    assert value("days_overdue", loans=[loan()]) == 0  # nothing is overdue
    assert value("days_overdue", loans=[{**loan(), **silent}]) == "loans[0].contract.overdue_since"
    # what nobody dates may be older than nothing, but what is dated is overdue at least
    assert value("days_overdue", loans=[loan(), {**loan(2), **silent}]) == "loans[1].contract.overdue_since"
    assert value("days_overdue", loans=[{**loan(), **since}, {**loan(2), **silent}]) == 19


def test_late_payments_add_up_and_earlier_changes_do_not() -> None:
    def kept(**conduct: int) -> dict[str, Any]:
        return {"conduct": conduct}

    both = [{**loan(1), **kept(late_payments=2, restructured=1)}, {**loan(2), **kept(late_payments=1, restructured=2)}]
    assert (value("late_payments", loans=both), value("restructured", loans=both)) == (3, 2)
    one = [both[0], loan(2)]
    assert (value("late_payments", loans=one), value("restructured", loans=one)) == (2, 1)
    good = [{**loan(1), **kept(late_payments=0, restructured=0)}, loan(2)]
    assert value("late_payments", loans=good) == "loans[].conduct.late_payments"
    assert value("restructured", loans=good) == "loans[].conduct.restructured"
    assert (value("late_payments", loans=good[:1]), value("restructured", loans=good[:1])) == (0, 0)


def test_a_first_maturity_before_the_present_one_is_an_extension() -> None:
    dates = {"start": "2024-06-30", "first_maturity": "2025-06-30", "maturity": "2026-06-30"}
    assert value("restructured", loans=[loan(contract=dates)]) == 1
    assert value("restructured", loans=[loan(contract=dates, conduct={"restructured": 0})]) == 1
    assert value("restructured", loans=[loan(contract=dates, conduct={"restructured": 3})]) == 3
    same = {**dates, "maturity": "2025-06-30"}
    assert value("restructured", loans=[loan(contract=same)]) == "loans[].conduct.restructured"


def test_the_cover_is_what_it_is_told() -> None:
    assert figures(borrower(), Decimal("1.2"))["cover"] == Figure(Decimal("1.2"))
    assert isinstance(figures(borrower(), None)["cover"], Unknown)


def test_a_loan_whose_term_is_over_is_overdue_since_then_whatever_is_called_overdue() -> None:
    # 20 May to 20 November 2026 are 184 days
    over = {**LOAN, "overdue_principal": "0.00", "contract": {"maturity": "2026-05-20"}}
    assert value("days_overdue", loans=[over]) == 184
    late = {"maturity": "2026-05-20", "overdue_since": "2026-10-20"}
    assert value("days_overdue", loans=[{**LOAN, "contract": late}]) == 184
    early = {"maturity": "2026-05-20", "overdue_since": "2026-03-20"}
    assert value("days_overdue", loans=[{**LOAN, "contract": early}]) == 245
    assert value("days_overdue", loans=[{**over, "contract": {"maturity": "2027-05-20"}}]) == 0
