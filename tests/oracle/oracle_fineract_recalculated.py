"""A level installment whose interest is counted anew on what is really outstanding, as payments come early or late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from repayplan.debt.book import Accrual, Book, Terms
from repayplan.debt.order import Item, order
from repayplan.debt.rates import RatePath
from repayplan.debt.yields import periodic_payment
from repayplan.money import round_half_up

Rows = dict[dt.date, dict[str, Any]]

DUE_FIRST = order("penalty", "fees", "interest", "principal", oldest_first=True)


def recalculated(
    principal: int,
    start: dt.date,
    dates: Sequence[dt.date],
    rate: Fraction,
    paid: Sequence[tuple[dt.date, int]],
    today: dt.date,
    by_period: bool,
) -> list[dict[str, Any]]:
    """Installments as they stand on ``today``, those still to come as if each will be paid on its day.

    ``by_period``: a payment counts from the next due date; otherwise from its own day. Amounts in cents.
    """
    return (
        _by_period(principal, start, dates, rate, paid, today)
        if by_period
        else _Daily(principal, start, dates, rate, paid, today).rows()
    )


def level(balance: float, rate: Fraction, count: int) -> int:
    """The payment in whole units, by periods of 30 days in 365."""
    return round_half_up(periodic_payment(balance, rate * Fraction(30, 365), count) / 100) * 100


@dataclass
class _Ahead:
    """What was paid before its installment fell due: principal and interest of this one, principal of the next."""

    principal: int = 0
    interest: int = 0
    next_principal: int = 0


class _Daily:
    """Runs the book due date by due date."""

    def __init__(
        self,
        principal: int,
        start: dt.date,
        dates: Sequence[dt.date],
        rate: Fraction,
        paid: Sequence[tuple[dt.date, int]],
        today: dt.date,
    ) -> None:
        path = RatePath.fixed(rate)
        accruals = (Accrual("overdue", "interest", path), Accrual("principal", "interest", path))
        moves = [*(day for day, _ in paid), today]
        terms = Terms("L", "ACT/365F", accruals, [*dates, *moves], due_days=dates, order=DUE_FIRST)
        self.book = Book(terms, [Item("principal", principal, dates[-1], dates[-1])], start)
        self.start, self.dates, self.rate, self.paid, self.today = start, dates, rate, paid, today
        self.payment = level(principal, rate, len(dates))
        self.found = {day: {"day": day, "due": {}, "paid": 0, "early": 0, "late": 0} for day in dates}

    def rows(self) -> list[dict[str, Any]]:
        before, carried = self.start, 0
        for number, due in enumerate(self.dates):
            carried = self.period(number, before, due, carried)
            before = due
        for day, amount in self.paid:
            if day > before:
                self.settle_due(self.book, day, amount, self.found)
        return list(self.found.values())

    def period(self, number: int, before: dt.date, due: dt.date, carried: int) -> int:
        """One installment. How its payment splits depends on its interest, and that on what is paid ahead: the two
        are found together."""
        interest = 0
        for _ in range(20):
            trial, found = self.book.copy(), {day: dict(row) for day, row in self.found.items()}
            ahead = self.pay_early(trial, found, (before, due), interest, carried)
            trial.advance(due)
            booked = _due_on(trial, "interest", due)
            if booked == interest:
                break
            interest = booked
        self.book, self.found = trial, found
        self.fall_due(number, due, ahead)
        return ahead.next_principal

    def pay_early(
        self, book: Book, found: Rows, between: tuple[dt.date, dt.date], interest: int, carried: int
    ) -> _Ahead:
        """Payments between two due dates: what is due first, then this installment's principal, its interest, and
        the next one's principal. What is overdue today is assumed to be paid today."""
        after, due = between
        ahead = _Ahead(principal=carried)
        for day, amount in self.paid:
            if after < day < due:
                left = self.settle_due(book, day, amount, found)
                part = min(left, max(self.payment - interest - ahead.principal, 0))
                share = min(left - part, interest - ahead.interest)
                rest = left - part - share
                ahead.principal, ahead.interest = ahead.principal + part, ahead.interest + share
                ahead.next_principal += rest
                book.take_off(day, "principal", part + rest)
                _note(found[due], part + share, early=True)
                _note(found[self.dates[min(self.dates.index(due) + 1, len(self.dates) - 1)]], rest, early=True)
        if after < self.today < due:
            book.advance(self.today)
            book.pay(self.today, book.balances["overdue"], order("principal", advance=[]))
        return ahead

    def settle_due(self, book: Book, day: dt.date, amount: int, found: Rows) -> int:
        """Pay what is due by a day, oldest installment first; returns what is left."""
        book.advance(day)
        owed = int(book.due(day))
        book.pay(
            day, min(amount, owed), order("penalty", "fees", "interest", "principal", advance=[], oldest_first=True)
        )
        for part in book.lines[-1].parts:
            row = found[part.installment or day]
            _note(row, int(part.amount), early=day < row["day"], late=day > row["day"])
        return amount - min(amount, owed)

    def fall_due(self, number: int, due: dt.date, ahead: _Ahead) -> None:
        """Principal is called up, payments of the day made; later days are assumed punctual."""
        last = due == self.dates[-1]
        interest = _due_on(self.book, "interest", due)
        self.book.take_off(due, "interest", ahead.interest)
        pool = self.book.balances["principal"]
        called = int(pool if last else min(max(self.payment - interest - ahead.principal, 0), pool))
        row = self.found[due]
        row["due"] = {"principal": called + ahead.principal, "interest": interest, "fees": 0, "penalty": 0}
        if not last:
            rest = Item("principal", pool - called, self.dates[-1], self.dates[-1])
            self.book.call_up(due, [Item("principal", called, due, due), rest])
        for day, amount in self.paid:
            if day == due:
                self.pay_on_the_day(number, due, amount)
        if due >= self.today:
            self.book.pay(due, sum(item.amount for item in self.book.items if item.due == due))

    def pay_on_the_day(self, number: int, due: dt.date, amount: int) -> None:
        """What exceeds the installment prepays principal, and later payments become smaller."""
        excess = self.settle_due(self.book, due, amount, self.found)
        if excess:
            self.book.take_off(due, "principal", excess)
            _note(self.found[due], excess)
            self.found[due]["due"]["principal"] += excess
            self.payment = level(self.book.balances["principal"], self.rate, len(self.dates) - number - 1)


def _due_on(book: Book, name: str, day: dt.date) -> int:
    return int(sum(item.amount for item in book.items if item.name == name and item.due == day))


def _note(row: dict[str, Any], cents: int, *, early: bool = False, late: bool = False) -> None:
    row["paid"] += cents
    row["early"] += cents if early else 0
    row["late"] += cents if late else 0


def _by_period(
    principal: int,
    start: dt.date,
    dates: Sequence[dt.date],
    rate: Fraction,
    paid: Sequence[tuple[dt.date, int]],
    today: dt.date,
) -> list[dict[str, Any]]:
    """Installments as planned, but the running one bears interest on everything outstanding when it began."""
    payment, planned, before = level(principal, rate, len(dates)), principal, start
    items: list[Item] = []
    found = []
    book = Book(Terms("L", "ACT/365F", (), due_days=dates, order=DUE_FIRST), [], start)
    entered = list(paid)
    for due in dates:
        while entered and entered[0][0] < before:
            book.advance(entered[0][0])
            book.pay(*entered.pop(0))
        running = before < today <= due and before != start
        outstanding = sum(i.amount for i in book.items if i.name in ("principal", "overdue")) + planned
        base = outstanding if running else planned
        interest = round_half_up(base * rate * Fraction((due - before).days, 365))
        part = planned if due == dates[-1] else min(payment - interest, planned)
        planned -= int(part)
        for item in (Item("interest", interest, due, due), Item("principal", part, due, due)):
            items.append(item)
            book.add(item.copy())
        found.append({"day": due, "due": {"principal": int(part), "interest": interest, "fees": 0, "penalty": 0}})
        before = due
    return [row | _settled(items, paid, start, dates).get(row["day"], {}) for row in found]


def _settled(
    items: Sequence[Item], paid: Sequence[tuple[dt.date, int]], start: dt.date, dates: Sequence[dt.date]
) -> dict[dt.date, dict[str, int]]:
    """What payments settle of each installment."""
    book = Book(Terms("L", "ACT/365F", (), due_days=dates, order=DUE_FIRST), [item.copy() for item in items], start)
    found = {day: {"paid": 0, "early": 0, "late": 0} for day in dates}
    for day, amount in paid:
        book.advance(day)
        book.pay(day, amount)
        for part in book.lines[-1].parts:
            row = found[part.installment or day]
            row["paid"] += int(part.amount)
            row["early"] += int(part.amount) if day < (part.installment or day) else 0
            row["late"] += int(part.amount) if day > (part.installment or day) else 0
    return found
