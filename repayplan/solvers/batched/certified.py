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


def proven(programs: Programs, points: Points) -> tuple[Array, Array, Array]:
    """(N,) objectives, safe lower bounds of the minima (see ``solvers.certificate``), and largest violations."""
    from repayplan.solvers.batched.checking import Claims, check

    always, whole = programs.active.all(axis=1), np.ascontiguousarray
    found = check(
        Claims(
            rows=programs.rows,
            columns=programs.columns,
            varying=programs.varying,
            fixed=programs.fixed,
            values=whole(programs.values),
            rhs=whole(programs.rhs),
            sometimes=np.where(always, -1, np.cumsum(~always) - 1).astype(np.int32),
            there=whole(programs.active[~always], dtype=np.float64),
            equal=programs.equal,
            cost=whole(programs.cost),
            lower=whole(programs.lower),
            upper=whole(programs.upper),
            x=whole(points.columns),
            y=whole(points.duals),
            low=whole(points.lower),
            high=whole(points.upper),
        )
    )
    return found[0], found[1], found[2]


def gaps(objectives: Array, lower: Array) -> Array:
    """(N,) relative gaps as in :meth:`Solution.gap`."""
    return np.asarray(np.maximum(objectives - lower, 0.0) / np.maximum(np.abs(objectives), GAP_FLOOR))
