"""From an unrounded optimum to payments in whole units that the ledger and every limit confirm.

Cumulative payments are rounded down to the unit: each payment moves by less than a unit and cash only gains, while
rounding each payment to the nearest unit breaks most plans. Where interest has to be paid up, the payment is raised
to the next unit; the last payment of a loan is whatever the ledger says is left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from repayplan.cases.models import Case
from repayplan.compliance.replay import Payment, ledgers
from repayplan.debt.ledger import Ledger
from repayplan.money import floor_to
from repayplan.planning.closing import fixed_ends, leaving
from repayplan.planning.room import Room
from repayplan.planning.sharing import least_total, share
from repayplan.planning.value import linear_debt
from repayplan.problem.arrays import Problem, Real
from repayplan.problem.terms import Terms

NOISE = 1e-9
"""Solver noise in units of the debt; what is smaller is nothing."""


@dataclass(frozen=True)
class Target:
    """What rounding aims at: (T, L) cumulative payments in cents, and the stage of each loan's last payment.

    ``last`` is −1 where a loan is not settled.
    """

    cumulative: Real
    last: tuple[int, ...]
    level: Real | None

    @property
    def final(self) -> int:
        """The stage of the last payment on any loan."""
        paid = np.flatnonzero(np.diff(self.cumulative.sum(axis=1), prepend=0.0) > 0)
        return int(paid[-1]) if paid.size else -1

    def pays(self, stage: int, loan: int) -> bool:
        """Whether anything is paid on a loan at a stage."""
        before = self.cumulative[stage - 1, loan] if stage else 0.0
        return bool(self.cumulative[stage, loan] > before)


@dataclass(frozen=True, slots=True)
class Grain:
    """How rounding is done, in cents: to the ``unit``, a loan running ``ahead`` of what is planned for it by so much at
    most; ``up`` where cumulative payments are rounded up, not down."""

    unit: int
    ahead: int
    up: bool = False


def aim(problem: Problem, payments: Real, *, level: bool) -> Target:
    """The target of unrounded ``payments`` (T, L); with ``level`` the payments of a date are kept to one amount."""
    noise = NOISE * float(problem.scale[0])
    payments = np.where(payments > 10 * noise, payments, 0.0)
    left = linear_debt(problem, payments)[-1]
    last = tuple(
        int(stages[-1]) if left[loan] <= 100 * noise and stages.size else -1
        for loan, stages in enumerate(np.flatnonzero(column) for column in payments.T)
    )
    cumulative = np.cumsum(payments, axis=0)
    return Target(np.where(cumulative > 0, cumulative + noise, 0.0), last, payments.sum(axis=1) if level else None)


def round_payments(case: Case, terms: Terms, problem: Problem, target: Target, grain: Grain) -> list[Payment]:
    """Payments in multiples of the grain's unit, except those that settle a loan or exactly its interest."""
    if target.level is None:
        return _walk(case, terms, problem, target, grain, None)
    amounts = _level_amounts(problem, target, grain, raised=False)
    payments = _walk(case, terms, problem, target, grain, amounts)
    if (
        payments
        and problem.limits.level[0]
        and 10 * _paid_on_last_day(payments) > 11 * max(amounts.values(), default=0)
    ):
        raised = _level_amounts(problem, target, grain, raised=True)
        payments = _walk(case, terms, problem, target, grain, raised)
    return payments


def _walk(
    case: Case, terms: Terms, problem: Problem, target: Target, grain: Grain, totals: dict[int, int] | None
) -> list[Payment]:
    books = ledgers(case, terms)
    paid = [0] * len(books)
    payments: list[Payment] = []
    days = problem.days()
    room = Room(terms, problem, target.final)
    totals = {**(totals or {}), **_pinned(problem)}
    ends = fixed_ends(problem, target.last, np.diff(target.cumulative, axis=0, prepend=0.0) > 0)
    for stage in np.flatnonzero(problem.pays[0]).tolist():
        for ledger in books:
            ledger.advance(days[stage])
        fixed = totals.get(stage)
        if problem.sharing.together:
            amounts = _shared(problem, target, books, stage, sum(paid), grain, room, fixed)
        else:
            ranges = [_range(problem, target, book, stage, number) for number, book in enumerate(books)]
            for number, book in enumerate(books):
                exact = leaving(book, days[stage], ends[stage, number]) if (stage, number) in ends else None
                ranges[number] = ranges[number] if exact is None else (exact, exact)
            amounts = [_amount(target, stage, loan, paid[loan], grain, ranges[loan]) for loan in range(len(books))]
            total = _within(room, stage, sum(amounts), grain) if fixed is None else fixed
            _spread(amounts, total, ranges)
        room.pay(stage, amounts)
        for loan, (ledger, cents) in enumerate(zip(books, amounts, strict=True)):
            if cents:
                ledger.pay(days[stage], cents)
                paid[loan] += cents
                payments.append(Payment(days[stage], ledger.loan, cents))
    return payments


def _shared(
    problem: Problem,
    target: Target,
    books: Sequence[Ledger],
    stage: int,
    paid: int,
    grain: Grain,
    room: Room,
    fixed: int | None,
) -> list[int]:
    """What each loan is paid at one date where the total says it: the total is rounded, not the parts."""
    owed, least = sum(book.debt for book in books), least_total(problem, books, stage)
    most = 0 if problem.limits.grace[0, stage] and not problem.limits.interest_only[0] else owed
    if problem.limits.grace[0, stage] and problem.limits.interest_only[0]:
        most = least
    planned = int(target.cumulative[stage].sum())
    raised = math.ceil(least / grain.unit) * grain.unit
    if paid + raised > planned + grain.ahead:
        raised = least
    upward = grain.unit - 1 if grain.up else 0
    pays = any(target.pays(stage, loan) for loan in range(len(books)))
    wanted = floor_to(planned + upward, grain.unit) - paid if pays else 0
    if min(target.last) >= 0 and stage == target.final:
        return share(problem, books, stage, owed)
    total = _within(room, stage, min(max(wanted, raised), most), grain) if fixed is None else fixed
    return share(problem, books, stage, min(max(total, least), most))


def _amount(target: Target, stage: int, loan: int, paid: int, grain: Grain, between: tuple[int, int]) -> int:
    """What one loan is paid at one date, given what has been paid on it, ``between`` the least and the most.

    Interest that has to be paid up is raised to the next unit unless that runs too far ahead of the plan: month after
    month of it adds up, because what is paid above the interest never comes back. Where the plan pays nothing, cents
    left over from earlier dates are not made up: limits may leave no room for any.
    """
    least, most = between
    planned = int(target.cumulative[stage, loan])
    raised = math.ceil(least / grain.unit) * grain.unit
    if paid + raised > planned + grain.ahead:
        raised = least
    upward = grain.unit - 1 if grain.up else 0
    wanted = floor_to(planned + upward, grain.unit) - paid if target.pays(stage, loan) else 0
    return min(max(wanted, raised), most)


def _within(room: Room, stage: int, total: int, grain: Grain) -> int:
    """The total of a date brought within its limits, in whole units where they leave room for one."""
    least, most = room.least(stage), room.most(stage)
    if total > most:
        return max(floor_to(most, grain.unit), min(least, most))
    if total < least:
        raised = math.ceil(least / grain.unit) * grain.unit
        return raised if raised <= most else min(least, most)
    return total


def _range(problem: Problem, target: Target, ledger: Ledger, stage: int, loan: int) -> tuple[int, int]:
    """The least and the most that may be paid on one loan at one date."""
    single = float(problem.pace.pinned_loan[0, stage, loan])
    if not math.isnan(single):
        return min(int(single), ledger.debt), min(int(single), ledger.debt)
    if stage == target.last[loan]:
        return ledger.debt, ledger.debt
    due = ledger.debt - ledger.principal
    current = bool(problem.debt.current[0, stage])
    if problem.limits.grace[0, stage]:
        return (due, due) if problem.limits.interest_only[0] and current else (0, due)
    return due if current else 0, ledger.debt


def _level_amounts(problem: Problem, target: Target, grain: Grain, *, raised: bool) -> dict[int, int]:
    """The amount of each date before the last: the level rounded, or two amounts a unit apart.

    The larger one comes later, so that what has been paid never runs ahead of the plan.
    """
    if target.level is None or not target.level.any():
        return {}
    final = int(np.flatnonzero(target.level)[-1])
    limits, settled = problem.limits, problem.pace.settled
    left_out = limits.exempt if limits.level[0] else limits.grace | settled
    stages = [stage for stage in np.flatnonzero(problem.pays[0]).tolist() if stage < final and not left_out[0, stage]]
    if not stages:
        return {}
    levels = {stage: float(target.level[stage]) + NOISE * float(problem.scale[0]) for stage in stages}
    if not problem.limits.level[0]:
        few = bool(problem.wishes.amounts[0])
        return _few(levels, grain) if few else _runs(levels, grain.unit, 2 * NOISE * float(problem.scale[0]))
    level, unit = levels[stages[0]], grain.unit
    amount = floor_to(int(level) + (unit - 1 if grain.up else 0), unit)
    late = int(len(stages) * (level - amount) / unit) if raised else 0
    return {stage: amount + (unit if number >= len(stages) - late else 0) for number, stage in enumerate(stages)}


def _few(levels: Mapping[int, float], grain: Grain) -> dict[int, int]:
    """Every amount rounded by itself: there are no more than there were."""
    up = grain.unit - 1 if grain.up else 0
    return {stage: floor_to(int(level) + up, grain.unit) for stage, level in levels.items() if level >= grain.unit}


def _runs(levels: Mapping[int, float], unit: int, noise: float) -> dict[int, int]:
    """Like amounts one after the other become one amount, or two that differ by a unit, the larger one later."""
    runs: list[list[int]] = []
    for stage, level in levels.items():
        if runs and abs(level - levels[runs[-1][0]]) <= noise:
            runs[-1].append(stage)
        else:
            runs.append([stage])
    amounts: dict[int, int] = {}
    left = 0.0
    for run in runs:
        level = levels[run[0]]
        amount = floor_to(int(level), unit)
        left += len(run) * (level - amount)
        late = min(int(left / unit), len(run))
        left -= late * unit
        amounts |= {stage: amount + (unit if n >= len(run) - late else 0) for n, stage in enumerate(run)}
    return amounts


def _pinned(problem: Problem) -> dict[int, int]:
    """What is fixed for all loans together, by stage."""
    return {
        stage: int(problem.pace.pinned[0, stage])
        for stage in np.flatnonzero(~np.isnan(problem.pace.pinned[0])).tolist()
    }


def _spread(amounts: list[int], total: int, ranges: list[tuple[int, int]]) -> None:
    """Give or take what is missing to ``total``, from the loan with the most room on."""
    for loan in sorted(range(len(amounts)), key=lambda number: ranges[number][0] - ranges[number][1]):
        least, most = ranges[loan]
        amounts[loan] = min(max(amounts[loan] + total - sum(amounts), least), most)


def _paid_on_last_day(payments: list[Payment]) -> int:
    return sum(payment.cents for payment in payments if payment.date == payments[-1].date)
