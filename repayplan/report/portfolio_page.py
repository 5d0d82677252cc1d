"""The page of a run: one HTML file with its charts drawn in it, which loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from repayplan.language import Message, current, plural, tr
from repayplan.money import grouped
from repayplan.portfolio.run.choosing import LimitUse
from repayplan.portfolio.run.results import Results
from repayplan.portfolio.run.summary import Group, Month, Summary
from repayplan.report.portfolio_chart import BOTTOM, HEIGHT, LEFT, WIDTH, legend, month_chart
from repayplan.report.portfolio_words import (
    FALLS,
    KINDS,
    ONLY_CASH,
    RATINGS,
    allowed,
    apart,
    debt_aside,
    figure,
    gap_figure,
    headline,
    in_order,
    leaning,
    missing,
    option_word,
    percent,
    reasons_of,
    short,
    sources,
    titled,
    totals,
    weighs,
    word,
)

if TYPE_CHECKING:
    from jinja2 import Template

_RESTS = tr(
    "What is recovered is the mean of drawn futures: what plans and treatments bring as far as cash goes, and after a "
    "default what collateral and the recovery rate bring, less costs. The assessed risk of default is no part of it: "
    "weighed by that a plan may be worth much less, and repayplan portfolio show tells both figures for a borrower."
)

_MOST_ROWS = 30
"""Of groups, reasons and limits; the rest is folded."""


def page(results: Results) -> str:
    """The page in the language in use. Every text in it is escaped."""
    summary = results.summary
    told = (missing(summary), debt_aside(summary), leaning(summary))
    warnings = [str(said) for said in told if said is not None]
    return _template().render(
        language=current(),
        t=_words(summary),
        title=str(headline(summary)),
        basis=str(_basis(results)),
        rests=str(_RESTS),
        warnings=warnings,
        most=_MOST_ROWS,
        figures=_figures(summary),
        groups=[
            (str(titled(tr("What was chosen"), summary)), _rows(summary.by_kind, KINDS)),
            (str(titled(tr("Recovery by rating"), summary)), _rows(summary.by_rating, RATINGS)),
            (str(titled(tr("Recovery by industry"), summary)), _rows(summary.by_industry, {})),
            (str(titled(tr("Recovery by region"), summary)), _rows(summary.by_region, {})),
        ],
        chart=month_chart(summary.months, summary.coupling.limits),
        legend=legend(),
        months=[_month(month) for month in summary.months],
        falls=[str(words) for words in FALLS.values()],
        said=[words[current()] for words in summary.coupling.said],
        limits=[_limit(limit) for limit in in_order(summary.coupling.limits)],
        cases=[
            (
                case.case,
                case.name,
                option_word(case.option),
                option_word(case.instead),
                apart(case.apart),
                "" if case.difference is None else apart(-case.difference),
                short(case.forgone),
            )
            for case in summary.coupling.cases
        ],
        aside=_aside(summary),
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        bottom=BOTTOM,
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    text = (files("repayplan.report") / "portfolio.html.j2").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
        text
    )


def _words(summary: Summary) -> dict[str, str]:
    """The headings of the page."""
    said: dict[str, Message] = {
        "group": tr("Group"),
        "number": tr("Number"),
        "debt": tr("Debt"),
        "recovered": tr("Recovered"),
        "by_plan": tr("By plans"),
        "otherwise": tr("Otherwise"),
        "paid": tr("By payments of plans"),
        "pursued": tr("By collateral, courts and treatments"),
        "share": tr("Share"),
        "miss": tr("Miss"),
        "default": tr("Default"),
        "overdue": titled(tr("Today's overdue balance, expected"), summary),
        "months": tr("months"),
        "only_cash": ONLY_CASH,
        "after": tr("After"),
        "overdue_column": tr("Overdue"),
        "limits": titled(tr("Limits of the bank"), summary),
        "limit": tr("Limit"),
        "allowed": tr("Allowed"),
        "used": tr("Used"),
        "others": tr("The others"),
        "cases": titled(tr("Borrowers for whom the choice matters most"), summary),
        "case": tr("Case"),
        "name": tr("Name"),
        "option": tr("Option"),
        "instead": tr("Next best"),
        "apart": tr("It recovers"),
        "forgone": tr("Recovery forgone for the limits"),
        "aside": tr("Set aside"),
    }
    if summary.kept:  # limits that no choice keeps have no prices
        said["difference"] = tr("Net of what it takes of limits")
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
        (titled(tr("Expected recovery today"), summary), grouped(total.sums["recovery"])),
        *sources(total),
        (tr("Share of the debt"), percent(total.rate)),
        (tr("Debt"), grouped(total.sums["balance"])),
        *totals(summary),
    ]
    if summary.kept:
        lines.append((tr("Best possible, at most"), grouped(round(coupling.bound))))
        lines.append((tr("Gap"), gap_figure(coupling.gap)))
    return [(str(label), figure) for label, figure in lines]


def _rows(groups: Sequence[Group], words: Mapping[str, Message]) -> list[dict[str, Any]]:
    """Groups as rows with a bar for the share that is recovered, by plans and otherwise."""
    return [
        {
            "name": word(words, group.name),
            "borrowers": f"{group.borrowers:,}",
            "balance": short(group.sums["balance"]),
            "recovery": short(group.sums["recovery"]),
            "by_plan": short(group.sums["by_plan"]),
            "otherwise": short(group.otherwise),
            "rate": percent(group.rate),
            "bars": _bars(group),
            "miss": percent(group.miss),
            "default": percent(group.default),
        }
        for group in groups
    ]


def _bars(group: Group) -> tuple[float, float]:
    """How long the parts of a bar are, percent of the debt: together the share that is recovered."""
    parts = [max(cents, 0) for cents in (group.sums["by_plan"], group.otherwise)]
    whole = max(0.0, min(group.rate or 0.0, 1.0)) * 100 / (sum(parts) or 1)
    return whole * parts[0], whole * parts[1]


def _month(month: Month) -> tuple[str, str, list[str]]:
    name = str(plural(tr("1 month"), tr("{count} months", count=month.number), month.number))
    return name, grouped(month.overdue), [grouped(month.falls[fall]) for fall in FALLS]


def _limit(limit: LimitUse) -> dict[str, Any]:
    share = (limit.used or 0.0) / limit.limit if limit.limit else 0.0
    return {
        "name": limit.label[current()],
        "allowed": allowed(limit),
        "used": figure(limit, limit.used),
        "kept": limit.kept,
        "weighs": weighs(limit),
        "sentence": limit.sentence[current()] if weighs(limit) else "",
        "bar": max(0.0, min(share, 1.0)) * 100,
    }


def _aside(summary: Summary) -> list[str]:
    lines = []
    if summary.failed:
        lines.append(str(tr("Borrowers set aside: {count}", count=f"{summary.failed:,}")))
    if summary.strays:
        lines.append(str(tr("Rows that belong to no borrower: {count}", count=f"{summary.strays:,}")))
    return lines + reasons_of(summary)
