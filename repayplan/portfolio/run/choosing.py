"""One option for every borrower of a run: what the bank's limits let through, or without limits what is best."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from repayplan.portfolio.appraise import Settings
from repayplan.portfolio.run.chunk import parquet
from repayplan.portfolio.run.results import CHOICES, Results
from repayplan.portfolio.tables import choices_schema
from repayplan.publishing import publish

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Given:
    """The limits of a run, none where there is no file."""

    def settings(self, settings: Settings) -> Settings:
        """The settings under which no option is dropped that a limit could want."""
        return settings


def read_limits(path: Path | None) -> Given:
    """The limits in a file. InputError with every problem of the file."""
    return Given()


def write_choice(results: Results, limits: Given) -> None:
    """Choose, and write the choices."""
    options = results.table("options")
    option = best_alone(options)
    chosen = options.select(choices_schema().names).take(option)
    publish(results.directory, {CHOICES: parquet(chosen)})


def best_alone(options: pa.Table) -> NDArray[np.int64]:
    """The place of every borrower's option of largest recovery, the first of equals."""
    starts = starts_of(options)
    value = options["recovery"].to_numpy().astype(float)
    if not len(value):
        return np.zeros(0, dtype=np.int64)
    top = np.repeat(np.maximum.reduceat(value, starts[:-1]), np.diff(starts))
    best = np.flatnonzero(value == top)
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))[best]
    _, first = np.unique(owner, return_index=True)
    return best[first]


def starts_of(options: pa.Table) -> NDArray[np.int64]:
    """Where the options of each borrower begin, and how many there are in all; those of one lie side by side."""
    codes = np.asarray(options["case"].combine_chunks().dictionary_encode().indices)
    changes = np.flatnonzero(np.diff(codes)) + 1
    return np.concatenate([[0], changes, [len(codes)]][len(codes) == 0 :]).astype(np.int64)
