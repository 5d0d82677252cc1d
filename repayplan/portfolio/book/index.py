"""The rows of a book by borrower, in one file from which every chunk is read by itself.

A book is scanned once, whatever it is and in whatever order its rows come; after that a chunk costs what its own rows
cost, in any process, and no more than a case's rows are in memory. The file is SQLite, whole or absent, and holds
nothing but what the book says: it can be thrown away.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from repayplan.cases.documents import shown
from repayplan.cases.excel.headings import headings as excel_headings
from repayplan.cases.excel.headings import plain
from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr
from repayplan.portfolio.book.case import Failure
from repayplan.portfolio.book.opening import Line, Opened, Stream, opened
from repayplan.portfolio.book.spots import Form
from repayplan.portfolio.book.tables import Heading, read_headings, tables
from repayplan.portfolio.book.values import MAX_TEXT, is_blank
from repayplan.portfolio.names import folded

MAX_BORROWERS = 2_000_000
MAX_ROWS = 200_000_000
"""Rows of one table."""

MAX_CASE_ROWS = 20_000
"""Rows of one table that one borrower may have."""

MOST_STRAYS = 10_000
"""Rows without a borrower that are named one by one."""

_BATCH = 8_192

_UNKNOWN = '"case" IS NULL OR "case" NOT IN (SELECT "case" FROM borrowers)'

TOTALS = tr("this is a row of totals; it counts nowhere")
"""Why a row whose case is 合计, Total or the like is nobody's."""

Reason = tuple[str, str, str, str]
"""Why a row, or a cell of it, cannot be believed: its column, empty for the whole row; what is wrong, what stands
there, and what to do about it."""

Row = tuple[int, Sequence[Reason], list[tuple[Heading, str]]]
"""Number of a row, why it cannot be believed, and its cells that are not blank."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index of a book: where it lies, how many borrowers it has, and the hash of everything the book says."""

    path: Path
    borrowers: int
    digest: str


def build_index(book: str | Path, path: Path) -> Index:
    """Scan ``book`` into a new file at ``path``, which appears when it is whole.

    Raises InputError where the book cannot be understood at all: no table of borrowers, an unknown column, no rows.
    """
    waiting = path.with_name(f".{path.name}.part")
    waiting.unlink(missing_ok=True)
    try:
        with opened(book) as found, closing(_connect(waiting)) as base:
            digest = _fill(base, found)
            count = int(base.execute("SELECT COUNT(*) FROM borrowers").fetchone()[0])
            if not count:
                remedy = tr("give every borrower a row with its case")
                raise InputError(Fault(tr("the book has no borrowers"), found.name, remedy=remedy))
            base.execute("CREATE TABLE book (name TEXT, borrowers INTEGER, digest TEXT)")
            base.execute("INSERT INTO book VALUES (?, ?, ?)", (found.name, count, digest))
            base.commit()
        _to_disk(waiting)
        waiting.replace(path)
    except sqlite3.Error as error:
        what = tr("the index of the book cannot be written: {reason}", reason=shown(error, 200))
        raise InputError(Fault(what, str(path.parent), remedy=tr("make room on the disk"))) from None
    finally:
        waiting.unlink(missing_ok=True)
    return Index(path, count, digest)


def open_index(path: Path) -> Index:
    """An index that is there. Raises InputError where it is none."""
    with _reading(path) as base:
        count, digest = base.execute("SELECT borrowers, digest FROM book").fetchone()
    return Index(path, int(count), str(digest))


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of one borrower by table; ``crowded``: the table of which there are too many to be read."""

    case: str
    by_table: Mapping[str, Sequence[Row]]
    crowded: str | None = None


def rows_of(index: Index, first: int, last: int) -> Iterator[Rows]:
    """The borrowers ``first`` to before ``last`` in the order of the book, one at a time."""
    with _reading(index.path) as base:
        headings = _headings(base)
        cursors = {name: _Joined(base, name, headings[name], first, last) for name in headings}
        for place in range(first, min(last, index.borrowers)):
            found = {name: cursor.rows(place) for name, cursor in cursors.items()}
            crowded = next((name for name, cursor in cursors.items() if cursor.crowded), None)
            yield Rows(cursors["borrowers"].case, found, crowded)


def place_of(index: Index, case: str) -> int | None:
    """Which borrower of the book a case is, from 0; None where it is none."""
    with _reading(index.path) as base:
        found = base.execute('SELECT place FROM borrowers WHERE "case" = ?', (case,)).fetchone()
    return None if found is None else int(found[0])


def cases_called(index: Index, name: str) -> list[str]:
    """The cases of a name: the one that is written so, otherwise all that differ from it in capital letters, full-width
    signs and blanks alone, in the order of the book."""
    with _reading(index.path) as base:
        if base.execute('SELECT 1 FROM borrowers WHERE "case" = ?', (name,)).fetchone() is not None:
            return [name]
        found = base.execute('SELECT "case" FROM borrowers ORDER BY place')
        return [case for (case,) in found if folded(case) == folded(name)]


def headings_of(index: Index) -> list[Heading]:
    """The columns that the table of borrowers has."""
    with _reading(index.path) as base:
        return _headings(base)["borrowers"]


def sources_of(index: Index) -> dict[str, tuple[Form, str]]:
    """How every table of the book lies there, and what messages call it."""
    with _reading(index.path) as base:
        return {name: (form, where) for name, form, where in base.execute("SELECT tab, form, place FROM origins")}


def places_of(index: Index) -> dict[tuple[str, str], int]:
    """Where the columns of every table stand in the book, from 0, by their names here."""
    with _reading(index.path) as base:
        return {(table, name): at for table, name, at in base.execute("SELECT tab, name, at FROM headings")}


def key_of(index: Index, table: str, row: int) -> str:
    """What a database knows a row by; empty where that is nothing."""
    with _reading(index.path) as base:
        found = base.execute("SELECT text FROM row_keys WHERE tab = ? AND row = ?", (table, row)).fetchone()
    return "" if found is None else str(found[0])


def titles_of(index: Index) -> dict[str, tuple[str, dict[str, str]]]:
    """What the book calls its tables, and the columns of each, by their names here."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    with _reading(index.path) as base:
        for name, column, title, text in base.execute("SELECT tab, name, title, text FROM headings ORDER BY rowid"):
            found.setdefault(name, (title, {}))[1][column] = text
    return found


def names_of(index: Index) -> Iterator[tuple[str, str]]:
    """The case and the name of every borrower in the order of the book, its case where it has no name; nothing where
    the book has no names."""
    if all(each.column.name != "name" for each in headings_of(index)):
        return
    with _reading(index.path) as base:
        yield from base.execute('SELECT "case", COALESCE(name, "case") FROM borrowers ORDER BY place')


def texts_of(index: Index, column: str) -> Iterator[tuple[str | None, int, int]]:
    """Every different text in a column of the borrowers, None for a blank one, with how many have it and the place of
    the first of them; nothing where the book has no such column."""
    if all(each.column.name != column for each in headings_of(index)):
        return
    with _reading(index.path) as base:
        yield from base.execute(f'SELECT "{column}", COUNT(*), MIN(place) FROM borrowers GROUP BY 1 ORDER BY 3')


def strays(index: Index, most: int = MOST_STRAYS) -> tuple[int, list[Failure]]:
    """How many rows belong to no borrower, and the first ``most`` of them: none is named, or one that is not there, or
    one that is there already."""
    with _reading(index.path) as base:
        count = sum(int(base.execute(query).fetchone()[0]) for query in _counting(base))
    return count, list(islice(_strays(index), most))


def _counting(base: sqlite3.Connection) -> Iterator[str]:
    yield "SELECT COUNT(*) FROM strays"
    for name in _headings(base):
        if name != "borrowers":
            yield f"SELECT COUNT(*) FROM {name} WHERE {_UNKNOWN}"


def _strays(index: Index) -> Iterator[Failure]:
    with _reading(index.path) as base:
        for number, broken in base.execute('SELECT row, broken FROM strays WHERE "case" IS NULL ORDER BY row'):
            yield _nobody("borrowers", number, broken)
        twice = 'SELECT s."case", s.row, b.row FROM strays s JOIN borrowers b ON b."case" = s."case" ORDER BY s.row'
        for case, number, other in base.execute(twice):
            limit, reason = tr("first in row {row}", row=other), tr("this case stands twice")
            remedy = tr("give every borrower a case of its own; its rows in other tables go to the first")
            yield Failure(case, "borrowers", number, "case", case, str(limit), str(reason), str(remedy))
        for name in _headings(base):
            if name != "borrowers":
                yield from _orphans(base, name)


def _orphans(base: sqlite3.Connection, name: str) -> Iterator[Failure]:
    query = f'SELECT "case", row, broken FROM {name} WHERE {_UNKNOWN} ORDER BY rowid'
    for case, number, broken in base.execute(query):
        if not case:
            yield _nobody(name, number, broken)
            continue
        _, reason, _, _ = next(iter(_reasons(broken)), ("", str(tr("no borrower has this case")), "", ""))
        remedy = tr("mend the case, or add it to the borrowers; until then the row counts nowhere")
        yield Failure(case, name, number, "case", case, "", reason, str(remedy))


def _nobody(table: str, number: int, broken: str | None) -> Failure:
    """A row without a case."""
    blank, mend = str(tr("this row names no case")), str(tr("fill in the case"))
    column, reason, value, remedy = next(iter(_reasons(broken)), ("case", blank, "", mend))
    return Failure("", table, number, column or "case", value, "", reason, remedy)


# --------------------------------------------------------------------------------------------------------- writing


def _connect(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path)
    base.execute("PRAGMA journal_mode = OFF")
    base.execute("PRAGMA synchronous = OFF")
    base.execute("PRAGMA cache_size = -65536")
    return base


def _to_disk(path: Path) -> None:
    """So that a file that has its name is whole, even after a power cut."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _fill(base: sqlite3.Connection, found: Opened) -> str:
    """Put every table in, join them to the borrowers, and return the hash of all rows."""
    base.execute(
        "CREATE TABLE headings (tab TEXT, place INTEGER, name TEXT, unit INTEGER, title TEXT, text TEXT, at INTEGER)"
    )
    base.execute("CREATE TABLE origins (tab TEXT PRIMARY KEY, form TEXT, place TEXT)")
    base.execute("CREATE TABLE row_keys (tab TEXT, row INTEGER, text TEXT, PRIMARY KEY (tab, row)) WITHOUT ROWID")
    digest = hashlib.sha256()
    known = [read_headings(each.headings, each.table, each.where, each.heading) for each in found.streams]
    if faults := [*found.faults, *(fault for _, wrong in known for fault in wrong)]:
        raise InputError(faults)
    for stream, (headings, _) in zip(found.streams, known, strict=True):
        name = stream.table.name
        places = [(name, place, each.column.name, each.unit) for place, each in enumerate(headings)]
        words = [(_clean(stream.title), _clean(stream.headings[each.place]), each.place) for each in headings]
        written = [(*place, *said) for place, said in zip(places, words, strict=True)]
        base.executemany("INSERT INTO headings VALUES (?, ?, ?, ?, ?, ?, ?)", written)
        base.execute("INSERT INTO origins VALUES (?, ?, ?)", (name, stream.form, _clean(stream.where)))
        digest.update(json.dumps(places).encode())
        _fill_table(base, stream, headings, digest)
    _join(base)
    return digest.hexdigest()


def _fill_table(base: sqlite3.Connection, stream: Stream, headings: Sequence[Heading], digest: Any) -> None:
    table = stream.table.name
    name = "listed" if table == "borrowers" else table
    columns = ", ".join(f'"{each.column.name}" TEXT' for each in headings)
    base.execute(f"CREATE TABLE {name} (row INTEGER, broken TEXT, {columns})")
    marks = ", ".join("?" * (len(headings) + 2))
    most = MAX_BORROWERS if table == "borrowers" else MAX_ROWS
    total = 0
    rows = _cleaned(_keyed(base, table, stream.lines), headings)
    while batch := list(islice(rows, _BATCH)):
        total += len(batch)
        if total > most:
            limit, remedy = tr("at most {count}", count=f"{most:,}"), tr("make several books of it")
            raise InputError(Fault(tr("this table has too many rows"), stream.where, limit=limit, remedy=remedy))
        digest.update(json.dumps(batch, ensure_ascii=False, separators=(",", ":")).encode())
        base.executemany(f"INSERT INTO {name} VALUES ({marks})", batch)


def _keyed(base: sqlite3.Connection, table: str, lines: Iterable[Line]) -> Iterator[Line]:
    """The same rows; what a database knows them by is written down."""
    for line in lines:
        if line.key:
            base.execute("INSERT INTO row_keys VALUES (?, ?, ?)", (table, line.number, _clean(line.key)))
        yield line


def _cleaned(lines: Iterable[Line], headings: Sequence[Heading]) -> Iterator[tuple[int | str | None, ...]]:
    """Number, fault and cells of every row, blank cells as None; half a character would fit in no file."""
    places = [heading.place for heading in headings]
    key = next((at for at, heading in enumerate(headings) if heading.column.name == "case"), None)
    totals = excel_headings().totals
    names = {heading.place: heading.column.name for heading in headings}
    for number, cells, broken, spoiled, _ in lines:
        width = len(cells)
        values = [_clean(cells[place]) if place < width else None for place in places]
        if key is not None and plain(values[key] or "") in totals:
            values[key], broken = None, broken or TOTALS
        yield (number, _why(broken, spoiled, names), *values)


def _why(broken: Message | None, spoiled: Mapping[int, Fault], names: Mapping[int, str]) -> str | None:
    """Why a row cannot be believed, as :func:`_reasons` reads it."""
    if broken is None and not spoiled:
        return None
    mend = tr("take the row out") if broken is TOTALS else tr("mend this row")
    found = [] if broken is None else [("", str(broken), "", str(mend))]
    for place, fault in sorted(spoiled.items()):
        found.append((names.get(place, ""), str(fault.what), fault.value or "", str(fault.remedy or mend)))
    return json.dumps(found, ensure_ascii=False)


def _reasons(broken: str | None) -> list[Reason]:
    """Why a row cannot be believed; nothing where it can."""
    return [] if broken is None else [(name, what, value, remedy) for name, what, value, remedy in json.loads(broken)]


def _clean(text: str) -> str | None:
    if not text or is_blank(text := text.strip()):
        return None
    text = text[: MAX_TEXT + 1]
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _join(base: sqlite3.Connection) -> None:
    """The borrowers by their place in the book, the first of every case; and every other table by case."""
    columns = ", ".join(f'"{row[1]}"' for row in base.execute("PRAGMA table_info(listed)").fetchall())
    base.execute('CREATE TABLE firsts AS SELECT MIN(rowid) AS id FROM listed WHERE "case" IS NOT NULL GROUP BY "case"')
    base.execute(
        f"CREATE TABLE borrowers AS SELECT ROW_NUMBER() OVER (ORDER BY rowid) - 1 AS place, {columns} FROM listed "
        "WHERE rowid IN (SELECT id FROM firsts) ORDER BY rowid"
    )
    base.execute(
        'CREATE TABLE strays AS SELECT row, broken, "case" FROM listed WHERE rowid NOT IN (SELECT id FROM firsts)'
    )
    base.execute("DROP TABLE listed")
    base.execute("DROP TABLE firsts")
    base.execute("CREATE UNIQUE INDEX borrowers_place ON borrowers (place)")
    base.execute('CREATE UNIQUE INDEX borrowers_case ON borrowers ("case")')
    for name in _headings(base):
        if name != "borrowers":
            base.execute(f'CREATE INDEX {name}_case ON {name} ("case")')


# --------------------------------------------------------------------------------------------------------- reading


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """The file of an index. InputError where it is none, or not whole."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
            yield base
    except (sqlite3.Error, TypeError, ValueError):
        remedy = tr("go on with repayplan portfolio run --resume, which makes it again")
        raise InputError(Fault(tr("the index of the book is missing or damaged"), str(path), remedy=remedy)) from None


def _headings(base: sqlite3.Connection) -> dict[str, list[Heading]]:
    """The columns of every table that the book has, borrowers first."""
    found: dict[str, list[Heading]] = {}
    for name, place, column, unit in base.execute("SELECT tab, place, name, unit FROM headings ORDER BY rowid"):
        found.setdefault(name, []).append(Heading(place, tables()[name].column(column), unit))
    return found


class _Joined:
    """The rows of one table in the order of the borrowers, given out borrower by borrower."""

    def __init__(self, base: sqlite3.Connection, name: str, headings: Sequence[Heading], first: int, last: int) -> None:
        own = "b" if name == "borrowers" else "t"
        columns = ", ".join(f'{own}."{each.column.name}"' for each in headings)
        other = "" if own == "b" else f'CROSS JOIN {name} t ON t."case" = b."case"'
        self._cursor = base.execute(
            f'SELECT b.place, b."case", {own}.row, {own}.broken, {columns} FROM borrowers b {other} '
            f"WHERE b.place >= ? AND b.place < ? ORDER BY b.place, {own}.rowid",
            (first, last),
        )
        self._headings = headings
        self._next = self._cursor.fetchone()
        self.case = ""
        self.crowded = False

    def rows(self, place: int) -> list[Row]:
        """The rows of the borrower at ``place``, as far as they can be held."""
        found: list[Row] = []
        self.crowded = False
        while self._next is not None and self._next[0] == place:
            _, self.case, number, broken, *values = self._next
            if len(found) < MAX_CASE_ROWS:
                cells = [(heading, text) for heading, text in zip(self._headings, values, strict=True) if text]
                found.append((number, _reasons(broken), cells))
            else:
                self.crowded = True
            self._next = self._cursor.fetchone()
        return found
