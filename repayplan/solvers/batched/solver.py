"""Programs of one pattern in, certified solutions out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.batched.certified import Points, bounds, gaps, violations
from repayplan.solvers.batched.pattern import Pattern, pattern
from repayplan.solvers.batched.programs import Programs
from repayplan.solvers.batched.reduction import Reduction
from repayplan.solvers.interface import ACCEPTED_VIOLATION
from repayplan.solvers.result import CERTIFIED, GAP_FLOOR, Solution, Status

Array = NDArray[np.float64]

NAME = "batched"
ENOUGH = 1e-10
MOST_ITERATIONS = 60


@dataclass(frozen=True)
class Solved:
    """What came of a batch, by lane: status, objective, safe bound, gap, iterations; points and duals (N, …)."""

    status: NDArray[np.object_]
    objective: Array
    bound: Array
    gap: Array
    iterations: NDArray[np.int64]
    columns: Array
    row_duals: Array

    def solution(self, lane: int) -> Solution:
        """One lane as any solver would give it."""
        status = self.status[lane]
        none = np.empty(0)
        if status is Status.INFEASIBLE:
            return Solution(status, np.nan, np.inf, none, none, NAME, "proven by its duals", int(self.iterations[lane]))
        found = status is not Status.FAILED
        return Solution(
            status,
            float(self.objective[lane]) if found else np.nan,
            float(self.bound[lane]),
            self.columns[lane] if found else none,
            self.row_duals[lane] if found else none,
            NAME,
            "" if found else "no certificate",
            int(self.iterations[lane]),
        )


@dataclass(frozen=True)
class Kernel:
    """The reduced programs as arrays: e' entries, m' rows, n' columns that are left, N lanes."""

    a: Array
    b: Array
    c: Array
    lower: Array
    upper: Array
    rows: list[int]
    columns: list[int]
    shape: Pattern


def solve_batch(programs: Programs, enough: float = ENOUGH) -> Solved:
    """Every lane solved; one that is neither certified nor proven to have no point is FAILED or FEASIBLE."""
    reduction = Reduction(programs)
    reduction.run()
    kernel = _kernel(reduction)
    x, y, spent, near, _ = _iterate(kernel, reduction.offset, enough)
    points = _points(programs, reduction, kernel, x, y)
    objective = (programs.cost * points.columns).sum(axis=0)
    bound = bounds(programs, points)
    fits = violations(programs, points.columns) <= ACCEPTED_VIOLATION
    gap = np.where(fits, gaps(objective, bound), np.inf)
    status = np.full(programs.lanes, Status.FAILED, dtype=object)
    status[fits] = Status.FEASIBLE
    status[gap <= CERTIFIED] = Status.OPTIMAL
    status[np.isinf(near)] = Status.INFEASIBLE
    return Solved(
        status, objective, bound, gap, spent.astype(np.int64), points.columns.T.copy(), points.duals.T.copy()
    )


def _kernel(reduction: Reduction) -> Kernel:
    rows = [row for row, entries in enumerate(reduction.rows) if entries is not None]
    columns = [column for column in range(len(reduction.cost)) if column not in reduction.gone]
    number = {column: place for place, column in enumerate(columns)}
    entries = sorted(
        (number[column], place, value)
        for place, row in enumerate(rows)
        for column, value in (reduction.rows[row] or {}).items()
    ) if False else sorted(
        ((number[column], place) for place, row in enumerate(rows) for column in (reduction.rows[row] or {}))
    )
    lanes = reduction.lanes
    a = np.empty((len(entries), lanes))
    for at, (column, row) in enumerate(entries):
        a[at] = (reduction.rows[rows[row]] or {})[columns[column]]
    c = np.empty((len(columns), lanes))
    for at, column in enumerate(columns):
        c[at] = reduction.cost[column]
    b = np.stack([reduction.rhs[row] for row in rows]) if rows else np.empty((0, lanes))
    equal = tuple(reduction.equal[row] for row in rows)
    shape = _pattern(tuple(row for _, row in entries), tuple(column for column, _ in entries), equal, len(columns))
    return Kernel(a, b, c, reduction.lower[columns], reduction.upper[columns], rows, columns, shape)


@lru_cache(maxsize=64)
def _pattern(rows: tuple[int, ...], columns: tuple[int, ...], equal: tuple[bool, ...], width: int) -> Pattern:
    as_index = [np.array(places, dtype=np.int32) for places in (rows, columns)]
    return pattern(as_index[0], as_index[1], np.array(equal, dtype=bool), width)


def _iterate(kernel: Kernel, offset: Array, enough: float) -> tuple[Array, Array, Array, Array, Array]:
    """x (n', N), y (m', N), iterations, gaps and residuals (N,); boxes of the kernel become narrower."""
    from repayplan.solvers.batched.compiled import run
    from repayplan.solvers.batched.vectors import LANES

    lanes = kernel.c.shape[1]
    count = -(-lanes // LANES)
    whole = np.minimum(np.arange(count * LANES), lanes - 1)

    def blocks(values: Array) -> Array:
        return np.ascontiguousarray(values[:, whole].reshape(-1, count, LANES).transpose(1, 0, 2)).reshape(count, -1)

    def lanes_of(values: Array, height: int) -> Array:
        return np.ascontiguousarray(values.reshape(count, height, LANES).transpose(1, 0, 2)).reshape(height, -1)[:, :lanes]

    lower, upper = blocks(kernel.lower), blocks(kernel.upper)
    x, y, spent, near, off = run(
        kernel.shape,
        count,
        blocks(kernel.a),
        blocks(kernel.b),
        blocks(kernel.c),
        lower,
        upper,
        blocks(offset[None]),
        GAP_FLOOR,
        enough,
        MOST_ITERATIONS,
    )
    kernel.lower[:] = lanes_of(lower, len(kernel.lower))
    kernel.upper[:] = lanes_of(upper, len(kernel.upper))
    width, height = kernel.c.shape[0], kernel.b.shape[0]
    return (
        lanes_of(x, width),
        lanes_of(y, height),
        spent.ravel()[:lanes],
        near.ravel()[:lanes],
        off.ravel()[:lanes],
    )


def _points(programs: Programs, reduction: Reduction, kernel: Kernel, x: Array, y: Array) -> Points:
    """Back to the programs as they came."""
    columns, duals = np.zeros((programs.shape[1], programs.lanes)), np.zeros((len(reduction.rows), programs.lanes))
    columns[kernel.columns], duals[kernel.rows] = x, y
    reduction.lower[kernel.columns], reduction.upper[kernel.columns] = kernel.lower, kernel.upper
    for step in reversed(reduction.done):
        step.undo(columns, duals)
    return Points(columns, duals[: programs.shape[0]], reduction.lower, reduction.upper)
