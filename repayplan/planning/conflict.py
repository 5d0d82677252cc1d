"""Why no plan is possible: limits that cannot all be kept, as few of them as can be proved.

Every row of a limit is made elastic: it may be broken at a price of one per unit, or for nothing where it is left out.
A set of limits is contradictory if for every date that could be the last payment the price is above nothing. Duals
prove it: those of one set and one date often prove it for the next, so that few sets need a solver. Limits are left
out one family after the other, then by months, as long as the rest stays contradictory. Whole numbers are left aside
at first; where they are what is in the way, small cases are searched with them, by families alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from repayplan.formulation.build import Formulation, formulate
from repayplan.formulation.claims import BEFORE, SETTLED
from repayplan.formulation.registry import limits
from repayplan.formulation.shaping import shapes
from repayplan.problem.arrays import Problem
from repayplan.solvers.certificate import dual_bound
from repayplan.solvers.extending import with_columns
from repayplan.solvers.highs import Highs
from repayplan.solvers.result import Status
from repayplan.solvers.sparse import SparseProgram

PROVEN = 1e-8
"""A price above this, in units of the debt, is proof that limits contradict each other."""

BASIC = ("cover", "grace", "maximum", "floors", "maturity")
"""Limits that are left out last, the most basic at the end: they say the most about why there is no plan."""

MOST_WHOLE = 200
"""Whole numbers in all the programs of a case that are still searched as they are."""


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """A limit or shape at one stage."""

    family: str
    stage: int


def conflict(problem: Problem) -> tuple[Member, ...] | None:
    """Limits of one case that contradict each other; None where that cannot be proved.

    For every date that could be the last payment, no payments keep all of them; and where the case is
    :func:`irreducible` there are payments, for some such date, that keep all but one, whichever that is.
    """
    search = _Search(problem)
    if not search.contradictory(search.members):
        return _with_whole_numbers(problem)
    kept = list(search.members)
    for family in _order(kept):
        rest = [member for member in kept if member.family != family]
        kept = rest if search.contradictory(rest) else kept
    kept = search.blamed(kept)
    for family in _order(kept):
        kept = _shrunk(search, kept, [member for member in kept if member.family == family])
    return tuple(sorted(kept, key=lambda member: (member.stage, member.family)))


def irreducible(problem: Problem) -> bool:
    """Whether leaving out any member of a conflict is known to end it.

    Not where loans shared freely though they do not, where whole numbers were left aside, nor where the debt's course
    is written for interest that is kept current (mode B) and so says nothing of courses on which it is not.
    """
    exact = (not formulation.mixed and formulation.mode != "B" for formulation in _formulations(problem))
    return problem.provable and all(exact)


def members_of(problem: Problem) -> tuple[Member, ...]:
    """Every limit that a case has rows of."""
    owners = {owner for formulation in _formulations(problem) for owner in _owners(formulation)}
    return tuple(sorted(owner for owner in owners if owner is not None))


def _formulations(problem: Problem) -> list[Formulation]:
    """A program for every bucket of burden, without what is only wished of the last payment."""
    return [formulate(bucket) for bucket in problem.outer().with_any_last().buckets()]


def _with_whole_numbers(problem: Problem) -> tuple[Member, ...] | None:
    """Families that contradict each other only because some columns are whole numbers; None where that is open."""
    programs = [
        (formulation.valued(lane), list(_owners(formulation)))
        for formulation in _formulations(problem)
        for lane in range(formulation.frame.lanes)
    ]
    whole = sum(int(program.integer.sum()) for program, _ in programs)
    if not 0 < whole <= MOST_WHOLE:
        return None
    kept, engine = list(members_of(problem)), Highs()
    if not _impossible(engine, programs, kept):
        return None
    for family in _order(kept):
        rest = [member for member in kept if member.family != family]
        kept = rest if _impossible(engine, programs, rest) else kept
    return tuple(sorted(kept, key=lambda member: (member.stage, member.family)))


def _impossible(
    engine: Highs, programs: Sequence[tuple[SparseProgram, list[Member | None]]], kept: Collection[Member]
) -> bool:
    """Whether none of the mixed programs has a point once the rows of all other limits are gone."""
    for program, owners in programs:
        gone = np.array([owner is not None and owner not in kept for owner in owners])
        lower = np.where(gone, -np.inf, program.row_lower)
        upper = np.where(gone, np.inf, program.row_upper)
        found = engine.solve(replace(program, row_lower=lower, row_upper=upper))
        if found.status is not Status.INFEASIBLE:
            return False
    return True


def _order(members: Collection[Member]) -> list[str]:
    """Families in the order in which they are tried to be left out."""
    families = sorted({member.family for member in members})
    return sorted(families, key=lambda family: BASIC.index(family) if family in BASIC else -1)


def _shrunk(search: _Search, kept: list[Member], part: Sequence[Member]) -> list[Member]:
    """``kept`` without as much of ``part`` as can go: all of it, or half by half, the late stages first.

    What is short on an early day often is so on many days after it: the first of them says the most.
    """
    if not part:
        return kept
    gone = set(part)
    rest = [member for member in kept if member not in gone]
    if search.contradictory(rest):
        return rest
    if len(part) > 1:
        half = len(part) // 2
        kept = _shrunk(search, kept, part[half:])
        kept = _shrunk(search, kept, part[:half])
    return kept


@dataclass
class _Lane:
    """One date as the last payment: its elastic program, and duals that have proved something of it.

    ``owners`` (m,): the limit of each row; lanes that share it share their rows, and so their proofs.
    """

    owners: list[Member | None]
    program: SparseProgram
    slacks: NDArray[np.intp]
    rows: NDArray[np.intp]
    proofs: list[NDArray[np.float64]] = field(default_factory=list)


class _Search:
    """The elastic programs of a case, and what has been proved with them."""

    def __init__(self, problem: Problem) -> None:
        self._lanes: list[_Lane] = []
        for formulation in _formulations(problem):
            owners = list(_owners(formulation))
            lanes = range(formulation.frame.lanes)
            self._lanes += [_elastic(formulation.valued(lane), owners) for lane in lanes]
        named = {owner for lane in self._lanes for owner in lane.owners}
        self.members = sorted(owner for owner in named if owner is not None)
        self._engine = Highs()
        self._last_feasible = 0

    def contradictory(self, members: Collection[Member]) -> bool:
        """Whether it is proved for every lane that no payments keep all ``members``."""
        wanted = set(members)
        order = [self._last_feasible, *(n for n in range(len(self._lanes)) if n != self._last_feasible)]
        for number in order:
            if not self._proved(self._lanes[number], wanted):
                self._last_feasible = number
                return False
        return True

    def blamed(self, among: list[Member]) -> list[Member]:
        """The members that the latest proof of each lane names, where they contradict each other without the rest."""
        named = {lane.owners[row] for lane in self._lanes for row in np.flatnonzero(lane.proofs[-1]).tolist()}
        found = sorted(owner for owner in named.intersection(among) if owner is not None)
        return found if self.contradictory(found) else among

    def _proved(self, lane: _Lane, wanted: set[Member]) -> bool:
        active = np.array([owner is None or owner in wanted for owner in lane.owners])
        program = replace(lane.program, cost=_prices(lane, active))
        for proof in reversed(lane.proofs):
            if _bound(program, proof, active) > PROVEN:
                return True
        alike = [other for other in self._lanes if other is not lane and other.owners is lane.owners]
        others = (proof for other in alike for proof in other.proofs[-1:])
        found = next((proof for proof in others if _bound(program, proof, active) > PROVEN), None)
        if found is None:
            solution = self._engine.solve(program)
            if not solution.solved:
                return False
            found = solution.row_duals
        duals = np.where(active, found, 0.0)
        duals[np.abs(duals) < 1e-12] = 0.0
        if dual_bound(program, duals) <= PROVEN:
            return False
        lane.proofs.append(duals)
        return True


def _bound(program: SparseProgram, proof: NDArray[np.float64], active: NDArray[np.bool_]) -> float:
    return dual_bound(program, np.where(active, proof, 0.0))


def _prices(lane: _Lane, active: NDArray[np.bool_]) -> NDArray[np.float64]:
    cost = np.zeros_like(lane.program.cost)
    cost[lane.slacks] = active[lane.rows]
    return cost


def _elastic(program: SparseProgram, owners: list[Member | None]) -> _Lane:
    """Columns for what is above a row and for what is below it, in boxes as large as they can be needed."""
    owned = np.array([owner is not None for owner in owners])
    least, most = _activity(program)
    program = program.relaxed
    above = np.flatnonzero(owned & np.isfinite(program.row_upper))
    below = np.flatnonzero(owned & np.isfinite(program.row_lower))
    rows = np.concatenate([above, below])
    signs = np.concatenate([-np.ones(len(above)), np.ones(len(below))])
    room = np.concatenate([(most - program.row_upper)[above], (program.row_lower - least)[below]])
    width = len(program.cost)
    extended = with_columns(program, rows, signs, np.maximum(room, 0.0))
    return _Lane(owners, extended, np.arange(width, width + len(rows)), rows)


def _owners(formulation: Formulation) -> Iterator[Member | None]:
    """The limit that each row belongs to; None for rows that say what things are.

    The order in which classes are settled is written with what is known of cash and of interest kept current, so those
    rows go with the floors and with interest: without them they would hold something else down.
    """
    columns = formulation.layout.program.columns
    families = {*limits(), *shapes()}
    due = np.flatnonzero(formulation.frame.problem.debt.current.any(axis=0))
    for label in formulation.layout.row_labels:
        name = label.name.split(".")[0]
        if label.name == SETTLED:
            yield Member("floors", label.stage)
        elif label.name == BEFORE and (due <= label.stage).any():
            yield Member("interest", int(due[due <= label.stage][-1]))
        elif label.name in columns or name not in families:
            yield None
        else:
            yield Member(name, label.stage)


def _activity(program: SparseProgram) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(m,) the least and the most that each row can come to within the boxes."""
    column = np.repeat(np.arange(len(program.cost)), np.diff(program.starts))
    low, high = program.values * program.lower[column], program.values * program.upper[column]
    height = len(program.row_upper)
    least = np.bincount(program.indices, np.minimum(low, high), minlength=height)
    most = np.bincount(program.indices, np.maximum(low, high), minlength=height)
    return least.astype(float), most.astype(float)


def by_family(members: Sequence[Member]) -> list[tuple[str, list[int]]]:
    """The stages of each family, the family whose first stage is earliest first."""
    ordered = sorted(members)
    groups = [(family, [member.stage for member in group]) for family, group in groupby(ordered, lambda m: m.family)]
    return sorted(groups, key=lambda group: (group[1][0], group[0]))
