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
from repayplan.cases.documents import shown
from repayplan.cases.files import content_of, decode_export
from repayplan.errors import Fault, InputError
from repayplan.language import tr

MAX_ROWS = 120_000
"""A thousand stores, ten years of each."""

MAX_BYTES = 16 * 1024 * 1024

OPTIONAL = ("opened", "closing", "monthly", "ramp_up_months", "margin", "amount")
"""Columns in which a cell may be empty; all but ``amount`` may be missing altogether."""

_READERS: Mapping[str, Callable[[Cell], Any]] = {
    "month": cells.month,
    "opened": cells.month,
    "closing": cells.month,
    "amount": cells.amount,
    "monthly": cells.amount,
    "ramp_up_months": cells.whole,
    "margin": cells.fraction,
}


_COUNTED = ("amount", "monthly", "ramp_up_months", "margin")
"""Columns of numbers: there, ``000`` is the rest of an amount that its separators have cut up."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file: where it is, and what it says by column."""

    where: str
    values: dict[str, Any]


def read_rows(path: Path, name: str, columns: Mapping[str, tuple[str, ...]]) -> list[Row]:
    """The rows of a file with these ``columns``, each by every name it goes by. Raises InputError with every fault."""
    lines = list(_lines(decode_export(content_of(path, MAX_BYTES), name), name))
    if len(lines) < 2:
        raise InputError(
            Fault(
                tr("this file has no rows"),
                name,
                remedy=tr("give a first line {headings} and a line for each entry", headings=",".join(columns)),
            )
        )
    places = _headings(lines[0][1], name, columns)
    faults: list[Fault] = []
    rows = [_row(number, line, name, places, faults) for number, line in lines[1:]]
    if faults:
        raise InputError(faults)
    return rows


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


def _headings(line: Sequence[str], name: str, columns: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """The place of every column that is there. InputError where one is unknown, twice, or missing."""
    known = {alias: column for column, aliases in columns.items() for alias in aliases}
    places: dict[str, int] = {}
    faults: list[Fault] = []
    for number, heading in enumerate(line):
        text = cells.tidy(heading).lower()
        column = known.get(text)
        if column is None and text:
            near = get_close_matches(text[: cells.LONGEST], known, n=1, cutoff=0.5)
            listed = tr("the columns here are: {columns}", columns=", ".join(columns))
            remedy = tr("did you mean {field}?", field=known[near[0]]) if near else listed
            faults.append(Fault(tr("there is no such column"), f"{name}:1", shown(heading), remedy=remedy))
        elif column in places:
            remedy = tr("keep one of the two")
            faults.append(Fault(tr("this column stands twice"), f"{name}:1", shown(heading), remedy=remedy))
        elif column is not None:
            places[column] = number
    needed = [column for column in columns if column == "amount" or column not in OPTIONAL]
    faults += [
        Fault(tr("the column {column} is missing", column=column), f"{name}:1", remedy=tr("add it to the first line"))
        for column in needed
        if column not in places and not faults
    ]
    if faults:
        raise InputError(faults)
    return places


def _row(number: int, line: Sequence[str], name: str, places: Mapping[str, int], faults: list[Fault]) -> Row:
    where = f"{name}:{number}"
    values: dict[str, Any] = {}
    if len(line) > max(places.values()) + 1 and any(cell.strip() for cell in line[max(places.values()) + 1 :]):
        faults.append(
            Fault(
                tr("this line has more cells than the first"),
                where,
                remedy=tr("put amounts with thousands separators in quotes"),
            )
        )
        return Row(where, values)
    strays = [place for place, cell in enumerate(line) if cell.strip() and place not in places.values()]
    if strays:
        what, remedy = tr("this value stands under no heading"), tr("write a heading, or delete it")
        faults.append(Fault(what, where, shown(line[strays[0]]), remedy=remedy))
    for column, place in places.items():
        cell = Cell(line[place] if place < len(line) else "")
        if cell.blank:
            if column not in OPTIONAL:
                faults.append(Fault(tr("this cell is empty"), f"{where} {column}", remedy=tr("fill it in")))
            values[column] = None
            continue
        if column in _COUNTED and re.fullmatch(r"\s*0\d+\s*", str(cell.value)[: cells.LONGEST]):
            what, remedy = tr("this number begins with zeros"), tr("put amounts with thousands separators in quotes")
            faults.append(Fault(what, f"{where} {column}", cell.text, remedy=remedy))
            continue
        try:
            values[column] = _READERS.get(column, cells.word)(cell)
        except InputError as error:
            faults += [
                Fault(found.what, f"{where} {column}", cell.text, found.limit, found.remedy) for found in error.faults
            ]
    return Row(where, values)
