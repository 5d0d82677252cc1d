"""A portfolio on the screen: what was chosen, what it recovers, how the overdue balance falls, what limits cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from repayplan.language import Message, current, plural, tr
from repayplan.money import grouped
from repayplan.portfolio.run.choosing import Coupling
from repayplan.portfolio.run.results import Results
from repayplan.portfolio.run.summary import Group, Summary
from repayplan.report.layout import bullets, grid, heading, say
from repayplan.report.portfolio_words import (
    FALLS,
    KINDS,
    ONLY_CASH,
    RATINGS,
    debt_aside,
    gap_figure,
    headline,
    in_order,
    instead,
    leaning,
    missing,
    percent,
    reasons_of,
    short,
    sources,
    titled,
    totals,
    weighs,
    word,
)

_MOST_GROUPS = 8
_MOST_CASES = 5
_MOST_REASONS = 12
_MOST_LIMITS = 12
_NAME_CELLS = 22


def show_summary(results: Results, console: Console) -> None:
    """Print what a portfolio team reads first."""
    summary = results.summary
    say(headline(summary), console, "bold")
    for words in summary.coupling.said:
        say(words[current()], console, "bold red")
    for said in (missing(summary), debt_aside(summary), leaning(summary)):
        if said is not None:
            say(said, console, "bold yellow")
    grid(_figures(summary), console)
    _groups(titled(tr("What was chosen"), summary), summary.by_kind, KINDS, console)
    _groups(titled(tr("Recovery by rating"), summary), summary.by_rating, RATINGS, console)
    _groups(titled(tr("Recovery by industry"), summary), summary.by_industry, {}, console)
    _months(summary, console)
    _limits(summary, console)
    _cases(summary, console)
    _aside(summary, console)


def _figures(summary: Summary) -> list[tuple[Message, str]]:
    total, coupling = summary.total, summary.coupling
    recovered = tr(
        "{amount}, {share} of {balance}",
        amount=grouped(total.sums["recovery"]),
        share=percent(total.rate),
        balance=grouped(total.sums["balance"]),
    )
    lines = [(titled(tr("Expected recovery today"), summary), str(recovered)), *sources(total), *totals(summary)]
    if summary.kept:
        lines.append((tr("Best possible, at most"), _bound(coupling)))
    return [*lines, (tr("Options"), _counts(summary))]


def _bound(coupling: Coupling) -> str:
    words = tr("{amount} (gap {gap})", amount=grouped(round(coupling.bound)), gap=gap_figure(coupling.gap))
    return str(words)


def _counts(summary: Summary) -> str:
    counts = summary.counts
    told = {
        "offered": f"{counts.get('offered', 0):,}",
        "dominated": f"{counts.get('dominated', 0):,}",
        "impossible": f"{counts.get('infeasible', 0):,}",
        "needless": f"{counts.get('best effort not needed', 0):,}",
    }
    if counts.get("best effort not needed"):
        return str(
            tr(
                "{offered} offered, {dominated} dominated and dropped, {impossible} impossible, {needless} best "
                "efforts not needed because all can be paid",
                **told,
            )
        )
    return str(tr("{offered} offered, {dominated} dominated and dropped, {impossible} impossible", **told))


def _groups(title: Message, groups: Sequence[Group], words: Mapping[str, Message], console: Console) -> None:
    if not groups:
        return
    heading(title, console)
    heads = (tr("Number"), tr("Debt"), tr("Recovered"), tr("By plans"), tr("Share"), tr("Miss"))
    table = figures_table(tr("Group"), *heads)
    for group in groups[:_MOST_GROUPS]:
        amounts = (f"{group.borrowers:,}", *(short(group.sums[name]) for name in ("balance", "recovery", "by_plan")))
        table.add_row(word(words, group.name), *amounts, percent(group.rate), percent(group.miss))
    console.print(table)
    rest = len(groups) - _MOST_GROUPS
    if rest > 0:
        say(
            plural(tr("and one more in the page"), tr("and {count} more in the page", count=rest), rest), console, "dim"
        )


def _months(summary: Summary, console: Console) -> None:
    """The overdue balance in its four columns at the ends of quarters."""
    heading(titled(tr("Today's overdue balance, expected"), summary), console)
    table = figures_table(tr("After"), tr("Overdue"), *FALLS.values())
    for month in summary.months:
        if month.number % 3 == 0:
            falls = (short(month.falls[name]) for name in FALLS)
            table.add_row(str(tr("{count} months", count=month.number)), short(month.overdue), *falls)
    console.print(table)
    say(ONLY_CASH, console, "dim")


def _limits(summary: Summary, console: Console) -> None:
    """The limits that are broken or bind; the others are in the page."""
    limits = summary.coupling.limits
    if not limits:
        return
    heading(titled(tr("Limits of the bank"), summary), console)
    lines = [
        ("·" if limit.kept else "✘", "dim" if limit.kept else "bold red", limit.sentence[current()])
        for limit in in_order(limits)
        if weighs(limit)
    ]
    bullets(lines[:_MOST_LIMITS], console)
    rest = len(limits) - len(lines[:_MOST_LIMITS])
    if rest:
        several = tr("{count} other limits are in the page", count=f"{rest:,}")
        say(plural(tr("One other limit is in the page"), several, rest), console, "dim")


def _cases(summary: Summary, console: Console) -> None:
    cases = summary.coupling.cases
    if not cases:
        return
    heading(titled(tr("Borrowers for whom the choice matters most"), summary), console)
    bullets([("·", "dim", str(instead(case))) for case in cases[:_MOST_CASES]], console)


def _aside(summary: Summary, console: Console) -> None:
    if not summary.failed and not summary.strays:
        return
    heading(tr("Set aside"), console)
    lines: list[str] = []
    if summary.failed:
        several = tr("{count} borrowers were set aside; failures.csv says where and why", count=f"{summary.failed:,}")
        lines.append(
            str(plural(tr("one borrower was set aside; failures.csv says where and why"), several, summary.failed))
        )
    if summary.strays:
        several = tr("{count} rows of the book belong to no borrower and count nowhere", count=f"{summary.strays:,}")
        lines.append(
            str(plural(tr("one row of the book belongs to no borrower and counts nowhere"), several, summary.strays))
        )
    reasons = reasons_of(summary)
    lines += reasons[:_MOST_REASONS]
    rest = len(reasons) - _MOST_REASONS
    if rest > 0:
        several = tr("and {count} other reasons, all in failures.csv", count=rest)
        lines.append(str(plural(tr("and one other reason, in failures.csv"), several, rest)))
    bullets([("!", "bold yellow", line) for line in lines], console)


def figures_table(first: Message, *others: Message) -> Table:
    """Names on the left, figures on the right, no wider than a terminal."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(str(first), max_width=_NAME_CELLS, overflow="ellipsis", no_wrap=True)
    for other in others:
        table.add_column(str(other), justify="right", overflow="fold")
    return table
