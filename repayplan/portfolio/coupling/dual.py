"""Prices of the limits: the Lagrangian dual over arrays, and the bound that any prices prove.

At prices λ ≥ 0 every case takes the option that is worth most net of what it uses, and ``λ·most + Σ best worth`` is an
upper bound of every choice that keeps the limits. With many cases a sample of them gives the first prices; a path of
blurred sums leads close to the least bound, and a linear program over the cases that are still torn to its last digits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from repayplan.portfolio.coupling.arrays import Coupled, Index
from repayplan.portfolio.coupling.core import core, regrets
from repayplan.portfolio.coupling.kernels import best_options
from repayplan.portfolio.coupling.path import Path, units
from repayplan.problem.frozen import Real
from repayplan.solvers.highs import Highs

SAMPLE = 4000
"""Cases in the sample that gives the first prices, at the least."""

CLEAR = 1.0
"""Cases are settled whose best option leads at the prices of a sample of n by this over √n of the case's spread."""

NEARBY = 1e-2
"""The blur to begin with where near prices are known."""

WIDTHS = 12.0
"""Options as many widths of the blur behind the best as this are looked at again by the linear program."""

MOST_ROUNDS, MOST_SPLITS = 20, 5
"""Linear programs for the torn cases, and times the torn cases are told from the settled ones."""

DEAR = 1e3
"""Times the usual price: what exceeding a limit costs in the linear program, so that it always has a point."""

_NOISE = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Priced:
    """Prices (K,) ≥ 0, the option (N,) of every case to begin with, and the safe upper bound that the prices prove.

    ``margin`` (N,): by how much the best option of a case leads. ``hopeless``: the bound is below what even the worst
    options are worth together, so no choice keeps all limits.
    """

    prices: Real
    option: Index
    margin: Real
    bound: float
    hopeless: bool


def priced(coupled: Coupled, prices: Real) -> Priced:
    """The best options at some prices and the bound these prove, with room for the rounding of floats.

    A worth is a sum of F + 1 products, and its part of the total is added with the rounding error carried along.
    """
    option, margin = np.empty(coupled.cases, dtype=np.int64), np.empty(coupled.cases)
    total = best_options(*coupled.arrays, np.append(prices, 0.0), coupled.widest, option, margin)
    _, _, used = coupled.ranges
    size = coupled.largest + float(prices @ (used + np.abs(coupled.most)))
    bound = total + float(prices @ coupled.most) + _NOISE * (2 * len(coupled.use) + coupled.limits + 8) * size
    return Priced(prices, option, margin, bound, bound < coupled.least)


def dual(coupled: Coupled, tolerance: float, start: Real | None = None) -> Priced:
    """Prices whose bound is the least there is, to an absolute ``tolerance``.

    ``start``: prices (K,) to begin with, which then are near.
    """
    if coupled.holds(coupled.used(coupled.free)).all():
        return priced(coupled, np.zeros(coupled.limits))
    prices, blur = (np.zeros(coupled.limits), 1.0) if start is None else (start, NEARBY)
    if coupled.cases < 2 * SAMPLE:
        return _least(coupled, prices, blur, tolerance)
    width = NEARBY
    if start is None:
        sample = _sample(coupled, coupled.cases // SAMPLE)
        point, blur = Path(sample, tolerance / coupled.cases * sample.cases).follow(prices, blur)
        prices, width = point.prices, CLEAR / SAMPLE**0.5
    return _split(coupled, priced(coupled, prices), blur, width, tolerance)


def _sample(coupled: Coupled, step: int) -> Coupled:
    """Every ``step``-th case, with its part of the limits if all cases use on average what these do."""
    low, high, _ = coupled.ranges
    sample = coupled.part(np.arange(0, coupled.cases, step), coupled.most)
    least, most, _ = sample.ranges
    share = sample.cases / coupled.cases
    return replace(sample, most=(least + most) / 2 + (coupled.most - (low + high) / 2) * share)


def _split(coupled: Coupled, found: Priced, blur: float, width: float, tolerance: float) -> Priced:
    """The least bound by way of the cases that are torn near the prices known; the others keep their best option.

    What these and the torn ones are worth at any prices is no more than the bound there. So where it meets the bound at
    the torn cases' best prices, no prices are better.
    """
    best, torn = found, np.zeros(coupled.cases, dtype=bool)
    clear = width * units(coupled)[1]
    for _ in range(MOST_SPLITS):
        torn |= found.margin <= clear
        cases, rest = np.flatnonzero(torn), np.flatnonzero(~torn)
        settled = found.option[rest]
        part = coupled.part(cases, coupled.most - coupled.used(settled, rest))
        least = _least(part, found.prices, blur, tolerance / 2)
        found = priced(coupled, least.prices)
        option = found.option.copy()
        option[cases] = least.option + (coupled.starts[cases] - part.starts[:-1])
        found = replace(found, option=option)
        if found.bound < best.bound:
            best = found
        if found.hopeless or found.bound - (least.bound + float(coupled.value[settled].sum())) <= tolerance:
            break
        torn[rest] |= found.option[rest] != settled
    return best


def _least(coupled: Coupled, prices: Real, blur: float, tolerance: float) -> Priced:
    """The least bound from prices nearby: along the path, and where that ends at a corner by a linear program."""
    point, blur = Path(coupled, tolerance).follow(prices, blur)
    best = priced(coupled, point.prices)
    if best.hopeless or point.above <= tolerance:
        return best
    unit, spread = units(coupled)
    dearest = np.where(np.isfinite(coupled.dearest), coupled.dearest, DEAR * np.maximum(unit, best.prices))
    width = WIDTHS * blur * spread[coupled.owner]
    kept = regrets(coupled, best.prices) <= width
    engine = Highs()
    for _ in range(MOST_ROUNDS):
        small = core(coupled, kept, dearest)
        solution = engine.solve(small.program)
        if not solution.solved:
            break
        found = priced(coupled, np.minimum(small.prices(solution.row_duals), dearest))
        worth = float(coupled.value[small.settled].sum()) - solution.objective * small.unit
        if found.bound < best.bound:
            best = replace(found, option=small.choice(coupled, solution.columns))
        if best.hopeless or found.bound - worth <= tolerance:
            break
        kept |= regrets(coupled, found.prices) <= width
    return best
