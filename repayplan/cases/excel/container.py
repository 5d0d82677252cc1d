"""The sheets of an .xlsx file, cell by cell, with the address of everything that cannot be believed.

calamine shows error cells, and formulas nobody has calculated, as empty text; it also makes room for every cell up to
the last one. So the XML of every sheet is walked through first: it gives the extent, the errors and the lost formulas.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from repayplan.cases.cells import EPOCH_1900, EPOCH_1904, Cell, Raw
from repayplan.cases.documents import shown
from repayplan.cases.excel.formats import Shape, built_in, shape_of
from repayplan.cases.excel.parts import Parts, refuse, unpack, walk
from repayplan.errors import Fault
from repayplan.language import tr

MAX_CELLS = 300_000
MAX_ROWS, MAX_COLUMNS = 20_000, 2_000
MAX_EXTENT = 2_000_000
MAX_TEXT = 20_000_000
"""Limits on all sheets together; rows and columns on each."""

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_TRUE = ("1", "true")
_INDEX = re.compile(r"[0-9]{1,7}")

Address = tuple[int, int]
"""Row and column, from 0."""


@dataclass(frozen=True)
class Sheet:
    """The filled cells of a sheet by address; every cell of a merge has the merge's value.

    ``merged`` leads from the other cells of a merge to its first. ``problems`` holds what cannot be believed,
    ``formulas`` the text of formulas without a value. ``hidden``: it has no tab; ``hidden_rows`` and
    ``hidden_columns`` (from 0) are those that hold something and are not shown, by hand or by a filter.
    """

    file: str
    name: str
    cells: Mapping[Address, Cell]
    merged: Mapping[Address, Address]
    problems: Mapping[Address, Fault]
    formulas: Mapping[Address, str]
    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()

    def where(self, address: Address) -> str:
        """``case.xlsx 贷款!C3``; a CSV file has no sheets: ``loans.csv C3``."""
        return f"{self.file} {shown(self.name)}!{spell(address)}" if self.name else f"{self.file} {spell(address)}"

    @cached_property
    def filled(self) -> tuple[Address, ...]:
        """Every address at which something stands, row by row."""
        return tuple(sorted({*self.cells, *self.problems}))

    @cached_property
    def written(self) -> tuple[Address, ...]:
        """The same with the formulas that nobody has calculated."""
        return tuple(sorted({*self.filled, *self.formulas}))


@dataclass(slots=True)
class _Seen:
    """What one walk through a sheet's XML finds."""

    rows: int = 0
    columns: int = 0
    shapes: dict[Address, Shape] = field(default_factory=dict)
    errors: dict[Address, str] = field(default_factory=dict)
    formulas: dict[Address, str] = field(default_factory=dict)
    endless: dict[Address, str] = field(default_factory=dict)
    merges: list[tuple[Address, Address]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


def spell(address: Address) -> str:
    """``C3`` for row 2, column 2."""
    row, column = address
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def open_workbook(content: bytes, name: str) -> tuple[Sheet, ...]:
    """The worksheets of an .xlsx file in their order; ``name`` is what faults call it.

    Raises InputError for what is no such file, is encrypted, or does not keep within the limits.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    parts = unpack(content, name)
    looking = _Looking(name, _shapes(parts, name), _text_lengths(parts, name))
    seen = {title: looking.at(parts.content[part], part) for title, part in parts.sheets.items()}
    epoch = EPOCH_1904 if parts.from_1904 else EPOCH_1900
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(parts.packed())) as book:
            rows = {title: book.get_sheet_by_name(title).to_python(skip_empty_area=False) for title in seen}
    except (CalamineError, ValueError, OSError) as error:
        what = tr("this workbook cannot be read: {reason}", reason=shown(error, 100))
        refuse(name, what, tr("open it in Excel, WPS or LibreOffice and save it again as .xlsx"))
    sheets = (_sheet(name, title, rows[title], found, epoch) for title, found in seen.items())
    return tuple(replace(sheet, hidden=sheet.name in parts.hidden) for sheet in sheets)


def _sheet(name: str, title: str, rows: Sequence[Sequence[Raw]], seen: _Seen, epoch: dt.date) -> Sheet:
    cells = {
        (row, column): _cell(value, seen.shapes.get((row, column)), epoch)
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
        if value != "" and not any((row, column) in bad for bad in (seen.formulas, seen.errors, seen.endless))
    }
    merged = _spread(seen)
    for other, first in merged.items():
        if first in cells:
            cells[other] = cells[first]
    sheet = Sheet(name, title, cells, merged, {}, seen.formulas)
    problems = dict([*_errors(sheet, seen.errors), *_lost(sheet, seen.formulas), *_endless(sheet, seen.endless)])
    unseen_rows, unseen_columns = _hidden(seen, cells)
    return replace(sheet, problems=problems, hidden_rows=unseen_rows, hidden_columns=unseen_columns)


def _cell(value: Raw, shape: Shape | None, epoch: dt.date) -> Cell:
    return Cell(value, epoch=epoch) if shape is None else Cell(value, shape.percent, epoch, shape.signs, shape.scaled)


def _hidden(seen: _Seen, cells: Iterable[Address]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The rows and the columns that hold something and are not shown."""
    filled = list(cells)
    rows, columns = {row for row, _ in filled}, {column for _, column in filled}
    unseen = {column for column in columns if any(first <= column <= last for first, last in seen.hidden_columns)}
    return tuple(sorted(rows & seen.hidden_rows)), tuple(sorted(unseen))


def _errors(sheet: Sheet, errors: Mapping[Address, str]) -> Iterator[tuple[Address, Fault]]:
    for address, text in errors.items():
        remedy = tr("mend the formula, or write the value")
        yield address, Fault(tr("this cell shows an error"), sheet.where(address), shown(text), remedy=remedy)


def _lost(sheet: Sheet, formulas: Mapping[Address, str]) -> Iterator[tuple[Address, Fault]]:
    for address, text in formulas.items():
        what = tr("this formula has no value: it was never calculated")
        remedy = tr("open the workbook in Excel, WPS or LibreOffice and save it, or write the value")
        yield address, Fault(what, sheet.where(address), shown(f"={text}"), remedy=remedy)


def _endless(sheet: Sheet, values: Mapping[Address, str]) -> Iterator[tuple[Address, Fault]]:
    for address, text in values.items():
        remedy = tr("mend the formula, or write the value")
        yield address, Fault(tr("this cell shows no number"), sheet.where(address), shown(text), remedy=remedy)


def _finite(text: str) -> bool:
    """Whether a number of the XML is one; what is no number at all is left to calamine."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return True


def _spread(seen: _Seen) -> dict[Address, Address]:
    """The cells of every merge but its first, within the extent of the sheet, each with the first."""
    merged: dict[Address, Address] = {}
    for (top, left), (bottom, right) in seen.merges:
        for row in range(top, min(bottom + 1, seen.rows)):
            for column in range(left, min(right + 1, seen.columns)):
                if (row, column) != (top, left):
                    merged[row, column] = (top, left)
    return merged


def _shapes(parts: Parts, name: str) -> dict[str, Shape]:
    """What the cell styles show beside a number, by their number; plain ones are left out."""
    if parts.styles is None:
        return {}
    formats: dict[str, str] = {}
    styles: list[str] = []
    inside: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        inside.append(tag)
        if tag == "numFmt":
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "xf" and "cellXfs" in inside:
            styles.append(attributes.get("numFmtId", "0"))

    walk(parts.content[parts.styles], parts.styles, name, start, lambda *_: inside.__delitem__(-1))
    shapes = {str(place): shape_of(formats.get(number) or built_in(number)) for place, number in enumerate(styles)}
    return {place: shape for place, shape in shapes.items() if shape != Shape()}


def _text_lengths(parts: Parts, name: str) -> list[int]:
    """The lengths of the texts that cells share, of which calamine makes a copy for every cell."""
    lengths: list[int] = []

    def start(tag: str, _: dict[str, str]) -> None:
        if tag == "si":
            lengths.append(0)

    def end(tag: str, text: str) -> None:
        if tag == "t" and lengths:
            lengths[-1] += len(text)

    if parts.strings is not None:
        walk(parts.content[parts.strings], parts.strings, name, start, end)
    return lengths


class _Looking:
    """Follows the XML of the sheets one by one and stops where together they do not keep within the limits."""

    def __init__(self, name: str, shapes: Mapping[str, Shape], lengths: Sequence[int]) -> None:
        self._name, self._shapes, self._lengths = name, shapes, lengths
        self._count = self._text = self._extent = 0
        self._part = ""
        self.seen = _Seen()

    def at(self, content: bytes, part: str) -> _Seen:
        """What one sheet holds."""
        self.seen, self._part = _Seen(), part
        self._row, self._column = -1, -1
        self._cell: dict[str, str] = {}
        self._value: str | None = None
        self._formula: str | None = None
        self._inline = False
        walk(content, part, self._name, self.start, self.end)
        self._extent += self.seen.rows * self.seen.columns
        covered = (
            (min(bottom + 1, self.seen.rows) - top) * (min(right + 1, self.seen.columns) - left)
            for (top, left), (bottom, right) in self.seen.merges
        )
        if sum(max(area, 0) for area in covered) > MAX_CELLS:
            self._too_large((self.seen.rows, self.seen.columns))
        return self.seen

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            given = attributes.get("r", "")
            self._row = int(given) - 1 if re.fullmatch(r"[1-9][0-9]{0,6}", given) else self._row + 1
            self._column = -1
            if attributes.get("hidden") in _TRUE and self._row < MAX_ROWS:
                self.seen.hidden_rows.add(self._row)
        elif tag == "col":
            self._columns(attributes)
        elif tag == "c":
            self._at(attributes)
        elif tag == "is":
            self._inline = True
        elif tag == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            self.seen.merges.append((self._address(first), self._address(last or first)))

    def _columns(self, attributes: dict[str, str]) -> None:
        """A definition of columns, which may hide them; there are never more than Excel has columns."""
        first, last = (attributes.get(name, "") for name in ("min", "max"))
        known = _INDEX.fullmatch(first) and _INDEX.fullmatch(last)
        if known and attributes.get("hidden") in _TRUE and len(self.seen.hidden_columns) < MAX_COLUMNS:
            self.seen.hidden_columns.append((int(first) - 1, int(last) - 1))

    def end(self, tag: str, text: str) -> None:
        if tag == "v":
            self._value = text
        elif tag == "f":
            self._formula = text
        elif tag == "c":
            self._judge()

    def _at(self, attributes: dict[str, str]) -> None:
        self._cell, self._value, self._formula, self._inline = attributes, None, None, False
        if "r" in attributes:
            self._row, self._column = self._address(attributes["r"])
        else:
            self._column += 1

    def _judge(self) -> None:
        """A cell has ended: keep what matters of it."""
        kind, place = self._cell.get("t", "n"), (self._row, self._column)
        if self._value is None and self._formula is None and not self._inline:
            return
        seen = self.seen
        self._count += 1
        if kind == "s" and self._value and _INDEX.fullmatch(self._value) and int(self._value) < len(self._lengths):
            self._text += self._lengths[int(self._value)]
        seen.rows, seen.columns = max(seen.rows, place[0] + 1), max(seen.columns, place[1] + 1)
        if (
            self._count > MAX_CELLS
            or self._text > MAX_TEXT
            or seen.rows > MAX_ROWS
            or seen.columns > MAX_COLUMNS
            or self._extent + seen.rows * seen.columns > MAX_EXTENT
        ):
            self._too_large(place)
        if kind == "e":
            seen.errors[place] = self._value or ""
        elif kind == "n" and self._value and not _finite(self._value):
            seen.endless[place] = self._value
        elif self._formula is not None and not self._value and kind != "str":
            seen.formulas[place] = self._formula
        if (shape := self._shapes.get(self._cell.get("s", ""))) is not None:
            seen.shapes[place] = shape

    def _too_large(self, place: Address) -> None:
        what = tr("a sheet of this workbook is too large: {part} reaches {cell}", part=self._part, cell=spell(place))
        most = {"rows": f"{MAX_ROWS:,}", "columns": f"{MAX_COLUMNS:,}", "cells": f"{MAX_CELLS:,}"}
        limit = tr("at most {rows} rows, {columns} columns, {cells} cells", **most)
        refuse(self._name, what, tr("delete stray cells far from the table, or keep the histories in CSV files"), limit)

    def _address(self, reference: str) -> Address:
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            what = tr("its part {part} is damaged: {reason}", part=self._part, reason=shown(reference))
            refuse(self._name, what, tr("open it in Excel, WPS or LibreOffice and save it again as .xlsx"))
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        return int(match[2]) - 1, column - 1
