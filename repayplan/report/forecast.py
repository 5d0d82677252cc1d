"""A forecast on the screen: each source in both views, the months of the bank's view, a chart, what is to be said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rich import box
from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from repayplan.forecast import Difference
from repayplan.forecast.flows import Flow
from repayplan.forecast.monthly import OPERATING_COST
from repayplan.language import Message, tr
from repayplan.money import grouped
from repayplan.planning.forecasts import Outlook, totals
from repayplan.report.chart import Bucket, Scale, axis, bars, years
from repayplan.report.findings import show_findings
from repayplan.report.layout import say
from repayplan.report.terminal import show_defaults
from repayplan.report.words import compact

RECEIPTS, COSTS = "green", "red"

KINDS = {
    "milestones": tr("milestones"),
    "season": tr("season"),
    "stores": tr("stores"),
    "receivables": tr("receivables"),
    "assets": tr("assets for sale"),
    "guarantor": tr("guarantor"),
    "monthly": tr("monthly series"),
    "flows": tr("single amounts"),
    OPERATING_COST: tr("running cost"),
}

_HEIGHT = 5
_WIDEST = 130
_HEADING = 14


def show_forecast(seen: Outlook, console: Console) -> None:
    """Print everything an officer reads before a plan is made on this forecast."""
    say(tr("Cash forecast: {name}", name=seen.case.enterprise.name), console, "bold")
    words = tr(
        "From {start} to {end}, {currency}", start=seen.window.after, end=seen.window.until, currency=seen.case.currency
    )
    say(words, console, "dim")
    _heading(tr("By source, in both views"), console)
    console.print(by_source(seen))
    _heading(tr("By month, as the bank counts on it"), console)
    console.print(by_month(seen, console))
    _heading(tr("Cash in and cash out, as the bank counts on it"), console)
    for line in chart(seen, console.width):
        console.print(line, no_wrap=True, overflow="crop")
    show_findings(seen.findings, console)
    show_defaults(seen.defaults, console)


def source_title(name: str) -> str:
    """A source's own name; the running cost has one in the language in use."""
    return str(KINDS[OPERATING_COST]) if name == OPERATING_COST else name


def by_source(seen: Outlook) -> Table:
    """One line a source: what the borrower expects, less the haircut, less what comes after the term: the bank's."""
    table = _table()
    table.add_column(str(tr("Source")), str(tr("Net")), overflow="fold")
    borrower, bank = (sum(flow.amount for flow in flows) for flows in (seen.borrower, seen.bank))
    apart = sum(seen.differences.values(), Difference())
    headings = (tr("Borrower"), tr("Counted less"), tr("After the term"), tr("Bank"))
    for heading, total in zip(headings, (borrower, -apart.less, -apart.beyond, bank), strict=True):
        table.add_column(str(heading), grouped(total), justify="right", no_wrap=True)
    kinds = {source.name: source.kind for source in seen.case.cash.sources}
    for name in seen.sources:
        borrower, bank = (_sum(flows, name) for flows in (seen.borrower, seen.bank))
        kind, between = kinds.get(name), seen.differences.get(name, Difference())
        title = source_title(name) if kind is None else f"{name} ({KINDS[kind]})"
        table.add_row(title, *map(_amount, (borrower, -between.less, -between.beyond, bank)))
    return table


def by_month(seen: Outlook, console: Console) -> Table:
    """One line a month in the bank's view, with as many sources as fit; what does not fit stands together."""
    amounts = totals(seen.bank)
    ranked = sorted(seen.sources, key=lambda name: -abs(_sum(seen.bank, name)))
    for count in range(len(ranked), -1, -1):
        shown = [name for name in seen.sources if name in ranked[:count]]
        table = _months(seen, amounts, shown)
        if Measurement.get(console, console.options.update_width(10_000), table).maximum <= console.width:
            break
    return table


def _months(seen: Outlook, amounts: dict[tuple[str, dt.date], int], shown: Sequence[str]) -> Table:
    """Columns of the shown sources, of the others together, and of all."""
    rest = [name for name in seen.sources if name not in shown]
    groups: list[tuple[str, list[str]]] = [(source_title(name), [name]) for name in shown]
    if rest:
        others = tr("Other sources") if shown else tr("All sources")
        groups.append((source_title(rest[0]) if len(rest) == 1 else str(others), rest))
    if len(groups) > 1:
        groups.append((str(tr("Net")), list(seen.sources)))
    table = _table()
    table.add_column(str(tr("Month")), str(tr("Total")), no_wrap=True)
    for title, names in groups:
        total = sum(amount for (name, _), amount in amounts.items() if name in names)
        table.add_column(_folded(title), grouped(total), justify="right", no_wrap=True)
    for month in seen.months:
        cells = [sum(amounts.get((name, month), 0) for name in names) for _, names in groups]
        if any(cells):
            table.add_row(f"{month:%Y-%m}", *map(_amount, cells))
    return table


def chart(seen: Outlook, width: int) -> list[Text]:
    """Cash in above, cash out below on the same scale, a column a month, no wider than ``width``; the bank's view."""
    months = seen.months
    incoming, outgoing = _signed(seen.bank, 1), _signed(seen.bank, -1)
    width = min(width, _WIDEST)
    size = -(-len(months) // max(width - 12, 1))
    groups = [months[start : start + size] for start in range(0, len(months), size)]
    panels = [
        [Bucket(group[-1], 0, 0, sum(side.get(month, 0) for month in group)) for group in groups]
        for side in (incoming, outgoing)
    ]
    high = max(1, *(bucket.payment for panel in panels for bucket in panel))
    gutter = cell_len(compact(high)) + 1
    cell = max(1, min(3, (width - gutter - 2) // len(groups)))
    caption = Text.assemble(("█ ", RECEIPTS), str(tr("Cash in")), ("   █ ", COSTS), str(tr("Cash out")))
    return [
        caption,
        *bars(panels[0], Scale(0, high, _HEIGHT), gutter, cell, RECEIPTS),
        axis("", gutter),
        *bars(panels[1], Scale(0, high, _HEIGHT), gutter, cell, COSTS),
        years(panels[0], gutter, cell),
    ]


def _signed(flows: Sequence[Flow], sign: int) -> dict[dt.date, int]:
    sums: dict[dt.date, int] = {}
    for flow in flows:
        if flow.amount * sign > 0:
            month = flow.date.replace(day=1)
            sums[month] = sums.get(month, 0) + abs(flow.amount)
    return sums


def _sum(flows: Sequence[Flow], name: str) -> int:
    return sum(flow.amount for flow in flows if flow.source == name)


def _amount(cents: int) -> str:
    return grouped(cents) if cents else "–"


def _table() -> Table:
    return Table(
        box=box.SIMPLE, show_edge=False, show_footer=True, padding=(0, 1, 0, 0), pad_edge=False, footer_style="bold"
    )


def _folded(title: str) -> str:
    """A long name on several lines, about as wide as an amount; words are kept whole where they fit."""
    lines = [""]
    for word in title.split():
        if lines[-1] and cell_len(f"{lines[-1]} {word}") > _HEADING:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(piece for line in lines for piece in chop_cells(line, _HEADING))


def _heading(words: Message, console: Console) -> None:
    console.print()
    say(words, console, "bold underline")
