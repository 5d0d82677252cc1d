"""What operations entered later make of it when an earlier one is undone, and when a conditional waiver vests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from repayplan.cases.models import Loan
from repayplan.debt.account import account
from repayplan.debt.claim import Claim
from repayplan.debt.ledger import Ledger
from repayplan.debt.running import running_ledger
from repayplan.errors import LedgerError
from repayplan.language import tr

START = dt.date(2026, 12, 20)
MARCH = dt.date(2027, 3, 20)
DECEMBER = dt.date(2027, 12, 20)
END = dt.date(2028, 12, 20)
DAY = dt.timedelta(days=1)


def ledger(contract: dict[str, Any] | None = None, **fields: str) -> Ledger:
    terms = {"maturity": f"{END}", **(contract or {})}
    loan = Loan.model_validate({"id": "L1", "principal": "0", "rate": "6%", "contract": terms, **fields})
    return running_ledger(loan, START, dt.date(2030, 1, 1))


def alike(one: Ledger, other: Ledger) -> None:
    """Same claims now, a year on and after maturity."""
    for day in (one.day, DECEMBER + DAY, dt.date(2029, 1, 20)):
        one.advance(day)
        other.advance(day)
        assert one.claim == other.claim
        assert one.days_past_due(day) == other.days_past_due(day)


def rescheduled(*undone: Callable[[Ledger], object]) -> Ledger:
    """1,000,000, of which 400,000 and what is left then fall due on two new days."""
    book = ledger(principal="1000000")
    for operation in undone:
        operation(book)
    book.reschedule(START, [(DECEMBER, 40_000_000), (END, book.principal - 40_000_000)])
    return book


@pytest.mark.parametrize(
    ("before", "undo"),
    [
        (lambda book: book.waive(START, {"principal": 10_000_000}, conditional=True), lambda book: book.breach(MARCH)),
        (lambda book: book.pay(START, 10_000_000), lambda book: book.reverse(MARCH, 0)),
        (lambda book: book.draw(START, 10_000_000), lambda book: book.reverse(MARCH, 0)),
    ],
)
def test_a_rescheduling_keeps_what_is_undone_before_it(
    before: Callable[[Ledger], object], undo: Callable[[Ledger], object]
) -> None:
    book = rescheduled(before)
    undo(book)
    assert book.principal == 100_000_000
    never = rescheduled()
    never.advance(MARCH)
    alike(book, never)
    assert sum(line.principal + line.overdue for line in account(book)) == book.principal


def test_a_waiver_gives_up_no_more_than_is_owed_without_a_reversed_charge() -> None:
    book = ledger(fees="0", interest="50")
    book.charge(START, "fees", 10_000, tr("letter"))
    book.waive(START, {"fees": 10_000})
    book.reverse(START, 0)
    assert book.claim == Claim(interest=5_000)
    # without the charge of 20.00 the 20.00 paid settle interest, and 30.00 are left for the waiver of 50.00
    book = ledger(interest="50")
    book.charge(START, "fees", 2_000, tr("letter"))
    book.pay(START, 2_000)
    book.waive(START, {"interest": 5_000})
    book.reverse(START, 0)
    assert book.claim == Claim()


def test_a_new_rate_forgets_an_acceleration_that_is_reversed() -> None:
    book = ledger(interest="20000")
    book.accelerate(START)
    book.reprice(START, Fraction(3, 100))
    book.reverse(START, 0)
    book.advance(MARCH)
    # within the term again: 20,000 × 3 % × 90/360, not × 1.5
    assert book.claim.compound == 15_000


def test_a_waiver_does_not_vest_while_interest_has_accrued() -> None:
    book = ledger(principal="1000", interest="100")
    book.waive(START, {"interest": 5_000}, conditional=True)
    book.pay(START + 30 * DAY, 105_000)
    # 5.00 of interest have accrued on the principal, 0.25 on the 50.00 were paid as compound interest
    assert book.debt == 25
    book.pay(START + 30 * DAY, 25)
    assert (book.debt, book.debt_if_breached) == (0, 5_000 + 25)
    book.pay_off(START + 30 * DAY)
    assert book.debt_if_breached == 0


def test_a_waiver_vests_when_a_credit_settles_the_last_claim() -> None:
    """The fee is payable only from 1 May; the credit settles it then."""
    book = ledger({"order": ["interest", "penalty", "compound_interest", "principal", "fees"]}, interest="10")
    book.waive(START, {"interest": 500}, conditional=True)
    book.charge(START, "fees", 5_000, tr("letter"))
    book.pay(START, 5_500 + 300)
    assert (book.debt, book.credit, book.debt_if_breached) == (0, 300, 0)
    assert [line.kind for line in book.lines].count("vesting") == 1
    book.breach(MARCH)
    assert book.debt == 0


def test_a_vesting_is_found_again_after_a_reversal() -> None:
    """Paid and vested, then a fee: undoing the payment undoes the vesting, undoing the fee does not."""
    for number, expected in ((1, (11_000, 16_000)), (2, (0, 0))):
        book = ledger(interest="150")
        book.waive(START, {"interest": 5_000}, conditional=True)
        book.pay(START, 10_000)
        book.charge(START, "fees", 1_000, tr("letter"))
        book.reverse(START, number)
        assert (book.debt, book.debt_if_breached) == expected


def test_small_payments_do_not_make_the_debt_grow_faster() -> None:
    """A cent a day on arrears after the term: what is unpaid bears compound interest only once it is settled."""
    contract = {"maturity": "2026-06-20"}
    whole = ledger(contract, interest="1000000", overdue_principal="5000000")
    parts = ledger(contract, interest="1000000", overdue_principal="5000000")
    for number in range(1, 90):
        parts.pay(START + number * DAY, 1)
    for book in (whole, parts):
        book.advance(MARCH)
    # 5,000,000 × 9 % × 90/360 and 1,000,000 × 9 % × 90/360, of which 0.89 of penalty are paid
    assert whole.claim == Claim(penalty=11_250_000, compound=2_250_000, interest=100_000_000, overdue=500_000_000)
    assert parts.claim == Claim(penalty=11_250_000 - 89, compound=2_250_000, interest=100_000_000, overdue=500_000_000)


def test_a_call_claims_what_has_accrued_so_that_interest_is_settled_first() -> None:
    book = ledger(principal="1000000")
    book.accelerate(START + 30 * DAY)
    # 1,000,000 × 6 % × 30/360
    assert book.claim == Claim(interest=500_000, principal=100_000_000)
    assert book.due(book.day) == 100_500_000
    assert book.pay(book.day, 600_000).interest == 500_000


def test_an_extension_moves_the_end_of_the_term() -> None:
    """100,000 of interest unpaid: 6 % until the new maturity, settled then, and 9 % only after."""
    book = ledger({"maturity": "2027-03-25"}, principal="360000", interest="36000")
    book.reschedule(START, [(dt.date(2027, 4, 4), 36_000_000)])
    book.advance(dt.date(2027, 3, 26))
    # settled on 20 March, 90 days: 5,400.00 and 36,000 × 6 % × 90/360 = 540.00; the old maturity settles nothing
    assert book.claim == Claim(compound=54_000, interest=3_600_000 + 540_000, principal=36_000_000)
    book.advance(dt.date(2027, 4, 4))
    # 15 days more: 900.00; 41,400 × 6 % × 15/360 = 103.50; 540 × 6 % × 15/360 = 1.35
    assert book.claim == Claim(compound=54_000 + 10_485, interest=4_140_000 + 90_000, principal=36_000_000)
    # from now on 9 %: 42,300 and 644.85, and the principal is due
    assert book.per_day() == {"compound": pytest.approx((4_230_000 + 64_485) * 0.09 / 360), "penalty": 9_000}


def test_misused_principal_is_due_at_the_new_end_of_the_term() -> None:
    book = ledger({"maturity": "2027-06-20", "misused_principal": "200000"}, principal="1000000")
    book.reschedule(START, [(END, 80_000_000)])
    assert all(item.due == END for item in book.peek(MARCH).items if item.name == "misused")


def test_overdue_principal_is_rescheduled_where_that_is_said() -> None:
    book = ledger({"maturity": "2026-12-01"}, overdue_principal="360000")
    with pytest.raises(LedgerError, match=r"0\.00 in all"):
        book.reschedule(START, [(END, 36_000_000)])
    book.reschedule(START, [(END, 36_000_000)], overdue=True)
    assert (book.claim, book.days_past_due(START)) == (Claim(principal=36_000_000), 0)
    book.advance(MARCH)
    assert book.claim == Claim(interest=540_000, principal=36_000_000)  # 6 %, no penalty
    assert account(book)[-2].kind == "reschedule"


def test_a_called_loan_runs_again_once_it_is_rescheduled() -> None:
    book = ledger(principal="360000", interest="36000")
    book.accelerate(START)
    book.advance(START + DAY)
    book.reschedule(START + DAY, [(END, 36_000_000)], overdue=True)
    book.advance(MARCH)
    # one night at 9 %: penalty 90.00, compound 9.00; 89 nights at 6 %: interest 60.00, compound 6.00 each
    assert book.claim == Claim(
        penalty=9_000, compound=900 + 89 * 600, interest=3_600_000 + 89 * 6_000, principal=36_000_000
    )
