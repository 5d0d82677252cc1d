"""What money is worth by stage: discount factors, those a plan is optimized with, the chance that it still comes."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

import numpy as np

from repayplan.cases.models import Loan
from repayplan.debt.rates import RatePath, contract_rate, exactly
from repayplan.problem.arrays import DebtArrays, ValueArrays
from repayplan.problem.frozen import Real, fixed
from repayplan.problem.growth import discounts
from repayplan.problem.stages import Stages
from repayplan.problem.terms import Terms
from repayplan.rules.hazard import HazardTable, hazard_table


def worth(
    loans: tuple[Loan, ...],
    stages: Stages,
    debt: DebtArrays,
    survivals: Real,
    discount_rate: Decimal,
    delay: str,
    recovery: Decimal,
    tolerance: Decimal,
) -> ValueArrays:
    """Where the hazard depends on the burden it is that of the lightest until the payments are known."""
    day_count = max(loans, key=lambda loan: loan.principal + loan.overdue_principal).day_count
    discount = discounts(RatePath.fixed(exactly(discount_rate)), day_count, stages)[None]
    contract = [discounts(contract_rate(loan), loan.day_count, stages) for loan in loans]
    return ValueArrays(
        discount=discount,
        contract=np.stack(contract, axis=1)[None],
        planning=_planning(delay, discount, debt),
        survival=survivals[:1],
        recovery=np.array([float(recovery)]),
        tolerance=np.array([float(tolerance)]),
    )


def survivals_of(terms: Terms, stages: Stages) -> Real:
    """(B, T) probability that the borrower has not defaulted by each stage: in each bucket of the table of hazards, or
    at the hazard that the case states."""
    if terms.hazard is not None:
        return _at_hazard(float(terms.hazard), stages)[None]
    return _by_bucket(hazard_table(terms.rating), stages)


@lru_cache(maxsize=512)
def _at_hazard(monthly: float, stages: Stages) -> Real:
    return fixed(np.asarray((1 - monthly) ** np.array(stages.months)))


@lru_cache(maxsize=512)
def _by_bucket(table: HazardTable, stages: Stages) -> Real:
    even = np.array(list(map(table.even_months, stages.months)))
    return fixed(np.stack([(1 - bucket.monthly) ** even for bucket in table.buckets]))


def _planning(delay: str, discount: Real, debt: DebtArrays) -> Real:
    """(N, T, L) the bank's factors; where waiting is forbidden, falling as fast in every stage as each loan grows.

    Then waiting never counts as a gain. The rates alone do not say how fast: day counts differ, and unpaid interest
    may bear more than principal does.
    """
    if delay == "allow":
        return np.repeat(discount[:, :, None], debt.opening.shape[1], axis=2)
    opening = debt.opening[:, None].astype(float)
    before = np.concatenate([opening, debt.unpaid[:, :-1]], axis=1)
    grown = np.divide(debt.unpaid, before, out=np.ones_like(before), where=before > 0)
    if not debt.linear.all():
        grown = np.where(debt.linear[:, None], grown, debt.claims.fastest)
    fallen = np.concatenate([np.ones_like(discount[:, :1]), discount[:, :-1]], axis=1) / discount
    return np.asarray(np.cumprod(1 / np.maximum(grown, fallen[:, :, None]), axis=1), dtype=float)
