"""The ledger of a loan: every operation on it, and what is owed on a day, by class. It has the last word.

The ledger's state is what its opening and its operations make of it, so a reversal is exact: the book is made again
without the reversed operation, and the difference is written as one more line. What has been written stays written.
Operations done again act on what they find: a waiver gives up no more than is owed then, a rescheduling spreads the
principal there is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeVar

from repayplan.cases.concessions import Waiver
from repayplan.cases.models import Loan
from repayplan.debt.book import Book
from repayplan.debt.claim import Allocation, Claim
from repayplan.debt.order import CIVIL_CODE, Item, Order
from repayplan.debt.rates import RatePath, signed_compound_rate, signed_rate
from repayplan.debt.terms import BOOK_CLASSES, Accrual, Line, Terms, class_name
from repayplan.errors import Fault, LedgerError
from repayplan.language import Message, tr
from repayplan.money import grouped, to_cents

Result = TypeVar("Result")


@dataclass(slots=True)
class Entry:
    """An operation as entered: what it does to whatever book it finds, so that it can be done again."""

    day: dt.date
    act: Callable[[Book], object]
    reversed: bool = False


class Ledger:
    """A running loan. Amounts are integer cents; operations come in order of time.

    On one day, interest is settled and capitalized first, then operations take effect in the order they are entered,
    and principal left unpaid on its due day is overdue from the next day.
    """

    def __init__(self, book: Book, *, excess: Literal["refuse", "credit"] = "refuse") -> None:
        self.loan = book.terms.loan
        self._opening = book.copy()
        self._book = book
        self._excess = excess
        self._entries: list[Entry] = []
        self._lines: list[Line] = []
        self.operation: int | None = None
        """The number that lines now written carry: the place of an operation in its case, from 1."""

    # what is owed

    @property
    def day(self) -> dt.date:
        """The day the ledger has come to."""
        return self._book.day

    @property
    def claim(self) -> Claim:
        """What is booked and unpaid, by class; cents."""
        return Claim.of(self._book.balances)

    @property
    def debt(self) -> int:
        """The whole booked debt; cents."""
        return int(self._book.debt)

    @property
    def principal(self) -> int:
        """Booked principal of every kind; cents."""
        return self.claim.all_principal

    @property
    def credit(self) -> int:
        """Money received that nothing was owed for yet; cents."""
        return int(self._book.balances["credit"])

    @property
    def debt_if_breached(self) -> int:
        """The debt without the waivers that have not vested; cents."""
        return int(self._replay(without=self._book.promised).debt)

    @property
    def conditional(self) -> bool:
        """Whether a waiver has been given that has not vested."""
        return bool(self._book.promised)

    @property
    def operations(self) -> int:
        """How many operations have been entered: the number the next one will have."""
        return len(self._entries)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The account so far: opening balances and these changes make up the claim, class by class."""
        return tuple(self._lines)

    def history(self) -> tuple[Line, ...]:
        """The account as if what has been reversed had never been entered."""
        return tuple(self._replay().lines)

    @property
    def opening(self) -> Claim:
        """What was claimed when the ledger was opened, by class; cents."""
        return Claim.of(self._opening.balances)

    @property
    def opened(self) -> dt.date:
        """The day the ledger was opened."""
        return self._opening.day

    def due(self, day: dt.date) -> int:
        """What may be demanded on ``day`` of what is booked now; cents."""
        return int(self._book.due(day))

    def accrued(self, day: dt.date) -> Claim:
        """What has accrued by ``day`` since the last settlement and is not booked yet, by class; cents."""
        return Claim.of(self._book.accrued(day))

    def days_past_due(self, day: dt.date) -> int:
        """Days on ``day`` since the oldest unpaid claim fell due; nothing else is assumed to happen until then."""
        ahead = self._book.copy()
        ahead.advance(day)
        return ahead.days_past_due(day)

    def per_day(self) -> dict[str, Fraction]:
        """What the coming night adds, by the class it lands in, exactly; cents."""
        return {name: Fraction(amount) for name, amount in self._book.per_day(self.day).items()}

    def next_change(self) -> dt.date | None:
        """The next day on which something is settled, falls due or changes its rate by itself."""
        return self._book.next_change(self.day)

    def peek(self, day: dt.date, *, breached: bool = False) -> Book:
        """A copy of the book as it will stand on ``day`` with everything accrued by then booked; ``breached``: without
        the waivers that have not vested."""
        ahead = self._replay(without=self._book.promised) if breached else self._book.copy()
        ahead.settle_now(day)
        return ahead

    def payable(self) -> Book:
        """A copy of the book as a payment finds it: what arrears have accrued is claimed too."""
        ahead = self._book.copy()
        ahead.claim_arrears(self.day)
        return ahead

    # operations

    def advance(self, date: dt.date) -> None:
        """Book everything set for ``date`` and before; LedgerError for a day already past."""
        self._check_day(date)
        self._book.advance(date)
        self._collect()

    def pay(self, date: dt.date, cents: int, order: Order | None = None) -> Allocation:
        """Settle claims in the loan's order, or in the one the debtor designates.

        LedgerError for a negative amount or, unless the ledger keeps credits, for more than the booked debt.
        """
        self._check_amount(cents, tr("a payment is negative"))
        self.advance(date)
        if cents > self.debt and self._excess == "refuse":
            raise self._fault(
                tr("a payment on {date} is larger than the debt", date=date),
                grouped(cents),
                tr("{amount} at most", amount=grouped(self.debt)),
                tr("pay no more than is owed"),
            )
        return Allocation.of(self._do(date, lambda book: book.pay(date, cents, order)))

    def pay_off(self, date: dt.date) -> Allocation:
        """Book what has accrued by ``date`` and pay everything that no credit covers."""
        self.advance(date)
        cents = max(int(self.peek(date).debt) - self.credit, 0)
        return Allocation.of(self._do(date, lambda book: book.pay_off(date, cents)))

    def charge(self, date: dt.date, name: str, cents: int, text: Message, due: dt.date | None = None) -> None:
        """Claim ``cents`` more in a class; it is due on ``due``, on ``date`` where none is given."""
        self._check_amount(cents, tr("a charge is negative"))
        self._check_class(name)

        def act(book: Book) -> None:
            day = due or date
            book.add(Item(name, cents, day, book.called_with(day)))
            book.lines.append(Line(date, "charge", text, {name: cents}))

        self._do(date, act)

    def draw(self, date: dt.date, cents: int, due: dt.date | None = None) -> None:
        """Lend more, or take back a payment that was returned: principal grows by ``cents``."""
        self._check_amount(cents, tr("a drawing is negative"))

        def act(book: Book) -> None:
            book.add(Item("principal", cents, due, due))
            book.lines.append(Line(date, "drawing", tr("principal drawn"), {"principal": cents}))

        self._do(date, act)

    def waive(self, date: dt.date, amounts: Mapping[str, int], *, conditional: bool = False) -> None:
        """Give up ``amounts`` by class, of what is booked first, then of what has accrued. A conditional waiver vests
        when the debt is paid and revives on breach."""
        self.advance(date)
        accrued = self._book.accrued(date)
        for name, cents in amounts.items():
            self._check_class(name)
            self._check_amount(cents, tr("a waiver is negative"))
            owed = int(self._book.balances[name] + accrued.get(name, 0))
            if cents > owed:
                raise self._fault(
                    tr("the waiver of {what} is larger than what is owed", what=class_name(name)),
                    grouped(cents),
                    tr("{amount} at most", amount=grouped(owed)),
                    tr("waive no more than is owed"),
                )
        promise = self.operations if conditional else None
        self._do(date, lambda book: book.waive(date, amounts, promise))

    def breach(self, date: dt.date) -> None:
        """Conditional waivers revive: the debt becomes what it would be had they never been given."""
        self.advance(date)
        revived = self._book.promised
        for number in revived:
            self._entries[number].reversed = True
        if revived:
            self._rewrite(date, "revival", tr("waiver revived on breach"))

    def change_rates(self, date: dt.date, paths: Mapping[str, RatePath]) -> None:
        """What classes earn from ``date`` on."""
        for name in paths:
            self._check_class(name)

        def act(book: Book) -> None:
            for name, path in paths.items():
                book.change_rate(date, name, path)
                rate = f"{float(path.at(date)) * 100:.4f}%"
                text = tr("rate on {what}: {rate}", what=class_name(name), rate=rate)
                book.lines.append(Line(date, "rate", text, {}))

        self._do(date, act)

    def reprice(self, date: dt.date, rate: Fraction) -> None:
        """The contract rate is ``rate`` a year from ``date`` until the contract fixes it anew; the rates on arrears
        and on unpaid interest follow it."""

        def act(book: Book) -> None:
            book.reprice(date, rate)
            text = tr("contract rate: {rate}", rate=f"{float(rate) * 100:.4f}%")
            book.lines.append(Line(date, "rate", text, {}))

        self._do(date, act)

    def reschedule(self, date: dt.date, installments: Sequence[tuple[dt.date, int]], *, overdue: bool = False) -> None:
        """Principal not yet due, with ``overdue`` overdue principal too, falls due on other days. The amounts must make
        up what it is. An installment after the end of the term extends the term."""
        self.advance(date)
        total, waiting = sum(cents for _, cents in installments), int(self._book.balances["principal"])
        late = int(self._book.balances["overdue"])
        principal = waiting + late if overdue else waiting
        if total != principal:
            raise self._fault(
                tr("the new installments do not make up the principal that is rescheduled"),
                grouped(total),
                tr("{amount} in all", amount=grouped(principal)),
                tr("change an installment; overdue principal is rescheduled only where that is said"),
            )
        if any(due < date or cents < 0 for due, cents in installments):
            raise self._fault(
                tr("an installment is negative or in the past"), None, tr("{date} or later", date=date), None
            )
        self._do(date, lambda book: book.reschedule(date, installments, overdue=overdue))

    def accelerate(self, date: dt.date) -> None:
        """Call everything due on ``date``, interest to that day included; it bears the penalty rate from then on."""

        def act(book: Book) -> None:
            book.accelerate(date)
            book.lines.append(Line(date, "acceleration", tr("the whole loan is called due"), {}))

        self._do(date, act)

    def reverse(self, date: dt.date, number: int, text: Message | None = None) -> None:
        """Undo operation ``number`` (its place in the order of entry, from 0) as if it had never been entered."""
        self.advance(date)
        if not 0 <= number < len(self._entries) or self._entries[number].reversed:
            raise self._fault(
                tr("there is no such operation to reverse"),
                str(number),
                tr("0 to {last}, each once", last=len(self._entries) - 1),
                tr("look up its number in the account"),
            )
        self._entries[number].reversed = True
        self._rewrite(date, "reversal", text or tr("reversal of operation {number}", number=number))

    # how it is done

    def _do(self, day: dt.date, act: Callable[[Book], Result]) -> Result:
        self._check_day(day)
        self._book.advance(day)
        result = act(self._book)
        self._book.use_credit(day)
        self._entries.append(Entry(day, act))
        self._collect()
        return result

    def _collect(self) -> None:
        self._lines += [replace(line, operation=self.operation) for line in self._book.lines]
        self._book.lines = []

    def _replay(self, without: Collection[int] = ()) -> Book:
        book = self._opening.copy()
        for number, entry in enumerate(self._entries):
            if not entry.reversed and number not in without:
                book.advance(entry.day)
                entry.act(book)
                book.use_credit(entry.day)
        book.advance(self.day)
        return book

    def _rewrite(self, date: dt.date, kind: str, text: Message) -> None:
        before, self._book = self._book.balances, self._replay()
        self._book.lines = []
        changes = {name: self._book.balances[name] - before[name] for name in before}
        self._lines.append(
            Line(date, kind, text, {name: value for name, value in changes.items() if value}, operation=self.operation)
        )

    def _fault(self, what: Message, value: str | None, limit: Message | None, remedy: Message | None) -> LedgerError:
        return LedgerError(Fault(what, self.loan, value, limit, remedy))

    def _check_day(self, date: dt.date) -> None:
        if date < self.day:
            raise self._fault(
                tr("the ledger has already passed this day"),
                f"{date}",
                tr("{date} or later", date=self.day),
                tr("enter operations in order of time"),
            )

    def _check_amount(self, cents: int, what: Message) -> None:
        if cents < 0:
            raise self._fault(what, grouped(cents), tr("0.00 or more"), tr("enter a reversal"))

    def _check_class(self, name: str) -> None:
        if name not in BOOK_CLASSES:
            raise self._fault(
                tr("there is no such class of claim"),
                name,
                tr("one of {names}", names=", ".join(BOOK_CLASSES)),
                tr("correct the name"),
            )


def open_ledger(
    loan: Loan,
    as_of: dt.date,
    arrears: Literal["capitalize", "keep"],
    settlement_dates: Sequence[dt.date],
    order: Order = CIVIL_CODE,
) -> Ledger:
    """The loan as it runs once a plan is signed on ``as_of``.

    ``capitalize``: everything claimed becomes principal; ``keep``: arrears stay classes of their own and overdue
    principal joins principal. What is waived at signing is taken off before; a conditional waiver vests with the last
    payment. Principal accrues at ``rate_after_signing`` into interest, unpaid interest and compound
    interest at ``compound_rate`` into compound interest, penalty and fees accrue nothing.
    """
    claim = _by_class(loan)
    given = {} if loan.waiver is None else _by_class(loan.waiver)
    if arrears == "capitalize":
        claim, given = {"principal": sum(claim.values())}, {"principal": sum(given.values())}
    rate, compound = signed_rate(loan), signed_compound_rate(loan)
    terms = Terms(
        loan=loan.id,
        day_count=loan.day_count,
        accruals=(
            Accrual("compound", "compound", compound),
            Accrual("interest", "compound", compound),
            Accrual("principal", "interest", rate),
        ),
        settlements=settlement_dates,
        order=order,
    )
    ledger = Ledger(Book(terms, [Item(name, cents) for name, cents in claim.items()], as_of))
    if loan.waiver is not None and any(given.values()):
        ledger.waive(as_of, given, conditional=loan.waiver.conditional)
    return ledger


def breach(ledger: Ledger, loan: Loan, date: dt.date) -> None:
    """A signed plan is breached on ``date``: conditional waivers revive, principal bears the rate agreed for that."""
    ledger.breach(date)
    if loan.rate_on_breach is not None:
        ledger.change_rates(date, {"principal": RatePath.fixed(Fraction(loan.rate_on_breach))})


def _by_class(amounts: Loan | Waiver) -> dict[str, int]:
    """What is claimed or waived, by the classes of a signed plan, in which overdue principal joins principal; cents."""
    return {
        "fees": to_cents(amounts.fees),
        "penalty": to_cents(amounts.penalty),
        "compound": to_cents(amounts.compound_interest),
        "interest": to_cents(amounts.interest),
        "principal": to_cents(amounts.principal) + to_cents(amounts.overdue_principal),
    }
