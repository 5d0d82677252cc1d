"""What a book is kept by: classes of claim, what they earn, what is known beforehand, and the lines it writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from repayplan.calendar.daycount import year_fraction
from repayplan.debt.order import CIVIL_CODE, ByArrears, Order
from repayplan.debt.rates import RatePath
from repayplan.language import Message, tr
from repayplan.money import round_half_up

BOOK_CLASSES = ("fees", "penalty", "compound", "interest", "overdue", "misused", "principal")
"""Every class a book keeps; "credit" beside them is money received that nothing was owed for yet."""

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
    """One line of the account: what changed, by class (plus is owed more), and why. ``operation``: the number of the
    case's operation that made it, from 1."""

    date: dt.date
    kind: str
    text: Message
    changes: Mapping[str, float]
    parts: tuple[Part, ...] = ()
    operation: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A charge known beforehand: claimed and due on its day."""

    date: dt.date
    name: str
    amount: float
    text: Message


@dataclass(frozen=True, slots=True)
class DefaultTerms:
    """What a running loan's contract provides for default.

    ``penalty`` and ``misuse``: the rates on overdue and on misused principal as multiples of the contract rate, the
    higher of the two for misused principal, never both. ``compounding``: classes whose unpaid balance bears compound
    interest, at the contract rate until ``end``, the last day of the term (None: open), at the penalty rate after it.
    What arrears have accrued is claimed with every payment.
    """

    penalty: Fraction
    misuse: Fraction
    compounding: tuple[str, ...]
    end: dt.date | None = None

    def accruals(self, rate: RatePath, end: dt.date | None) -> tuple[Accrual, ...]:
        """What accrues where, from the contract rate and the end of the term."""
        penalty = rate.scaled(self.penalty)
        misuse = rate.scaled(self.misuse).highest(penalty)
        unpaid = rate if end is None else rate.then(end, penalty)
        return (
            *(Accrual(name, "compound", unpaid) for name in self.compounding),
            Accrual("overdue", "penalty", penalty),
            Accrual("misused", "penalty", misuse),
            Accrual("principal", "interest", rate),
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed on a loan. ``due_days`` are the installments that accruals and charges are called up with;
    where there are none, each is due on the day it is booked. ``default`` holds for loans that run under their
    contract, not for plans and schedules."""

    loan: str
    day_count: DayCount
    accruals: tuple[Accrual, ...]
    settlements: Sequence[dt.date] = ()
    due_days: Sequence[dt.date] = ()
    capitalizations: Sequence[dt.date] = ()
    charges: Sequence[Planned] = ()
    order: Order | ByArrears = CIVIL_CODE
    rounded: Callable[[Fraction | float], float] = to_the_cent
    default: DefaultTerms | None = None


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
