"""What payments are worth, and how far the planner's debt may be from the ledger's."""

from __future__ import annotations

import numpy as np

from repayplan.compliance.replay import Replay
from repayplan.compliance.worth import expected_recovery, value_missed
from repayplan.problem.arrays import Cents, Problem, Real

LINES_PER_PERIOD = 3
"""Principal, unpaid interest and compound interest each book one accrual line a settlement period."""


def planned_value(problem: Problem, paid: Cents | Real, debt: Cents | Real) -> float:
    """What planning makes the most of: expected recovery at its factors, less what a missed test of value costs; cents.

    ``paid`` and ``debt`` after payment are (T, L).
    """
    worth = expected_recovery(problem, paid, debt, problem.value.planning[0])
    npv = problem.legal.npv
    if npv is None or np.isnan(npv.price[0]):
        return worth
    return worth - float(npv.price[0] * value_missed(problem, paid).sum())


def present_value(plan: Replay, discount: Real) -> float:
    """Payments discounted with (T, L) factors; cents."""
    return float((discount * plan.paid).sum())


def linear_debt(problem: Problem, paid: Real) -> Real:
    """(T, L) the debt as the linear program sees it, for payments (T, L) in cents."""
    debt, rows = problem.debt.opening[0].astype(float), []
    for stage in range(len(paid)):
        debt = problem.debt.growth[0, stage] * debt + problem.debt.charge[0, stage] - paid[stage]
        rows.append(debt)
    return np.array(rows)


def debt_bound(problem: Problem) -> Real:
    """(T, L) how far the ledger may be from the linear map: half a cent per accrual line, compounded."""
    bound, rows = np.zeros(problem.shape[2]), []
    for stage in range(problem.shape[1]):
        bound = problem.debt.growth[0, stage] * bound + 0.5 * LINES_PER_PERIOD * problem.debt.periods[0, stage]
        rows.append(bound)
    return np.array(rows) + 1e-3
