"""A setting out of a case and its plan: what the plan has fall due, on stages that run on after its last payment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import numpy as np

from repayplan.calendar.dates import add_months, day_in_month, month_ends, recurring
from repayplan.cases.models import Case
from repayplan.debt.rates import RatePath
from repayplan.evaluate.bearing import Horizon, debts
from repayplan.evaluate.setting import NEVER, Setting, Stages, Worth
from repayplan.forecast.apart import AccountKey
from repayplan.money import to_cents
from repayplan.problem.arrays import Problem
from repayplan.problem.frozen import Cents, Real
from repayplan.problem.growth import accrued
from repayplan.problem.sharing import PARI_PASSU, RANK
from repayplan.problem.terms import Terms
from repayplan.rules.breach import breach_terms

BEYOND = 12
"""Months after the last installment that are looked at: real milestones slip by ten months."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a plan pays on each loan, and the debt and principal that it leaves by its ledger; (T, L) cents each."""

    paid: Cents
    debt: Cents
    principal: Cents


def horizon(terms: Terms, problem: Problem, paid: Cents, long_stop: dt.date | None = None) -> Horizon:
    """The plan's stages, and more until a year after its last payment; payment dates go on as they were.

    Where receipts make payments due it goes on until what falls due on the last ``long_stop`` can have failed.
    """
    days = problem.days()
    dates = [day for day, pays in zip(days, problem.pays[0], strict=True) if pays]
    used = np.flatnonzero(paid.sum(axis=1))
    until = add_months(days[int(used[-1])] if used.size else dates[-1], BEYOND)
    if long_stop is not None:
        until = max(until, add_months(long_stop, breach_terms().default_after.months))
    return going_on(tuple(days), tuple(dates), until, terms.payment_day, terms.payment_every, terms.first_payment)


@lru_cache(maxsize=512)
def going_on(
    days: tuple[dt.date, ...],
    dates: tuple[dt.date, ...],
    until: dt.date,
    payment_day: int,
    payment_every: int,
    first_payment: dt.date,
) -> Horizon:
    """Stages that end on ``days``, ``dates`` of them payment dates, and more of the kind to the end of the month of
    ``until``; kept, since borrowers have the same dates."""
    until = max(day_in_month(until.year, until.month, 31), days[-1])
    calendar = recurring(payment_day, payment_every, days[-1], until, first_payment)
    later = sorted({*calendar, *month_ends(days[-1], until)})
    return Horizon((*days, *later), (*dates, *calendar), len(days))


def setting(
    case: Case, terms: Terms, problem: Problem, planned: Planned, over: Horizon, keys: Sequence[AccountKey] = ()
) -> Setting:
    """The setting of one case (N = 1) and its plan on the stages of a horizon; ``keys`` are its accounts in order."""
    order = payment_order(problem)
    loans = [case.loans[loan] for loan in order]
    names = tuple(loan.id for loan in loans)
    stages = len(over.days)
    schedule = np.zeros((1, stages, len(loans)))
    schedule[0, : over.plan] = planned.paid[:, order]
    clear = planned.debt[:, order] == 0
    return Setting(
        loans=(names,),
        stages=np.array([stages]),
        schedule=schedule,
        clears=np.where(clear.any(axis=0), clear.argmax(axis=0), NEVER)[None],
        opening=np.array([float(to_cents(case.cash.opening))]),
        floor=np.full((1, stages), float(terms.floor)),
        account_loan=np.array([[-1 if loan is None else names.index(loan) for _, loan in keys]], dtype=np.int64),
        blocked=np.array([[name is None for name, _ in keys]], dtype=bool),
        deadline=_deadlines(over.days)[None],
        alike=np.array([problem.sharing.rule == PARI_PASSU]),
        debts=debts(case, terms, loans, planned.principal[:, order], over),
        worth=_worth(case, terms, problem, over),
    )


def payment_order(problem: Problem) -> list[int]:
    """Which loan is paid first where money is short: by the rank that is agreed, or what is due first by law."""
    if problem.sharing.rule == RANK:
        return list(problem.sharing.order)
    return [int(loan) for loan in np.argsort(problem.debt.rank[0])]


def _deadlines(days: tuple[dt.date, ...]) -> Stages:
    """(T,) when arrears that begin in a stage make a default; what is still in arrears at the very end has failed."""
    return _ends(days, breach_terms().default_after.months)


@lru_cache(maxsize=512)
def _ends(days: tuple[dt.date, ...], months: int) -> Stages:
    limits = np.array([add_months(day, months) for day in days], dtype="datetime64[D]")
    found = np.minimum(np.searchsorted(np.array(days, dtype="datetime64[D]"), limits), len(days) - 1)
    found.setflags(write=False)
    return found


def _worth(case: Case, terms: Terms, problem: Problem, over: Horizon) -> Worth:
    survival = problem.value.survival[0]
    asked = case.policy.liquidation_floor not in (None, "off")
    delay = terms.liquidation_delay if asked else breach_terms().collateral_delay.months
    costs = terms.liquidation_costs if asked else Decimal(0)
    late = (1 + float(terms.discount_rate)) ** (-delay / 12)
    return Worth(
        discount=_discount(case, terms, over)[None],
        survival=survival[np.minimum(np.arange(len(over.days)), over.plan - 1)][None],
        pays=over.paying[None],
        kept=np.array([float(1 - costs)]),
        late=np.array([late]),
        pursuit=np.zeros(1),
        recovery=problem.value.recovery,
        end=np.array([over.plan - 1]),
    )


def _discount(case: Case, terms: Terms, over: Horizon) -> Real:
    """(T,) factors at the bank's rate, which compound on payment dates as the debt does; as the problem has them."""
    day_count = max(case.loans, key=lambda loan: loan.principal + loan.overdue_principal).day_count
    return _factors(Fraction(terms.discount_rate), day_count, case.as_of, over.days, over.pays)


@lru_cache(maxsize=512)
def _factors(
    rate: Fraction, day_count: str, start: dt.date, days: tuple[dt.date, ...], pays: tuple[dt.date, ...]
) -> Real:
    over, path = Horizon(days, pays, len(days)), RatePath.fixed(rate)
    factors, factor = [], 1.0
    for (since, _, end), due in zip(over.stages(start), over.paying.tolist(), strict=True):
        if due:
            factor /= 1 + accrued(path, day_count, since, end)
        factors.append(factor)
    found = np.array(factors)
    found.setflags(write=False)
    return found
