"""A plan as files: ``plan.json`` for programs, ``schedule.csv`` and ``cash.csv`` for spreadsheets; all or none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from repayplan.money import plain
from repayplan.planning.plan_file import CashLine, InstallmentLine, plan_file
from repayplan.planning.result import CashRow, Installment, Plan, Status
from repayplan.publishing import publish
from repayplan.report.schedule import day_totals
from repayplan.report.words import HEADINGS

PLAN, SCHEDULE, CASH, BEST_EFFORT = "plan.json", "schedule.csv", "cash.csv", "best_effort.csv"

Table = list[list[str]]
"""The cells of a file, headings first."""

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def plan_document(plan: Plan) -> dict[str, Any]:
    """What ``plan.json`` holds: plain values, amounts as decimal strings."""
    return plan_file(plan).as_dict()


def write_plan(plan: Plan, directory: str | Path) -> list[Path]:
    """Write the files of a plan and return their paths, ``plan.json`` first.

    A schedule that does not repay what it must is called ``best_effort.csv``, so that nobody signs it by mistake, and
    a ``schedule.csv`` of an earlier run goes. Raises InputError where the directory cannot take the files.
    """
    schedule = schedule_name(plan.status)
    (stale,) = {SCHEDULE, BEST_EFFORT} - {schedule}
    files = {
        CASH: csv_file(cash_table(plan.cash)),
        schedule: csv_file(schedule_table(plan.installments)),
        PLAN: json.dumps(plan_document(plan), ensure_ascii=False, indent=2, allow_nan=False).encode() + b"\n",
    }
    return publish(Path(directory), files, [stale])[::-1]


def schedule_name(status: Status) -> str:
    """What the schedule of a plan is called."""
    return SCHEDULE if status in ("optimal", "feasible") else BEST_EFFORT


def schedule_table(rows: Sequence[Installment | InstallmentLine]) -> Table:
    """Headings and cells of ``schedule.csv``. A day's total stands once, beside its first payment: it can be summed."""
    totals = day_totals(rows)
    own = installment_fields(rows)
    lines = [[*_line(row, own), text_cell(totals.pop(row.date, None))] for row in rows]
    return [[str(HEADINGS[field]) for field in (*own, "day_total")], *lines]


def installment_fields(rows: Sequence[Installment | InstallmentLine]) -> list[str]:
    """What is told of each payment: what would be owed on a breach only where a waiver is conditional."""
    two_balances = any(row.debt_if_breached is not None for row in rows)
    return [name for name in Installment.__slots__ if name != "debt_if_breached" or two_balances]


def cash_table(rows: Sequence[CashRow | CashLine]) -> Table:
    """Headings and cells of ``cash.csv``."""
    fields = CashRow.__slots__
    return [[str(HEADINGS[field]) for field in fields], *(_line(row, fields) for row in rows)]


def _line(row: object, fields: Iterable[str]) -> list[str]:
    return [text_cell(getattr(row, field)) for field in fields]


def csv_file(table: Table) -> bytes:
    """Headings in the language in use, ISO dates, plain decimals; the byte order mark tells Excel it is UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    return text.getvalue().encode("utf-8-sig")


def text_cell(value: object) -> str:
    """A figure or a date as it is; text so that no spreadsheet takes it for a formula."""
    if isinstance(value, int):
        return plain(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
