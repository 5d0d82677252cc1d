"""Tables in files of their own: CSV as spreadsheets and core systems export it, and Parquet."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NoReturn

from repayplan.cases.documents import shown
from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr
from repayplan.portfolio.book.opening import Line, Stream
from repayplan.portfolio.book.tables import MAX_COLUMNS, Table
from repayplan.portfolio.book.values import text_of

MAX_LINE = 100_000
"""Signs of one line; what is longer is no table."""

_MOST_JOINED = 20
"""Lines that one record may reach over, where a cell in quotes holds line breaks; more is a lost quote."""

_BATCH = 8_192

_Record = tuple[int, str, Message | None]
"""Number, text, and what is wrong with it."""


def open_csv(path: Path, table: Table, stack: ExitStack) -> Stream:
    """A CSV file: UTF-8 or GB 18030; commas, semicolons or tabs. Raises InputError where it has no headings."""
    try:
        encoding = _encoding(path)
        records = _records(stack.enter_context(path.open("rb")), encoding)
    except OSError as error:
        _unopened(path, error)
    number, first, broken = next(records, (1, "", None))
    separator = max(",;\t", key=first.count)
    headings = _cells(first, separator)
    if broken or headings is None or not any(each.strip() for each in headings):
        remedy = tr("give a first line {headings}", headings=",".join(column.name for column in table.columns[:4]))
        raise InputError(Fault(tr("this file has no line of headings"), f"{path.name}:{number}", remedy=remedy))
    if len(headings) > MAX_COLUMNS:
        remedy = tr("export the columns that are needed, or check the separators")
        limit = tr("at most {count}", count=MAX_COLUMNS)
        raise InputError(Fault(tr("this line has too many columns"), path.name, f"{len(headings):,}", limit, remedy))
    return Stream(table, path.stem, path.name, headings, _lines(records, separator, len(headings)))


def open_parquet(path: Path, table: Table, stack: ExitStack) -> Stream:
    """A Parquet file, read a batch of rows at a time. Raises InputError where it is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = stack.enter_context(pq.ParquetFile(path))
    except (pa.ArrowException, OSError) as error:
        _unopened(path, error)
    headings = file.schema_arrow.names
    if len(set(headings)) < len(headings) or not headings or len(headings) > MAX_COLUMNS:
        remedy = tr("export the columns that are needed, each with a name of its own")
        limit = tr("1 to {count} names, all different", count=MAX_COLUMNS)
        raise InputError(Fault(tr("these are no headings of a table"), path.name, limit=limit, remedy=remedy))
    return Stream(table, path.stem, path.name, headings, _parquet_lines(file, path))


def _parquet_lines(file: object, path: Path) -> Iterator[Line]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    assert isinstance(file, pq.ParquetFile)
    number = 1
    try:
        for batch in file.iter_batches(_BATCH):
            columns = [_texts(column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                number += 1
                yield Line(number, cells)
    except (pa.ArrowException, OSError) as error:
        _unopened(path, error)


def _texts(column: object) -> list[str]:
    import pyarrow as pa

    assert isinstance(column, pa.Array)
    return [text_of(value) for value in column.to_pylist()]


def _unopened(path: Path, error: Exception) -> NoReturn:
    reason = shown(getattr(error, "strerror", None) or error, 200)
    what = tr("this file cannot be opened: {reason}", reason=reason)
    raise InputError(Fault(what, path.name, remedy=tr("check its rights, or export it again"))) from None


def _encoding(path: Path) -> str:
    """UTF-8, unless more of the lines that tell are GB 18030: one damaged line decides nothing."""
    good = bad = 0
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            remedy = tr("export the table again as UTF-8")
            raise InputError(Fault(tr("this file is UTF-16"), path.name, remedy=remedy))
        file.seek(0)
        while line := file.readline(MAX_LINE):
            if not line.isascii():
                try:
                    line.decode("utf-8")
                    good += 1
                except UnicodeDecodeError:
                    bad += 1
    return "utf-8" if good >= bad else "gb18030"


def _records(file: BinaryIO, encoding: str) -> Iterator[_Record]:
    """Number, text and fault of every record, counted as a spreadsheet counts rows: one that reaches over several
    lines, while a quote is open, is one row."""
    for number, (_, text, broken) in enumerate(_joined(file, encoding), start=1):
        yield number, text, broken


def _joined(file: BinaryIO, encoding: str) -> Iterator[_Record]:
    """Records with the number of their first line."""
    waiting: list[_Record] = []
    for number, raw in enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), start=1):
        text, broken = _decoded(raw, encoding, number == 1)
        waiting.append((number, text, broken))
        if sum(part.count('"') for _, part, _ in waiting) % 2 == 0:
            yield waiting[0][0], "".join(part for _, part, _ in waiting), _first(waiting)
            waiting = []
        elif len(waiting) > _MOST_JOINED:
            waiting = yield from _give_up(waiting)
    while waiting:
        waiting = yield from _give_up(waiting)


def _give_up(waiting: Sequence[_Record]) -> Generator[_Record, None, list[_Record]]:
    """A quote that never closes spoils its own line only: the others are looked at again, each by itself."""
    number, text, broken = waiting[0]
    yield number, text, broken or tr("a quotation mark is never closed")
    for number, text, broken in waiting[1:]:
        odd = text.count('"') % 2
        yield number, text, broken or (tr("a quotation mark is never closed") if odd else None)
    return []


def _first(waiting: Sequence[_Record]) -> Message | None:
    return next((broken for _, _, broken in waiting if broken is not None), None)


def _decoded(raw: bytes, encoding: str, first: bool) -> tuple[str, Message | None]:
    if len(raw) > MAX_LINE:
        return raw[:1_000].decode(encoding, "replace"), tr("this line is too long")
    try:
        return raw.decode("utf-8-sig" if first and encoding == "utf-8" else encoding), None
    except UnicodeDecodeError:
        return raw.decode(encoding, "replace"), tr("this line holds bytes that are no text")


def _cells(text: str, separator: str) -> list[str] | None:
    """The cells of a record, None where it is none."""
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def _lines(records: Iterator[_Record], separator: str, count: int) -> Iterator[Line]:
    for number, text, broken in records:
        cells = _cells(text, separator)
        if cells is None:
            cells, broken = text.rstrip("\r\n").split(separator), broken or tr("this line is not CSV")
        if not any(cells) or not any(map(str.strip, cells)):
            continue
        if any(cell.strip() for cell in cells[count:]):
            broken = broken or tr("this line has more cells than the first")
        yield Line(number, cells, broken)
