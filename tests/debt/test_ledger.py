"""The ledger against figures calculated by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from repayplan.cases.models import Loan
from repayplan.debt.claim import Allocation, Claim
from repayplan.debt.ledger import open_ledger
from repayplan.errors import LedgerError

SIGNED = dt.date(2026, 11, 20)
DECEMBER = dt.date(2026, 12, 20)
JANUARY = dt.date(2027, 1, 20)


def loan(**fields: str) -> Loan:
    return Loan.model_validate({"id": "L1", "principal": "1000000.00", "rate": "4.35%", **fields})


def test_interest_of_a_month_is_booked_to_the_cent() -> None:
    ledger = open_ledger(loan(), SIGNED, "keep", [DECEMBER])
    ledger.advance(DECEMBER)
    # 1,000,000 × 4.35 % × 30/360 = 3,625.00
    assert ledger.claim == Claim(interest=362_500, principal=100_000_000)


def test_a_payment_settles_fees_then_penalty_then_interest_then_principal() -> None:
    ledger = open_ledger(
        loan(fees="5000", penalty="2000", compound_interest="10", interest="700"), SIGNED, "keep", [DECEMBER]
    )
    # on 20 December: interest 700 + 3,625 = 4,325; compound 10 + 700 × 4.35 % / 12 (2.5375 → 2.54) + 0.03625 → 0.04
    assert ledger.pay(DECEMBER, 2_000_000) == Allocation(
        fees=500_000,
        penalty=200_000,
        compound=1258,
        interest=432_500,
        principal=2_000_000 - 500_000 - 200_000 - 433_758,
    )


def test_capitalized_arrears_become_principal() -> None:
    ledger = open_ledger(
        loan(fees="5000", overdue_principal="100", interest="20"), SIGNED, "capitalize", [DECEMBER, JANUARY]
    )
    assert ledger.claim == Claim(principal=100_512_000)


def test_unpaid_interest_bears_compound_interest() -> None:
    ledger = open_ledger(loan(rate_after_signing="3.6%"), SIGNED, "keep", [DECEMBER, JANUARY])
    ledger.advance(JANUARY)
    # 3,000.00 in December; 31 days: 1,000,000 × 3.6 % × 31/360 = 3,100.00 and 3,000 × 3.6 % × 31/360 = 9.30
    assert ledger.claim == Claim(compound=930, interest=610_000, principal=100_000_000)


def test_a_payment_between_settlement_dates_changes_only_what_accrues_afterwards() -> None:
    ledger = open_ledger(loan(), SIGNED, "keep", [DECEMBER])
    ledger.pay(dt.date(2026, 11, 30), 40_000_000)
    ledger.advance(DECEMBER)
    # 10 days on 1,000,000 and 20 days on 600,000: 1,208.333… + 1,450.00 = 2,658.33
    assert ledger.claim == Claim(interest=265_833, principal=60_000_000)


@pytest.mark.parametrize("cents", [-1, 100_000_001])
def test_payments_that_make_no_sense_are_refused(cents: int) -> None:
    with pytest.raises(LedgerError):
        open_ledger(loan(), SIGNED, "keep", [DECEMBER]).pay(SIGNED, cents)


def test_time_does_not_run_backwards() -> None:
    ledger = open_ledger(loan(), SIGNED, "keep", [DECEMBER])
    ledger.advance(DECEMBER)
    with pytest.raises(LedgerError, match="2026-12-20"):
        ledger.pay(SIGNED, 0)
