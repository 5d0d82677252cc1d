"""Both stages over all lanes of a kind: the most value first, then within a tolerance of it what is preferred.

The same as :func:`repayplan.planning.optimum.solve` does for the lanes of one case, for all cases side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from repayplan.formulation.build import Formulation
from repayplan.planning.batch.engine import Engine
from repayplan.planning.batch.pool import AS_GOOD, Lanes, Pool, by_item
from repayplan.planning.preference import HELD, NOISE
from repayplan.problem.arrays import Mask, Real
from repayplan.solvers.result import Solution, Status, relative_gap

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


More = Callable[[Sequence[int]], None]
"""Takes further dates of the last payment of some items into the pool."""


def both_stages(formulation: Formulation, owner: Lanes, solve: Engine, group: Lanes | None = None) -> list[Answer]:
    """The optimum of every item; ``owner`` (N,) says which item each lane is of, items from 0 on.

    Of items of one ``group`` (items,) only the most valuable goes through the second stage.
    """
    pool = Pool(int(owner.max()) + 1, solve)
    pool.add(formulation, owner, np.ones(len(owner), dtype=bool))
    return answers(pool, group)


def answers(pool: Pool, group: Lanes | None = None, more: More | None = None) -> list[Answer]:
    """The optimum of every item of a pool, :func:`both_stages`; where the second stage looks at later dates than the
    pool has, it asks for ``more``."""
    best = pool.best()
    accepted = np.where(np.isfinite(best), best - pool.tolerance * np.abs(np.nan_to_num(best, neginf=0.0)), np.inf)
    beaten = np.zeros(pool.items, dtype=bool) if group is None else _beaten(best, group)
    wanted = np.flatnonzero(np.isfinite(best) & ~beaten).tolist()
    chosen = _choose(pool, accepted, wanted, 0.0, more)
    again = [item for item in wanted if item not in chosen]
    if again:  # noise leaves no point that is worth exactly as much
        chosen |= _choose(pool, accepted, again, NOISE, more)
    found = _found(pool, accepted, chosen)
    known, scale = pool.bounds(), pool.scale
    for item in np.flatnonzero((beaten & np.isfinite(best)) | (~np.isfinite(best) & (pool.rest > -np.inf))).tolist():
        found[item] = Beaten(float(known[item] * scale[item]))
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
    pool = Pool(len(owner), solve)
    pool.take(formulation, np.arange(len(owner)), least)
    chosen = _choose(pool, least, range(len(owner)), 0.0)
    there = sorted(chosen)
    paid = pool.amounts([chosen[item].lane for item in there], [chosen[item].solution for item in there])
    found = dict(zip(there, paid, strict=True))
    return [found.get(item) for item in owner.tolist()]


def _choose(
    pool: Pool, accepted: Real, wanted: Sequence[int], slack: float, more: More | None = None
) -> dict[int, _Chosen]:
    """The best by each criterion in turn of the lanes of each item ``wanted``, each worth as much as is ``accepted``
    (items,), less ``slack``."""
    if pool.criteria == EARLIEST:
        return _earliest(pool, accepted, wanted, slack, more)
    lanes = np.array([lane for lanes in pool.good(accepted, wanted).values() for lane in lanes], dtype=np.int64)
    least = pool.least(accepted) - slack
    chosen: dict[int, _Chosen] = {}
    kept: list[Real] = []
    for criterion in pool.criteria:
        if not lanes.size:
            break
        best, objectives = _least(pool, lanes, criterion, least, kept)
        chosen |= {item: _nearer(chosen.get(item), each) for item, each in best.items()}
        reached = np.full(len(least), np.nan)
        owner = pool.owner
        good = [n for n in objectives if objectives[n] <= best[int(owner[n])].solution.objective + NOISE]
        reached[good] = [best[int(owner[n])].solution.objective + HELD for n in good]
        kept.append(reached)
        lanes = np.array(sorted(good), dtype=np.int64)
    return chosen


def _earliest(pool: Pool, accepted: Real, wanted: Sequence[int], slack: float, more: More | None) -> dict[int, _Chosen]:
    """The earliest of each item's lanes: the first dates, and later ones only while the latest of them is the best.

    A plan with an earlier last payment is an earlier one, but for what limits make of it, as all pay the same debt.
    Where something may be left, one that ends sooner only pays less: all dates are looked at. The value has been
    looked for on all dates; this is only which of the plans that are worth enough is shown.
    """
    chosen: dict[int, _Chosen] = {}
    waiting, looked, count = list(wanted), 0, FIRST if pool.full else len(pool.owner)
    while waiting:
        dates = pool.good(accepted, waiting)
        while more is not None:
            behind = (item for item in waiting if len(dates[item]) < looked + count)
            lacking = [item for item in behind if pool.rest[item] >= accepted[item] - AS_GOOD]
            if not lacking:
                break
            more(lacking)
            dates = pool.good(accepted, waiting)
        some = np.array(sorted(lane for item in waiting for lane in dates[item][looked : looked + count]), np.int64)
        if not some.size:
            break
        found, _ = _least(pool, some, EARLIEST[0], pool.least(accepted) - slack, ())
        for item, each in found.items():
            before = chosen.get(item)
            later = before is None or each.solution.objective < before.solution.objective - NOISE
            chosen[item] = _nearer(before, each) if later else _nearer(each, chosen[item])
        looked += count
        waiting = [
            item
            for item in waiting
            if len(dates[item]) >= looked and (item not in chosen or chosen[item].lane == dates[item][looked - 1])
        ]
        count *= 2
    return chosen


def _nearer(before: _Chosen | None, after: _Chosen) -> _Chosen:
    """``after``, with the larger gap of both."""
    return after if before is None else replace(after, gap=max(before.gap, after.gap))


def _least(
    pool: Pool, lanes: Lanes, criterion: str, least: Real, kept: Sequence[Real]
) -> tuple[dict[int, _Chosen], dict[int, float]]:
    """The least of a criterion over some lanes for each item, and the least of each lane that was solved."""
    solutions = pool.preferring(lanes, criterion, least, kept)
    best: dict[int, _Chosen] = {}
    objectives: dict[int, float] = {}
    for item, places in by_item(pool.owner[lanes]):
        found = {int(lanes[place]): solutions[place] for place in places}
        solved = {lane: solution for lane, solution in found.items() if solution.solved}
        if not solved:
            continue
        lane = min(solved, key=lambda n: (round(solved[n].objective, 9), n))
        bound = min(solution.bound for solution in found.values())
        best[item] = _Chosen(lane, solved[lane], relative_gap(-bound, -solved[lane].objective))
        objectives |= {n: solution.objective for n, solution in solved.items()}
    return best, objectives


def _found(pool: Pool, accepted: Real, chosen: dict[int, _Chosen]) -> list[Answer]:
    lanes_of, values, first = pool.lanes_of(), pool.values, pool.first
    best = {item: max(lanes, key=lambda lane: values[lane]) for item, lanes in lanes_of.items()}
    solved = [item for item, lane in best.items() if np.isfinite(values[lane])]
    picks = [chosen[item].lane if item in chosen else best[item] for item in solved]
    plans = [chosen[item].solution if item in chosen else first[best[item]] for item in solved]
    amounts_ = pool.amounts(picks, plans)
    valued = pool.amounts([best[item] for item in solved], [first[best[item]] for item in solved])
    kept = pool.worth(picks, [paid for paid, _ in amounts_])
    replayed = pool.worth([best[item] for item in solved], [paid for paid, _ in valued])
    bounds, least = pool.bounds(), pool.least(accepted)
    found: list[Answer] = [
        Unanswered(all(first[lane].status is Status.INFEASIBLE for lane in lanes_of.get(item, ())))
        for item in range(pool.items)
    ]
    for number, item in enumerate(solved):
        lane, top, value = picks[number], best[item], float(values[best[item]])
        unit, bound = float(pool.scale[item]), float(bounds[item])
        gap = max(
            relative_gap(bound, value),
            chosen[item].gap if item in chosen else np.inf,
            relative_gap(value, replayed[number] / unit),
        )
        payments, unknown = amounts_[number]
        found[item] = Found(
            lane=lane,
            last=int(pool.last[lane]),
            payments=payments,
            theta=unknown,
            value=value * unit,
            bound=bound * unit,
            kept=kept[number],
            least=float(least[lane]),
            gap=gap,
            valued=first[top],
            preferred=plans[number],
            solver=first[top].solver,
        )
    return found
