"""From an unrounded optimum to payments in whole units that the ledger and every limit confirm.

Cumulative payments are rounded down to the unit: each payment moves by less than a unit and cash only gains, while
rounding each payment to the nearest unit breaks most plans. Where interest has to be paid up, the payment is raised
to the next unit; the last payment of a loan is whatever the ledger says is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from repayplan.cases.models import Case
from repayplan.compliance.replay import Payment, ledgers
from repayplan.debt.ledger import Ledger
from repayplan.money import floor_to
from repayplan.planning.value import linear_debt
from repayplan.problem.arrays import Problem, Real
from repayplan.problem.terms import Terms

NOISE = 1e-8
"""Solver noise in units of the debt; what is smaller is nothing."""


@dataclass(frozen=True)
class Target:
    """What rounding aims at: (T, L) cumulative payments in cents, and the stage of each loan's last payment.

    ``last`` is −1 where a loan is not settled.
    """

    cumulative: Real
    last: tuple[int, ...]
    level: Real | None


def aim(problem: Problem, payments: Real, *, level: bool) -> Target:
    """The target of unrounded ``payments`` (T, L); with ``level`` the payments of a date are kept to one amount."""
    noise = NOISE * float(problem.scale[0])
    left = linear_debt(problem, payments)[-1]
    last = tuple(
        int(np.flatnonzero(payments[:, loan] > noise)[-1]) if left[loan] <= 10 * noise and payments[:, loan].any() else -1
        for loan in range(payments.shape[1])
    )
    return Target(np.cumsum(payments, axis=0) + noise, last, payments.sum(axis=1) if level else None)


def round_payments(case: Case, terms: Terms, problem: Problem, target: Target, unit: int) -> list[Payment]:
    """Payments in multiples of ``unit`` cents, except those that settle a loan or an interest-only grace."""
    if target.level is None:
        return _walk(case, terms, problem, target, unit, None)
    amounts = _level_amounts(problem, target, unit, raised=False)
    payments = _walk(case, terms, problem, target, unit, amounts)
    if payments and 10 * _paid_on_last_day(payments) > 11 * max(amounts.values(), default=0):
        payments = _walk(case, terms, problem, target, unit, _level_amounts(problem, target, unit, raised=True))
    return payments


def _walk(
    case: Case, terms: Terms, problem: Problem, target: Target, unit: int, totals: dict[int, int] | None
) -> list[Payment]:
    books = ledgers(case, terms)
    paid = [0] * len(books)
    payments: list[Payment] = []
    days = problem.days()
    for stage in np.flatnonzero(problem.pays[0]).tolist():
        amounts = []
        for loan, ledger in enumerate(books):
            ledger.advance(days[stage])
            wanted = floor_to(int(target.cumulative[stage, loan]), unit) - paid[loan]
            amounts.append(_amount(problem, target, ledger, stage, loan, max(wanted, 0), unit))
        if totals is not None and stage in totals:
            _spread(amounts, totals[stage], [ledger.debt for ledger in books], target, stage)
        for loan, (ledger, cents) in enumerate(zip(books, amounts, strict=True)):
            if cents:
                ledger.pay(days[stage], cents)
                paid[loan] += cents
                payments.append(Payment(days[stage], ledger.loan, cents))
    return payments


def _amount(problem: Problem, target: Target, ledger: Ledger, stage: int, loan: int, wanted: int, unit: int) -> int:
    """What one loan is paid at one date, given what rounding down leaves to pay."""
    limits, due = problem.limits, ledger.debt - ledger.principal
    if stage == target.last[loan]:
        return ledger.debt
    if limits.grace[0, stage]:
        return due if limits.interest_only[0] and problem.debt.current[0, stage] else min(wanted, due)
    if problem.debt.current[0, stage]:
        wanted = max(wanted, math.ceil(due / unit) * unit)
    return min(wanted, ledger.debt)


def _level_amounts(problem: Problem, target: Target, unit: int, *, raised: bool) -> dict[int, int]:
    """The amount of each date before the last: the level rounded down, or two amounts a unit apart.

    The larger one comes later, so that what has been paid never runs ahead of the plan.
    """
    if target.level is None:
        return {}
    final = max(target.last) if max(target.last) >= 0 else int(np.flatnonzero(target.level)[-1])
    stages = [
        stage
        for stage in np.flatnonzero(problem.pays[0]).tolist()
        if stage < final and not problem.reduced[0, stage]
    ]
    if not stages:
        return {}
    level = float(target.level[stages[0]]) + NOISE * float(problem.scale[0])
    amount = floor_to(int(level), unit)
    late = int(len(stages) * (level - amount) / unit) if raised else 0
    return {stage: amount + (unit if number >= len(stages) - late else 0) for number, stage in enumerate(stages)}


def _spread(amounts: list[int], total: int, debts: list[int], target: Target, stage: int) -> None:
    """Give or take what is missing to ``total`` where a loan has room for it and is not being settled."""
    for loan in sorted(range(len(amounts)), key=lambda number: -debts[number]):
        if target.last[loan] != stage:
            changed = min(max(amounts[loan] + total - sum(amounts), 0), debts[loan])
            amounts[loan] = changed


def _paid_on_last_day(payments: list[Payment]) -> int:
    return sum(payment.cents for payment in payments if payment.date == payments[-1].date)
