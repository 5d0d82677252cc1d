"""What holds for a ledger whatever is done to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from repayplan.cases.models import Loan
from repayplan.debt.account import account
from repayplan.debt.book import BOOK_CLASSES
from repayplan.debt.ledger import Ledger
from repayplan.debt.running import running_ledger
from repayplan.errors import LedgerError
from repayplan.language import tr

START = dt.date(2026, 11, 20)
END = dt.date(2028, 11, 20)
DAYS = (END - START).days

amounts = st.integers(1, 60_000_000)
conventions = st.sampled_from(["ACT/360", "ACT/365F", "ACT/ACT", "30/360", "30E/360"])
orders = st.sampled_from(["civil_code", "penalty_first", "principal_first", "oldest_first", "by_arrears"])
COMMON = ["pay", "charge", "waive", "promise", "reverse"]
"""What makes the hard histories: a reversal under later operations that counted on it."""
kinds = st.sampled_from(
    [*COMMON, *COMMON, "pay off", "breach", "draw", "accelerate", "reschedule", "extend", "rate", "wait"]
)
Step = tuple[int, str, int]
steps = st.lists(st.tuples(st.integers(0, DAYS), kinds, amounts), max_size=10).map(sorted)


def open_loan(day_count: str, order: str) -> Ledger:
    loan = Loan.model_validate(
        {
            "id": "L1",
            "principal": "800000",
            "overdue_principal": "100000",
            "interest": "12345.67",
            "penalty": "765.43",
            "fees": "100",
            "rate": "4.35%",
            "day_count": day_count,
            "contract": {
                "maturity": "2028-05-31",
                "installments": [{"date": "2027-05-31", "amount": "200000"}, {"date": "2027-11-30", "amount": "50000"}],
                "capitalize_on": ["2027-12-20"],
                "settle_every": 1,
                "order": order,
                "misused_principal": "10000",
                "compound_on_penalty": True,
            },
        }
    )
    return running_ledger(loan, START, END)


def do(book: Ledger, step: Step) -> None:
    """One operation, as far as the state allows it; refusals leave the ledger as it is."""
    number, kind, cents = step
    day = START + dt.timedelta(days=number)
    operations: dict[str, Callable[[], object]] = {
        "pay": lambda: book.pay(day, cents),
        "charge": lambda: book.charge(
            day, BOOK_CLASSES[cents % 4], cents, tr("charge"), day + dt.timedelta(cents % 90)
        ),
        "waive": lambda: book.waive(day, waived(book, day, cents)),
        "promise": lambda: book.waive(day, waived(book, day, cents), conditional=True),
        "pay off": lambda: book.pay_off(day),
        "breach": lambda: book.breach(day),
        "draw": lambda: book.draw(day, cents),
        "accelerate": lambda: book.accelerate(day),
        "reverse": lambda: book.reverse(day, cents % max(book.operations, 1)),
        "reschedule": lambda: reschedule(book, day, cents, overdue=False),
        "extend": lambda: reschedule(book, day, cents, overdue=True),
        "rate": lambda: book.reprice(day, Fraction(cents % 1_000, 10_000)),
        "wait": lambda: book.advance(day),
    }
    try:
        operations[kind]()
    except LedgerError:
        book.advance(max(day, book.day))


def waived(book: Ledger, day: dt.date, cents: int) -> dict[str, int]:
    """A part, or all, of what is owed and accrued in one class."""
    book.advance(day)
    name = BOOK_CLASSES[cents % 7]
    owed = getattr(book.claim, name) + getattr(book.accrued(day), name)
    return {name: owed if cents % 2 else cents % 9_999}


def reschedule(book: Ledger, day: dt.date, cents: int, *, overdue: bool) -> None:
    """Two installments, the second up to three years away."""
    book.advance(day)
    left = book.claim.principal + (book.claim.overdue if overdue else 0)
    first = min(cents, left)
    days = (day + dt.timedelta(days=cents % 200), day + dt.timedelta(days=200 + cents % 900))
    book.reschedule(day, list(zip(days, (first, left - first), strict=True)), overdue=overdue)


def foots(book: Ledger) -> None:
    """Opening balances and lines make up the claim; so do the items; nothing is negative."""
    lines = account(book)
    for name in (*BOOK_CLASSES, "credit"):
        booked = book.credit if name == "credit" else getattr(book.claim, name)
        assert sum(getattr(line, name) for line in lines) == booked
        assert booked >= 0
    assert lines[-1].debt == book.debt == book.claim.total
    inner = book.peek(book.day)
    for name in BOOK_CLASSES:
        assert sum(item.amount for item in inner.items if item.name == name) == inner.balances[name]
        assert all(item.amount > 0 for item in inner.items)


@given(day_count=conventions, order=orders, steps=steps)
@settings(max_examples=150)
def test_every_state_foots(day_count: str, order: str, steps: list[Step]) -> None:
    book = open_loan(day_count, order)
    for step in steps:
        do(book, step)
        foots(book)


@given(day_count=conventions, order=orders, before=steps, first=steps.filter(bool), after=steps, at=st.integers(0, 9))
@settings(max_examples=150)
def test_a_reversal_is_the_history_without_it(
    day_count: str, order: str, before: list[Step], first: list[Step], after: list[Step], at: int
) -> None:
    """Payments, charges and drawings that follow one another, one of them undone at the end."""
    plain = {"pay", "charge", "draw", "accelerate", "rate"}
    story = [step for step in sorted([*before, *first, *after]) if step[1] in plain] or [(0, "pay", 1)]
    undone = at % len(story)
    never, once = open_loan(day_count, order), open_loan(day_count, order)
    for step in story[:undone] + story[undone + 1 :]:
        do(never, step)
    for step in story:
        do(once, step)
    never.advance(max(never.day, once.day))
    once.reverse(max(never.day, once.day), undone)
    assert once.claim == never.claim
    assert once.credit == never.credit
    later = once.day + dt.timedelta(days=40)
    assert once.accrued(later) == never.accrued(later)


@given(day_count=conventions, steps=steps, cents=amounts, part=st.integers(1, 99))
@settings(max_examples=100)
def test_what_a_rescheduling_did_not_know_is_not_lost(day_count: str, steps: list[Step], cents: int, part: int) -> None:
    """A payment before a rescheduling, undone: the principal is that of a rescheduling without it."""
    before = [step for step in steps if step[1] in ("pay", "charge", "waive")]
    never, once = open_loan(day_count, "civil_code"), open_loan(day_count, "civil_code")
    for step in before:
        do(never, step)
        do(once, step)
    number = once.operations
    once.pay(once.day, cents)
    if part % 2:
        once.reverse(once.day, number)
    never.advance(once.day)
    taken = once.claim.principal * part // 100
    ahead = [once.day + dt.timedelta(days=300), once.day + dt.timedelta(days=900)]
    once.reschedule(once.day, [(ahead[0], taken), (ahead[1], once.claim.principal - taken)])
    if not part % 2:
        once.reverse(once.day, number)
    never.reschedule(never.day, [(ahead[0], taken), (ahead[1], never.claim.principal - taken)])
    for day in (once.day, *ahead, END + dt.timedelta(days=900)):
        once.advance(max(day, once.day))
        never.advance(max(day, never.day))
        assert once.claim == never.claim


@given(day_count=conventions, order=orders, before=steps, cents=amounts, wait=st.integers(0, 200))
@settings(max_examples=100)
def test_a_reversal_restores_the_state(day_count: str, order: str, before: list[Step], cents: int, wait: int) -> None:
    never, once = open_loan(day_count, order), open_loan(day_count, order)
    for step in before:
        do(never, step)
        do(once, step)
    number, later = once.operations, once.day + dt.timedelta(days=wait)
    once.pay(once.day, cents)
    once.reverse(later, number)
    never.advance(later)
    assert once.claim == never.claim
    assert once.credit == never.credit
    assert once.accrued(later + dt.timedelta(days=40)) == never.accrued(later + dt.timedelta(days=40))
    assert once.debt_if_breached == never.debt_if_breached


@given(day_count=conventions, cuts=st.lists(st.integers(0, DAYS), max_size=12).map(sorted))
@settings(max_examples=150)
def test_cutting_a_period_changes_nothing(day_count: str, cuts: list[int]) -> None:
    whole, cut = open_loan(day_count, "civil_code"), open_loan(day_count, "civil_code")
    for number in cuts:
        cut.pay(START + dt.timedelta(days=number), 0)
    for book in (whole, cut):
        book.advance(END)
    assert whole.claim == cut.claim


@given(day_count=conventions, days=st.sets(st.integers(1, 29), max_size=12))
@settings(max_examples=100)
def test_cents_paid_between_settlements_cost_nothing_and_gain_only_what_they_are(
    day_count: str, days: set[int]
) -> None:
    """Fees come first: paid in cents they bear nothing, so the rest stands as without the payments."""
    whole, cut = open_loan(day_count, "civil_code"), open_loan(day_count, "civil_code")
    for number in sorted(days):
        cut.pay(START + dt.timedelta(days=number), 1)
    whole.pay(START + dt.timedelta(days=29), len(days))
    for book in (whole, cut):
        book.advance(END)
    assert whole.claim == cut.claim


@given(day_count=conventions, order=orders, payments=st.lists(amounts, min_size=1, max_size=5))
def test_payments_of_one_day_are_one_payment(day_count: str, order: str, payments: list[int]) -> None:
    day = dt.date(2027, 9, 1)
    apart, together = open_loan(day_count, order), open_loan(day_count, order)
    for cents in payments:
        apart.pay(day, cents)
    together.pay(day, sum(payments))
    if order != "by_arrears":  # there the first payment may change how long the loan is past due
        assert apart.claim == together.claim
    assert apart.debt == together.debt


@given(order=orders, paid=amounts, charged=st.integers(1, 10**6))
def test_operations_of_one_day_take_effect_as_entered(order: str, paid: int, charged: int) -> None:
    """A charge before a payment is settled by it in its turn; after it, it stands; the debt is the same."""
    day = dt.date(2027, 9, 1)
    first, second = open_loan("ACT/360", order), open_loan("ACT/360", order)
    first.charge(day, "fees", charged, tr("charge"))
    first.pay(day, paid)
    second.pay(day, paid)
    second.charge(day, "fees", charged, tr("charge"))
    assert first.debt - first.credit == second.debt - second.credit
    assert second.claim.fees >= charged
