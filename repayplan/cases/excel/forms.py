"""Sheets on which every label has its value beside it: the first sheet, and the bank's wishes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from repayplan.cases.excel.container import Address, Sheet
from repayplan.cases.excel.draft import Reading, heading_text
from repayplan.cases.excel.headings import Column, Layout, heading_unit, plain
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
        form[column.field] = (reading.value((sheet, address), column, percent), address)
        first[column.field] = sheet.where(label)
    return form


def _labels(sheet: Sheet, layout: Layout, reading: Reading) -> Iterator[tuple[Column, Address, Address]]:
    """Every known label with the addresses of itself and of its value; unknown ones are noted."""
    known = layout.known
    taken: set[Address] = set()
    filled = sheet.filled
    stands = set(filled)
    left = min((column for _, column in filled), default=0)
    for address in sorted({*filled, *sheet.formulas}):
        text = heading_text(sheet, address)
        if address in taken or address in sheet.merged or text is None:
            continue
        beside = _beside(sheet, address)
        column = layout.find(text)
        if column is not None:
            taken.add(beside)
            _apart(sheet, address, beside, stands, reading)
            first = sheet.merged.get(beside, beside)
            if first[0] != address[0]:
                what = tr("this merged cell would count once for every label")
                reading.blame((sheet, beside), what, tr("unmerge it and give every label its own value"))
            else:
                yield column, address, beside
        elif (
            beside in stands
            and plain(text) not in reading.words.ignored
            and (address[1] == left or _is_figure(sheet, beside))
        ):
            reading.unknown((sheet, address), text, known)


def _is_figure(sheet: Sheet, address: Address) -> bool:
    """Whether a number or a day stands there, and no text."""
    cell = sheet.cells.get(address)
    return cell is not None and not isinstance(cell.value, str)


def _apart(sheet: Sheet, label: Address, beside: Address, stands: set[Address], reading: Reading) -> None:
    """A figure in the row of a label with nothing beside it, and no other label before it, would be lost."""
    if beside in stands:
        return
    row = [column for number, column in sorted(stands) if number == label[0] and column > beside[1]]
    if row and _is_figure(sheet, (label[0], row[0])):
        what, remedy = tr("this value does not stand beside its label"), tr("move it beside the label")
        reading.blame((sheet, (label[0], row[0])), what, remedy)


def _beside(sheet: Sheet, address: Address) -> Address:
    """The cell to the right of a label, past the cells that are merged with it."""
    row, column = address[0], address[1] + 1
    while sheet.merged.get((row, column)) == address:
        column += 1
    return row, column
