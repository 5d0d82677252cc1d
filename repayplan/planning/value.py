"""What payments are worth, and how far the planner's debt may be from the ledger's."""

from __future__ import annotations

import numpy as np

from repayplan.compliance.replay import Replay
from repayplan.compliance.worth import expected_recovery, value_missed
from repayplan.problem.arrays import Cents, Problem, Real


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
    """Payments to the bank discounted with (T, L) factors; cents."""
    return float((discount * plan.paid * plan.problem.debt.own[0]).sum())


def linear_debt(problem: Problem, paid: Real) -> Real:
    """(T, L) the debt without rounding, for payments (T, L) in cents, settled class by class."""
    return np.asarray(problem.debt.claims.course(paid).sum(axis=2))


def debt_bound(problem: Problem) -> Real:
    """(T, L) how far the ledger may be from the unrounded debt, and what floats lose; cents."""
    return np.asarray(problem.debt.booking[0] + 1e-3)
