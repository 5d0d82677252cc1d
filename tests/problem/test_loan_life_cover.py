"""What the cash forecast of a term is worth over what is owed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from borrowers import LOAN, borrower

from repayplan.calendar.dates import add_months, day_in_month
from repayplan.problem.rating import loan_life_cover, rate_case, rating_of

DAY = dt.date(2026, 11, 20)


def worth(amount: float, date: dt.date, rate: float = 0.036) -> float:
    return amount / (1 + rate) ** ((date - DAY).days / 365)


def test_every_receipt_of_the_term_is_valued_at_the_contract_rate() -> None:
    # 4,000.00 on the last day of each month from December 2026 to October 2029; November 2029 ends after the 20th.
    # 140,000.00 in 35 months, 1.53 years away in the middle: about 1.40 / 1.036^1.53 = 1.326
    months = [add_months(dt.date(2026, 12, 1), ahead) for ahead in range(35)]
    expected = sum(worth(4_000, day_in_month(month.year, month.month, 31)) for month in months) / 100_000
    assert float(loan_life_cover(borrower()) or 0) == pytest.approx(expected, abs=1e-6)
    assert expected == pytest.approx(1.326, abs=2e-3)


def cash(**parts: object) -> dict[str, object]:
    item = {"name": "Sale", "date": "2027-11-20", "amount": "50000.00"}
    sources = [{"kind": "flows", "name": "Sale", "items": [item]}]
    return {"opening": "0.00", "floor": "0.00", "sources": sources, **parts}


def test_cash_above_the_floor_counts_and_a_floor_above_the_cash_does_too() -> None:
    sale = worth(50_000, dt.date(2027, 11, 20))  # a year of 365 days: 48,262.55
    assert float(loan_life_cover(borrower(cash=cash())) or 0) == pytest.approx(sale / 100_000, abs=1e-6)
    above = borrower(cash=cash(opening="30000.00", floor="10000.00"))
    assert float(loan_life_cover(above) or 0) == pytest.approx((sale + 20_000) / 100_000, abs=1e-6)
    below = borrower(cash=cash(opening="0.00", floor="10000.00"))
    assert float(loan_life_cover(below) or 0) == pytest.approx((sale - 10_000) / 100_000, abs=1e-6)
    # without a floor it is one month of operating cost: 1,000.00; 36 months of it are spent by the term's end
    costly = borrower(cash=cash(floor=None, operating_cost="1000.00"))
    spent = sum(worth(1_000, add_months(dt.date(2026, 12, 10), ahead)) for ahead in range(36))
    assert float(loan_life_cover(costly) or 0) == pytest.approx((sale - spent - 1_000) / 100_000, abs=1e-6)


def test_the_rate_is_that_of_all_loans_by_what_is_owed() -> None:
    # 75,000.00 at 4 % and 25,000.00 at 8 %: 5 %
    loans = [{"id": "A", "principal": "75000.00", "rate": "4%"}, {"id": "B", "principal": "25000.00", "rate": "8%"}]
    cover = loan_life_cover(borrower(loans=loans, cash=cash()))
    assert float(cover or 0) == pytest.approx(0.5 / 1.05, abs=1e-6)


def test_what_guarantors_pay_and_what_comes_after_the_term_is_left_out() -> None:
    guarantor = {"kind": "guarantor", "name": "Ms Li", "cap": "90000.00", "call_date": "2027-03-20"}
    case = borrower(cash=cash(sources=[*cash()["sources"], guarantor]))  # type: ignore[misc]
    assert loan_life_cover(case) == loan_life_cover(borrower(cash=cash()))
    assert loan_life_cover(borrower(cash=cash(), policy={"maturity": "2027-11-19"})) == 0


def test_the_bank_counts_on_less() -> None:
    source = {"kind": "flows", "name": "Sale", "items": cash()["sources"][0]["items"], "bank": {"haircut": "20%"}}  # type: ignore[index]
    case = borrower(cash=cash(sources=[source]))
    whole = loan_life_cover(borrower(cash=cash()))
    assert loan_life_cover(case) == pytest.approx((whole or 0) * Decimal("0.8"), abs=Decimal("0.00001"))


def test_without_cash_nothing_is_known() -> None:
    case = borrower(cash={"opening": "0.00"})
    assert loan_life_cover(case) is None
    assert [each.fields for each in rate_case(case).missing] == ["cash.sources"]


def test_the_rating_a_plan_is_made_with_is_stated_or_computed_or_none() -> None:
    assert rating_of(borrower()) is None
    assert rating_of(borrower(policy={"rating": "low"})) == "low"
    six = {**LOAN, "conduct": {"late_payments": 6, "restructured": 0}}
    assert rating_of(borrower(policy={"rating": "computed"})) == "medium"
    assert rating_of(borrower(policy={"rating": "computed"}, loans=[six])) == "high"
