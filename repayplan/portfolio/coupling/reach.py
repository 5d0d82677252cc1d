"""Limits that cannot be kept: which of them not even alone, and how near a choice can come to all of them together.

Alone, the most that can be done for a limit is that every case takes the option that helps it most. Together, the sum
of what limits are exceeded by, relative to them, is made as small as can be: the same choice with no value but what is
paid for exceeding a limit, so its dual bound proves that no choice comes nearer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from repayplan.portfolio.coupling.arrays import Coupled, Index
from repayplan.portfolio.coupling.core import core
from repayplan.portfolio.coupling.dual import dual
from repayplan.portfolio.coupling.posing import Posed
from repayplan.portfolio.coupling.rounding import Rounding
from repayplan.problem.frozen import Mask, Real
from repayplan.solvers.highs import Highs

SEARCHED = 3_000
"""Options among which branch and bound looks for the nearest choice, and proves that there is no nearer one."""

EXACT = 1e-6
"""Relative violation that counts as none where prices are looked for; so much less than a tree proves is told."""

STRICT = 1e3
"""Times a violation of a limit that must be kept weighs more than one of a target while a choice is mended."""

MOST_ROUNDS = 50


@dataclass(frozen=True)
class Near:
    """The choice (N,) that comes nearest: Σ of what limits are exceeded by, relative to them, is ``violation``, and in
    no choice less than ``least``. ``soft`` (K,): the limits that may be exceeded; the others are kept."""

    option: Index
    violation: float
    least: float
    soft: Mask

    @property
    def proven(self) -> bool:
        """Whether no choice keeps all limits."""
        return self.least > 0


def impossible(posed: Posed) -> dict[int, float]:
    """The rows that no choice keeps, each with the best figure that any choice has, in its unit."""
    coupled = posed.coupled
    low, _, _ = coupled.ranges
    out = np.flatnonzero(low > coupled.most + coupled.tolerance)
    return {int(row): best_figure(posed, int(row)) for row in out}


def best_figure(posed: Posed, row: int) -> float:
    """The least or most that a choice can make of a row that none keeps, in its unit; NaN of a ratio that has nothing
    to divide by in any choice.

    The best of a ratio is found by Dinkelbach's steps: the best choice for the ratio known has a better one, or it is
    the best. They begin where most is divided by: from a ratio that no choice has they could end at once.
    """
    coupled, one, band = posed.coupled, posed.rows[row], int(posed.bands[row])
    starts, places, _ = coupled.of_limit(row)
    use, sign = coupled.use[band][places], -1.0 if one.least else 1.0
    if not one.divided:
        return sign * float(np.minimum.reduceat(use, starts).sum()) + 0.0  # no −0
    base = posed.divisors[band][places]
    amount = sign * use + one.figure * base
    best, ratio = _lowest(-base, starts), math.nan
    for _ in range(MOST_ROUNDS):
        total = float(base[best].sum())
        if total <= 0:  # only at first: what no choice keeps is not kept by one that has nothing to divide by
            break
        before, ratio = ratio, float(amount[best].sum()) / total
        if sign * (before - ratio) <= 1e-12 * max(abs(ratio), 1e-6):
            break
        best = _lowest(sign * (amount - ratio * base), starts)
    return ratio


def _lowest(worth: Real, starts: Index) -> Index:
    """(n,) where each case, whose options begin at ``starts``, has its lowest figure, the first of equals."""
    sizes = np.diff(starts, append=len(worth))
    lowest = np.flatnonzero(worth == np.repeat(np.minimum.reduceat(worth, starts), sizes))
    case = np.repeat(np.arange(len(starts)), sizes)[lowest]
    return np.asarray(lowest[np.unique(case, return_index=True)[1]])


def nearest(coupled: Coupled, yielding: Mask) -> Near:
    """The choice that comes nearest to keeping all limits.

    Only ``yielding`` limits (K,) are exceeded as long as the others can be kept; otherwise any limit may be.
    """
    for soft in (yielding, np.ones_like(yielding)):
        if soft.any():
            near = _nearest(coupled, soft)
            if near is not None:
                return near
    raise AssertionError("with every limit soft there is a choice")


def _nearest(coupled: Coupled, soft: Mask) -> Near | None:
    """The nearest choice if the limits that are not ``soft`` can be kept."""
    prices = np.where(soft, 1.0 / coupled.scale, np.inf)
    posed = replace(coupled, value=np.zeros(len(coupled.value)), ceiling=prices)
    found = dual(posed, EXACT)
    if found.hopeless:
        return None
    weight = np.where(soft, 1.0, STRICT)
    rounding = Rounding(posed, found.prices, found.option, weight=weight)
    rounding.mend()
    option, least = rounding.option, max(-found.bound, 0.0)
    if missed_by(coupled, option, soft) - least > EXACT or not _keeps(coupled, option, ~soft):
        option, proven = _searched(posed, option, soft)
        least = max(least, proven - EXACT)
    if not _keeps(coupled, option, ~soft):
        return None
    return Near(option, missed_by(coupled, option, soft), least, soft)


def _searched(posed: Coupled, option: Index, soft: Mask) -> tuple[Index, float]:
    """The better of a choice and the one that branch and bound finds where there are few options, and what every choice
    is missed by at the least, as far as that proves it."""
    if len(posed.value) - posed.cases > SEARCHED:
        return option, 0.0
    small = core(posed, np.ones(len(posed.value), dtype=bool), posed.dearest, whole=True)
    solution = Highs().solve(small.program)
    if not solution.solved:
        return option, 0.0
    other = small.choice(posed, solution.columns)
    both = [(not _keeps(posed, each, ~soft), missed_by(posed, each, soft)) for each in (option, other)]
    return other if both[1] < both[0] else option, solution.bound * small.unit


def missed_by(coupled: Coupled, option: Index, rows: Mask) -> float:
    """Σ of what a choice exceeds some limits by, relative to them."""
    used = coupled.used(option)
    over = np.where(coupled.holds(used), 0.0, used - coupled.most)
    return float((over / coupled.scale)[rows].sum())


def _keeps(coupled: Coupled, option: Index, rows: Mask) -> bool:
    return bool(coupled.holds(coupled.used(option))[rows].all())


def loosened(coupled: Coupled, near: Near, part: float) -> Coupled:
    """The same limits, those that are missed as far away as the nearest choice is, and a ``part`` of that further."""
    over = np.maximum(coupled.used(near.option) - coupled.most, 0.0)
    return replace(coupled, most=np.where(near.soft, coupled.most + (1 + part) * over, coupled.most))


def without(coupled: Coupled, rows: Mask) -> Coupled:
    """The same without some limits: nothing that options use reaches them."""
    beyond: Real = coupled.ranges[1] + coupled.scale
    return replace(coupled, most=np.where(rows, np.maximum(coupled.most, beyond), coupled.most))
