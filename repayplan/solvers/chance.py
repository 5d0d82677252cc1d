"""Programs of which all but a few of many versions must hold: rows ``a_i·z ≤ b_{i,s}`` for every s but at most so many.

Which versions are given up is a choice of whole numbers, and not convex. With at most k given up, row i holds for the
(k + 1)-th smallest b_i in any case, so only the k smaller ones need a column each, w_1 ≥ w_2 ≥ … : the j smallest are
given up. That is the strongest program for each row by itself (Luedtke, Ahmed & Nemhauser 2010). This module knows no
finance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.extending import with_columns, with_rows
from repayplan.solvers.result import Solution, Status, relative_gap
from repayplan.solvers.sparse import SparseProgram

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

HOLDS = 1e-9
"""By how much a version may be missed by a solver's noise."""

MOST_PARTS = 100
"""Versions are given up one by one where there are no more than this to give up."""

NARROW = 1e-7
"""A version is given up for certain where a row is above what it allows by more than this."""

DEAR = 1e3
"""What a unit costs by which a version is missed that is not given up: more than it could ever bring."""


@dataclass(frozen=True)
class Versions:
    """``rows``: the coefficients a_i by column; ``limits`` (I, S): what each version allows of each row."""

    rows: Sequence[Mapping[int, float]]
    limits: Array

    def held(self, columns: Array) -> Mask:
        """(S,) the versions that hold at a point (n,)."""
        value = np.array([sum(factor * columns[place] for place, factor in row.items()) for row in self.rows])
        return np.asarray((value[:, None] <= self.limits + HOLDS).all(axis=0))

    def largest(self, program: SparseProgram) -> Array:
        """(I,) the most that each row comes to within the program's boxes."""
        boxes = program.upper
        return np.array([sum(abs(factor) * boxes[place] for place, factor in row.items()) for row in self.rows])

    def without(self, given_up: Mask) -> Versions:
        """All versions but some."""
        return Versions(self.rows, self.limits[:, ~given_up])

    def tightest(self, given_up: Mask) -> Array:
        """(I,) what all versions that are not given up allow."""
        return np.asarray(self.limits[:, ~given_up].min(axis=1, initial=np.inf))


@dataclass(frozen=True)
class Choice:
    """``given_up`` (S,), the point found with it, its objective and a lower bound of every other choice's."""

    status: Status
    given_up: Mask
    columns: Array
    objective: float
    bound: float

    @property
    def gap(self) -> float:
        """Relative gap, measured as that of every other solution."""
        return relative_gap(-self.bound, -self.objective)


def greedy(
    program: SparseProgram,
    versions: Versions,
    most: int,
    solve: Callable[[SparseProgram], Solution],
    parts: int = MOST_PARTS,
) -> Choice | None:
    """Give up one version after the other, or as many at a time as make so many ``parts`` of the ``most``: those that
    hold the point back most by its duals.

    None where the program has no point with the versions that are left; the choice is not proven to be the best.
    """
    count, width = len(versions.rows), program.shape[1]
    largest = versions.largest(program)
    rows = np.arange(program.shape[0], program.shape[0] + count)
    elastic = with_columns(
        with_rows(program, versions.rows, [-np.inf] * count, largest.tolist()), rows, -np.ones(count), largest
    )
    elastic = replace(elastic, cost=np.concatenate([program.cost, np.full(count, DEAR)]))
    given_up = np.zeros(versions.limits.shape[1], dtype=bool)
    best, before = None, np.inf
    while True:
        right = np.minimum(versions.tightest(given_up), largest)
        upper = np.concatenate([program.row_upper, right])
        solution = solve(replace(elastic, row_upper=upper))
        if not solution.solved:
            return best
        columns = solution.columns[:width]
        if solution.objective < before - HOLDS:  # what holds all the same need not be given up; not if nothing moves
            given_up &= ~versions.held(columns)
        before = solution.objective
        if solution.columns[width:].sum() <= HOLDS * count:
            best = Choice(Status.FEASIBLE, given_up.copy(), columns, float(program.cost @ columns), -np.inf)
        at_once = min(max(most // parts, 1), most - int(given_up.sum()))
        worst = _most_in_the_way(versions, given_up, -solution.row_duals[rows], largest)[:at_once]
        if worst.size == 0:
            return best
        given_up[worst] = True


def given(
    program: SparseProgram, versions: Versions, given_up: Mask, solve: Callable[[SparseProgram], Solution]
) -> Choice | None:
    """The best point where just these versions are given up; None where there is none."""
    limits = np.minimum(versions.tightest(given_up), versions.largest(program)).tolist()
    solution = solve(with_rows(program, versions.rows, [-np.inf] * len(limits), limits))
    if not solution.solved:
        return None
    columns = solution.columns
    return Choice(Status.FEASIBLE, given_up, columns, float(program.cost @ columns), -np.inf)


def _most_in_the_way(versions: Versions, given_up: Mask, prices: Array, largest: Array) -> NDArray[np.intp]:
    """The versions without which something would be gained at the prices (I,) of the rows, the most first."""
    left = np.flatnonzero(~given_up)
    if left.size < 2:
        return left[:0]
    limits = np.minimum(versions.limits[:, left], largest[:, None])
    two = np.partition(limits, 1, axis=1)[:, :2]
    room = np.maximum(two[:, 1] - two[:, 0], HOLDS) * np.maximum(prices, 0.0)
    gains = np.zeros(left.size)
    np.add.at(gains, limits.argmin(axis=1), np.where(two[:, 0] < largest, room, 0.0))
    order = np.argsort(-gains, kind="stable")
    return np.asarray(left[order[gains[order] > 0]])


def mixed(program: SparseProgram, versions: Versions, most: int) -> tuple[SparseProgram, NDArray[np.intp]]:
    """The program in which whole numbers choose at most so many versions to give up, and which versions they are for;
    their columns are the last ones."""
    largest = versions.largest(program)
    order = np.argsort(versions.limits, axis=1, kind="stable")[:, : most + 1]
    ranked = np.minimum(np.take_along_axis(versions.limits, order, axis=1), largest[:, None])
    lengths = [int(np.searchsorted(ranked[row, :most], largest[row], side="left")) for row in range(len(ranked))]
    steps = np.diff(np.concatenate([ranked, largest[:, None]], axis=1), axis=1)
    chosen = np.unique(np.concatenate([order[row, :length] for row, length in enumerate(lengths)]).astype(np.intp))
    height, width = program.shape
    budget = height + len(ranked)
    rows = with_rows(
        program, [*versions.rows, {}], [-np.inf] * (len(ranked) + 1), [*ranked[:, 0].tolist(), float(most)]
    )
    entry = np.concatenate([np.full(length, height + row) for row, length in enumerate(lengths)]).astype(np.intp)
    values = np.concatenate([-steps[row, :length] for row, length in enumerate(lengths)])
    wide = with_columns(rows, entry, values, np.ones(len(entry)))
    wide = with_columns(wide, np.full(len(chosen), budget), np.ones(len(chosen)), np.ones(len(chosen)))
    first, links = width + len(entry), list[Mapping[int, float]]()
    at = width
    for row, length in enumerate(lengths):
        for rank in range(length):
            owner = first + int(np.searchsorted(chosen, order[row, rank]))
            links.append({at: 1.0, owner: -1.0})
            if rank:
                links.append({at: 1.0, at - 1: -1.0})
            at += 1
    wide = with_rows(wide, links, [-np.inf] * len(links), [0.0] * len(links))
    integer = np.concatenate([wide.integer[:first], np.ones(len(chosen), dtype=bool)])
    cost = np.concatenate([program.cost, np.zeros(len(integer) - width)])
    return replace(wide, cost=cost, integer=integer), chosen


def loosened(program: SparseProgram, versions: Versions, most: int) -> SparseProgram:
    """The program without whole numbers in which every row by itself gives up the versions that are hardest on it: a
    quick bound, weaker than what :func:`mixed` comes to without whole numbers."""
    count = versions.limits.shape[1]
    if most < count:
        limits = np.partition(versions.limits, most, axis=1)[:, most]
    else:
        limits = np.full(len(versions.rows), np.inf)
    largest = versions.largest(program)
    return with_rows(
        program.relaxed, versions.rows, [-np.inf] * len(versions.rows), np.minimum(limits, largest).tolist()
    )


def narrowed(
    program: SparseProgram, versions: Versions, most: int, worth: float, solve: Callable[[SparseProgram], Solution]
) -> Mask | None:
    """(S,) the versions that every choice must give up whose objective is ``worth`` at most; None: there is none.

    Every row by itself may give up what is hardest on it. If it cannot come below a value then, versions that do not
    allow that value are given up for certain, which leaves fewer to the other rows, and so on.
    """
    count, rows = versions.limits.shape[1], [*versions.rows, dict(enumerate(program.cost.tolist()))]
    height = program.shape[0]
    base = with_rows(program.relaxed, rows, [-np.inf] * len(rows), [*versions.largest(program).tolist(), worth])
    costs = np.zeros((len(versions.rows), program.shape[1]))
    for cost, row in zip(costs, versions.rows, strict=True):
        cost[list(row)] = list(row.values())
    certain = np.zeros(count, dtype=bool)
    while True:
        upper = base.row_upper.copy()
        if (left := most - int(certain.sum())) < 0:
            return None
        if left < count - certain.sum():
            allowed = np.partition(versions.limits[:, ~certain], left, axis=1)[:, left]
            upper[height:-1] = np.minimum(upper[height:-1], allowed)
        known = int(certain.sum())
        for cost, limits in zip(costs, versions.limits, strict=True):
            solution = solve(replace(base, row_upper=upper, cost=cost))
            if solution.status is Status.INFEASIBLE:
                return None
            certain |= limits < solution.bound - NARROW
        if certain.sum() == known:
            return certain


def bound_of(
    program: SparseProgram, versions: Versions, most: int, known: Choice, solve: Callable[[SparseProgram], Solution]
) -> float:
    """A lower bound of every choice's objective, or that of the ``known`` one if none is better; without a tree."""
    certain = narrowed(program, versions, most, known.objective, solve)
    if certain is None:
        return known.objective
    whole, _ = mixed(program, versions.without(certain), most - int(certain.sum()))
    solution = solve(whole.relaxed)
    return known.objective if solution.status is Status.INFEASIBLE else min(solution.bound, known.objective)


def choose(
    program: SparseProgram,
    versions: Versions,
    most: int,
    solve: Callable[[SparseProgram], Solution],
    known: Choice | None = None,
) -> Choice | None:
    """The best choice of at most so many versions to give up, or the best that the search came to; ``known`` (it may be
    another program's) stands if nothing better is found. None where no choice leaves the program a point, or none was
    found."""
    certain: Mask | None = np.zeros(versions.limits.shape[1], dtype=bool)
    if known is not None:
        certain = narrowed(program, versions, most, known.objective, solve)
    if certain is None:
        return known and replace(known, status=Status.OPTIMAL, bound=known.objective)
    whole, chosen = mixed(program, versions.without(certain), most - int(certain.sum()))
    solution = solve(whole)
    if solution.status is Status.INFEASIBLE:
        return known and replace(known, status=Status.OPTIMAL, bound=known.objective)
    found = known
    if solution.solved and (known is None or solution.objective < known.objective):
        columns = solution.columns[: program.shape[1]]
        given_up = ~versions.held(columns)
        if given_up.sum() > most:  # noise: what the whole numbers say
            given_up = certain.copy()
            given_up[np.flatnonzero(~certain)[chosen]] = solution.columns[-len(chosen) :] > 0.5
        found = Choice(Status.FEASIBLE, given_up, columns, float(program.cost @ columns), solution.bound)
    if found is None:
        return None
    proven = solution.status is Status.OPTIMAL
    status = Status.OPTIMAL if proven else Status.FEASIBLE
    return replace(found, status=status, bound=min(solution.bound, found.objective))
