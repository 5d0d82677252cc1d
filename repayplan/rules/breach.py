"""When arrears make a default, and how long enforcement takes, from a dated table that a bank replaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from repayplan.errors import InputError
from repayplan.language import Message, tr
from repayplan.rules.tables import Reading, table

MOST_MONTHS = 120
ENVIRONMENT = "REPAYPLAN_BREACH"
"""Names the bank's own file in place of ``breach.toml``."""


@dataclass(frozen=True, slots=True)
class Months:
    """A number of months, and why."""

    months: int
    reason: Message


@dataclass(frozen=True, slots=True)
class BreachTerms:
    """A default comes ``default_after`` so many months of arrears; collateral brings its money after a delay."""

    default_after: Months
    collateral_delay: Months
    valid_from: dt.date


def breach_terms() -> BreachTerms:
    """The bank's table, otherwise the one that is shipped. InputError where the bank's own cannot be used."""
    return table("breach.toml", ENVIRONMENT, tr("the table of defaults by arrears"), _terms)


def _terms(data: Mapping[str, Any], place: str) -> BreachTerms:
    """InputError with everything that is wrong at once."""
    reading = Reading(place, "breach.toml", ENVIRONMENT)
    found = BreachTerms(
        _months(reading, data, "default_after", 1),
        _months(reading, data, "collateral_delay", 0),
        reading.day("valid_from", data.get("valid_from")),
    )
    if reading.faults:
        raise InputError(reading.faults)
    return found


def _months(reading: Reading, data: Mapping[str, Any], name: str, least: int) -> Months:
    part = data.get(name)
    given = part if isinstance(part, dict) else {}
    months, reason = given.get("months"), given.get("reason")
    if isinstance(months, bool) or not isinstance(months, int) or not least <= months <= MOST_MONTHS:
        limit = tr("{low} to {high}", low=least, high=MOST_MONTHS)
        reading.blame(f"{name}.months", months, tr("this is no number of months"), limit)
        months = least
    if not isinstance(reason, str) or not reason.strip():
        reading.blame(f"{name}.reason", reason, tr("the reason is missing"))
        reason = ""
    return Months(months, Message(reason))
