"""What the plans of one borrower have in common, found once for all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np

from repayplan.cases.models import Case
from repayplan.forecast import ahead_of
from repayplan.problem.stages import Stages

T = TypeVar("T")

_VALUES = frozenset({str, int, float, Decimal, dt.date, type(None), Stages})
"""What is the same where it is equal; of everything else there may be two that are equal, and each has its own."""


class Prospect:
    """One borrower whose plans are to be assembled: variants of its case that have its cash and differ in policy and
    loans. ``until``: a day that the longest of them reaches.

    Parts of a problem that depend on nothing but their arguments are made once for the same arguments. So plans that
    end on the same day and leave the loans as they are share what is owed, what is expected and what it is worth.
    """

    def __init__(self, case: Case, until: dt.date = dt.date.min) -> None:
        self.case, self.ahead = case, ahead_of(case, until)
        self._made: dict[tuple[object, ...], tuple[Any, tuple[object, ...]]] = {}

    def once(self, make: Callable[..., T], *given: Any) -> T:
        """``make(*given)``, which is not to be changed: others have it too."""
        key = (make, *map(_key, given))
        known = self._made.get(key)
        if known is None:  # what was given lives on, so that nothing else gets its place
            known = self._made[key] = make(*given), given
        found: T = known[0]
        return found


def _key(given: object) -> object:
    if type(given) is np.ndarray:
        return given.dtype.char, given.shape, given.tobytes()
    return given if type(given) in _VALUES else id(given)
