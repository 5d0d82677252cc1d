"""A book where it lies: a folder of CSV or Parquet files, an Excel workbook, or a database; its tables as text rows.

Whatever it is, a table comes as a line of headings and numbered rows of texts, one after the other, so that no more
than a batch of rows is in memory. Rows count as in a spreadsheet: the headings are row 1.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from repayplan.cases.documents import shown
from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr
from repayplan.portfolio.book.spots import Form, spot
from repayplan.portfolio.book.tables import Table, find_table, near_table, unknown_table

MAX_FILES = 1_000

_MOST_NAMED = 20
"""Tables that a message lists."""


class Line(NamedTuple):
    """One row: its number, its cells, and why it cannot be believed, where it cannot: as a whole (``broken``), or
    single cells by their place (``spoiled``). ``key``: what a database knows it by."""

    number: int
    cells: Sequence[str]
    broken: Message | None = None
    spoiled: Mapping[int, Fault] = MappingProxyType({})
    key: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """One table being read: what the book calls it (``title``), and messages (``where``); its headings, in the row
    ``top``, and its rows."""

    table: Table
    title: str
    where: str
    headings: Sequence[str]
    lines: Iterator[Line]
    form: Form = "lines"
    top: int = 1

    def heading(self, place: int) -> str:
        """Where the heading of a column stands."""
        row = None if self.form == "database" else self.top
        return spot(self.form, self.where, row, place, self.headings[place])


@dataclass(frozen=True, slots=True)
class Opened:
    """A book being read: what people may know of where it lies (never a password), its tables, borrowers first, and
    what is wrong with it so far."""

    name: str
    streams: tuple[Stream, ...]
    faults: tuple[Fault, ...] = ()


@contextmanager
def opened(book: str | Path) -> Iterator[Opened]:
    """The tables of a book: a directory, an ``.xlsx`` file, or the URL of a database (``postgresql://…``, ``sqlite://…``).

    Raises InputError where it is none of them, is not there, or holds a table nobody knows.
    """
    with ExitStack() as stack:
        if isinstance(book, str) and "://" in book:
            from repayplan.portfolio.book.database import open_database

            yield open_database(book, stack)
            return
        path = Path(book)
        if os.path.isdir(path):
            yield _open_folder(path, stack)
        elif path.suffix.lower() in (".xlsx", ".xlsm") and os.path.exists(path):
            from repayplan.portfolio.book.workbook import open_workbook_book

            yield open_workbook_book(path)
        else:
            what = tr("this is no book") if os.path.exists(path) else tr("there is no such book")
            limit = tr("a folder with CSV or Parquet files, an .xlsx file, or the URL of a database")
            remedy = tr("make one to look at with repayplan portfolio generate")
            raise InputError(Fault(what, shown(path, 400), limit=limit, remedy=remedy))


def shown_book(book: str | Path) -> str:
    """What people may know of where a book lies: never the password of a database, wherever in the URL it stands."""
    if "://" not in str(book):
        return shown(book, 400)
    from repayplan.portfolio.book.database import shown_url

    return shown(shown_url(str(book)), 400)


def gathered(
    name: str,
    where: str,
    streams: Sequence[Stream],
    faults: Sequence[Fault] = (),
    meant: Collection[str] = (),
    others: Sequence[str] = (),
) -> Opened:
    """A book of these tables, borrowers first, with its ``faults`` and more where one is there twice, or is missing and
    not ``meant`` by one that has a fault; ``others``: what else is there, and none of its business."""
    from repayplan.portfolio.book.tables import tables

    found = list(faults)
    by_name: dict[str, Stream] = {}
    for stream in streams:
        if stream.table.name in by_name:
            limit = tr("first in {place}", place=by_name[stream.table.name].where)
            what = tr("the table {table} is there twice", table=stream.table.called())
            found.append(Fault(what, stream.where, limit=limit, remedy=tr("keep one of the two")))
        by_name.setdefault(stream.table.name, stream)
    needed = tr("a book needs borrowers and loans")
    listed = ", ".join(shown(each) for each in others[:_MOST_NAMED]) + (" …" if len(others) > _MOST_NAMED else "")
    remedy = tr("{needed}; here are only: {tables}", needed=needed, tables=listed) if others else needed
    found += [
        Fault(tr("the table {table} is missing", table=tables()[each].called()), where, remedy=remedy)
        for each in ("borrowers", "loans")
        if each not in by_name and each not in meant
    ]
    return Opened(name, tuple(by_name[each] for each in tables() if each in by_name), tuple(found))


def _open_folder(folder: Path, stack: ExitStack) -> Opened:
    from repayplan.portfolio.book.flat import open_csv, open_parquet

    readers = {".csv": open_csv, ".parquet": open_parquet}
    streams, faults, meant = list[Stream](), list[Fault](), set[str]()
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in readers)[:MAX_FILES]:
        table = find_table(path.stem)
        if table is None:
            faults.append(unknown_table(path.stem, path.name))
            meant.update(each.name for each in [near_table(path.stem)] if each)
            continue
        try:
            streams.append(readers[path.suffix.lower()](path, table, stack))
        except InputError as error:
            faults += error.faults
            meant.add(table.name)
    return gathered(str(folder), str(folder), streams, faults, meant)
