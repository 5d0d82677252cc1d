"""Dated parameters of the bank and the law, read from files that a bank can replace."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from repayplan.language import Message


@dataclass(frozen=True, slots=True)
class Default:
    """What is assumed where a case says nothing, from which day, and why."""

    value: Any
    reason: Message
    valid_from: dt.date


@cache
def defaults(lumpy: bool = False, shaped: bool = False) -> Mapping[str, Default]:
    """Every default by name; ``lumpy``: for cash that comes by milestone or by a single receivable; ``shaped``: for
    installments whose shape says how they change."""
    with (files("repayplan.rules") / "defaults.toml").open("rb") as source:
        table = tomllib.load(source)
    valid_from = table.pop("valid_from")
    return MappingProxyType({name: _default(entry, lumpy, shaped, valid_from) for name, entry in table.items()})


@dataclass(frozen=True, slots=True)
class ViewDefault:
    """How a bank sees a kind of cash source where the case does not say: share left out, days later, and why."""

    haircut: Decimal
    delay_days: int
    reason: Message
    valid_from: dt.date


@cache
def views() -> Mapping[str, ViewDefault]:
    """The bank's view of every kind of cash source."""
    with (files("repayplan.rules") / "views.toml").open("rb") as source:
        table = tomllib.load(source)
    valid_from = table.pop("valid_from")
    return MappingProxyType(
        {
            kind: ViewDefault(
                Decimal(entry["haircut"].removesuffix("%")) / 100,
                entry["delay_days"],
                Message(entry["reason"]),
                valid_from,
            )
            for kind, entry in table.items()
        }
    )


def _default(entry: Mapping[str, Any], lumpy: bool, shaped: bool, valid_from: dt.date) -> Default:
    for variant, wanted in (("shaped", shaped), ("lumpy", lumpy)):
        if wanted and variant in entry:
            return Default(entry[variant], Message(entry[f"{variant}_reason"]), valid_from)
    return Default(entry["value"], Message(entry["reason"]), valid_from)
