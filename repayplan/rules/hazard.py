"""The hazard of default by the burden of a plan, from a dated table that a bank replaces."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from repayplan.errors import Fault, InputError
from repayplan.language import tr


@dataclass(frozen=True, slots=True)
class Bucket:
    """Plans whose burden is at most ``up_to`` (None: whatever it is) default with probability ``yearly`` a year."""

    up_to: Decimal | None
    yearly: Decimal

    @property
    def monthly(self) -> float:
        """The same a month."""
        return float(1 - (1 - float(self.yearly)) ** (1 / 12))


@dataclass(frozen=True, slots=True)
class HazardTable:
    """Buckets in order of burden, the last without an edge, and where the figures come from."""

    buckets: tuple[Bucket, ...]
    clause: str
    valid_from: dt.date


@cache
def hazard_table() -> HazardTable:
    """The table that is shipped."""
    with (files("repayplan.rules") / "hazard.toml").open("rb") as source:
        return to_table(tomllib.load(source))


def to_table(data: Mapping[str, Any]) -> HazardTable:
    """A table from plain values. InputError where edges do not rise, or hazards fall though it says ``monotone``."""
    buckets = tuple(
        Bucket(Decimal(row["up_to"]) if "up_to" in row else None, Decimal(row["yearly"])) for row in data["bucket"]
    )
    edges = [bucket.up_to for bucket in buckets]
    rising = None not in edges[:-1] and all(a < b for a, b in pairwise(edges[:-1]) if a is not None and b is not None)
    if not rising or edges[-1] is not None:
        raise InputError(
            Fault(
                tr("the edges of the hazard table do not rise to a last bucket without one"),
                "hazard.toml",
                remedy=tr("put the buckets in order of burden and leave up_to out in the last"),
            )
        )
    if data["monotone"] and any(b.yearly < a.yearly for a, b in pairwise(buckets)):
        raise InputError(
            Fault(
                tr("a heavier burden is taken to be safer in the hazard table"),
                "hazard.toml",
                remedy=tr("let hazards not fall with the burden, or write monotone = false"),
            )
        )
    return HazardTable(buckets, data["clause"], data["valid_from"])
