"""Newton's method on a sum of maxima that is blurred first and sharpened by and by.

In place of the best option of a case stands the softmax over its options, whose width is the blur: then the sum is
smooth in the prices, its gradient is what limits have left and its curvature the covariance of uses. The blur is
narrowed until it hides less than the tolerance, as fast as there are torn cases enough to make a curvature; where few
are torn, a corner is near and the path ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repayplan.portfolio.coupling.arrays import Coupled
from repayplan.portfolio.coupling.box import least_in_box
from repayplan.portfolio.coupling.kernels import blurred
from repayplan.problem.frozen import Real

TORN = 10
"""Torn cases a limit on which a curvature should rest."""

SLOWLY = 0.2
"""The blur is narrowed to this part of it, or further while more cases are torn than needed."""

MOST_SWEEPS, MOST_STEPS = 150, 12
"""Sweeps of a path, and steps at one blur."""

ENOUGH = 0.1
"""Part of what the blur hides: where a step promises no more the least is near."""

WORTHWHILE = 0.05
"""Part of the promised descent that makes a step count."""


@dataclass(frozen=True)
class Point:
    """The sum at some prices without and with blur, what the blur ``hidden`` at the most, how many cases are ``torn``,
    the gradient (K,) and curvature (K, K) of the blurred sum and of what the limits cost. The sum without blur and what
    the limits cost is at most ``above`` its least at any prices that are allowed; infinite where nothing is known."""

    prices: Real
    sharp: float
    soft: float
    hidden: float
    above: float
    torn: float
    gradient: Real
    curvature: Real


class Path:
    """The way down. The blur is counted in spreads of a case's value, so that large and small borrowers are torn alike.

    ``tolerance``: of the sum, absolute. The path ends early where the sum is below what every choice is worth.
    """

    def __init__(self, coupled: Coupled, tolerance: float) -> None:
        self._coupled, self._most, self._tolerance = coupled, coupled.most, tolerance
        self._unit, self._spread = units(coupled)
        self._radius = 1.0
        self.sweeps = 0

    def follow(self, prices: Real, blur: float) -> tuple[Point, float]:
        """The point that was found, and the blur then."""
        point = self._at(prices, blur)
        while self.sweeps < MOST_SWEEPS:
            point = self._descend(point, blur)
            enough = TORN * (1 + np.count_nonzero(point.prices))
            if self._hopeless(point) or point.hidden <= self._tolerance or point.torn <= enough:
                break
            blur *= min(SLOWLY, max(enough / point.torn, 1e-3))
            point = self._at(point.prices, blur)
        return point, blur

    def _hopeless(self, point: Point) -> bool:
        """Whether no choice is left."""
        return point.sharp + float(point.prices @ self._most) < self._coupled.least

    def _descend(self, point: Point, blur: float) -> Point:
        """Near the least at this blur: no step would bring more than the blur hides anyway, or none is found."""
        cut = False
        for _ in range(MOST_STEPS):
            reach = self._radius * self._unit
            low, high = np.maximum(-point.prices, -reach), np.minimum(self._coupled.dearest - point.prices, reach)
            step = least_in_box(point.gradient, point.curvature, low, high)
            promised = -float(point.gradient @ step + 0.5 * step @ point.curvature @ step)
            held = bool((np.abs(step) >= 0.999 * reach).any())
            if promised <= ENOUGH * max(point.hidden, self._tolerance):
                if cut or not held:
                    return point
                self._radius *= 4
                continue
            trial = self._at(np.clip(point.prices + step, 0.0, self._coupled.dearest), blur)
            gained = (point.soft + point.prices @ self._most) - (trial.soft + trial.prices @ self._most)
            if gained < WORTHWHILE * promised:
                self._radius, cut = 0.25 * float((np.abs(step) / self._unit).max()), True
                continue
            self._radius *= 4 if held and gained > 0.5 * promised else 1
            point = trial
            if self._hopeless(point):
                return point
        return point

    def _at(self, prices: Real, blur: float) -> Point:
        count = self._coupled.limits + 1
        gradient, curvature = np.zeros(count), np.zeros((count, count))
        sharp, soft, expected, torn = blurred(
            *self._coupled.arrays,
            np.append(prices, 0.0),
            blur * self._spread,
            self._coupled.widest,
            gradient,
            curvature,
        )
        self.sweeps += 1
        both = curvature + curvature.T
        np.fill_diagonal(both, np.diag(curvature))
        hidden, slope = sharp - expected, self._most - gradient[:-1]
        return Point(prices, sharp, soft, hidden, hidden + self._descent(prices, slope), torn, slope, both[:-1, :-1])

    def _descent(self, prices: Real, slope: Real) -> float:
        """The most that prices within their bounds bring at a slope. Shares of options bring as much at any prices as
        they do along a line, and the best options no less: so the sum lies above this line everywhere."""
        room = np.where(slope > 0, prices, self._coupled.dearest - prices)
        return float(np.abs(slope[slope != 0]) @ room[slope != 0])


def units(coupled: Coupled) -> tuple[Real, Real]:
    """A usual price (K,) of every limit, and what is usually at stake in every case, (N,) above 0."""
    low, high, _ = coupled.ranges
    spread, dearest = coupled.spread, coupled.dearest
    whole = float(spread.sum()) or float(np.where(np.isfinite(dearest), dearest, 0.0) @ (high - low)) or 1.0
    unit = whole / np.maximum(high - low, whole * 1e-12)
    return unit, np.maximum(spread, 0.01 * whole / coupled.cases)
