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
from repayplan.debt.payoff import Payoff, payoff
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
    assert found.changes_on == dt.date(2027, 1, 20)
    assert found.days_past_due == 10
    later = ledger()
    later.pay_off(day)
    assert later.debt == 0


def test_on_a_due_day_the_coming_night_is_one_of_penalty() -> None:
    """Half of 360,000 is due on 20 January; from that night on it bears 9 % in place of 6 %."""
    day = dt.date(2027, 1, 20)
    found, next_found = payoff(ledger(), day), payoff(ledger(), day + DAY)
    # 180,000 × 6 % / 360 = 30.00, 180,000 × 9 % / 360 = 45.00, 600 × 6 % / 360 = 0.10
    assert found.per_day == {"interest": 3_000, "penalty": 4_500, "compound": 10}
    assert next_found.total == found.total + 7_510
    assert next_found.per_day == found.per_day


@pytest.mark.parametrize("day_count", ["ACT/360", "ACT/ACT", "30/360", "30E/360"])
def test_each_night_before_the_change_adds_what_payoff_says(day_count: str) -> None:
    """3.6 million at 6 % from 20 December 2027: over the turn to a leap year and the ends of January and February."""
    loan = Loan.model_validate({"id": "L1", "principal": "3600000", "rate": "6%", "day_count": day_count})

    def on(day: dt.date) -> Payoff:
        return payoff(running_ledger(loan, dt.date(2027, 12, 20), dt.date(2029, 1, 1)), day)

    first = dt.date(2027, 12, 21)
    for day in (first + number * DAY for number in range(88)):
        found, later = on(day), on(day + DAY)
        assert later.total - found.total == pytest.approx(float(found.daily), abs=1)
        assert later.daily == found.daily or found.changes_on == day + DAY


def test_payoff_at_the_end_of_a_month_of_thirty_days() -> None:
    loan = Loan.model_validate({"id": "L1", "principal": "360000", "rate": "6%", "day_count": "30E/360"})
    book = running_ledger(loan, START, dt.date(2028, 1, 1))
    for day, cents, until in ((29, 6_000, 30), (30, 0, 31), (31, 6_000, None)):
        found = payoff(book, dt.date(2027, 1, day))
        assert found.daily == cents
        assert until is None or found.changes_on == dt.date(2027, 1, until)
    assert found.changes_on == dt.date(2027, 2, 28)  # a night that counts three
    assert payoff(book, dt.date(2027, 2, 28)).daily == 18_000


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
