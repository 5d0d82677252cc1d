"""Seasons by the name of a trade, for borrowers without a history of their own (``seasons.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from repayplan.rules.tables import shipped


@dataclass(frozen=True, slots=True)
class NamedSeason:
    """``indices``: of each month from January, 1 on average, as decimals in text; ``names``: how people write it."""

    name: str
    zh: str
    names: tuple[str, ...]
    indices: tuple[str, ...]
    source: str


@cache
def seasons() -> Mapping[str, NamedSeason]:
    """Every season by its English name."""
    entries = shipped("seasons.toml")
    del entries["valid_from"]
    return MappingProxyType(
        {
            name: NamedSeason(
                name, entry["zh"], (name, entry["zh"], *entry["also"]), tuple(entry["indices"]), entry["source"]
            )
            for name, entry in entries.items()
        }
    )


def trade(industry: str) -> str:
    """One name for a line of business that is written in several ways: the season's where there is one for it."""
    written = industry.strip().casefold()
    return next((season.name for season in seasons().values() if written in map(str.casefold, season.names)), written)
