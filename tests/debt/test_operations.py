"""Operations on a running loan: what each does, what is refused, and what a reversal brings back."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from repayplan.cases.models import Loan
from repayplan.debt.account import account
from repayplan.debt.claim import Allocation, Claim
from repayplan.debt.ledger import Ledger
from repayplan.debt.order import PRINCIPAL_FIRST
from repayplan.debt.payoff import payoff
from repayplan.debt.rates import RatePath
from repayplan.debt.running import running_ledger
from repayplan.errors import LedgerError
from repayplan.language import tr

START = dt.date(2026, 12, 20)
MARCH = dt.date(2027, 3, 20)
DAY = dt.timedelta(days=1)


def ledger(**contract: object) -> Ledger:
    """360,000 at 6 %: 60.00 a night; half of it due on 20 January."""
    loan = Loan.model_validate(
        {
            "id": "L1",
            "principal": "360000",
            "interest": "600",
            "rate": "6%",
            "contract": {
                "maturity": "2028-12-20",
                "installments": [{"date": "2027-01-20", "amount": "180000"}],
                **contract,
            },
        }
    )
    return running_ledger(loan, START, dt.date(2029, 1, 1))


def test_early_payment_prepays_the_next_installment() -> None:
    book = ledger()
    # what the unpaid interest has borne is owed already: 600.00 × 6 % × 10/360 = 1.00; the running month's is not
    assert book.pay(START + 10 * DAY, 10_060_100) == Allocation(compound=100, interest=60_000, principal=10_000_000)
    book.advance(dt.date(2027, 1, 21))
    # 100,000 of the 180,000 are paid; 80,000 are overdue
    assert book.claim.overdue == 8_000_000


def test_late_payment_settles_what_the_delay_cost() -> None:
    book = ledger()
    book.pay(START, 60_000)
    # by 20 March: interest 31 × 60.00 + 59 × 30.00 = 3,630.00; penalty 180,000 × 9 % × 59/360 = 2,655.00
    assert book.pay(MARCH, 363_000 + 265_500) == Allocation(penalty=265_500, interest=363_000)


def test_partial_payment_stops_in_the_middle_of_a_class() -> None:
    book = ledger()
    assert book.pay(START, 20_000) == Allocation(interest=20_000)
    assert book.claim.interest == 40_000


def test_what_is_paid_in_excess_waits_for_the_next_claim() -> None:
    book = ledger()
    allocation = book.pay(START, 36_060_000 + 1_000)
    assert allocation.credit == 1_000
    book.charge(START + DAY, "fees", 700, tr("copies"))
    book.advance(MARCH)
    assert (book.debt, book.credit) == (0, 300)


def test_the_debtor_may_designate_what_is_settled() -> None:
    assert ledger().pay(START, 10_000, PRINCIPAL_FIRST) == Allocation(interest=10_000)  # nothing else is due yet
    assert ledger().pay(dt.date(2027, 1, 20), 10_000, PRINCIPAL_FIRST) == Allocation(principal=10_000)


def test_a_reversal_is_as_if_the_operation_had_never_been() -> None:
    never, once = ledger(), ledger()
    once.pay(START + DAY, 5_000_000)
    for book in (never, once):
        book.charge(START + 2 * DAY, "fees", 12_300, tr("letter"))
    once.reverse(MARCH, 0)
    never.advance(MARCH)
    assert once.claim == never.claim
    assert once.accrued(MARCH + DAY) == never.accrued(MARCH + DAY)
    assert account(once)[-1].debt == never.debt
    assert account(once)[-1].kind == "reversal"


@pytest.mark.parametrize("number", [-1, 1])
def test_only_what_was_entered_can_be_reversed(number: int) -> None:
    book = ledger()
    book.pay(START, 100)
    with pytest.raises(LedgerError, match="0 to 0"):
        book.reverse(START, number)
    book.reverse(START, 0)
    with pytest.raises(LedgerError):
        book.reverse(START, 0)


def test_an_immediate_waiver_is_final() -> None:
    book = ledger()
    book.waive(START, {"interest": 60_000})
    assert (book.debt, book.debt_if_breached) == (36_000_000, 36_000_000)


def test_a_conditional_waiver_keeps_both_balances_and_revives_on_breach() -> None:
    book = ledger()
    book.waive(START, {"principal": 3_600_000, "interest": 60_000}, conditional=True)
    assert (book.debt, book.debt_if_breached) == (32_400_000, 36_060_000)
    book.advance(MARCH)
    never = ledger()
    never.advance(MARCH)
    assert book.debt_if_breached == never.debt  # what it would have borne is claimed again too
    book.breach(MARCH)
    assert book.claim == never.claim
    assert book.debt_if_breached == book.debt


def test_a_conditional_waiver_vests_with_the_last_payment() -> None:
    book = ledger()
    book.waive(START, {"principal": 3_600_000}, conditional=True)
    book.pay_off(START + 30 * DAY)
    assert (book.debt, book.debt_if_breached) == (0, 0)
    book.breach(MARCH)
    assert book.debt == 0


def test_taking_back_the_last_payment_takes_back_the_vesting() -> None:
    book = ledger()
    book.waive(START, {"principal": 3_600_000}, conditional=True)
    book.pay(START, 32_460_000)
    book.reverse(START, 1)
    assert (book.debt, book.debt_if_breached) == (32_460_000, 36_060_000)


@pytest.mark.parametrize("amounts", [{"interest": 60_001}, {"interest": -1}, {"rent": 1}])
def test_waivers_that_make_no_sense_are_refused(amounts: dict[str, int]) -> None:
    with pytest.raises(LedgerError):
        ledger().waive(START, amounts)


def test_a_new_rate_holds_from_its_day() -> None:
    book = ledger()
    book.change_rates(dt.date(2027, 1, 20), {"principal": RatePath.fixed(Fraction("0.03"))})
    book.pay(dt.date(2027, 1, 20), 18_060_000)
    book.advance(MARCH)
    # 31 nights at 60.00, 59 at 15.00 on the half that is left
    assert book.claim.interest == 31 * 6_000 + 59 * 1_500


def test_installments_are_rescheduled_and_must_make_up_the_principal() -> None:
    book = ledger()
    with pytest.raises(LedgerError, match=r"360,000\.00 in all"):
        book.reschedule(START, [(MARCH, 100)])
    with pytest.raises(LedgerError, match="negative or in the past"):
        book.reschedule(START, [(START - DAY, 36_000_000)])
    book.reschedule(START, [(MARCH, 36_000_000)])
    book.pay(START, 60_000)
    book.advance(MARCH)
    assert book.claim.overdue == 0
    book.advance(MARCH + DAY)
    assert book.claim.overdue == 36_000_000


def test_a_returned_payment_is_principal_again() -> None:
    book = ledger()
    book.draw(START, 500)
    assert book.principal == 36_000_500


def test_payoff_says_what_settles_the_loan_and_what_a_day_costs() -> None:
    book = ledger()
    day = START + 10 * DAY
    found = payoff(book, day)
    assert found.claim == Claim(interest=60_000 + 60_000, compound=100, principal=36_000_000)
    assert found.accrued == Claim(interest=60_000, compound=100)  # 600.00 × 6 % × 10/360 = 1.00
    # each night: 60.00 on principal and 0.10 on the interest that is booked (600.00 × 6 % / 360)
    assert found.daily == 6_010
    assert payoff(ledger(), day + DAY).total == found.total + 6_010
    assert found.changes_on == dt.date(2027, 1, 21)
    assert found.days_past_due == 10
    later = ledger()
    later.pay_off(day)
    assert later.debt == 0


def test_under_months_of_thirty_days_a_night_is_a_360th() -> None:
    loan = Loan.model_validate({"id": "L1", "principal": "360000", "rate": "6%", "day_count": "30E/360"})
    book = running_ledger(loan, START, dt.date(2028, 1, 1))
    assert payoff(book, dt.date(2027, 1, 30)).daily == 6_000


def test_payoff_tells_what_a_breach_would_cost() -> None:
    book = ledger()
    book.waive(START, {"principal": 3_600_000}, conditional=True)
    found = payoff(book, START + 10 * DAY)
    assert found.total == 32_400_000 + 60_000 + 54_000 + 100
    assert found.if_breached == 36_000_000 + 60_000 + 60_000 + 100


def test_the_account_foots() -> None:
    book = ledger()
    book.pay(MARCH, 30_000_000)
    book.waive(MARCH, {"principal": 100})
    lines = account(book)
    assert lines[0].debt == 36_060_000
    assert lines[-1].debt == book.debt
    assert sum(line.principal for line in lines) == book.claim.principal
    assert sum(line.interest for line in lines) == book.claim.interest
