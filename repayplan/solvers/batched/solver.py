"""Programs of one pattern in, certified solutions out."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.batched.certified import Points, gaps, proven
from repayplan.solvers.batched.pattern import Matrix, Pattern, pattern
from repayplan.solvers.batched.programs import LANES, Programs, every_lane, padded, stacked
from repayplan.solvers.batched.tolerances import ROUNDS
from repayplan.solvers.result import CERTIFIED, GAP_FLOOR, Attempt, Solution, Status
from repayplan.solvers.sparse import Layout, SparseProgram

if TYPE_CHECKING:
    from repayplan.solvers.batched.reduction import Kernel  # compiled code is loaded when something is solved

Array = NDArray[np.float64]

Engine = Literal["numba", "numpy"]
"""Compiled, or the reference, which is for small programs and for tests."""

NAME = "batched"
ENOUGH = 4e-9
ACCEPTED = 2e-9
"""How far a point may leave a row or box, in units of the debt: HiGHS is asked for half of it."""

SHARP = 1e-8
"""Lanes that do not come so near to their bound, to which all solvers agree, are tried once more."""

ONE_IN = 50
"""The worst of what is open then, one lane in so many or a block at least, are tried each by itself."""

MOST_ITERATIONS = 60
MOST_LANES = 512
"""Lanes that are reduced together: enough to forget what all of them share, few enough for a processor's cache."""

MOST_PATTERNS = 64


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


def solve_batch(programs: Programs, enough: float = ENOUGH, engine: Engine = "numba") -> Solved:
    """Every lane solved; one that is neither certified nor proven to have no point is FAILED or FEASIBLE.

    A certificate: a point that leaves no row and no box by more than HiGHS accepts, and duals whose safe bound, worked
    out on the programs as they came, is within ``CERTIFIED`` of its objective. Lanes that are not within ``SHARP``
    are solved once more, apart from the others, and what is open then one by one: more rules hold in fewer lanes.
    """
    count = max(-(-programs.lanes // MOST_LANES), 1)
    bounds = np.linspace(0, programs.lanes, count + 1).astype(np.int64).tolist()
    if count > 1:
        parts = [_solved(programs.part(slice(*ends)), enough, engine) for ends in pairwise(bounds)]
        return Solved(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Solved)))
    return _solved(programs, enough, engine)


def _solved(programs: Programs, enough: float, engine: Engine) -> Solved:
    found = _solved_together(programs, enough, engine)
    if programs.lanes == 1:
        return found
    open_lanes = _open(found)
    if len(open_lanes) < programs.lanes:
        _again(found, programs, open_lanes, enough, engine)
    left = _open(found)
    for lane in left[np.argsort(-found.gap[left], kind="stable")][: max(LANES, programs.lanes // ONE_IN)]:
        _again(found, programs, np.array([lane]), enough, engine)
    return found


def _open(found: Solved) -> NDArray[np.int64]:
    """Lanes that may have a point, and none that is within ``SHARP`` of its bound."""
    return np.flatnonzero((found.status != Status.INFEASIBLE) & ~(found.gap <= SHARP))


def _again(found: Solved, programs: Programs, lanes: NDArray[np.int64], enough: float, engine: Engine) -> None:
    """Solve some lanes apart from the others, and put in what is better."""
    if not len(lanes):
        return
    again = _solved_together(programs.part(lanes), enough, engine)
    better = (again.gap < found.gap[lanes]) | (again.status == Status.INFEASIBLE)
    for field in fields(Solved):
        getattr(found, field.name)[lanes[better]] = getattr(again, field.name)[better]


def _solved_together(programs: Programs, enough: float, engine: Engine) -> Solved:
    from repayplan.solvers.batched.reduction import reduce

    lanes = programs.lanes
    programs = padded(programs)
    reduction = reduce(programs)
    kernel = reduction.kernel()
    x, y, spent, near = _iterate(reduction.matrix, kernel, enough, engine)
    points = Points(*reduction.undone(x, y, kernel.lower, kernel.upper))
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


_patterns: dict[bytes, Pattern] = {}


def _pattern(of: Matrix, sure: NDArray[np.bool_]) -> Pattern:
    """Worked out once for the batches of a run, which mostly share it."""
    key = b"|".join(part.tobytes() for part in (of.rows, of.column_starts, of.equal, sure))
    if key not in _patterns:
        if len(_patterns) >= MOST_PATTERNS:
            _patterns.pop(next(iter(_patterns)))
        _patterns[key] = pattern(of, sure)
    return _patterns[key]


def _iterate(of: Matrix, kernel: Kernel, enough: float, engine: Engine) -> tuple[Array, Array, Array, Array]:
    """x and y by block, iterations and gaps (N,); boxes of the kernel become narrower."""
    if engine == "numpy":
        return _iterate_plainly(of, kernel, enough)
    from repayplan.solvers.batched.compiled import run
    from repayplan.solvers.batched.narrowing import narrow_all, sure_of

    narrow_all(of, kernel.a, kernel.b, kernel.lower, kernel.upper, ROUNDS)
    shape = _pattern(of, sure_of(of, kernel.a, kernel.lower, kernel.upper))
    # the programs are used up, but for boxes
    x, y, spent, near = run(
        shape,
        *(kernel.a, kernel.b, kernel.c, kernel.lower, kernel.upper, kernel.offset),
        *(GAP_FLOOR, enough, MOST_ITERATIONS),
    )
    return x, y, spent.ravel(), near.ravel()


def _iterate_plainly(of: Matrix, kernel: Kernel, enough: float) -> tuple[Array, Array, Array, Array]:
    """The same by the reference."""
    from repayplan.solvers.batched.reference import run

    def by_lane(values: Array) -> Array:
        """(N, numbers)."""
        count, height = len(values), values.shape[1] // LANES
        return values.reshape(count, height, LANES).transpose(0, 2, 1).reshape(count * LANES, height).copy()

    def blocks(values: Array) -> Array:
        count, height = len(values) // LANES, values.shape[1]
        return values.reshape(count, LANES, height).transpose(0, 2, 1).reshape(count, height * LANES).copy()

    b, c, lower, upper = (by_lane(part) for part in (kernel.b, kernel.c, kernel.lower, kernel.upper))
    a = np.zeros((len(c), b.shape[1], c.shape[1]))
    a[:, of.rows, of.columns] = by_lane(kernel.a)
    x, y, spent, near = run(a, b, c, lower, upper, of.equal, kernel.offset.ravel(), enough, MOST_ITERATIONS)
    kernel.lower[:], kernel.upper[:] = blocks(lower), blocks(upper)
    return blocks(x), blocks(y), spent, near
