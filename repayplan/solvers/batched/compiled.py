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

from repayplan.solvers.batched.narrowing import crossed, shifted
from repayplan.solvers.batched.vectors import LANES, compiled, load, plus_product, root, splat, store, where_less

Array = NDArray[np.float64]

BACK = 0.9995
SMALLEST_PIVOT = 1e-15
HELD = 1e-8
"""What holds every step back, as in a proximal method: the root of the machine's precision, so that rounding, this much
of the largest pivot, cannot eat the smallest one. The next step makes good what is missed by it.
"""

CLOSE = 1e-11
"""How far a point may be from its equations to be done."""

PROVEN = 1e-7
"""A bound of the cost nothing above this, for duals no larger than one, proves that there is no point."""

WORTH_KEEPING = 1e-5
"""Points are kept from this gap on."""

NOTHING = 1e-15
"""Complementarity at which rounding is all there is."""

PATIENCE = 3
"""Iterations without a better point, after which the best one stands."""


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
    """Room to work: the factor, one over its diagonal, K's diagonal, predictor and corrector, slacks' changes."""

    factor: Array
    pivots: Array
    diagonal: Array
    predicted: Array
    corrected: Array
    slack_predicted: Array
    slack_corrected: Array


@compiled
def factorize(shape: Any, a: Any, room: Any) -> Any:
    """L of K = L S Lᵀ by columns; a pivot that rounding has eaten is dropped, which keeps that step at zero."""
    factor, pairs = room.factor, shape.pairs
    zero, one, small = splat(0.0), splat(1.0), splat(SMALLEST_PIVOT)
    target = 0
    for k in range(len(shape.sign)):
        taken, given = zero, load(room.diagonal, k)
        for p in range(shape.pair_starts[target], shape.pair_middle[target]):
            each = load(factor, pairs[p, 0])
            taken = plus_product(each, each, taken)
        for p in range(shape.pair_middle[target], shape.pair_starts[target + 1]):
            each = load(factor, pairs[p, 0])
            given = plus_product(each, each, given)
        target += 1
        left = given - taken
        kept = where_less(small * given, left, left, small * given)
        pivot = where_less(zero, kept, one / root(kept), zero)
        store(room.pivots, k, pivot)
        for e in range(shape.starts[k], shape.starts[k + 1]):
            value = zero
            if shape.source[e] >= 0:
                value = splat(shape.sign[k]) * load(a, shape.source[e])
            more = zero
            for p in range(shape.pair_starts[target], shape.pair_middle[target]):
                more = plus_product(load(factor, pairs[p, 0]), load(factor, pairs[p, 1]), more)
            for p in range(shape.pair_middle[target], shape.pair_starts[target + 1]):
                value = plus_product(load(factor, pairs[p, 0]), load(factor, pairs[p, 1]), value)
            store(factor, e, (value - more) * pivot)
            target += 1


@compiled
def solve(shape: Any, room: Any, wanted: Any) -> Any:
    """What K takes to ``wanted``, in place."""
    size = len(shape.sign)
    for k in range(size):
        each = load(wanted, k) * load(room.pivots, k)
        store(wanted, k, each * splat(shape.sign[k]))
        for e in range(shape.starts[k], shape.starts[k + 1]):
            other = shape.below[e]
            store(wanted, other, load(wanted, other) - load(room.factor, e) * each)
    for k in range(size - 1, -1, -1):
        each = load(wanted, k)
        for e in range(shape.starts[k], shape.starts[k + 1]):
            each = each - load(room.factor, e) * load(wanted, shape.below[e])
        store(wanted, k, each * load(room.pivots, k))


@compiled
def prepare(shape: Any, block: Any, state: Any, room: Any) -> Any:
    """Residuals, K's diagonal and the predictor's right-hand side; by lane: complementarity, cost, bound, residual."""
    zero, held = splat(0.0), splat(HELD)
    product, cost, bound, proof, off = zero, zero, zero, zero, zero
    for j in range(len(shape.column_place)):
        d = load(block.c, j)
        for e in range(shape.column_starts[j], shape.column_starts[j + 1]):
            d = d - load(block.a, e) * load(state.y, shape.rows[e])
        x, v, z, q = load(state.x, j), load(state.v, j), load(state.z, j), load(state.q, j)
        store(state.d, j, d)
        product = product + (x * z + v * q)
        cost = cost + load(block.c, j) * x
        bound = bound + where_less(d, zero, d, zero) * load(block.w, j)
        without = d - load(block.c, j)
        proof = proof + where_less(without, zero, without, zero) * load(block.w, j)
        place = shape.column_place[j]
        store(room.diagonal, place, (z * v + q * x) / (x * v) + held)
        store(room.predicted, place, d)
    for i in range(len(shape.row_place)):
        b, y, s = load(block.b, i), load(state.y, i), load(state.s, i)
        r = b
        for t in range(shape.row_starts[i], shape.row_starts[i + 1]):
            e = shape.by_row[t]
            r = r - load(block.a, e) * load(state.x, shape.columns[e])
        bound, proof = bound + b * y, proof + b * y
        place = shape.row_place[i]
        store(room.predicted, place, r)
        if shape.equal[i]:
            store(room.diagonal, place, held)
        else:
            r = r - s
            product = product - s * y
            store(room.diagonal, place, zero - s / y)
        store(state.r, i, r)
        size = where_less(r, zero, zero - r, r)
        off = where_less(off, size, size, off)
    return product, cost, bound, proof, off


@compiled
def slacks(shape: Any, block: Any, state: Any, step: Any, change: Any) -> Any:
    """How slacks change with a step, so that residuals shrink by the share that is taken of it."""
    for i in range(len(shape.row_place)):
        if not shape.equal[i]:
            r = load(state.r, i)
            for t in range(shape.row_starts[i], shape.row_starts[i + 1]):
                e = shape.by_row[t]
                r = r - load(block.a, e) * load(step, shape.column_place[shape.columns[e]])
            store(change, i, r)


@compiled
def predicted(shape: Any, state: Any, room: Any) -> Any:
    """How far the predictor may go, (primal, dual), and the complementarity there."""
    zero, one = splat(0.0), splat(1.0)
    top, under, dual_top, dual_under = one, one, one, one
    flat, first, second, both = zero, zero, zero, zero
    for j in range(len(shape.column_place)):
        x, v, z, q = load(state.x, j), load(state.v, j), load(state.z, j), load(state.q, j)
        dx = load(room.predicted, shape.column_place[j])
        over = dx / (x * v)
        dz, dq = zero - z * (one + over * v), q * (over * x - one)
        down = where_less(dx, zero, zero - dx * v, dx * x)  # both walls at once: -dx / x or dx / v, times x v
        limit = x * v
        larger = down * under
        smaller = top * limit
        top, under = where_less(smaller, larger, down, top), where_less(smaller, larger, limit, under)
        larger, smaller = zero - dz * dual_under, dual_top * z
        dual_top = where_less(smaller, larger, zero - dz, dual_top)
        dual_under = where_less(smaller, larger, z, dual_under)
        larger, smaller = zero - dq * dual_under, dual_top * q
        dual_top = where_less(smaller, larger, zero - dq, dual_top)
        dual_under = where_less(smaller, larger, q, dual_under)
        flat = flat + (x * z + v * q)
        first = first + dx * (z - q)
        second = second + (x * dz + v * dq)
        both = both + dx * (dz - dq)
    for i in range(len(shape.row_place)):
        if not shape.equal[i]:
            s, p = load(state.s, i), zero - load(state.y, i)
            ds, dp = load(room.slack_predicted, i), zero - load(room.predicted, shape.row_place[i])
            larger, smaller = zero - ds * under, top * s
            top = where_less(smaller, larger, zero - ds, top)
            under = where_less(smaller, larger, s, under)
            larger, smaller = zero - dp * dual_under, dual_top * p
            dual_top = where_less(smaller, larger, zero - dp, dual_top)
            dual_under = where_less(smaller, larger, p, dual_under)
            flat = flat + s * p
            first = first + ds * p
            second = second + s * dp
            both = both + ds * dp
    primal, dual = under / top, dual_under / dual_top
    return flat, flat + primal * first + dual * second + primal * dual * both


@compiled
def aim(shape: Any, state: Any, room: Any, center: Any) -> Any:
    """The corrector's right-hand side: every product of a pair to ``center``, the predictor's error made good."""
    zero, one = splat(0.0), splat(1.0)
    for j in range(len(shape.column_place)):
        x, v, z, q = load(state.x, j), load(state.v, j), load(state.z, j), load(state.q, j)
        place = shape.column_place[j]
        dx = load(room.predicted, place)
        inverse = one / (x * v)
        dz, dq = zero - z * (one + dx * inverse * v), q * (dx * inverse * x - one)
        low, high = (center - dx * dz) * (inverse * v), (center + dx * dq) * (inverse * x)
        store(room.corrected, place, load(state.d, j) - low + high)
    for i in range(len(shape.row_place)):
        place = shape.row_place[i]
        wanted = load(state.r, i)
        if not shape.equal[i]:
            s, p = load(state.s, i), zero - load(state.y, i)
            ds, dp = load(room.slack_predicted, i), zero - load(room.predicted, place)
            wanted = wanted + s - (center - ds * dp) / p
        store(room.corrected, place, wanted)


@compiled
def steps(shape: Any, state: Any, room: Any, center: Any) -> Any:
    """How far the corrector may go until a wall: one over the primal and the dual step."""
    zero, one = splat(0.0), splat(1.0)
    top, under, dual_top, dual_under = splat(BACK), one, splat(BACK), one
    for j in range(len(shape.column_place)):
        x, v, z, q = load(state.x, j), load(state.v, j), load(state.z, j), load(state.q, j)
        place = shape.column_place[j]
        dx, da = load(room.corrected, place), load(room.predicted, place)
        inverse = one / (x * v)
        dz = (center - da * (zero - z * (one + da * inverse * v)) - z * dx) * (inverse * v) - z
        dq = (center + da * (q * (da * inverse * x - one)) + q * dx) * (inverse * x) - q
        down = where_less(dx, zero, zero - dx * v, dx * x)
        limit = x * v
        larger, smaller = down * under, top * limit
        top, under = where_less(smaller, larger, down, top), where_less(smaller, larger, limit, under)
        larger, smaller = zero - dz * dual_under, dual_top * z
        dual_top = where_less(smaller, larger, zero - dz, dual_top)
        dual_under = where_less(smaller, larger, z, dual_under)
        larger, smaller = zero - dq * dual_under, dual_top * q
        dual_top = where_less(smaller, larger, zero - dq, dual_top)
        dual_under = where_less(smaller, larger, q, dual_under)
    for i in range(len(shape.row_place)):
        if not shape.equal[i]:
            s, p = load(state.s, i), zero - load(state.y, i)
            ds, dp = load(room.slack_corrected, i), zero - load(room.corrected, shape.row_place[i])
            larger, smaller = zero - ds * under, top * s
            top = where_less(smaller, larger, zero - ds, top)
            under = where_less(smaller, larger, s, under)
            larger, smaller = zero - dp * dual_under, dual_top * p
            dual_top = where_less(smaller, larger, zero - dp, dual_top)
            dual_under = where_less(smaller, larger, p, dual_under)
    back = splat(BACK)
    return back * under / top, back * dual_under / dual_top


@compiled
def move(shape: Any, state: Any, room: Any, center: Any, primal: Any, dual: Any) -> Any:
    """Take the step, by lane."""
    zero, one = splat(0.0), splat(1.0)
    for j in range(len(shape.column_place)):
        x, v, z, q = load(state.x, j), load(state.v, j), load(state.z, j), load(state.q, j)
        place = shape.column_place[j]
        dx, da = load(room.corrected, place), load(room.predicted, place)
        inverse = one / (x * v)
        dz = (center - da * (zero - z * (one + da * inverse * v)) - z * dx) * (inverse * v) - z
        dq = (center + da * (q * (da * inverse * x - one)) + q * dx) * (inverse * x) - q
        store(state.x, j, x + primal * dx)
        store(state.v, j, v - primal * dx)
        store(state.z, j, z + dual * dz)
        store(state.q, j, q + dual * dq)
    for i in range(len(shape.row_place)):
        store(state.y, i, load(state.y, i) + dual * load(room.corrected, shape.row_place[i]))
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
            for t in range(shape.row_starts[i], shape.row_starts[i + 1]):
                e = shape.by_row[t]
                s = s - load(block.a, e) * load(state.x, shape.columns[e])
            s = where_less(s, tenth, tenth, s)
        store(state.s, i, s)
        store(state.y, i, y)


@compiled
def judge(sums: Any, shift: Any, floor: Any, enough: Any, lanes: Any, best: Any, state: Any) -> Any:
    """Keep the best point of each lane so far; stop lanes that are near enough to their bound, that get no nearer, or
    that are proven to have no point. Whether any lane goes on.
    """
    working = False
    for lane in range(LANES):
        if lanes.on[lane] == 0.0:
            continue
        product, cost, bound, proof, off = sums[lane::LANES]
        gap = abs(cost - bound) / max(abs(cost + shift[lane]), floor)
        if proof > PROVEN:
            lanes.gap[lane], lanes.on[lane] = np.inf, 0.0
            continue
        lanes.idle[lane] += 1.0
        if off <= CLOSE and gap < lanes.gap[lane] and gap <= WORTH_KEEPING:
            lanes.gap[lane], lanes.idle[lane] = gap, 0.0
            for at in range(lane, len(best.x), LANES):
                best.x[at] = state.x[at]
            for at in range(lane, len(best.y), LANES):
                best.y[at] = state.y[at]
        stuck = lanes.gap[lane] <= WORTH_KEEPING and lanes.idle[lane] >= PATIENCE
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
    most = zero
    for i in range(count):
        each = load(values, i)
        size = where_less(each, zero, zero - each, each)
        most = where_less(most, size, size, most)
    return most


@compiled
def interior(
    shape: Any, block: Any, state: Any, room: Any, best: Any, lanes: Any, shift: Any, floor: Any, enough: Any, most: Any
) -> Any:
    """Iterate a block until every lane is within ``enough`` of its bound, or ``most`` times.

    ``shift``: the cost at x = 0, by lane; ``floor`` the least size against which the gap is measured. The gap of a lane
    becomes infinite where there is no point.
    """
    begin(shape, block, state)
    pairs = 2.0 * len(shape.column_place) + float(len(shape.equal) - shape.equal.sum())
    sums = np.empty(5 * LANES)
    for _ in range(most):
        product, cost, bound, proof, off = prepare(shape, block, state, room)
        store(sums, 0, product)
        store(sums, 1, cost)
        store(sums, 2, bound)
        store(sums, 3, proof / (splat(1.0) + largest(state.y, len(shape.equal))))
        store(sums, 4, off)
        if not judge(sums, shift, floor, enough, lanes, best, state):
            break
        factorize(shape, block.a, room)
        solve(shape, room, room.predicted)
        slacks(shape, block, state, room.predicted, room.slack_predicted)
        now, then = predicted(shape, state, room)
        ratio = then / now
        center = ratio * ratio * ratio * now / splat(pairs)
        aim(shape, state, room, center)
        solve(shape, room, room.corrected)
        slacks(shape, block, state, room.corrected, room.slack_corrected)
        primal, dual = steps(shape, state, room, center)
        move(shape, state, room, center, primal, dual)


@compiled
def run(
    shape: Any, a: Any, b: Any, c: Any, lower: Any, upper: Any, shift_before: Any, floor: Any, enough: Any, most: Any
) -> Any:
    """Blocks one after the other. Arrays are (blocks, numbers · LANES) and are used up.

    Returns x (in the program's own boxes), y, iterations and gaps.
    """
    count, size = len(a), len(shape.sign) * LANES
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
    factor = np.empty(len(shape.below) * LANES)
    room = Room(factor, np.empty(size), np.empty(size), np.empty(size), np.empty(size), np.empty(m), np.empty(m))
    shift, flags, w = np.empty(LANES), np.empty(n), np.empty(n)
    for each in range(count):
        block, best = Block(a[each], b[each], c[each], w), Best(out_x[each], out_y[each])
        shifted(shape, block, lower[each], upper[each], shift, flags)
        shift += shift_before[each]
        crossed(lower[each], upper[each], gaps[each])
        on = np.where(np.isinf(gaps[each]), 0.0, 1.0)
        lanes = Lanes(on, gaps[each], spent[each], np.zeros(LANES))
        interior(shape, block, state, room, best, lanes, shift, floor, enough, most)
        for i in range(n):
            out_x[each, i] = lower[each, i] + flags[i] * out_x[each, i]
    return out_x, out_y, spent, gaps
