"""GLOP, the simplex solver of OR-Tools: linear programs only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from repayplan.solvers.interface import infeasible, judged, no_point
from repayplan.solvers.result import TIME_IS_UP, Attempt, Solution
from repayplan.solvers.sparse import SparseProgram
from repayplan.solvers.versions import check_versions

OPTIONS = (
    "primal_feasibility_tolerance: 1e-9 dual_feasibility_tolerance: 1e-9 "
    "solution_feasibility_tolerance: 1e-9 change_status_to_imprecise: false"
)


class Glop:
    """GLOP through the messages of OR-Tools; nothing is kept between solves."""

    takes_whole_numbers = False

    def __init__(self) -> None:
        check_versions("highspy", "ortools")  # HiGHS is never far: it decides where another solver cannot
        import ortools

        self._version: str = ortools.__version__

    @property
    def name(self) -> str:
        """Name and version, for the proof."""
        return f"GLOP (OR-Tools {self._version})"

    def solve(self, program: SparseProgram, seconds: float | None = None) -> Solution:
        """Solve one linear program."""
        from ortools.linear_solver import linear_solver_pb2, pywraplp

        request = linear_solver_pb2.MPModelRequest()
        request.solver_type = linear_solver_pb2.MPModelRequest.GLOP_LINEAR_PROGRAMMING
        request.solver_specific_parameters = OPTIONS
        if seconds is not None:
            request.solver_time_limit_seconds = max(seconds, 1e-3)
        _write(program, request.model)
        answer = linear_solver_pb2.MPSolutionResponse()
        pywraplp.Solver.SolveWithProto(request, answer)
        solution = self._read(program, answer, linear_solver_pb2.MPSolverResponseStatus, seconds is not None)
        return replace(solution, attempts=(Attempt(self.name, "", solution.status),))

    def _read(self, program: SparseProgram, answer: Any, states: Any, limited: bool) -> Solution:
        message: str = states.Name(answer.status)
        if message == "MPSOLVER_INFEASIBLE":
            return infeasible(self.name, message)
        finished = message == "MPSOLVER_OPTIMAL"
        if limited and message in ("MPSOLVER_FEASIBLE", "MPSOLVER_NOT_SOLVED"):
            message = TIME_IS_UP
        columns = np.array(answer.variable_value)
        duals = np.array(answer.dual_value)
        if duals.size != program.shape[0]:
            return no_point(program, self.name, message)
        return judged(program, columns, duals, self.name, finished=finished, message=message)


def _write(program: SparseProgram, model: Any) -> None:
    """The program as a message: variables, then rows with the columns they hold."""
    lower, upper, cost = program.lower.tolist(), program.upper.tolist(), program.cost.tolist()
    for column in range(program.shape[1]):
        model.variable.add(lower_bound=lower[column], upper_bound=upper[column], objective_coefficient=cost[column])
    columns, values = program.by_rows()
    row_lower, row_upper = program.row_lower.tolist(), program.row_upper.tolist()
    for row in range(program.shape[0]):
        model.constraint.add(
            lower_bound=row_lower[row], upper_bound=row_upper[row], var_index=columns[row], coefficient=values[row]
        )
