"""Programs of one pattern as arrays, lanes innermost: what the batched solver takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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

    ``rows`` and ``columns`` (e,) say where entries of A stand, sorted by column. Entry e is row ``varying[e]`` of
    ``values`` (k, N), or ``fixed[e]`` in all lanes where that is −1. ``rhs`` (m, N); ``active`` (m, N) is False where
    a lane has no such row; ``equal`` (m,).
    ``cost``, ``lower`` and ``upper`` (n, N); every box is finite.
    """

    rows: Index
    columns: Index
    fixed: Array
    varying: Index
    values: Array
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
            **{
                name: np.ascontiguousarray(getattr(self, name)[:, lanes])
                for name in ("values", "rhs", "active", "cost", "lower", "upper")
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
    fixed, varying, values = _split(layout.blocks(), program.lanes)
    return Programs(
        rows=layout.indices,
        columns=np.repeat(np.arange(width, dtype=np.int32), np.diff(layout.starts)),
        fixed=fixed[layout.order],
        varying=varying[layout.order],
        values=values,
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
    fixed, varying, values = _split([np.stack([program.values for program in programs], axis=1)], len(programs))
    return Programs(
        rows=first.indices,
        columns=np.repeat(np.arange(first.shape[1], dtype=np.int32), np.diff(first.starts)),
        fixed=fixed,
        varying=varying,
        values=values,
        rhs=np.where(active, upper, 0.0),
        active=active,
        equal=np.asarray(np.isfinite(lower).any(axis=1)),
        cost=np.stack([program.cost for program in programs], axis=1),
        lower=np.stack([program.lower for program in programs], axis=1),
        upper=np.stack([program.upper for program in programs], axis=1),
    )


def _split(blocks: Iterable[Array], lanes: int) -> tuple[Array, Index, Array]:
    """Of the rows of (k, N) blocks, numbers where all are the same, or which row of the others it is; the others."""
    fixed, varying, values, count = [np.empty(0)], [np.empty(0, np.int32)], [np.empty((0, lanes))], 0
    for block in blocks:
        differs = (block != block[:, :1]).any(axis=1) if block.strides[1] else np.zeros(len(block), bool)
        fixed.append(block[:, 0])
        varying.append(np.where(differs, count + np.cumsum(differs) - 1, -1).astype(np.int32))
        values.append(block[differs])
        count += int(differs.sum())
    return np.concatenate(fixed), np.concatenate(varying), np.concatenate(values)
