"""Sweeps over all options, compiled: each reads the arrays once. Nothing but this module of the room imports numba.

Options of a case lie side by side, so a case's values fit in registers while its bands are priced. A price of 0 costs
nothing, as its band is not read. Prices (K + 1,) have a 0 at the end: that is the price of limit −1, none at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from repayplan.compiling import compiled

Array = Any


@compiled
def priced(case: int, starts: Array, value: Array, use: Array, limit: Array, prices: Array, worth: Array) -> int:
    """What each option of a case is worth at the prices, into ``worth``; returns how many options there are."""
    first = starts[case]
    count = int(starts[case + 1] - first)
    for j in range(count):
        worth[j] = value[first + j]
    for band in range(use.shape[0]):
        price = prices[limit[band, case]]
        if price != 0.0:
            for j in range(count):
                worth[j] -= price * use[band, first + j]
    return count


@compiled
def best_options(
    starts: Array, value: Array, use: Array, limit: Array, prices: Array, widest: int, option: Array, margin: Array
) -> float:
    """The best option of every case at the prices, the first of equals, into ``option`` (N,), and by how much it is
    worth more than the second best into ``margin`` (N,), infinite where there is none; returns Σ of the best worths,
    summed with what rounding loses carried along."""
    worth = np.empty(widest)
    total, lost = 0.0, 0.0
    for case in range(len(starts) - 1):
        count = priced(case, starts, value, use, limit, prices, worth)
        best, top, second = 0, worth[0], -np.inf
        for j in range(1, count):
            if worth[j] > top:
                best, top, second = j, worth[j], top
            elif worth[j] > second:
                second = worth[j]
        option[case] = starts[case] + best
        margin[case] = top - second
        after = total + top
        if abs(total) >= abs(top):
            lost += (total - after) + top
        else:
            lost += (top - after) + total
        total = after
    return total + lost


@compiled
def worths(starts: Array, value: Array, use: Array, limit: Array, prices: Array, worth: Array) -> None:
    """What every option (M,) is worth at the prices."""
    for case in range(len(starts) - 1):
        priced(case, starts, value, use, limit, prices, worth[starts[case] :])


NEAR = 30.0
"""Widths of the blur beyond which an option has no share: e⁻³⁰ is 1e-13."""


@compiled
def within(count: int, worth: Array, least: float, place: Array) -> int:
    """Puts the places of worths that are no less than ``least`` into ``place``; how many there are."""
    near = 0
    for j in range(count):
        if worth[j] >= least:
            place[near] = j
            near += 1
    return near


@compiled
def shared(
    case: int,
    first: int,
    near: int,
    place: Array,
    share: Array,
    blur: float,
    use: Array,
    limit: Array,
    mean: Array,
    gradient: Array,
    curvature: Array,
) -> None:
    """Adds the mean and covariance of what a case uses, if it takes each of some options with its share."""
    bands = use.shape[0]
    for band in range(bands):
        total = 0.0
        for i in range(near):
            total += share[i] * use[band, first + place[i]]
        mean[band] = total
        gradient[limit[band, case]] += total
    for i in range(near):
        at = first + place[i]
        for band in range(bands):
            apart = share[i] * (use[band, at] - mean[band]) / blur
            if apart != 0.0:
                row = limit[band, case]
                for other in range(band + 1):
                    curvature[row, limit[other, case]] += apart * (use[other, at] - mean[other])


@compiled
def blurred(
    starts: Array,
    value: Array,
    use: Array,
    limit: Array,
    prices: Array,
    blurs: Array,
    widest: int,
    gradient: Array,
    curvature: Array,
) -> tuple[float, float, float, float]:
    """One pass in which each option has the share softmax(worth / blur), for the ``blurs`` (N,) of the cases.

    Returns Σ of the best worth, Σ of the blurred worth, Σ of the expected worth, and the expected regret counted in
    blurs, which is about how many cases are torn. Adds the expected use to ``gradient`` (K + 1,), and the covariance
    of uses over the blur to the lower half of ``curvature`` (K + 1, K + 1), in the order of bands.
    """
    bands = use.shape[0]
    worth, mean = np.empty(widest), np.empty(bands)
    place = np.empty(widest, np.int64)
    sharp, soft, expected, torn = 0.0, 0.0, 0.0, 0.0
    for case in range(len(starts) - 1):
        count = priced(case, starts, value, use, limit, prices, worth)
        blur = blurs[case]
        top = worth[0]
        for j in range(1, count):
            top = max(top, worth[j])
        sharp += top
        near = within(count, worth, top - NEAR * blur, place)
        first = starts[case]
        if near == 1:
            soft += top
            expected += top
            at = first + place[0]
            for band in range(bands):
                gradient[limit[band, case]] += use[band, at]
            continue
        total, regret = 0.0, 0.0
        for i in range(near):
            behind = top - worth[place[i]]
            share = np.exp(-behind / blur)
            worth[i] = share  # places rise, so nothing that is still needed is written over
            total += share
            regret += share * behind
        for i in range(near):
            worth[i] /= total
        soft += top + blur * np.log(total)
        expected += top - regret / total
        torn += regret / (total * blur)
        shared(case, first, near, place, worth, blur, use, limit, mean, gradient, curvature)
    return sharp, soft, expected, torn


@compiled
def measured(
    starts: Array,
    value: Array,
    use: Array,
    limit: Array,
    low: Array,
    high: Array,
    size: Array,
    spread: Array,
    option: Array,
) -> None:
    """Adds up over the cases the least, the most and the largest amount that they can use of every limit, into ``low``,
    ``high`` and ``size`` (K + 1,); the spread of every case's value goes into ``spread`` (N,), and which option has the
    most, the first of equals, into ``option`` (N,)."""
    for case in range(len(starts) - 1):
        first, last = starts[case], starts[case + 1]
        least, best = value[first], first
        for at in range(first + 1, last):
            least = min(least, value[at])
            if value[at] > value[best]:
                best = at
        spread[case], option[case] = value[best] - least, best
        for band in range(use.shape[0]):
            least = most = use[band, first]
            for at in range(first + 1, last):
                least, most = min(least, use[band, at]), max(most, use[band, at])
            place = limit[band, case]
            low[place] += least
            high[place] += most
            size[place] += max(most, -least)


@compiled
def add_use(cases: Array, option: Array, use: Array, limit: Array, total: Array) -> None:
    """Adds what the options of some cases use of every limit to ``total`` (K + 1,)."""
    for place in range(len(cases)):
        for band in range(use.shape[0]):
            total[limit[band, cases[place]]] += use[band, option[place]]
