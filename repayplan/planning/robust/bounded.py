"""The plan that is worth most of those that are missed in few enough of many futures.

A future is given up, and the plan may be missed in it, or its means bound what is scheduled by every payment date.
Which to give up is a mixed-integer program for each date on which the last payment may fall, the most promising first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from repayplan.formulation.build import Formulation, formulate
from repayplan.formulation.frame import PAID, drawn
from repayplan.planning.robust.capping import Caps
from repayplan.planning.robust.means import Means
from repayplan.problem.arrays import Mask, Problem
from repayplan.solvers.chain import Chain
from repayplan.solvers.chance import Choice, Versions, choose, greedy, mixed
from repayplan.solvers.result import CERTIFIED, Status, relative_gap

SHARE_OF_TIME = 0.3
"""Of the time that is left, for the tree of one date; the best choice found by then stands, unproven."""

MOST_TREES = 2
"""Dates whose tree is searched; of the others a bound is known."""


@dataclass(frozen=True)
class Bounded:
    """Which futures are given up, (S,), and how well that choice is known; ``value`` and ``bound`` in cents."""

    given_up: Mask
    value: float
    bound: float
    gap: float
    proven: bool


def bounded(problem: Problem, paid: Means, most: int, chain: Chain) -> Bounded | None:
    """The best choice of at most ``most`` futures to give up; None where none that was tried leaves a plan."""
    formulation = formulate(problem)
    scale = float(problem.scale[0])
    versions = [versions_of(formulation, lane, paid) for lane in range(formulation.frame.lanes)]
    programs = [formulation.valued(lane) for lane in range(formulation.frame.lanes)]
    relaxed = [
        chain.solve(mixed(program, version, most)[0].relaxed)
        for program, version in zip(programs, versions, strict=True)
    ]
    best: Choice | None = None
    bounds = {lane: solution.bound for lane, solution in enumerate(relaxed) if solution.status is not Status.INFEASIBLE}
    for tried, lane in enumerate(sorted(bounds, key=lambda number: (bounds[number], -number))):
        if best is not None and relative_gap(-bounds[lane], -best.objective) <= CERTIFIED / 2:
            break
        found = greedy(programs[lane], versions[lane], most, chain.solve)
        near = found is not None and relative_gap(-bounds[lane], -found.objective) <= CERTIFIED / 2
        if not near and tried < MOST_TREES and not chain.time_is_up:
            with chain.share(SHARE_OF_TIME):
                found = choose(programs[lane], versions[lane], most, chain.solve, found)
            bounds[lane] = max(bounds[lane], found.bound) if found is not None else bounds[lane]
        if found is not None and (best is None or found.objective < best.objective):
            best = found
    if best is None:
        return None
    bound = min(bounds.values())
    gap = relative_gap(-bound, -best.objective)
    return Bounded(best.given_up, -best.objective * scale, -bound * scale, gap, gap <= CERTIFIED)


def versions_of(formulation: Formulation, lane: int, paid: Means) -> Versions:
    """What every future allows: of what the business pays by a date, and of what is drawn from every account."""
    layout, problem = formulation.layout, formulation.frame.problem
    scale = float(problem.scale[0])
    rows: list[Mapping[int, float]] = []
    limits = []
    for stage in np.flatnonzero(formulation.frame.up_to_last[lane]).tolist():
        places = [layout.index(drawn(account), stage) for account in range(paid.apart.shape[2])]
        rows.append({layout.index(PAID, stage): 1.0, **dict.fromkeys(places, -1.0)})
        limits.append(np.maximum(paid.own[:, stage], 0))
        for account, place in enumerate(places):
            rows.append({place: 1.0})
            limits.append(paid.apart[:, stage, account])
    return Versions(rows, np.array(limits, dtype=float).reshape(len(rows), len(paid.own)) / scale)


def caps_of(paid: Means, given_up: Mask) -> Caps:
    """What every future that is not given up allows, stage by stage of the plan."""
    own, apart = paid.own[~given_up, : paid.stages], paid.apart[~given_up, : paid.stages]
    return Caps(own.min(axis=0), apart.min(axis=0))


def least_missed(problem: Problem, paid: Means, chain: Chain) -> Mask | None:
    """The fewest futures (S,) that have to be given up for a plan, by the quick way: with the latest last payment, and
    not proven to be the fewest. None: no plan at all."""
    formulation = formulate(problem)
    for lane in reversed(range(formulation.frame.lanes)):
        program = formulation.valued(lane)
        free = replace(program, cost=np.zeros_like(program.cost))
        found = greedy(free, versions_of(formulation, lane, paid), len(paid.own), chain.solve)
        if found is not None:
            return found.given_up
    return None
