"""Sheets on which every label has its value beside it: the first sheet, and the bank's wishes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from repayplan.cases.documents import UNREADABLE
from repayplan.cases.excel.container import Address, Sheet
from repayplan.cases.excel.draft import Reading, heading_text
from repayplan.cases.excel.headings import Column, Layout, heading_unit
from repayplan.cases.excel.totals import is_figure
from repayplan.language import tr

Form = dict[str, tuple[Any, Address]]
"""What stands behind every label, by field, and in which cell; a value is None where the cell is empty."""


def read_form(sheet: Sheet, layout: Layout, reading: Reading) -> Form:
    """The values of a form by field; faults are noted."""
    form: Form = {}
    first: dict[str, str] = {}
    for column, label, address in _labels(sheet, layout, reading):
        if column.field in form:
            what = tr("the label {label} stands twice", label=column.title)
            reading.blame(
                (sheet, label), what, tr("keep one of the two"), tr("first in {cell}", cell=first[column.field])
            )
            continue
        percent = heading_unit(heading_text(sheet, label) or "") == 0
        value = None
        if sheet.merged.get(address, address)[0] == address[0]:
            value = reading.value((sheet, address), column, percent)
        elif address in sheet.cells:
            what = tr("this merged cell would count once for every label")
            reading.blame((sheet, address), what, tr("unmerge it and give every label its own value"))
            value = UNREADABLE
        form[column.field] = (value, address)
        first[column.field] = sheet.where(label)
    return form


def _labels(sheet: Sheet, layout: Layout, reading: Reading) -> Iterator[tuple[Column, Address, Address]]:
    """Every known label with the addresses of itself and of its value; unknown ones, and lost values, are noted."""
    taken: set[Address] = set()
    filled = frozenset(sheet.filled)
    left = min((column for _, column in filled), default=0)
    remark = -1
    """The last row in which a label says that what follows it is left alone."""
    for address in sheet.written:
        if address in taken or address in sheet.merged or address[0] == remark:
            continue
        text = heading_text(sheet, address)
        column = None if text is None else layout.find(text)
        beside = _beside(sheet, address)
        if text is not None and column is not None:
            taken.add(beside)
            yield column, address, beside
        elif reading.ignores(text):
            remark = address[0]
        elif text is not None and beside in filled and (address[1] == left or _is_value(sheet, beside)):
            taken.add(beside)
            reading.unknown((sheet, address), text, layout.known)
        elif _is_value(sheet, address):
            what = tr("this value does not stand beside its label")
            reading.blame((sheet, address), what, tr("move it beside the label, or delete it"))


def _is_value(sheet: Sheet, address: Address) -> bool:
    """Whether a number, a day or an amount as people type it stands in a cell; other texts may be remarks."""
    cell = sheet.cells.get(address)
    return cell is not None and not cell.blank and (not isinstance(cell.value, str) or is_figure(cell))


def _beside(sheet: Sheet, address: Address) -> Address:
    """The cell to the right of a label, past the cells that are merged with it."""
    row, column = address[0], address[1] + 1
    while sheet.merged.get((row, column)) == address:
        column += 1
    return row, column
