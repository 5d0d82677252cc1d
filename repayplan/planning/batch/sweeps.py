"""The kernels of :mod:`repayplan.planning.batch.straight`, compiled; nothing but this module of the room imports numba.

For one θ a lane is walked twice. *Backward*: what may have been paid, and saved, by each date at most, so that all that
follows by the shape still holds. *Forward*: on dates that are free as much as that allows, on others what the shape
says, at last what is left. ``saved`` is how much less is owed than if nothing were ever paid. Every figure goes with
its derivative by θ, which is that of the branch it came from.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

Array = Any
Pair = tuple[float, float]

compiled = njit(cache=True, nogil=True, error_model="numpy")

OFF, FREE, TIED, LAST = 0, 1, 2, 3
"""No payment; any amount; what the shape says; what is left."""

FEASIBLE = 1e-12
"""In units of the debt, what a row may be left by: what floats lose."""

LITTLE = 0.05
"""Up to so small a carried share cover is not turned into what may have been paid."""

MOST_STEPS = 200


class Given(NamedTuple):
    """N lanes over T stages in units of each case's debt; infinite where there is no such limit.

    (N, T): ``kind`` of date; ``weight`` and ``base`` of the shape; ``room`` for what has been paid, ``cover`` and the
    first stage of its window ``start``; ``growth`` of the debt and what it is ``unpaid``; ``floor`` below which it may
    not and ``due`` above which it must not be after a payment; ``least`` and ``most`` of a payment; ``demanded`` by
    then; ``before``: the stage whose payment a step is taken from, or −1; ``worth`` of a unit paid, ``lost`` of a unit
    recovered on default, ``early`` what a unit counts in stage 2.
    (N,): ``ratio`` and ``carry`` of cover; ``last`` stage, ``settled``: what is owed then; ``capped``: whether the
    last payment is at most what the shape says; ``balloon`` with the ``third`` and ``second`` last stages; ``year``:
    the last payment stage of twelve months and ``low``: the least paid by then; ``rise``, ``fall``, ``spare`` of steps;
    ``secured`` by collateral and the ``rate`` at which the rest is recovered.
    """

    kind: Array
    weight: Array
    base: Array
    room: Array
    cover: Array
    start: Array
    growth: Array
    unpaid: Array
    floor: Array
    due: Array
    least: Array
    most: Array
    demanded: Array
    before: Array
    worth: Array
    lost: Array
    early: Array
    ratio: Array
    carry: Array
    last: Array
    settled: Array
    capped: Array
    balloon: Array
    third: Array
    second: Array
    year: Array
    low: Array
    rise: Array
    fall: Array
    spare: Array
    secured: Array
    rate: Array


@compiled
def worse(row: Pair, value: float, slope: float) -> Pair:
    """The more broken of two rows, each with its derivative."""
    return (value, slope) if value > row[0] else row


@compiled
def covered(n: int, t: int, theta: float, g: Any) -> tuple[float, float, float, float]:
    """What cover on a date that follows the shape leaves for all that is paid by then, infinite where the share that is
    carried is too small to tell; and the row of θ alone that stands for it then. Each with its derivative."""
    if g.cover[n, t] == np.inf:
        return np.inf, 0.0, -np.inf, 0.0
    ratio, carry, window, dwindow = g.ratio[n], g.carry[n], 0.0, 0.0
    for s in range(g.start[n, t], t + 1):
        if g.kind[n, s] == TIED:
            window += g.weight[n, s] * theta + g.base[n, s]
            dwindow += g.weight[n, s]
    if carry > LITTLE:
        return (g.cover[n, t] - (ratio - carry) * window) / carry, (carry - ratio) * dwindow / carry, -np.inf, 0.0
    return np.inf, 0.0, ratio * window - g.cover[n, t], ratio * dwindow


@compiled
def backward(n: int, theta: float, g: Any, work: Array) -> Pair:
    """The most that may have been paid and saved after each free date, with derivatives, into ``work[:4]``; the worst
    row of θ alone: that nothing has been paid before the first date, and cover."""
    paid, dpaid, saved, dsaved, row = np.inf, 0.0, np.inf, 0.0, (-np.inf, 0.0)
    last = g.last[n]
    for t in range(last, -1, -1):
        if t < last:
            saved, dsaved = saved / g.growth[n, t + 1], dsaved / g.growth[n, t + 1]
        kind = g.kind[n, t]
        if kind == OFF:
            continue
        if kind == LAST:
            paid, saved = g.room[n, t] - g.least[n, t], g.settled[n] - g.least[n, t]
            continue
        if g.room[n, t] < paid:
            paid, dpaid = g.room[n, t], 0.0
        if g.unpaid[n, t] - g.floor[n, t] < saved:
            saved, dsaved = g.unpaid[n, t] - g.floor[n, t], 0.0
        if kind == FREE:
            work[0, t], work[1, t], work[2, t], work[3, t] = paid, dpaid, saved, dsaved
            continue
        most, dmost, value, slope = covered(n, t, theta, g)
        row = worse(row, value, slope)
        if most < paid:
            paid, dpaid = most, dmost
        amount = g.weight[n, t] * theta + g.base[n, t]
        paid, dpaid = paid - amount, dpaid - g.weight[n, t]
        saved, dsaved = saved - amount, dsaved - g.weight[n, t]
    return worse(worse(row, -paid, -dpaid), -saved / g.growth[n, 0], -dsaved / g.growth[n, 0])


@compiled
def as_much(n: int, t: int, g: Any, work: Array, paid: Pair, saved: Pair) -> Pair:
    """The payment on a free date, as much as is allowed with so much paid and saved before; with its derivative. Where
    that is less than nothing it stays so: rows would no longer be convex in θ."""
    x, dx = work[0, t] - paid[0], work[1, t] - paid[1]
    if work[2, t] - saved[0] < x:
        x, dx = work[2, t] - saved[0], work[3, t] - saved[1]
    if g.most[n, t] < x:
        x, dx = g.most[n, t], 0.0
    if g.cover[n, t] < np.inf:
        ratio, share = g.ratio[n], 1.0 - g.carry[n] / g.ratio[n]
        first = g.start[n, t]
        before, dbefore = (work[4, first - 1], work[5, first - 1]) if first > 0 else (0.0, 0.0)
        most = g.cover[n, t] / ratio + share * before - paid[0]
        if most < x:
            x, dx = most, share * dbefore - paid[1]
    return x, dx


@compiled
def at_last(n: int, theta: float, g: Any, work: Array, x: Pair, paid: Pair, row: Pair) -> Pair:
    """The worst row once the last payment ``x`` is made and ``paid`` is all."""
    t = g.last[n]
    row = worse(row, x[0] - g.most[n, t], x[1])
    row = worse(row, paid[0] - g.room[n, t], paid[1])
    if g.capped[n]:
        row = worse(row, x[0] - g.weight[n, t] * theta - g.base[n, t], x[1] - g.weight[n, t])
    if g.cover[n, t] < np.inf:
        first, rest = g.start[n, t], g.ratio[n] - g.carry[n]
        before, dbefore = (work[4, first - 1], work[5, first - 1]) if first > 0 else (0.0, 0.0)
        value = g.ratio[n] * paid[0] - rest * before - g.cover[n, t]
        row = worse(row, value, g.ratio[n] * paid[1] - rest * dbefore)
    third, second = g.third[n], g.second[n]
    if g.balloon[n] < np.inf and second >= 0 and g.kind[n, second] == TIED and (third < 0 or g.kind[n, third] == TIED):
        value, slope = x[0] - g.balloon[n], x[1]
        for s in (third, second):
            if s >= 0:
                value, slope = value + g.weight[n, s] * theta + g.base[n, s], slope + g.weight[n, s]
        row = worse(row, value, slope)
    base = g.before[n, t]
    if base >= 0 and g.kind[n, base] == TIED:
        value = x[0] + g.spare[n] - g.rise[n] * (g.weight[n, base] * theta + g.base[n, base])
        row = worse(row, value, x[1] - g.rise[n] * g.weight[n, base])
    return row


@compiled
def tied(n: int, t: int, theta: float, g: Any, row: Pair) -> Pair:
    """The worst row with what the shape says of a date."""
    weight = g.weight[n, t]
    x = weight * theta + g.base[n, t]
    row = worse(row, g.least[n, t] - x, -weight)
    row = worse(row, x - g.most[n, t], weight)
    base = g.before[n, t]
    if base >= 0 and g.kind[n, base] == TIED:
        other = g.weight[n, base]
        earlier = other * theta + g.base[n, base]
        row = worse(row, x + g.spare[n] - g.rise[n] * earlier, weight - g.rise[n] * other)
        row = worse(row, g.fall[n] * earlier + g.spare[n] - x, g.fall[n] * other - weight)
    return row


@compiled
def forward(n: int, theta: float, g: Any, work: Array) -> tuple[float, float, float, float, float, float]:
    """The worst row, the value and the earliness for one θ, each with its derivative; payments into ``work[6]``, what
    has been paid by each stage into ``work[4:6]``."""
    row = backward(n, theta, g, work)
    paid, saved, up = (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)
    value, dvalue, early, dearly = 0.0, 0.0, 0.0, 0.0
    for t in range(g.last[n] + 1):
        kind = g.kind[n, t]
        saved = (saved[0] * g.growth[n, t], saved[1] * g.growth[n, t])
        x = (0.0, 0.0)
        if kind == FREE:
            x = as_much(n, t, g, work, paid, saved)
            up = (work[0, t], work[1, t])
        elif kind == TIED:
            x = (g.weight[n, t] * theta + g.base[n, t], g.weight[n, t])
            up = (up[0] + x[0], up[1] + x[1])
            row = tied(n, t, theta, g, row)
        elif kind == LAST:
            x = (g.settled[n] - saved[0], -saved[1])
        if kind != OFF:
            claim, slope = g.unpaid[n, t] - saved[0], -saved[1]
            share = g.rate[n] if claim > g.secured[n] else 1.0
            brought = min(claim, g.secured[n]) + g.rate[n] * max(claim - g.secured[n], 0.0)
            value += g.worth[n, t] * x[0] + g.lost[n, t] * brought
            dvalue += g.worth[n, t] * x[1] + g.lost[n, t] * share * slope
            early, dearly = early + g.early[n, t] * x[0], dearly + g.early[n, t] * x[1]
            paid, saved = (paid[0] + x[0], paid[1] + x[1]), (saved[0] + x[0], saved[1] + x[1])
            if kind == LAST:
                row = at_last(n, theta, g, work, x, paid, row)
            else:
                row = worse(row, g.demanded[n, t] - up[0], -up[1])
                if t == g.year[n]:
                    row = worse(row, g.low[n] - up[0], -up[1])
            row = worse(row, g.unpaid[n, t] - saved[0] - g.due[n, t], -saved[1])
        work[4, t], work[5, t], work[6, t] = paid[0], paid[1], x[0]
    work[6, g.last[n] + 1 :] = 0.0
    return row[0], row[1], value, dvalue, early, dearly


@compiled
def looked(n: int, theta: float, g: Any, work: Array, accepted: float) -> tuple[float, float, float, float]:
    """The worst row and what is to be made the most of, with derivatives: the value, or, where a value is ``accepted``,
    the earliness of what is worth that."""
    row, drow, value, dvalue, early, dearly = forward(n, theta, g, work)
    if accepted == -np.inf:
        return row, drow, value, dvalue
    if accepted - value > row:
        row, drow = accepted - value, -dvalue
    return row, drow, early, dearly


@compiled
def inside(n: int, g: Any, work: Array, ends: Pair, accepted: float, slack: float) -> Pair:
    """The part of an interval of θ in which no row is broken by more than ``slack``; one that is empty where there is
    none. Rows are convex in θ: what a tangent excludes is excluded."""
    low, high = ends
    for step in range(MOST_STEPS):
        theta = high if step % 2 == 0 else low
        row, drow, _, _ = looked(n, theta, g, work, accepted)
        if row <= slack:
            other, _, _, _ = looked(n, low if step % 2 == 0 else high, g, work, accepted)
            if other <= slack:
                return low, high
            continue
        if drow == 0.0:
            return 1.0, 0.0
        edge = theta - (row - 0.5 * slack) / drow
        if drow > 0.0:
            high = min(high, edge)
        else:
            low = max(low, edge)
        if low > high:
            return low, high
    return low, high


@compiled
def best(n: int, g: Any, work: Array, ends: Pair, accepted: float) -> tuple[float, float, float]:
    """θ, what is made the most of, and what it cannot exceed, within an interval: the tangents of a concave function
    lie above it, and it has finitely many."""
    low, high = ends
    _, _, top, dtop = looked(n, high, g, work, accepted)
    if dtop >= 0.0 or high <= low:
        return high, top, top
    _, _, bottom, dbottom = looked(n, low, g, work, accepted)
    if dbottom <= 0.0:
        return low, bottom, bottom
    bound = np.inf
    for _ in range(MOST_STEPS):
        theta = (bottom - top + dtop * high - dbottom * low) / (dtop - dbottom)
        theta = min(max(theta, low), high)
        bound = bottom + dbottom * (theta - low)
        _, _, value, slope = looked(n, theta, g, work, accepted)
        if bound - value <= FEASIBLE:
            return theta, value, max(bound, value)
        if theta in (low, high):
            break
        if slope >= 0.0:
            low, bottom, dbottom = theta, value, slope
        else:
            high, top, dtop = theta, value, slope
    return (low, bottom, bound) if bottom >= top else (high, top, bound)


@compiled
def kept(n: int, g: Any, x: Array) -> float:
    """By how much payments break the worst row of all, also those that are not asked on the way."""
    last, saved, paid, worst, least_owed = g.last[n], 0.0, 0.0, 0.0, np.inf
    so_far = np.zeros(last + 1)
    for t in range(last + 1):
        saved = saved * g.growth[n, t]
        if g.kind[n, t] != OFF:
            paid, saved = paid + x[t], saved + x[t]
            owed = g.unpaid[n, t] - saved
            worst = max(worst, -x[t], g.least[n, t] - x[t], x[t] - g.most[n, t], paid - g.room[n, t])
            worst = max(worst, g.demanded[n, t] - paid, -owed, owed - g.due[n, t])
            if t < last:
                worst = max(worst, g.floor[n, t] - owed)
            if g.due[n, t] < np.inf:
                worst = max(worst, owed - least_owed)
            if g.cover[n, t] < np.inf:
                before = so_far[g.start[n, t] - 1] if g.start[n, t] > 0 else 0.0
                worst = max(worst, g.ratio[n] * paid - (g.ratio[n] - g.carry[n]) * before - g.cover[n, t])
            base = g.before[n, t]
            if base >= 0:
                worst = max(worst, x[t] + g.spare[n] - g.rise[n] * x[base])
                if t < last:
                    worst = max(worst, g.fall[n] * x[base] + g.spare[n] - x[t])
            if t == g.year[n]:
                worst = max(worst, g.low[n] - paid)
            least_owed = min(least_owed, owed)
        so_far[t] = paid
    if g.balloon[n] < np.inf:
        end = x[last]
        for s in (g.third[n], g.second[n]):
            end += x[s] if s >= 0 else 0.0
        worst = max(worst, end - g.balloon[n])
    return worst


@compiled
def proofs(g: Any, highest: Array, slack: float, impossible: Array) -> None:
    """Lanes in which no θ holds every row by ``slack``, into ``impossible`` (N,)."""
    work = np.empty((7, g.kind.shape[1]))
    for n in range(g.kind.shape[0]):
        low, high = inside(n, g, work, (0.0, highest[n]), -np.inf, slack)
        impossible[n] = low > high


@compiled
def solved(g: Any, highest: Array, tolerance: Array, lanes: Array, found: Array, theta: Array, paid: Array) -> None:
    """Both stages of some lanes: value, bound, the value of the preferred plan, the least it must be worth, and by how
    much the two plans break a row at worst into ``found`` (5, n), θ (n, 2) and payments (n, 2, T) of both."""
    work = np.empty((7, g.kind.shape[1]))
    for place, n in enumerate(lanes):
        found[4, place] = np.inf
        ends = inside(n, g, work, (0.0, highest[n]), -np.inf, FEASIBLE)
        if ends[0] > ends[1]:
            continue
        theta[place, 0], value, bound = best(n, g, work, ends, -np.inf)
        forward(n, theta[place, 0], g, work)
        paid[place, 0] = work[6]
        accepted = value - tolerance[n] * abs(value)
        ends = inside(n, g, work, ends, accepted, FEASIBLE)
        theta[place, 1] = theta[place, 0]
        if ends[0] <= ends[1]:
            theta[place, 1], _, _ = best(n, g, work, ends, accepted)
        _, _, after, _, _, _ = forward(n, theta[place, 1], g, work)
        paid[place, 1] = work[6]
        off = max(kept(n, g, paid[place, 0]), kept(n, g, paid[place, 1]))
        found[0, place], found[1, place], found[2, place] = value, bound, after
        found[3, place], found[4, place] = accepted, off
