"""What is claimed on a loan, and what a payment settles of it, by class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Self

CLASSES = ("fees", "penalty", "compound", "interest", "principal")
"""The classes in the order in which payments settle them unless agreed otherwise (Civil Code art. 561).

Before signing principal has further parts, ``overdue`` and ``misused``; once a plan is signed they are principal."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed, by class; cents. ``principal`` is the part that is neither overdue nor misused."""

    fees: int = 0
    penalty: int = 0
    compound: int = 0
    interest: int = 0
    principal: int = 0
    overdue: int = 0
    misused: int = 0

    @classmethod
    def of(cls, amounts: Mapping[str, float]) -> Self:
        """From balances by class in whole cents."""
        return cls(**{name: int(amounts.get(name, 0)) for name in cls.__slots__})

    @property
    def total(self) -> int:
        """The whole debt."""
        return sum(astuple(self))

    @property
    def all_principal(self) -> int:
        """Principal of every kind."""
        return self.principal + self.overdue + self.misused


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a payment settled, by class; cents. ``credit`` is what nothing was owed for yet."""

    fees: int = 0
    penalty: int = 0
    compound: int = 0
    interest: int = 0
    principal: int = 0
    overdue: int = 0
    misused: int = 0
    credit: int = 0

    @classmethod
    def of(cls, amounts: Mapping[str, float]) -> Self:
        """From amounts by class in whole cents."""
        return cls(**{name: int(amounts.get(name, 0)) for name in cls.__slots__})

    @property
    def payment(self) -> int:
        """The amount paid."""
        return sum(astuple(self))
