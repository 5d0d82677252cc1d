"""What a schedule costs where it is not kept: a convex function of what is to have been paid by each payment date.

With Q_t scheduled and Y_{s,t} = min(Q_t, M_{s,t}) paid so far, a unit that is behind at a stage loses v_t − v_{t+1} of
its present value there, and costs the price κ of arrears for as long as the stage lasts:

    φ(Q) = E[Σ (v_t − v_{t+1} + κ_t)(Q_t − Y_{s,t})] + λ CVaR_β(L),    L_s = Σ (v_t − v_{t+1})(Q_t − Y_{s,t})

L_s is the present value that does not come as it was scheduled; CVaR_β its mean over the worst 1 − β of all futures
(Rockafellar & Uryasev). No penalty is earned, or scheduling everything at once and living on penalties would be best.
The expectation is a sum of functions of one Q each: with the means of its stages sorted once, value and slope are a
search. The tail needs the sum over the stages of every future.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.problem.arrays import Real
from repayplan.solvers.cutting import Tangents


@dataclass(frozen=True, slots=True)
class Aversion:
    """How much the bank minds arrears. ``arrears``: price κ of a unit behind, a year; ``tail``: weight λ of the
    expected shortfall; ``level``: β, the share of futures that are no part of it."""

    arrears: float = 0.0
    tail: float = 0.0
    level: float = 0.95


class Shortfall:
    """φ over S futures. ``paid`` (S, T') what can have been paid, in the units of Q; ``group`` (T',) which Q holds at a
    stage, −1 where none does yet; ``lost`` (T',) v_t − v_{t+1}, at the last stage v; ``years`` (T',): how long stages
    last. ``most`` (J,): the largest Q that are ever asked about.
    """

    def __init__(
        self, paid: Real, group: NDArray[np.intp], lost: Real, years: Real, aversion: Aversion, most: Real
    ) -> None:
        self._aversion, self._count = aversion, len(paid)
        self.groups = int(group.max(initial=-1)) + 1
        self._stages = np.flatnonzero(group >= 0)
        self._group = group[self._stages]
        self._paid = np.ascontiguousarray(paid.T[self._stages])
        self._lost = lost[self._stages]
        counts = np.flatnonzero(self._lost > 0)
        self._counts = counts
        self._worth = self._lost[counts, None] * np.minimum(self._paid[counts], most[self._group[counts], None])
        self._in_all = self._worth.sum(axis=0)
        stage, future = np.nonzero(self._paid < most[self._group][:, None])
        weight = (self._lost + aversion.arrears * years[self._stages]) / self._count
        self._curves = _Curves(
            self._paid[stage, future],
            weight[stage],
            self._group[stage],
            self.groups,
            float(np.max(most, initial=0.0)),
        )

    @property
    def tail(self) -> bool:
        """Whether the last part is the expected shortfall."""
        return self._aversion.tail > 0

    def at(self, scheduled: Real) -> Tangents:
        """The parts at ``scheduled`` (J,): one for each payment date, and λ CVaR_β where λ is not 0."""
        values, steep = self._curves.at(scheduled)
        slopes = np.diag(steep)
        if not self.tail:
            return Tangents(values, slopes)
        losses = self.losses(scheduled)
        worst, share = self._worst(losses)
        behind = np.zeros(self.groups)
        short = scheduled[self._group][:, None] > self._paid[:, worst]
        np.add.at(behind, self._group, self._lost * (short @ share))
        value = self._aversion.tail * float(losses[worst] @ share)
        return Tangents(np.append(values, value), np.vstack([slopes, self._aversion.tail * behind]))

    def losses(self, scheduled: Real) -> Real:
        """L (S,) of every future."""
        lost, larger = -self._in_all, np.empty(self._count)
        due = self._lost[self._counts] * scheduled[self._group[self._counts]]
        for worth, amount in zip(self._worth, due.tolist(), strict=True):  # (q − m)⁺ = max(q, m) − m: two passes
            np.maximum(worth, amount, out=larger)
            lost += larger
        return np.asarray(np.maximum(lost, 0.0, out=lost))

    def expected_shortfall(self, scheduled: Real) -> float:
        """CVaR_β of L."""
        losses = self.losses(scheduled)
        worst, share = self._worst(losses)
        return float(losses[worst] @ share)

    def _worst(self, losses: Real) -> tuple[NDArray[np.intp], Real]:
        """The futures that make the worst 1 − β, and how much each counts; the last of them counts in part."""
        size = (1 - self._aversion.level) * self._count
        whole = min(max(int(np.ceil(size - 1e-9)), 1), self._count)
        worst = np.argpartition(losses, self._count - whole)[self._count - whole :]
        share = np.full(whole, 1.0)
        share[np.argmin(losses[worst])] = size - (whole - 1) if size > 0 else 1.0
        return worst, np.asarray(share / share.sum())


class _Curves:
    """Functions Σ_i w_i (q − m_i)⁺ of one argument each, side by side: one search finds where all arguments stand.

    ``places`` m and ``weights`` w (n,), ``group`` (n,) whose they are; ``count`` functions of arguments up to ``most``.
    """

    def __init__(self, places: Real, weights: Real, group: NDArray[np.intp], count: int, most: float) -> None:
        self._apart = 2.0 * (most + 1.0) * np.arange(count)
        keys = places + self._apart[group]
        order = np.argsort(keys)
        self._keys = keys[order]
        self._slope = np.concatenate([[0.0], np.cumsum(weights[order])])
        self._moment = np.concatenate([[0.0], np.cumsum((weights * places)[order])])
        self._first = np.searchsorted(group[order], np.arange(count))

    def at(self, arguments: Real) -> tuple[Real, Real]:
        """Values and slopes (from the left, where both are one)."""
        last = np.searchsorted(self._keys, arguments + self._apart, side="left")
        slopes = self._slope[last] - self._slope[self._first]
        moments = self._moment[last] - self._moment[self._first]
        return np.maximum(slopes * arguments - moments, 0.0), slopes
