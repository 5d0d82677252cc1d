"""Each lane's answer with its proof: the point put back together, the duals, a safe bound, or why there is no point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.batched.programs import Programs
from repayplan.solvers.result import GAP_FLOOR

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Points:
    """Points (n, N) and duals (m, N) of every lane; ``lower`` and ``upper`` (n, N) boxes that hold an optimum."""

    columns: Array
    duals: Array
    lower: Array
    upper: Array


def activities(programs: Programs, columns: Array) -> Array:
    """(m, N) ``Az``."""
    found = np.zeros((programs.shape[0], programs.lanes))
    for row, column, value in zip(programs.rows.tolist(), programs.columns.tolist(), programs.values, strict=True):
        found[row] += value * columns[column]
    return found


def reduced_costs(programs: Programs, duals: Array) -> Array:
    """(n, N) ``cost − Aᵀy``."""
    found = programs.cost.copy()
    for row, column, value in zip(programs.rows.tolist(), programs.columns.tolist(), programs.values, strict=True):
        found[column] -= value * duals[row]
    return found


def violations(programs: Programs, columns: Array) -> Array:
    """(N,) the largest amount by which each point leaves a row or a box."""
    over = activities(programs, columns) - programs.rhs
    over = np.where(programs.equal[:, None], np.abs(over), over)
    rows = np.where(programs.active, over, 0.0).max(axis=0, initial=0.0)
    boxes = np.maximum(columns - programs.upper, programs.lower - columns).max(axis=0, initial=0.0)
    return np.asarray(np.maximum(rows, boxes))


def bounds(programs: Programs, points: Points) -> Array:
    """(N,) safe lower bounds of the minimum; see ``solvers.certificate``."""
    duals = allowed(programs, points.duals)
    reduced = reduced_costs(programs, duals)
    least = np.minimum(reduced * points.lower, reduced * points.upper).sum(axis=0)
    return np.asarray((duals * programs.rhs).sum(axis=0) + least)


def allowed(programs: Programs, duals: Array) -> Array:
    """Duals of the right sign, none where a lane has no such row."""
    signed = np.where(programs.equal[:, None], duals, np.minimum(duals, 0.0))
    return np.where(programs.active, signed, 0.0)


def gaps(objectives: Array, lower: Array) -> Array:
    """(N,) relative gaps as in :meth:`Solution.gap`."""
    return np.maximum(objectives - lower, 0.0) / np.maximum(np.abs(objectives), GAP_FLOOR)
