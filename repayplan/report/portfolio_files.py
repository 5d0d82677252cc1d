"""A run as files: ``summary.json`` for programs, ``choices.csv`` and ``failures.csv`` for spreadsheets, the page."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repayplan.language import current, speaking, tr
from repayplan.money import plain
from repayplan.portfolio.book.wording import Wording
from repayplan.portfolio.coupling.words import amount as so_much
from repayplan.portfolio.run.results import Results
from repayplan.portfolio.run.summary import Group, Month
from repayplan.publishing import Content, publish
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
SPOT = "spot"
"""The column of failures that says in which cell of the book it is."""
SUMMARY, PAGE, CHOICES, FAILURES = "summary.json", "report.html", "choices.csv", "failures.csv"

_SAID, _LOST = ("label", "sentence"), ("apart", "difference", "forgone")
_PER = {"cents": "1.00", "hours": "1 hour", "visits": "1 visit", "share": "1 percentage point"}
"""What the price of a limit is for, by its measure; one where it counts other things."""


def write_summary(results: Results) -> list[Path]:
    """Write the files of a run that has ended and return their paths, the page first."""
    document = json.dumps(summary_document(results), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    files: dict[str, Content] = {
        # reasons and remedies are written in the language of the run
        FAILURES: _csv(results.failed(), results.manifest.language, results.wording),
        CHOICES: _csv(results.named(), current()),
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
        "set_aside_debt": {
            "amount": plain(summary.debt_aside),
            "borrowers": summary.failed - summary.unknown,
            "unknown": summary.unknown,
        },
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
            "cases": [each | {name: _money(each[name]) for name in _LOST} for each in coupling["cases"]],
        },
    }


def _limit(limit: dict[str, Any]) -> dict[str, Any]:
    """One limit: amounts of money as decimal strings in currency units, everything else as numbers."""
    amount, way = limit["measure"] == "cents", "less" if limit["least"] else "more"
    step = limit.pop("step")
    with speaking("en"):  # as its names are
        size = None if step is None else str(so_much(step, limit["measure"]))
    figures = {name: limit[name] for name in ("limit", "used")}
    if amount:
        figures = {name: _money(value) for name, value in figures.items()}
    return {
        **limit,
        **{name: limit[name][current()] for name in _SAID},
        **figures,
        "measure": "amount" if amount else limit["measure"],
        "price": _money(limit["price"]),
        "price_per": f"{_PER.get(limit['measure'], '1')} {way}",
        "gain": _money(limit["gain"]),
        "gain_per": None if size is None else f"{size} {way}",
    }


def _money(cents: float | None) -> str | None:
    """An amount as a decimal string; None where there is none."""
    return None if cents is None else plain(round(cents))


def _group(group: Group) -> dict[str, Any]:
    amounts = {name: plain(cents) for name, cents in group.sums.items()}
    amounts["otherwise"] = plain(group.otherwise)
    shares = {"recovery_share": group.rate, "miss": group.miss, "default": group.default}
    return {"borrowers": group.borrowers, **amounts, **shares, "illustrative": group.illustrative}


def _month(month: Month) -> dict[str, Any]:
    falls = {name: plain(cents) for name, cents in month.falls.items()}
    return {"month": month.number, "overdue": plain(month.overdue), **falls}


def _csv(tables: Iterable[pa.Table], language: str, wording: Wording | None = None) -> Iterator[bytes]:
    """A table that comes piece by piece, with headings; no text becomes a formula. ``wording``: of the book in which
    rows have their places."""
    headed = False
    for table in tables:
        with speaking(language):
            rows = [[_cell(name, value) for name, value in row.items()] for row in _rows(table, wording)]
            heads = [] if headed else [[str(COLUMNS[name]) for name in _names(table, wording)]]
            piece = csv_file([*heads, *rows])
        yield piece if heads else piece.removeprefix(codecs.BOM_UTF8)
        headed = True


def _names(table: pa.Table, wording: Wording | None) -> list[str]:
    """The columns of a table; after the field the place where it stands in the book."""
    names = list(table.column_names)
    return names if wording is None else [*names[: names.index("field") + 1], SPOT, *names[names.index("field") + 1 :]]


def _rows(table: pa.Table, wording: Wording | None) -> Iterator[dict[str, Any]]:
    """Rows as they are read; what stands in a book by the names that it has there."""
    names = _names(table, wording)
    for row in table.to_pylist():
        if wording is not None:
            row[SPOT] = wording.spot(row["table"], row["row"], row["field"])
            row |= dict(zip(("table", "field"), wording.place(row["table"], row["field"]), strict=True))
        yield {name: row[name] for name in names}


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
