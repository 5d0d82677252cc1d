"""The rating of a borrower as an officer asks for it, and what a plan says of the rating it was made with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Literal

from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.language import Message, tr
from repayplan.problem.rating import rate_case
from repayplan.problem.terms import Terms
from repayplan.risk.rating import Rating
from repayplan.risk.words import CONFIDENCES, RISKS
from repayplan.rules.hazard import LEVELS, HazardTable, RiskLevel, hazard_table


@dataclass(frozen=True, slots=True)
class Rated:
    """A case with the rating of its borrower, and the ``hazards`` that go with it.

    ``stated``: what the case says of it, ``low``, ``medium``, ``high`` or ``computed``; None where it says nothing.
    """

    case: Case
    rating: Rating
    hazards: HazardTable

    @property
    def stated(self) -> RiskLevel | Literal["computed"] | None:
        """The rating of the case itself."""
        return self.case.policy.rating


def rate(case: Case) -> Rated:
    """The rating of a case's borrower. InputError where a table of the bank cannot be used."""
    rating = rate_case(case)
    return Rated(case, rating, hazard_table(rating.level))


def rating_findings(case: Case, terms: Terms) -> Iterator[Finding]:
    """What a plan says of its rating; nothing where the case asks for none."""
    if terms.rating is None:
        return
    computed = rate_case(case)
    if case.policy.rating == "computed":
        yield _computed(computed)
    else:
        words = tr("The bank rates this borrower as {risk}", risk=RISKS[terms.rating])
        yield Finding("rating", "policy.rating", "note", words)
        yield from _milder(computed, terms.rating)
    if terms.hazard is not None:
        words = tr("The rating changes no hazard: the case states one of its own")
        yield Finding("rating", "policy.hazard", "note", words)
    elif not hazard_table().tells_ratings_apart:
        words = tr("The rating changes no hazard: the table of hazards tells no ratings apart")
        yield Finding("rating", hazard_table().clause, "warning", words)


def _computed(rating: Rating) -> Finding:
    words = tr("This borrower is rated as {risk}, {confidence}: {reasons}", **_said(rating))
    doubtful = rating.level == "high" or rating.confidence == "low"
    return Finding("rating", rating.clause, "warning" if doubtful else "note", words)


def _milder(rating: Rating, stated: RiskLevel) -> Iterator[Finding]:
    """Where the bank's own rating is better than the figures of the case, and enough of them are known to say so."""
    if rating.confidence != "low" and LEVELS.index(stated) < LEVELS.index(rating.level):
        words = tr("By its figures this borrower would be {risk}, {confidence}: {reasons}", **_said(rating))
        yield Finding("rating", rating.clause, "warning", words)


def _said(rating: Rating) -> dict[str, object]:
    return {"risk": RISKS[rating.level], "confidence": CONFIDENCES[rating.confidence], "reasons": reasons(rating)}


def reasons(rating: Rating) -> Message:
    """What speaks against the borrower, in one line; sentences hold commas, so they are parted by more."""
    against = [reason.sentence for reason in rating.against] or [tr("nothing speaks against it")]
    return reduce(lambda first, second: tr("{first}; {second}", first=first, second=second), against)
