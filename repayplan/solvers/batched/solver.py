"""Programs of one pattern in, certified solutions out."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.batched.certified import Points, gaps, proven
from repayplan.solvers.batched.pattern import Matrix, Pattern, matrix, pattern
from repayplan.solvers.batched.programs import LANES, Programs, every_lane, padded, stacked
from repayplan.solvers.batched.reduction import Reduction
from repayplan.solvers.batched.tolerances import FIXED, ROUNDS
from repayplan.solvers.result import CERTIFIED, GAP_FLOOR, Attempt, Solution, Status
from repayplan.solvers.sparse import Layout, SparseProgram

Array = NDArray[np.float64]

Engine = Literal["numba", "numpy"]
"""Compiled, or the reference, which is for small programs and for tests."""

NAME = "batched"
ENOUGH = 4e-9
ACCEPTED = 2e-9
"""How far a point may leave a row or box, in units of the debt: HiGHS is asked for half of it."""

MOST_ITERATIONS = 60
MOST_LANES = 2560
"""Lanes that are reduced together: enough to forget what Python takes, in a few hundred megabytes."""

MOST_PATTERNS = 64
SURE = 1e-3
"""An entry that is smaller in some lane is no pivot."""


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
    """The reduced programs as arrays: e' entries, m' rows, n' columns that are left, N lanes.

    ``rows`` and ``columns`` are their places in the programs as they came.
    """

    a: Array
    b: Array
    c: Array
    lower: Array
    upper: Array
    rows: list[int]
    columns: list[int]
    matrix: Matrix


def solve_batch(programs: Programs, enough: float = ENOUGH, engine: Engine = "numba") -> Solved:
    """Every lane solved; one that is neither certified nor proven to have no point is FAILED or FEASIBLE.

    A certificate: a point that leaves no row and no box by more than HiGHS accepts, and duals whose safe bound, worked
    out on the programs as they came, is within ``CERTIFIED`` of its objective.
    """
    count = max(-(-programs.lanes // MOST_LANES), 1)
    bounds = np.linspace(0, programs.lanes, count + 1).astype(np.int64).tolist()
    if count > 1:
        parts = [_solved(programs.part(slice(*ends)), enough, engine) for ends in pairwise(bounds)]
        return Solved(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Solved)))
    return _solved(programs, enough, engine)


def _solved(programs: Programs, enough: float, engine: Engine) -> Solved:
    lanes = programs.lanes
    programs = padded(programs)
    reduction = Reduction(programs)
    reduction.run()
    kernel = _kernel(reduction)
    x, y, spent, near = _iterate(kernel, reduction.offset, enough, engine)
    points = _points(programs, reduction, kernel, x, y)
    objective, bound, off = proven(programs, points)
    gap = np.where(off <= ACCEPTED, gaps(objective, bound), np.inf)
    status = np.empty(programs.lanes, dtype=object)
    status[:] = Status.FAILED  # np.full would make text of it
    status[off <= ACCEPTED] = Status.FEASIBLE
    status[gap <= CERTIFIED] = Status.OPTIMAL
    status[np.isinf(near) | reduction.impossible] = Status.INFEASIBLE
    return Solved(
        status[:lanes],
        objective[:lanes],
        bound[:lanes],
        gap[:lanes],
        spent[:lanes].astype(np.int64),
        np.ascontiguousarray(points.columns.T[:lanes]),
        np.ascontiguousarray(points.duals.T[:lanes]),
    )


def solve_lanes(layout: Layout) -> list[Solution]:
    """A solution for every lane of a staged program, as :func:`solve_batch` has it."""
    solved = solve_batch(every_lane(layout))
    return [solved.solution(lane) for lane in range(layout.program.lanes)]


class Batched:
    """One program at a time, as any other solver: a batch of one."""

    name = NAME
    takes_whole_numbers = False

    def solve(self, program: SparseProgram, seconds: float | None = None) -> Solution:
        """Solve ``program``; as it takes milliseconds, there is no time limit."""
        found = solve_batch(stacked([program])).solution(0)
        return replace(found, attempts=(Attempt(self.name, "", found.status),))


def _kernel(reduction: Reduction) -> Kernel:
    rows = [row for row, entries in enumerate(reduction.rows) if entries is not None]
    columns = [column for column in range(len(reduction.cost)) if column not in reduction.gone]
    number = {column: place for place, column in enumerate(columns)}
    entries = sorted((number[column], place) for place, row in enumerate(rows) for column in reduction.rows[row] or {})
    lanes = reduction.lanes
    a = np.empty((len(entries), lanes))
    for at, (column, row) in enumerate(entries):
        a[at] = (reduction.rows[rows[row]] or {})[columns[column]]
    c = np.empty((len(columns), lanes))
    for at, column in enumerate(columns):
        c[at] = reduction.cost[column]
    b = np.stack([reduction.rhs[row] for row in rows]) if rows else np.empty((0, lanes))
    places = np.array(entries, dtype=np.int32).reshape(-1, 2)
    equal = np.array([reduction.equal[row] for row in rows], dtype=bool)
    of = matrix(places[:, 1], places[:, 0], equal, len(columns))
    return Kernel(a, b, c, reduction.lower[columns], reduction.upper[columns], rows, columns, of)


_patterns: dict[bytes, Pattern] = {}


def _pattern(of: Matrix, sure: NDArray[np.bool_]) -> Pattern:
    """Worked out once for the batches of a run, which mostly share it."""
    key = b"|".join(part.tobytes() for part in (of.rows, of.column_starts, of.equal, sure))
    if key not in _patterns:
        if len(_patterns) >= MOST_PATTERNS:
            _patterns.pop(next(iter(_patterns)))
        _patterns[key] = pattern(of, sure)
    return _patterns[key]


def _iterate(kernel: Kernel, offset: Array, enough: float, engine: Engine) -> tuple[Array, Array, Array, Array]:
    """x (n', N), y (m', N), iterations and gaps (N,); boxes of the kernel become narrower."""
    if engine == "numpy":
        return _iterate_plainly(kernel, offset, enough)
    from repayplan.solvers.batched.compiled import run
    from repayplan.solvers.batched.narrowing import narrow_all

    count = kernel.c.shape[1] // LANES

    def blocks(values: Array) -> Array:
        lined = values.reshape(len(values), count, LANES)
        return np.ascontiguousarray(lined.transpose(1, 0, 2)).reshape(count, len(values) * LANES)

    def lanes_of(values: Array, height: int) -> Array:
        lined = np.ascontiguousarray(values.reshape(count, height, LANES).transpose(1, 0, 2))
        return lined.reshape(height, count * LANES)

    a, b, lower, upper = (blocks(part) for part in (kernel.a, kernel.b, kernel.lower, kernel.upper))
    narrow_all(kernel.matrix, a, b, lower, upper, ROUNDS)
    kernel.lower[:] = lanes_of(lower, len(kernel.lower))
    kernel.upper[:] = lanes_of(upper, len(kernel.upper))
    moves = np.asarray((kernel.upper - kernel.lower > FIXED).all(axis=1))
    shape = _pattern(kernel.matrix, (np.abs(kernel.a) > SURE).all(axis=1) & moves[kernel.matrix.columns])
    x, y, spent, near = run(
        shape, a, b, blocks(kernel.c), lower, upper, blocks(offset[None]), GAP_FLOOR, enough, MOST_ITERATIONS
    )
    width, height = kernel.c.shape[0], kernel.b.shape[0]
    return lanes_of(x, width), lanes_of(y, height), spent.ravel(), near.ravel()


def _iterate_plainly(kernel: Kernel, offset: Array, enough: float) -> tuple[Array, Array, Array, Array]:
    """The same by the reference."""
    from repayplan.solvers.batched.reference import run

    of = kernel.matrix
    a = np.zeros((kernel.c.shape[1], len(kernel.b), len(kernel.c)))
    a[:, of.rows, of.columns] = kernel.a.T
    lower, upper = kernel.lower.T.copy(), kernel.upper.T.copy()
    x, y, spent, near = run(a, kernel.b.T, kernel.c.T, lower, upper, of.equal, offset, enough, MOST_ITERATIONS)
    kernel.lower[:], kernel.upper[:] = lower.T, upper.T
    return x.T, y.T, spent, near


def _points(programs: Programs, reduction: Reduction, kernel: Kernel, x: Array, y: Array) -> Points:
    """Back to the programs as they came."""
    columns, duals = np.zeros((programs.shape[1], programs.lanes)), np.zeros((len(reduction.rows), programs.lanes))
    columns[kernel.columns], duals[kernel.rows] = x, y
    reduction.lower[kernel.columns], reduction.upper[kernel.columns] = kernel.lower, kernel.upper
    for step in reversed(reduction.done):
        step.undo(columns, duals)
    return Points(columns, duals[: programs.shape[0]], reduction.lower, reduction.upper)
