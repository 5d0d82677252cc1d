"""What limits are worth at the margin: of all prices that prove the same bound, low ones.

Where a limit is at the end of what can be used of it, none at all or a single large borrower, every price above some
threshold keeps it and proves the same bound, and which of them comes out of a search means nothing. The least is what
the next unit brings.
"""

from __future__ import annotations

import numpy as np

from repayplan.portfolio.coupling.arrays import Coupled
from repayplan.portfolio.coupling.kernels import worths
from repayplan.problem.frozen import Real

EQUAL = 1e-13
"""Bounds nearer than this, relative to the amounts they are sums of, are the same."""

MOST_STEPS = 100


def least_prices(coupled: Coupled, prices: Real) -> Real:
    """Prices (K,) that prove a bound no higher than ``prices`` do, none of which could be less by itself."""
    prices = prices.copy()
    for row in np.flatnonzero(prices > 0)[::-1].tolist():
        prices[row] = _least(coupled, prices, row)
    return prices


def _least(coupled: Coupled, prices: Real, row: int) -> float:
    """The least price of one limit beside those of the others.

    The bound is convex and piecewise linear in the price. From 0 each step goes to where the tangent comes down to the
    bound known, which is never too far, until the bound itself is there.
    """
    starts, places, bands = coupled.of_limit(row)
    worth = np.empty(len(coupled.value))
    others = np.append(np.where(np.arange(coupled.limits) == row, 0.0, prices), 0.0)
    worths(*coupled.arrays, others, worth)
    worth, use, sizes = worth[places], coupled.use[bands, places], np.diff(starts, append=len(places))
    most = float(coupled.most[row])

    def bound(price: float) -> tuple[float, float]:
        """The part of the bound that depends on the price, and its slope to the right."""
        net = worth - price * use
        best = np.maximum.reduceat(net, starts)
        least = np.minimum.reduceat(np.where(net == np.repeat(best, sizes), use, np.inf), starts)
        return float(best.sum()) + price * most, most - float(least.sum())

    dear = float(prices[row])
    known, _ = bound(dear)
    amounts = float(np.maximum.reduceat(np.abs(worth) + dear * np.abs(use), starts).sum()) + dear * abs(most)
    price = 0.0
    for _ in range(MOST_STEPS):
        reached, slope = bound(price)
        if reached <= known + EQUAL * amounts or slope >= 0:
            return price
        price = min(price + (reached - known) / -slope, dear)
    return dear
