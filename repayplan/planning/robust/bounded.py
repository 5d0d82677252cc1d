"""The plan that is preferred of those that are missed in few enough of many futures and worth nearly the most.

A future is given up, and the plan may be missed in it, or its means bound what is scheduled by every payment date.
Which to give up is a mixed-integer program for each date on which the last payment may fall, the most promising first:
once for the value, and once for the preference among plans that are worth enough. Where the whole debt is paid at the
bank's own rate every plan is worth the same, and only the preference says what the futures are given up for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from repayplan.formulation.build import Formulation, formulate
from repayplan.formulation.frame import PAID, drawn
from repayplan.planning.robust.capping import Caps
from repayplan.planning.robust.means import Means
from repayplan.problem.arrays import Mask, Problem
from repayplan.solvers.chain import Chain
from repayplan.solvers.chance import Choice, Versions, bound_of, choose, given, greedy, loosened
from repayplan.solvers.result import CERTIFIED, Status, relative_gap
from repayplan.solvers.sparse import SparseProgram

SHARE_OF_TIME = 0.3
"""Of the time that is left, for the tree of one date; the best choice found by then stands, unproven."""

MOST_TRIED, MOST_TREES = 6, 2
"""Dates for which futures are chosen, and those of them whose tree is searched; of the others a bound is known."""

MOST_LINKS = 30_000
"""Rows that tie columns to the choice of futures: with more of them even the linear program takes minutes."""

NOISE = 1e-7
"""What a solver may have overstated a value by, in units of the debt."""


@dataclass(frozen=True)
class Bounded:
    """Which futures are given up, (S,), and how well that choice is known; ``value`` and ``bound`` in cents.

    ``least``: what a plan must be worth so that it counts as worth the most, within the policy's tolerance. ``gap`` is
    the larger one, of the value or of the preference.
    """

    given_up: Mask
    value: float
    bound: float
    least: float
    gap: float

    @property
    def proven(self) -> bool:
        """Whether no other choice is better."""
        return self.gap <= CERTIFIED


@dataclass(frozen=True)
class _Best:
    """The best choice over some last dates, and for which it was made; ``bounds``: of what each can come to."""

    lane: int
    choice: Choice
    bounds: Mapping[int, float]

    @property
    def gap(self) -> float:
        return relative_gap(-min(self.bounds.values()), -self.choice.objective)


def bounded(problem: Problem, paid: Means, most: int, chain: Chain, trees: int = MOST_TREES) -> Bounded | None:
    """The best choice of at most ``most`` futures to give up; None where none that was tried leaves a plan.

    ``trees``: for how many last dates a choice that was made step by step is searched for a better one.
    """
    formulation = formulate(problem)
    lanes = range(formulation.frame.lanes)
    versions = [versions_of(formulation, lane, paid) for lane in lanes]
    valued = _best({lane: formulation.valued(lane) for lane in lanes}, versions, most, chain, trees)
    if valued is None:
        return None
    value, bound = -valued.choice.objective, -min(valued.bounds.values())
    least = value - float(problem.value.tolerance[0]) * abs(value)
    worth = [lane for lane in lanes if lane == valued.lane or -valued.bounds.get(lane, np.inf) >= least]
    programs = {lane: formulation.preferred(lane, least - NOISE) for lane in worth}
    preferred = _best(programs, versions, most, chain, trees, {valued.lane: valued.choice.given_up})
    scale, chosen = float(problem.scale[0]), preferred or valued
    gap = max(valued.gap, np.inf if preferred is None else preferred.gap)
    return Bounded(chosen.choice.given_up, value * scale, bound * scale, least * scale, gap)


def _best(
    programs: Mapping[int, SparseProgram],
    versions: Sequence[Versions],
    most: int,
    chain: Chain,
    trees: int,
    known: Mapping[int, Mask] = MappingProxyType({}),
) -> _Best | None:
    """The best choice over the programs of some last dates, the most promising first; None where none is found.

    ``known``: what may be given up for some of them.
    """
    trees = trees if most * max((len(version.rows) for version in versions), default=0) <= MOST_LINKS else 0
    relaxed = {lane: chain.solve(loosened(program, versions[lane], most)) for lane, program in programs.items()}
    bounds = {lane: solution.bound for lane, solution in relaxed.items() if solution.status is not Status.INFEASIBLE}
    best: tuple[int, Choice] | None = None
    for lane, given_up in known.items():
        start = given(programs[lane], versions[lane], given_up, chain.solve)
        best = best if start is None else (lane, start)
    for tried, lane in enumerate(_promising(bounds)):
        if best is not None and (tried >= MOST_TRIED or _near(bounds[lane], best[1])):
            break
        best = _better(best, lane, greedy(programs[lane], versions[lane], most, chain.solve))
    if trees and not chain.time_is_up:
        best = _searched(programs, versions, most, chain, trees, best, bounds)
    return None if best is None else _Best(*best, bounds)


def _searched(
    programs: Mapping[int, SparseProgram],
    versions: Sequence[Versions],
    most: int,
    chain: Chain,
    trees: int,
    best: tuple[int, Choice] | None,
    bounds: dict[int, float],
) -> tuple[int, Choice] | None:
    """The best choice of so many trees, each searched for what is better than the best so far; ``bounds`` are raised.

    Most last dates are ruled out by what is known already.
    """
    if best is not None:
        for lane in _promising(bounds):
            if _near(bounds[lane], best[1]) or chain.time_is_up:
                break
            known = bound_of(programs[lane], versions[lane], most, best[1], chain.solve)
            bounds[lane] = max(bounds[lane], known)
    for lane in _promising(bounds)[:trees]:
        if chain.time_is_up or (best is not None and _near(bounds[lane], best[1])):
            break
        with chain.share(SHARE_OF_TIME):
            found = choose(programs[lane], versions[lane], most, chain.solve, best and best[1])
        bounds[lane] = max(bounds[lane], found.bound) if found is not None else bounds[lane]
        best = _better(best, lane, found)
    return best


def _promising(bounds: Mapping[int, float]) -> list[int]:
    """Last dates, the most promising first; of those that are alike the latest."""
    return sorted(bounds, key=lambda lane: (bounds[lane], -lane))


def _near(bound: float, choice: Choice) -> bool:
    """Whether nothing above the bound is better than the choice."""
    return relative_gap(-bound, -choice.objective) <= CERTIFIED / 2


def _better(best: tuple[int, Choice] | None, lane: int, found: Choice | None) -> tuple[int, Choice] | None:
    """The better one of the best so far and of what was found for a last date; of equally good ones the first."""
    if found is None or (best is not None and found.objective >= best[1].objective):
        return best
    return lane, found


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
