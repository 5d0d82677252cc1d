"""A run as files: ``summary.json`` for programs, ``choices.csv`` and ``failures.csv`` for spreadsheets, the page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repayplan.language import current, speaking, tr
from repayplan.money import plain
from repayplan.portfolio.book.wording import Wording
from repayplan.portfolio.run.results import Results
from repayplan.portfolio.run.summary import Group, Month
from repayplan.publishing import publish
from repayplan.report.files import csv_file, text_cell
from repayplan.report.portfolio_page import page
from repayplan.report.portfolio_words import (
    COLUMNS,
    MONEY,
    RATINGS,
    leaning,
    option_word,
    status_word,
    word,
)

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA = "repayplan/portfolio-summary/1"
SUMMARY, PAGE, CHOICES, FAILURES = "summary.json", "report.html", "choices.csv", "failures.csv"

_BATCH = 10_000
_SAID, _LOST = ("label", "sentence"), ("apart", "difference", "forgone")
_PER = {"cents": "1.00", "hours": "1 hour", "visits": "1 visit", "share": "1%"}
"""What the price of a limit is for, by its measure; one where it counts other things."""


def write_summary(results: Results) -> list[Path]:
    """Write the files of a run that has ended and return their paths, the page first."""
    with speaking(results.manifest.language):  # in which reasons and remedies were written
        failures = _csv(results.failed(), results.wording)
    document = json.dumps(summary_document(results), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    files = {
        FAILURES: failures,
        CHOICES: _csv(results.named()),
        SUMMARY: document.encode(),
        PAGE: page(results).encode(),
    }
    return publish(results.directory, files)[::-1]


def summary_document(results: Results) -> dict[str, Any]:
    """What ``summary.json`` holds: plain values, amounts as decimal strings."""
    summary, manifest = results.summary, results.manifest
    said = leaning(summary)
    coupling = asdict(summary.coupling)
    return {
        "schema": SCHEMA,
        "book": manifest.book,
        "version": manifest.version,
        "settings": dict(manifest.settings),
        "borrowers": summary.borrowers,
        "set_aside": summary.failed,
        "stray_rows": summary.strays,
        "reasons": [{"reason": reason, "borrowers": count} for reason, count in summary.reasons],
        "stray_reasons": [{"reason": reason, "rows": count} for reason, count in summary.stray_reasons],
        "illustrative": None if said is None else str(said),
        "total": _group(summary.total),
        "by_rating": {group.name: _group(group) for group in summary.by_rating},
        "by_industry": {group.name: _group(group) for group in summary.by_industry},
        "by_region": {group.name: _group(group) for group in summary.by_region},
        "by_kind": {group.name: _group(group) for group in summary.by_kind},
        "overdue": [_month(month) for month in summary.months],
        "options": dict(summary.counts),
        "choice": {
            "status": summary.coupling.status,
            "said": [words[current()] for words in summary.coupling.said],
            "value": plain(summary.coupling.value),
            "bound": plain(round(summary.coupling.bound)) if summary.kept else None,
            "gap": summary.coupling.gap if summary.kept else None,
            "method": summary.coupling.method,
            "limits_kept": summary.kept,
            "limits": [_limit(each) for each in coupling["limits"]],
            "cases": [each | {name: plain(each[name]) for name in _LOST} for each in coupling["cases"]],
        },
    }


def _limit(limit: dict[str, Any]) -> dict[str, Any]:
    """One limit: amounts of money as decimal strings in currency units, everything else as numbers."""
    amount = limit["measure"] == "cents"
    figures = {name: limit[name] for name in ("limit", "used")}
    if amount:
        figures = {name: None if value is None else plain(round(value)) for name, value in figures.items()}
    return {
        **limit,
        **{name: limit[name][current()] for name in _SAID},
        **figures,
        "measure": "amount" if amount else limit["measure"],
        "price": plain(round(limit["price"])),
        "price_per": f"{_PER.get(limit['measure'], '1')} {'less' if limit['least'] else 'more'}",
        "gain": plain(round(limit["gain"])),
    }


def _group(group: Group) -> dict[str, Any]:
    amounts = {name: plain(cents) for name, cents in group.sums.items()}
    shares = {"recovery_share": group.rate, "miss": group.miss, "default": group.default}
    return {"borrowers": group.borrowers, **amounts, **shares, "illustrative": group.illustrative}


def _month(month: Month) -> dict[str, Any]:
    falls = {name: plain(cents) for name, cents in month.falls.items()}
    return {"month": month.number, "overdue": plain(month.overdue), **falls}


def _csv(table: pa.Table, wording: Wording | None = None) -> bytes:
    """A table with headings in the language in use; no text becomes a formula. ``wording``: of the book in which rows
    have their places."""
    content = io.BytesIO(csv_file([[str(COLUMNS[name]) for name in table.column_names]]))
    content.seek(0, io.SEEK_END)
    text = io.TextIOWrapper(content, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    for batch in table.to_batches(_BATCH):
        for row in batch.to_pylist():
            if wording is not None:
                row |= dict(zip(("table", "field"), wording.place(row["table"], row["field"]), strict=True))
            writer.writerow([_cell(name, value) for name, value in row.items()])
    text.detach()
    return content.getvalue()


def _cell(name: str, value: Any) -> str:
    if name in MONEY and value is not None:
        return plain(value)
    if isinstance(value, bool):
        return str(tr("yes") if value else tr("no"))
    if isinstance(value, float):
        return f"{round(value, _DECIMALS):.10g}"
    return str(value) if isinstance(value, int) else text_cell(_WORDS.get(name, str)(value) if value else value)


_DECIMALS = 9
"""Of a share: what is less is a float's noise."""

_WORDS: dict[str, Callable[[str], str]] = {
    "kind": option_word,
    "status": status_word,
    "rating": lambda value: word(RATINGS, value),
}
"""Cells that are words; an option keeps the name by which it is asked for."""
