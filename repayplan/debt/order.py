"""In which order a payment settles what is claimed.

What is due is settled before what is not. Within each, either class by class (Civil Code art. 561: costs, then
interest, then principal) or installment by installment, oldest first, and class by class within one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

PRINCIPAL = ("overdue", "misused", "principal")
"""The parts of principal, in the order in which a payment on principal settles them."""

BEFORE_ALL = dt.date.min


@dataclass(slots=True)
class Item:
    """One claim of one class. ``due`` is None where it may be settled at any time in its class's turn;
    ``installment`` is the due date of the installment it is called up with. ``amount`` in cents or unrounded."""

    name: str
    amount: float
    due: dt.date | None = None
    installment: dt.date | None = None

    def copy(self) -> Item:
        return Item(self.name, self.amount, self.due, self.installment)


@dataclass(frozen=True, slots=True)
class Order:
    """``due`` and ``advance`` name the classes in settlement order; a class not named in ``advance`` cannot be
    settled before it is due. ``oldest_first``: installment by installment instead of class by class."""

    due: tuple[str, ...]
    advance: tuple[str, ...]
    oldest_first: bool = False

    def arrange(self, items: Iterable[Item], day: dt.date) -> list[Item]:
        """The items a payment on ``day`` reaches, first first."""
        due_rank, advance_rank = _ranks(self.due), _ranks(self.advance)
        due, advance = [], []
        for item in items:
            if item.due is None or item.due <= day:
                if item.name in due_rank:
                    due.append(item)
            elif item.name in advance_rank:
                advance.append(item)
        return [*self._sorted(due, due_rank), *self._sorted(advance, advance_rank)]

    def _sorted(self, items: list[Item], rank: Mapping[str, int]) -> list[Item]:
        if self.oldest_first:
            return sorted(items, key=lambda item: (_called(item), rank[item.name], item.due or BEFORE_ALL))
        return sorted(items, key=lambda item: (rank[item.name], item.due or BEFORE_ALL))


def order(*classes: str, advance: Sequence[str] | None = None, oldest_first: bool = False) -> Order:
    """An order by class names; "principal" stands for all its parts."""
    return Order(_parts(classes), _parts(classes if advance is None else advance), oldest_first)


def _parts(classes: Iterable[str]) -> tuple[str, ...]:
    return tuple(part for name in classes for part in (PRINCIPAL if name == "principal" else (name,)))


def _ranks(names: Sequence[str]) -> dict[str, int]:
    return {name: rank for rank, name in enumerate(names)}


def _called(item: Item) -> dt.date:
    return item.installment or item.due or BEFORE_ALL


CIVIL_CODE = order("fees", "penalty", "compound", "interest", "principal")
"""Costs and fees, interest (with penalty and compound interest), principal: Civil Code art. 561."""

PENALTY_FIRST = order("penalty", "compound", "fees", "interest", "principal")
INTEREST_FIRST = order("interest", "compound", "penalty", "fees", "principal")
PRINCIPAL_FIRST = order("principal", "interest", "compound", "penalty", "fees")
OLDEST_FIRST = order("fees", "penalty", "compound", "interest", "principal", oldest_first=True)

ORDERS: Mapping[str, Order] = {
    "civil_code": CIVIL_CODE,
    "penalty_first": PENALTY_FIRST,
    "interest_first": INTEREST_FIRST,
    "principal_first": PRINCIPAL_FIRST,
    "oldest_first": OLDEST_FIRST,
}
"""The orders a case may name; any other is built with :func:`order`."""


@dataclass(frozen=True, slots=True)
class ByArrears:
    """An order that depends on how long the loan has been past due: the last whose days are reached."""

    orders: tuple[tuple[int, Order], ...]

    def at(self, days_past_due: int) -> Order:
        """The order in force after so many days past due."""
        reached = [order for days, order in sorted(self.orders, key=lambda pair: pair[0]) if days <= days_past_due]
        return reached[-1]


CHINESE_BANK = ByArrears(((0, CIVIL_CODE), (91, PRINCIPAL_FIRST)))
"""Common practice: principal first once a loan is more than 90 days past due."""
