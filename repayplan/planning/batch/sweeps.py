"""The kernels of :mod:`repayplan.planning.batch.straight`, compiled; nothing but this module of the room imports numba.

For one θ a lane is walked twice. *Backward*: what may have been paid, and saved, by each date at most, so that all that
follows by the shape still holds. *Forward*: on dates that are free as much as that allows, on others what the shape
says, at last what is left. ``saved`` is how much less is owed than if nothing were ever paid. Every figure goes with
its derivative by θ, which is that of the branch it came from.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from repayplan.compiling import compiled
from repayplan.planning.batch.straight import FREE, LAST, OFF, TIED

Array = Any
Pair = tuple[float, float]

FEASIBLE = 1e-12
"""In units of the debt, what a row may be left by: what floats lose."""

LITTLE = 0.05
"""Up to so small a carried share cover is not turned into what may have been paid."""

MOST_STEPS = 200


BY_STAGE = (
    *("weight", "base", "room", "cover", "growth", "unpaid", "floor", "due", "least", "most", "demanded"),
    *("worth", "lost", "early"),
)
PLACES = ("kind", "start", "before")
BY_CASE = ("ratio", "carry", "settled", "balloon", "low", "rise", "fall", "spare", "secured", "rate")
WHOLE = ("last", "capped", "third", "second", "year")
"""Fields of :class:`repayplan.planning.batch.straight.Given` in the order in which kernels have them: of a lane as
``s`` (14, T), ``k`` (3, T), ``c`` (10,) and ``i`` (5,)."""

WEIGHT, BASE, ROOM, COVER, GROWTH, UNPAID, FLOOR, DUE, LEAST, MOST, DEMANDED, WORTH, LOST, EARLY = range(14)
KIND, START, BEFORE = range(3)
RATIO, CARRY, SETTLED, BALLOON, LOW, RISE, FALL, SPARE, SECURED, RATE = range(10)
LAST_STAGE, CAPPED, THIRD, SECOND, YEAR = range(5)


@compiled
def worse(row: Pair, value: float, slope: float) -> Pair:
    """The more broken of two rows, each with its derivative."""
    return (value, slope) if value > row[0] else row


@compiled
def covered(t: int, theta: float, lane: Any) -> tuple[float, float, float, float]:
    """What cover on a date that follows the shape leaves for all that is paid by then, infinite where the share that is
    carried is too small to tell; and the row of θ alone that stands for it then. Each with its derivative."""
    s, k, c, _ = lane
    if s[COVER, t] == np.inf:
        return np.inf, 0.0, -np.inf, 0.0
    ratio, carry, window, dwindow = c[RATIO], c[CARRY], 0.0, 0.0
    for u in range(k[START, t], t + 1):
        if k[KIND, u] == TIED:
            window += s[WEIGHT, u] * theta + s[BASE, u]
            dwindow += s[WEIGHT, u]
    if carry > LITTLE:
        return (s[COVER, t] - (ratio - carry) * window) / carry, (carry - ratio) * dwindow / carry, -np.inf, 0.0
    return np.inf, 0.0, ratio * window - s[COVER, t], ratio * dwindow


@compiled
def backward(theta: float, lane: Any, work: Array) -> Pair:
    """The most that may have been paid and saved after each free date, with derivatives, into ``work[:4]``; the worst
    row of θ alone: that nothing has been paid before the first date, nor by the end of a year without one, and cover.
    """
    s, k, c, i = lane
    paid, dpaid, saved, dsaved, row = np.inf, 0.0, np.inf, 0.0, (-np.inf, 0.0)
    if i[YEAR] < 0:
        row = (c[LOW], 0.0)
    last = i[LAST_STAGE]
    for t in range(last, -1, -1):
        if t < last:
            saved, dsaved = saved / s[GROWTH, t + 1], dsaved / s[GROWTH, t + 1]
        kind = k[KIND, t]
        if kind == OFF:
            continue
        if kind == LAST:
            paid = s[ROOM, t] - s[LEAST, t]
            if s[FLOOR, t] > -np.inf:  # where parts of the debt grow more slowly, what is saved may be less
                saved = c[SETTLED] - s[LEAST, t]
            continue
        if s[ROOM, t] < paid:
            paid, dpaid = s[ROOM, t], 0.0
        if s[UNPAID, t] - s[FLOOR, t] < saved:
            saved, dsaved = s[UNPAID, t] - s[FLOOR, t], 0.0
        if kind == FREE:
            work[0, t], work[1, t], work[2, t], work[3, t] = paid, dpaid, saved, dsaved
            continue
        most, dmost, value, slope = covered(t, theta, lane)
        row = worse(row, value, slope)
        if most < paid:
            paid, dpaid = most, dmost
        amount = s[WEIGHT, t] * theta + s[BASE, t]
        paid, dpaid = paid - amount, dpaid - s[WEIGHT, t]
        saved, dsaved = saved - amount, dsaved - s[WEIGHT, t]
    return worse(worse(row, -paid, -dpaid), -saved / s[GROWTH, 0], -dsaved / s[GROWTH, 0])


@compiled
def as_much(t: int, lane: Any, work: Array, paid: Pair, saved: Pair) -> Pair:
    """The payment on a free date, as much as is allowed with so much paid and saved before; with its derivative. Where
    that is less than nothing it stays so: rows would no longer be convex in θ."""
    s, k, c, _ = lane
    x, dx = work[0, t] - paid[0], work[1, t] - paid[1]
    if work[2, t] - saved[0] < x:
        x, dx = work[2, t] - saved[0], work[3, t] - saved[1]
    if s[MOST, t] < x:
        x, dx = s[MOST, t], 0.0
    if s[COVER, t] < np.inf:
        ratio, share = c[RATIO], 1.0 - c[CARRY] / c[RATIO]
        first = k[START, t]
        before, dbefore = (work[4, first - 1], work[5, first - 1]) if first > 0 else (0.0, 0.0)
        most = s[COVER, t] / ratio + share * before - paid[0]
        if most < x:
            x, dx = most, share * dbefore - paid[1]
    return x, dx


@compiled
def at_last(theta: float, lane: Any, work: Array, x: Pair, paid: Pair, row: Pair) -> Pair:
    """The worst row once the last payment ``x`` is made and ``paid`` is all: of rows that ask for no more than so much,
    as lanes that prove only what is impossible know the least that the last payment takes."""
    s, k, c, i = lane
    t = i[LAST_STAGE]
    row = worse(row, x[0] - s[MOST, t], x[1])
    row = worse(row, paid[0] - s[ROOM, t], paid[1])
    if i[CAPPED]:
        row = worse(row, x[0] - s[WEIGHT, t] * theta - s[BASE, t], x[1] - s[WEIGHT, t])
    if s[COVER, t] < np.inf:
        first, rest = k[START, t], c[RATIO] - c[CARRY]
        before, dbefore = (work[4, first - 1], work[5, first - 1]) if first > 0 else (0.0, 0.0)
        value = c[RATIO] * paid[0] - rest * before - s[COVER, t]
        row = worse(row, value, c[RATIO] * paid[1] - rest * dbefore)
    third, second = i[THIRD], i[SECOND]
    if c[BALLOON] < np.inf and second >= 0 and k[KIND, second] == TIED and (third < 0 or k[KIND, third] == TIED):
        value, slope = x[0] - c[BALLOON], x[1]
        for u in (third, second):
            if u >= 0:
                value, slope = value + s[WEIGHT, u] * theta + s[BASE, u], slope + s[WEIGHT, u]
        row = worse(row, value, slope)
    base = k[BEFORE, t]
    if base >= 0 and k[KIND, base] == TIED:
        value = x[0] + c[SPARE] - c[RISE] * (s[WEIGHT, base] * theta + s[BASE, base])
        row = worse(row, value, x[1] - c[RISE] * s[WEIGHT, base])
    return row


@compiled
def tied(t: int, theta: float, lane: Any, row: Pair) -> Pair:
    """The worst row with what the shape says of a date."""
    s, k, c, _ = lane
    weight = s[WEIGHT, t]
    x = weight * theta + s[BASE, t]
    row = worse(row, s[LEAST, t] - x, -weight)
    row = worse(row, x - s[MOST, t], weight)
    base = k[BEFORE, t]
    if base >= 0 and k[KIND, base] == TIED:
        other = s[WEIGHT, base]
        earlier = other * theta + s[BASE, base]
        row = worse(row, x + c[SPARE] - c[RISE] * earlier, weight - c[RISE] * other)
        row = worse(row, c[FALL] * earlier + c[SPARE] - x, c[FALL] * other - weight)
    return row


@compiled
def forward(theta: float, lane: Any, work: Array) -> tuple[float, float, float, float, float, float]:
    """The worst row, the value and the earliness for one θ, each with its derivative; payments into ``work[6]``, what
    has been paid by each stage into ``work[4:6]``."""
    s, k, c, i = lane
    row = backward(theta, lane, work)
    paid, saved, up = (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)
    value, dvalue, early, dearly = 0.0, 0.0, 0.0, 0.0
    for t in range(i[LAST_STAGE] + 1):
        kind = k[KIND, t]
        saved = (saved[0] * s[GROWTH, t], saved[1] * s[GROWTH, t])
        x = (0.0, 0.0)
        if kind == FREE:
            x = as_much(t, lane, work, paid, saved)
            up = (work[0, t], work[1, t])
        elif kind == TIED:
            x = (s[WEIGHT, t] * theta + s[BASE, t], s[WEIGHT, t])
            up = (up[0] + x[0], up[1] + x[1])
            row = tied(t, theta, lane, row)
        elif kind == LAST:
            x = (c[SETTLED] - saved[0], -saved[1])
        if kind != OFF:
            claim, slope = s[UNPAID, t] - saved[0], -saved[1]
            share = c[RATE] if claim > c[SECURED] else 1.0
            brought = min(claim, c[SECURED]) + c[RATE] * max(claim - c[SECURED], 0.0)
            value += s[WORTH, t] * x[0] + s[LOST, t] * brought
            dvalue += s[WORTH, t] * x[1] + s[LOST, t] * share * slope
            early, dearly = early + s[EARLY, t] * x[0], dearly + s[EARLY, t] * x[1]
            paid, saved = (paid[0] + x[0], paid[1] + x[1]), (saved[0] + x[0], saved[1] + x[1])
            if kind == LAST:  # settles everything, though ``x`` may only be what that takes at least: see SETTLED
                row = at_last(theta, lane, work, x, paid, row)
            else:
                row = worse(row, s[DEMANDED, t] - up[0], -up[1])
                row = worse(row, s[UNPAID, t] - saved[0] - s[DUE, t], -saved[1])
                if t == i[YEAR]:
                    row = worse(row, c[LOW] - up[0], -up[1])
        work[4, t], work[5, t], work[6, t] = paid[0], paid[1], x[0]
    for t in range(i[LAST_STAGE] + 1, len(work[6])):
        work[6, t] = 0.0
    return row[0], row[1], value, dvalue, early, dearly


@compiled
def looked(theta: float, lane: Any, work: Array, accepted: float) -> tuple[float, float, float, float]:
    """The worst row and what is to be made the most of, with derivatives: the value, or, where a value is ``accepted``,
    the earliness of what is worth that."""
    row, drow, value, dvalue, early, dearly = forward(theta, lane, work)
    if accepted == -np.inf:
        return row, drow, value, dvalue
    if accepted - value > row:
        row, drow = accepted - value, -dvalue
    return row, drow, early, dearly


@compiled
def inside(lane: Any, work: Array, ends: Pair, accepted: float, slack: float) -> Pair:
    """The part of an interval of θ in which no row is broken by more than ``slack``; one that is empty where there is
    none. Rows are convex in θ: what a tangent excludes is excluded."""
    low, high = ends
    for step in range(MOST_STEPS):
        theta = high if step % 2 == 0 else low
        row, drow, _, _ = looked(theta, lane, work, accepted)
        if row <= slack:
            other, _, _, _ = looked(low if step % 2 == 0 else high, lane, work, accepted)
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
def best(lane: Any, work: Array, ends: Pair, accepted: float) -> tuple[float, float, float]:
    """θ, what is made the most of, and what it cannot exceed, within an interval: the tangents of a concave function
    lie above it, and it has finitely many."""
    low, high = ends
    _, _, top, dtop = looked(high, lane, work, accepted)
    if dtop >= 0.0 or high <= low:
        return high, top, top
    _, _, bottom, dbottom = looked(low, lane, work, accepted)
    if dbottom <= 0.0:
        return low, bottom, bottom
    bound = np.inf
    for _ in range(MOST_STEPS):
        theta = (bottom - top + dtop * high - dbottom * low) / (dtop - dbottom)
        theta = min(max(theta, low), high)
        bound = bottom + dbottom * (theta - low)
        _, _, value, slope = looked(theta, lane, work, accepted)
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
def kept(lane: Any, x: Array) -> float:
    """By how much payments break the worst row of all, also those that are not asked on the way."""
    s, k, c, i = lane
    last, saved, paid, least_owed = i[LAST_STAGE], 0.0, 0.0, np.inf
    worst = max(0.0, c[LOW]) if i[YEAR] < 0 else 0.0
    so_far = np.zeros(last + 1)
    for t in range(last + 1):
        saved = saved * s[GROWTH, t]
        if k[KIND, t] != OFF:
            paid, saved = paid + x[t], saved + x[t]
            owed = s[UNPAID, t] - saved
            worst = max(worst, -x[t], s[LEAST, t] - x[t], x[t] - s[MOST, t], paid - s[ROOM, t])
            worst = max(worst, s[DEMANDED, t] - paid, -owed, owed - s[DUE, t])
            if t < last:
                worst = max(worst, s[FLOOR, t] - owed)
            if s[DUE, t] < np.inf:
                worst = max(worst, owed - least_owed)
            if s[COVER, t] < np.inf:
                before = so_far[k[START, t] - 1] if k[START, t] > 0 else 0.0
                worst = max(worst, c[RATIO] * paid - (c[RATIO] - c[CARRY]) * before - s[COVER, t])
            base = k[BEFORE, t]
            if base >= 0:
                worst = max(worst, x[t] + c[SPARE] - c[RISE] * x[base])
                if t < last:
                    worst = max(worst, c[FALL] * x[base] + c[SPARE] - x[t])
            if t == i[YEAR]:
                worst = max(worst, c[LOW] - paid)
            least_owed = min(least_owed, owed)
        so_far[t] = paid
    if c[BALLOON] < np.inf:
        end = x[last]
        for u in (i[THIRD], i[SECOND]):
            end += x[u] if u >= 0 else 0.0
        worst = max(worst, end - c[BALLOON])
    return worst


@compiled
def proofs(s: Array, k: Array, c: Array, i: Array, highest: Array, slack: float, impossible: Array) -> None:
    """Lanes in which no θ holds every row by ``slack``, into ``impossible`` (N,)."""
    work = np.empty((7, s.shape[2]))
    for n in range(len(s)):
        lane = (s[n], k[n], c[n], i[n])
        low, high = inside(lane, work, (0.0, highest[n]), -np.inf, slack)
        impossible[n] = low > high


@compiled
def solved(
    s: Array, k: Array, c: Array, i: Array, highest: Array, tolerance: Array, found: Array, theta: Array, paid: Array
) -> None:
    """Both stages: value, bound, the value of the preferred plan, the least it must be worth, and by how much the two
    plans break a row at worst into ``found`` (N, 5), θ (N, 2) and payments (N, 2, T) of both."""
    work = np.empty((7, s.shape[2]))
    for n in range(len(s)):
        lane = (s[n], k[n], c[n], i[n])
        found[n, 4] = np.inf
        ends = inside(lane, work, (0.0, highest[n]), -np.inf, FEASIBLE)
        if ends[0] > ends[1]:
            continue
        theta[n, 0], value, bound = best(lane, work, ends, -np.inf)
        forward(theta[n, 0], lane, work)
        copied(work[6], paid[n, 0])
        accepted = value - tolerance[n] * abs(value)
        ends = inside(lane, work, ends, accepted, FEASIBLE)
        theta[n, 1] = theta[n, 0]
        if ends[0] <= ends[1]:
            theta[n, 1], _, _ = best(lane, work, ends, accepted)
        _, _, after, _, _, _ = forward(theta[n, 1], lane, work)
        copied(work[6], paid[n, 1])
        off = max(kept(lane, paid[n, 0]), kept(lane, paid[n, 1]))
        found[n, 0], found[n, 1], found[n, 2], found[n, 3], found[n, 4] = value, bound, after, accepted, off


@compiled
def copied(one: Array, other: Array) -> None:
    """Slices take numba long to compile."""
    for t in range(len(one)):
        other[t] = one[t]
