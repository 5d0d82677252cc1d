"""How much a bank minds missed installments, from a dated table that it replaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr
from repayplan.rules.tables import is_day, table

ENVIRONMENT = "REPAYPLAN_ROBUST"
"""Names the bank's own file in place of ``robust.toml``."""

MOST_AVERSION = 1_000.0
"""Beyond this nothing counts but the worst futures, and solvers lose digits."""


@dataclass(frozen=True, slots=True)
class Judgment:
    """A figure, and why."""

    value: float
    reason: Message


@dataclass(frozen=True, slots=True)
class RobustTerms:
    """``risk_aversion``: weight of the expected shortfall at ``level``; ``arrears``: price of a unit behind, a year;
    ``confidence`` in the bound on the probability of a miss."""

    risk_aversion: Judgment
    level: Judgment
    arrears: Judgment
    confidence: Judgment
    valid_from: dt.date


def robust_terms() -> RobustTerms:
    """The bank's table, otherwise the one that is shipped. InputError where the bank's own cannot be used."""
    return table("robust.toml", ENVIRONMENT, tr("the table of risk aversion"), _terms)


_LIMITS: Mapping[str, tuple[float, float]] = {
    "risk_aversion": (0.0, MOST_AVERSION),
    "level": (0.0, 0.999),
    "arrears": (0.0, 10.0),
    "confidence": (0.5, 0.999),
}


def _terms(data: Mapping[str, Any], place: str) -> RobustTerms:
    """InputError for all figures out of range at once; KeyError or TypeError where one is missing or no figure."""
    found, faults = {}, []
    for name, (low, high) in _LIMITS.items():
        value, reason = data[name]["value"], data[name]["reason"]
        if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(reason, str):
            raise TypeError(f"{name}: {data[name]!r}")
        if not low <= value <= high:
            limit = tr("{low} to {high}", low=f"{low:g}", high=f"{high:g}")
            faults.append(Fault(tr("this figure is out of range"), f"{place}: {name}.value", f"{value:g}", limit))
        found[name] = Judgment(float(value), Message(reason))
    if faults:
        raise InputError(faults)
    if not is_day(data["valid_from"]):
        raise TypeError(f"valid_from: {data['valid_from']!r}")
    return RobustTerms(**found, valid_from=data["valid_from"])
