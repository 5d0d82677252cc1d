"""The best unrounded plan: the most value first, then, within a tolerance of it, the earliest payments.

Where a limit speaks of the last payment, every payment date is tried as the last one; the programs differ in bounds
alone, so a live solver goes from one to the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repayplan.formulation.build import Formulation, formulate
from repayplan.problem.arrays import Problem, Real
from repayplan.solvers.highs import GAP_FLOOR, Highs
from repayplan.solvers.result import Solution, Status
from repayplan.solvers.sparse import SparseProgram


@dataclass(frozen=True)
class Optimum:
    """``value`` is the most value found and ``bound`` a safe upper bound of it; ``kept`` the value of the chosen plan.

    All in cents. ``payments`` (T, L) cents as floats. ``valued`` and ``preferred`` are the chosen lane's solutions.
    """

    status: Status
    formulation: Formulation
    lane: int
    payments: Real
    value: float
    bound: float
    kept: float
    gap: float
    valued: Solution
    preferred: Solution
    solver: str

    @property
    def lanes(self) -> int:
        """How many dates were tried as the last payment."""
        return self.formulation.frame.lanes


def optimize(problem: Problem, time_limit: float | None = None) -> Optimum | None:
    """The optimum of one case; None where no last payment date makes it feasible."""
    formulation = formulate(problem)
    engine = Highs(time_limit)
    programs = [formulation.valued(lane) for lane in range(formulation.frame.lanes)]
    first = [engine.solve(program) for program in programs]
    if not any(solution.solved for solution in first):
        return None
    values = np.array([-solution.objective if solution.solved else -np.inf for solution in first])
    best = float(values.max())
    accepted = best - float(problem.value.tolerance[0]) * abs(best)
    chances = {
        lane: engine.solve(formulation.preferred(lane, accepted))
        for lane in np.flatnonzero(values >= accepted).tolist()
    }
    solved = {lane: solution for lane, solution in chances.items() if solution.solved}
    if not solved:
        return None
    lane = min(solved, key=lambda candidate: (round(solved[candidate].objective, 9), candidate))
    preferred = solved[lane]
    scale = float(problem.scale[0])
    bound = max(-solution.bound for solution in first if solution.solved)
    certain = all(solution.status in (Status.OPTIMAL, Status.INFEASIBLE) for solution in [*first, *chances.values()])
    return Optimum(
        status=Status.OPTIMAL if certain else Status.FEASIBLE,
        formulation=formulation,
        lane=lane,
        payments=np.maximum(formulation.payments(lane, preferred.columns), 0.0),
        value=best * scale,
        bound=bound * scale,
        kept=_value(programs[lane], preferred) * scale,
        gap=max(_gap(bound, best), preferred.gap(GAP_FLOOR)),
        valued=first[lane],
        preferred=preferred,
        solver=engine.name,
    )


def _value(program: SparseProgram, solution: Solution) -> float:
    return -float(program.cost @ solution.columns)


def _gap(bound: float, value: float) -> float:
    return max(bound - value, 0.0) / max(abs(value), GAP_FLOOR)
