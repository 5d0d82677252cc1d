"""How a script's loan is read and rescheduled, by hand. No data needed."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from oracle_fineract import outside
from oracle_fineract_loan import Loan, months_between, prepayment

START = dt.date(2023, 7, 1)
TERMS = {
    "LoanProduct": "LP1",
    "ANNUAL interest rate %": "12",
    "interest type": "DECLINING_BALANCE",
    "interest calculation period": "SAME_AS_REPAYMENT_PERIOD",
    "amortization type": "EQUAL_INSTALLMENTS",
    "loanTermFrequency": "3",
    "loanTermFrequencyType": "MONTHS",
    "repaymentEvery": "1",
    "repaymentFrequencyType": "MONTHS",
    "numberOfRepayments": "3",
    "graceOnPrincipalPayment": "0",
    "graceOnInterestPayment": "0",
    "interest free period": "0",
    "Payment strategy": "PENALTIES_FEES_INTEREST_PRINCIPAL_ORDER",
}
NAMES = (
    "rescheduleFromDate",
    "adjustedDueDate",
    "graceOnPrincipal",
    "graceOnInterest",
    "extraTerms",
    "newInterestRate",
)


def loan(**terms: str) -> Loan:
    """3,000.00 over July to October 2023 in installments of 1,020."""
    return Loan({**TERMS, **{name.replace("_", " "): text for name, text in terms.items()}}, START, 300_000, 300_000)


def after(lent: Loan, **line: str) -> list[tuple[str, int, int]]:
    request = {**dict.fromkeys(NAMES, ""), "rescheduleFromDate": "01 September 2023", **line}
    lent.reschedule(request, [], START)
    return [(row.due.strftime("%m%d"), row.principal, row.interest) for row in lent.rows]


FIRST = ("0801", 99_000, 3_000)


def test_a_moved_day_earns_interest_for_the_longer_period() -> None:
    # 2,010.00 for a month and 14 of 30 days: 20.10 × 44/30 = 29.48
    moved = after(loan(), adjustedDueDate="15 September 2023")
    assert moved == [FIRST, ("0915", 99_052, 2_948), ("1015", 101_948, 1_019)]


def test_a_new_rate_holds_from_the_installments_period_on() -> None:
    # 2,010 × 0.02 / (1 − 1.02⁻²) = 1,035.25 → 1,035; 40.20 and 1,015.20 × 2 %
    assert after(loan(), newInterestRate="24") == [FIRST, ("0901", 99_480, 4_020), ("1001", 101_520, 2_030)]


def test_interest_that_waits_is_due_with_the_next_one() -> None:
    assert after(loan(), graceOnInterest="1") == [FIRST, ("0901", 99_990, 0), ("1001", 101_010, 2_010 + 1_010)]


def test_a_pause_of_principal_makes_the_term_longer() -> None:
    paused = after(loan(), graceOnPrincipal="1")
    # 2,010 × 0.01 / (1 − 1.01⁻²) = 1,020.10 → 1,020
    assert paused == [FIRST, ("0901", 0, 2_010), ("1001", 99_990, 2_010), ("1101", 101_010, 1_010)]


def test_more_installments_are_smaller_ones() -> None:
    more = after(loan(), extraTerms="1")
    # 2,010 × 0.01 / (1 − 1.01⁻³) = 683.4443 → 683
    assert more == [FIRST, ("0901", 66_290, 2_010), ("1001", 66_953, 1_347), ("1101", 67_757, 678)]


def test_flat_interest_is_rescheduled() -> None:
    # 3,000 × 3 % = 90.00; the new rate holds for what is left: 2,000 × 24 % × 1/4 = 120.00 over two
    assert after(loan(interest_type="FLAT"), newInterestRate="24")[1:] == [
        ("0901", 100_000, 6_000),
        ("1001", 100_000, 6_000),
    ]
    assert after(loan(interest_type="FLAT"), extraTerms="1")[1:] == [
        ("0901", 66_700, 2_000),  # 666.67 → 667
        ("1001", 66_700, 2_000),
        ("1101", 66_600, 2_000),
    ]


def test_interest_by_days() -> None:
    daily = loan(interest_calculation_period="DAILY")
    # 31 days of 3,000 at 12 %: 30.58
    assert daily.rows[0].interest == 3_058


@pytest.mark.parametrize(
    ("product", "mode"),
    [("LP1", "amount"), ("LP1_RESCHEDULE_REDUCE_NR_INST", "count"), ("LP1_RESCHEDULE_RESCH_NEXT_REP", "next")],
)
def test_what_a_prepayment_does_is_the_products_business(product: str, mode: str) -> None:
    assert prepayment(product) == mode


def test_months() -> None:
    assert months_between(dt.date(2023, 1, 31), dt.date(2023, 2, 28), 31) == 1
    assert months_between(dt.date(2023, 2, 28), dt.date(2023, 3, 31), 31) == 1
    assert months_between(dt.date(2023, 8, 1), dt.date(2023, 9, 15), 1) == Fraction(44, 30)


def script(**changes: Any) -> dict[str, Any]:
    terms = {**TERMS, **changes}
    table = {"header": list(terms), "rows": [list(terms.values())]}
    step = {"text": "Admin creates a fully customized loan with the following data:", "table": table}
    return {"feature": "LoanReAging", "tags": [], "steps": [step]}


def test_a_reason_is_what_stands_in_the_script() -> None:
    assert outside(script()) is None
    assert outside(script(LoanProduct="LP2_DOWNPAYMENT_AUTO")) == "a down payment"
