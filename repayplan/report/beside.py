"""The spreadsheets beside a ``plan.json``, compared with it to the cent: they are what people sign and pay by."""

from __future__ import annotations

import csv
import datetime as dt
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path

from repayplan.cases.files import text_of
from repayplan.compliance.findings import Finding
from repayplan.errors import InputError
from repayplan.language import Message, tr
from repayplan.planning.plan_file import PlanFile
from repayplan.report.files import BEST_EFFORT, CASH, SCHEDULE, Table, cash_table, schedule_name, schedule_table

_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", re.ASCII)
_AMOUNT = re.compile(r"-?\d[\d,]*(\.\d+)?", re.ASCII)


def compare_spreadsheets(plan: PlanFile, directory: Path) -> list[Finding]:
    """A failure for every line of ``schedule.csv``, ``best_effort.csv`` and ``cash.csv`` that is not the plan's.

    Files that are not there are not missed. A spreadsheet program may have saved them in its own way: dates with
    slashes and amounts without their zeros say the same.
    """
    own = schedule_name(plan.status)
    tables = {own: schedule_table(plan.installments), CASH: cash_table(plan.cash)}
    found = [finding for name, table in tables.items() for finding in _compare(directory / name, table)]
    (other,) = {SCHEDULE, BEST_EFFORT} - {own}
    if os.path.exists(directory / other):
        found.append(_failure(other, tr("{file} belongs to another plan: this one has {own}", file=other, own=own)))
    return found


def _compare(path: Path, table: Table) -> Iterator[Finding]:
    """Line by line, without the headings, which may be in the other language."""
    if not os.path.exists(path):
        return
    try:
        rows = list(csv.reader(text_of(path).splitlines(), strict=True))
    except InputError as error:
        yield _failure(path.name, tr("{file} cannot be read: {reason}", file=path.name, reason=error.faults[0].what))
        return
    except csv.Error:
        yield _failure(path.name, tr("{file} is not a table of values with commas", file=path.name))
        return
    empty: list[str] = []
    for number, (row, true) in enumerate(zip_longest(rows[1:], table[1:], fillvalue=empty), 2):
        if [_value(cell) for cell in row] != [_value(cell) for cell in true]:
            yield _failure(path.name, _said(path.name, number, row, true))


def _said(file: str, number: int, row: list[str], true: list[str]) -> Message:
    said = {"file": file, "line": number}
    if not row:
        return tr("{file}, line {line} is missing", **said)
    if not true:
        return tr("{file}, line {line} is not in the plan", **said)
    pairs = zip_longest(row, true, fillvalue="")
    cell, figure = next(pair for pair in pairs if _value(pair[0]) != _value(pair[1]))
    return tr("{file}, line {line}: {cell} stands there, the plan says {figure}", **said, cell=cell, figure=figure)


def _value(cell: str) -> object:
    """What a cell says, however a spreadsheet program writes it: a day, an amount or a word."""
    text = cell.strip().removeprefix("'")
    if _AMOUNT.fullmatch(text):
        return Decimal(text.replace(",", ""))
    day = _DAY.fullmatch(text)
    try:
        return dt.date(*map(int, day.groups())) if day else text
    except ValueError:
        return text


def _failure(rule: str, sentence: Message) -> Finding:
    return Finding(rule, "repayplan verify", "fail", sentence)
