"""Dated parameters of the bank and the law, read from files that a bank can replace."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
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
def defaults(lumpy: bool = False) -> Mapping[str, Default]:
    """Every default by name; ``lumpy``: for cash that comes by milestone or by a single receivable."""
    with (files("repayplan.rules") / "defaults.toml").open("rb") as source:
        table = tomllib.load(source)
    valid_from = table.pop("valid_from")
    return MappingProxyType({name: _default(entry, lumpy, valid_from) for name, entry in table.items()})


def _default(entry: Mapping[str, Any], lumpy: bool, valid_from: dt.date) -> Default:
    if lumpy and "lumpy" in entry:
        return Default(entry["lumpy"], Message(entry["lumpy_reason"]), valid_from)
    return Default(entry["value"], Message(entry["reason"]), valid_from)
