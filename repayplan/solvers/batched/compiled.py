"""Mehrotra's predictor and corrector over a block of lanes, compiled; ``reference`` is the same in NumPy.

Boxes are shifted to [0, w]. A row of inequalities has a slack s and a dual −p, p > 0, so that its dual is always one
that the safe bound may use; that bound is known in every iteration, and a lane stops by it. Mehrotra, SIAM J. Optim. 2
(1992); boxes as in Wright, Primal-Dual Interior-Point Methods (1997), chapter 11.

All numbers of a block lie in flat arrays, lanes innermost: number i of lane l at i · LANES + l.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from repayplan.compiling import compiled
from repayplan.solvers.batched.narrowing import crossed, shifted
from repayplan.solvers.batched.programs import LANES
from repayplan.solvers.batched.tolerances import (
    BACK,
    CLOSE,
    GOOD,
    HELD,
    HELD_ROW,
    LONG_PATIENCE,
    NOTHING,
    PATIENCE,
    PROVEN,
    WORTH_KEEPING,
)
from repayplan.solvers.batched.vectors import at, least, load, most, splat, store, where_less

Array = NDArray[np.float64]


class Block(NamedTuple):
    """A block of programs: entries of A, right-hand sides b, costs c, widths w of boxes."""

    a: Array
    b: Array
    c: Array
    w: Array


class State(NamedTuple):
    """Where a block stands: x and v = w − x with duals z and q, slacks s with duals p, y the duals of all rows.

    ``d`` = c − Aᵀy, ``r`` = b − s − Ax.
    """

    x: Array
    v: Array
    z: Array
    q: Array
    s: Array
    y: Array
    d: Array
    r: Array


class Best(NamedTuple):
    """The best point of each lane so far, and its duals."""

    x: Array
    y: Array


class Lanes(NamedTuple):
    """By lane: whether it is going on (1 or 0), the gap of its best point, iterations, those without progress."""

    on: Array
    gap: Array
    spent: Array
    idle: Array


class Room(NamedTuple):
    """Room to work: L and L D, 1 / D, K's diagonal; 1 / xv and 1 / sp; predictor and corrector, with
    the changes of slacks and of duals z and q.
    """

    factor: Array
    times: Array
    pivots: Array
    diagonal: Array
    inverse: Array
    row_inverse: Array
    predicted: Array
    corrected: Array
    slack_predicted: Array
    slack_corrected: Array
    dz: Array
    dq: Array


@compiled
def factorize(shape: Any, a: Any, room: Any) -> Any:
    """L and 1 / D of K = L D Lᵀ by columns, and L D, which is what goes into later columns.

    Elimination makes no pivot of a quasi-definite matrix smaller than it was; where one is, rounding has made it so.
    """
    zero = splat(0.0)
    target = 0
    p = at(shape.pair_starts, 0)
    for k in range(len(shape.sign)):
        sign, before = splat(shape.sign[k]), load(room.diagonal, k)
        pivot = sign * before
        target += 1
        end = at(shape.pair_starts, target)
        while p < end:
            pivot = pivot - load(room.times, at(shape.first, p)) * load(room.factor, at(shape.second, p))
            p += 1
        inverse = sign / most(sign * pivot, before)
        store(room.pivots, k, inverse)
        for e in range(at(shape.starts, k), at(shape.starts, k + 1)):
            value = zero
            if shape.source[e] >= 0:
                value = load(a, at(shape.source, e))
            target += 1
            end = at(shape.pair_starts, target)
            while p < end:
                value = value - load(room.times, at(shape.first, p)) * load(room.factor, at(shape.second, p))
                p += 1
            store(room.times, e, value)
            store(room.factor, e, value * inverse)


@compiled
def solve(shape: Any, room: Any, wanted: Any) -> Any:
    """What K takes to ``wanted``, in place."""
    size = len(shape.sign)
    for k in range(size):
        each = load(wanted, k)
        for e in range(at(shape.starts, k), at(shape.starts, k + 1)):
            other = at(shape.below, e)
            store(wanted, other, load(wanted, other) - load(room.factor, e) * each)
    for k in range(size - 1, -1, -1):
        each = load(wanted, k) * load(room.pivots, k)
        for e in range(at(shape.starts, k), at(shape.starts, k + 1)):
            each = each - load(room.factor, e) * load(wanted, at(shape.below, e))
        store(wanted, k, each)


@compiled
def prepare(shape: Any, block: Any, state: Any, room: Any) -> Any:
    """Residuals, K's diagonal and the predictor's right-hand side.

    Returns by lane: complementarity, cost, bound, bound of no cost (above 0 there is no point), largest residual.
    """
    zero, one, held, held_row = splat(0.0), splat(1.0), splat(HELD), splat(HELD_ROW)
    product, cost, bound, proof, off = zero, zero, zero, zero, zero
    for j in range(len(shape.column_place)):
        c, w = load(block.c, j), load(block.w, j)
        d = c
        for e in range(at(shape.column_starts, j), at(shape.column_starts, j + 1)):
            d = d - load(block.a, e) * load(state.y, at(shape.rows, e))
        x, v, z, q = load(state.x, j), load(state.v, j), load(state.z, j), load(state.q, j)
        inverse = one / (x * v)
        store(room.inverse, j, inverse)
        product = product + (x * z + v * q)
        cost = cost + c * x
        bound = bound + least(d, zero) * w
        proof = proof + least(d - c, zero) * w
        place = at(shape.column_place, j)
        store(room.diagonal, place, (z * v + q * x) * inverse + held)
        store(room.predicted, place, d)
        store(state.d, j, d)
    for i in range(len(shape.row_place)):
        b, y, s = load(block.b, i), load(state.y, i), load(state.s, i)
        r = b
        for t in range(at(shape.row_starts, i), at(shape.row_starts, i + 1)):
            e = at(shape.by_row, t)
            r = r - load(block.a, e) * load(state.x, at(shape.columns, e))
        bound, proof = bound + b * y, proof + b * y
        place = at(shape.row_place, i)
        store(room.predicted, place, r)
        if shape.equal[i]:
            store(room.diagonal, place, held)
        else:
            r = r - s
            inverse = one / (s * (zero - y))
            store(room.row_inverse, i, inverse)
            product = product - s * y
            store(room.diagonal, place, s * s * inverse + held_row)
        store(state.r, i, r)
        off = most(off, most(r, zero - r))
    return product, cost, bound, proof, off


@compiled
def slack(shape: Any, block: Any, state: Any, step: Any, i: Any) -> Any:
    """How a slack changes with a step, so that residuals shrink by the share that is taken of it."""
    change = load(state.r, i)
    for t in range(at(shape.row_starts, i), at(shape.row_starts, i + 1)):
        e = at(shape.by_row, t)
        change = change - load(block.a, e) * load(step, at(shape.column_place, at(shape.columns, e)))
    return change


@compiled
def predicted(shape: Any, block: Any, state: Any, room: Any, product: Any) -> Any:
    """The complementarity to which the predictor may go, from the ``product`` now."""
    zero, one = splat(0.0), splat(1.0)
    fast, dual_fast = one, one  # one over the largest steps
    first, second, both = zero, zero, zero
    for j in range(len(shape.column_place)):
        x, v, z, q = load(state.x, j), load(state.v, j), load(state.z, j), load(state.q, j)
        dx = load(room.predicted, at(shape.column_place, j))
        over = dx * load(room.inverse, j)
        down, up = one + over * v, one - over * x
        fast = most(fast, most(one - down, one - up))
        dual_fast = most(dual_fast, most(down, up))
        dz, dq = zero - z * down, zero - q * up
        first = first + dx * (z - q)
        second = second + (x * dz + v * dq)
        both = both + dx * (dz - dq)
    for i in range(len(shape.row_place)):
        if not shape.equal[i]:
            s, p = load(state.s, i), zero - load(state.y, i)
            dp = zero - load(room.predicted, at(shape.row_place, i))
            ds = slack(shape, block, state, room.predicted, i)
            store(room.slack_predicted, i, ds)
            inverse = load(room.row_inverse, i)
            fast = most(fast, zero - ds * p * inverse)
            dual_fast = most(dual_fast, zero - dp * s * inverse)
            first = first + ds * p
            second = second + s * dp
            both = both + ds * dp
    primal, dual = one / fast, one / dual_fast
    return product + primal * first + dual * second + primal * dual * both


@compiled
def aim(shape: Any, state: Any, room: Any, center: Any) -> Any:
    """The corrector's right-hand side: every product of a pair to ``center``, the predictor's error made good."""
    zero, one = splat(0.0), splat(1.0)
    for j in range(len(shape.column_place)):
        x, v, z, q = load(state.x, j), load(state.v, j), load(state.z, j), load(state.q, j)
        place, inverse = at(shape.column_place, j), load(room.inverse, j)
        dx = load(room.predicted, place)
        over = dx * inverse
        dz, dq = zero - z * (one + over * v), q * (over * x - one)
        low, high = (center - dx * dz) * (inverse * v), (center + dx * dq) * (inverse * x)
        store(room.dz, j, low)
        store(room.dq, j, high)
        store(room.corrected, place, load(state.d, j) - low + high)
    for i in range(len(shape.row_place)):
        place = at(shape.row_place, i)
        wanted = load(state.r, i)
        if not shape.equal[i]:
            s = load(state.s, i)
            ds, dp = load(room.slack_predicted, i), zero - load(room.predicted, place)
            wanted = wanted + s - (center - ds * dp) * s * load(room.row_inverse, i)
        store(room.corrected, place, wanted)


@compiled
def steps(shape: Any, block: Any, state: Any, room: Any) -> Any:
    """The corrector's changes, and how far it may go until shortly before a wall: the primal and the dual step."""
    zero, back = splat(0.0), splat(BACK)
    fast, dual_fast = back, back
    top, under = zero, splat(1.0)  # the largest fraction of duals so far, which needs no division
    for j in range(len(shape.column_place)):
        x, v, z, q = load(state.x, j), load(state.v, j), load(state.z, j), load(state.q, j)
        over = load(room.corrected, at(shape.column_place, j)) * load(room.inverse, j)
        down, up = over * v, over * x
        fast = most(fast, most(zero - down, up))
        dz, dq = load(room.dz, j) - z - z * down, load(room.dq, j) - q + q * up
        store(room.dz, j, dz)
        store(room.dq, j, dq)
        larger, smaller = zero - dz * under, top * z
        top, under = where_less(smaller, larger, zero - dz, top), where_less(smaller, larger, z, under)
        larger, smaller = zero - dq * under, top * q
        top, under = where_less(smaller, larger, zero - dq, top), where_less(smaller, larger, q, under)
    for i in range(len(shape.row_place)):
        if not shape.equal[i]:
            s, p = load(state.s, i), zero - load(state.y, i)
            dp = zero - load(room.corrected, at(shape.row_place, i))
            ds = slack(shape, block, state, room.corrected, i)
            store(room.slack_corrected, i, ds)
            inverse = load(room.row_inverse, i)
            fast = most(fast, zero - ds * p * inverse)
            dual_fast = most(dual_fast, zero - dp * s * inverse)
    return back / fast, back / most(dual_fast, top / under)


@compiled
def move(shape: Any, state: Any, room: Any, primal: Any, dual: Any) -> Any:
    """Take the step, by lane."""
    for j in range(len(shape.column_place)):
        dx = primal * load(room.corrected, at(shape.column_place, j))
        store(state.x, j, load(state.x, j) + dx)
        store(state.v, j, load(state.v, j) - dx)
        store(state.z, j, load(state.z, j) + dual * load(room.dz, j))
        store(state.q, j, load(state.q, j) + dual * load(room.dq, j))
    for i in range(len(shape.row_place)):
        store(state.y, i, load(state.y, i) + dual * load(room.corrected, at(shape.row_place, i)))
        if not shape.equal[i]:
            store(state.s, i, load(state.s, i) + primal * load(room.slack_corrected, i))


@compiled
def begin(shape: Any, block: Any, state: Any) -> Any:
    """The middle of every box, slacks that fit it or are a tenth, duals of one."""
    zero, one, half, tenth = splat(0.0), splat(1.0), splat(0.5), splat(0.1)
    for j in range(len(shape.column_place)):
        middle = half * load(block.w, j)
        store(state.x, j, middle)
        store(state.v, j, middle)
        store(state.z, j, one)
        store(state.q, j, one)
    for i in range(len(shape.row_place)):
        s, y = one, zero
        if not shape.equal[i]:
            s, y = load(block.b, i), zero - one
            for t in range(at(shape.row_starts, i), at(shape.row_starts, i + 1)):
                e = at(shape.by_row, t)
                s = s - load(block.a, e) * load(state.x, at(shape.columns, e))
            s = where_less(s, tenth, tenth, s)
        store(state.s, i, s)
        store(state.y, i, y)


@compiled
def keep(best: Any, state: Any, idle: Any) -> Any:
    """Put by the points and duals of lanes that have just come nearer than ever."""
    zero, fresh = splat(0.0), splat(0.5) - load(idle, 0)
    for j in range(len(best.x) // LANES):
        store(best.x, j, where_less(zero, fresh, load(state.x, j), load(best.x, j)))
    for i in range(len(best.y) // LANES):
        store(best.y, i, where_less(zero, fresh, load(state.y, i), load(best.y, i)))


@compiled
def judge(sums: Any, shift: Any, floor: Any, enough: Any, lanes: Any) -> Any:
    """Say which lanes have come nearer than ever, being idle for 0 iterations; stop those that are near enough to their
    bound, that get no nearer, or that are proven to have no point. Whether any lane goes on.
    """
    working = False
    for lane in range(LANES):
        if lanes.on[lane] == 0.0:
            lanes.idle[lane] = 1.0
            continue
        product, cost, bound = sums[lane], sums[LANES + lane], sums[2 * LANES + lane]
        proof, off = sums[3 * LANES + lane], sums[4 * LANES + lane]
        gap = abs(cost - bound) / max(abs(cost + shift[lane]), floor)
        if proof > PROVEN:
            lanes.gap[lane], lanes.on[lane], lanes.idle[lane] = np.inf, 0.0, 1.0
            continue
        lanes.idle[lane] += 1.0
        if off <= CLOSE and gap < lanes.gap[lane] and gap <= WORTH_KEEPING:
            lanes.gap[lane], lanes.idle[lane] = gap, 0.0
        stuck = lanes.gap[lane] <= WORTH_KEEPING and lanes.idle[lane] >= LONG_PATIENCE
        stuck = stuck or (lanes.gap[lane] <= GOOD and lanes.idle[lane] >= PATIENCE)
        if lanes.gap[lane] <= enough or stuck or not product > NOTHING:
            lanes.on[lane] = 0.0
        else:
            working = True
            lanes.spent[lane] += 1
    return working


@compiled
def largest(values: Any, count: Any) -> Any:
    """By lane."""
    zero = splat(0.0)
    found = zero
    for i in range(count):
        each = load(values, i)
        found = most(found, most(each, zero - each))
    return found


@compiled
def interior(
    shape: Any,
    block: Any,
    state: Any,
    room: Any,
    best: Any,
    lanes: Any,
    shift: Any,
    floor: Any,
    enough: Any,
    rounds: Any,
) -> Any:
    """Iterate a block until every lane is within ``enough`` of its bound, or so many ``rounds``.

    ``shift``: the cost at x = 0, by lane; ``floor`` the least size against which the gap is measured. The gap of a lane
    becomes infinite where there is no point.
    """
    begin(shape, block, state)
    pairs = 2.0 * len(shape.column_place) + float(len(shape.equal) - shape.equal.sum())
    sums = np.empty(5 * LANES)
    for _ in range(rounds):
        product, cost, bound, proof, off = prepare(shape, block, state, room)
        store(sums, 0, product)
        store(sums, 1, cost)
        store(sums, 2, bound)
        store(sums, 3, proof / (splat(1.0) + largest(state.y, len(shape.equal))))
        store(sums, 4, off)
        working = judge(sums, shift, floor, enough, lanes)
        if lanes.idle.min() < 1.0:
            keep(best, state, lanes.idle)
        if not working:
            break
        factorize(shape, block.a, room)
        solve(shape, room, room.predicted)
        ratio = predicted(shape, block, state, room, product) / product
        aim(shape, state, room, ratio * ratio * ratio * product / splat(pairs))
        solve(shape, room, room.corrected)
        primal, dual = steps(shape, block, state, room)
        move(shape, state, room, primal, dual)


@compiled
def run(
    shape: Any, a: Any, b: Any, c: Any, lower: Any, upper: Any, shift_before: Any, floor: Any, enough: Any, rounds: Any
) -> Any:
    """Blocks one after the other. Arrays are (blocks, numbers · LANES) and are used up.

    Returns x (in the program's own boxes), y, iterations and gaps.
    """
    count = len(a)
    n, m = len(shape.column_place) * LANES, len(shape.row_place) * LANES
    out_x, out_y, spent, gaps = (
        np.zeros((count, n)),
        np.zeros((count, m)),
        np.zeros((count, LANES)),
        np.ones((count, LANES)),
    )
    state = State(
        np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(m), np.empty(m), np.empty(n), np.empty(m)
    )
    k = len(shape.sign) * LANES
    factor = np.empty(len(shape.below) * LANES)
    room = Room(
        *(factor, np.empty_like(factor), np.empty(k), np.empty(k), np.empty(n), np.empty(m)),
        *(np.empty(k), np.empty(k), np.empty(m), np.empty(m), np.empty(n), np.empty(n)),
    )
    shift, flags, w = np.empty(LANES), np.empty(n), np.empty(n)
    for each in range(count):
        block, best = Block(a[each], b[each], c[each], w), Best(out_x[each], out_y[each])
        shifted(shape, block, lower[each], upper[each], shift, flags)
        shift += shift_before[each]
        crossed(lower[each], upper[each], gaps[each])
        on = np.where(np.isinf(gaps[each]), 0.0, 1.0)
        lanes = Lanes(on, gaps[each], spent[each], np.zeros(LANES))
        interior(shape, block, state, room, best, lanes, shift, floor, enough, rounds)
        for i in range(n):
            out_x[each, i] = lower[each, i] + flags[i] * out_x[each, i]
    return out_x, out_y, spent, gaps
