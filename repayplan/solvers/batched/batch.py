"""Programs of one pattern as arrays, lanes innermost: what the interior point method works on.

Rows that hold a single column are boxes, and a row that no lane has is left out: both only make the matrix larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.batched.pattern import Pattern, pattern
from repayplan.solvers.sparse import SparseProgram

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Batch:
    """``min costᵀz`` with ``Az ≤ rhs`` (or =) and ``lower ≤ z ≤ upper`` in N lanes.

    ``values`` (E, N) entries of A in the order of the pattern, ``rhs`` (m, N), ``equal`` (m,), ``kept`` (m,) which row
    of the sparse programs each is; ``cost``, ``lower`` and ``upper`` (n, N). A row that a lane does not have is empty
    there, with a right-hand side that holds.
    """

    pattern: Pattern
    values: Array
    rhs: Array
    equal: Mask
    kept: NDArray[np.intp]
    cost: Array
    lower: Array
    upper: Array

    @property
    def lanes(self) -> int:
        """Number of programs N."""
        return self.cost.shape[1]


def batch(programs: Sequence[SparseProgram]) -> Batch:
    """Programs that differ in values only; ValueError where they do not."""
    first = programs[0]
    if any(p.shape != first.shape or not np.array_equal(p.indices, first.indices) for p in programs):
        raise ValueError("programs of one batch need one pattern")
    values = np.stack([program.values for program in programs], axis=1)
    row_upper = np.stack([program.row_upper for program in programs], axis=1)
    lower = np.stack([program.lower for program in programs], axis=1)
    upper = np.stack([program.upper for program in programs], axis=1)
    row_lower = np.stack([program.row_lower for program in programs], axis=1)
    active = np.isfinite(row_upper)
    columns = np.repeat(np.arange(first.shape[1], dtype=np.int32), np.diff(first.starts))
    used = (values != 0).any(axis=1) & active[first.indices].any(axis=1)
    counts = np.bincount(first.indices[used], minlength=first.shape[0])
    for entry in np.flatnonzero(used & (counts[first.indices] == 1)):
        _tighten(lower[columns[entry]], upper[columns[entry]], values[entry], row_lower, row_upper, first.indices[entry])
    kept = np.flatnonzero(active.any(axis=1) & (counts > 1))
    place = np.full(first.shape[0], -1, dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    entries = np.flatnonzero(used & (place[first.indices] >= 0))
    there = active[kept]
    return Batch(
        pattern=pattern(place[first.indices[entries]], columns[entries], len(kept), first.shape[1]),
        values=np.where(there[place[first.indices[entries]]], values[entries], 0.0),
        rhs=np.where(there, row_upper[kept], 0.0),
        equal=np.isfinite(row_lower[kept]).any(axis=1),
        kept=kept,
        cost=np.stack([program.cost for program in programs], axis=1),
        lower=lower,
        upper=upper,
    )


def _tighten(lower: Array, upper: Array, value: Array, row_lower: Array, row_upper: Array, row: int) -> None:
    """A row of one entry narrows the box of its column (N,), in place."""
    with np.errstate(divide="ignore", invalid="ignore"):
        most, least = row_upper[row] / value, row_lower[row] / value
    rising = value > 0
    above = np.where(rising, most, least)
    below = np.where(rising, least, most)
    np.copyto(upper, np.minimum(upper, above), where=(value != 0) & np.isfinite(above))
    np.copyto(lower, np.maximum(lower, below), where=(value != 0) & np.isfinite(below))
