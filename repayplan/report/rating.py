"""A rating on the screen and as plain values: the level, what speaks against the borrower, what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from repayplan.language import Message, current, tr
from repayplan.planning.rating import Rated
from repayplan.problem.terms import percent
from repayplan.report.layout import bullets, grid, heading
from repayplan.risk.rating import UNKNOWN, Rating, Reason
from repayplan.risk.words import CONFIDENCES, RISKS
from repayplan.rules.hazard import LEVELS, Bucket, HazardTable

SCHEMA = "repayplan/rating/1"

_STYLES = {"low": "bold green", "medium": "bold yellow", "high": "bold red"}
_MARKS = (("✔", "green"), ("!", "bold yellow"), ("✘", "bold red"))
_SEVERITIES = ("in_order", "watch", "alarm")


def show_rating(rated: Rated, console: Console) -> None:
    """Print everything an officer reads of a rating, the level first."""
    rating = rated.rating
    console.print(Text(str(tr("Rating: {name}", name=rated.case.enterprise.name)), "bold"))
    console.print(Text(str(RISKS[rating.level]), _STYLES[rating.level]))
    console.print()
    grid(_figures(rated), console)
    _show_reasons(tr("What speaks against the borrower, with points"), rating.against, console)
    _show_reasons(tr("In order"), [reason for reason in rating.reasons if not reason.counts], console)
    if rating.missing:
        heading(tr("Not known: the confidence is lower for it"), console)
        bullets([("?", "bold yellow", _missing(each.what, each.fields)) for each in rating.missing], console)
    heading(tr("How likely a default is taken to be, where policy.rating asks for it"), console)
    bullets([("·", "dim", str(sentence)) for sentence in _hazards(rated.hazards)], console)
    console.print(Text(f"[{Message(rated.hazards.clause)}]", "dim"))


def rating_document(rated: Rated) -> dict[str, Any]:
    """What ``--json`` prints: plain values, figures and shares as decimal strings."""
    rating = rated.rating
    return {
        "schema": SCHEMA,
        "as_of": rated.case.as_of.isoformat(),
        "enterprise": rated.case.enterprise.name,
        "rating": rating.level,
        "confidence": rating.confidence,
        "stated": rated.stated,
        "points": _plain(rating.points),
        "points_known": rating.weight,
        "points_of_all": rating.weight_of_all,
        "industry": None if rating.industry is None else rating.industry["en"],
        "clause": rating.clause,
        "valid_from": rating.valid_from.isoformat(),
        "reasons": [_reason(reason) for reason in rating.reasons],
        "missing": [
            {"code": each.code, "points": each.weight, "what": str(each.what), "fields": each.fields}
            for each in rating.missing
        ],
        "hazards": {
            "clause": rated.hazards.clause,
            "by_rating": rated.hazards.tells_ratings_apart,
            "buckets": [
                {"up_to": None if each.up_to is None else f"{each.up_to:f}", "yearly": f"{each.yearly:f}"}
                for each in rated.hazards.buckets
            ],
        },
    }


def _figures(rated: Rated) -> list[tuple[Message, str]]:
    rating = rated.rating
    lines = [(tr("Points against it"), str(_points(rating))), (tr("Confidence"), str(_known(rating)))]
    lines.append((tr("Limits"), str(_limits(rating))))
    if rated.stated is not None:
        stated = tr("computed, this one") if rated.stated == "computed" else RISKS[rated.stated]
        lines.append((tr("Rating of the case"), str(stated)))
    if rated.case.as_of < rating.valid_from:
        words = tr("none are known for the case's date, {date}", date=rated.case.as_of)
        lines.append((tr("Limits before"), str(words)))
    return lines


def _points(rating: Rating) -> Message:
    share = f"{rating.points / rating.weight:.0%}" if rating.weight else "–"
    said = {"points": _plain(rating.points), "known": rating.weight, "share": share}
    return tr("{points} of {known} that are known ({share})", **said)


def _known(rating: Rating) -> Message:
    said = {"confidence": CONFIDENCES[rating.confidence], "known": rating.weight, "all": rating.weight_of_all}
    return tr("{confidence}: {known} of {all} points are known", **said)


def _limits(rating: Rating) -> Message:
    if rating.industry is None:
        return tr("all industries, {date}; the line of business has none of its own", date=rating.valid_from)
    return tr("{industry}, {date}", industry=rating.industry[current()], date=rating.valid_from)


def _show_reasons(title: Message, reasons: Sequence[Reason], console: Console) -> None:
    """A line for each reason: how grave it is, its points of those it can have, and the sentence with its source."""
    if not reasons:
        return
    heading(title, console)
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right", style="dim")
    table.add_column(overflow="fold")
    for reason in reasons:
        points = f"{_plain(reason.points)}/{reason.weight}" if reason.weight else ""
        table.add_row(Text(*_mark(reason)), points, _said(reason))
    console.print(table)


def _mark(reason: Reason) -> tuple[str, str]:
    """The graver of what a measure counts and of what it decides alone."""
    return _MARKS[max(reason.severity, LEVELS.index(reason.least))]


def _said(reason: Reason) -> Text:
    words: Message = reason.sentence
    if reason.least != "low" and reason.figure is not None:
        words = tr("{reason}; by this alone at least {risk}", reason=words, risk=RISKS[reason.least])
    return Text.assemble(str(words), (f" [{Message(reason.source)}]" if reason.source else "", "dim"))


def _plain(points: Decimal) -> str:
    return f"{points.normalize():f}"


def _missing(what: Message, fields: str) -> str:
    return f"{what} [{fields}]"


def _hazards(hazards: HazardTable) -> Iterator[Message]:
    yield from map(_hazard, hazards.buckets)
    if not hazards.tells_ratings_apart:
        yield tr("The table of hazards tells no ratings apart: these hold for every one")


def _hazard(bucket: Bucket) -> Message:
    said = {"yearly": percent(bucket.yearly), "monthly": f"{bucket.monthly:.2%}"}
    if bucket.up_to is None:
        return tr("{yearly} a year, {monthly} a month, for a plan that takes more of its first year's cash", **said)
    share = percent(bucket.up_to)
    return tr(
        "{yearly} a year, {monthly} a month, for a plan that takes up to {share} of its first year's cash",
        **said,
        share=share,
    )


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "severity": None if reason.code == UNKNOWN else _SEVERITIES[reason.severity],
        "points": _plain(reason.points),
        "most": reason.weight,
        "figure": None if reason.figure is None or not reason.figure.is_finite() else f"{reason.figure:.6f}",
        "limit": None if reason.limit is None else f"{reason.limit:f}",
        "at_least": reason.least,
        "source": reason.source,
        "sentence": str(reason.sentence),
    }
