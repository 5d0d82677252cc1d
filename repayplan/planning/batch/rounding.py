"""Whole cents of many plans at once, as :mod:`repayplan.planning.rounding` makes them of one.

Date by date: what is planned so far rounded down to the unit, interest that is due raised to the next one, then brought
within what limits demand and leave; the last payment of a loan is what the ledger says is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.compliance.together.checks import ratios
from repayplan.compliance.together.worth import debts
from repayplan.debt.many import Bearing
from repayplan.planning.courses import NOISE, Course, interest_dates
from repayplan.problem.arrays import Cents, Mask, Problem, Real
from repayplan.problem.terms import Terms

Stages = NDArray[np.int64]

OPEN = 10
"""Times the noise of a simplex solver: what the batched solver leaves open. A whole unit must not be lost to it, nor
hang on which cases were solved together."""


BY_DATE, BY_LOAN, BY_CASE = 14, 7, 12
"""How many fields the kernel has of a date, of a loan on a date, and of a case."""


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
    from repayplan.planning.batch import walking  # numba takes time to import

    problem = ground.problem
    loans = _of_loans(ground, targets)
    fields = (
        _of_dates(ground, targets, courses),
        loans,
        _of_cases(ground, targets, grains),
        *(each.astype(np.int64, order="C") for each in (targets.last, problem.accounts.available, ground.opening)),
    )
    accounts, order = problem.accounts.loan.astype(np.int64), np.array(ground.order, dtype=np.int64)
    paid, debt, principal = found = tuple(np.zeros(loans.shape[:3], dtype=np.int64) for _ in range(3))
    walking.walk(fields, accounts, order, grains.up, found)
    return Walked(paid, debt, principal)


def _of_dates(ground: Ground, targets: Targets, courses: Mapping[int, Course]) -> Cents:
    """(N, T, 14) fields of dates as the kernel has them."""
    problem = ground.problem
    limits, pace, cash, held = problem.limits, problem.pace, problem.cash, problem.accounts
    before_last = np.arange(problem.shape[1]) < targets.final[:, None]
    small = before_last & ~limits.exempt
    least = np.where(small, _or_nothing(limits.minimum)[:, None], 0)
    released = cash.allowed + held.released
    after = np.minimum.accumulate(released[:, ::-1], axis=1)[:, ::-1] + held.total - held.released
    fields = (
        *(problem.pays, ground.settles, problem.debt.current | (interest_dates(problem) & before_last), limits.grace),
        *_said(problem, targets, courses),
        *(np.maximum(_or_nothing(pace.named), least), _or_nothing(pace.demanded), pace.base),
        *(cash.own_payable, after, problem.cover.start, problem.cover.cash),
        np.take_along_axis(cash.carried, problem.cover.start, axis=1),
    )
    return np.stack([np.asarray(each, dtype=np.int64) for each in fields], axis=2)


def _said(problem: Problem, targets: Targets, courses: Mapping[int, Course]) -> tuple[Cents, Cents]:
    """(N, T) whether the total of a date is said, as the kernel has it, and the amount: where it is pinned, or a shape
    says it for a date before the last payment."""
    from repayplan.planning.batch.walking import A_TOTAL, NOTHING_SAID, ON_INTEREST

    pinned = problem.pace.pinned
    said, amounts = np.full(pinned.shape, NOTHING_SAID), np.zeros(pinned.shape, dtype=np.int64)
    for case, course in courses.items():
        stages = list(course.stated)
        amounts[case, stages], said[case, stages] = list(course.stated.values()), A_TOTAL
        said[case, list(course.on_interest)] = ON_INTEREST
    said[~problem.pays | (np.arange(pinned.shape[1]) >= targets.final[:, None])] = NOTHING_SAID
    there = ~np.isnan(pinned)
    return np.where(there, A_TOTAL, said), np.where(there, np.nan_to_num(pinned), amounts).astype(np.int64)


def _of_loans(ground: Ground, targets: Targets) -> Cents:
    """(N, T, L, 7) fields of loans on dates as the kernel has them."""
    pinned = ground.problem.pace.pinned_loan
    top, bottom = ground.top, ground.bottom
    fields = (
        *(targets.cumulative, targets.pays, np.where(np.isnan(pinned), -1, np.nan_to_num(pinned))),
        *(top[..., 0], bottom[..., 0], top[..., 1], bottom[..., 1]),
    )
    return np.stack([np.asarray(each, dtype=np.int64) for each in fields], axis=3)


def _of_cases(ground: Ground, targets: Targets, grains: Grains) -> Cents:
    """(N, 12) fields of cases as the kernel has them."""
    from repayplan.planning.batch.walking import FAR

    limits, terms = ground.problem.limits, ground.terms
    cover = ratios([each.cover_minimum for each in terms])
    carry = ratios([each.counted_carry for each in terms])
    step = ratios([each.step for each in terms])
    largest = np.where(np.isnan(limits.maximum), FAR, np.nan_to_num(limits.maximum))
    released = ground.problem.accounts.blocked.any() & limits.settle_full
    fields = (
        *(grains.unit, grains.ahead, targets.final, limits.interest_only, largest, released),
        *(part[:, 0] for pair in (cover, carry, step) for part in pair),
    )
    return np.stack([np.asarray(each, dtype=np.int64) for each in fields], axis=1)


def _or_nothing(cents: Real) -> Cents:
    return np.ceil(np.nan_to_num(cents)).astype(np.int64)


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
