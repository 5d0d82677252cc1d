"""A plan as files: ``plan.json`` for programs, ``schedule.csv`` and ``cash.csv`` for spreadsheets; all or none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from repayplan.money import plain
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import CashRow, Installment, Plan
from repayplan.publishing import publish
from repayplan.report.words import HEADINGS

PLAN, SCHEDULE, CASH, BEST_EFFORT = "plan.json", "schedule.csv", "cash.csv", "best_effort.csv"

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def plan_document(plan: Plan) -> dict[str, Any]:
    """What ``plan.json`` holds: plain values, amounts as decimal strings."""
    return plan_file(plan).as_dict()


def write_plan(plan: Plan, directory: str | Path) -> list[Path]:
    """Write the files of a plan and return their paths, ``plan.json`` first.

    A schedule that does not repay what it must is called ``best_effort.csv``, so that nobody signs it by mistake, and
    a ``schedule.csv`` of an earlier run goes. Raises InputError where the directory cannot take the files.
    """
    schedule, stale = (SCHEDULE, BEST_EFFORT) if plan.status in ("optimal", "feasible") else (BEST_EFFORT, SCHEDULE)
    files = {
        CASH: _csv(CashRow, plan.cash),
        schedule: _csv(Installment, plan.installments),
        PLAN: json.dumps(plan_document(plan), ensure_ascii=False, indent=2, allow_nan=False).encode() + b"\n",
    }
    return publish(Path(directory), files, [stale])[::-1]


def _csv(kind: type[Installment | CashRow], rows: Sequence[Installment | CashRow]) -> bytes:
    """Headings in the language in use, ISO dates, plain decimals; the byte order mark tells Excel it is UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    fields: tuple[str, ...] = kind.__slots__
    writer.writerow([str(HEADINGS[field]) for field in fields])
    writer.writerows([text_cell(getattr(row, field)) for field in fields] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def text_cell(value: object) -> str:
    """A figure or a date as it is; text so that no spreadsheet takes it for a formula."""
    if isinstance(value, int):
        return plain(value)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
