"""How much a bank minds missed installments, from a dated table that it replaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from repayplan.errors import InputError
from repayplan.language import Message, tr
from repayplan.rules.tables import Reading, one_of, table

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
    """InputError with everything that is wrong at once."""
    reading = Reading(place, "robust.toml", ENVIRONMENT)
    for name in sorted(data.keys() - _LIMITS.keys() - {"valid_from"}):
        reading.blame(name, None, tr("the table of risk aversion knows no such figure"), one_of(_LIMITS))
    found = {name: _judgment(reading, name, data.get(name)) for name in _LIMITS}
    since = reading.day("valid_from", data.get("valid_from"))
    if reading.faults:
        raise InputError(reading.faults)
    return RobustTerms(**found, valid_from=since)


def _judgment(reading: Reading, name: str, part: object) -> Judgment:
    """A figure and why; anything where one of them is wrong."""
    low, high = _LIMITS[name]
    given = part if isinstance(part, dict) else {}
    value, reason = given.get("value"), given.get("reason")
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        limit = tr("{low} to {high}", low=f"{low:g}", high=f"{high:g}")
        reading.blame(f"{name}.value", value, tr("this is no figure in range"), limit)
        value = low
    if not isinstance(reason, str) or not reason.strip():
        reading.blame(f"{name}.reason", reason, tr("the reason is missing"))
        reason = ""
    return Judgment(float(value), Message(reason))
