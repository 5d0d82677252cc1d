"""What points and duals prove of the programs as they came: objective, safe bound, violation; compiled."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from repayplan.compiling import compiled
from repayplan.solvers.batched.programs import LANES
from repayplan.solvers.batched.vectors import at, least, load, most, splat, store

Array = NDArray[np.float64]
Index = NDArray[np.int32]


class Claims(NamedTuple):
    """Programs as they came, and what is claimed of them; arrays (…, N), N a multiple of LANES.

    Entry e of A is row ``varying[e]`` of ``values`` (k, N), or ``fixed[e]`` in all lanes where that is −1. Lanes have
    row i where row ``sometimes[i]`` of ``there`` is 1, all where that is −1. ``equal`` (m,). ``low`` and ``high``
    (n, N) are boxes that hold an optimum. Duals y of a sign that they must not have count as 0.
    """

    rows: Index
    columns: Index
    varying: Index
    fixed: Array
    values: Array
    rhs: Array
    sometimes: Index
    there: Array
    equal: NDArray[np.bool_]
    cost: Array
    lower: Array
    upper: Array
    x: Array
    y: Array
    low: Array
    high: Array


@compiled
def check(claims: Any) -> Any:
    """(3, N) objective, safe lower bound of the minimum, and the largest amount by which a row or box is left."""
    height, width, blocks = len(claims.rhs), len(claims.cost), claims.cost.shape[1] // LANES
    activity, duals, reduced = np.empty(height * LANES), np.empty(height * LANES), np.empty(width * LANES)
    found = np.empty((3, blocks * LANES))
    for block in range(blocks):
        _products(claims, block, blocks, activity, duals, reduced)
        zero = splat(0.0)
        objective, bound, off = zero, zero, zero
        for j in range(width):
            place = j * blocks + block
            x, d = load(claims.x, place), load(reduced, j)
            objective = objective + load(claims.cost, place) * x
            bound = bound + least(d * load(claims.low, place), d * load(claims.high, place))
            off = most(off, most(x - load(claims.upper, place), load(claims.lower, place) - x))
        for i in range(height):
            rhs, over = load(claims.rhs, i * blocks + block), load(activity, i)
            over = _there(claims, i, block, blocks) * (over - rhs)
            bound = bound + load(duals, i) * rhs
            off = most(off, over)
            if claims.equal[i]:
                off = most(off, zero - over)
        store(found, block, objective)
        store(found, blocks + block, bound)
        store(found, 2 * blocks + block, off)
    return found


@compiled
def _products(claims: Any, block: Any, blocks: Any, activity: Any, duals: Any, reduced: Any) -> Any:
    """Ax, the duals y that are allowed, and c − Aᵀy of one block of lanes."""
    zero = splat(0.0)
    for i in range(len(claims.rhs)):
        y = _there(claims, i, block, blocks) * load(claims.y, i * blocks + block)
        store(duals, i, y if claims.equal[i] else least(y, zero))
        store(activity, i, zero)
    for j in range(len(claims.cost)):
        store(reduced, j, load(claims.cost, j * blocks + block))
    for e in range(len(claims.rows)):
        i, j = at(claims.rows, e), at(claims.columns, e)
        value = splat(claims.fixed[e])
        if claims.varying[e] >= 0:
            value = load(claims.values, claims.varying[e] * blocks + block)
        store(activity, i, load(activity, i) + value * load(claims.x, j * blocks + block))
        store(reduced, j, load(reduced, j) - value * load(duals, i))


@compiled
def _there(claims: Any, i: Any, block: Any, blocks: Any) -> Any:
    """1 in the lanes that have row i."""
    found = splat(1.0)
    if claims.sometimes[i] >= 0:
        found = load(claims.there, claims.sometimes[i] * blocks + block)
    return found
