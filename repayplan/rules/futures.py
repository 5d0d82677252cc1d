"""By how much the future may differ from what the bank expects, from a dated table that a bank replaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from repayplan.errors import InputError
from repayplan.language import Message, tr
from repayplan.rules.tables import Reading, one_of, table

ENVIRONMENT = "REPAYPLAN_FUTURES"
"""Names the bank's own file in place of ``futures.toml``."""

MOST = 3.0
"""No figure of the table is above this: a deviation of logarithms of 3 says twenty times as much, or a twentieth."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Shares of the variance that a source has in common with others; the rest is its own."""

    economy: float = 0.0
    sector: float = 0.0
    borrower: float = 0.0

    @property
    def own(self) -> float:
        """What is left."""
        return max(1 - self.economy - self.sector - self.borrower, 0.0)

    def correlation(self, other: Shared, sector: bool = False, borrower: bool = False) -> float:
        """How two different sources correlate: of one ``borrower``, of one ``sector``, or of any two borrowers."""
        common = sqrt(self.economy * other.economy)
        common += sqrt(self.sector * other.sector) if sector or borrower else 0
        return common + (sqrt(self.borrower * other.borrower) if borrower else 0)


@dataclass(frozen=True, slots=True)
class Spread:
    """What may differ in one kind of source: figures by name, 0 where the bank's view is certain."""

    figures: Mapping[str, float]
    shared: Shared
    reason: Message

    def __getitem__(self, name: str) -> float:
        return self.figures[name]


@dataclass(frozen=True, slots=True)
class Spreads:
    """The whole table by kind of source, with ``paths``, ``rates`` and ``collateral``; ``valid_from`` its date."""

    kinds: Mapping[str, Spread]
    valid_from: dt.date

    def __getitem__(self, kind: str) -> Spread:
        return self.kinds[kind]

    def still(self) -> Spreads:
        """The same with every spread and every probability at zero: the future is what the bank expects."""
        kinds = {
            kind: Spread(dict.fromkeys(spread.figures, 0.0), spread.shared, spread.reason)
            for kind, spread in self.kinds.items()
        }
        return Spreads(kinds, self.valid_from)


SHARES = ("economy", "sector", "borrower")
FIGURES: Mapping[str, tuple[str, ...]] = {
    "paths": ("persistence",),
    "milestones": ("on_time", "late", "spread", "least_days", "together", "running_on"),
    "season": ("level", "noise"),
    "stores": ("level", "noise", "store", "closing_yearly", "shock_yearly", "shock_loss", "shock_months"),
    "receivables": ("spread", "dilution", "failing_yearly"),
    "assets": ("price", "speed", "spread"),
    "guarantor": ("spread", "failing"),
    "monthly": ("level", "noise"),
    "flows": ("level",),
    "rates": ("yearly",),
    "collateral": ("level",),
}
"""What the table holds for each kind."""

UNSHARED = ("paths", "rates")
"""What has no shares: it is the same for all borrowers."""

LONGEST = {"shock_months": 120.0, "least_days": 3_650.0}
"""Figures that are times, and the longest that they may be."""

PARTS = (
    "persistence",
    "on_time",
    "together",
    "running_on",
    "closing_yearly",
    "shock_yearly",
    "shock_loss",
    "failing_yearly",
    "failing",
)
"""Figures that are parts of one; those that are probabilities are below it."""


def spreads() -> Spreads:
    """The bank's table, otherwise the one that is shipped. InputError where the bank's own cannot be used."""
    return table("futures.toml", ENVIRONMENT, tr("the table of spreads"), to_spreads)


def to_spreads(data: Mapping[str, Any], place: str = "futures.toml") -> Spreads:
    """The table from plain values. InputError with every fault of it, each with its place."""
    reading = _Reading(place, "futures.toml", ENVIRONMENT)
    for name in sorted(data.keys() - FIGURES.keys() - {"valid_from"}):
        reading.blame(name, None, tr("the table of spreads knows no such kind"), one_of(FIGURES))
    kinds = {kind: reading.spread(kind, data.get(kind)) for kind in FIGURES}
    if kinds["paths"]["persistence"] >= 1:
        what = tr("a level that has shifted would never come back")
        reading.blame("paths.persistence", kinds["paths"]["persistence"], what, tr("below 1"))
    since = reading.day("valid_from", data.get("valid_from"))
    if reading.faults:
        raise InputError(reading.faults)
    return Spreads(kinds, since)


class _Reading(Reading):
    """Reads the parts of a table of spreads; what cannot be read is zero."""

    def spread(self, kind: str, entry: Any) -> Spread:
        """Everything that is said of one kind."""
        shares = () if kind in UNSHARED else SHARES
        known = (*FIGURES[kind], *shares, "reason")
        if not isinstance(entry, dict):
            self.blame(kind, entry, tr("the table of spreads lacks this kind"))
            return Spread(dict.fromkeys(FIGURES[kind], 0.0), Shared(), Message(""))
        for name in sorted(entry.keys() - set(known)):
            self.blame(f"{kind}.{name}", None, tr("this kind has no such figure"), one_of(known))
        figures = {name: self.figure(kind, name, entry.get(name)) for name in FIGURES[kind]}
        shared = Shared(*(self.figure(kind, name, entry.get(name)) for name in shares))
        together = shared.economy + shared.sector + shared.borrower
        if together > 1 + 1e-12:  # 0.1 + 0.2 + 0.7 is more than one in the last place
            what = tr("economy, sector and borrower add up to more than the whole")
            self.blame(kind, f"{together:g}", what, tr("at most {limit}", limit=1))
        reason = entry.get("reason")
        if not isinstance(reason, str) or not reason.strip():
            self.blame(f"{kind}.reason", reason, tr("this is no text"), tr("where it comes from, or judgment"))
        return Spread(figures, shared, Message(str(reason)))

    def figure(self, kind: str, name: str, value: Any) -> float:
        """A number in its range."""
        most = 1.0 if name in PARTS or name in SHARES else LONGEST.get(name, MOST)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            limit = tr("a number from 0 to {most}", most=f"{most:g}")
            self.blame(f"{kind}.{name}", value, tr("this figure is missing or out of range"), limit)
            return 0.0
        return float(value)
