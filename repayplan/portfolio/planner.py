"""Plans of a chunk's options, each in whole cents with what was proved of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from repayplan.cases.models import Case
from repayplan.cases.shapes import Contingent, Free
from repayplan.compliance.replay import Payment, Replay, replay
from repayplan.planning.plan import plan
from repayplan.planning.result import Plan, Status
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.form import Rule
from repayplan.problem.frozen import Cents
from repayplan.problem.terms import Terms, open_dates, resolve


@dataclass(frozen=True)
class Ask:
    """A variant that is to be planned, with its terms and its problem."""

    case: Case
    terms: Terms
    problem: Problem


@dataclass(frozen=True)
class Planned:
    """A plan. ``payments``, and ``debt`` and ``principal`` after them: (T, L) cents on ``days``; None where there is
    no plan that holds every limit. ``rules``: what is signed in place of amounts, with the ``replay`` they rest on."""

    status: Status
    gap: float | None
    solver: str
    days: tuple[dt.date, ...]
    payments: Cents | None = None
    debt: Cents | None = None
    principal: Cents | None = None
    rules: tuple[Rule, ...] = ()
    replay: Replay | None = None


def ask(case: Case) -> Ask:
    """A variant ready to be planned. InputError where it cannot be planned as it is written."""
    terms = resolve(case)
    shape = terms.form
    if not isinstance(shape, Free | Contingent):  # so many installments, not as few as the cash allows
        count = len(open_dates(case, terms))
        case = case.model_copy(update={"policy": case.policy.model_copy(update={"installments": count})})
        terms = resolve(case)
    return Ask(case, terms, assemble(case, terms))


def plan_all(asks: Sequence[Ask]) -> list[Planned]:
    """The best plan of every variant, in order."""
    return [_planned(each, plan(each.case)) for each in asks]


def _planned(asked: Ask, found: Plan) -> Planned:
    days = tuple(asked.problem.days())
    if found.status not in ("optimal", "feasible"):
        return Planned(found.status, found.proof.gap, found.proof.solver, days)
    paid = [Payment(row.date, row.loan, row.payment) for row in found.installments]
    course = replay(asked.case, asked.terms, asked.problem, paid, found.rules)
    return Planned(
        status=found.status,
        gap=found.proof.gap,
        solver=found.proof.solver,
        days=days,
        payments=np.asarray(course.paid),
        debt=course.debt,
        principal=course.principal,
        rules=found.rules,
        replay=course,
    )
