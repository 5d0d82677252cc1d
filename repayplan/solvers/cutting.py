"""Cutting planes: the least of a program's cost and a convex function of some of its columns.

    min cᵀz + Σ_p φ_p(z_J)    over the program's points,    φ_p convex, known by value and subgradient alone

Each part p gets a column of its own in place of φ_p, and a row (a cut) for every tangent that was asked for. The
program with its cuts bounds the minimum from below, every point at which φ is known from above (Kelley 1960). Tangents
are taken between the best point known and the program's own optimum, which keeps the search from leaping (in-out
separation, Ben-Ameur & Neto 2007), in two places, since a tangent costs less than another round. This module knows no
finance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.extending import with_rows
from repayplan.solvers.result import CERTIFIED, GAP_FLOOR, Solution, Status, relative_gap
from repayplan.solvers.sparse import SparseProgram

Array = NDArray[np.float64]

TOWARDS = (0.15, 0.5)
"""How far from the best point known towards the program's optimum tangents are taken."""

MOST_ROUNDS = 500
"""Far more rounds than any program has needed; a search that does not end by then is given out unfinished."""

CUTS = 1e-10
"""A tangent that lies above the program's own idea of a part by no more than this says nothing new."""


@dataclass(frozen=True, slots=True)
class Tangents:
    """The parts of a convex function at a point: ``values`` (P,), ``slopes`` (P, J)."""

    values: Array
    slopes: Array


Convex = Callable[[Array], Tangents]
"""From the arguments (J,) to the parts of the function there."""


@dataclass(frozen=True, slots=True)
class Minimum:
    """The best point found: ``columns`` (n,) of the program as it was given; ``bound`` a safe lower bound.

    ``parts`` (P,): what the parts of the function are there. ``rounds``: how many programs were solved.
    """

    status: Status
    objective: float
    bound: float
    columns: Array
    parts: Array
    solver: str
    message: str = ""
    rounds: int = 0

    @property
    def solved(self) -> bool:
        """Whether ``columns`` is a point of the program."""
        return self.status in (Status.OPTIMAL, Status.FEASIBLE)

    @property
    def gap(self) -> float:
        """Relative gap, measured as that of every other solution."""
        return relative_gap(-self.bound, -self.objective)


class CuttingPlanes:
    """Programs of one pattern with the same convex function: tangents found for one hold for all.

    ``columns`` (J,): where the function's arguments stand. ``most`` (P,): finite upper bounds of its parts, none of
    which is ever below 0. ``solve`` solves a program, from where it left off if it can.
    """

    def __init__(
        self, columns: NDArray[np.intp], function: Convex, most: Array, solve: Callable[[SparseProgram], Solution]
    ) -> None:
        self._columns = columns
        self._function = function
        self._most = most
        self._solve = solve
        self._cuts: list[dict[int, float]] = []
        self._constants: list[float] = []

    def minimize(self, program: SparseProgram, enough: float = np.inf, gap: float = CERTIFIED / 2) -> Minimum:
        """The minimum, to a relative ``gap``; given up once it is known to be no less than ``enough``.

        Whole numbers are looked at once the program without them has been minimized.
        """
        if program.mixed:
            without = self.minimize(program.relaxed, enough, gap)
            if not without.solved or without.bound >= enough:
                return without
        return _Search(self, self.extended(program), program, enough, gap).run()

    def extended(self, program: SparseProgram) -> SparseProgram:
        """The program with a column for every part at its end, and all tangents that are known."""
        parts = len(self._most)
        wide = replace(
            program,
            cost=np.concatenate([program.cost, np.ones(parts)]),
            lower=np.concatenate([program.lower, np.zeros(parts)]),
            upper=np.concatenate([program.upper, self._most]),
            integer=np.concatenate([program.integer, np.zeros(parts, dtype=bool)]),
            starts=np.concatenate([program.starts, np.full(parts, program.starts[-1])]).astype(np.int32),
        )
        return with_rows(wide, self._cuts, [-np.inf] * len(self._cuts), self._constants)

    def arguments(self, columns: Array) -> Array:
        """(J,) of a point."""
        return columns[self._columns]

    def at(self, point: Array) -> Tangents:
        """The function at a point's arguments (J,)."""
        return self._function(point)

    def cut(self, program: SparseProgram, point: Array, tangents: Tangents, wanted: NDArray[np.intp]) -> SparseProgram:
        """The program with the tangents of the ``wanted`` parts at a point: φ(y) + s·(Q − y) ≤ column of the part."""
        first = len(program.cost) - len(self._most)
        rows, constants = [], []
        for part in wanted.tolist():
            slopes = tangents.slopes[part]
            row = {int(self._columns[place]): float(slopes[place]) for place in np.flatnonzero(slopes)}
            row[first + part] = -1.0
            rows.append(row)
            constants.append(float(slopes @ point - tangents.values[part]))
        self._cuts += rows
        self._constants += constants
        return with_rows(program, rows, [-np.inf] * len(rows), constants)

    def solve(self, program: SparseProgram) -> Solution:
        """What the solver says."""
        return self._solve(program)

    @property
    def parts(self) -> int:
        """How many parts the function has."""
        return len(self._most)


class _Search:
    """One program on its way to the minimum."""

    def __init__(
        self, planes: CuttingPlanes, extended: SparseProgram, program: SparseProgram, enough: float, gap: float
    ) -> None:
        self._planes, self._extended, self._program = planes, extended, program
        self._enough, self._gap = enough, gap
        self._best: Array | None = None
        self._parts = np.empty(0)
        self._objective, self._bound = np.inf, -np.inf
        self._rounds, self._solver = 0, ""

    def run(self) -> Minimum:
        """Rounds until the bounds meet."""
        for self._rounds in range(1, MOST_ROUNDS + 1):
            solution = self._planes.solve(self._extended)
            self._solver = solution.solver
            self._bound = max(self._bound, solution.bound)
            if not solution.solved:
                return self._without(solution)
            known = self._extended.shape[0]
            self._separate(solution.columns)
            if self._close() or self._bound >= self._enough or self._extended.shape[0] == known:
                return self._end("")
        return self._end("the search did not end")

    def _separate(self, columns: Array) -> None:
        """Tangents between the best point and this one; where they do not cut this one off, at this one itself."""
        width = self._program.shape[1]
        own, guessed = columns[:width], columns[width:]
        there = self._planes.arguments(own)
        if self._best is not None and not self._program.mixed:
            best, deep = self._best, False
            for part in TOWARDS:
                deep = self._cut(part * own + (1 - part) * best, there, guessed)
                if self._close():
                    return
            if deep:
                return
        self._cut(own, there, guessed)

    def _cut(self, columns: Array, there: Array, guessed: Array) -> bool:
        """Take the tangents at a point; whether one cuts off what the program took the parts to be ``there``."""
        point = self._planes.arguments(columns)
        tangents = self._planes.at(point)
        objective = float(self._program.cost @ columns + tangents.values.sum())
        if objective < self._objective:
            self._best, self._objective, self._parts = columns, objective, tangents.values
        above = tangents.values + tangents.slopes @ (there - point) - guessed
        wanted = np.flatnonzero(above > CUTS)
        if wanted.size:
            self._extended = self._planes.cut(self._extended, point, tangents, wanted)
        return float(above.sum(where=above > CUTS)) > self._gap * max(abs(self._objective), GAP_FLOOR)

    def _close(self) -> bool:
        return self._best is not None and relative_gap(-self._bound, -self._objective) <= self._gap

    def _end(self, message: str) -> Minimum:
        best = np.empty(0) if self._best is None else self._best
        status = Status.OPTIMAL if self._close() else Status.FEASIBLE
        return Minimum(status, self._objective, self._bound, best, self._parts, self._solver, message, self._rounds)

    def _without(self, solution: Solution) -> Minimum:
        """The program has no solution (any more): what is known by then."""
        if self._best is not None:
            return self._end(solution.message)
        return Minimum(
            solution.status, np.nan, solution.bound, np.empty(0), np.empty(0), solution.solver, solution.message
        )
