"""Both stages over all lanes of a kind: the most value first, then within a tolerance of it what is preferred.

The same as :func:`repayplan.planning.optimum.solve` does for the lanes of one case, for all cases side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from repayplan.formulation.build import VALUE, Formulation
from repayplan.formulation.frame import theta
from repayplan.formulation.preference import cost, held
from repayplan.planning.batch.engine import Engine
from repayplan.planning.batch.worth import planned_values
from repayplan.planning.optimum import SAME_VALUE
from repayplan.planning.preference import HELD, NOISE
from repayplan.problem.arrays import Mask, Real
from repayplan.solvers.lanes import some_lanes, with_costs, with_long_row
from repayplan.solvers.result import Solution, Status, relative_gap
from repayplan.solvers.sparse import Layout
from repayplan.solvers.staged import StagedProgram

Lanes = NDArray[np.int64]

EARLIEST = ("earliness",)

FIRST = 2
"""So many dates of the last payment are looked at first where the earliest plan is wanted; then twice as many."""


@dataclass(frozen=True)
class Found:
    """The optimum of one item over its lanes, as :class:`repayplan.planning.optimum.Optimum` has it; cents.

    ``lane`` of the program was chosen, ``last``: the stage of its last payment; ``least`` (units of the debt): what it
    must be worth. ``valued`` and ``preferred``: what the program was solved with; None where none was written.
    """

    lane: int
    last: int
    payments: Real
    theta: Real
    value: float
    bound: float
    kept: float
    least: float
    gap: float
    valued: Solution | None
    preferred: Solution | None
    solver: str


@dataclass(frozen=True)
class Unanswered:
    """An item none of whose lanes was solved; ``proven``: each was shown to have no point."""

    proven: bool


@dataclass(frozen=True)
class Beaten:
    """An item that another of the same ask is worth more than; safe ``bound`` in cents."""

    bound: float


Answer = Found | Unanswered | Beaten


@dataclass(frozen=True)
class _Chosen:
    lane: int
    solution: Solution
    gap: float


def both_stages(formulation: Formulation, owner: Lanes, solve: Engine, group: Lanes | None = None) -> list[Answer]:
    """The optimum of every item; ``owner`` (N,) says which item each lane is of, items from 0 on.

    Of items of one ``group`` (items,) only the most valuable goes through the second stage.
    """
    first = solve(formulation.layout)
    values = np.array([-solution.objective if solution.solved else -np.inf for solution in first])
    items = int(owner.max()) + 1
    best = np.full(items, -np.inf)
    np.maximum.at(best, owner, values)
    tolerance = np.zeros(items)
    tolerance[owner] = formulation.frame.problem.value.tolerance
    accepted = np.where(np.isfinite(best), best - tolerance * np.abs(np.nan_to_num(best, neginf=0.0)), np.inf)
    good = values >= accepted[owner] - SAME_VALUE
    least = np.minimum(accepted[owner], values)
    beaten = np.zeros(items, dtype=bool) if group is None else _beaten(best, group)
    good &= ~beaten[owner]
    chosen = _choose(formulation, owner, solve, np.flatnonzero(good), least)
    again = [n for n in np.flatnonzero(np.isfinite(best) & ~beaten).tolist() if n not in chosen]
    if again:  # noise leaves no point that is worth exactly as much
        lanes = np.flatnonzero(good & np.isin(owner, again))
        chosen |= _choose(formulation, owner, solve, lanes, least - NOISE)
    found: list[Answer] = _found(formulation, owner, first, values, least, chosen)
    scale = formulation.frame.problem.scale
    for item in np.flatnonzero(beaten & np.isfinite(best)).tolist():
        mine = np.flatnonzero(owner == item).tolist()
        unit = float(scale[mine[0]])
        found[item] = Beaten(max(-first[lane].bound for lane in mine) * unit)
    return found


def _beaten(best: Real, group: Lanes) -> Mask:
    """(items,) all but the most valuable of each group, of equals the first."""
    order = np.lexsort((np.arange(len(best)), -best, group))
    first = np.ones(len(best), dtype=bool)
    first[order[1:]] = group[order[1:]] != group[order[:-1]]
    return ~first


def preferred(formulation: Formulation, owner: Lanes, solve: Engine, least: Real) -> list[tuple[Real, Real] | None]:
    """The payments (T, L) and unknowns (K, T) of the preferred plan of every item, each of one lane, that is worth its
    ``least`` (N,) in units of the debt; None where there is none."""
    chosen = _choose(formulation, owner, solve, np.arange(len(owner)), least)
    there = sorted(chosen)
    lanes = [chosen[item].lane for item in there]
    payments, thetas = amounts(formulation, lanes, [chosen[item].solution for item in there])
    found = {item: (payments[number], thetas[number]) for number, item in enumerate(there)}
    return [found.get(item) for item in owner.tolist()]


def _choose(formulation: Formulation, owner: Lanes, solve: Engine, lanes: Lanes, least: Real) -> dict[int, _Chosen]:
    """The best by each criterion in turn of each item's ``lanes``, each worth at least its ``least`` (N,)."""
    if formulation.criteria == EARLIEST:
        return _earliest(formulation, owner, solve, lanes, least)
    chosen: dict[int, _Chosen] = {}
    kept: list[Real] = []
    for criterion in formulation.criteria:
        if not lanes.size:
            break
        best, objectives = _least(_preferring(formulation, lanes, criterion, least, kept), owner, solve, lanes)
        chosen |= {item: _nearer(chosen.get(item), each) for item, each in best.items()}
        reached = np.full(len(least), np.nan)
        good = [n for n in objectives if objectives[n] <= best[int(owner[n])].solution.objective + NOISE]
        reached[good] = [best[int(owner[n])].solution.objective + HELD for n in good]
        kept.append(reached)
        lanes = np.array(sorted(good), dtype=np.int64)
    return chosen


def _earliest(formulation: Formulation, owner: Lanes, solve: Engine, lanes: Lanes, least: Real) -> dict[int, _Chosen]:
    """The earliest of each item's ``lanes``: the first dates, and later ones only while the latest of them is the best.

    A plan with an earlier last payment is an earlier one, but for what limits make of it, as all pay the same debt.
    Where something may be left, one that ends sooner only pays less: all dates are looked at. The value has been
    looked for on all dates; this is only which of the plans that are worth enough is shown.
    """
    chosen: dict[int, _Chosen] = {}
    waiting = {item: lanes[places] for item, places in _by_item(owner[lanes])}
    full = formulation.frame.problem.limits.settle_full
    count = FIRST
    while waiting:
        some = np.sort(np.concatenate([dates[: count if full[dates[0]] else None] for dates in waiting.values()]))
        found, _ = _least(_preferring(formulation, some, EARLIEST[0], least, ()), owner, solve, some)
        for item, each in found.items():
            before = chosen.get(item)
            later = before is None or each.solution.objective < before.solution.objective - NOISE
            chosen[item] = _nearer(before, each) if later else _nearer(each, chosen[item])
        waiting = {
            item: dates[count:]
            for item, dates in waiting.items()
            if full[dates[0]] and len(dates) > count and (item not in chosen or chosen[item].lane == dates[count - 1])
        }
        count *= 2
    return chosen


def _nearer(before: _Chosen | None, after: _Chosen) -> _Chosen:
    """``after``, with the larger gap of both."""
    return after if before is None else replace(after, gap=max(before.gap, after.gap))


def _least(
    program: StagedProgram, owner: Lanes, solve: Engine, lanes: Lanes
) -> tuple[dict[int, _Chosen], dict[int, float]]:
    """The least of a program of some ``lanes`` for each item, and the least of each lane that was solved."""
    solutions = solve(Layout(program))
    best: dict[int, _Chosen] = {}
    objectives: dict[int, float] = {}
    for item, places in _by_item(owner[lanes]):
        found = {int(lanes[place]): solutions[place] for place in places}
        solved = {lane: solution for lane, solution in found.items() if solution.solved}
        if not solved:
            continue
        lane = min(solved, key=lambda n: (round(solved[n].objective, 9), n))
        bound = min(solution.bound for solution in found.values())
        best[item] = _Chosen(lane, solved[lane], relative_gap(-bound, -solved[lane].objective))
        objectives |= {n: solution.objective for n, solution in solved.items()}
    return best, objectives


def _preferring(
    formulation: Formulation, lanes: Lanes, criterion: str, least: Real, kept: Sequence[Real]
) -> StagedProgram:
    """The program of some lanes that minimizes a criterion; rows hold the value and the criteria before it."""
    costs = {name: values[lanes] for name, values in cost(formulation.frame, criterion).items()}
    program = with_costs(some_lanes(formulation.program, lanes), costs)
    program = with_long_row(program, VALUE, -least[lanes])
    for name, most in zip(formulation.criteria, kept, strict=False):
        program = with_long_row(program, held(name), most[lanes])
    return program


def _by_item(owner: Lanes) -> Iterator[tuple[int, list[int]]]:
    """Each item with the places of its lanes."""
    order = np.argsort(owner, kind="stable")
    items, starts = np.unique(owner[order], return_index=True)
    for item, places in zip(items.tolist(), np.split(order, starts)[1:], strict=True):
        yield item, places.tolist()


def _found(
    formulation: Formulation,
    owner: Lanes,
    first: Sequence[Solution],
    values: Real,
    least: Real,
    chosen: dict[int, _Chosen],
) -> list[Answer]:
    lanes_of = dict(_by_item(owner))
    best = {item: max(lanes, key=lambda lane: values[lane]) for item, lanes in lanes_of.items()}
    found: list[Answer] = []
    solved = [item for item in range(len(lanes_of)) if np.isfinite(values[best[item]])]
    picks = {item: chosen[item].lane if item in chosen else best[item] for item in solved}
    plans = [chosen[item].solution if item in chosen else first[best[item]] for item in solved]
    payments, thetas = amounts(formulation, [picks[item] for item in solved], plans)
    valued, _ = amounts(formulation, [best[item] for item in solved], [first[best[item]] for item in solved])
    frame = formulation.frame
    scale = frame.problem.scale
    kept = planned_values(frame.problem, np.array([picks[item] for item in solved], dtype=np.int64), payments)
    replayed = planned_values(frame.problem, np.array([best[item] for item in solved], dtype=np.int64), valued)
    place = {item: number for number, item in enumerate(solved)}
    for item, lanes in sorted(lanes_of.items()):
        if item not in place:
            found.append(Unanswered(all(first[lane].status is Status.INFEASIBLE for lane in lanes)))
            continue
        number, lane, value = place[item], picks[item], float(values[best[item]])
        unit = float(scale[lane])
        bound = max(-first[each].bound for each in lanes)
        gap = max(
            relative_gap(bound, value),
            chosen[item].gap if item in chosen else np.inf,
            relative_gap(value, float(replayed[number]) / unit),
        )
        found.append(
            Found(
                lane=lane,
                last=int(frame.last[lane]),
                payments=payments[number],
                theta=thetas[number],
                value=value * unit,
                bound=bound * unit,
                kept=float(kept[number]),
                least=float(least[lane]),
                gap=gap,
                valued=first[lane],
                preferred=plans[number],
                solver=first[lane].solver,
            )
        )
    return found


def amounts(formulation: Formulation, lanes: Sequence[int], found: Sequence[Solution]) -> tuple[Real, Real]:
    """(N, T, L) payments and (N, K, T) unknowns of the shape, in cents, of solutions of some lanes."""
    frame, layout, form = formulation.frame, formulation.layout, formulation.frame.problem.form
    if not lanes:
        stages, loans = frame.problem.shape[1:]
        return np.zeros((0, stages, loans)), np.zeros((0, form.thetas, stages))
    columns = np.stack([solution.columns for solution in found])
    scale = frame.problem.scale[np.array(lanes)][:, None]
    paid = np.stack([layout.by_stages(name, columns) * scale for name in frame.payments], axis=2)
    unit = 1.0 if form.streams else scale
    names = [theta(form.kind, number, form.thetas) for number in range(form.thetas)]
    unknown = [layout.by_stages(name, columns) * unit for name in names]
    shape = (len(lanes), form.thetas, frame.stages)
    return np.maximum(paid, 0.0), np.stack(unknown, axis=1) if unknown else np.zeros(shape)
