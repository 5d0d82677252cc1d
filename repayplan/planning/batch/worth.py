"""What payments of many cases are worth to the planner; see :mod:`repayplan.planning.value`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repayplan.compliance.together.worth import debts, recovered
from repayplan.compliance.worth import NOISE
from repayplan.problem.arrays import Cents, Problem, Real

Lanes = NDArray[np.int64]


def planned_values(problem: Problem, cases: Lanes, payments: Real) -> Real:
    """(N,) what planning makes the most of, in cents, of ``payments`` (N, T, L), each of one of the ``cases`` (N,)."""
    return values(problem, cases, payments, debts(problem, cases, payments))


def values(problem: Problem, cases: Lanes, paid: Cents | Real, debt: Cents | Real) -> Real:
    """(N,) expected recovery at the planning factors, less what a missed test of value costs; cents."""
    worth = recovered(problem, cases, paid, debt, problem.value.planning[cases])
    npv = problem.legal.npv
    if npv is None or np.isnan(npv.price).all():
        return worth
    after = (npv.factors[cases] * paid).sum(axis=1)
    missed = np.maximum(npv.least[cases] - after, after - npv.most[cases])
    return np.asarray(worth - npv.price[cases] * np.where(missed > NOISE, missed, 0.0).sum(axis=1))
