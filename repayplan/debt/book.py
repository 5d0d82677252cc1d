"""The book of one loan: balances by class, what accrues on them, and what happens by itself as days go by.

One engine in two number systems. Opened with integer cents it stays in integers: accruals are exact fractions, rounded
half up to the cent where they are booked. Opened with floats nothing is ever rounded, which is how published oracles
are met.

A day has an order: interest is settled, then capitalized, on the days set for it; charges known beforehand are
claimed; then come the day's operations as entered; principal that fell due and was not paid becomes overdue when the
day is over. A credit is used as soon as something is due.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from repayplan.debt.order import Item, Order
from repayplan.debt.rates import BEGINNING, RatePath
from repayplan.debt.terms import (
    BOOK_CLASSES,
    Accrual,
    DayCount,
    Line,
    Part,
    Planned,
    Terms,
    class_name,
    to_the_cent,
    unrounded,
    years,
)
from repayplan.language import tr

__all__ = [
    "BOOK_CLASSES", "Accrual", "Book", "DayCount", "Line", "Part", "Planned", "Terms", "class_name", "to_the_cent",
    "unrounded", "years",
]  # fmt: skip

ARREARS = ("penalty", "compound", "interest", "overdue", "misused")
SETTLE, CAPITALIZE, CHARGE, DUE = 0, 1, 2, 3
A_YEAR = dt.timedelta(days=366)
DAY = dt.timedelta(days=1)

Booked = list[tuple[int, Item, float]]
"""Accruals just booked: the number of each, its claim, and how much it was."""


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
        self.claimed: list[float] = [0] * len(self.accruals)  # what of pending is booked before it is settled
        self.period_start = self.accrued_to = self.day = opened
        self.lines: list[Line] = []
        self.end = terms.default.end if terms.default else None
        self.called = False
        self.promised: tuple[int, ...] = ()
        settlements = terms.settlements if self.end is None else [*terms.settlements, self.end]
        events = {(day, SETTLE, 0) for day in settlements} | {(day, CAPITALIZE, 0) for day in terms.capitalizations}
        events |= {(charge.date, CHARGE, number) for number, charge in enumerate(terms.charges)}
        events |= {(item.due, DUE, 0) for item in self.items if item.due is not None and item.name != "principal"}
        self._agenda, self._done = sorted(event for event in events if event[0] > opened), 0
        self._turns = self._due_days()

    def copy(self) -> Book:
        """A book that goes its own way from here; terms and written lines are shared, being immutable."""
        other = object.__new__(Book)
        other.__dict__.update(self.__dict__)
        other.items = [item.copy() for item in self.items]
        other.balances = dict(self.balances)
        other.accruals, other.pending, other.claimed = list(self.accruals), list(self.pending), list(self.claimed)
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
            amount = book.terms.rounded(book.pending[number] + book._growth(accrual, day)) - book.claimed[number]
            found[accrual.lands_in] = found.get(accrual.lands_in, 0) + amount
        return found

    def per_day(self, day: dt.date) -> dict[str, Fraction | float]:
        """What the night after ``day`` adds, by the class it lands in, as rates now stand; not rounded.

        What is due on ``day`` and not paid is overdue that night. Under months of thirty days a night counts as the
        convention has it: nothing before a 31st, up to three days at the end of February.
        """
        closed = self.copy()
        while closed._turns and closed._turns[0] <= day:
            closed._turn()
        night = self._years(day, day + DAY)
        found: dict[str, Fraction | float] = {}
        for accrual in self.accruals:
            base = closed.balances[accrual.source] if accrual.base is None else accrual.base
            amount = base * (accrual.rate.at(day) * night)
            if amount:
                found[accrual.lands_in] = found.get(accrual.lands_in, Fraction(0)) + amount
        return found

    def next_change(self, day: dt.date) -> dt.date | None:
        """The first day after ``day`` on which something changes by itself: each night before it adds the same."""
        days = [date for date, _, _ in self._agenda[self._done :]]
        days += self._turns
        days += [step for accrual in self.accruals for step in accrual.rate.days]
        change = min((date for date in days if date > day), default=None)
        return self._night_changes(day, change or day + A_YEAR) or change

    def _night_changes(self, day: dt.date, until: dt.date) -> dt.date | None:
        """The first night before ``until`` that counts otherwise than the one after ``day``: at the end of a month of
        thirty days, at the turn to a leap year."""
        night = self._years(day, day + DAY)
        later = (day + dt.timedelta(days=number) for number in range(1, (until - day).days))
        return next((date for date in later if self._years(date, date + DAY) != night), None)

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
        elif what == CHARGE:
            self._charge(self.terms.charges[number])
        self.use_credit(day)

    def _expect(self, *events: tuple[dt.date, int, int]) -> None:
        """Put more on the agenda; it is shared with copies and never changed in place."""
        self._agenda, self._done = sorted({*self._agenda[self._done :], *events}), 0

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
        for number, item, amount in self._claim(day, BOOK_CLASSES):
            self._note_accrual(day, number, item, amount)
        self.pending, self.claimed = [Fraction(0)] * len(self.accruals), [0] * len(self.accruals)
        self.period_start = day

    def _claim(self, day: dt.date, sources: Collection[str]) -> Booked:
        """Book what ``sources`` have accrued, rounded; what had been booked of it before counts as booked."""
        self._accrue(day)
        booked: Booked = []
        for number, accrual in enumerate(self.accruals):
            amount = self._unclaimed(number) if accrual.source in sources else 0
            if amount:
                self.claimed[number] += amount
                due = self.called_with(day) if self.terms.due_days else day
                item = Item(accrual.lands_in, amount, due, due)
                self.add(item)
                booked.append((number, item, amount))
        return booked

    def _unclaimed(self, number: int) -> float:
        return self.terms.rounded(self.pending[number]) - self.claimed[number]

    def _release(self, day: dt.date, booked: Booked) -> None:
        """What was not reached of what had been booked for the occasion is pending again, so that it bears compound
        interest no sooner than without it."""
        for number, item, amount in booked:
            self.items = [other for other in self.items if other is not item]
            self.balances[item.name] -= item.amount
            self.claimed[number] -= item.amount
            self._note_accrual(day, number, item, amount - item.amount)

    def _note_accrual(self, day: dt.date, number: int, item: Item, amount: float) -> None:
        if amount:
            text = tr("accrued on {source}", source=class_name(self.accruals[number].source))
            self.lines.append(Line(day, "accrual", text, {item.name: amount}))

    def claim_arrears(self, day: dt.date) -> Booked:
        """Book what arrears have accrued, where a payment settles it; interest on principal not yet due waits."""
        return self._claim(day, ARREARS) if self.terms.default else []

    def _capitalize(self, day: dt.date) -> None:
        """Unpaid interest, that of the day included, becomes principal due with the last of it; at once, where the
        term is over."""
        self._settle(day)
        changes = {name: -self.balances[name] for name in ("compound", "interest") if self.balances[name]}
        if not changes:
            return
        amount = -sum(changes.values())
        self.items = [item for item in self.items if item.name not in changes]
        for name in changes:
            self.balances[name] = 0
        dues = [item.due for item in self.items if item.name == "principal" and item.due is not None]
        over = self.called or (self.end is not None and self.end <= day)
        self.add(Item("principal", amount, max(dues, default=day if over else self.end)))
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
        self.use_credit(due)
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

    def use_credit(self, day: dt.date, most: float | None = None) -> None:
        """Settle what is due from money received before; ``most``: more than that, up to this amount."""
        used = min(self.balances["credit"], self.due(day) if most is None else most)
        if used:
            parts = self._pay(day, used, None)
            used = sum(part.amount for part in parts)
            self.balances["credit"] -= used
            changes = {**{name: -amount for name, amount in _by_class(parts).items()}, "credit": -used}
            self.lines.append(Line(day, "credit", tr("credit used"), changes, parts))
            self._vest(day)

    # what somebody does

    def pay(self, day: dt.date, amount: float, order: Order | None = None) -> dict[str, float]:
        """Settle claims in order (the contract's, or the one the debtor designates); what nothing is owed for is
        kept as a credit. Returns the amounts by class, "credit" among them."""
        booked = self.claim_arrears(day) if amount else []
        parts = self._pay(day, amount, order)
        self._release(day, booked)
        settled = _by_class(parts)
        left = amount - sum(settled.values())
        if left:
            self.balances["credit"] += left
            settled["credit"] = left
        changes = {name: value if name == "credit" else -value for name, value in settled.items()}
        self.lines.append(Line(day, "payment", tr("payment"), changes, parts))
        if amount:
            self._vest(day)
        return settled

    def pay_off(self, day: dt.date, amount: float) -> dict[str, float]:
        """Book what has accrued by ``day``, then settle everything from the credit and ``amount``."""
        self._settle(day)
        self.use_credit(day, self.debt)
        return self.pay(day, amount)

    def _vest(self, day: dt.date) -> None:
        """Waivers that were promised for it become final once nothing is owed, booked or accrued, beyond a credit."""
        if self.promised and not self.debt:
            accrued = sum(self._unclaimed(number) for number in range(len(self.accruals)))
            if accrued <= self.balances["credit"]:
                self.promised = ()
                self.lines.append(Line(day, "vesting", tr("waiver final: the debt is paid"), {}))

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
        if item.due is None:
            return
        if item.name == "principal":
            self._turns = self._due_days()
        elif item.due > self.day:
            self._expect((item.due, DUE, 0))

    def waive(self, day: dt.date, amounts: Mapping[str, float], promise: int | None = None) -> None:
        """Give up ``amounts`` by class, as far as they are owed; what has accrued is claimed for it where less is
        booked. ``promise``: the number under which the waiver may yet be taken back."""
        short = any(amount > self.balances[name] for name, amount in amounts.items())
        booked = self._claim(day, BOOK_CLASSES) if short else []
        given = {name: min(amount, self.balances[name]) for name, amount in amounts.items()}
        for name, amount in given.items():
            self.take_off(day, name, amount)
        self._release(day, booked)
        text = tr("waived") if promise is None else tr("waived, revives on breach")
        self.lines.append(Line(day, "waiver", text, {name: -amount for name, amount in given.items()}))
        if promise is None:
            self._vest(day)
        else:
            self.promised = (*self.promised, promise)

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

    def reprice(self, day: dt.date, rate: Fraction) -> None:
        """The contract rate is ``rate`` from ``day`` until its next step, and what follows it follows."""
        self.change_rate(day, "principal", self._contract_rate().anew(day, rate))
        self._follow()

    def _contract_rate(self) -> RatePath:
        return next(accrual.rate for accrual in self.accruals if accrual.source == "principal")

    def _follow(self) -> None:
        """Penalty, misuse and compound rates follow the contract rate, the call and the end of the term."""
        if self.terms.default is not None:
            end = BEGINNING if self.called else self.end
            self.accruals = list(self.terms.default.accruals(self._contract_rate(), end))

    def reschedule(self, day: dt.date, dues: Sequence[tuple[dt.date, float]], *, overdue: bool = False) -> None:
        """Principal falls due anew as listed, as far as there is; what there is beyond the list falls due with its
        last installment. ``overdue``: principal overdue too, which is so no longer. The term ends no sooner than the
        last installment, and a loan that was called runs again."""
        if not dues:
            return
        cured = self.balances["overdue"] if overdue else 0
        left, installments = self.balances["principal"] + cured, []
        ordered = sorted(dues)
        for due, amount in ordered:
            installments.append(Item("principal", min(amount, left), due, due))
            left -= installments[-1].amount
        installments[-1].amount += left
        self.take_off(day, "overdue", cured)
        self.call_up(day, [item for item in installments if item.amount])
        last = ordered[-1][0]
        if self.end is not None and last > self.end:
            self._extend(self.end, last)
        self.called = False
        self._follow()
        changes = {"overdue": -cured, "principal": cured} if cured else {}
        self.lines.append(Line(day, "reschedule", tr("installments rescheduled"), changes))

    def _extend(self, before: dt.date, end: dt.date) -> None:
        """The term ends on ``end``: settled then, unpaid interest bears the contract rate until then, and principal
        misused falls due then."""
        if before not in self.terms.settlements:
            self._agenda = [event for event in self._agenda[self._done :] if event[:2] != (before, SETTLE)]
            self._done = 0
        self._expect((end, SETTLE, 0), (end, DUE, 0))
        self.end = end
        for item in self.items:
            if item.name == "misused":
                item.due = item.installment = end

    def call_up(self, day: dt.date, installments: Iterable[Item]) -> None:
        """Principal not yet due is these installments, which make it up."""
        self._accrue(day)
        self.items = [*(item for item in self.items if item.name != "principal"), *installments]
        self.balances["principal"] = sum(item.amount for item in self.items if item.name == "principal")
        self._turns = self._due_days()

    def accelerate(self, day: dt.date) -> None:
        """Everything falls due on ``day``, what has accrued included; unpaid interest bears the penalty rate from then
        on."""
        self._settle(day)
        self.called = True
        self._follow()
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
