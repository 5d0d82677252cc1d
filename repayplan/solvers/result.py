"""One result for every solver: status, values, duals and a bound that can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Status(StrEnum):
    """``OPTIMAL`` carries a certified gap; a time limit is never optimal."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Solution:
    """The answer to one sparse program (a minimum).

    ``columns`` (n,) are values and ``row_duals`` (m,) duals in the program's order; the dual of a row is the change of
    the minimum per unit of its right-hand side, so it is ≤ 0 for ≤ rows. ``bound`` is a safe lower bound of it.
    """

    status: Status
    objective: float
    bound: float
    columns: Array
    row_duals: Array
    solver: str
    message: str = ""
    iterations: int = 0

    @property
    def solved(self) -> bool:
        """Whether ``columns`` is a point of the program."""
        return self.status in (Status.OPTIMAL, Status.FEASIBLE)

    def gap(self, floor: float) -> float:
        """Relative gap, measured against ``max(|objective|, floor)``."""
        return max(self.objective - self.bound, 0.0) / max(abs(self.objective), floor)
