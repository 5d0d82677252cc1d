"""Whole cents of many plans at once, as :mod:`repayplan.planning.rounding` makes them of one.

Date by date: what is planned so far rounded down to the unit, interest that is due raised to the next one, then brought
within what limits demand and leave; the last payment of a loan is what the ledger says is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.compliance.together.worth import debts
from repayplan.debt.many import Bearing, Books
from repayplan.planning.batch.room import Rooms
from repayplan.planning.courses import NOISE, Course, interest_dates
from repayplan.problem.arrays import Cents, Mask, Problem, Real
from repayplan.problem.terms import Terms

Stages = NDArray[np.int64]

OPEN = 10
"""Times the noise of a simplex solver: what the batched solver leaves open. A whole unit must not be lost to it, nor
hang on which cases were solved together."""


@dataclass(frozen=True)
class Ground:
    """What the rounding of N cases walks on: the ``problem``, each case's ``terms``, and the ledgers of its loans:
    ``opening`` (N, L, 5) cents, ``order`` (5,) of settlement, ``top`` and ``bottom`` (N, T, L, 2) of what is borne,
    ``settles`` (N, T) where a period ends."""

    problem: Problem
    terms: Sequence[Terms]
    opening: Cents
    order: Sequence[int]
    top: Cents
    bottom: Cents
    settles: Mask


@dataclass(frozen=True)
class Targets:
    """What rounding aims at: ``cumulative`` (N, T, L) cents; ``last`` (N, L) stages of each loan's last payment, −1
    where it is not settled; ``final`` (N,) of the last payment of all."""

    cumulative: Real
    last: Stages
    final: Stages

    @property
    def pays(self) -> Mask:
        """(N, T, L) where anything is paid on a loan."""
        before = np.concatenate([np.zeros_like(self.cumulative[:, :1]), self.cumulative[:, :-1]], axis=1)
        return np.asarray(self.cumulative > before)


@dataclass(frozen=True)
class Walked:
    """Payments and what the ledgers make of them, (N, T, L) cents each."""

    paid: Cents
    debt: Cents
    principal: Cents


def aims(problem: Problem, payments: Real, unit: Cents) -> Targets:
    """The targets of unrounded ``payments`` (N, T, L) in units (N,); see :func:`repayplan.planning.rounding.aim`."""
    noise = NOISE * problem.scale[:, None, None]
    payments = np.where(payments > 10 * noise, payments, 0.0)
    left = debts(problem, np.arange(len(payments)), payments)[:, -1]
    paid: Mask = payments > 0
    stages = payments.shape[1]
    last = np.where(paid.any(axis=1), stages - 1 - paid[:, ::-1].argmax(axis=1), -1)
    last = np.where(left <= 100 * noise[:, 0], last, -1)
    total: Mask = np.asarray(paid.any(axis=2))
    final = np.where(total.any(axis=1), stages - 1 - total[:, ::-1].argmax(axis=1), -1)
    cumulative = np.cumsum(payments, axis=1)
    found = cumulative + np.minimum(OPEN * noise, unit[:, None, None] / 2)  # of cents, what is left open may be some
    return Targets(np.where(cumulative > 0, found, 0.0), last, final)


@dataclass(frozen=True)
class Grains:
    """``unit`` (N,) cents, a loan running ``ahead`` (N,) of its plan by so much at most; ``up``: rounded up."""

    unit: Cents
    ahead: Cents
    up: bool = False


def walk(ground: Ground, targets: Targets, grains: Grains, courses: Mapping[int, Course]) -> Walked:
    """Payments in whole units of every case; ``courses``: the shape of those cases that have one."""
    walker = _Walker(ground, targets, grains, courses)
    moved = np.flatnonzero((ground.problem.pays | ground.settles).any(axis=0))
    end = int(moved[-1]) + 1 if moved.size else 1
    for stage in range(end):
        walker.step(stage)
    for course in (walker.debt, walker.principal):  # what stands at the end of a term goes on standing
        course[:, end:] = course[:, end - 1 : end]
    return Walked(walker.paid, walker.debt, walker.principal)


@dataclass(frozen=True, slots=True)
class _Standing:
    """A loan as a shape's course looks at it; cents."""

    debt: int
    principal: int


class _Walker:
    """All cases side by side on one date after the other."""

    def __init__(self, ground: Ground, targets: Targets, grains: Grains, courses: Mapping[int, Course]) -> None:
        self.ground, self.targets, self.grains = ground, targets, grains
        self.problem = ground.problem
        self.stated, self.said = _stated(courses, self.problem.pays, targets.final)
        self.courses = {case: course for case, course in courses.items() if course.stated is None}
        self.books = Books(ground.opening.copy(), ground.order)
        self.rooms = Rooms(self.problem, ground.terms, targets.final)
        self.pays, self.shaped = targets.pays, interest_dates(self.problem)
        shape = self.problem.debt.charge.shape
        self.paid, self.debt, self.principal = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        self.so_far = np.zeros((shape[0], shape[2]), dtype=np.int64)

    def step(self, stage: int) -> None:
        """One stage: what is borne is booked, and on a payment date what may be paid is."""
        ground, pays = self.ground, self.problem.pays[:, stage]
        if ground.settles[:, stage].any():
            self.books.book(ground.top[:, stage], ground.bottom[:, stage], ground.settles[:, stage])
        if pays.any():
            amounts = np.where(pays[:, None], self._amounts(stage), 0)
            self.rooms.pay(stage, amounts)
            self.books.pay(amounts)
            self.so_far += amounts
            self.paid[:, stage] = amounts
        else:
            self.rooms.skip(stage)
        self.debt[:, stage], self.principal[:, stage] = self.books.debt, self.books.principal

    def _amounts(self, stage: int) -> Cents:
        """(N, L) what each loan is paid."""
        owed, due = self.books.debt, self._due(stage)
        least, most = self._range(stage, owed, due)
        amounts = self._wanted(stage, least, most)
        fixed, given = self._fixed(stage)
        most_of_all = self.rooms.most(stage)
        total = np.where(given, fixed, self._within(stage, amounts.sum(axis=1), most_of_all))
        unit = np.where(given, 1, self.grains.unit)
        amounts = _spread(amounts, total, least, most, unit)
        late = given | (amounts.sum(axis=1) > most_of_all)
        if late.any():  # what was to be settled may then wait for a date, for want of some cents
            again = _spread(amounts, total, np.minimum(least, due), most, unit)
            amounts = np.where(late[:, None], again, amounts)
        return amounts

    def _due(self, stage: int) -> Cents:
        """(N, L) what has to be paid: all but principal where interest is to be current, or the shape has it paid."""
        current = self.problem.debt.current[:, stage] | (self.shaped[:, stage] & (stage < self.targets.final))
        return np.where(current[:, None], self.books.debt - self.books.principal, 0)

    def _range(self, stage: int, owed: Cents, due: Cents) -> tuple[Cents, Cents]:
        """(N, L) the least and the most that may be paid on each loan."""
        limits = self.problem.limits
        interest = owed - self.books.principal
        inside, alone = limits.grace[:, stage, None], limits.interest_only[:, None] & (due > 0)
        least = np.where(inside & ~alone, 0, due)
        most = np.where(inside, np.where(alone, due, interest), owed)
        ends = (self.targets.last >= 0) & (self.targets.last <= stage)
        least, most = np.where(ends, owed, least), np.where(ends, owed, most)
        single = self.problem.pace.pinned_loan[:, stage]
        pinned = ~np.isnan(single)
        if pinned.any():
            exact = np.minimum(np.nan_to_num(single).astype(np.int64), owed)
            least, most = np.where(pinned, exact, least), np.where(pinned, exact, most)
        return least, most

    def _wanted(self, stage: int, least: Cents, most: Cents) -> Cents:
        """(N, L) what the plan and interest that is due come to in whole units."""
        unit, ahead = self.grains.unit[:, None], self.grains.ahead[:, None]
        planned = self.targets.cumulative[:, stage].astype(np.int64)
        raised = -(-least // unit) * unit
        raised = np.where(self.so_far + raised > planned + ahead, least, raised)
        upward = unit - 1 if self.grains.up else 0
        wanted = np.where(self.pays[:, stage], (planned + upward - self.so_far) // unit * unit, 0)
        return np.asarray(np.minimum(np.maximum(wanted, raised), most))

    def _fixed(self, stage: int) -> tuple[Cents, Mask]:
        """(N,) the total that is fixed or that a shape makes, and where there is one."""
        pinned = self.problem.pace.pinned[:, stage]
        given = ~np.isnan(pinned)
        fixed = np.where(given, np.nan_to_num(pinned).astype(np.int64), self.stated[:, stage])
        given = given | self.said[:, stage]
        for case, course in self.courses.items():
            if given[case] or stage >= self.targets.final[case] or not self.problem.pays[case, stage]:
                continue
            books = [_Standing(int(row.sum()), int(row[-1])) for row in self.books.balances[case]]
            amount = course.amount(stage, books)
            if amount is not None:
                fixed[case], given[case] = amount, True
        return fixed, given

    def _within(self, stage: int, total: Cents, most: Cents) -> Cents:
        """(N,) totals brought within their limits, in whole units where they leave room for one."""
        least, unit = self.rooms.least(stage), self.grains.unit
        tight = np.minimum(least, most)
        raised = -(-least // unit) * unit
        higher = np.where(raised <= most, raised, tight)
        lower = np.maximum(most // unit * unit, tight) if self.so_far.shape[1] == 1 else most
        return np.where(total > most, lower, np.where(total < least, higher, total))


def _stated(courses: Mapping[int, Course], pays: Mask, final: Stages) -> tuple[Cents, Mask]:
    """(N, T) amounts that courses state for dates before the last payment, and where they do."""
    amounts, said = np.zeros(pays.shape, dtype=np.int64), np.zeros(pays.shape, dtype=bool)
    for case, course in courses.items():
        if course.stated:
            stages = list(course.stated)
            amounts[case, stages], said[case, stages] = list(course.stated.values()), True
    return amounts, said & pays & (np.arange(pays.shape[1]) < final[:, None])


def _spread(amounts: Cents, total: Cents, least: Cents, most: Cents, unit: Cents) -> Cents:
    """(N, L) what is missing to ``total`` (N,) given or taken, from the loan with the most room on; of several loans in
    whole units (N,) where they leave room for that, so that a loan that is settled makes no other's amount odd."""
    loans = amounts.shape[1]
    if loans == 1:
        return np.asarray(np.minimum(np.maximum(total[:, None], least), most))
    order, rows, found = np.argsort(least - most, axis=1, kind="stable"), np.arange(len(amounts)), amounts.copy()
    taken = total < found.sum(axis=1)
    for place in range(loans):
        loan = order[:, place]
        missing = total - found.sum(axis=1)
        moved = found[rows, loan] + missing
        moved = np.where(taken, np.where(missing < 0, moved // unit * unit, found[rows, loan]), moved)
        found[rows, loan] = np.minimum(np.maximum(moved, least[rows, loan]), most[rows, loan])
    return found


def fractions(bears: Sequence[Sequence[Bearing]], settles: Mask) -> tuple[Cents, Cents]:
    """(N, T, L, 2) numerators and denominators of what loans bear in each stage in which a period ends."""
    cases, stages = settles.shape
    loans = len(bears[0])
    top, bottom = np.zeros((cases, stages, loans, 2), np.int64), np.ones((cases, stages, loans, 2), np.int64)
    for case, row in enumerate(bears):
        where = settles[case]
        for loan, each in enumerate(row):
            top[case, where, loan], bottom[case, where, loan] = each.top, each.bottom
    return top, bottom
