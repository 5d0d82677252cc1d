"""What can be said of a case before anything is solved: whether its cash could repay the debt at all."""

from __future__ import annotations

import numpy as np

from repayplan.cases.models import Case
from repayplan.errors import Fault
from repayplan.language import tr
from repayplan.money import grouped
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import Terms, resolve


def prospects(case: Case) -> list[Fault]:
    """Reasons why no plan can settle the debt, by cash and by dates alone. InputError where no plan can be tried.

    Nothing here is a proof that a plan exists: cover and the shape of the installments are left to the plan.
    """
    terms = resolve(case)
    problem = assemble(case, terms)
    return [*_cash(problem), *_largest(problem, terms), *_unfunded(problem, terms)]


def _cash(problem: Problem) -> list[Fault]:
    """All that can be paid within the term, against the debt without any interest."""
    debt, payable = int(problem.debt.opening.sum()), int(problem.payable[0].max())
    if payable >= debt:
        return []
    return [
        Fault(
            tr("the cash forecast for the term cannot repay the debt"),
            "cash",
            grouped(payable),
            tr("{debt}, without interest", debt=grouped(debt)),
            tr(
                "lengthen the term (policy.months), add sources of cash, or take what can be paid (policy.settle: best)"
            ),
        )
    ]


def _largest(problem: Problem, terms: Terms) -> list[Fault]:
    """The largest installment on every payment date, against the debt without any interest."""
    debt, dates = int(problem.debt.opening.sum()), int(problem.pays.sum())
    if terms.maximum_installment is None or terms.maximum_installment * dates >= debt:
        return []
    return [
        Fault(
            tr("the largest installment on all {dates} payment dates does not repay the debt", dates=dates),
            "policy.maximum_installment",
            grouped(terms.maximum_installment),
            tr("{least} or more", least=grouped(-(-debt // dates))),
            tr("raise the largest installment or lengthen the term (policy.months)"),
        )
    ]


def _unfunded(problem: Problem, terms: Terms) -> list[Fault]:
    """The worst spell in which the business lacks cash even if nothing is paid."""
    missing = problem.cash.unfunded[0]
    if not missing.any():
        return []
    days, worst = problem.days(), int(missing.argmax())
    enough = np.flatnonzero(missing == 0)
    first = int(max((stage for stage in enough if stage < worst), default=-1)) + 1
    last = int(min((stage for stage in enough if stage > worst), default=len(missing))) - 1
    what = tr(
        "the business lacks up to {amount} from {first} to {last}, even if nothing is paid",
        amount=grouped(int(missing[worst])),
        first=days[first],
        last=days[last],
    )
    limit = tr("at all times {floor} (floor and contingency)", floor=grouped(terms.planning_floor))
    remedy = tr("check the forecast, or find money for that time: until it is over nothing can be paid")
    return [Fault(what, "cash", limit=limit, remedy=remedy)]
