"""The page of a run: one HTML file with its charts drawn in it, which loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from repayplan.language import Message, current, tr
from repayplan.money import grouped
from repayplan.portfolio.run.choosing import LimitUse
from repayplan.portfolio.run.results import Results
from repayplan.portfolio.run.summary import Group, Month, Summary
from repayplan.report.portfolio_words import (
    FALLS,
    KINDS,
    RATINGS,
    allowed,
    figure,
    leaning,
    percent,
    price,
    short,
    word,
)

if TYPE_CHECKING:
    from jinja2 import Template

_MOST_GROUPS = 30
_COLORS = {"fall_cash": "#2e7d4f", "fall_rescheduled": "#7aa6c2", "fall_written_off": "#c98a3d", "fall_sold": "#8a6fb0"}
_OVERDUE = "#b5483a"

WIDTH, HEIGHT = 720.0, 260.0
"""Size of the chart of months, in its own units; the page scales it."""

_LEFT, _BOTTOM = 70.0, 30.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of a chart, with what it says when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    color: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A level across a chart with its label."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars above an axis: labels below them, levels at the left, targets across."""

    bars: Sequence[Bar]
    labels: Sequence[tuple[float, str]]
    levels: Sequence[Line]
    targets: Sequence[Line]


def page(results: Results) -> str:
    """The page in the language in use. Every text in it is escaped."""
    summary = results.summary
    said = leaning(summary)
    return _template().render(
        language=current(),
        t=_words(),
        title=str(tr("Portfolio: {count} borrowers", count=f"{summary.borrowers:,}")),
        basis=str(_basis(results)),
        illustrative=None if said is None else str(said),
        figures=_figures(summary),
        groups=[
            (str(tr("What was chosen")), _rows(summary.by_kind, KINDS)),
            (str(tr("Recovery by rating")), _rows(summary.by_rating, RATINGS)),
            (str(tr("Recovery by industry")), _rows(summary.by_industry, {})),
            (str(tr("Recovery by region")), _rows(summary.by_region, {})),
        ],
        chart=_chart(summary.months, summary.coupling.limits),
        legend=[(_OVERDUE, str(tr("Overdue")))] + [(_COLORS[name], str(words)) for name, words in FALLS.items()],
        months=[_month(month) for month in summary.months],
        falls=[str(words) for words in FALLS.values()],
        said=[words[current()] for words in summary.coupling.said],
        limits=[_limit(limit) for limit in summary.coupling.limits],
        cases=[
            (
                case.case,
                word(KINDS, case.option),
                word(KINDS, case.instead),
                grouped(case.difference),
                grouped(case.forgone),
            )
            for case in summary.coupling.cases
        ],
        aside=_aside(summary),
        width=WIDTH,
        height=HEIGHT,
        left=_LEFT,
        bottom=_BOTTOM,
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    text = (files("repayplan.report") / "portfolio.html.j2").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
        text
    )


def _words() -> dict[str, str]:
    """The headings of the page."""
    said: dict[str, Message] = {
        "group": tr("Group"),
        "number": tr("Number"),
        "debt": tr("Debt"),
        "recovered": tr("Recovered"),
        "share": tr("Share"),
        "miss": tr("Miss"),
        "default": tr("Default"),
        "overdue": tr("Overdue balance, expected"),
        "only_cash": tr("Only what is paid in cash brings money; the other columns are no recovery."),
        "after": tr("After"),
        "overdue_column": tr("Overdue"),
        "limits": tr("Limits"),
        "limit": tr("Limit"),
        "allowed": tr("Allowed"),
        "used": tr("Used"),
        "price": tr("One more is worth"),
        "cases": tr("Borrowers for whom the choice matters most"),
        "case": tr("Case"),
        "option": tr("Option"),
        "instead": tr("Next best"),
        "difference": tr("It would bring less by"),
        "forgone": tr("Given up for the limits"),
        "aside": tr("Set aside"),
    }
    return {name: str(words) for name, words in said.items()}


def _basis(results: Results) -> Message:
    manifest = results.manifest
    return tr(
        "Book: {book}; {scenarios} futures, seed {seed}; repayplan {version}. Expected figures, present values.",
        book=manifest.book,
        scenarios=f"{manifest.settings['scenarios']:,}",
        seed=manifest.settings["seed"],
        version=manifest.version,
    )


def _figures(summary: Summary) -> list[tuple[str, str]]:
    total, coupling = summary.total, summary.coupling
    lines = [
        (tr("Expected recovery today"), grouped(total.sums["recovery"])),
        (tr("Share of the debt"), percent(total.rate)),
        (tr("Debt"), grouped(total.sums["balance"])),
        (tr("Overdue today"), grouped(total.sums["overdue"])),
        (tr("Costs"), grouped(total.sums["cost"])),
        (tr("Given up"), grouped(total.sums["haircut"])),
        (tr("Provision"), grouped(total.sums["provision"])),
        (tr("Missed, weighted by debt"), percent(total.miss)),
        (tr("Best possible, at most"), grouped(round(coupling.bound))),
        (tr("Gap"), f"{coupling.gap:.1e}"),
    ]
    return [(str(label), figure) for label, figure in lines]


def _rows(groups: Sequence[Group], words: Mapping[str, Message]) -> list[dict[str, Any]]:
    """Groups as rows with a bar for the share that is recovered."""
    return [
        {
            "name": word(words, group.name),
            "borrowers": f"{group.borrowers:,}",
            "balance": short(group.sums["balance"]),
            "recovery": short(group.sums["recovery"]),
            "rate": percent(group.rate),
            "bar": max(0.0, min(group.rate or 0.0, 1.0)) * 100,
            "miss": percent(group.miss),
            "default": percent(group.default),
        }
        for group in groups[:_MOST_GROUPS]
    ]


def _chart(months: Sequence[Month], limits: Sequence[LimitUse]) -> Chart:
    """The overdue balance of every month and what it has fallen by, so that each column is today's balance.

    Cash is on top: it must reach down to the line of a target.
    """
    today = months[0].overdue
    top = float(max(sum(map(abs, (month.overdue, *month.falls.values()))) for month in months)) or 1.0
    height = HEIGHT - _BOTTOM - 20
    step = (WIDTH - _LEFT) / len(months)
    bars: list[Bar] = []
    labels: list[tuple[float, str]] = []
    for place, month in enumerate(months):
        x, y = _LEFT + step * place + step * 0.15, HEIGHT - _BOTTOM
        labels.append((x + step * 0.35, str(month.number)))
        parts = [(_OVERDUE, tr("Overdue"), month.overdue)]
        parts += [(_COLORS[name], words, month.falls[name]) for name, words in reversed(list(FALLS.items()))]
        for color, words, cents in parts:
            size = max(cents, 0) / top * height
            y -= size
            bars.append(Bar(x, y, step * 0.7, size, color, f"{words}: {grouped(cents)}"))
    levels = [Line(HEIGHT - _BOTTOM - height * part, short(top * part)) for part in (0, 0.25, 0.5, 0.75, 1)]
    targets = [
        Line(HEIGHT - _BOTTOM - today * (1 - limit.limit) / top * height, limit.label[current()])
        for limit in limits
        if limit.target is not None
    ]
    return Chart(bars, labels, levels, targets)


def _month(month: Month) -> tuple[str, str, list[str]]:
    name = str(tr("{count} months", count=month.number))
    return name, grouped(month.overdue), [grouped(month.falls[fall]) for fall in FALLS]


def _limit(limit: LimitUse) -> dict[str, Any]:
    share = (limit.used or 0.0) / limit.limit if limit.limit else 0.0
    return {
        "name": limit.label[current()],
        "allowed": allowed(limit),
        "used": figure(limit, limit.used),
        "price": price(limit),
        "kept": limit.kept,
        "sentence": limit.sentence[current()],
        "bar": max(0.0, min(share, 1.0)) * 100,
    }


def _aside(summary: Summary) -> list[str]:
    lines = []
    if summary.failed:
        lines.append(str(tr("Borrowers set aside: {count}", count=f"{summary.failed:,}")))
    if summary.strays:
        lines.append(str(tr("Rows that belong to no borrower: {count}", count=f"{summary.strays:,}")))
    return lines + [f"{count:,} × {reason}" for reason, count in summary.reasons[:_MOST_GROUPS]]
