"""Columns and rows put at the end of a sparse program: what stood there before keeps its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.sparse import SparseProgram


def with_columns(
    program: SparseProgram, rows: NDArray[np.intp], values: NDArray[np.float64], upper: NDArray[np.float64]
) -> SparseProgram:
    """The program with a column at its end for each of ``rows``: one entry, cost 0, from 0 to ``upper``."""
    count, entries = len(rows), len(program.values)
    return replace(
        program,
        cost=np.concatenate([np.zeros_like(program.cost), np.zeros(count)]),
        lower=np.concatenate([program.lower, np.zeros(count)]),
        upper=np.concatenate([program.upper, upper]),
        integer=np.concatenate([program.integer, np.zeros(count, dtype=bool)]),
        starts=np.concatenate([program.starts, np.arange(entries + 1, entries + count + 1)]).astype(np.int32),
        indices=np.concatenate([program.indices, rows]).astype(np.int32),
        values=np.concatenate([program.values, values]),
    )


def with_rows(
    program: SparseProgram,
    rows: Sequence[Mapping[int, float]],
    lower: Sequence[float],
    upper: Sequence[float],
) -> SparseProgram:
    """The program with rows at its end, each a coefficient by column: ``lower ≤ row ≤ upper``."""
    height = len(program.row_upper)
    entries = [(height + number, column, value) for number, row in enumerate(rows) for column, value in row.items()]
    own = np.repeat(np.arange(len(program.cost)), np.diff(program.starts))
    columns = np.concatenate([own, [column for _, column, _ in entries]]).astype(np.int64)
    places = np.concatenate([program.indices, [row for row, _, _ in entries]]).astype(np.int32)
    order = np.argsort(columns, kind="stable")  # rows are in order already
    return replace(
        program,
        row_lower=np.concatenate([program.row_lower, np.asarray(lower, dtype=float)]),
        row_upper=np.concatenate([program.row_upper, np.asarray(upper, dtype=float)]),
        starts=np.searchsorted(columns[order], np.arange(len(program.cost) + 1)).astype(np.int32),
        indices=places[order],
        values=np.concatenate([program.values, [value for _, _, value in entries]])[order],
    )
