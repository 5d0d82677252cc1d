"""Bounds that do not depend on a solver's word: any duals give a safe bound when every box is finite.

For ``min cᵀz, Az ≤ b (or = b), l ≤ z ≤ u`` and any y with y ≤ 0 on ≤ rows, ``yᵀb + Σ_j min(d_j l_j, d_j u_j)`` with
d = c − Aᵀy is a lower bound (weak duality; Neumaier & Shcherbina, Math. Program. 99, 2004).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.sparse import SparseProgram

Array = NDArray[np.float64]


def dual_bound(program: SparseProgram, row_duals: Array) -> float:
    """A safe lower bound of the minimum from any row duals (m,)."""
    inequality = ~np.isfinite(program.row_lower)
    duals = np.where(inequality, np.minimum(row_duals, 0.0), row_duals)
    duals = np.where(np.isfinite(program.row_upper), duals, 0.0)
    reduced = program.cost - products(program, duals)
    rhs = np.where(np.isfinite(program.row_upper), program.row_upper, 0.0)
    return float(duals @ rhs + np.minimum(reduced * program.lower, reduced * program.upper).sum())


def violation(program: SparseProgram, columns: Array) -> float:
    """The largest amount by which a point (n,) leaves a row, a box or the whole numbers."""
    weighted = program.values * np.repeat(columns, np.diff(program.starts))
    activity = np.bincount(program.indices, weighted, minlength=len(program.row_upper))
    outside = [
        (activity - program.row_upper).max(initial=0.0),
        (program.row_lower - activity).max(initial=0.0),
        (columns - program.upper).max(initial=0.0),
        (program.lower - columns).max(initial=0.0),
        np.abs(columns - np.round(columns))[program.integer].max(initial=0.0),
    ]
    return float(max(outside))


def products(program: SparseProgram, duals: Array) -> Array:
    """``Aᵀy`` for row duals y (m,)."""
    column = np.repeat(np.arange(len(program.cost)), np.diff(program.starts))
    weighted = program.values * duals[program.indices]
    return np.bincount(column, weighted, minlength=len(program.cost)).astype(np.float64)
