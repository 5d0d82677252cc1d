"""Rows that only add up others: left out where they do, refused where they might be something else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from repayplan.cases import cells
from repayplan.cases.cells import Cell
from repayplan.cases.excel.container import Address, Sheet
from repayplan.cases.excel.draft import Reading, heading_text
from repayplan.cases.excel.headings import plain
from repayplan.errors import InputError
from repayplan.language import tr

_SHOWN_DIGITS = Decimal("0.005")
"""Totals are compared to the cent; what a formula adds up is dust below it."""


def is_figure(cell: Cell) -> bool:
    """Whether a cell holds what could be an amount."""
    try:
        cells.amount(cell)
    except InputError:
        return False
    return not cell.blank


class Totals:
    """The rows of one table as they are gone through, and what they add up to by column."""

    def __init__(self, sheet: Sheet, columns: Iterable[int], months: Iterable[int]) -> None:
        self._sheet, self._columns = sheet, sorted({*columns, *months})
        self._sums: list[dict[int, Decimal]] = [{}]
        """By column, of the rows since the beginning, and since every total row there was."""

    def add(self, row: int, reading: Reading) -> None:
        """A row that counts."""
        for column in list(self._columns):
            cell = self._sheet.cells.get((row, column))
            amount = self._amount((row, column), reading)
            if amount is None and (cell is not None and not cell.blank):
                self._columns.remove(column)  # told where its row is read; nothing can be compared with it
            elif amount is not None:
                for sums in self._sums:
                    sums[column] = sums.get(column, Decimal()) + amount

    def at(self, row: Sequence[Address], reading: Reading) -> bool:
        """Whether a row is none that counts: it begins with the word for a total. One that may be is blamed."""
        words = [address for address in row if self._says(address, reading.words.totals)]
        number = row[0][0]
        said = {column: self._amount((number, column), reading) for column in self._columns}
        adds = any(all(_agrees(said[column], sums.get(column)) for column in self._columns) for sums in self._sums)
        if not words:
            perhaps = self._says(row[0], reading.words.perhaps) and any(said.values()) and adds
            return perhaps and self._done()
        if words[0] != row[0]:
            what = tr("this is the word for a total, and the row does not begin with it")
            remedy = tr("delete the row if it is a total; put the word in quotes if it is a name")
            reading.blame((self._sheet, words[0]), what, remedy)
        elif not adds:
            sums = self._sums[0]
            off = next((each for each in self._columns if not _agrees(said[each], sums.get(each))), row[0][1])
            limit = tr("they add up to {total}", total=f"{sums.get(off, Decimal()):,.2f}")
            remedy = tr("correct it or the rows above; put the first word in quotes if the row counts by itself")
            what = tr("this total is not the sum of the rows above")
            reading.blame((self._sheet, (number, off)), what, remedy, limit)
        return self._done()

    def _done(self) -> bool:
        self._sums.append({})
        return True

    def _says(self, address: Address, words: frozenset[str]) -> bool:
        text = heading_text(self._sheet, address)
        return text is not None and plain(text) in words

    def _amount(self, address: Address, reading: Reading) -> Decimal | None:
        """A readable amount; what is not readable is told where its row is read."""
        cell = self._sheet.cells.get(address)
        if cell is None or cell.blank:
            return None
        try:
            return cells.amount(cell, reading.unit)
        except InputError:
            return None


def _agrees(said: Decimal | None, total: Decimal | None) -> bool:
    return said is None or abs(said - (total or 0)) < _SHOWN_DIGITS
