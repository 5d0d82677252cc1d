"""Loans in installments whose interest is counted anew on what is really outstanding, in whole cents.

A schedule is made from its due dates, and made again from the running period on when something happens: a payment
comes early or late, more is lent, the rate or the due dates change. Installments that fell due before stay as they
were. Source of the rules: Apache Fineract, cumulative loan schedules with interest recalculation.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from repayplan.debt.book import DayCount, years
from repayplan.debt.order import Item, order
from repayplan.debt.rates import RatePath
from repayplan.debt.yields import periodic_payment
from repayplan.money import round_half_up

Prepayment = Literal["amount", "count", "next"]
"""What a payment beyond what is due does: later installments become smaller, or fewer, or the next ones are lowered
by it until it is used up."""

Payment = tuple[dt.date, int]
"""A day and cents."""

INTEREST_FIRST = order("penalty", "fees", "interest", "principal", advance=[], oldest_first=True)


@dataclass(frozen=True, slots=True)
class Installment:
    """What falls due on a day, in cents. The rest says where the schedule stands after it: the ``level`` payment (or
    share of principal) in force, what is ``paid_ahead`` of the next ones, interest ``deferred`` so far."""

    start: dt.date
    due: dt.date
    principal: int
    interest: int
    level: int = 0
    paid_ahead: int = 0
    deferred: int = 0


@dataclass(frozen=True, slots=True)
class InstallmentLoan:
    """The agreement. ``dates`` are the due dates, the last is maturity; installments are numbered from 1.

    The level payment is computed at ``period`` years a period on ``sized_on`` (what is first lent where None), rounded
    to ``unit`` cents; with ``equal_principal`` the share of principal is level instead. ``years`` counts interest.
    Numbers in ``no_principal`` repay nothing; interest of those in ``later`` is due with the next one that is not;
    those in ``free`` bear none. ``from_day``: a payment counts from its day, otherwise from the next due date.
    ``rounded`` books interest in cents.
    """

    principal: int
    start: dt.date
    dates: Sequence[dt.date]
    rate: RatePath
    years: DayCount
    period: Fraction
    unit: int = 1
    sized_on: int | None = None
    equal_principal: bool = False
    no_principal: Collection[int] = ()
    later: Collection[int] = ()
    free: Collection[int] = ()
    drawings: Mapping[dt.date, int] = field(default_factory=dict)
    prepayment: Prepayment = "amount"
    from_day: bool = True
    rounded: Callable[[Fraction], int] = round_half_up

    def level(self, balance: int, after: int, rate: Fraction) -> int:
        """The level payment, or share of principal, that repays ``balance`` after installment number ``after``."""
        count = sum(number not in self.no_principal for number in range(after + 1, len(self.dates) + 1))
        if count == 0:
            return 0
        if self.equal_principal:
            return round_half_up(Fraction(balance, count))
        return to_unit(periodic_payment(balance, rate * self.period, count), self.unit)


def to_unit(amount: Fraction, unit: int) -> int:
    """Cents of the nearest whole unit, halves up."""
    return round_half_up(amount / unit) * unit


def shared_out(bounds: Sequence[dt.date], whole: Mapping[dt.date, Fraction]) -> DayCount:
    """Years of whole periods (by the day on which each ends), shared out by days within one."""

    def between(start: dt.date, end: dt.date) -> Fraction:
        total = Fraction(0)
        for a, b in pairwise(bounds):
            days = (min(b, end) - max(a, start)).days
            if days > 0:
                total += whole[b] * Fraction(days, (b - a).days)
        return total

    return between


def installments(
    loan: InstallmentLoan,
    paid: Iterable[Payment] = (),
    today: dt.date = dt.date.min,
    kept: Sequence[Installment] = (),
    charges: Iterable[Item] = (),
) -> list[Installment]:
    """The schedule as it stands on ``today``: what is overdue is assumed to be paid then, what is still to come on its
    day. ``kept`` are installments that stay as they are; ``charges`` are settled before interest and principal."""
    run = _Run(loan, sorted(paid), today, list(charges))
    for row in kept:
        run.keep(row)
    while run.goes_on():
        run.period()
    return run.rows


def settled_before(rows: Sequence[Installment], day: dt.date) -> list[Installment]:
    """The installments that stay as they are when something happens on a day."""
    return [row for row in rows if row.due < day]


class _Run:
    """Makes one installment after the other. ``balance`` is principal not yet put into an installment."""

    def __init__(self, loan: InstallmentLoan, paid: list[Payment], today: dt.date, charges: list[Item]) -> None:
        self.loan, self.paid, self.today, self.charges = loan, paid, today, charges
        self.rows: list[Installment] = []
        self.claims: list[Item] = []
        self.balance, self.ahead, self.deferred = loan.principal, 0, 0
        self.rate = loan.rate.at(loan.start)
        sized_on = loan.principal if loan.sized_on is None else loan.sized_on
        self.payment = loan.level(sized_on, 0, self.rate)

    def goes_on(self) -> bool:
        """Whether there is principal left, or some is still to be lent."""
        number, last = len(self.rows), self.last
        if number == len(self.loan.dates) or (number and last < self.loan.dates[number - 1]):
            return False
        return self.balance > 0 or any(day > last for day in self.loan.drawings)

    @property
    def last(self) -> dt.date:
        return self.rows[-1].due if self.rows else self.loan.start

    def keep(self, row: Installment) -> None:
        self.lend(self.last, row.due)
        paid = self.between(self.last, row.due)
        self.balance -= row.principal
        self.payment, self.ahead, self.deferred = row.level, row.paid_ahead, row.deferred
        self.rate = self.loan.rate.at(row.due - dt.timedelta(days=1))
        self.claim(row)
        for _, amount in paid:
            self.settle(row.due, amount)

    def period(self) -> None:
        loan, start, number = self.loan, self.last, len(self.rows) + 1
        due = loan.dates[number - 1]
        closing = self.closes(start, due)
        due = closing or due
        moves = self.lend(start, due)
        early, waiting, base = self.early(start, due, moves)
        interest = self.interest(start, due, base, moves)
        self.resize(number, due)
        principal = self.balance + self.ahead if closing else self.principal(number, interest)
        if number not in loan.free:
            self.deferred += interest
        waits = number in loan.later and number < len(loan.dates) and not closing
        owed = 0 if waits else self.deferred
        self.deferred -= owed
        used = min(principal, self.ahead)
        principal, self.ahead = principal - used, self.ahead - used
        excess = min(max(early - principal, 0), self.balance - principal)
        self.balance -= principal + excess
        if self.balance == 0:
            owed, self.deferred = owed + self.deferred, 0
        self.claim(Installment(start, due, principal + excess, owed))
        if excess:
            self.prepaid(number, excess)
        over = sum(self.settle(due, amount)[0] for amount in waiting)
        extra = min(over, self.balance)
        self.balance -= extra
        if extra:
            self.prepaid(number, extra)
        self.rows[-1] = Installment(
            start, due, principal + excess + extra, owed, self.payment, self.ahead, self.deferred
        )

    def closes(self, start: dt.date, due: dt.date) -> dt.date | None:
        """The day before ``due`` on which everything owed until then is paid off."""
        if not self.loan.from_day or any(day > start for day in self.loan.drawings):
            return None
        for day in sorted({day for day, _ in self.between(start, due) if day < due}):
            trial = copy(self)
            trial.claims = [item.copy() for item in self.claims]
            moves: dict[dt.date, int] = {}
            _, waiting, base = trial.early(start, day, moves)
            on_day = sum(amount for paid, amount in self.between(start, day) if paid == day)
            arrears = sum(item.amount for item in trial.claims)
            owed = trial.balance + trial.deferred + trial.interest(start, day, base, moves) + arrears
            if sum(waiting) >= owed and on_day:
                return day
        return None

    def lend(self, start: dt.date, due: dt.date) -> dict[dt.date, int]:
        """What is lent within a period, as moves of the balance that bears interest."""
        moves = {day: amount for day, amount in self.loan.drawings.items() if start < day <= due}
        self.balance += sum(moves.values())
        return moves

    def early(self, start: dt.date, due: dt.date, moves: dict[dt.date, int]) -> tuple[int, list[int], int]:
        """Payments of a period, entered into ``moves`` from when they count: how much is early, what waits for the due
        date, and the balance that bears interest at the start, principal that is late with it."""
        late = self.overdue() if start < self.today else 0
        base = self.balance - sum(moves.values()) + late
        early, waiting = 0, []
        for day, amount in self.between(start, due):
            counts = day if self.loan.from_day else due
            left, principal = self.settle(day, amount) if day < due else (amount, 0)
            late -= principal
            moves[counts] = moves.get(counts, 0) - principal
            if left and counts < due:
                moves[counts] -= left
                early += left
            waiting.append(left)
        stop = self.today if self.loan.from_day else min((d for d in self.loan.dates if d >= self.today), default=due)
        if late and start < stop < due:
            moves[stop] = moves.get(stop, 0) - late
        return early, waiting, base

    def interest(self, start: dt.date, due: dt.date, base: int, moves: Mapping[dt.date, int]) -> int:
        """Interest of a period, rounded for each part of it in which balance and rate stay the same."""
        turns = {day for day in (*moves, *self.loan.rate.days) if start < day < due}
        total = 0
        for a, b in pairwise(sorted({start, due, *turns})):
            base += moves.get(a, 0) if a > start else 0
            total += self.loan.rounded(base * self.loan.rate.at(a) * years(self.loan.years, a, b))
        return total

    def resize(self, number: int, due: dt.date) -> None:
        """A new rate makes a new level payment."""
        rate = self.loan.rate.at(due - dt.timedelta(days=1))
        if rate != self.rate:
            self.rate, self.payment = rate, self.loan.level(self.balance, number - 1, rate)

    def principal(self, number: int, interest: int) -> int:
        """Principal of an installment before what is paid ahead is taken off."""
        left = self.balance + self.ahead
        if number == len(self.loan.dates):
            return left
        if number in self.loan.no_principal:
            return 0
        bears = 0 if number in self.loan.free or self.loan.equal_principal else interest
        return min(max(self.payment - bears, 0), left)

    def prepaid(self, number: int, amount: int) -> None:
        if self.loan.prepayment == "amount":
            self.payment = self.loan.level(self.balance, number, self.rate)
        elif self.loan.prepayment == "next":
            self.ahead += amount

    # claims

    def claim(self, row: Installment) -> None:
        for item in [charge for charge in self.charges if charge.due is None or charge.due <= row.due]:
            self.charges.remove(item)
            self.claims.append(Item(item.name, item.amount, item.due, row.due))
        self.claims += [Item("interest", row.interest, row.due, row.due), Item("principal", row.principal, row.due)]
        self.rows.append(row)

    def settle(self, day: dt.date, amount: int) -> tuple[int, int]:
        """Pay what is due by a day: what is left of the payment, and the principal it paid."""
        principal = 0
        for item in INTEREST_FIRST.arrange(self.claims, day):
            part = int(min(amount, item.amount))
            item.amount -= part
            amount -= part
            principal += part if item.name == "principal" else 0
        return amount, principal

    def overdue(self) -> int:
        return int(sum(item.amount for item in self.claims if item.name == "principal"))

    def between(self, start: dt.date, due: dt.date) -> list[Payment]:
        """Payments after the last due date, on ``due`` at the latest; those of the first day count with it."""
        first = bisect_left(self.paid, (start, 0)) if not self.rows else bisect_left(self.paid, (start, 1 << 62))
        return [payment for payment in self.paid[first:] if payment[0] <= due]


@dataclass(frozen=True, slots=True)
class FlatLoan:
    """Interest fixed beforehand: ``interest`` cents for all of ``dates`` (a fraction), spread over them.

    ``unit`` cents: principal and interest are each rounded to it, and principal takes what interest leaves.
    ``no_principal``, ``later``, ``free``: as of an :class:`InstallmentLoan`; what ``later`` installments do not pay is
    averaged over the others.
    """

    principal: int
    start: dt.date
    dates: Sequence[dt.date]
    interest: Fraction
    unit: int = 1
    no_principal: Collection[int] = ()
    later: Collection[int] = ()
    free: Collection[int] = ()


def flat_installments(loan: FlatLoan, kept: Sequence[Installment] = ()) -> list[Installment]:
    """The schedule, the last installment taking what rounding leaves; ``kept`` installments stay as they are and
    their amounts are no longer spread."""
    rows, count = list(kept), len(loan.dates)
    ahead = range(len(rows) + 1, count + 1)
    left = loan.principal - sum(row.principal for row in rows)
    bearing = round_half_up(loan.interest * Fraction(count - len(loan.free), count))
    interest_left = bearing - sum(row.interest for row in rows)
    paying = [number for number in ahead if number not in loan.later and number not in loan.free]
    share = Fraction(left, max(sum(number not in loan.no_principal for number in ahead), 1))
    each = round_half_up(Fraction(interest_left, max(len(paying), 1)))
    for number in ahead:
        last = number == count
        interest = interest_left if last else each if number in paying else 0
        rounded = to_unit(share, loan.unit) + to_unit(Fraction(interest), loan.unit) - interest
        principal = left if last else 0 if number in loan.no_principal else min(rounded, left)
        left, interest_left = left - principal, interest_left - interest
        before = rows[-1].due if rows else loan.start
        rows.append(Installment(before, loan.dates[number - 1], principal, interest))
    return rows
