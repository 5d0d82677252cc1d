"""What is claimed on a loan, by class."""

from __future__ import annotations

from dataclasses import astuple, dataclass

CLASSES = ("fees", "penalty", "compound", "interest", "principal")
"""The classes in the order in which payments settle them unless agreed otherwise (Civil Code art. 561)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed, by class; cents."""

    fees: int = 0
    penalty: int = 0
    compound: int = 0
    interest: int = 0
    principal: int = 0

    @property
    def total(self) -> int:
        """The whole debt."""
        return sum(astuple(self))


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a payment settled, by class; cents."""

    fees: int = 0
    penalty: int = 0
    compound: int = 0
    interest: int = 0
    principal: int = 0

    @property
    def payment(self) -> int:
        """The amount paid."""
        return sum(astuple(self))
