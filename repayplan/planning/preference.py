"""Stage 2: of plans that are worth the same, the preferred one; criterion by criterion, over all last dates at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from repayplan.formulation.build import Formulation
from repayplan.planning.branching import Branching
from repayplan.solvers.certificate import dual_bound
from repayplan.solvers.result import Solution, Status, relative_gap
from repayplan.solvers.sparse import SparseProgram

NOISE = 1e-7
"""What a solver may have overstated a value by, so that no point is left that is worth exactly as much."""

HELD = 1e-8
"""By how much a criterion may be missed, in units of the debt, while the next is minimized."""


@dataclass(frozen=True)
class Preferred:
    """The preferred plan's last date and solution; ``kept``: what the criteria before the last came to.

    ``gap``: the largest relative gap of any criterion.
    """

    lane: int
    solution: Solution
    kept: tuple[float, ...]
    gap: float


def choose(engine: Branching, formulation: Formulation, worth: Mapping[int, float]) -> Preferred | None:
    """The best by each criterion in turn of lanes ``worth`` enough (lane → least value); None where there is none."""
    chosen: Preferred | None = None
    kept: tuple[float, ...] = ()
    lanes = list(worth)
    while len(kept) < len(formulation.criteria):
        programs = [formulation.preferred(lane, worth[lane], kept) for lane in lanes]
        solutions = engine.solve_all(programs)
        found = dict(zip(lanes, bounded(programs, solutions), strict=True))
        solved = {lane: solution for lane, solution in found.items() if solution.solved}
        if not solved:
            break
        lane = min(solved, key=lambda n: (round(solved[n].objective, 9), n))
        best = solved[lane].objective
        bound = min(solution.bound for solution in found.values())
        before = chosen.gap if chosen else 0.0
        chosen = Preferred(lane, solved[lane], kept, max(before, relative_gap(-bound, -best)))
        lanes = [n for n in solved if solved[n].objective <= best + NOISE]
        kept = (*kept, best + HELD)
    return chosen


def choose_nearly(engine: Branching, formulation: Formulation, worth: Mapping[int, float]) -> Preferred | None:
    """The same, and where noise leaves no point that is worth exactly as much, of those worth a little less."""
    chosen = choose(engine, formulation, worth)
    if chosen is not None or engine.time_is_up:
        return chosen
    return choose(engine, formulation, {lane: least - NOISE for lane, least in worth.items()})


def bounded(programs: Sequence[SparseProgram], found: Sequence[Solution]) -> list[Solution]:
    """Lanes for which there was no time get a bound from the duals of those that were solved: any duals bound."""
    duals = [solution.row_duals for solution in found if solution.status is Status.OPTIMAL][-1:]
    return [
        replace(solution, bound=max(solution.bound, *(dual_bound(program, known) for known in duals)))
        if solution.out_of_time and duals
        else solution
        for program, solution in zip(programs, found, strict=True)
    ]
