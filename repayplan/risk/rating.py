"""How likely a borrower is to fail: low, medium or high, with every reason in words and what is not known.

Each measure beyond its first limit counts half its weight against the borrower, beyond its second all of it. The rating
is the share of that in the weight of what is known; some figures, such as 270 days past due, decide by themselves. A
figure that is not known counts on neither side and lowers the confidence, and a rating of low confidence is never low.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from repayplan.cases.models import Case
from repayplan.language import Message, tr
from repayplan.risk.figures import Figure, Known, Unknown, figures
from repayplan.risk.words import sentence
from repayplan.rules.hazard import LEVELS, RiskLevel
from repayplan.rules.rating import Limits, RatingTable, Severity, rating_table

UNKNOWN = "unknown"
"""The code of the reason that too little is known."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One measure: its code, what it is, the limit it is held against, and where that comes from.

    ``severity``: 0 in order, 1 half its ``weight`` counts against the borrower, 2 all of it. ``least``: what the rating
    is at least by this alone. ``figure`` and ``limit`` are None where the reason is that too little is known.
    """

    code: str
    severity: Severity
    weight: int
    figure: Decimal | None
    limit: Decimal | None
    least: RiskLevel
    source: str
    sentence: Message

    @property
    def points(self) -> Decimal:
        """What counts against the borrower."""
        return Decimal(self.weight * self.severity) / 2

    @property
    def counts(self) -> bool:
        """Whether this speaks against the borrower."""
        return self.severity > 0 or self.least != "low"


@dataclass(frozen=True, slots=True)
class Missing:
    """A measure that is not known: its code, its weight, what it is, and the fields of the case that would tell it."""

    code: str
    weight: int
    what: Message
    fields: str


@dataclass(frozen=True, slots=True)
class Rating:
    """``reasons``: all that is known, the gravest first; ``points`` of the ``weight`` that is known count against the
    borrower, of ``weight_of_all`` measures. ``industry`` (as the table calls it in each language): whose limits were
    taken; None for those of all industries."""

    level: RiskLevel
    confidence: RiskLevel
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    points: Decimal
    weight: int
    weight_of_all: int
    industry: Mapping[str, str] | None
    clause: str
    valid_from: dt.date

    @property
    def against(self) -> tuple[Reason, ...]:
        """The reasons that speak against the borrower."""
        return tuple(reason for reason in self.reasons if reason.counts)


def rate(case: Case, cover: Decimal | None, table: RatingTable | None = None) -> Rating:
    """The rating of a case's borrower by the bank's table of limits, or by ``table``.

    ``cover``: what the cash forecast of the term is worth today over what is owed; None where no cash is forecast.
    InputError where the bank's own table cannot be used.
    """
    table = rating_table() if table is None else table
    industry = table.industry(case.enterprise.industry)
    limits = {**table.limits, **(industry.limits if industry else {})}
    return rated(figures(case, cover), limits, table, {"en": industry.en, "zh": industry.zh} if industry else None)


def rated(
    known: Mapping[str, Known],
    limits: Mapping[str, Limits],
    table: RatingTable,
    industry: Mapping[str, str] | None = None,
) -> Rating:
    """The rating that figures have at some limits; a measure without weight is left out."""
    counted = {code: _sure(each, limits[code]) for code, each in known.items() if limits[code].weight}
    reasons = [_reason(code, each, limits[code]) for code, each in counted.items() if isinstance(each, Figure)]
    missing = tuple(
        Missing(code, limits[code].weight, each.what, each.fields)
        for code, each in counted.items()
        if isinstance(each, Unknown)
    )
    points, weight = sum((reason.points for reason in reasons), Decimal()), sum(reason.weight for reason in reasons)
    all_weight = weight + sum(each.weight for each in missing)
    confidence = table.confident(Decimal(weight) / all_weight)
    if confidence == "low":
        reasons.append(_too_little(weight, all_weight))
    by_points = table.level(points / weight) if weight else "low"
    return Rating(
        level=max([by_points, *(reason.least for reason in reasons)], key=LEVELS.index),
        confidence=confidence,
        reasons=tuple(sorted(reasons, key=lambda reason: (reason.least != "high", -reason.points))),
        missing=missing,
        points=points,
        weight=weight,
        weight_of_all=all_weight,
        industry=industry,
        clause=table.clause,
        valid_from=table.valid_from,
    )


def _sure(known: Known, limits: Limits) -> Known:
    """What is not known, where the rest alone would be in order."""
    if isinstance(known, Figure) and known.besides is not None and not limits.severity(known.value):
        return known.besides if limits.least(known.value) == "low" else known
    return known


def _reason(code: str, figure: Figure, limits: Limits) -> Reason:
    severity, least = limits.severity(figure.value), limits.least(figure.value)
    limit = limits.alarm if severity == 2 else limits.watch
    words = sentence(code, figure, limit)
    return Reason(code, severity, limits.weight, figure.value, limit, least, limits.source, words)


def _too_little(weight: int, of: int) -> Reason:
    """Where nothing at all is known nothing speaks for the borrower either."""
    words = tr(
        "only {known} of {all} points that measures can have are known: too little to call the risk low",
        known=weight,
        all=of,
    )
    if not weight:
        words = tr("nothing is known of this borrower")
    return Reason(UNKNOWN, 0, 0, None, None, "medium" if weight else "high", "", words)
