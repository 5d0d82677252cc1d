"""The plan that is worth most to a bank that minds arrears: value as scheduled, less what futures take of it.

Every date is tried as the last payment where a limit speaks of it. What a schedule costs where it is not kept does not
depend on that date, so the tangents found for one hold for all, and most dates are ruled out by one program.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from repayplan.formulation.build import Formulation, formulate
from repayplan.formulation.frame import PAID
from repayplan.formulation.preference import earliness
from repayplan.planning.optimum import insist_on_a_proof
from repayplan.planning.robust.means import Means
from repayplan.planning.robust.shortfall import Aversion, Shortfall
from repayplan.planning.robust.weights import weights
from repayplan.problem.arrays import Problem, Real
from repayplan.solvers.chain import Chain
from repayplan.solvers.cutting import CuttingPlanes, Minimum
from repayplan.solvers.extending import with_rows
from repayplan.solvers.result import CERTIFIED, GAP_FLOOR, relative_gap
from repayplan.solvers.sparse import SparseProgram

TIE = CERTIFIED / 8
"""Plans this close, relative to their value, are equally good: then the earliest is taken."""

NEAR = 0.7 * CERTIFIED
"""The gap at which the search ends; two ties more are within what counts as optimal."""

MOST_TIES, HALVINGS = 3, 4
"""Rounds in which the earliest of equally good plans is looked for, and how often the way there is halved."""


@dataclass(frozen=True)
class Averse:
    """The unrounded optimum of one case. ``payments`` (T, L), ``value`` and ``bound`` of what is maximized in cents.

    ``shortfall``: what futures take of the value as scheduled, a function of cumulative payments by payment date in
    units of the case's debt.
    """

    formulation: Formulation
    lane: int
    payments: Real
    value: float
    bound: float
    gap: float
    solver: str
    rounds: int
    shortfall: Shortfall

    @property
    def scheduled(self) -> Real:
        """(J,) cumulative payments by payment date, in units of the debt."""
        problem = self.formulation.frame.problem
        cumulative = np.cumsum(self.payments.sum(axis=1)) / float(problem.scale[0])
        return np.asarray(cumulative[problem.pays[0]])


def averse(
    problem: Problem, paid: Means, days: Sequence[dt.date], as_of: dt.date, aversion: Aversion, chain: Chain
) -> Averse | None:
    """The best plan of one case over the futures in ``paid`` (on the T' ``days``); None where no limits allow one.

    SolverError where no solver finds a point and none can say that there is none.
    """
    formulation = formulate(problem)
    columns = arguments(formulation)
    programs = [formulation.valued(lane) for lane in range(formulation.frame.lanes)]
    largest = np.max([program.upper[columns] for program in programs], axis=0)
    shortfall = shortfall_of(problem, paid, days, as_of, aversion, largest)
    planes = CuttingPlanes(columns, shortfall.at, np.maximum(shortfall.at(largest).values, CERTIFIED), chain.grow)
    found: dict[int, Minimum] = {}
    best = np.inf
    for lane in reversed(range(len(programs))):
        found[lane] = planes.minimize(programs[lane], enough=best, gap=NEAR)
        if found[lane].solved:
            best = min(best, found[lane].objective)
    solved = [lane for lane in found if found[lane].solved]
    if not solved:
        insist_on_a_proof(list(found.values()))
        return None
    lane = min(solved, key=lambda number: (found[number].objective, number))
    chosen, scale = _earliest(formulation, lane, planes, found[lane]), float(problem.scale[0])
    bound = min(minimum.bound for minimum in found.values())
    value = -float(programs[lane].cost @ chosen + shortfall.at(chosen[columns]).values.sum())
    return Averse(
        formulation=formulation,
        lane=lane,
        payments=np.maximum(formulation.payments(lane, chosen), 0.0),
        value=value * scale,
        bound=-bound * scale,
        gap=relative_gap(-bound, value),
        solver=found[lane].solver,
        rounds=sum(minimum.rounds for minimum in found.values()),
        shortfall=shortfall,
    )


def shortfall_of(
    problem: Problem, paid: Means, days: Sequence[dt.date], as_of: dt.date, aversion: Aversion, most: Real
) -> Shortfall:
    """What schedules of a case cost where they are not kept, by cumulative payments in units of its debt.

    ``most`` (J,): the largest that is asked about.
    """
    counted = weights(problem, days, as_of)
    return Shortfall(paid.total / float(problem.scale[0]), counted.group, counted.lost, counted.years, aversion, most)


def arguments(formulation: Formulation) -> NDArray[np.intp]:
    """(J,) the columns of what has been paid by each payment date."""
    pays = np.flatnonzero(formulation.frame.problem.pays[0])
    return np.array([formulation.layout.index(PAID, stage) for stage in pays.tolist()], dtype=np.intp)


def _earliest(formulation: Formulation, lane: int, planes: CuttingPlanes, minimum: Minimum) -> Real:
    """The earliest of all points that are as good, but for a solver's noise; (n,) columns.

    Tangents bound the function from below only: a point that they make better than it is brings new ones. If that does
    not end, part of the way there is gone.
    """
    program = formulation.valued(lane)
    most = minimum.objective + TIE * max(abs(minimum.objective), GAP_FLOOR)
    extended = planes.extended(program)
    worth = {number: float(value) for number, value in enumerate(extended.cost) if value}
    early = formulation.layout.spread(dict(earliness(formulation.frame)), lane)
    held = with_rows(extended, [worth], [-np.inf], [most])
    held = replace(held, cost=np.concatenate([early, np.zeros(planes.parts)]))
    columns = minimum.columns
    for _ in range(MOST_TIES):
        solution = planes.solve(held)
        if not solution.solved:
            break
        columns = solution.columns[: program.shape[1]]
        point = planes.arguments(columns)
        tangents = planes.at(point)
        if float(program.cost @ columns + tangents.values.sum()) <= most + TIE * max(abs(most), GAP_FLOOR):
            return columns
        held = planes.cut(held, point, tangents, np.arange(planes.parts))
    return minimum.columns if program.mixed else _on_the_way(planes, program, minimum.columns, columns, most)


def _on_the_way(planes: CuttingPlanes, program: SparseProgram, start: Real, end: Real, most: float) -> Real:
    """The farthest point from ``start`` towards ``end``, halving the way, whose objective is at most ``most``."""
    for halvings in range(1, HALVINGS):
        between = start + (end - start) / 2**halvings
        if float(program.cost @ between + planes.at(planes.arguments(between)).values.sum()) <= most:
            return np.asarray(between)
    return start
