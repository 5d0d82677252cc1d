"""Variants of a borrower's case: the policy of one option of the menu in place of its own."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from repayplan.calendar.dates import add_months, recurring
from repayplan.cases.agreements import RateStep
from repayplan.cases.concession_checks import concession_problems, waived
from repayplan.cases.concessions import Waiver
from repayplan.cases.models import Case, Grace, Loan
from repayplan.debt.rates import signed_rate
from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.portfolio.menu import Concession, PlanOption
from repayplan.problem.terms import Terms

TREATED_MONTHS = 14
"""Months that a treatment is looked at: a year, and the payment day after what is left of the debt is called."""

CENT = Decimal("0.01")

_FREE_OF_DEMANDS: dict[str, Any] = {
    "months": TREATED_MONTHS,
    "maturity": None,
    "route": None,
    "shape": "free",
    "prefer": "earliest",
    "settle": "best",
    "arrears": "keep",
    "arrears_cleared": None,
    "max_waived": None,
    "all_in_charge": None,
    "npv": None,
    "max_burden": None,
    "cover": "off",
    "grace": "off",
    "interest_every": "off",
    "minimum_installment": "off",
    "maximum_installment": "off",
    "installments": "off",
    "step": "off",
    "balloon": "off",
    "reserve": "off",
    "cumulative": "off",
    "average_life": "off",
    "named_payments": (),
    "fixed_payments": (),
}
"""A policy that asks for nothing: no plan is signed, so none of its limits holds."""


def planned_variant(case: Case, terms: Terms, option: PlanOption) -> Case | None:
    """The case as an option of the menu has it; ``terms`` are those of the case itself.

    None where the option is nothing of its own for this borrower: nothing to waive or to cut, what it has anyway, more
    waived than may be, or what the law's route does not allow. InputError where it would change what was agreed before,
    or its installments go on after ``policy.maturity``.
    """
    given, policy = option.concession, _policy(case, terms, option, option.concession)
    loans = case.loans if given is None else tuple(_conceded(loan, given, case.as_of) for loan in case.loans)
    if given is not None and loans == case.loans and policy == _policy(case, terms, option, None):
        return None
    policy["maturity"] = _within(case.policy.maturity, policy["maturity"], option)
    variant = case.model_copy(update={"policy": case.policy.model_copy(update=policy), "loans": loans})
    return None if given is not None and concession_problems(variant) else variant


def _policy(case: Case, terms: Terms, option: PlanOption, given: Concession | None) -> dict[str, Any]:
    """What the policy of the case becomes by an option, with what is conceded of it."""
    grace = _grace(case, given)
    count = option.count(terms.payment_every) + (given.more_installments if given else 0)
    policy: dict[str, Any] = {
        "shape": option.shape,
        "months": None,
        "maturity": last_day(case, terms, grace, count),
        "installments": "off",
        "grace": grace or "off",
    }
    if given is not None and given.settle not in (None, terms.settle):
        policy["settle"] = given.settle
    return policy


def treated_variant(case: Case) -> Case:
    """The case without a plan: nothing is demanded, waived or agreed, arrears stay what they are."""
    policy = case.policy.model_copy(update=_FREE_OF_DEMANDS)
    return case.model_copy(update={"policy": policy, "loans": tuple(map(_as_it_runs, case.loans))})


def last_day(case: Case, terms: Terms, grace: Grace | None, count: int) -> dt.date:
    """The day of the ``count``-th payment date after the grace time."""
    after = add_months(case.as_of, grace.months) if grace is not None else case.as_of
    months = count * terms.payment_every + (grace.months if grace else 0)
    until = add_months(max(terms.first_payment, after), months + terms.payment_every)
    dates = recurring(terms.payment_day, terms.payment_every, case.as_of, until, terms.first_payment)
    return dates[bisect_right(dates, after) + count - 1]


def _within(allowed: dt.date | None, last: dt.date, option: PlanOption) -> dt.date:
    """``last``, or the last payment day ``allowed`` to the borrower where amounts follow the cash and may be done
    sooner; what counts installments cannot stop early."""
    if allowed is None or last <= allowed:
        return last
    if not option.counted:
        return allowed
    raise InputError(
        Fault(
            tr(
                "the last of its installments, on {date}, comes after the last payment day allowed, {allowed}",
                date=last,
                allowed=allowed,
            ),
            "policy.maturity",
            f"{allowed}",
            tr("{date} or later", date=last),
            tr("offer fewer installments in the menu, or allow a later day"),
        )
    )


def farthest(case: Case, options: Iterable[PlanOption]) -> dt.date:
    """About the last day that any of the options reaches: what is ahead of a borrower is looked at up to there at once,
    and once more where that turns out to be too near."""
    every = case.policy.payment_every or 1
    months = [every * (each.count(every) + 2) + _months(each.concession, every) for each in options]
    return add_months(case.policy.first_payment or case.as_of, max(months, default=0))


def _months(given: Concession | None, every: int) -> int:
    return 0 if given is None else given.grace_months + every * given.more_installments


def _grace(case: Case, given: Concession | None) -> Grace | None:
    """The concession's, or the case's own."""
    if given is not None and given.grace_months:
        return Grace(months=given.grace_months, interest_only=given.interest_only)
    own = case.policy.grace
    return own if isinstance(own, Grace) else None


def _conceded(loan: Loan, given: Concession, as_of: dt.date) -> Loan:
    """A loan of the bank with the rate cut and what is waived; others' loans are not the bank's to change."""
    if loan.lender is not None:
        return loan
    changed = {**_cut(loan, given.rate_cut, as_of), **_waiver(loan, given)}
    return loan.model_copy(update=changed) if changed else loan


def _cut(loan: Loan, points: Decimal, as_of: dt.date) -> dict[str, Any]:
    """What is agreed of the rate with so many points off it, those of its later steps too; nothing where it stays."""
    path = signed_rate(loan)
    now, later = path.at(as_of), [(day, path.at(day)) for day in path.days if day > as_of]
    if not points or not any([now, *(rate for _, rate in later)]):
        return {}
    steps, before = [], _less(now, points)
    for day, rate in later:
        after = _less(rate, points)
        if after != before:
            steps.append(RateStep.model_construct(date=day, rate=after))
        before = after
    return {"rate_after_signing": _less(now, points), "rate_steps_after_signing": tuple(steps)}


def _less(rate: Fraction, points: Decimal) -> Decimal:
    return max(Decimal(rate.numerator) / Decimal(rate.denominator) - points, Decimal(0))


def _waiver(loan: Loan, given: Concession) -> dict[str, Any]:
    """What is waived with what the concession gives up; nothing where that is no more than was agreed before.
    InputError where one is final and the other on condition: a signed waiver is either."""
    before = loan.waiver or Waiver()
    parts = {
        "penalty": _part(loan.penalty, given.waive_penalty),
        "compound_interest": _part(loan.compound_interest, given.waive_compound),
        "interest": _part(loan.interest, given.waive_interest),
    }
    more = {name: amount for name, amount in parts.items() if amount > getattr(before, name)}
    if not more:
        return {}
    if waived(loan) and before.conditional != given.conditional:
        final = tr("what is waived already is final, what the concession gives up is on condition")
        revives = tr("what is waived already is on condition, what the concession gives up is final")
        limit = tr("one or the other for all that a loan waives")
        remedy = tr("have a concession with the other conditional: for such borrowers")
        place, value = f"{loan.id}.waiver.conditional", f"{before.conditional}".lower()
        raise InputError(Fault(revives if before.conditional else final, place, value, limit, remedy))
    return {"waiver": before.model_copy(update={**more, "conditional": given.conditional})}


def _part(amount: Decimal, share: Decimal) -> Decimal:
    """So much of an amount, to the cent below."""
    return (amount * share).quantize(CENT, rounding="ROUND_DOWN")


def _as_it_runs(loan: Loan) -> Loan:
    agreed = {"rate_after_signing": None, "rate_steps_after_signing": (), "compound_rate": None, "waiver": None}
    return loan.model_copy(update=agreed)
