"""The burden of a plan, what its first twelve months pay over the cash they bring, and the hazard that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from repayplan.problem.frozen import Cents, Frozen, Mask, Real

FIRST_YEAR = 12
"""Months over which the burden is measured."""


@dataclass(frozen=True)
class Burden(Frozen):
    """``first`` (N, T): stages of the first twelve months, ``cash`` (N,) cents that come in then, net of costs.

    ``low`` and ``high`` (N,): what the burden must lie between; NaN where it need not. ``edges`` (N, B) upper edges of
    the buckets, the last one infinite, ``survival`` (N, B, T) with the hazard of each; None where the hazard does not
    depend on the burden.
    """

    first: Mask
    cash: Cents
    low: Real
    high: Real
    edges: Real | None = None
    survival: Real | None = None

    def of(self, total: Sequence[int]) -> float:
        """The burden of payments (T,) in cents, one case; infinite where something is paid out of nothing."""
        paid = sum(cents for cents, counts in zip(total, self.first[0], strict=True) if counts)
        cash = int(self.cash[0])
        return 0.0 if not paid else paid / cash if cash > 0 else float("inf")

    def bucket(self, total: Sequence[int]) -> int:
        """The bucket of payments (T,) in cents, one case; on an edge it is the lower one."""
        if self.edges is None:
            return 0
        return int(np.searchsorted(self.edges[0], self.of(total), side="left"))

    def kept_in(self, bucket: int) -> Burden:
        """The same, the burden bound to a bucket, and to what bound it before."""
        if self.edges is None:
            raise ValueError("without a table there is no bucket to stay in")
        below = self.edges[:, bucket - 1] if bucket else np.full_like(self.low, np.nan)
        edge = self.edges[:, bucket]
        above = np.where(np.isinf(edge), np.nan, edge)
        return replace(self, low=np.fmax(self.low, below), high=np.fmin(self.high, above))

    def free_below(self) -> Burden:
        """The same without a least burden: paying nothing is allowed."""
        return replace(self, low=np.full_like(self.low, np.nan))
