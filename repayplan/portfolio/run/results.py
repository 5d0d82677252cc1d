"""The results of a run as they lie in its directory: tables in parts, what was chosen, what was set aside."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.portfolio.book.index import names_of, open_index
from repayplan.portfolio.book.wording import Wording, wording_of
from repayplan.portfolio.run.chunk import COUNTS, DEBT, count, file_name
from repayplan.portfolio.run.manifest import NAME as MANIFEST
from repayplan.portfolio.run.manifest import Manifest, read_manifest

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from repayplan.portfolio.run.summary import Summary

__all__ = ["CHOICES", "INDEX", "LIMITS", "MANIFEST", "MENU", "ROWS", "STRAYS", "Results", "read_results"]

INDEX = "book.sqlite"
MENU, LIMITS = "menu.yaml", "limits.yaml"
CHOICES = "choices.parquet"
STRAYS = "book.parquet"
"""The part of the failures that belongs to no chunk: rows without a borrower."""
ROWS = "rows"
"""Under this name that part says how many such rows there are."""

_PIECE = 10_000
"""Rows of choices that are looked at together."""


@dataclass(frozen=True)
class Results:
    """A directory with a run and its manifest. Tables are read when they are asked for."""

    directory: Path
    manifest: Manifest

    @property
    def parts(self) -> list[str]:
        """The files of the chunks, in the order of the book."""
        return [file_name(number) for number in range(count(self.manifest.chunk, self.manifest.borrowers))]

    @property
    def options(self) -> pd.DataFrame:
        """Every option of every borrower, a row each."""
        return _frame(self.table("options"))

    @property
    def schedules(self) -> pd.DataFrame:
        """Every payment of every plan, a row each; whole cents."""
        return _frame(self.table("schedules"))

    @property
    def choices(self) -> pd.DataFrame:
        """The option chosen for each borrower."""
        return _frame(self.chosen())

    @property
    def failures(self) -> pd.DataFrame:
        """What was set aside, with its place and reason; first the borrowers, then rows that belong to none."""
        import pyarrow as pa

        return _frame(pa.concat_tables(self.failed()))

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A whole table from its parts."""
        import pyarrow as pa

        return pa.concat_tables(self._parts(name, columns))

    def chosen(self) -> pa.Table:
        """The choices. InputError where the run has not come so far."""
        import pyarrow.parquet as pq

        path = self.directory / CHOICES
        if not path.exists():
            remedy = tr("go on with repayplan portfolio run --resume")
            raise InputError(
                Fault(tr("this run has not ended: nothing is chosen yet"), str(self.directory), remedy=remedy)
            )
        return pq.read_table(path)

    def named(self) -> Iterator[pa.Table]:
        """The choices, a piece at a time, with the names of the borrowers where the book has names."""
        import pyarrow as pa

        table = self.chosen()
        names = names_of(open_index(self.directory / INDEX))
        for first in range(0, max(table.num_rows, 1), _PIECE):
            piece = table.slice(first, _PIECE)
            found = [next((name for case, name in names if case == mine), None) for mine in piece["case"].to_pylist()]
            yield piece if None in found else piece.add_column(1, "name", pa.array(found, pa.string()))

    @property
    def wording(self) -> Wording:
        """What the book calls its tables and columns."""
        return wording_of(open_index(self.directory / INDEX))

    def failed(self) -> Iterator[pa.Table]:
        """The failures of each chunk, and at last the rows of the book that belong to no borrower."""
        return (self.part("failures", part) for part in (*self.parts, STRAYS))

    def strays(self) -> int:
        """How many rows of the book belong to no borrower; the failures name the first of them."""
        import pyarrow.parquet as pq

        said = pq.read_schema(self.directory / "failures" / STRAYS).metadata or {}
        return int(said.get(ROWS.encode(), b"0"))

    def debt_aside(self) -> tuple[int, int]:
        """What borrowers owe that were set aside, where their rows say it, cents; and of how many that is not known."""
        import pyarrow.parquet as pq

        cents = unknown = 0
        for part in self.parts:
            said = pq.read_schema(self.directory / "failures" / part).metadata or {}
            told = json.loads(said[DEBT.encode()])
            cents, unknown = cents + told["cents"], unknown + told["unknown"]
        return cents, unknown

    def counts(self) -> Counter[str]:
        """How many options became what."""
        import pyarrow.parquet as pq

        total: Counter[str] = Counter()
        for part in self.parts:
            said = pq.read_schema(self.directory / "options" / part).metadata or {}
            total.update(json.loads(said.get(COUNTS.encode(), b"{}")))
        return total

    @cached_property
    def summary(self) -> Summary:
        """What the run comes to. InputError where it has not ended."""
        from repayplan.portfolio.run.summary import summarize

        return summarize(self)

    def part(self, name: str, part: str, columns: Sequence[str] | None = None) -> pa.Table:
        """One chunk's part of a table."""
        import pyarrow.parquet as pq

        return pq.read_table(self.directory / name / part, columns=columns).replace_schema_metadata(None)

    def of(self, case: str, name: str, part: str | None = None) -> list[dict[str, Any]]:
        """One borrower's rows of a part of a table, or of the choices."""
        import pyarrow.compute as pc

        table = self.chosen() if part is None else self.part(name, part)
        rows: list[dict[str, Any]] = table.filter(pc.equal(table["case"], case)).to_pylist()
        return rows

    def rows(self, name: str, part: str) -> int:
        """How many rows a part has."""
        import pyarrow.parquet as pq

        return int(pq.read_metadata(self.directory / name / part).num_rows)

    def _parts(self, name: str, columns: Sequence[str] | None) -> Iterator[pa.Table]:
        return (self.part(name, part, columns) for part in self.parts)


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas()
    return frame


def read_results(directory: str | Path) -> Results:
    """The results in a directory. InputError where there are none."""
    manifest = read_manifest(Path(directory))
    if manifest is None:
        remedy = tr("give the directory of a run, or begin one with repayplan portfolio run")
        raise InputError(Fault(tr("there is no portfolio run here"), str(directory), remedy=remedy))
    return Results(Path(directory), manifest)
