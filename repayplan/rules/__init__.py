"""Dated parameters of the bank and the law, read from files that a bank can replace."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr


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
    with (files("repayplan.rules") / "defaults.toml").open("rb") as source:
        table = tomllib.load(source)
    valid_from = table.pop("valid_from")
    variants = [name for name, wanted in (("shaped", shaped), ("counted", counted), ("lumpy", lumpy)) if wanted]
    return MappingProxyType({name: _default(entry, variants, valid_from) for name, entry in table.items()})


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
    return _views(os.environ.get(ENVIRONMENT) or None)


@cache
def _views(own: str | None) -> Mapping[str, ViewDefault]:
    shipped = (files("repayplan.rules") / "views.toml").read_text(encoding="utf-8")
    if own is None:
        return MappingProxyType(_table(tomllib.loads(shipped)))
    try:
        table = _table(tomllib.loads(Path(own).read_text(encoding="utf-8-sig")))
    except (OSError, ValueError, ArithmeticError, KeyError, TypeError, AttributeError) as error:
        what = tr("the table of the bank's views cannot be used: {reason}", reason=repr(error))
        remedy = tr("write it like repayplan/rules/views.toml, or unset {name}", name=ENVIRONMENT)
        raise InputError(Fault(what, own, remedy=remedy)) from None
    missing = _table(tomllib.loads(shipped)).keys() - table.keys()
    if missing:
        what = tr("the table of the bank's views lacks {kinds}", kinds=", ".join(sorted(missing)))
        raise InputError(Fault(what, own, remedy=tr("give every kind of source its haircut and delay_days")))
    return MappingProxyType(table)


def _table(table: dict[str, Any]) -> dict[str, ViewDefault]:
    """Shares and days as numbers. ValueError where one is out of range."""
    valid_from = table.pop("valid_from")
    found = {}
    for kind, entry in table.items():
        haircut, days = Decimal(entry["haircut"].removesuffix("%")) / 100, entry["delay_days"]
        if not (0 <= haircut <= 1 and isinstance(days, int) and 0 <= days <= MOST_DAYS):
            raise ValueError(f"{kind}: {entry}")
        found[kind] = ViewDefault(haircut, days, Message(entry["reason"]), valid_from)
    return found


def _default(entry: Mapping[str, Any], variants: Sequence[str], valid_from: dt.date) -> Default:
    for variant in variants:
        if variant in entry:
            return Default(entry[variant], Message(entry[f"{variant}_reason"]), valid_from)
    return Default(entry["value"], Message(entry["reason"]), valid_from)
