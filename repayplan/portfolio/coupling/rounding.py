"""From the best options at the prices to a choice that keeps the limits, and from there to a better one."""

from __future__ import annotations

import numpy as np

from repayplan.portfolio.coupling import moving
from repayplan.portfolio.coupling.arrays import Coupled, Index
from repayplan.portfolio.coupling.core import regrets
from repayplan.problem.frozen import Real

MOST_ROUNDS = 40

MOST_MOVES = 1_500
"""Moves that cost least at the prices, of which every pair is tried."""


class Rounding:
    """A choice that is being changed: ``option`` (N,), and what is used beyond every limit.

    ``cases``: those that may change, all where left out. ``weight`` (K,): what a violation weighs beside those of other
    limits, relative to the limit.
    """

    def __init__(
        self,
        coupled: Coupled,
        prices: Real,
        option: Index,
        cases: Index | None = None,
        weight: Real | None = None,
    ) -> None:
        self._coupled, self.cases = coupled, np.arange(coupled.cases) if cases is None else cases
        self._prices = np.append(prices, 0.0)
        self._tolerance = np.append(coupled.tolerance, np.inf)
        self._weight = np.append((1.0 if weight is None else weight) / coupled.scale, 0.0)
        self._target, self._cost = np.full(coupled.cases, -1), np.full(coupled.cases, np.inf)
        self._promised = np.zeros(coupled.cases)
        self.option = option.copy()
        self._count()

    @property
    def value(self) -> float:
        """Of the choice."""
        return float(self._coupled.value[self.option].sum())

    @property
    def keeps(self) -> bool:
        """Whether the choice keeps every limit."""
        return bool((self._excess <= self._tolerance).all())

    @property
    def violation(self) -> float:
        """Σ of what is used beyond the limits, relative to them."""
        return float((self._weight[:-1] * np.maximum(self._excess[:-1], 0.0)).sum())

    def mend(self) -> None:
        """Remove violations, the cheapest first, as long as single moves can."""
        for _ in range(MOST_ROUNDS):
            if self.keeps:
                break
            self._propose(mending=True)
            made = moving.make_relief(
                self._order(), self._target, self._promised, *self._places, self._excess, self._weight, self._tolerance
            )
            self._count()
            if not made:
                break

    def fill(self) -> None:
        """Single moves that gain value and fit, those first that give up least worth for it."""
        for _ in range(MOST_ROUNDS):
            self._propose(mending=False)
            order = self._order()
            if not moving.make_gain(order, self._target, *self._places, self._excess, self._tolerance):
                break
            self._count()

    def swap(self, least: float) -> None:
        """Pairs of moves that gain more than ``least`` together, among the moves that cost least at the prices."""
        for _ in range(MOST_ROUNDS):
            cost = regrets(self._coupled, self._prices[:-1])
            cost = cost - cost[self.option][self._coupled.owner]
            cost[self.option] = np.inf
            count = min(MOST_MOVES, len(cost))
            near = np.argpartition(cost, count - 1)[:count]
            near = np.sort(near[np.isfinite(cost[near])])
            cases = self._coupled.owner[near]
            made = moving.exchange(
                cases, near, self._coupled.value, *self._places, self._excess, self._tolerance, least
            )
            self._count()
            if not made:
                break
            self.fill()

    @property
    def _places(self) -> tuple[Real, object, Index]:
        return self._coupled.use, self._coupled.limit, self.option

    def _propose(self, mending: bool) -> None:
        """For every case that may change the move that costs least worth for the violation or value it is made for."""
        moving.propose(
            self.cases,
            *self._coupled.arrays,
            self._prices,
            self.option,
            self._excess,
            self._weight,
            self._tolerance,
            mending,
            self._coupled.widest,
            self._target,
            self._cost,
            self._promised,
        )

    def _order(self) -> Index:
        """Cases for which there is a move, the cheapest first, and of equals the first."""
        cases = self.cases[self._target[self.cases] >= 0]
        return np.asarray(cases[np.argsort(self._cost[cases], kind="stable")])

    def _count(self) -> None:
        """Anew, so that rounding errors of many moves do not add up."""
        used = self._coupled.used(self.option)
        self._excess = np.append(used - self._coupled.most, -np.inf)
