"""What can be said of a case before anything is solved: whether its cash could repay the debt at all."""

from __future__ import annotations

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
    return [*_cash(problem), *_largest(problem, terms), *_unfunded(problem)]


def _cash(problem: Problem) -> list[Fault]:
    """All that can be paid within the term, against the debt without any interest."""
    debt, payable = int(problem.debt.opening.sum()), int(problem.cash.payable[0].max())
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


def _unfunded(problem: Problem) -> list[Fault]:
    """Where the business lacks cash even if nothing is paid, nothing can be paid before."""
    missing = problem.cash.unfunded[0]
    if not missing.any():
        return []
    worst = int(missing.argmax())
    return [
        Fault(
            tr("the business lacks cash even if nothing is paid, the last time from {date} on", date=_last(problem)),
            "cash",
            grouped(int(missing[worst])),
            tr("the floor and the contingency at all times"),
            tr("check the forecast, or find money for that time: until it is over nothing can be paid"),
        )
    ]


def _last(problem: Problem) -> str:
    return str(problem.days()[int(problem.cash.unfunded[0].nonzero()[0][-1])])
