"""HiGHS, fed by arrays. A live model goes from one program to the next by changing bounds and costs alone.

Changing only right-hand sides and costs keeps the basis, which is several times faster than a cold solve; where the
matrix differs the model is passed anew. Programs with whole numbers are solved by branch and bound; their point is
then found again as that of the linear program in which the whole numbers are fixed, which makes it exact and gives
prices to the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from repayplan.errors import Fault, SolverError
from repayplan.language import tr
from repayplan.solvers.certificate import dual_bound, violation
from repayplan.solvers.result import Solution, Status
from repayplan.solvers.sparse import SparseProgram

if TYPE_CHECKING:
    import highspy

FEASIBILITY = 1e-9
"""Feasibility tolerance given to HiGHS; programs arrive scaled so that one is the case's whole debt."""

ACCEPTED_VIOLATION = 1e-7
CERTIFIED = 1e-6
"""A solution counts as optimal when its safe gap is at most this, relative to ``max(|objective|, GAP_FLOOR)``."""

GAP_FLOOR = 0.05

WHOLE = {
    "mip_feasibility_tolerance": FEASIBILITY,
    "mip_rel_gap": CERTIFIED / 2,
    "mip_abs_gap": CERTIFIED * GAP_FLOOR / 2,
}
"""When branch and bound may stop: before what counts as optimal, so that noise decides nothing."""

OTHER_WAYS: tuple[Mapping[str, str | float], ...] = (
    {"presolve": "off"},
    {"primal_feasibility_tolerance": 1e-8, "dual_feasibility_tolerance": 1e-8},
    {"solver": "ipm"},
)
"""What is tried, one after the other, where HiGHS stops with neither a point nor a proof that there is none."""

TIME_IS_UP = "Time limit reached"


class Highs:
    """One HiGHS model that stays alive between solves. ``time_limit`` (seconds) bounds each of them."""

    def __init__(self, time_limit: float | None = None) -> None:
        import highspy

        self._engine: highspy.Highs = highspy.Highs()
        self._api: Any = highspy
        self._loaded: SparseProgram | None = None
        self._set("output_flag", False)
        self._set("threads", 1)
        self._set("primal_feasibility_tolerance", FEASIBILITY)
        self._set("dual_feasibility_tolerance", FEASIBILITY)
        for option, value in WHOLE.items():
            self._set(option, value)
        self._time_limit = time_limit

    @property
    def name(self) -> str:
        """Name and version, for the proof."""
        return f"HiGHS {self._engine.version()}"

    def solve(self, program: SparseProgram) -> Solution:
        """Solve ``program``, from the basis of the last one where only bounds and costs have changed."""
        if self._loaded is not None and _same_matrix(self._loaded, program):
            self._change(self._loaded, program)
        else:
            self._pass(program)
        self._loaded = program
        solution = self._run(program)
        for options in OTHER_WAYS:
            if solution.status is not Status.FAILED or solution.message == TIME_IS_UP:
                break
            solution = self._run_otherwise(program, options)
        return solution

    def _run(self, program: SparseProgram) -> Solution:
        if self._time_limit is not None:  # the engine counts the time of all its solves together
            self._set("time_limit", self._engine.getRunTime() + self._time_limit)
        self._engine.run()
        return self._read(program)

    def _run_otherwise(self, program: SparseProgram, options: Mapping[str, str | float]) -> Solution:
        """Again from the beginning with other options, which hold for this run alone."""
        before = {name: self._engine.getOptionValue(name)[1] for name in options}
        self._engine.clearSolver()
        for name, value in options.items():
            self._set(name, value)
        solution = self._run(program)
        for name, value in before.items():
            self._set(name, value)
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
        if cost.size:
            self._engine.changeColsCost(len(cost), cost, new.cost[cost])
        box = np.flatnonzero((old.lower != new.lower) | (old.upper != new.upper)).astype(np.int32)
        if box.size:
            self._engine.changeColsBounds(len(box), box, new.lower[box], new.upper[box])
        for row in _changed_rows(old, new):
            self._engine.changeRowBounds(int(row), float(new.row_lower[row]), float(new.row_upper[row]))

    def _read(self, program: SparseProgram) -> Solution:
        states = self._api.HighsModelStatus
        outcome = self._engine.getModelStatus()
        message = self._engine.modelStatusToString(outcome)
        if outcome == states.kInfeasible:
            return self._empty(Status.INFEASIBLE, np.inf, message)
        found = self._engine.getSolution()
        if outcome not in (states.kOptimal, states.kTimeLimit, states.kIterationLimit) or not found.value_valid:
            return self._failed(program, message)
        columns = np.array(found.col_value)
        if program.mixed:
            return self._settle(program, columns, outcome == states.kOptimal, message)
        if violation(program, columns) > ACCEPTED_VIOLATION:
            return self._failed(program, message)
        duals = np.array(found.row_dual)
        info = self._engine.getInfo()
        solution = Solution(
            status=Status.FEASIBLE,
            objective=float(program.cost @ columns),
            bound=dual_bound(program, duals),
            columns=columns,
            row_duals=duals,
            solver=self.name,
            message=message,
            iterations=int(info.simplex_iteration_count),
        )
        certified = outcome == states.kOptimal and solution.gap(GAP_FLOOR) <= CERTIFIED
        return replace(solution, status=Status.OPTIMAL) if certified else solution

    def _settle(self, program: SparseProgram, columns: NDArray[np.float64], finished: bool, message: str) -> Solution:
        """The point whose whole numbers branch and bound has found; its bound is the tree's, not of any duals."""
        bound = max(float(self._engine.getInfo().mip_dual_bound), dual_bound(program, np.zeros(program.shape[0])))
        exact = Highs(self._time_limit).solve(fixed(program, columns))
        if not exact.solved:
            return self._failed(program, message)
        solution = replace(exact, status=Status.FEASIBLE, bound=bound, message=message)
        certified = finished and solution.gap(GAP_FLOOR) <= CERTIFIED
        return replace(solution, status=Status.OPTIMAL) if certified else solution

    def _failed(self, program: SparseProgram, message: str) -> Solution:
        """No point, but a bound: no duals at all still say what the boxes allow."""
        return self._empty(Status.FAILED, dual_bound(program, np.zeros(program.shape[0])), message)

    def _empty(self, status: Status, bound: float, message: str) -> Solution:
        nothing = np.empty(0)
        return Solution(status, np.nan, bound, nothing, nothing, self.name, message)

    def _set(self, option: str, value: object) -> None:
        self._engine.setOptionValue(option, value)


def fixed(program: SparseProgram, columns: NDArray[np.float64]) -> SparseProgram:
    """The linear program that is left when the whole numbers are those nearest to a point (n,)."""
    whole = np.clip(np.round(columns), np.ceil(program.lower), np.floor(program.upper))
    return replace(
        program,
        lower=np.where(program.integer, whole, program.lower),
        upper=np.where(program.integer, whole, program.upper),
        integer=np.zeros_like(program.integer),
    )


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


def _changed_rows(old: SparseProgram, new: SparseProgram) -> NDArray[np.intp]:
    return np.flatnonzero((old.row_lower != new.row_lower) | (old.row_upper != new.row_upper))
