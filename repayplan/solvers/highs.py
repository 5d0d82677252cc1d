"""HiGHS, fed by arrays. A live model goes from one program to the next by changing bounds and costs, and adding rows.

That keeps the basis, which is several times faster than a cold solve; where the matrix differs in any other way the
model is passed anew.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from repayplan.errors import Fault, SolverError
from repayplan.language import tr
from repayplan.solvers.interface import MOST_NODES, infeasible, judged, no_point, settled
from repayplan.solvers.quiet import quiet
from repayplan.solvers.result import CERTIFIED, GAP_FLOOR, TIME_IS_UP, TREE_IS_FULL, Attempt, Solution, Status
from repayplan.solvers.sparse import SparseProgram
from repayplan.solvers.versions import check_versions

if TYPE_CHECKING:
    import highspy

FEASIBILITY = 1e-9
"""Feasibility tolerance given to HiGHS; programs arrive scaled so that one is the case's whole debt."""

USUAL: Mapping[str, str | float | bool] = {
    "output_flag": False,
    "threads": 1,
    "primal_feasibility_tolerance": FEASIBILITY,
    "dual_feasibility_tolerance": FEASIBILITY,
    "mip_feasibility_tolerance": FEASIBILITY,
    "mip_rel_gap": CERTIFIED / 2,  # half of what counts as optimal, so that noise decides nothing
    "mip_abs_gap": CERTIFIED * GAP_FLOOR / 2,
    "mip_max_nodes": MOST_NODES,  # the best found by then, with its gap
    "mip_allow_restart": False,  # trees are small here: a second root costs more than it saves
}

GROWING: Mapping[str, str | float] = {"presolve": "off", "simplex_dual_edge_weight_strategy": 1}
"""For a linear program that is solved again and again with a few rows more: the weights of the rows (Devex) need not be
worked out anew each time."""

DUAL, PRIMAL = 1, 4
"""HiGHS's names of the two simplex methods."""

OTHER_WAYS: tuple[Mapping[str, str | float], ...] = (
    {"presolve": "off"},
    {"primal_feasibility_tolerance": 1e-8, "dual_feasibility_tolerance": 1e-8},
    {"solver": "ipm"},
)
"""What is tried, one after the other, where HiGHS stops with neither a point nor a proof that there is none."""


class Highs:
    """One HiGHS model that stays alive between solves; ``options`` of HiGHS beyond the usual ones."""

    takes_whole_numbers = True

    def __init__(self, options: Mapping[str, str | float] = MappingProxyType({})) -> None:
        check_versions("highspy")
        import highspy

        self._engine: highspy.Highs = highspy.Highs()
        self._api: Any = highspy
        self._options = options
        self._loaded: SparseProgram | None = None
        for option, value in {**USUAL, **options}.items():
            self._engine.setOptionValue(option, value)

    @property
    def name(self) -> str:
        """Name and version, for the proof."""
        return f"HiGHS {self._engine.version()}"

    def solve(
        self, program: SparseProgram, seconds: float | None = None, start: NDArray[np.float64] | None = None
    ) -> Solution:
        """Solve ``program``, from the basis of the last one where bounds and costs have changed, or rows are added.

        ``start`` (n,): a point with whole numbers that is known, and is to be bettered.
        """
        until = None if seconds is None else time.monotonic() + seconds
        if self._loaded is not None and _same_matrix(self._loaded, program):
            self._change(self._loaded, program)
        elif self._loaded is not None and _only_more_rows(self._loaded, program):
            self._change(self._loaded, program)
            self._add_rows(program, self._loaded.shape[0])
        else:
            self._pass(program)
        self._loaded = program
        if start is not None:
            known = self._api.HighsSolution()
            known.col_value = start.tolist()
            self._engine.setSolution(known)
        solution = self._run(program, until)
        attempts = [Attempt(self.name, "", solution.status)]
        for options in OTHER_WAYS:
            if solution.status is not Status.FAILED or solution.out_of_time:
                break
            solution = self._run_otherwise(program, until, options)
            said = ", ".join(f"{name}={value}" for name, value in options.items())
            attempts.append(Attempt(self.name, said, solution.status))
        return replace(solution, attempts=tuple(attempts))

    def _run(self, program: SparseProgram, until: float | None) -> Solution:
        left = np.inf if until is None else max(until - time.monotonic(), 0.0)
        # the engine counts the time of all its solves together
        self._engine.setOptionValue("time_limit", self._engine.getRunTime() + left)
        with quiet() if program.mixed else nullcontext():
            self._engine.run()
        steps = max(int(self._engine.getInfo().simplex_iteration_count), 0)
        return replace(self._read(program, until), iterations=steps)

    def _run_otherwise(
        self, program: SparseProgram, until: float | None, options: Mapping[str, str | float]
    ) -> Solution:
        """Again from the beginning with other options, which hold for this run alone."""
        before = {name: self._engine.getOptionValue(name)[1] for name in options}
        self._engine.clearSolver()
        for name, value in options.items():
            self._engine.setOptionValue(name, value)
        solution = self._run(program, until)
        for name, value in before.items():
            self._engine.setOptionValue(name, value)
        return solution

    def _pass(self, program: SparseProgram) -> None:
        height, width = program.shape
        status = self._engine.passModel(
            width,
            height,
            len(program.values),
            int(self._api.MatrixFormat.kColwise),
            int(self._api.ObjSense.kMinimize),
            0.0,
            program.cost,
            program.lower,
            program.upper,
            program.row_lower,
            program.row_upper,
            program.starts,
            program.indices,
            program.values,
            program.integer.astype(np.int32),
        )
        if status == self._api.HighsStatus.kError:
            raise SolverError(Fault(tr("HiGHS refuses the model"), where=self.name))

    def _change(self, old: SparseProgram, new: SparseProgram) -> None:
        cost = np.flatnonzero(old.cost != new.cost).astype(np.int32)
        if self._options is GROWING:  # a point stays one when costs change, and is no optimum any more
            self._engine.setOptionValue("simplex_strategy", PRIMAL if cost.size else DUAL)
        if cost.size:
            self._engine.changeColsCost(len(cost), cost, new.cost[cost])
        box = np.flatnonzero((old.lower != new.lower) | (old.upper != new.upper)).astype(np.int32)
        if box.size:
            self._engine.changeColsBounds(len(box), box, new.lower[box], new.upper[box])
        for row in _changed_rows(old, new):
            self._engine.changeRowBounds(int(row), float(new.row_lower[row]), float(new.row_upper[row]))

    def _add_rows(self, program: SparseProgram, known: int) -> None:
        """Add the rows of ``program`` after the first ``known`` ones."""
        new = np.flatnonzero(program.indices >= known)
        rows = program.indices[new] - known
        order = np.argsort(rows, kind="stable")
        columns = np.repeat(np.arange(program.shape[1], dtype=np.int32), np.diff(program.starts))[new]
        count = program.shape[0] - known
        self._engine.addRows(
            count,
            program.row_lower[known:],
            program.row_upper[known:],
            len(new),
            np.searchsorted(rows[order], np.arange(count)).astype(np.int32),
            columns[order],
            program.values[new][order],
        )

    def _read(self, program: SparseProgram, until: float | None) -> Solution:
        states = self._api.HighsModelStatus
        outcome = self._engine.getModelStatus()
        finished = outcome == states.kOptimal
        ends = {states.kTimeLimit: TIME_IS_UP, states.kSolutionLimit: TREE_IS_FULL}
        message = ends.get(outcome) or self._engine.modelStatusToString(outcome)
        if outcome == states.kInfeasible:
            return infeasible(self.name, message)
        found = self._engine.getSolution()
        stopped = (states.kTimeLimit, states.kIterationLimit, states.kSolutionLimit)
        if outcome not in (states.kOptimal, *stopped) or not found.value_valid:
            return no_point(program, self.name, message)
        columns, info = np.array(found.col_value), self._engine.getInfo()
        if program.mixed:
            left = None if until is None else max(until - time.monotonic(), 1.0)  # one linear program more is quick
            bound = float(info.mip_dual_bound)
            return settled(
                program,
                columns,
                bound,
                lambda rest: Highs(self._options).solve(rest, left),
                finished=finished,
                message=message,
            )
        return judged(program, columns, np.array(found.row_dual), self.name, finished=finished, message=message)


def _same_matrix(old: SparseProgram, new: SparseProgram) -> bool:
    return (
        old.shape == new.shape
        and np.array_equal(old.integer, new.integer)
        and (
            old.values is new.values
            or (
                np.array_equal(old.starts, new.starts)
                and np.array_equal(old.indices, new.indices)
                and np.array_equal(old.values, new.values)
            )
        )
    )


def _only_more_rows(old: SparseProgram, new: SparseProgram) -> bool:
    """Whether ``new`` is ``old`` with rows at its end, but for bounds and costs."""
    known = old.shape[0]
    if new.shape[0] <= known or new.shape[1] != old.shape[1] or not np.array_equal(old.integer, new.integer):
        return False
    kept = new.indices < known
    starts = np.concatenate([[0], np.cumsum(kept)])[new.starts]
    return (
        np.array_equal(starts, old.starts)
        and np.array_equal(new.indices[kept], old.indices)
        and np.array_equal(new.values[kept], old.values)
    )


def _changed_rows(old: SparseProgram, new: SparseProgram) -> NDArray[np.intp]:
    known = old.shape[0]
    lower, upper = new.row_lower[:known], new.row_upper[:known]
    return np.flatnonzero((old.row_lower != lower) | (old.row_upper != upper))
