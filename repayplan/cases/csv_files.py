"""CSV files with one heading row: columns found by name, cells read as people type them, every fault with its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from repayplan.cases import cells
from repayplan.cases.cells import Cell
from repayplan.cases.documents import UNREADABLE, shown
from repayplan.cases.excel.headings import currency_of, heading_unit, remarks, unit_like, unit_of
from repayplan.cases.files import content_of, decode_export
from repayplan.errors import Fault, InputError
from repayplan.language import tr

MAX_ROWS = 120_000
"""A thousand stores, ten years of each."""

MAX_BYTES = 16 * 1024 * 1024

MAX_COLUMNS = 200
"""More than any export has, and few enough to look for the name that was meant."""

OPTIONAL = ("opened", "closing", "monthly", "ramp_up_months", "margin", "amount")
"""Columns in which a cell may be empty; all but ``amount`` may be missing altogether."""

_READERS: Mapping[str, Callable[[Cell], Any]] = {
    "month": cells.month,
    "opened": cells.month,
    "closing": cells.month,
    "ramp_up_months": cells.whole,
}

_AMOUNTS = ("amount", "monthly")
_SHARES = ("margin",)

_REMARK = re.compile(r"\s*\([^()]*\)\s*$")

_COUNTED = ("amount", "monthly", "ramp_up_months", "margin")
"""Columns of numbers: there, ``000`` is the rest of an amount that its separators have cut up."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file: where it is, and what it says by column; UNREADABLE where a fault says why."""

    where: str
    values: dict[str, Any]

    def at(self, column: str) -> str:
        """``stores.csv:3 margin``."""
        return f"{self.where} {column}"


@dataclass(frozen=True, slots=True)
class _Heading:
    """Where a column is, and what its heading says of bare numbers: their unit, or that they are percentages (0)."""

    place: int
    unit: int | None


@dataclass(frozen=True, slots=True)
class _Headings:
    """The columns of a file that are known, how many there are in all, and those without a heading."""

    columns: Mapping[str, _Heading]
    count: int
    bare: tuple[int, ...]


def read_rows(
    path: Path, name: str, columns: Mapping[str, tuple[str, ...]], faults: list[Fault], currency: str = "CNY"
) -> list[Row]:
    """The rows of a file with these ``columns``, each by every name it goes by.

    What is wrong with single cells is added to ``faults``; raises InputError where the file cannot be understood.
    """
    lines = list(_lines(decode_export(content_of(path, MAX_BYTES), name), name))
    if len(lines) < 2:
        raise InputError(
            Fault(
                tr("this file has no rows"),
                name,
                remedy=tr("give a first line {headings} and a line for each entry", headings=",".join(columns)),
            )
        )
    headings = _headings(lines[0][1], name, columns, currency)
    return [_row(number, line, name, headings, faults) for number, line in lines[1:]]


def _lines(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of every line that holds something; commas, semicolons or tabs between the cells."""
    heading = text.partition("\n")[0]
    separator = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for count, line in enumerate(reader):
            if count > MAX_ROWS:
                raise InputError(
                    Fault(
                        tr("this file has too many rows"),
                        f"{name}:{reader.line_num}",
                        limit=tr("at most {count}", count=f"{MAX_ROWS:,}"),
                        remedy=tr("leave out what is older than ten years, or make several cases of it"),
                    )
                )
            if len(line) > MAX_COLUMNS:
                raise InputError(too_wide(f"{name}:{reader.line_num}", len(line)))
            if any(cell.strip() for cell in line):
                yield reader.line_num, line
    except csv.Error as error:
        raise InputError(
            Fault(
                tr("this is not {notation}: {reason}", notation="CSV", reason=shown(error, 200)),
                f"{name}:{reader.line_num}",
                remedy=tr("mend this line or the one before it"),
            )
        ) from None


def too_wide(where: str, count: int) -> Fault:
    """A line that no program exports."""
    return Fault(
        tr("this line has too many columns"),
        where,
        f"{count:,}",
        tr("at most {count}", count=MAX_COLUMNS),
        tr("export the columns that are needed, or check the separators"),
    )


def _headings(line: Sequence[str], name: str, columns: Mapping[str, tuple[str, ...]], currency: str) -> _Headings:
    """The place of every column that is there. InputError where one is unknown, twice, or missing."""
    known = {alias: column for column, aliases in columns.items() for alias in aliases}
    places: dict[str, _Heading] = {}
    faults: list[Fault] = []
    for number, heading in enumerate(line):
        text = cells.tidy(heading[: cells.LONGEST]).lower()
        column = known.get(text) or known.get(_REMARK.sub("", text))
        if column is None and text:
            near = get_close_matches(text, known, n=1, cutoff=0.5)
            listed = tr("the columns here are: {columns}", columns=", ".join(columns))
            remedy = tr("did you mean {field}?", field=known[near[0]]) if near else listed
            faults.append(Fault(tr("there is no such column"), f"{name}:1", shown(heading), remedy=remedy))
        elif column in places:
            remedy = tr("keep one of the two")
            faults.append(Fault(tr("this column stands twice"), f"{name}:1", shown(heading), remedy=remedy))
        elif column is not None:
            places[column] = _Heading(number, heading_unit(text))
            faults += _wrong_unit(column, heading, f"{name}:1", currency)
    needed = [column for column in columns if column == "amount" or column not in OPTIONAL]
    faults += [
        Fault(tr("the column {column} is missing", column=column), f"{name}:1", remedy=tr("add it to the first line"))
        for column in needed
        if column not in places and not faults
    ]
    if faults:
        raise InputError(faults)
    return _Headings(places, len(line), tuple(number for number, heading in enumerate(line) if not heading.strip()))


def _wrong_unit(column: str, heading: str, where: str, currency: str) -> Iterator[Fault]:
    """A unit in the heading of amounts that is not known, or that of another currency than the case's."""
    for words in remarks(heading) if column in _AMOUNTS else ():
        unit, other = unit_of(words), currency_of(words)
        if (unit_like(words) and not unit) or unit == 0 or other not in (None, currency):
            remedy = tr("write amounts in currency units and leave the unit out, or call it 元 or 万元")
            limit = tr("元 or 万元 of {currency}", currency=currency)
            yield Fault(tr("this is not a unit of amounts"), where, shown(heading), limit, remedy)


def _row(number: int, line: Sequence[str], name: str, headings: _Headings, faults: list[Fault]) -> Row:
    row = Row(f"{name}:{number}", dict.fromkeys(headings.columns, UNREADABLE))
    if any(cell.strip() for cell in line[headings.count :]):
        what, remedy = (
            tr("this line has more cells than the first"),
            tr("put amounts with thousands separators in quotes"),
        )
        faults.append(Fault(what, row.where, remedy=remedy))
        return row
    lost = [line[place] for place in headings.bare if place < len(line) and line[place].strip()]
    if lost:
        what, remedy = tr("this value stands under no heading"), tr("write a heading, or delete it")
        faults.append(Fault(what, row.where, shown(lost[0]), remedy=remedy))
    for column, heading in headings.columns.items():
        cell = Cell(line[heading.place] if heading.place < len(line) else "")
        if cell.blank and column in OPTIONAL:
            row.values[column] = None
        elif cell.blank:
            faults.append(Fault(tr("this cell is empty"), row.at(column), remedy=tr("fill it in")))
        elif column in _COUNTED and re.fullmatch(r"\s*0\d+\s*", str(cell.value)[: cells.LONGEST]):
            what, remedy = tr("this number begins with zeros"), tr("put amounts with thousands separators in quotes")
            faults.append(Fault(what, row.at(column), cell.text, remedy=remedy))
        else:
            try:
                row.values[column] = _value(cell, column, heading.unit)
            except InputError as error:
                faults += [
                    Fault(found.what, row.at(column), cell.text, found.limit, found.remedy) for found in error.faults
                ]
    return row


def _value(cell: Cell, column: str, unit: int | None) -> Any:
    if column in _AMOUNTS:
        return cells.amount(cell, unit or 1)
    if column in _SHARES:
        return cells.share(cell, unit == 0)
    return _READERS.get(column, cells.word)(cell)
