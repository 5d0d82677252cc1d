"""Every solver that PuLP reaches, the bank's own among them: CBC, which comes with it, and others by name.

PuLP says "optimal" of a run that a time limit ended as well, so ``sol_status`` is read and not ``status``; its models
are always minimized, since solvers differ in the sign of a maximized row's dual.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from repayplan.errors import Fault, InputError, SolverError
from repayplan.language import tr
from repayplan.solvers.certificate import dual_bound
from repayplan.solvers.interface import MOST_NODES, Array, infeasible, judged, no_point, settled
from repayplan.solvers.result import CERTIFIED, GAP_FLOOR, TIME_IS_UP, TREE_IS_FULL, Attempt, Solution
from repayplan.solvers.sparse import SparseProgram
from repayplan.solvers.versions import check_versions

INTERFACES: Mapping[str, Sequence[str]] = {
    "cbc": ("PULP_CBC_CMD", "COIN_CMD"),
    "copt": ("COPT", "COPT_DLL", "COPT_CMD"),
    "cplex": ("CPLEX_PY", "CPLEX_CMD"),
    "glpk": ("PYGLPK", "GLPK_CMD"),
    "gurobi": ("GUROBI", "GUROBI_CMD"),
    "mosek": ("MOSEK",),
    "scip": ("SCIP_PY", "SCIP_CMD", "FSCIP_CMD"),
    "xpress": ("XPRESS_PY", "XPRESS"),
}
"""Names that people use, and under which of its own PuLP reaches the solver, the best way first."""

CBC_OPTIONS = ("primalTolerance 1e-9", "dualTolerance 1e-9", "integerTolerance 1e-9", "increment 1e-9")
"""Without an increment of its own CBC takes no point that is better by less than 1e-5 than the best so far."""

ACCEPTED_VIOLATION = 1e-6
"""Solvers behind PuLP hand over their numbers as text, with fewer digits than they know."""


class ThroughPulp:
    """One solver behind PuLP; nothing is kept between solves. InputError where PuLP does not find it."""

    takes_whole_numbers = True

    def __init__(self, solver: str = "cbc") -> None:
        check_versions("pulp")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pulp
        self._pulp: Any = pulp
        self._solver = solver
        self._interface = self._reachable(solver)

    @property
    def name(self) -> str:
        """The solver, and the version of PuLP that reaches it, for the proof."""
        return f"{self._solver.upper()} (PuLP {self._pulp.__version__})"

    def solve(self, program: SparseProgram, seconds: float | None = None) -> Solution:
        """Solve one program. A bound of whole numbers is what the solver was asked to come within."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model, variables, rows = self._model(program)
            try:
                model.solve(self._engine(seconds))
            except self._pulp.PulpSolverError as error:
                raise SolverError(Fault(tr("the solver could not be run"), self.name, str(error))) from error
            solution = self._read(program, model, variables, rows, seconds)
        return replace(solution, attempts=(Attempt(self.name, "", solution.status),))

    def _reachable(self, solver: str) -> str:
        """PuLP's name of the first way to the solver that works here."""
        pulp = self._pulp
        known: dict[str, str] = {name.lower(): name for name in pulp.listSolvers()}
        ways = INTERFACES.get(solver.lower(), [known[solver.lower()]] if solver.lower() in known else [])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for way in ways:
                if way in known.values() and pulp.getSolver(way, msg=False).available():
                    return way
        raise InputError(self._unreachable(solver, known=bool(ways)))

    def _unreachable(self, solver: str, *, known: bool) -> Fault:
        what = tr("this solver is not installed here, or has no license") if known else tr("no solver has this name")
        remedy = tr("install it with its Python package, or take one of these: highs, glop, cbc")
        return Fault(what, "--solver", solver, tr("one of: {names}", names=", ".join(names())), remedy)

    def _engine(self, seconds: float | None) -> Any:
        """PuLP's solver with the options that it knows."""
        wanted: dict[str, Any] = {"timeLimit": seconds, "gapRel": CERTIFIED / 10, "maxNodes": MOST_NODES}
        if self._interface in INTERFACES["cbc"]:
            wanted |= {"options": list(CBC_OPTIONS), "gapAbs": CERTIFIED * GAP_FLOOR / 10}
        takes = inspect.signature(self._pulp.getSolver(self._interface, msg=False).__class__.__init__).parameters
        given = {name: value for name, value in wanted.items() if value is not None and name in takes}
        return self._pulp.getSolver(self._interface, msg=False, **given)

    def _model(self, program: SparseProgram) -> tuple[Any, list[Any], dict[int, Any]]:
        """The program with short names; rows that are switched off are left out."""
        pulp = self._pulp
        model = pulp.LpProblem("program", pulp.LpMinimize)
        boxes = zip(program.lower.tolist(), program.upper.tolist(), program.integer.tolist(), strict=True)
        variables = [
            pulp.LpVariable(f"c{number}", low, high, pulp.LpInteger if whole else pulp.LpContinuous)
            for number, (low, high, whole) in enumerate(boxes)
        ]
        model += pulp.LpAffineExpression(dict(zip(variables, program.cost.tolist(), strict=True)))
        columns, values = program.by_rows()
        rows = {}
        for row, most in enumerate(program.row_upper.tolist()):
            if np.isfinite(most):
                sense = pulp.LpConstraintEQ if np.isfinite(program.row_lower[row]) else pulp.LpConstraintLE
                held = dict(zip((variables[column] for column in columns[row]), values[row], strict=True))
                rows[row] = pulp.LpConstraint(pulp.LpAffineExpression(held), sense, f"r{row}", most)
                model += rows[row]
        return model, variables, rows

    def _read(
        self, program: SparseProgram, model: Any, variables: list[Any], rows: Mapping[int, Any], seconds: float | None
    ) -> Solution:
        finished = model.sol_status == self._pulp.LpSolutionOptimal
        message: str = self._pulp.LpSolution[model.sol_status]
        if model.status == self._pulp.LpStatusInfeasible:
            return infeasible(self.name, self._pulp.LpStatus[model.status])
        if seconds is not None and not finished:
            message = TIME_IS_UP
        elif program.mixed and not finished:
            message = TREE_IS_FULL
        found = [variable.value() for variable in variables]
        if any(value is None for value in found):
            return no_point(program, self.name, message)
        columns = np.clip(np.array(found), program.lower, program.upper)
        if program.mixed:
            near = CERTIFIED / 2 * max(abs(float(program.cost @ columns)), GAP_FLOOR)
            bound = float(program.cost @ columns) - near if finished else -np.inf
            return settled(program, columns, bound, self.solve, finished=finished, message=message)
        duals = self._duals(program, rows)
        return judged(
            program, columns, duals, self.name, finished=finished, message=message, accepted=ACCEPTED_VIOLATION
        )

    def _duals(self, program: SparseProgram, rows: Mapping[int, Any]) -> Array:
        """(m,) duals with the sign that bounds the minimum better: interfaces do not agree on it."""
        duals = np.zeros(program.shape[0])
        for row, constraint in rows.items():
            duals[row] = constraint.pi or 0.0
        return max(duals, -duals, key=lambda signed: dual_bound(program, signed))


def names() -> list[str]:
    """Solvers that can be asked for by name here, besides HiGHS and GLOP."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pulp

        installed = set(pulp.listSolvers(onlyAvailable=True))
    return ["highs", "glop", *(name for name, ways in INTERFACES.items() if installed & set(ways))]
