"""An offered schedule on the screen and as files: what fails, and beside it the nearest schedule that holds."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from repayplan.language import Message, listed, plural, tr
from repayplan.money import grouped, plain
from repayplan.planning.offers import Judged
from repayplan.planning.plan_file import finding_line
from repayplan.planning.result import Plan
from repayplan.publishing import publish
from repayplan.report.explanation import LIMITS
from repayplan.report.files import csv_file, schedule_table
from repayplan.report.findings import briefly, show_findings
from repayplan.report.layout import bullets, grid, heading, say
from repayplan.report.schedule import day_totals

SCHEMA = "repayplan/offer/1"
OFFER, TABLE, NEAREST = "offer.json", "offer.csv", "nearest.csv"


def show_offer(judged: Judged, console: Console) -> None:
    """Print the verdict, the figures side by side, day by day what fails, and why."""
    say(tr("Offered schedule: {name}", name=judged.plan.case.enterprise.name), console, "bold")
    say(verdict(judged), console, "bold green" if judged.holds else "bold red")
    console.print()
    grid(_figures(judged), console)
    heading(tr("Offer and nearest schedule") if _other(judged) else tr("Offer"), console)
    console.print(_table(judged))
    if judged.failed:
        heading(tr("What the offer breaks"), console)
        bullets(
            [("✘", "bold red", sentence) for sentence in briefly(judged.failed, lambda finding: str(finding.sentence))],
            console,
        )
    others = [finding for finding in judged.plan.findings if finding.result in ("warning", "note")]
    show_findings(others, console)


def verdict(judged: Judged) -> Message:
    """Whether the offer holds, and how far the nearest schedule is from it."""
    if judged.holds:
        return tr("The offer holds every limit")
    count = len(judged.failed)
    broken = plural(
        tr("The offer breaks a limit in one place"), tr("The offer breaks limits in {count} places", count=count), count
    )
    if judged.nearest is None:
        return tr("{broken}; no schedule on these days was found that holds: see repayplan explain", broken=broken)
    return tr("{broken}; the nearest schedule that holds moves {amount}", broken=broken, amount=grouped(judged.moved))


def offer_document(judged: Judged) -> dict[str, Any]:
    """An offer judged, as plain values; amounts as decimal strings."""
    nearest = judged.nearest
    return {
        "schema": SCHEMA,
        "holds": judged.holds,
        "verdict": str(verdict(judged)),
        "currency": judged.plan.case.currency,
        "days": [dict(zip(_COLUMNS, _plain(line), strict=True)) for line in _lines(judged)],
        "moved": plain(judged.moved) if nearest is not None else None,
        "offer": _document(judged.plan),
        "nearest": None if nearest is None else _document(nearest),
        "findings": [finding_line(finding) for finding in judged.plan.findings],
    }


def write_offer(judged: Judged, directory: str | Path) -> list[Path]:
    """Write ``offer.json``, ``offer.csv`` and, where there is one, ``nearest.csv``; their paths in this order."""
    headings = [str(name) for name in _HEADINGS]
    files = {
        TABLE: csv_file([headings, *([_text(cell) for cell in _plain(line)] for line in _lines(judged))]),
        OFFER: json.dumps(offer_document(judged), ensure_ascii=False, indent=2, allow_nan=False).encode() + b"\n",
    }
    if _other(judged) is not None:
        files = {NEAREST: csv_file(schedule_table(judged.nearest.installments if judged.nearest else ())), **files}
    stale = [] if NEAREST in files else [NEAREST]
    return publish(Path(directory), files, stale)[::-1]


# --------------------------------------------------------------------------------------------------------- day by day

_COLUMNS = ("date", "offered", "nearest", "difference", "breaks")
_HEADINGS = (tr("Date"), tr("Offered"), tr("Nearest"), tr("Difference"), tr("Breaks"))

_Line = tuple[dt.date, int, int | None, int | None, list[str]]


def _lines(judged: Judged) -> Iterator[_Line]:
    """Day, cents offered, cents of the nearest schedule and their difference, the rules that fail on the day."""
    other = _other(judged)
    paid: Mapping[dt.date, int] = day_totals(other.installments) if other is not None else {}
    broken: dict[dt.date, list[str]] = {}
    for finding in judged.failed:
        if finding.date is not None:
            broken.setdefault(finding.date, []).append(finding.rule)
    days = {date for date, cents in paid.items() if cents} | judged.offered.keys() | broken.keys()
    for date in sorted(days):
        offered = judged.offered.get(date, 0)
        nearest = paid.get(date, 0) if other is not None else None
        difference = None if nearest is None else nearest - offered
        yield date, offered, nearest, difference, list(dict.fromkeys(broken.get(date, ())))


def _table(judged: Judged) -> Table:
    table = Table(box=box.SIMPLE, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False, show_footer=True)
    other, lines = _other(judged), list(_lines(judged))
    table.add_column(str(_HEADINGS[0]), str(tr("Total")), no_wrap=True)
    table.add_column(str(_HEADINGS[1]), grouped(sum(line[1] for line in lines)), justify="right", style="bold")
    if other is not None:
        total = sum(line[2] or 0 for line in lines)
        table.add_column(str(_HEADINGS[2]), grouped(total), justify="right", no_wrap=True)
        gap = total - sum(line[1] for line in lines)
        table.add_column(str(_HEADINGS[3]), _signed(gap), justify="right", no_wrap=True)
    table.add_column(str(_HEADINGS[4]), style="red", overflow="fold")
    for date, offered, nearest, difference, rules in lines:
        beside = [grouped(nearest) if nearest else "–", _signed(difference or 0)] if other is not None else []
        names = listed(LIMITS.get(rule, rule) for rule in rules)
        table.add_row(str(date), grouped(offered) if offered else "–", *beside, names)
    return table


def _signed(cents: int) -> str:
    return f"+{grouped(cents)}" if cents > 0 else grouped(cents) if cents else "–"


def _plain(line: _Line) -> list[Any]:
    date, offered, nearest, difference, rules = line
    amounts = [None if cents is None else plain(cents) for cents in (offered, nearest, difference)]
    return [date.isoformat(), *amounts, rules]


def _text(cell: Any) -> str:
    return " ".join(cell) if isinstance(cell, list) else "" if cell is None else str(cell)


def _other(judged: Judged) -> Plan | None:
    """The nearest schedule where it is another than the offer."""
    return None if judged.holds else judged.nearest


def _figures(judged: Judged) -> list[tuple[Message, str]]:
    """The figures of the offer, and of the nearest schedule where that is another."""
    plans = [judged.plan, *([other] if (other := _other(judged)) is not None else [])]
    rows = [
        (tr("Paid in all"), [grouped(plan.metrics.recovered) for plan in plans]),
        (tr("Interest and charges"), [grouped(plan.metrics.interest_paid) for plan in plans]),
        (tr("Left unpaid"), [grouped(plan.metrics.unpaid) for plan in plans]),
        (tr("Last payment"), [str(plan.metrics.final_date or "–") for plan in plans]),
        (tr("Expected recovery today"), [grouped(plan.metrics.expected_recovery) for plan in plans]),
        (tr("Least cash above the floor"), [grouped(plan.metrics.min_headroom) for plan in plans]),
    ]
    return [(label, _beside(figures)) for label, figures in rows]


def _beside(figures: list[str]) -> str:
    if len(figures) == 1:
        return figures[0]
    return str(tr("{offered} (nearest: {nearest})", offered=figures[0], nearest=figures[1]))


def _document(plan: Plan) -> dict[str, Any]:
    metrics = plan.metrics
    return {
        "installments": [
            {"date": row.date.isoformat(), "loan": row.loan, "payment": plain(row.payment)}
            for row in plan.installments
            if row.payment
        ],
        "paid": plain(metrics.recovered),
        "interest_paid": plain(metrics.interest_paid),
        "unpaid": plain(metrics.unpaid),
        "final_date": metrics.final_date and metrics.final_date.isoformat(),
        "expected_recovery": plain(metrics.expected_recovery),
        "min_headroom": plain(metrics.min_headroom),
    }
