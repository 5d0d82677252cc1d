"""One tree of errors. Each fault says what is wrong, where, the value, the limit and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from repayplan.language import Message, tr


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, in the words of the person who has to mend it.

    ``where`` is a place a person can go to: a file and line, a sheet and cell, a field, a case. ``value`` is what
    stands there, ``limit`` what may stand there, ``remedy`` what to do.
    """

    what: Message
    where: str = ""
    value: str | None = None
    limit: Message | None = None
    remedy: Message | None = None

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else str(self.what)]
        if self.value is not None:
            parts.append(str(tr("value: {value}", value=self.value)))
        if self.limit is not None:
            parts.append(str(tr("limit: {limit}", limit=self.limit)))
        if self.remedy is not None:
            parts.append(f"→ {self.remedy}")
        return "; ".join(parts)

    def as_dict(self) -> dict[str, str | None]:
        """The same for programs (``--json``)."""
        return {
            "what": str(self.what),
            "where": self.where or None,
            "value": self.value,
            "limit": None if self.limit is None else str(self.limit),
            "remedy": None if self.remedy is None else str(self.remedy),
        }


MOST_SHOWN = 100
"""Faults of one file that are told; whoever has more of them mends a heading or a unit first."""


class RepayplanError(Exception):
    """The root of the tree; ``exit_code`` is what the command line ends with."""

    exit_code = 3

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        told = [str(fault) for fault in self.faults[:MOST_SHOWN]]
        return "\n".join([*told, *map(str, more(self.faults))])


def more(faults: Sequence[Fault]) -> list[Message]:
    """What stands below the faults that are told: how many there are besides."""
    rest = len(faults) - MOST_SHOWN
    return [tr("and {count} more", count=f"{rest:,}")] if rest > 0 else []


class InputError(RepayplanError):
    """What somebody wrote down is wrong; every fault of the file is in it."""

    exit_code = 2


class LedgerError(RepayplanError):
    """An operation the ledger refuses, such as a payment larger than the debt."""

    exit_code = 2


class SolverError(RepayplanError):
    """A solver stopped without an answer that can be used."""


class ProofError(RepayplanError):
    """The ledger or a limit contradicts the plan the engine made: nothing may leave the engine."""
