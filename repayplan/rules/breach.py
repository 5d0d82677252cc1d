"""When arrears make a default, and how long enforcement takes, from a dated table that a bank replaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from repayplan.language import Message, tr
from repayplan.rules.tables import is_day, table

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


def _terms(data: Mapping[str, Any], _: str) -> BreachTerms:
    """ValueError where a number of months is none or out of range."""
    valid_from = data["valid_from"]
    if not is_day(valid_from):
        raise TypeError(f"valid_from: {valid_from!r}")
    return BreachTerms(_months(data, "default_after", 1), _months(data, "collateral_delay", 0), valid_from)


def _months(data: Mapping[str, Any], name: str, least: int) -> Months:
    months = data[name]["months"]
    if isinstance(months, bool) or not isinstance(months, int) or not least <= months <= MOST_MONTHS:
        raise ValueError(f"{name}: {months!r}")
    return Months(months, Message(data[name]["reason"]))
