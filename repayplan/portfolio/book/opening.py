"""A book where it lies: a folder of CSV or Parquet files, an Excel workbook, or a database; its tables as text rows.

Whatever it is, a table comes as a line of headings and numbered rows of texts, one after the other, so that no more
than a batch of rows is in memory. Rows count as in a spreadsheet: the headings are row 1.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from repayplan.cases.documents import shown
from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr
from repayplan.portfolio.book.tables import Table, find_table, unknown_table

MAX_FILES = 1_000


class Line(NamedTuple):
    """One row: its number, its cells, and why it cannot be believed, where it cannot."""

    number: int
    cells: Sequence[str]
    broken: Message | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """One table being read: what the book calls it (``title``), and messages (``where``); its headings, its rows."""

    table: Table
    title: str
    where: str
    headings: Sequence[str]
    lines: Iterator[Line]


@dataclass(frozen=True, slots=True)
class Opened:
    """A book being read: what people may know of where it lies (never a password), and its tables, borrowers first."""

    name: str
    streams: tuple[Stream, ...]


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


def in_order(streams: Sequence[Stream], where: str) -> tuple[Stream, ...]:
    """Borrowers first; InputError where they are missing or a table is there twice."""
    from repayplan.portfolio.book.tables import tables

    faults = []
    by_name: dict[str, Stream] = {}
    for stream in streams:
        if stream.table.name in by_name:
            limit = tr("first in {place}", place=by_name[stream.table.name].where)
            what = tr("the table {table} is there twice", table=stream.table.called())
            faults.append(Fault(what, stream.where, limit=limit, remedy=tr("keep one of the two")))
        by_name.setdefault(stream.table.name, stream)
    faults += [
        Fault(
            tr("the table {table} is missing", table=tables()[name].called()),
            where,
            remedy=tr("a book needs borrowers and loans"),
        )
        for name in ("borrowers", "loans")
        if name not in by_name
    ]
    if faults:
        raise InputError(faults)
    return tuple(by_name[name] for name in tables() if name in by_name)


def _open_folder(folder: Path, stack: ExitStack) -> Opened:
    from repayplan.portfolio.book.flat import open_csv, open_parquet

    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".csv", ".parquet"))[:MAX_FILES]
    known = [(path, find_table(path.stem)) for path in files]
    faults = [unknown_table(path.stem, path.name) for path, table in known if table is None]
    if faults:
        raise InputError(faults)
    readers = {".csv": open_csv, ".parquet": open_parquet}
    streams = [readers[path.suffix.lower()](path, table, stack) for path, table in known if table is not None]
    return Opened(str(folder), in_order(streams, str(folder)))
