"""Plans of a chunk's options, each in whole cents with what was proved of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from repayplan.cases.models import Case
from repayplan.cases.shapes import Contingent, Free
from repayplan.compliance.replay import Replay
from repayplan.planning.exact import make_exact
from repayplan.planning.optimum import best_first, impossible
from repayplan.planning.result import Status
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.form import Rule
from repayplan.problem.frozen import Cents
from repayplan.problem.terms import Terms, open_dates, resolve
from repayplan.solvers.chain import Chain


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
    return [_planned(each, Chain()) for each in asks]


def _planned(asked: Ask, chain: Chain) -> Planned:
    """The best plan; why there is none is not asked, which takes longer than finding one."""
    days = tuple(asked.problem.days())
    found = best_first(asked.problem, chain)
    if not found:
        return Planned("infeasible" if impossible(asked.problem, chain) else "failed", None, chain.name, days)
    tried = ((optimum, make_exact(asked.case, asked.terms, kept, optimum, chain=chain)) for kept, optimum in found)
    optimum, exact = next((pair for pair in tried if pair[1] is not None), (found[0][1], None))
    if exact is None:
        return Planned("failed", None, optimum.solver, days)
    course = exact.replay
    return Planned(
        status="optimal" if optimum.status == "optimal" else "feasible",
        gap=optimum.gap,
        solver=optimum.solver,
        days=days,
        payments=course.paid,
        debt=course.debt,
        principal=course.principal,
        rules=course.rules,
        replay=course,
    )
