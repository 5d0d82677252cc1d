"""Limits by which borrowers are rated, with the source of each, from a dated table that a bank replaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Literal

from repayplan.errors import InputError
from repayplan.language import tr
from repayplan.rules.hazard import LEVELS, RiskLevel
from repayplan.rules.tables import Reading, one_of, table

ENVIRONMENT = "REPAYPLAN_RATING"
"""Names the bank's own file in place of ``rating.toml``."""

Sense = Literal["above", "from", "below"]

SENSES: Mapping[str, Sense] = MappingProxyType(
    {
        "leverage": "above",
        "interest_cover": "below",
        "debt_to_ebitda": "above",
        "operating_cash_flow": "from",
        "losses": "from",
        "revenue": "below",
        "days_overdue": "above",
        "late_payments": "from",
        "restructured": "from",
        "cover": "below",
    }
)
"""Every measure, by the code of its reason, and where its figure counts against a borrower: above a limit, from it on,
or below it."""

Severity = Literal[0, 1, 2]
"""In order, beyond ``watch``, beyond ``alarm``."""

MOST_WEIGHT = 1_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one measure. ``medium``, ``high``: beyond them the rating is at least that."""

    sense: Sense
    weight: int
    watch: Decimal
    alarm: Decimal
    source: str
    medium: Decimal | None = None
    high: Decimal | None = None

    def severity(self, figure: Decimal) -> Severity:
        """How far a figure is beyond the limits."""
        return 2 if self.beyond(figure, self.alarm) else 1 if self.beyond(figure, self.watch) else 0

    def least(self, figure: Decimal) -> RiskLevel:
        """What the rating is at least with a figure."""
        if self.high is not None and self.beyond(figure, self.high):
            return "high"
        return "medium" if self.medium is not None and self.beyond(figure, self.medium) else "low"

    def beyond(self, figure: Decimal, limit: Decimal) -> bool:
        """Whether a figure counts against the borrower at a limit."""
        if self.sense == "below":
            return figure < limit
        return figure >= limit if self.sense == "from" else figure > limit


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry with ``limits`` of its own, by measure; ``names``: how people write it, in any language."""

    en: str
    zh: str
    names: tuple[str, ...]
    limits: Mapping[str, Limits]


@dataclass(frozen=True, slots=True)
class RatingTable:
    """Limits by measure, the shares of weight that part ratings and confidences, and where the figures come from."""

    limits: Mapping[str, Limits]
    industries: tuple[Industry, ...]
    levels: tuple[Decimal, Decimal]
    confidence: tuple[Decimal, Decimal]
    clause: str
    valid_from: dt.date

    def industry(self, written: str | None) -> Industry | None:
        """The industry that a line of business names; None where the table has none.

        Of several the one named last counts, before ``of`` where that is written: both ``钢材批发`` and ``wholesale of
        steel`` end with what is done, as does ``construction materials retail``.
        """
        text, _, _ = (written or "").casefold().partition(" of ")
        known = [
            (text.rfind(name) + len(name), len(name), industry)
            for industry in self.industries
            for name in industry.names
            if name in text
        ]
        return max(known, key=lambda each: each[:2])[2] if known else None

    def level(self, share: Decimal) -> RiskLevel:
        """The rating where this share of what is known counts against the borrower."""
        return LEVELS[sum(share >= limit for limit in self.levels)]

    def confident(self, share: Decimal) -> RiskLevel:
        """How far a rating can be relied on where this share of all weight is known."""
        return LEVELS[sum(share >= limit for limit in self.confidence)]


def rating_table() -> RatingTable:
    """The bank's table, otherwise the example that is shipped. InputError where the bank's own cannot be used."""
    return table("rating.toml", ENVIRONMENT, tr("the table of ratings"), to_rating_table)


def to_rating_table(data: Mapping[str, Any], place: str = "rating.toml") -> RatingTable:
    """A table from plain values. InputError with every fault of it, each with its place."""
    reading = _Reading(place, "rating.toml", ENVIRONMENT)
    for name in sorted(data.keys() - SENSES.keys() - _BESIDE):
        reading.blame(name, None, tr("the table of ratings knows no such measure"), one_of(SENSES))
    limits = {code: reading.limits(code, code, data.get(code)) for code in SENSES}
    if not reading.faults and not any(each.weight for each in limits.values()):
        reading.blame("weight", None, tr("no measure has a weight"), tr("one of them above 0"))
    industries = reading.industries(data, limits)
    levels, confidence = (reading.shares(name, data.get(name)) for name in ("levels", "confidence"))
    clause, since = data.get("clause"), reading.day("valid_from", data.get("valid_from"))
    if not isinstance(clause, str):
        reading.blame("clause", clause, tr("this is no text"), tr("where the limits come from"))
    if reading.faults:
        raise InputError(reading.faults)
    return RatingTable(MappingProxyType(limits), industries, levels, confidence, str(clause), since)


_BESIDE = frozenset({"valid_from", "clause", "levels", "confidence", "industries"})
_FIELDS = ("weight", "watch", "alarm", "medium", "high", "source")


class _Reading(Reading):
    """Reads the parts of a table of limits."""

    def limits(self, code: str, where: str, entry: Any) -> Limits:
        """The limits of one measure; where they cannot be read, some that are never used."""
        if not isinstance(entry, dict):
            self.blame(where, entry, tr("the table of ratings lacks this measure"))
            entry = {"weight": 0, "watch": "0", "alarm": "0", "source": "-"}
        for name in sorted(entry.keys() - set(_FIELDS)):
            self.blame(f"{where}.{name}", None, tr("a measure has no such field"), one_of(_FIELDS))
        weight, source, sense = entry.get("weight"), entry.get("source"), SENSES[code]
        if type(weight) is not int or not 0 <= weight <= MOST_WEIGHT:
            limit = tr("a whole number from 0 to {most}", most=MOST_WEIGHT)
            self.blame(f"{where}.weight", weight, tr("this is no weight"), limit)
            weight = 0
        if not isinstance(source, str) or not source.strip():
            limit = tr("where it comes from, or judgment")
            self.blame(f"{where}.source", source, tr("this limit names no source"), limit)
        watch, alarm = self._ordered(where, sense, entry, "watch", "alarm")
        medium, high = self._ordered(where, sense, entry, "medium", "high", optional=True)
        return Limits(sense, weight, watch or Decimal(0), alarm or Decimal(0), str(source), medium, high)

    def industries(self, data: Mapping[str, Any], general: Mapping[str, Limits]) -> tuple[Industry, ...]:
        """Every industry, its own limits laid over the ``general`` ones."""
        entries = data.get("industries", {})
        if not isinstance(entries, dict):
            self.blame("industries", entries, tr("this is no table of industries"))
            return ()
        found: list[Industry] = []
        taken: dict[str, str] = {}
        sound = not self.faults  # what is wrong with the general limits would be told again for every industry
        for name, entry in entries.items():
            where = f"industries.{name}"
            names = self._names(where, entry, taken, name)
            if not names:
                continue
            own = {code: entry[code] for code in entry if code not in ("also", "zh")}
            for code in sorted(own.keys() - SENSES.keys()):
                self.blame(f"{where}.{code}", None, tr("the table of ratings knows no such measure"), one_of(SENSES))
            laid = {
                code: self.limits(code, f"{where}.{code}", {**data[code], **own[code]})
                for code in sorted(own.keys() & SENSES.keys())
                if sound and self._is_table(f"{where}.{code}", own[code])
            }
            if sound and not any({**general, **laid}[code].weight for code in SENSES):
                self.blame(where, None, tr("no measure has a weight"), tr("one of them above 0"))
            found.append(Industry(name, str(entry.get("zh", name)), names, MappingProxyType(laid)))
        return tuple(found)

    def _is_table(self, where: str, entry: object) -> bool:
        if not isinstance(entry, dict):
            self.blame(where, entry, tr("this is no table of limits"))
        return isinstance(entry, dict)

    def shares(self, where: str, entry: Any) -> tuple[Decimal, Decimal]:
        """The shares from which on a level is medium and high."""
        given = entry if isinstance(entry, dict) else {}
        medium, high = (self._number(f"{where}.{name}", given.get(name)) for name in ("medium", "high"))
        if medium is not None and high is not None and not 0 < medium < high <= 1:
            said = tr("above 0, medium below high, at most 1")
            self.blame(where, f"{medium}, {high}", tr("these shares part no levels"), said)
        return medium or Decimal(1), high or Decimal(1)

    def _names(self, where: str, entry: Any, taken: dict[str, str], industry: str) -> tuple[str, ...]:
        """How people write an industry; no two are written alike."""
        also = entry.get("also") if isinstance(entry, dict) else None
        texts = also if isinstance(also, list) else []
        if not texts or not all(isinstance(each, str) and each.strip() for each in texts):
            self.blame(
                f"{where}.also", also, tr("it is not said how people write this industry"), tr("a list of texts")
            )
            return ()
        for name in texts:
            if taken.setdefault(name.casefold(), industry) != industry:
                other = tr("not a name of {other}", other=taken[name.casefold()])
                self.blame(f"{where}.also", name, tr("this name stands for another industry as well"), other)
        return tuple(name.casefold() for name in texts)

    def _ordered(
        self, where: str, sense: Sense, entry: Mapping[str, Any], milder: str, graver: str, *, optional: bool = False
    ) -> tuple[Decimal | None, Decimal | None]:
        """Two limits of which the second is as grave or graver."""
        first, second = (
            None if optional and name not in entry else self._number(f"{where}.{name}", entry.get(name))
            for name in (milder, graver)
        )
        if first is not None and second is not None and (second > first if sense == "below" else second < first):
            limit = tr("{limit} or less", limit=first) if sense == "below" else tr("{least} or more", least=first)
            self.blame(f"{where}.{graver}", second, tr("this limit is milder than {name}", name=milder), limit)
        return first, second

    def _number(self, where: str, value: object) -> Decimal | None:
        """A finite number; None, and a fault, where it is none."""
        try:
            number = None if isinstance(value, bool) or value is None else Decimal(str(value))
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite():
            self.blame(where, value, tr("this is not a number"), tr('a number in quotes, such as "0.70"'))
            return None
        return number
