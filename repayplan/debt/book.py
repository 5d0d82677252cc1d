"""The book of one loan: balances by class, what accrues on them, and what happens by itself as days go by.

One engine in two number systems. Opened with integer cents it stays in integers: accruals are exact fractions, rounded
half up to the cent where they are booked. Opened with floats nothing is ever rounded, which is how published oracles
are met.

A day has an order: interest is settled, then capitalized, on the days set for it; charges known beforehand are
claimed; then come the day's operations as entered; principal that fell due and was not paid becomes overdue when the
day is over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

from repayplan.calendar.daycount import year_fraction
from repayplan.debt.order import CIVIL_CODE, ByArrears, Item, Order
from repayplan.debt.rates import RatePath
from repayplan.language import Message, tr
from repayplan.money import round_half_up

BOOK_CLASSES = ("fees", "penalty", "compound", "interest", "overdue", "misused", "principal")
"""Every class a book keeps; "credit" beside them is money received that nothing was owed for yet."""

ARREARS = ("penalty", "compound", "interest", "overdue", "misused")
SETTLE, CAPITALIZE, CHARGE = 0, 1, 2

DayCount = str | Callable[[dt.date, dt.date], Fraction]
"""A convention's name, or a function that gives the years between two days."""


def to_the_cent(amount: Fraction | float) -> float:
    """How an accrual is booked in cents."""
    return round_half_up(cast("Fraction", amount))


def unrounded(amount: Fraction | float) -> float:
    """How an accrual is booked where nothing is rounded."""
    return float(amount)


@dataclass(frozen=True, slots=True)
class Accrual:
    """What one class earns: ``rate`` per year on its balance (or on ``base``, where the contract says the original
    amount), booked into ``lands_in``."""

    source: str
    lands_in: str
    rate: RatePath
    base: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What a payment settled of one claim, and with which installment the claim was called up."""

    name: str
    amount: float
    installment: dt.date | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the account: what changed, by class (plus is owed more), and why."""

    date: dt.date
    kind: str
    text: Message
    changes: Mapping[str, float]
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A charge known beforehand: claimed and due on its day."""

    date: dt.date
    name: str
    amount: float
    text: Message


@dataclass(frozen=True, slots=True)
class Terms:
    """What the contract fixes. ``settlements``: days on which accruals are booked; ``due_days``: days on which what is
    booked falls due, the day of booking where there are none; ``capitalizations``: days on which booked interest and
    compound interest become principal; ``rounded`` books an accrual; ``penal_when_called``: classes that bear the rate
    of overdue principal once the loan is called due; ``arrears_on_payment``: what arrears have accrued is booked
    whenever something is paid, since it is owed already (Civil Code art. 561), while interest on principal not yet due
    waits."""

    loan: str
    day_count: DayCount
    accruals: tuple[Accrual, ...]
    settlements: Sequence[dt.date] = ()
    due_days: Sequence[dt.date] = ()
    capitalizations: Sequence[dt.date] = ()
    charges: Sequence[Planned] = ()
    order: Order | ByArrears = CIVIL_CODE
    rounded: Callable[[Fraction | float], float] = to_the_cent
    penal_when_called: Sequence[str] = ()
    arrears_on_payment: bool = False


class Book:
    """Balances by class on a running day. Amounts are cents (int) or unrounded (float), as opened."""

    def __init__(self, terms: Terms, items: Iterable[Item], opened: dt.date) -> None:
        self.terms = terms
        self.items = [item for item in items if item.amount]
        self.balances: dict[str, float] = dict.fromkeys((*BOOK_CLASSES, "credit"), 0)
        for item in self.items:
            self.balances[item.name] += item.amount
        self.accruals = list(terms.accruals)
        self.pending: list[Fraction | float] = [Fraction(0)] * len(self.accruals)
        self.period_start = self.accrued_to = self.day = opened
        self.lines: list[Line] = []
        self._agenda = sorted(
            {(day, SETTLE, 0) for day in terms.settlements if day > opened}
            | {(day, CAPITALIZE, 0) for day in terms.capitalizations if day > opened}
            | {(charge.date, CHARGE, number) for number, charge in enumerate(terms.charges) if charge.date > opened}
        )
        self._done = 0
        self._turns = self._due_days()

    def copy(self) -> Book:
        """A book that goes its own way from here; terms and written lines are shared, being immutable."""
        other = object.__new__(Book)
        other.__dict__.update(self.__dict__)
        other.items = [item.copy() for item in self.items]
        other.balances = dict(self.balances)
        other.accruals, other.pending = list(self.accruals), list(self.pending)
        other.lines, other._turns = list(self.lines), list(self._turns)
        return other

    @property
    def debt(self) -> float:
        """Everything booked and unpaid; a credit is not taken off."""
        return sum(self.balances[name] for name in BOOK_CLASSES)

    def accrued(self, day: dt.date) -> dict[str, float]:
        """What has accrued by ``day`` since the last settlement, by the class it lands in, rounded as if booked."""
        book = self
        if self._next(day) is not None:
            book = self.copy()
            book.advance(day)
        found: dict[str, float] = {}
        for number, accrual in enumerate(book.accruals):
            amount = book.terms.rounded(book.pending[number] + book._growth(accrual, day))
            found[accrual.lands_in] = found.get(accrual.lands_in, 0) + amount
        return found

    def per_day(self, day: dt.date) -> dict[str, Fraction | float]:
        """What the night after ``day`` adds, by the class it lands in, as balances and rates now stand; not rounded.

        Under a month of thirty days every night counts as a 360th, although the 31st adds nothing.
        """
        thirty = isinstance(self.terms.day_count, str) and self.terms.day_count.startswith("30")
        night = Fraction(1, 360) if thirty else years(self.terms.day_count, day, day + dt.timedelta(days=1))
        found: dict[str, Fraction | float] = {}
        for accrual in self.accruals:
            base = self.balances[accrual.source] if accrual.base is None else accrual.base
            amount = base * (accrual.rate.at(day) * night)
            if amount:
                found[accrual.lands_in] = found.get(accrual.lands_in, Fraction(0)) + amount
        return found

    def next_change(self, day: dt.date) -> dt.date | None:
        """The first day after ``day`` on which something changes by itself: until then each day adds the same."""
        days = [date for date, _, _ in self._agenda[self._done :]]
        days += [turn + dt.timedelta(days=1) for turn in self._turns]
        days += [step for accrual in self.accruals for step in accrual.rate.days]
        return min((date for date in days if date > day), default=None)

    def due(self, day: dt.date) -> float:
        """What may be demanded on ``day`` of what is booked."""
        return sum(item.amount for item in self.items if item.due is None or item.due <= day)

    def days_past_due(self, day: dt.date) -> int:
        """Days since the oldest claim fell due that is still unpaid; 0 where none is."""
        oldest = min((item.due for item in self.items if item.due is not None), default=day)
        return max((day - oldest).days, 0)

    # what happens by itself

    def advance(self, day: dt.date) -> None:
        """Let everything happen that is set for ``day`` and before."""
        while (step := self._next(day)) is not None:
            step(self)
        self.day = day

    def _next(self, day: dt.date) -> Callable[[Book], None] | None:
        """What happens next by itself, if anything does by ``day``: a day's agenda comes before its end."""
        agenda = self._agenda[self._done] if self._done < len(self._agenda) else None
        turn = self._turns[0] if self._turns and self._turns[0] < day else None
        if agenda is not None and agenda[0] <= day and (turn is None or agenda[0] <= turn):
            return Book._keep_agenda
        return None if turn is None else Book._turn

    def _keep_agenda(self) -> None:
        day, what, number = self._agenda[self._done]
        self._done += 1
        if what == SETTLE:
            self._settle(day)
        elif what == CAPITALIZE:
            self._capitalize(day)
        else:
            self._charge(self.terms.charges[number])
        self._use_credit(day)

    def settle_now(self, day: dt.date) -> None:
        """Book what has accrued by ``day`` although it is no settlement day, as when a loan is paid off."""
        self.advance(day)
        self._settle(day)

    def _accrue(self, day: dt.date) -> None:
        if day != self.accrued_to:
            for number, accrual in enumerate(self.accruals):
                self.pending[number] += self._growth(accrual, day)
            self.accrued_to = day

    def _growth(self, accrual: Accrual, day: dt.date) -> Fraction | float:
        """What the class has earned by ``day`` since it was last counted."""
        base = self.balances[accrual.source] if accrual.base is None else accrual.base
        if not base or day == self.accrued_to:
            return Fraction(0)
        pieces = accrual.rate.pieces(self.accrued_to, day)
        return base * sum((rate * self._years(start, end) for start, end, rate in pieces), Fraction(0))

    def _years(self, start: dt.date, end: dt.date) -> Fraction:
        """Counted from the start of the interest period, so that cutting a period never changes its interest:
        30/360 (US) alone would not add up."""
        total = years(self.terms.day_count, self.period_start, end)
        return total if start == self.period_start else total - years(self.terms.day_count, self.period_start, start)

    def _settle(self, day: dt.date) -> None:
        self._book(day, BOOK_CLASSES)
        self.period_start = day

    def _book(self, day: dt.date, sources: Collection[str]) -> None:
        self._accrue(day)
        for number, accrual in enumerate(self.accruals):
            if accrual.source not in sources:
                continue
            amount = self.terms.rounded(self.pending[number])
            self.pending[number] = Fraction(0)
            if amount:
                due = self.called_with(day) if self.terms.due_days else day
                self.add(Item(accrual.lands_in, amount, due, due))
                text = tr("accrued on {source}", source=class_name(accrual.source))
                self.lines.append(Line(day, "accrual", text, {accrual.lands_in: amount}))

    def _capitalize(self, day: dt.date) -> None:
        self._accrue(day)
        changes = {name: -self.balances[name] for name in ("compound", "interest") if self.balances[name]}
        if not changes:
            return
        amount = -sum(changes.values())
        self.items = [item for item in self.items if item.name not in changes]
        for name in changes:
            self.balances[name] = 0
        dues = [item.due for item in self.items if item.name == "principal" and item.due is not None]
        self.add(Item("principal", amount, max(dues, default=None)))
        self.lines.append(
            Line(day, "capitalization", tr("interest becomes principal"), {**changes, "principal": amount})
        )

    def _charge(self, charge: Planned) -> None:
        self._accrue(charge.date)
        self.add(Item(charge.name, charge.amount, charge.date, self.called_with(charge.date)))
        self.lines.append(Line(charge.date, "charge", charge.text, {charge.name: charge.amount}))

    def _turn(self) -> None:
        """Principal that was due on a day and is not paid at the end of it is overdue."""
        due = self._turns.pop(0)
        self._use_credit(due)
        self._accrue(due)
        turned = [item for item in self.items if item.name == "principal" and item.due is not None and item.due <= due]
        amount = sum(item.amount for item in turned)
        if not amount:
            return
        for item in turned:
            item.name = "overdue"
        self.balances["principal"] -= amount
        self.balances["overdue"] += amount
        changes = {"principal": -amount, "overdue": amount}
        self.lines.append(Line(due, "overdue", tr("principal not paid when due"), changes))

    def _use_credit(self, day: dt.date) -> None:
        if self.balances["credit"]:
            used = min(self.balances["credit"], self.due(day))
            if used:
                parts = self._pay(day, used, None)
                self.balances["credit"] -= used
                changes = {**{name: -amount for name, amount in _by_class(parts).items()}, "credit": -used}
                self.lines.append(Line(day, "credit", tr("credit used"), changes, parts))

    # what somebody does

    def pay(self, day: dt.date, amount: float, order: Order | None = None) -> dict[str, float]:
        """Settle claims in order (the contract's, or the one the debtor designates); what nothing is owed for is
        kept as a credit. Returns the amounts by class, "credit" among them."""
        if amount and self.terms.arrears_on_payment:
            self._book(day, ARREARS)
        parts = self._pay(day, amount, order)
        settled = _by_class(parts)
        left = amount - sum(settled.values())
        if left:
            self.balances["credit"] += left
            settled["credit"] = left
        changes = {name: value if name == "credit" else -value for name, value in settled.items()}
        self.lines.append(Line(day, "payment", tr("payment"), changes, parts))
        return settled

    def _pay(self, day: dt.date, amount: float, order: Order | None) -> tuple[Part, ...]:
        self._accrue(day)
        parts = []
        for item in self._order(day, order).arrange(self.items, day):
            if amount <= 0:
                break
            part = min(amount, item.amount)
            item.amount -= part
            amount -= part
            self.balances[item.name] -= part
            parts.append(Part(item.name, part, item.installment))
        self.items = [item for item in self.items if item.amount]
        return tuple(parts)

    def _order(self, day: dt.date, order: Order | None) -> Order:
        chosen = order or self.terms.order
        return chosen if isinstance(chosen, Order) else chosen.at(self.days_past_due(day))

    def add(self, item: Item) -> None:
        """Claim something more; the caller writes the line."""
        self._accrue(max(self.day, self.accrued_to))
        self.items.append(item)
        self.balances[item.name] += item.amount
        if item.name == "principal" and item.due is not None:
            self._turns = self._due_days()

    def take_off(self, day: dt.date, name: str, amount: float) -> None:
        """Reduce a class by ``amount``, its oldest claims first; the caller writes the line."""
        self._accrue(day)
        self.balances[name] -= amount
        for item in sorted((i for i in self.items if i.name == name), key=lambda i: i.due or dt.date.min):
            part = min(amount, item.amount)
            item.amount -= part
            amount -= part
        self.items = [item for item in self.items if item.amount]

    def change_rate(self, day: dt.date, source: str, path: RatePath) -> None:
        """What ``source`` earns from ``day`` on."""
        self._accrue(day)
        self.accruals = [
            replace(accrual, rate=accrual.rate.then(day, path)) if accrual.source == source else accrual
            for accrual in self.accruals
        ]

    def call_up(self, day: dt.date, installments: Iterable[Item]) -> None:
        """Replace the days on which principal not yet due falls due."""
        self._accrue(day)
        self.items = [*(item for item in self.items if item.name != "principal"), *installments]
        self.balances["principal"] = sum(item.amount for item in self.items if item.name == "principal")
        self._turns = self._due_days()

    def accelerate(self, day: dt.date) -> None:
        """Everything falls due on ``day``; unpaid interest bears the penalty rate from then on."""
        penal = [accrual.rate for accrual in self.accruals if accrual.source == "overdue"]
        for name in self.terms.penal_when_called:
            self.change_rate(day, name, penal[0])
        for item in self.items:
            if item.name == "principal" or item.due is None or item.due > day:
                item.due = day
        self._turns = self._due_days()

    def called_with(self, day: dt.date) -> dt.date:
        """The installment with which something due on ``day`` is called up; ``day`` itself after the last one."""
        return min((due for due in self.terms.due_days or self._turns if due >= day), default=day)

    def _due_days(self) -> list[dt.date]:
        return sorted({item.due for item in self.items if item.name == "principal" and item.due is not None})


def _by_class(parts: Iterable[Part]) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in parts:
        found[part.name] = found.get(part.name, 0) + part.amount
    return found


def years(day_count: DayCount, start: dt.date, end: dt.date) -> Fraction:
    """Years between two days, exactly."""
    return year_fraction(day_count, start, end) if isinstance(day_count, str) else day_count(start, end)


def class_name(name: str) -> Message:
    """What a person calls a class."""
    return CLASS_NAMES[name]


CLASS_NAMES: Mapping[str, Message] = {
    "fees": tr("costs and fees"),
    "penalty": tr("penalty interest"),
    "compound": tr("compound interest"),
    "interest": tr("interest"),
    "overdue": tr("overdue principal"),
    "misused": tr("misused principal"),
    "principal": tr("principal"),
    "credit": tr("credit"),
}
