"""By how much the future may differ from what the bank expects, from a dated table that a bank replaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from repayplan.language import Message, tr
from repayplan.rules.tables import table

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
    "milestones": ("on_time", "late", "spread", "together", "running_on"),
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


def to_spreads(data: Mapping[str, Any], _place: str = "") -> Spreads:
    """The table from plain values. ValueError, KeyError or TypeError where something is missing or out of range."""
    kinds = {kind: _spread(kind, data[kind]) for kind in FIGURES}
    unknown = data.keys() - FIGURES.keys() - {"valid_from"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    if not isinstance(data["valid_from"], dt.date):
        raise TypeError(f"valid_from: {data['valid_from']!r}")
    if kinds["paths"]["persistence"] >= 1:
        raise ValueError("paths.persistence: below 1, or a level never comes back")
    return Spreads(kinds, data["valid_from"])


def _spread(kind: str, entry: Mapping[str, Any]) -> Spread:
    shares = () if kind in UNSHARED else SHARES
    unknown = entry.keys() - {*FIGURES[kind], *shares, "reason"}
    if unknown:
        raise ValueError(f"{kind}: unknown: {', '.join(sorted(unknown))}")
    figures = {name: _figure(kind, name, entry[name]) for name in FIGURES[kind]}
    shared = Shared(*(_figure(kind, name, entry[name]) for name in shares))
    if shared.economy + shared.sector + shared.borrower > 1:
        raise ValueError(f"{kind}: economy, sector and borrower add up to more than one")
    return Spread(figures, shared, Message(entry["reason"]))


def _figure(kind: str, name: str, value: Any) -> float:
    most = 1.0 if name in PARTS else 120.0 if name == "shock_months" else MOST
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ValueError(f"{kind}.{name}: {value!r} is not from 0 to {most:g}")
    return float(value)
