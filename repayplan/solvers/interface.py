"""What every solver is to the rest of the house: a name, and programs in, solutions out. One file a solver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.certificate import dual_bound, violation
from repayplan.solvers.result import CERTIFIED, Solution, Status
from repayplan.solvers.sparse import SparseProgram

Array = NDArray[np.float64]

MOST_NODES = 1_000
"""Nodes of a tree, after which the best that was found stands; a count, so that every machine finds the same."""

ACCEPTED_VIOLATION = 1e-7
"""How far a point may leave a row or box; programs arrive scaled so that one is the case's whole debt."""


class Solver(Protocol):
    """One way to solve a sparse program. Whatever the solver says, its answer is judged by :func:`judged`."""

    @property
    def name(self) -> str:
        """Name and version, for the proof."""

    @property
    def takes_whole_numbers(self) -> bool:
        """Whether programs with whole numbers can be given to it."""

    def solve(self, program: SparseProgram, seconds: float | None = None) -> Solution:
        """The solution, found within ``seconds``; SolverError where the model cannot even be passed."""


def judged(
    program: SparseProgram,
    columns: Array,
    row_duals: Array,
    solver: str,
    *,
    finished: bool,
    message: str,
    accepted: float = ACCEPTED_VIOLATION,
) -> Solution:
    """A linear program's point and duals as a solution: optimal if the solver ``finished`` and a safe bound agrees."""
    if columns.size != program.shape[1] or violation(program, columns) > accepted:
        return no_point(program, solver, message)
    solution = Solution(
        status=Status.FEASIBLE,
        objective=float(program.cost @ columns),
        bound=dual_bound(program, row_duals),
        columns=columns,
        row_duals=row_duals,
        solver=solver,
        message=message,
    )
    return as_proven(solution, finished)


def settled(
    program: SparseProgram,
    columns: Array,
    bound: float,
    solve: Callable[[SparseProgram], Solution],
    *,
    finished: bool,
    message: str,
) -> Solution:
    """A point with whole numbers, found again as that of the linear program in which these are fixed.

    That makes it exact and gives prices to the rows. ``bound`` is that of branch and bound, not of any duals.
    """
    exact = solve(fixed(program, columns))
    if not exact.solved:
        return no_point(program, exact.solver, message)
    bound = max(bound, dual_bound(program, np.zeros(program.shape[0])))
    solution = replace(exact, bound=min(bound, exact.objective), message=message)
    return as_proven(solution, finished)


def fixed(program: SparseProgram, columns: Array) -> SparseProgram:
    """The linear program that is left when the whole numbers are those nearest to a point (n,)."""
    whole = np.clip(np.round(columns), np.ceil(program.lower), np.floor(program.upper))
    return replace(
        program.relaxed,
        lower=np.where(program.integer, whole, program.lower),
        upper=np.where(program.integer, whole, program.upper),
    )


def no_point(program: SparseProgram, solver: str, message: str) -> Solution:
    """No point, but a bound: no duals at all still say what the boxes allow."""
    bound = dual_bound(program, np.zeros(program.shape[0]))
    return Solution(Status.FAILED, np.nan, bound, np.empty(0), np.empty(0), solver, message)


def infeasible(solver: str, message: str) -> Solution:
    """There is no point."""
    return Solution(Status.INFEASIBLE, np.nan, np.inf, np.empty(0), np.empty(0), solver, message)


def as_proven(point: Solution, finished: bool = True) -> Solution:
    """Optimal where the search has finished and the bound says so, otherwise feasible."""
    proven = finished and point.gap() <= CERTIFIED
    return replace(point, status=Status.OPTIMAL if proven else Status.FEASIBLE)
