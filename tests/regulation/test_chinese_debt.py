"""Chinese bank loans to the cent: 银发〔2003〕251号 art. 3, 银发〔1999〕77号 arts 20-21, Civil Code arts 560-561."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from repayplan.cases.models import Loan
from repayplan.debt.claim import Allocation, Claim
from repayplan.debt.ledger import Ledger
from repayplan.debt.running import enter, running_ledger

SIGNED = dt.date(2026, 12, 20)
MARCH = dt.date(2027, 3, 20)  # 90 days later: 11 + 31 + 28 + 20
JUNE = dt.date(2027, 6, 20)  # 92 days later: 11 + 30 + 31 + 20
UNTIL = dt.date(2028, 1, 1)


def ledger(contract: dict[str, Any] | None = None, **fields: str) -> Ledger:
    loan = Loan.model_validate({"id": "L1", "principal": "0", "rate": "4.35%", "contract": contract or {}, **fields})
    return running_ledger(loan, SIGNED, UNTIL)


def test_penalty_on_overdue_principal_takes_the_place_of_interest() -> None:
    book = ledger(overdue_principal="1000000")
    book.advance(MARCH)
    # 1,000,000 × 4.35 % × 1.5 × 90/360 = 16,312.50, and no interest beside it
    assert book.claim == Claim(penalty=1_631_250, overdue=100_000_000)


def test_the_multiple_is_the_contracts() -> None:
    book = ledger({"penalty_multiple": "1.3"}, overdue_principal="1000000")
    book.advance(MARCH)
    # 1,000,000 × 5.655 % × 90/360
    assert book.claim.penalty == 1_413_750


def test_a_payment_after_maturity_settles_costs_then_interest_then_principal() -> None:
    book = ledger({"maturity": "2026-06-30"}, overdue_principal="1000000", interest="20000", fees="5000")
    # penalty 16,312.50; compound interest at the penalty rate 20,000 × 6.525 % × 90/360 = 326.25
    assert book.pay(MARCH, 5_000_000) == Allocation(
        fees=500_000, penalty=1_631_250, compound=32_625, interest=2_000_000, overdue=836_125
    )
    assert book.principal == 99_163_875


def test_unpaid_interest_bears_the_contract_rate_within_the_term() -> None:
    book = ledger({"maturity": "2027-12-20"}, interest="20000", overdue_principal="0.01")
    book.advance(MARCH)
    # 20,000 × 4.35 % × 90/360
    assert book.claim.compound == 21_750


def test_the_compound_rate_changes_at_maturity() -> None:
    book = ledger({"maturity": "2027-02-03"}, interest="20000")
    book.advance(MARCH)
    # settled at maturity after 45 days at 4.35 %: 108.75; then 45 days at 6.525 %: on 20,000 163.125 → 163.13,
    # on the 108.75 0.887… → 0.89
    assert book.claim.compound == 10_875 + 16_313 + 89


def test_penalty_interest_bears_compound_interest_only_by_agreement() -> None:
    for agreed, expected in ((False, 0), (True, 27_201)):
        book = ledger({"compound_on_penalty": agreed, "maturity": "2026-06-30"}, overdue_principal="1000000")
        book.advance(JUNE)
        # 16,312.50 × 6.525 % × 92/360 = 272.0109…
        assert book.claim.compound == expected


def test_misused_principal_bears_the_higher_rate_and_never_both() -> None:
    contract = {"misused_principal": "200000", "misuse_multiple": "2", "maturity": "2027-02-03"}
    book = ledger(contract, principal="1000000")
    book.advance(MARCH)
    # misused all 90 days: 200,000 × 8.70 % × 90/360 = 4,350.00, at maturity settled after 45 days in two halves
    # the rest: interest to maturity 800,000 × 4.35 % × 45/360 = 4,350.00, then penalty 800,000 × 6.525 % × 45/360
    # = 6,525.00; the 4,350.00 of interest bear 6.525 % for 45 days: 35.48
    assert book.claim == Claim(
        penalty=435_000 + 652_500, compound=3_548, interest=435_000, overdue=80_000_000, misused=20_000_000
    )


def test_a_floating_rate_is_fixed_anew_on_its_days() -> None:
    follow = {
        "index": [{"date": "2025-05-20", "rate": "3.00%"}, {"date": "2027-02-20", "rate": "2.90%"}],
        "spread": "0.85%",
        "resets": ["2027-01-01"],
    }
    book = ledger({"floating": follow}, principal="1000000")
    book.advance(MARCH)
    # 12 days at 4.35 %, 78 days at 3.00 % + 0.85 %: (0.522 + 3.003) / 360 of 1,000,000 = 9,791.67
    assert book.claim.interest == 979_167


def test_a_cap_holds_a_floating_rate() -> None:
    follow = {
        "index": [{"date": "2025-05-20", "rate": "3.00%"}],
        "spread": "0.85%",
        "resets": ["2026-12-21"],
        "cap": "3.60%",
    }
    book = ledger({"floating": follow}, principal="1000000")
    book.advance(MARCH)
    # 1 day at 4.35 %, 89 at 3.60 %: (0.0435 + 3.204) / 360 of 1,000,000 = 9,020.83
    assert book.claim.interest == 902_083


def test_a_stepped_rate_carries_the_penalty_with_it() -> None:
    book = ledger({"rate_steps": [{"date": "2027-02-03", "rate": "4.00%"}]}, overdue_principal="1000000")
    book.advance(MARCH)
    # 45 days at 6.525 % and 45 at 6.00 %: 8,156.25 + 7,500.00
    assert book.claim.penalty == 1_565_625


def test_a_loan_called_due_bears_penalty_from_that_day() -> None:
    book = ledger({"maturity": "2028-12-20"}, principal="1000000", interest="20000")
    book.accelerate(dt.date(2027, 1, 20))
    book.advance(MARCH)
    # Called, everything accrued is claimed: 31 days of interest, 3,745.83, and of compound interest on 20,000 at
    # 4.35 %, 74.92. Then 59 days at 6.525 %: penalty 10,693.75; compound interest on 20,000 213.875 and on 3,745.83
    # 40.0569…, together 253.93, and on 74.92 0.80
    assert book.claim == Claim(penalty=1_069_375, compound=7_492 + 25_393 + 80, interest=2_374_583, overdue=100_000_000)
    assert book.days_past_due(MARCH) == 90  # the arrears of interest are older than the call


def test_installments_fall_due_and_become_overdue_when_their_day_is_over() -> None:
    parts = [{"date": "2027-01-20", "amount": "300000"}]
    book = ledger({"installments": parts, "maturity": "2028-12-20"}, principal="1000000")
    book.pay(dt.date(2027, 1, 20), 10_000_000)
    assert book.claim == Claim(principal=90_000_000)  # 100,000 of the installment paid on its day
    book.advance(dt.date(2027, 1, 21))
    assert book.claim == Claim(overdue=20_000_000, principal=70_000_000)
    assert book.days_past_due(dt.date(2027, 1, 21)) == 1
    book.advance(MARCH)
    # interest: 31 days on 1,000,000 and 59 on 700,000: 3,745.8333… + 4,990.41666… = 8,736.25
    # penalty: 59 days on 200,000 at 6.525 %: 2,138.75
    assert book.claim == Claim(penalty=213_875, interest=873_625, overdue=20_000_000, principal=70_000_000)


def test_principal_first_once_ninety_days_are_over() -> None:
    arrears = {"overdue_since": "2026-12-20", "order": "by_arrears"}
    book = ledger(arrears, overdue_principal="1000", interest="100")
    # on the 90th day by the civil code: penalty 16.3125 → 16.31, compound interest 1.0875 → 1.09, then interest
    assert book.pay(MARCH, 10_000) == Allocation(penalty=1_631, compound=109, interest=8_260)
    assert book.pay(MARCH + dt.timedelta(days=1), 10_000) == Allocation(overdue=10_000)


def test_a_policy_may_list_the_classes_itself() -> None:
    listed = {"order": ["interest", "fees", "penalty", "compound_interest", "principal"]}
    book = ledger(listed, overdue_principal="1000", interest="100", fees="50")
    assert book.pay(SIGNED, 12_000) == Allocation(interest=10_000, fees=2_000)


def test_settlement_days_move_off_chinese_holidays() -> None:
    contract = {"settlement_day": 1, "settle_every": 1, "business_days": "china", "adjustment": "following"}
    book = ledger(contract, principal="1000000")
    book.advance(dt.date(2027, 1, 3))
    # 1 January 2027 is a holiday, the 2nd a Saturday, the 3rd a Sunday: 12 + 3 days to Monday the 4th
    assert book.claim.interest == 0
    book.advance(dt.date(2027, 1, 4))
    assert book.claim.interest == 181_250  # 1,000,000 × 4.35 % × 15/360


def test_what_falls_due_on_a_holiday_is_in_time_on_the_next_bank_day() -> None:
    """Civil Code art. 203. Friday 1 January 2027 is a holiday, Monday the 4th is not."""
    moved = {"maturity": "2027-01-01", "settlement_day": 5, "business_days": "china", "adjustment": "following"}
    book = ledger(moved, principal="1000000")
    book.advance(dt.date(2027, 1, 4))
    assert book.days_past_due(dt.date(2027, 1, 4)) == 0
    assert book.claim == Claim(interest=181_250, principal=100_000_000)
    book.advance(dt.date(2027, 1, 5))
    assert book.claim.overdue == 100_000_000


def test_a_settlement_day_that_moved_behind_the_cases_date_still_comes() -> None:
    """Settlement falls on Saturday 19 December 2026; the case is of that Saturday, Monday the 21st settles."""
    loan = Loan.model_validate(
        {
            "id": "L1",
            "principal": "360000",
            "rate": "6%",
            "contract": {
                "settlement_day": 19,
                "settle_every": 1,
                "business_days": "weekdays",
                "adjustment": "following",
            },
        }
    )
    book = running_ledger(loan, dt.date(2026, 12, 19), UNTIL)
    book.advance(dt.date(2026, 12, 21))
    assert book.claim.interest == 12_000


def test_a_new_rate_on_a_loan_called_due_keeps_the_penalty_rate_on_interest() -> None:
    operations = [
        {"kind": "rate", "date": "2026-12-20", "rate": "4%"},
        {"kind": "acceleration", "date": "2026-12-20"},
        {"kind": "rate", "date": "2026-12-20", "rate": "3%"},
    ]
    for count, expected in ((2, 30_000), (3, 22_500)):
        loan = Loan.model_validate(
            {
                "id": "L1",
                "principal": "0",
                "interest": "20000",
                "rate": "4.35%",
                "contract": {"maturity": "2028-12-20", "operations": operations[:count]},
            }
        )
        book = running_ledger(loan, SIGNED, UNTIL)
        enter(book, loan.contract, loan.contract.operations)
        book.advance(MARCH)
        # 20,000 × 4 % × 1.5 × 90/360 = 300.00; at 3 %: 225.00
        assert book.claim.compound == expected


def test_interest_is_capitalized_on_its_days() -> None:
    book = ledger({"capitalize_on": ["2027-03-20"]}, principal="1000000")
    book.advance(JUNE)
    # 10,875.00 joins principal; then 1,010,875 × 4.35 % × 92/360 = 11,237.5604… → 11,237.56
    assert book.claim == Claim(interest=1_123_756, principal=101_087_500)


def test_charges_are_claimed_on_their_day() -> None:
    fee = {"name": "Valuation", "date": "2027-03-01", "amount": "8000"}
    book = ledger({"charges": [fee]}, principal="1000000")
    book.advance(dt.date(2027, 2, 28))
    assert book.claim.fees == 0
    book.advance(dt.date(2027, 3, 1))
    assert book.claim.fees == 800_000


@pytest.mark.parametrize("number", [1, 2])
def test_operations_of_a_case_are_entered_by_day_and_reversed_by_number(number: int) -> None:
    operations = [
        {"kind": "payment", "date": "2027-02-20", "amount": "1000"},
        {"kind": "charge", "date": "2027-01-20", "name": "Court costs", "amount": "500"},
        {"kind": "reversal", "date": "2027-02-25", "of": number},
    ]
    loan = Loan.model_validate(
        {"id": "L1", "principal": "1000000", "rate": "4.35%", "contract": {"operations": operations}}
    )
    book = running_ledger(loan, SIGNED, UNTIL)
    enter(book, loan.contract, loan.contract.operations)
    # reversing the payment leaves the charge; reversing the charge sends all of the payment to principal
    expected = Claim(fees=50_000, principal=100_000_000) if number == 1 else Claim(principal=99_900_000)
    assert book.claim == expected
