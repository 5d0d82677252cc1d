"""A level installment whose interest is counted anew on what is really outstanding, as payments come early or late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from repayplan.debt.book import Accrual, Book, Terms
from repayplan.debt.order import Item, order
from repayplan.debt.rates import RatePath
from repayplan.debt.yields import periodic_payment
from repayplan.money import round_half_up

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
        early = [day for day, _ in paid]
        terms = Terms("L", "ACT/365F", accruals, [*dates, *early], due_days=dates, order=DUE_FIRST)
        self.book = Book(terms, [Item("principal", principal, dates[-1], dates[-1])], start)
        self.start, self.dates, self.rate, self.paid, self.today = start, dates, rate, paid, today
        self.payment = level(principal, rate, len(dates))
        self.found = {day: {"day": day, "due": {}, "paid": 0, "early": 0, "late": 0} for day in dates}

    def rows(self) -> list[dict[str, Any]]:
        before = self.start
        for number, due in enumerate(self.dates):
            ahead = self.pay_early(before, due)
            self.fall_due(number, due, ahead)
            before = due
        self.pay_early(before, dt.date.max)
        return list(self.found.values())

    def pay_early(self, after: dt.date, before: dt.date) -> int:
        """Payments between two due dates: what is due first, the rest on the next installment's principal."""
        ahead = 0
        for day, amount in self.paid:
            if after < day < before:
                ahead += self.settle(day, amount, before)
        return ahead

    def settle(self, day: dt.date, amount: int, due: dt.date) -> int:
        """Pay, note it by installment, and return what went ahead of its day."""
        self.book.advance(day)
        last, ahead = self.dates[-1], 0
        seen = len(self.book.lines)
        self.book.pay(day, amount, order("penalty", "fees", "interest", "principal", advance=["principal"]))
        for part in self.book.lines[seen].parts if len(self.book.lines) > seen else ():
            to = due if part.installment == last and due != last else part.installment or due
            ahead += int(part.amount) if to == due else 0
            row = self.found.get(to, self.found[last])
            row["paid"] += int(part.amount)
            row["early"] += int(part.amount) if day < to else 0
            row["late"] += int(part.amount) if day > to else 0
        return ahead

    def fall_due(self, number: int, due: dt.date, ahead: int) -> None:
        """Interest is booked, principal called up, payments of the day made; later days are assumed punctual."""
        self.book.advance(due)
        last = due == self.dates[-1]
        interest = int(sum(item.amount for item in self.book.items if item.name == "interest" and item.due == due))
        pool = next((item for item in self.book.items if item.name == "principal"), Item("principal", 0))
        called = int(pool.amount) if last else int(min(max(self.payment - interest - ahead, 0), pool.amount))
        row = self.found[due]
        row["due"] = {"principal": called + ahead, "interest": interest, "fees": 0, "penalty": 0}
        if not last:
            rest = Item("principal", pool.amount - called, self.dates[-1], self.dates[-1])
            self.book.call_up(due, [Item("principal", called, due, due), rest])
        for day, amount in self.paid:
            if day == due:
                self.pay_on_the_day(number, due, amount)
        if due >= self.today:
            left = int(sum(item.amount for item in self.book.items if item.due == due))
            self.book.pay(due, left)

    def pay_on_the_day(self, number: int, due: dt.date, amount: int) -> None:
        """What exceeds the installment prepays principal, and later payments become smaller."""
        owed = int(sum(item.amount for item in self.book.items if item.due is not None and item.due <= due))
        excess = max(amount - owed, 0)
        self.settle(due, amount, due)
        if excess:
            self.found[due]["due"]["principal"] += excess
            self.payment = level(self.book.balances["principal"], self.rate, len(self.dates) - number - 1)


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
