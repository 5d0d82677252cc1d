"""One result for every solver: status, values, duals and a bound that can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CERTIFIED = 1e-6
"""A solution counts as optimal when its safe gap is at most this, relative to ``max(|objective|, GAP_FLOOR)``."""

GAP_FLOOR = 0.05

TIME_IS_UP = "Time limit reached"
"""The message of every solution for which there was not time enough, whichever solver it is from."""

TREE_IS_FULL = "Node limit reached"
"""The message of a solution with whole numbers whose tree has grown too large to be searched to the end."""


class Status(StrEnum):
    """``OPTIMAL`` carries a certified gap; a time limit is never optimal."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """``programs`` that a solver was given with the same options (nothing: its usual ones) and that ended alike."""

    solver: str
    options: str
    status: str
    programs: int = 1


@dataclass(frozen=True, slots=True)
class Solution:
    """The answer to one sparse program (a minimum).

    ``columns`` (n,) are values and ``row_duals`` (m,) duals in the program's order; the dual of a row is the change of
    the minimum per unit of its right-hand side, so it is ≤ 0 for ≤ rows; with whole numbers, of the linear program in
    which they are fixed. ``bound`` is a safe lower bound of the minimum. ``attempts``: what was tried to get there.
    ``iterations`` of the simplex method, those of a whole tree included; None where the solver does not tell.
    """

    status: Status
    objective: float
    bound: float
    columns: Array
    row_duals: Array
    solver: str
    message: str = ""
    iterations: int | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def solved(self) -> bool:
        """Whether ``columns`` is a point of the program."""
        return self.status in (Status.OPTIMAL, Status.FEASIBLE)

    @property
    def out_of_time(self) -> bool:
        """Whether more time might have brought more."""
        return self.message in (TIME_IS_UP, TREE_IS_FULL)

    def gap(self, floor: float = GAP_FLOOR) -> float:
        """Relative gap, measured against ``max(|objective|, floor)``."""
        return relative_gap(-self.bound, -self.objective, floor)


def relative_gap(bound: float, value: float, floor: float = GAP_FLOOR) -> float:
    """By how much a safe upper bound exceeds a value, relative to it or at least to ``floor``."""
    return max(bound - value, 0.0) / max(abs(value), floor)
