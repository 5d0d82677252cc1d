"""The hazard of default by the burden of a plan, from a dated table that a bank replaces."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
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


ENVIRONMENT = "REPAYPLAN_HAZARD"
"""Names the bank's own file in place of ``hazard.toml``."""


def hazard_table() -> HazardTable:
    """The bank's table, otherwise the example that is shipped. InputError where the bank's own cannot be used."""
    return _read(os.environ.get(ENVIRONMENT) or None)


@cache
def _read(own: str | None) -> HazardTable:
    if own is None:
        return to_table(tomllib.loads((files("repayplan.rules") / "hazard.toml").read_text(encoding="utf-8")))
    try:
        return to_table(tomllib.loads(Path(own).read_text(encoding="utf-8-sig")), own)
    except (OSError, ValueError, ArithmeticError, KeyError, TypeError, AttributeError) as error:
        what = tr("the table of hazards cannot be used: {reason}", reason=repr(error))
        remedy = tr("write it like repayplan/rules/hazard.toml, or unset {name}", name=ENVIRONMENT)
        raise InputError(Fault(what, own, remedy=remedy)) from None


def to_table(data: Mapping[str, Any], place: str = "hazard.toml") -> HazardTable:
    """A table from plain values. InputError where edges do not rise, or hazards fall though it says ``monotone``;
    ValueError, KeyError or TypeError where something is missing or is no share."""
    buckets = tuple(map(_bucket, data["bucket"]))
    edges = [bucket.up_to for bucket in buckets] or [Decimal(0)]
    rising = None not in edges[:-1] and all(a < b for a, b in pairwise(edges[:-1]) if a is not None and b is not None)
    if not rising or edges[-1] is not None:
        raise InputError(
            Fault(
                tr("the edges of the hazard table do not rise to a last bucket without one"),
                place,
                remedy=tr("put the buckets in order of burden and leave up_to out in the last"),
            )
        )
    if data["monotone"] and any(b.yearly < a.yearly for a, b in pairwise(buckets)):
        raise InputError(
            Fault(
                tr("a heavier burden is taken to be safer in the hazard table"),
                place,
                remedy=tr("let hazards not fall with the burden, or write monotone = false"),
            )
        )
    if not isinstance(data["clause"], str) or not isinstance(data["valid_from"], dt.date):
        raise TypeError(f"clause: {data['clause']!r}, valid_from: {data['valid_from']!r}")
    return HazardTable(buckets, data["clause"], data["valid_from"])


def _bucket(row: Mapping[str, Any]) -> Bucket:
    """One row. ValueError where its hazard is no probability or its edge not above zero."""
    edge, yearly = Decimal(str(row["up_to"])) if "up_to" in row else None, Decimal(str(row["yearly"]))
    if not 0 <= yearly < 1 or (edge is not None and not 0 < edge < Decimal("Infinity")):
        raise ValueError(f"bucket: {row}")
    return Bucket(edge, yearly)
