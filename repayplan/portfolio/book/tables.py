"""The tables of a book and their columns, from ``tables.toml`` and the headings of case workbooks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from repayplan.cases.cells import tidy
from repayplan.cases.documents import shown
from repayplan.cases.excel.headings import LONGEST, heading_unit, headings, plain, unit_like
from repayplan.cases.problems import Path
from repayplan.errors import Fault
from repayplan.language import current, tr

MAX_COLUMNS = 200

_REMARK = re.compile(r"\([^()]*\)\s*[*:]?$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the ``path`` of the field it fills, how its cells are read (``kind``), whether every row needs it.

    ``off``: the field that takes the word off where it stands here. ``names``: what it may be called besides.
    """

    name: str
    path: Path
    kind: str
    need: bool
    off: Path | None
    names: tuple[str, ...]
    about: str

    def called(self, written: str = "") -> str:
        """What a person knows it by: as the book has ``written`` it, where that is known."""
        return _called(written, self.name, self.names)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns in their order, and the column of every name as ``plain`` spells it."""

    name: str
    names: tuple[str, ...]
    about: str
    columns: tuple[Column, ...]
    known: Mapping[str, Column]

    def called(self, written: str = "") -> str:
        """What a person knows it by: as the book has ``written`` it, where that is known."""
        return _called(written, self.name, self.names)

    def find(self, heading: str) -> Column | None:
        """The column of a heading, which may have a remark in parentheses behind it."""
        if len(heading) > LONGEST:
            return None
        return self.known.get(plain(heading)) or self.known.get(plain(_REMARK.sub("", tidy(heading))))

    def column(self, name: str) -> Column:
        """The column of a name. KeyError where there is none."""
        return {column.name: column for column in self.columns}[name]


@dataclass(frozen=True, slots=True)
class Heading:
    """A column where it stands. ``unit``: currency units that a bare amount counts, 0 where numbers are percentages."""

    place: int
    column: Column
    unit: int | None = None


@cache
def tables() -> Mapping[str, Table]:
    """Every table by its name, borrowers first."""
    text = (files("repayplan.portfolio.book") / "tables.toml").read_text(encoding="utf-8")
    return {name: _table(name, entry) for name, entry in tomllib.loads(text).items()}


def find_table(name: str) -> Table | None:
    """The table that a file, a sheet or a table of a database is called after."""
    return _by_name().get(plain(name))


def near_table(name: str) -> Table | None:
    """The table that was meant by a name that none has."""
    near = get_close_matches(plain(name[:LONGEST]), _by_name(), n=1, cutoff=0.6)
    return _by_name()[near[0]] if near else None


@cache
def _by_name() -> Mapping[str, Table]:
    return {plain(each): table for table in tables().values() for each in (table.name, *table.names)}


def read_headings(
    texts: Iterable[str], table: Table, where: str, at: Callable[[int], str]
) -> tuple[list[Heading], list[Fault]]:
    """The columns under a line of headings, and what is wrong with it: unknown, twice, missing, not a unit. ``where``
    the table is, and ``at`` what cell each of its headings stands."""
    found: list[Heading] = []
    faults: list[Fault] = []
    ignored = headings().ignored
    for place, text in enumerate(texts):
        column = table.find(text)
        if column is None:
            if text.strip() and plain(text) not in ignored:
                faults.append(_unknown(text, table, at(place)))
        elif any(column is other.column for other in found):
            first = next(other.place for other in found if column is other.column)
            limit, remedy = tr("first in {place}", place=at(first)), tr("keep one of the two")
            faults.append(Fault(tr("this column stands twice"), at(place), shown(text), limit, remedy))
        else:
            found.append(Heading(place, column, heading_unit(text)))
            faults += _wrong_unit(text, column, at(place))
    missing = [column for column in table.columns if column.need and all(column is not each.column for each in found)]
    remedy = tr("add it to the first line")
    faults += [
        Fault(tr("the column {column} is missing", column=each.called()), where, remedy=remedy) for each in missing
    ]
    return found, faults


def unknown_table(name: str, where: str) -> Fault:
    """A table that no book has, with the one that was meant."""
    near = near_table(name)
    listed = tr("the tables of a book are: {tables}", tables=", ".join(each.called() for each in tables().values()))
    remedy = tr("did you mean {field}?", field=near.called()) if near else listed
    return Fault(tr("there is no such table"), where, shown(name), remedy=remedy)


def _unknown(text: str, table: Table, where: str) -> Fault:
    near = get_close_matches(plain(text[:LONGEST]), table.known, n=1, cutoff=0.6)
    listed = tr("the columns here are: {columns}", columns=", ".join(column.called() for column in table.columns))
    remedy = tr("did you mean {field}?", field=table.known[near[0]].called()) if near else listed
    return Fault(tr("there is no such column"), where, shown(text), remedy=remedy)


def _wrong_unit(text: str, column: Column, where: str) -> list[Fault]:
    """A unit in the heading of amounts that is not known."""
    remarks = re.findall(r"\(([^()]*)\)", tidy(text))
    unit = heading_unit(text)
    if column.kind != "amount" or (unit != 0 and not (unit is None and any(map(unit_like, remarks)))):
        return []
    remedy = tr("write amounts in currency units and leave the unit out, or call it 元 or 万元")
    return [Fault(tr("this is not a unit of amounts"), where, shown(text), remedy=remedy)]


def _called(written: str, name: str, names: Sequence[str]) -> str:
    """As it is written, or in Chinese by the usual heading, and in brackets the name it has here if that is another."""
    usual = names[0] if names and current() == "zh" else name
    text = written or usual
    other = usual if plain(text) == plain(name) else name
    return text if plain(text) == plain(other) else f"{text} ({other})"


def _table(name: str, entry: Mapping[str, Any]) -> Table:
    official = {
        column.field: (column.zh, column.en, *column.also)
        for sheet in entry["sheets"]
        for column in headings().layouts[sheet].columns
    }
    columns = tuple(_column(each, official) for each in entry["columns"])
    names = (entry["zh"], entry["en"], *entry["also"])
    return Table(name, names, entry["about"], columns, _known(columns))


def _column(entry: Mapping[str, Any], official: Mapping[str, tuple[str, ...]]) -> Column:
    field = entry.get("field", entry["name"])
    own = (entry[language] for language in ("zh", "en") if language in entry)
    off = entry.get("off")
    return Column(
        entry["name"],
        tuple(field.split(".")),
        entry["kind"],
        entry.get("need", False),
        None if off is None else tuple(off.split(".")),
        (*own, *official.get(field, ()), *entry.get("also", ())),
        entry["about"],
    )


def _known(columns: Sequence[Column]) -> dict[str, Column]:
    """The column of every name; a column's own name is never another's heading."""
    own = {plain(column.name): column for column in columns}
    paths = {plain(".".join(map(str, column.path))): column for column in columns}
    others = {plain(each): column for column in reversed(columns) for each in column.names}
    return others | paths | own
