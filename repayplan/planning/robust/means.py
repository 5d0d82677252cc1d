"""What a borrower can have paid by each stage of each future, whatever is scheduled.

    M_{s,t} = min over r ≥ t of (c_0 + F_{s,r} − m^op_r)

is the most that can have been paid by stage t if the costs of later stages are to be met as well: money that next
month's wages need is not there for an installment. Accounts apart (pledged proceeds, guarantors) come on top. After the
last stage of the plan nothing more is scheduled, only what is behind is made up, out of whatever comes in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repayplan.problem.arrays import Cents


@dataclass(frozen=True)
class Means:
    """Cents that can have been paid: ``own`` (S, T') out of the business's cash, ``apart`` (S, T', K) by account.

    Both never fall with the stage. ``own`` may be below 0, where not even the business's own costs are met. Of the T'
    stages the first ``stages`` are the plan's.
    """

    own: Cents
    apart: Cents
    stages: int

    @property
    def total(self) -> Cents:
        """(S, T') all that can have been paid, at least 0. Every account is taken to pay whatever is due."""
        return np.asarray(np.maximum(np.maximum(self.own, 0) + self.apart.sum(axis=2), 0))


def means(opening: int, floor: int, own: Cents, apart: Cents, stages: int) -> Means:
    """Means from net cash by stage.

    ``own`` (S, T') and ``apart`` (S, T', K) are cents that come in (or, of one's own, go out) in each stage,
    ``opening`` and the operating ``floor`` cents; the first ``stages`` of the T' stages are the plan's.
    """
    above = opening - floor + np.cumsum(own, axis=1)
    planned = np.minimum.accumulate(above[:, :stages][:, ::-1], axis=1)[:, ::-1]
    late = np.maximum.accumulate(above[:, stages - 1 :], axis=1)[:, 1:]
    return Means(np.concatenate([planned, late], axis=1), np.cumsum(apart, axis=1), stages)
