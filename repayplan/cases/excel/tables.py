"""Sheets on which headings stand above rows: loans, every kind of cash source, yearly accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from repayplan.calendar.dates import add_months
from repayplan.cases import cells
from repayplan.cases.documents import UNREADABLE
from repayplan.cases.excel.container import Address, Sheet
from repayplan.cases.excel.draft import Draft, Reading, heading_text, steps
from repayplan.cases.excel.headings import Column, Layout, heading_unit
from repayplan.cases.excel.totals import Totals, is_figure
from repayplan.cases.problems import Path
from repayplan.errors import InputError
from repayplan.language import tr

_SEARCHED_ROWS = 30
_MOST_MONTHS = 600
_COUNTED = ("amount", "units")
"""Kinds that would count several times if a merged cell stood for several rows."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its values, what it says of its group, the number by which groups are put in order, its first cell."""

    own: Draft
    shared: Draft
    order: int | None
    start: Address


@dataclass(slots=True)
class _Table:
    """Where what stands on a sheet."""

    row: int
    columns: dict[int, Column]
    percents: set[int]
    months: dict[int, dt.date]
    below: frozenset[int]
    """The columns in which something stands below the headings."""


def read_table(sheet: Sheet, layout: Layout, reading: Reading) -> list[Row]:
    """The rows of a table; faults are noted. An empty sheet has none."""
    filled = sheet.filled
    if not filled:
        return []
    table = _find(sheet, layout, reading)
    if table is None:
        expected = ", ".join(column.title for column in layout.columns[:6])
        what = tr("no headings are found on this sheet")
        reading.blame((sheet, filled[0]), what, tr("write headings such as {fields}", fields=expected))
        return []
    by_row: dict[int, list[Address]] = {}
    for address in filled:
        if address not in sheet.merged:
            by_row.setdefault(address[0], []).append(address)
    _above(sheet, table, [address for number, row in by_row.items() if number < table.row for address in row], reading)
    beneath = {number: addresses for number, addresses in by_row.items() if number > table.row}
    _unnamed(sheet, table, [address for row in beneath.values() for address in row], reading)
    totals = Totals(sheet, [place for place, column in table.columns.items() if column.kind == "amount"], table.months)
    rows: list[Row] = []
    for number, addresses in beneath.items():
        if not any(place in table.columns or place in table.months for _, place in addresses):
            continue
        if totals.at(addresses, reading):
            continue
        rows.append(_row(sheet, number, layout, table, reading))
        totals.add(number, reading)
    return rows


def _find(sheet: Sheet, layout: Layout, reading: Reading) -> _Table | None:
    """The headings: the row, of the first ones, in which most are known."""
    rows: dict[int, dict[int, str]] = {}
    for row, column in sheet.written:
        text = heading_text(sheet, (row, column))
        if text is not None and (row, column) not in sheet.merged:
            if row not in rows and len(rows) == _SEARCHED_ROWS:
                break
            rows.setdefault(row, {})[column] = text
    hits = {row: sum(layout.find(text) is not None for text in texts.values()) for row, texts in rows.items()}
    best = max(hits, key=lambda row: (hits[row], -row), default=-1)
    if best < 0 or not hits[best]:
        return None
    below = frozenset(column for row, column in sheet.filled if row > best)
    table = _Table(best, {}, set(), {}, below)
    for address in sheet.written:
        if address[0] == best:
            _heading(sheet, address, layout, table, reading)
    return table


def _heading(sheet: Sheet, address: Address, layout: Layout, table: _Table, reading: Reading) -> None:
    """Give one heading its meaning."""
    text = heading_text(sheet, address)
    column = None if text is None else layout.find(text)
    if column is not None:
        if column in table.columns.values():
            what = tr("the label {label} stands twice", label=column.title)
            reading.blame((sheet, address), what, tr("keep one of the two"))
            return
        table.columns[address[1]] = column
        if heading_unit(text or "") == 0:
            table.percents.add(address[1])
        return
    if layout.months and (month := _month(sheet, address)) is not None:
        if month in table.months.values():
            reading.blame((sheet, address), tr("this month stands twice"), tr("keep one of the two"))
        table.months[address[1]] = month
    elif address[1] in table.below and address not in sheet.merged and not reading.ignores(text):
        reading.unknown((sheet, address), text or sheet.cells[address].text, layout.known)


def _month(sheet: Sheet, address: Address) -> dt.date | None:
    cell = sheet.cells.get(address)
    try:
        return None if cell is None else cells.month(cell)
    except InputError:
        return None


def _unnamed(sheet: Sheet, table: _Table, addresses: list[Address], reading: Reading) -> None:
    """Values under no heading at all would be lost without a word."""
    headed = {column for row, column in sheet.filled if row == table.row}
    lost = {column: (row, column) for row, column in reversed(addresses) if column not in headed}
    for _, address in sorted(lost.items()):
        reading.blame((sheet, address), tr("this value stands under no heading"), tr("write a heading, or delete it"))


def _above(sheet: Sheet, table: _Table, addresses: list[Address], reading: Reading) -> None:
    """Figures over the headings, under which they would count, are no title."""
    for address in addresses:
        column, cell = table.columns.get(address[1]), sheet.cells.get(address)
        counts = address[1] in table.months or (column is not None and column.kind in _COUNTED)
        if cell is not None and counts and is_figure(cell):
            what = tr("this figure stands above the headings and would not count")
            reading.blame((sheet, address), what, tr("move its row below the headings, or delete it"))


def _row(sheet: Sheet, number: int, layout: Layout, table: _Table, reading: Reading) -> Row:
    own, shared = Draft(), Draft()
    order = None
    for place, column in table.columns.items():
        address = (number, place)
        value = _value(sheet, address, column, layout, place in table.percents, reading)
        if column.kind == "order":
            order = value if isinstance(value, int) else None
            continue
        path = steps(column.field)
        draft, path = (shared, path[1:]) if column.shared else (own, path)
        draft.places[path] = (sheet, address)
        if value is not None:
            draft.put(path, value)
    if layout.months:
        _series(sheet, number, layout, table, own, reading)
    start = (number, min(table.columns))
    for draft in (own, shared):
        draft.places[()] = (sheet, start)
    return Row(own, shared, order, start)


def _value(sheet: Sheet, address: Address, column: Column, layout: Layout, percent: bool, reading: Reading) -> Any:
    first = sheet.merged.get(address)
    if first is not None and first[1] != address[1]:
        return None
    if first is not None and column.kind in _COUNTED and address in sheet.cells:
        what = tr("this merged cell would count once for every row")
        reading.blame((sheet, address), what, tr("unmerge it and give every row its own value"))
        return UNREADABLE
    value = reading.value((sheet, address), column, percent)
    if column.kind != "amount" or layout.sign > 0 or value is None or value is UNREADABLE:
        return value
    if value < 0:
        reading.blame((sheet, address), tr("this amount is negative"), tr("write it without a minus sign"))
        return UNREADABLE
    return -value


def _series(sheet: Sheet, number: int, layout: Layout, table: _Table, own: Draft, reading: Reading) -> None:
    """The columns headed by months as a first month and one value a month."""
    column = Column("", "amount", "", "")
    values = {
        month: (_value(sheet, (number, place), column, layout, False, reading), (number, place))
        for place, month in table.months.items()
    }
    given = [month for month, (value, _) in values.items() if value is not None]
    if not given:
        return
    above: Path = ("history",) if layout.months == "history" else ()
    first, last = min(given), max(given)
    cell = values[first][1]
    if own.get((*above, "start")) not in (None, f"{first:%Y-%m}", UNREADABLE):
        what = tr("the first month given here is not that of the first amount")
        reading.blame(
            own.places[*above, "start"], what, tr("leave it empty"), tr("at most {date}", date=f"{first:%Y-%m}")
        )
    own.put((*above, "start"), f"{first:%Y-%m}")
    own.places[*above, "start"] = (sheet, cell)
    months = list(_months(first, last))
    if len(months) > _MOST_MONTHS:
        what = tr("these months reach over {count} months", count=len(months))
        reading.blame(
            (sheet, cell), what, tr("check the years in the headings"), tr("at most {count}", count=_MOST_MONTHS)
        )
        return
    for index, month in enumerate(months):
        value, address = values.get(month, (None, cell))
        own.put((*above, "amounts", index), value)
        own.places[*above, "amounts", index] = (sheet, address)


def _months(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    count = (last.year - first.year) * 12 + last.month - first.month
    return (add_months(first, number) for number in range(count + 1))
