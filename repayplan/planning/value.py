"""What payments are worth, and how far the planner's debt may be from the ledger's."""

from __future__ import annotations

import numpy as np

from repayplan.compliance.replay import Replay
from repayplan.problem.arrays import Cents, Problem, Real

LINES_PER_PERIOD = 3
"""Principal, unpaid interest and compound interest each book one accrual line a settlement period."""


def expected_recovery(problem: Problem, paid: Cents | Real, debt: Cents | Real, discount: Real) -> float:
    """Σ v_t [S_t x_t + (S_{t−1} − S_t) R_t] + v_T S_T R_end in cents, of the bank's own loans.

    ``paid`` and ``debt`` after payment are (T, L) cents, ``discount`` holds factors, (T,) or (T, L).
    """
    factors = discount if discount.ndim == 2 else np.repeat(discount[:, None], paid.shape[1], axis=1)
    factors = factors * problem.debt.own[0]
    survival = problem.value.survival[0]
    value, alive = 0.0, 1.0
    for stage in np.flatnonzero(problem.pays[0]).tolist():
        recovered = _recovered(problem, debt[stage] + paid[stage])
        value += float(factors[stage] @ (survival[stage] * paid[stage] + (alive - survival[stage]) * recovered))
        alive = float(survival[stage])
    return value + float(survival[-1] * factors[-1] @ _recovered(problem, debt[-1]))


def present_value(plan: Replay, discount: Real) -> float:
    """Payments to the bank discounted with (T, L) factors; cents."""
    return float((discount * plan.paid * plan.problem.debt.own[0]).sum())


def linear_debt(problem: Problem, paid: Real) -> Real:
    """(T, L) the debt without rounding, for payments (T, L) in cents, settled class by class."""
    return np.asarray(problem.debt.claims.course(paid).sum(axis=2))


def debt_bound(problem: Problem) -> Real:
    """(T, L) how far the ledger may be from the unrounded debt: half a cent per accrual line, compounded."""
    spread = problem.debt.claims.spread[0]
    bound, rows = np.zeros(problem.shape[2]), []
    for stage in range(problem.shape[1]):
        bound = spread[stage] * bound + 0.5 * LINES_PER_PERIOD * problem.debt.periods[0, stage]
        rows.append(bound)
    return np.array(rows) + 1e-3


def _recovered(problem: Problem, claim: Cents | Real) -> Real:
    """(L,) net collateral first, then the recovery rate on what it does not cover; never more than the claim."""
    secured = np.minimum(problem.debt.collateral[0], claim)
    return np.asarray(secured + problem.value.recovery[0] * (claim - secured), dtype=float)
