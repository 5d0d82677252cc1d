"""Legal parameters of debt by day, from a dated table with the clause of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from repayplan.rules.tables import shipped


@dataclass(frozen=True, slots=True)
class Rule:
    """The range a parameter may have from a day on, in which unit, and the clause that says so."""

    least: Decimal
    most: Decimal
    unit: str
    valid_from: dt.date
    clause: str


def rule(name: str, on: dt.date) -> Rule | None:
    """The rule in force on a day; None before there was one."""
    return max((r for r in _table()[name] if r.valid_from <= on), key=lambda r: r.valid_from, default=None)


@cache
def _table() -> dict[str, tuple[Rule, ...]]:
    return {
        name: tuple(
            Rule(Decimal(row["least"]), Decimal(row["most"]), row["unit"], row["valid_from"], row["clause"])
            for row in rows
        )
        for name, rows in shipped("law.toml").items()
    }
