"""What is wished of the amounts beyond the limits: what decides between plans, and how many installments there are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from repayplan.problem.frozen import Frozen, Real
from repayplan.problem.terms import Terms


@dataclass(frozen=True)
class WishArrays(Frozen):
    """(N,) ``installments``: exactly so many payments that are not zero, NaN where their number is free.

    ``prefer``: what decides between plans worth the same, a word for each case. ``amounts``: how many different amounts
    there may be besides the last one, 0 where there may be any number. ``any_last``: the last payment may be a token.
    """

    prefer: tuple[str, ...]
    installments: Real
    amounts: NDArray[np.int64]
    any_last: bool = False

    @classmethod
    def off(cls, cases: int) -> WishArrays:
        """Nothing is wished but to be paid early."""
        return cls(("earliest",) * cases, np.full(cases, np.nan), np.zeros(cases, dtype=np.int64))

    def undemanding(self) -> WishArrays:
        """The same without anything that demands money."""
        return WishArrays.off(len(self.prefer))

    def with_amounts(self, count: int) -> WishArrays:
        """The same with at most so many different amounts."""
        return replace(self, amounts=np.full_like(self.amounts, count))

    def with_any_last(self) -> WishArrays:
        """The same where the last payment may be a token."""
        return replace(self, any_last=True)


def wishes(terms: Terms) -> WishArrays:
    """The wishes of one case."""
    count = np.nan if terms.installments is None else float(terms.installments)
    return WishArrays((terms.prefer,), np.array([count]), np.zeros(1, dtype=np.int64))
