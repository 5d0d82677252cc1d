"""What one borrower's options have fall due, as settings of the scenario core: one lane an option.

Plans run as they are signed. A treatment has no plan: what the borrower is ready to pay falls due month by month, in
the end all of it does, and what is left is a default by the core's own rules.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from repayplan.calendar.dates import add_months
from repayplan.cases.models import Case, Loan
from repayplan.compliance.replay import Payment, replay
from repayplan.evaluate.bearing import Horizon
from repayplan.evaluate.build import Planned as Signed
from repayplan.evaluate.build import horizon, payment_order, setting
from repayplan.evaluate.rules import until_the_long_stops
from repayplan.evaluate.setting import NEVER, PRINCIPAL, Setting
from repayplan.forecast.apart import AccountKey, account_keys
from repayplan.money import to_cents
from repayplan.planning.batch.asks import Ask, Batched
from repayplan.planning.stress import Prepared
from repayplan.portfolio.variants import treated_variant
from repayplan.problem.assemble import assemble
from repayplan.problem.frozen import Mask, Real
from repayplan.problem.terms import Terms, resolve
from repayplan.rules.treatments import MONTHS, Course, TreatmentName

OVERDUE = ("overdue_principal", "interest", "compound_interest", "penalty", "fees")
"""What of a loan's claims is overdue on the case's date."""


@dataclass(frozen=True)
class Lane:
    """An option in the core: its ``setting`` (N = 1) on stages that end on ``days``, and which accounts pay at all,
    (K,). ``rules``: where what falls due follows receipts, what it is drawn from."""

    days: tuple[dt.date, ...]
    setting: Setting
    pays: Mask
    rules: Prepared | None = None


@dataclass(frozen=True)
class Untreated:
    """A borrower without a plan: what every treatment starts from. ``overdue`` and what is ``not_due`` (L,) cents by
    loan in order of payment, the bank's own alone."""

    case: Case
    terms: Terms
    over: Horizon
    setting: Setting
    overdue: Real
    not_due: Real
    keys: tuple[AccountKey, ...]


def plan_lane(asked: Ask, found: Batched) -> Lane:
    """The lane of a plan. ValueError where there is none."""
    if found.payments is None or found.debt is None or found.principal is None:
        raise ValueError("there is no plan")
    case, terms, problem, keys = asked.case, asked.terms, asked.problem, account_keys(asked.case)
    over = horizon(terms, problem, found.payments, max((rule.long_stop for rule in found.rules), default=None))
    signed = Signed(found.payments, found.debt, found.principal)
    made = setting(case, terms, problem, signed, over, keys)
    prepared = None
    if found.rules:
        made = until_the_long_stops(made, found.rules, over)
        names = [loan.id for loan in case.loans]
        paid = [
            Payment(day, name, int(cents))
            for day, row in zip(found.days, found.payments, strict=True)
            for name, cents in zip(names, row, strict=True)
        ]
        course = replay(case, terms, problem, paid, found.rules)
        prepared = Prepared(course, over, signed, made, found.rules)
    return Lane(over.days, made, np.ones(len(keys), dtype=bool), prepared)


def untreated(case: Case) -> Untreated:
    """What treatments of a borrower start from. InputError where the case cannot be read as a running debt."""
    variant = treated_variant(case)
    terms = resolve(variant)
    problem = assemble(variant, terms)
    days = problem.days()
    pays = tuple(day for day, paying in zip(days, problem.pays[0], strict=True) if paying)
    over = Horizon(tuple(days), pays, len(days))
    loans = [variant.loans[number] for number in payment_order(problem)]
    shape = (len(days), len(variant.loans))
    principal = np.array([to_cents(loan.principal + loan.overdue_principal) for loan in variant.loans], dtype=np.int64)
    nothing = np.zeros(shape, dtype=np.int64)
    signed = Signed(nothing, np.ones(shape, dtype=np.int64), np.broadcast_to(principal, shape))
    keys = account_keys(variant)
    made = setting(variant, terms, problem, signed, over, keys)
    overdue = np.array([0.0 if loan.lender else float(overdue_of(loan)) for loan in loans])
    not_due = np.array([0.0 if loan.lender else float(to_cents(loan.principal)) for loan in loans])
    return Untreated(variant, terms, over, _with_penalty(made, loans), overdue, not_due, keys)


def overdue_of(loan: Loan) -> int:
    """What is overdue on a loan; cents."""
    return sum(to_cents(getattr(loan, name)) for name in OVERDUE)


def treatment_lane(base: Untreated, kind: TreatmentName, course: Course) -> Lane:
    """The lane of a treatment by the course that is expected of it."""
    days, as_of = base.over.days, base.case.as_of
    made, stages, ends = base.setting, len(base.over.days), ending(base, course)
    schedule = np.zeros_like(made.schedule)
    for month, share in enumerate(course.cash, 1):
        schedule[0, stage_of(days, as_of, month)] += np.floor(share * base.overdue)
    floor = np.array(made.floor)
    floor[0, ends] = np.inf  # what is left is called, not paid
    clears = np.full_like(made.clears, ends)
    called = kind == "guarantor"
    if called:  # the guarantor owes all of it at once; of the borrower nothing is expected
        floor[:], clears[:] = np.inf, 0
    pays = np.array([called or name is None for name, _ in base.keys], dtype=bool)
    claims = np.array(made.debts.claims)
    claims[0, :, PRINCIPAL] -= np.floor(course.performing * base.not_due)  # goes on by its contract, outside the core
    changed = replace(
        made,
        debts=replace(made.debts, claims=claims),
        schedule=schedule,
        clears=np.where(made.debts.own > 0, clears, NEVER),
        floor=floor,
        deadline=np.full((1, stages), ends),
        worth=replace(
            made.worth,
            late=_late(base, made, course),
            recovery=np.minimum(made.worth.recovery * course.unsecured, 1.0),
        ),
    )
    return Lane(days, changed, pays)


def stage_of(days: tuple[dt.date, ...], as_of: dt.date, month: int) -> int:
    """The last stage that ends in the first so many months."""
    return max(bisect_right(days, add_months(as_of, month)) - 1, 0)


def ending(base: Untreated, course: Course) -> int:
    """The stage in which what is left is called and is a default."""
    return min(stage_of(base.over.days, base.case.as_of, course.ends) + 1, len(base.over.days) - 1)


def months_seen(days: tuple[dt.date, ...], as_of: dt.date) -> int:
    """How many stages end in the months of which options tell."""
    return stage_of(days, as_of, MONTHS) + 1


def _late(base: Untreated, made: Setting, course: Course) -> Real:
    """What a cent of collateral is worth at the default, costs and delay considered."""
    if course.delay_months is None:
        return np.asarray(made.worth.late)
    discounted = (1 + float(base.terms.discount_rate)) ** (-course.delay_months / 12)
    return np.array([(1 - (course.costs or 0.0)) * discounted])


def _with_penalty(made: Setting, loans: list[Loan]) -> Setting:
    """Without a plan overdue principal goes on bearing penalty: each loan bears the mean of both rates, by how much of
    its principal is overdue today."""
    parts = np.array([float(_overdue_part(loan)) for loan in loans])
    debts = made.debts
    interest = debts.interest * (1 - parts) + debts.penalty * parts
    return replace(made, debts=replace(debts, interest=interest))


def _overdue_part(loan: Loan) -> Decimal:
    whole = loan.principal + loan.overdue_principal
    return loan.overdue_principal / whole if whole else Decimal(0)
