"""What is provided for a claim by its class, from a dated table that a bank replaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from repayplan.errors import InputError
from repayplan.language import tr
from repayplan.rules.tables import Reading, one_of, table

ENVIRONMENT = "REPAYPLAN_PROVISION"
"""Names the bank's own file in place of ``provision.toml``."""

MOST_MONTHS = 12
"""Options are told for a year."""


@dataclass(frozen=True, slots=True)
class AssetClass:
    """A class of claims: at least this one above ``over_days`` days past due; ``rate``: share that is provided."""

    name: str
    over_days: int
    rate: float
    source: str


@dataclass(frozen=True, slots=True)
class ProvisionTable:
    """Classes, the best first. ``restructured`` and ``failed``: places of the least class of a claim whose
    restructuring is observed, and of one that failed again. ``after_months``: when provisions are looked at."""

    classes: tuple[AssetClass, ...]
    restructured: int
    failed: int
    after_months: int
    clause: str
    valid_from: dt.date

    def place(self, days: int) -> int:
        """Which class a claim of so many days past due is in."""
        return place_in(self.classes, days)

    def rate(self, place: int) -> float:
        """The share that is provided in a class."""
        return self.classes[place].rate


def place_in(classes: Sequence[AssetClass], days: int) -> int:
    """Which of classes a claim of so many days past due is in."""
    return sum(days > each.over_days for each in classes[1:])


def provision_table() -> ProvisionTable:
    """The bank's table, otherwise the one that is shipped. InputError where the bank's own cannot be used."""
    return table("provision.toml", ENVIRONMENT, tr("the table of provisions"), _to_table)


def _to_table(data: Mapping[str, Any], place: str) -> ProvisionTable:
    """InputError with everything that is wrong at once."""
    reading = Reading(place, "provision.toml", ENVIRONMENT)
    classes = tuple(_classes(reading, data.get("class")))
    names = [each.name for each in classes]
    least = {}
    for name in ("restructured", "failed"):
        if data.get(name) not in names:
            reading.blame(name, data.get(name), tr("there is no such class"), one_of(names))
        else:
            least[name] = names.index(data[name])
    months, clause = data.get("after_months"), data.get("clause")
    if isinstance(months, bool) or not isinstance(months, int) or not 1 <= months <= MOST_MONTHS:
        limit = tr("{low} to {high}", low=1, high=MOST_MONTHS)
        reading.blame("after_months", months, tr("this is no number of months"), limit)
    if not isinstance(clause, str):
        reading.blame("clause", clause, tr("this is no text"))
    since = reading.day("valid_from", data.get("valid_from"))
    if reading.faults:
        raise InputError(reading.faults)
    return ProvisionTable(classes, least["restructured"], least["failed"], int(months or 0), str(clause), since)


def _classes(reading: Reading, rows: object) -> Iterator[AssetClass]:
    """The classes in order, whose days and rates rise."""
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        reading.blame("class", None, tr("rows that begin with [[{name}]]", name="class"))
        return
    found = []
    for number, row in enumerate(rows, 1):
        name, source, days = row.get("name"), row.get("source"), row.get("over_days", -1)
        rate = _share(reading, f"class {number}.rate", row.get("rate"))
        if isinstance(days, bool) or not isinstance(days, int):
            reading.blame(f"class {number}.over_days", days, tr("this is not a whole number"))
            days = -1
        for field, value in (("name", name), ("source", source)):
            if not isinstance(value, str) or not value:
                reading.blame(f"class {number}.{field}", value, tr("this is no text"))
        found.append(AssetClass(str(name), days, rate, str(source)))
    for number, (better, worse) in enumerate(pairwise(found), 2):
        if worse.over_days <= better.over_days or worse.rate < better.rate:
            what = tr("days and rates of the classes do not rise")
            reading.blame(f"class {number}", f"{worse.over_days}, {worse.rate:g}", what)
    yield from found


def _share(reading: Reading, where: str, value: object) -> float:
    """From 0 to 1, in quotes as all exact figures of the tables."""
    try:
        share = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else -1.0
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        reading.blame(where, value, tr("this is not a share"), tr("0% to 100%"))
        return 0.0
    return share
