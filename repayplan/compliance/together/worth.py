"""What unrounded payments of many cases are worth, settled class by class; see :mod:`repayplan.compliance.worth`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repayplan.problem.arrays import Cents, Problem, Real

Lanes = NDArray[np.int64]


def debts(problem: Problem, cases: Lanes, payments: Real) -> Real:
    """(N, T, L) the debt without rounding after payments (N, T, L) in cents, settled class by class."""
    from repayplan.compliance.together.settling import settled  # numba takes time to import

    claims, left = problem.debt.claims, np.empty(payments.shape)
    contiguous = np.ascontiguousarray
    settled(contiguous(claims.opening, float), contiguous(claims.maps), cases, contiguous(payments, float), left)
    return left


def recovered(problem: Problem, cases: Lanes, paid: Cents | Real, debt: Cents | Real, factors: Real) -> Real:
    """(N,) Σ v_t [S_t x_t + (S_{t−1} − S_t) R_t] + v_T S_T R_end of the bank's own loans, factors (N, T, L); cents."""
    own = factors * problem.debt.own[cases][:, None]
    survival, pays = problem.value.survival[cases], problem.pays[cases]
    alive = np.where(pays, survival, 0.0)
    before = _before(survival, pays)
    collateral, rate = problem.debt.collateral[cases][:, None], problem.value.recovery[cases][:, None, None]
    claim = debt + paid
    secured = np.minimum(collateral, claim)
    brought = secured + rate * (claim - secured)
    dead = np.where(pays, before - survival, 0.0)
    by_date = own * (alive[:, :, None] * paid + dead[:, :, None] * brought)
    last = debt[:, -1]
    kept = np.minimum(collateral[:, 0], last)
    at_end = survival[:, -1, None] * own[:, -1] * (kept + rate[:, 0] * (last - kept))
    return np.asarray(by_date.sum(axis=(1, 2)) + at_end.sum(axis=1))


def _before(survival: Real, pays: NDArray[np.bool_]) -> Real:
    """(N, T) survival at the payment date before each stage; 1 before the first."""
    stages = np.arange(pays.shape[1])
    last = np.maximum.accumulate(np.where(pays, stages, -1), axis=1)
    before = np.concatenate([np.full((len(pays), 1), -1), last[:, :-1]], axis=1)
    known = np.take_along_axis(survival, np.maximum(before, 0), axis=1)
    return np.where(before >= 0, known, 1.0)
