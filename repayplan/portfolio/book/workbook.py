"""A book in an Excel workbook: a sheet for each table, its headings in the first row, or below a title."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from repayplan.cases.cells import Cell, serial
from repayplan.cases.documents import shown
from repayplan.cases.excel.container import Sheet, open_workbook
from repayplan.cases.excel.parts import MAX_PACKED
from repayplan.cases.files import content_of
from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.portfolio.book.opening import Line, Opened, Stream, gathered
from repayplan.portfolio.book.tables import Table, find_table, near_table, unknown_table
from repayplan.portfolio.book.values import text_of

_TITLES = 10
"""Rows among which the headings are looked for."""


def open_workbook_book(path: Path) -> Opened:
    """The tables of a workbook; sheets whose names begin with ``_`` are notes. Raises InputError where it is none, or
    another sheet is no table of a book."""
    sheets = [
        sheet
        for sheet in open_workbook(content_of(path, MAX_PACKED), path.name)
        if sheet.filled and not sheet.name.startswith("_")
    ]
    streams, faults, meant = list[Stream](), list[Fault](), set[str]()
    for sheet in sheets:
        table = find_table(sheet.name)
        if table is None:
            faults.append(unknown_table(sheet.name, f"{path.name} {shown(sheet.name)}"))
            meant.update(each.name for each in [near_table(sheet.name)] if each)
            continue
        width = max(column for _, column in sheet.filled) + 1
        top = _top(sheet, table, width)
        headings = [_text(sheet, (top, column)) for column in range(width)]
        lines = _lines(sheet, top, width, _days(headings, table))
        where = f"{path.name} {shown(sheet.name)}"
        streams.append(Stream(table, sheet.name, where, headings, lines, "sheet", top + 1))
    if not streams and not faults:
        raise InputError(Fault(tr("the file is empty"), path.name, remedy=tr("a book needs borrowers and loans")))
    return gathered(str(path), path.name, streams, faults, meant)


def _top(sheet: Sheet, table: Table, width: int) -> int:
    """The row of the headings: of the first rows that hold something, the one in which most are known."""

    def known(row: int) -> int:
        return sum(table.find(_text(sheet, (row, column))) is not None for column in range(width))

    rows = sorted({row for row, _ in sheet.filled})[:_TITLES]
    return max(rows, key=lambda row: (known(row), -row))


def _days(headings: Sequence[str], table: Table) -> set[int]:
    """The columns that hold days or months, of which a number is a serial date of the workbook's own epoch."""
    found = [table.find(heading) for heading in headings]
    return {place for place, column in enumerate(found) if column is not None and column.kind in ("date", "month")}


def _lines(sheet: Sheet, top: int, width: int, days: Container[int]) -> Iterator[Line]:
    written = {row for row, _ in sheet.written if row > top}
    problems: dict[int, dict[int, Fault]] = {}
    for (row, column), fault in sheet.problems.items():
        problems.setdefault(row, {})[column] = fault
    for row in sorted(written):
        cells = [_text(sheet, (row, column), column in days) for column in range(width)]
        spoiled = problems.get(row, {})
        if spoiled or any(map(str.strip, cells)):
            yield Line(row + 1, cells, None, spoiled)


def _text(sheet: Sheet, address: tuple[int, int], day: bool = False) -> str:
    """What a cell says, as a CSV file would have it: percentages with their sign, days as ISO dates, and so the number
    of a day."""
    cell = sheet.cells.get(address)
    if cell is None or address in sheet.merged:
        return ""
    value = cell.value
    if day and (said := serial(cell)) is not None:
        return said.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(cell)
    return text_of(value) if isinstance(value, str | bool | dt.date) else cell.text


def _number(cell: Cell) -> str:
    assert isinstance(cell.value, int | float)
    if cell.percent:
        return f"{text_of(float(cell.value) * 100)}%"
    return text_of(float(cell.value)) if cell.value == int(cell.value) else text_of(cell.value)
