"""Dated parameters of the bank and the law, read from files that a bank can replace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr
from repayplan.rules.tables import shipped, table


@dataclass(frozen=True, slots=True)
class Default:
    """What is assumed where a case says nothing, from which day, and why."""

    value: Any
    reason: Message
    valid_from: dt.date


@cache
def defaults(lumpy: bool = False, shaped: bool = False, counted: bool = False) -> Mapping[str, Default]:
    """Every default by name; ``lumpy``: for cash that comes by milestone or by a single receivable; ``shaped``: for
    installments whose shape says how they change; ``counted``: where their number leaves payment dates out."""
    entries = shipped("defaults.toml")
    valid_from = entries.pop("valid_from")
    variants = [name for name, wanted in (("shaped", shaped), ("counted", counted), ("lumpy", lumpy)) if wanted]
    return MappingProxyType({name: _default(entry, variants, valid_from) for name, entry in entries.items()})


@dataclass(frozen=True, slots=True)
class ViewDefault:
    """How a bank sees a kind of cash source where the case does not say: share left out, days later, and why."""

    haircut: Decimal
    delay_days: int
    reason: Message
    valid_from: dt.date


MOST_DAYS = 3_650
ENVIRONMENT = "REPAYPLAN_VIEWS"
"""Names the bank's own file in place of ``views.toml``."""


def views() -> Mapping[str, ViewDefault]:
    """The bank's view of every kind of cash source. InputError where the bank's own table cannot be used."""
    return table("views.toml", ENVIRONMENT, tr("the table of the bank's views"), _views)


def _views(entries: dict[str, Any], place: str) -> Mapping[str, ViewDefault]:
    """Shares and days as numbers. InputError where a kind is left out, ValueError where one is out of range."""
    valid_from = entries.pop("valid_from")
    missing = shipped("views.toml").keys() - {"valid_from"} - entries.keys()
    if missing:
        what = tr("the table of the bank's views lacks {kinds}", kinds=", ".join(sorted(missing)))
        raise InputError(Fault(what, place, remedy=tr("give every kind of source its haircut and delay_days")))
    found = {}
    for kind, entry in entries.items():
        haircut, days = Decimal(entry["haircut"].removesuffix("%")) / 100, entry["delay_days"]
        if not (0 <= haircut <= 1 and isinstance(days, int) and 0 <= days <= MOST_DAYS):
            raise ValueError(f"{kind}: {entry}")
        found[kind] = ViewDefault(haircut, days, Message(entry["reason"]), valid_from)
    return MappingProxyType(found)


def _default(entry: Mapping[str, Any], variants: Sequence[str], valid_from: dt.date) -> Default:
    for variant in variants:
        if variant in entry:
            return Default(entry[variant], Message(entry[f"{variant}_reason"]), valid_from)
    return Default(entry["value"], Message(entry["reason"]), valid_from)
