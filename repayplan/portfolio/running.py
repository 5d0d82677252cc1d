"""What the contracts of running loans call up, as stages of the scenario core: principal not yet due with its interest.

A contract says when its principal falls due; where it says nothing of its end, equal parts fall due on each payment
date over the months that the table of treatments names. Dues count on payment dates, on which the core books interest.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from repayplan.calendar.dates import add_months, day_in_month
from repayplan.cases.models import Loan
from repayplan.debt.running import bank_day, maturity
from repayplan.evaluate.bearing import Horizon
from repayplan.evaluate.build import BEYOND, going_on
from repayplan.evaluate.reference import HALF_UP
from repayplan.evaluate.setting import NEVER, Stages
from repayplan.money import to_cents
from repayplan.problem.arrays import Problem
from repayplan.problem.frozen import Real
from repayplan.problem.terms import Terms

MOST_RUNNING = 60
"""Months of a contract that are followed; principal that falls due later is worth what a default would bring of it."""


@dataclass(frozen=True)
class Dues:
    """What contracts call up: ``amounts`` (T, L) cents with interest, ``before`` (T, L) principal not yet due before
    each stage, ``last`` (L,) the stage with the last of it, ``NEVER`` where that is not followed; ``end``: the last
    stage that is followed."""

    amounts: Real
    before: Real
    last: Stages
    end: int


def horizon_of(loans: Sequence[Loan], as_of: dt.date, like: Problem, terms: Terms, least: int, unsaid: int) -> Horizon:
    """The stages of a problem, or more as it would have gone on, to a year after all that contracts call up, and
    ``least`` months at any rate."""
    last = min(max(_last_day(loan, as_of, unsaid) for loan in loans), add_months(as_of, MOST_RUNNING))
    until = add_months(max(last, add_months(as_of, least)), BEYOND)
    days = tuple(like.days())
    dates = tuple(day for day, pays in zip(days, like.pays[0], strict=True) if pays)
    over = going_on(days, dates, until, terms.payment_day, terms.payment_every, terms.first_payment)
    count = bisect_right(over.days, day_in_month(until.year, until.month, 31))
    if count == len(over.days):
        return over
    return Horizon(over.days[:count], tuple(day for day in dates if day <= over.days[count - 1]), min(over.plan, count))


def dues_of(loans: Sequence[Loan], as_of: dt.date, over: Horizon, bears: Real, unsaid: int) -> Dues:
    """What falls due of loans, other lenders' too, which bear ``bears`` (T, L) in each stage."""
    dates = [number for number, pays in enumerate(over.paying.tolist()) if pays]
    days = [over.days[number] for number in dates]
    followed = add_months(as_of, MOST_RUNNING)
    principal, last = np.zeros(bears.shape), np.zeros(len(loans), dtype=np.int64)
    for number, loan in enumerate(loans):
        for day, cents in _calls(loan, as_of, days, unsaid):
            if day > followed or not (at := days[bisect_left(days, day) :]):
                last[number] = NEVER
            else:
                stage = dates[len(dates) - len(at)]
                principal[stage, number] += cents
                last[number] = max(last[number], stage)
    whole = np.array([float(to_cents(loan.principal)) for loan in loans])
    before = whole - np.concatenate([np.zeros((1, len(loans))), np.cumsum(principal, axis=0)[:-1]])
    grown = np.cumsum(before * bears, axis=0)[dates]
    interest = np.zeros_like(principal)
    interest[dates] = np.diff(grown, axis=0, prepend=0.0)
    end = max(bisect_right(over.days, max(followed, as_of)) - 1, 0)
    return Dues(np.floor(principal + interest + HALF_UP), before, last, min(end, len(over.days) - 1))


def _last_day(loan: Loan, as_of: dt.date, unsaid: int) -> dt.date:
    """When the last principal not yet due falls due by the contract; what other lenders have coming after that of the
    bank does not concern it."""
    if loan.lender is not None or not loan.principal:
        return as_of
    return max(maturity(loan.contract) or add_months(as_of, unsaid), as_of)


def _calls(loan: Loan, as_of: dt.date, dates: Sequence[dt.date], unsaid: int) -> list[tuple[dt.date, int]]:
    """Days and cents of principal not yet due; what should have been due before falls due at once."""
    left = to_cents(loan.principal)
    end, found = maturity(loan.contract), []
    for part in loan.contract.installments if left else ():
        cents = min(to_cents(part.amount), left)
        found.append((bank_day(loan.contract, part.date), cents))
        left -= cents
    if not left:
        return found
    if end is not None:
        return [*found, (end, left)]
    after = max([as_of, *(day for day, _ in found)])
    several = [day for day in dates if after < day <= add_months(after, unsaid)] or [dates[-1]]
    edges = [left * number // len(several) for number in range(len(several) + 1)]
    return [*found, *((day, edges[number + 1] - edges[number]) for number, day in enumerate(several))]
