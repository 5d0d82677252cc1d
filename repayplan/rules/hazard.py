"""The hazard of default by the burden of a plan and the rating of its borrower, from a dated table a bank replaces."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, get_args

from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr
from repayplan.rules.tables import Reading, table

RiskLevel = Literal["low", "medium", "high"]
LEVELS: tuple[RiskLevel, ...] = get_args(RiskLevel)
"""How likely a borrower is taken to fail, the least likely first."""


@dataclass(frozen=True)
class Bucket:
    """Plans whose burden is at most ``up_to`` (None: whatever it is) default with probability ``yearly`` a year.

    ``rated``: the probability for borrowers of each rating, from low to high; empty where the table tells none apart.
    """

    up_to: Decimal | None
    yearly: Decimal
    rated: tuple[Decimal, ...] = ()

    @cached_property
    def monthly(self) -> float:
        """The same a month."""
        return float(1 - (1 - float(self.yearly)) ** (1 / 12))


@dataclass(frozen=True)
class HazardTable:
    """Buckets in order of burden, the last without an edge, and where the figures come from.

    ``course``: by which month after signing how much of the first year's hazard has passed, as a share of it, from the
    day of signing on; empty where every month has the same.
    """

    buckets: tuple[Bucket, ...]
    clause: str
    valid_from: dt.date
    course: tuple[tuple[int, float], ...] = ()

    @property
    def tells_ratings_apart(self) -> bool:
        """Whether there is a figure for each rating."""
        return bool(self.buckets[0].rated)

    def of(self, rating: RiskLevel | None) -> HazardTable:
        """The same with the figures of a rating as ``yearly``; as it is for a borrower without a rating, and where
        the table has no figures by rating."""
        if rating is None or not self.tells_ratings_apart:
            return self
        return self._rated[rating]

    @cached_property
    def _rated(self) -> Mapping[RiskLevel, HazardTable]:
        return {
            level: replace(self, buckets=tuple(replace(each, yearly=each.rated[place]) for each in self.buckets))
            for place, level in enumerate(LEVELS)
        }

    def even_months(self, months: float) -> float:
        """How many months of an even hazard are as dangerous as the first ``months`` after signing.

        The probability of no default is (1 - monthly) to this power. After the last month of the course it goes on as
        it went last.
        """
        if not self.course:
            return months
        after = bisect_left(self.course, (months, 0.0))
        (start, before), (end, by_then) = self.course[max(min(after, len(self.course) - 1), 1) - 1 :][:2]
        return YEAR * (before + (by_then - before) * (months - start) / (end - start))


YEAR = 12
"""Months in which the hazard of a bucket is what the table says."""

ENVIRONMENT = "REPAYPLAN_HAZARD"
"""Names the bank's own file in place of ``hazard.toml``."""


def hazard_table(rating: RiskLevel | None = None) -> HazardTable:
    """The bank's table, otherwise the example that is shipped, for borrowers of a rating. InputError where the bank's
    own cannot be used."""
    return table("hazard.toml", ENVIRONMENT, tr("the table of hazards"), to_table).of(rating)


def to_table(data: Mapping[str, Any], place: str = "hazard.toml") -> HazardTable:
    """A table from plain values. InputError with everything that is missing or is no share, each with its place; where
    nothing is, with every row at fault where edges do not rise, or where hazards fall with the rating, or with the
    burden though it says ``monotone``."""
    reading = _Reading(place, "hazard.toml", ENVIRONMENT)
    buckets = tuple(reading.bucket(f"bucket {number}", row) for number, row in reading.rows("bucket", data))
    course = tuple(reading.by_then(f"course {number}", row) for number, row in reading.rows("course", data, ()))
    clause, since, monotone = (
        data.get("clause"),
        reading.day("valid_from", data.get("valid_from")),
        data.get("monotone"),
    )
    if not isinstance(clause, str):
        reading.blame("clause", clause, tr("this is no text"), tr("where the limits come from"))
    if not isinstance(monotone, bool):
        reading.blame("monotone", monotone, tr("this is neither true nor false"))
    if not reading.faults:
        reading.faults += [*_edges(buckets, place), *_ratings(buckets, place), *_courses(course, place)]
        reading.faults += _burdens(buckets, place) if monotone else ()
    if reading.faults:
        raise InputError(reading.faults)
    return HazardTable(buckets, str(clause), since, ((0, 0.0), *course) if course else ())


class _Reading(Reading):
    """Reads the parts of a table of hazards; what cannot be read is zero."""

    def rows(self, name: str, data: Mapping[str, Any], without: object = None) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows of a name with their numbers; ``without``: where there are none."""
        rows = data.get(name, without)
        if not isinstance(rows, list | tuple) or not all(isinstance(row, dict) for row in rows):
            self.blame(
                name,
                None,
                tr("the table of hazards lacks these rows"),
                tr("rows that begin with [[{name}]]", name=name),
            )
            return
        yield from enumerate(rows, 1)

    def bucket(self, where: str, row: Mapping[str, Any]) -> Bucket:
        """One row of hazards."""
        edge = self.number(f"{where}.up_to", row["up_to"]) if "up_to" in row else None
        if edge is not None and edge <= 0:
            self.blame(f"{where}.up_to", edge, tr("this is no burden"), tr("above 0"))
        named = ("yearly", *(LEVELS if any(level in row for level in LEVELS) else ()))
        yearly, *rated = (self.hazard(f"{where}.{name}", row.get(name)) for name in named)
        return Bucket(edge, yearly, tuple(rated))

    def by_then(self, where: str, row: Mapping[str, Any]) -> tuple[int, float]:
        """One row of the course: a month and the share that has passed by then."""
        month = row.get("month")  # one that is no whole number is 0, which does not rise
        return month if type(month) is int else 0, float(self.number(f"{where}.share", row.get("share")))

    def hazard(self, where: str, value: object) -> Decimal:
        """A probability below one: nobody is sure to fail."""
        number = self.number(where, value)
        if not 0 <= number < 1:
            self.blame(where, value, tr("this is no hazard"), tr("from 0 to below 1"))
        return number

    def number(self, where: str, value: object) -> Decimal:
        """A finite number; zero, and a fault, where it is none."""
        try:
            number = Decimal("NaN") if isinstance(value, bool) or value is None else Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.blame(where, value, tr("this is not a number"), tr('a number in quotes, such as "0.70"'))
            return Decimal(0)
        return number


def _edges(buckets: Sequence[Bucket], place: str) -> Iterator[Fault]:
    edges = [bucket.up_to for bucket in buckets] or [Decimal(0)]
    rising = None not in edges[:-1] and all(a < b for a, b in pairwise(edges[:-1]) if a is not None and b is not None)
    if not rising or edges[-1] is not None:
        yield Fault(
            tr("the edges of the hazard table do not rise to a last bucket without one"),
            place,
            remedy=tr("put the buckets in order of burden and leave up_to out in the last"),
        )


def _ratings(buckets: Sequence[Bucket], place: str) -> Iterator[Fault]:
    """Every bucket has figures by rating or none has, and a riskier rating is never taken to be safer."""
    for number, bucket in enumerate(buckets, 1):
        where = f"{place}, bucket {number}"
        if bool(bucket.rated) != bool(buckets[0].rated):
            what = tr("this bucket and the first differ in whether they have figures by rating")
            yield Fault(what, where, remedy=tr("give low, medium and high in every bucket, or in none"))
        for (level, less), (other, more) in pairwise(zip(LEVELS, bucket.rated, strict=False)):
            if more < less:
                said = {"other": other, "level": level}
                what = tr("the rating {other} is taken to be safer than {level} in the hazard table", **said)
                yield Fault(what, where, f"{more}", tr("{least} or more", least=less), _no_fall())


def _no_fall() -> Message:
    return tr("let hazards not fall from low to medium to high")


def _courses(course: Sequence[tuple[int, float]], place: str) -> Iterator[Fault]:
    """Months and shares that rise from the day of signing, through the whole of the first year after twelve months."""
    for number, ((month, share), (later, more)) in enumerate(pairwise([(0, 0.0), *course]), 1):
        if type(later) is not int or later <= month or not share <= more < float("inf"):
            yield Fault(
                tr("the course of the hazard does not rise from month to month"),
                f"{place}, course {number}",
                f"{later}, {more:g}",
                tr("after month {month}, share {share} or more", month=month, share=f"{share:g}"),
                tr("put whole months in order, each with the share of the first year's hazard that has passed by then"),
            )
    if course and (YEAR, 1.0) not in course:
        what = tr("the course of the hazard does not say that after a year its whole has passed")
        yield Fault(what, f"{place}, course", None, tr("month 12, share 1"), tr("add this row"))


def _burdens(buckets: Sequence[Bucket], place: str) -> Iterator[Fault]:
    for number, (lighter, heavier) in enumerate(pairwise(buckets), 2):
        for less, more in zip((lighter.yearly, *lighter.rated), (heavier.yearly, *heavier.rated), strict=False):
            if more < less:
                yield Fault(
                    tr("a heavier burden is taken to be safer in the hazard table"),
                    f"{place}, bucket {number}",
                    f"{more}",
                    tr("{least} or more", least=less),
                    tr("let hazards not fall with the burden, or write monotone = false"),
                )
