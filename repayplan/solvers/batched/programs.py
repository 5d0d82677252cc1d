"""Programs of one pattern as arrays, lanes innermost: what the batched solver takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.sparse import Layout, SparseProgram
from repayplan.solvers.staged import When

Array = NDArray[np.float64]
Index = NDArray[np.int32]
Mask = NDArray[np.bool_]

LANES = 8
"""Lanes that are worked on side by side: 64 bytes, the widest that processors have and a line of their caches."""


@dataclass(frozen=True)
class Programs:
    """``min costᵀz`` with ``Az ≤ rhs`` (or =) and ``lower ≤ z ≤ upper`` in N lanes.

    ``rows`` and ``columns`` (e,) say where entries of A stand, sorted by column; ``values`` (e, N), or (e, 1) where
    all lanes share them. ``rhs`` (m, N); ``active`` (m, N) is False where a lane has no such row; ``equal`` (m,).
    ``cost``, ``lower`` and ``upper`` (n, N); every box is finite.
    """

    rows: Index
    columns: Index
    values: list[Array]
    rhs: Array
    active: Mask
    equal: Mask
    cost: Array
    lower: Array
    upper: Array

    @property
    def lanes(self) -> int:
        """Number of programs N."""
        return int(self.cost.shape[1])

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rhs), len(self.cost)

    def part(self, lanes: slice | NDArray[np.int64]) -> Programs:
        """Some of the lanes."""
        return replace(
            self,
            values=[value if len(value) == 1 else value[lanes] for value in self.values],
            **{
                name: np.ascontiguousarray(getattr(self, name)[:, lanes])
                for name in ("rhs", "active", "cost", "lower", "upper")
            },
        )

    def with_cost(self, cost: Array) -> Programs:
        """The same programs with other costs (n, N)."""
        return replace(self, cost=cost)

    def with_row(self, row: int, rhs: Array) -> Programs:
        """The same programs with row ``row`` in every lane, at right-hand sides (N,)."""
        bounds, active = self.rhs.copy(), self.active.copy()
        bounds[row], active[row] = rhs, True
        return replace(self, rhs=bounds, active=active)


def every_lane(layout: Layout) -> Programs:
    """The programs of all lanes of a staged program, rows and columns as in :meth:`Layout.lane`."""
    program, width = layout.program, layout.width
    columns = program.columns.values()
    rhs, active = np.zeros((layout.height, program.lanes)), np.zeros((layout.height, program.lanes), bool)
    equal = np.zeros(layout.height, bool)
    for row, stages, span in layout.staged_rows():
        rhs[span], active[span], equal[span] = row.rhs[:, stages].T, row.active[:, stages].T, row.equal
        if stages.size and stages[0] == 0:
            for term in row.terms:
                if term.when is When.BEFORE:
                    rhs[span.start] -= term.coefficient[:, 0] * program.columns[term.column].initial
    first_long = layout.height - len(program.long_rows)
    for number, long in enumerate(program.long_rows):
        rhs[first_long + number], active[first_long + number] = long.rhs, long.active
    values = [value for block in layout.blocks() for value in _split(block)]
    order, indices, starts = layout.order, layout.indices, layout.starts
    return Programs(
        rows=indices,
        columns=np.repeat(np.arange(width, dtype=np.int32), np.diff(starts)),
        values=[values[entry] for entry in order.tolist()],
        rhs=rhs,
        active=active,
        equal=equal,
        cost=np.concatenate([column.cost[:, column.exists].T for column in columns]),
        lower=np.concatenate([column.lower[:, column.exists].T for column in columns]),
        upper=np.concatenate([column.upper[:, column.exists].T for column in columns]),
    )


def padded(programs: Programs) -> Programs:
    """The same programs and the last of them again, until there are whole blocks of lanes."""
    missing = -programs.lanes % LANES
    if not missing:
        return programs
    return programs.part(np.minimum(np.arange(programs.lanes + missing), programs.lanes - 1))


def costs(layout: Layout, by_column: Mapping[str, Array]) -> Array:
    """(n, N) costs from (N, T) arrays by column family; 0 where none is given."""
    program = layout.program
    found = []
    for name, column in program.columns.items():
        given = by_column.get(name)
        count = int(column.exists.sum())
        found.append(np.zeros((count, program.lanes)) if given is None else given[:, column.exists].T)
    return np.concatenate(found)


def stacked(programs: Sequence[SparseProgram]) -> Programs:
    """Sparse programs as lanes; ValueError where their patterns differ or some column takes whole numbers only."""
    first = programs[0]
    for other in programs:
        alike = other.shape == first.shape and np.array_equal(other.starts, first.starts)
        if not alike or not np.array_equal(other.indices, first.indices):
            raise ValueError("programs of one batch need one pattern")
        if other.mixed:
            raise ValueError("whole numbers are not solved in batches")
    upper = np.stack([program.row_upper for program in programs], axis=1)
    active = np.isfinite(upper)
    lower = np.stack([program.row_lower for program in programs], axis=1)
    return Programs(
        rows=first.indices,
        columns=np.repeat(np.arange(first.shape[1], dtype=np.int32), np.diff(first.starts)),
        values=_split(np.stack([program.values for program in programs], axis=1)),
        rhs=np.where(active, upper, 0.0),
        active=active,
        equal=np.asarray(np.isfinite(lower).any(axis=1)),
        cost=np.stack([program.cost for program in programs], axis=1),
        lower=np.stack([program.lower for program in programs], axis=1),
        upper=np.stack([program.upper for program in programs], axis=1),
    )


def _split(block: Array) -> list[Array]:
    """The rows of (k, N), cut to one number where all are the same."""
    alike = (block == block[:, :1]).all(axis=1)
    return [row[:1] if same else row for row, same in zip(block, alike.tolist(), strict=True)]
