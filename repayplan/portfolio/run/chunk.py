"""One chunk of a run: from rows to the bytes of its three tables. All engines call this, and nothing else counts."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from repayplan.language import speaking
from repayplan.portfolio.book import BookCase, Failure
from repayplan.portfolio.book.build import case_of
from repayplan.portfolio.book.common import Common
from repayplan.portfolio.book.index import Index, Rows, rows_of
from repayplan.portfolio.book.owing import owed_by, owed_to_the_bank
from repayplan.portfolio.clock import Clock
from repayplan.publishing import publish

if TYPE_CHECKING:
    import pyarrow as pa

    from repayplan.portfolio.menu import Menu
    from repayplan.portfolio.settings import Settings

TABLES = ("schedules", "failures", "options")
"""The tables of a chunk in the order in which they appear: a chunk with options is done."""

COUNTS = "counts"
"""Under this name the file of options says how many options became what, those that were dropped too."""

DEBT = "debt"
"""Under this name the file of failures says what those owe who were set aside, and of how many that is not known."""


@dataclass(frozen=True, slots=True)
class Job:
    """What every chunk of a run has in common. ``chunk``: borrowers in each but the last; ``common``: what a borrower
    must have in common with its book, None where nothing."""

    menu: Menu
    settings: Settings
    chunk: int
    language: str
    common: Common | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """How much a chunk held: its number, borrowers, those set aside, options that are left; CPU seconds by phase; why
    options are missing that the menu has, with the first borrowers concerned."""

    number: int
    borrowers: int
    failed: int
    options: int
    seconds: Mapping[str, float]
    notes: Mapping[str, Sequence[str]]


def bounds(number: int, chunk: int, borrowers: int) -> tuple[int, int]:
    """First borrower of a chunk and the one after its last: they follow from the book and ``--chunk`` alone."""
    return number * chunk, min((number + 1) * chunk, borrowers)


def count(chunk: int, borrowers: int) -> int:
    """How many chunks a book has."""
    return -(-borrowers // chunk)


def file_name(number: int) -> str:
    """What the part of a chunk is called in each table's directory."""
    return f"{number:06}.parquet"


def work(job: Job, index: Index, number: int) -> tuple[Done, dict[str, bytes]]:
    """Read a chunk from the index and appraise it."""
    return appraised(job, number, rows_of(index, *bounds(number, job.chunk, index.borrowers)))


def appraised(job: Job, number: int, rows: Iterable[Rows]) -> tuple[Done, dict[str, bytes]]:
    """The tables of a chunk as Parquet files, from the rows of its borrowers."""
    from repayplan.portfolio.appraise import appraise
    from repayplan.portfolio.tables import failures_table

    clock = Clock()
    with speaking(job.language):
        with clock.phase("read"):
            read, owing = _read(rows, job.common)
        made = appraise([each for each in read.values() if isinstance(each, BookCase)], job.menu, job.settings, clock)
        failures = _in_order(read, made.failures)
        counts = {COUNTS: json.dumps(dict(sorted(made.counts.items())))}
        options = made.options.replace_schema_metadata(counts)
        debt = {DEBT: json.dumps(_debt(dict.fromkeys(failure.case for failure in failures), read, owing))}
        aside = failures_table(failures).replace_schema_metadata(debt)
        found = {"schedules": made.schedules, "failures": aside, "options": options}
    with clock.phase("write"):
        files = {name: parquet(found[name]) for name in TABLES}
    failed = len({failure.case for failure in failures})
    return Done(number, len(read), failed, made.options.num_rows, clock.seconds(), made.notes), files


def write(directory: Path, number: int, files: Mapping[str, bytes]) -> None:
    """The parts of a chunk, each whole or absent, options last."""
    for name in TABLES:
        publish(directory / name, {file_name(number): files[name]})


def parquet(table: pa.Table) -> bytes:
    """A table as the bytes of a Parquet file, which depend on nothing but its rows."""
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", row_group_size=1_048_576)
    return sink.getvalue()


def _read(
    rows: Iterable[Rows], common: Common | None
) -> tuple[dict[str, BookCase | list[Failure]], dict[str, int | None]]:
    """The cases of a chunk, or what is wrong with them, and then what the bank claims of them by their rows."""
    read: dict[str, BookCase | list[Failure]] = {}
    owing: dict[str, int | None] = {}
    for found in rows:
        read[found.case] = each = _fitting(case_of(found), common)
        if not isinstance(each, BookCase):
            owing[found.case] = owed_by(found, None if common is None else common.currency)
    return read, owing


def _debt(
    aside: Iterable[str], read: Mapping[str, BookCase | list[Failure]], owing: Mapping[str, int | None]
) -> dict[str, int]:
    """What those owe together who are set aside, where it can be known; cents."""
    found = ((each, read[each]) for each in aside)
    debts = [owed_to_the_bank(book.case) if isinstance(book, BookCase) else owing[case] for case, book in found]
    known = [cents for cents in debts if cents is not None]
    return {"cents": sum(known), "unknown": len(debts) - len(known)}


def _fitting(read: BookCase | list[Failure], common: Common | None) -> BookCase | list[Failure]:
    """A borrower that can be added up with the others of its book, or why it cannot."""
    if common is None or not isinstance(read, BookCase):
        return read
    return common.misfits(read) or read


def _in_order(read: Mapping[str, BookCase | Sequence[Failure]], later: Sequence[Failure]) -> list[Failure]:
    """What was wrong with the rows and what went wrong afterwards, by the order of the book."""
    by_case: dict[str, list[Failure]] = {
        case: [] if isinstance(each, BookCase) else list(each) for case, each in read.items()
    }
    for failure in later:
        by_case.setdefault(failure.case, []).append(failure)
    return [failure for failures in by_case.values() for failure in failures]
