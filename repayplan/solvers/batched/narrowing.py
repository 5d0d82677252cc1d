"""Boxes that rows imply, lane by lane, and the programs that are left: an interior point method needs an inside.

Where no cash comes in, nothing can be paid; such a column has no inside, and is taken out of its lane. What a row
leaves to a column if all others do their best is a box that holds for every point, so the safe bound may use it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from repayplan.compiling import compiled
from repayplan.solvers.batched.programs import LANES
from repayplan.solvers.batched.tolerances import EMPTY, FIXED, MARGIN, SURE, WORTHWHILE
from repayplan.solvers.batched.vectors import any_above, at, load, splat, store, where_less


@compiled
def narrow_all(shape: Any, a: Any, b: Any, lower: Any, upper: Any, rounds: Any) -> Any:
    """Boxes of all blocks, (blocks, numbers · LANES), made narrower in place."""
    for each in range(len(a)):
        narrow(shape, a[each], b[each], lower[each], upper[each], rounds)


@compiled
def narrow(shape: Any, a: Any, b: Any, lower: Any, upper: Any, rounds: Any) -> Any:
    """Boxes (n · LANES) made narrower in place, row by row, so many ``rounds`` or until none becomes so.

    Every other round goes backward: nothing owed at the end is nothing owed on any date without a payment before it.
    """
    zero, margin = splat(0.0), splat(MARGIN)
    news = np.empty(LANES)
    count = len(shape.equal)
    for turn in range(rounds):
        found = zero
        for step in range(count):
            i = step if turn % 2 == 0 else count - 1 - step
            least, most = zero, zero
            for t in range(at(shape.row_starts, i), at(shape.row_starts, i + 1)):
                e = at(shape.by_row, t)
                j = at(shape.columns, e)
                low, high = load(a, e) * load(lower, j), load(a, e) * load(upper, j)
                least = least + where_less(low, high, low, high)
                most = most + where_less(low, high, high, low)
            spare, need = load(b, i) - least, load(b, i) - most
            spare, need = where_less(spare, zero, zero, spare), where_less(zero, need, zero, need)
            for t in range(at(shape.row_starts, i), at(shape.row_starts, i + 1)):
                e = at(shape.by_row, t)
                j = at(shape.columns, e)
                found = found + _bound(a, e, j, lower, upper, spare + margin)
                if shape.equal[i]:
                    found = found + _bound(a, e, j, lower, upper, need - margin)
        store(news, 0, found)
        if news.max() == 0.0:
            break


@compiled
def _bound(a: Any, e: Any, j: Any, lower: Any, upper: Any, spare: Any) -> Any:
    """One column's box by what its row spares it: > 0 from the end at which the row is easiest, < 0 from the other.

    Returns 1 in lanes in which it has become narrower.
    """
    zero, one, worthwhile = splat(0.0), splat(1.0), splat(WORTHWHILE)
    value, low, high = load(a, e), load(lower, j), load(upper, j)
    size = where_less(value, zero, zero - value, value)
    there = where_less(zero, size, one, zero)
    width = where_less(zero, spare, spare, zero - spare) / where_less(zero, size, size, one)
    narrower = where_less(width, worthwhile * (high - low), there, zero)
    same = value * spare
    store(upper, j, where_less(zero, narrower * same, low + width, high))
    store(lower, j, where_less(narrower * same, zero, high - width, low))
    return narrower


@compiled
def sure_of(shape: Any, a: Any, lower: Any, upper: Any) -> Any:
    """(e,) whether an entry is there in every lane, in a column that can move in each."""
    found, zero = np.ones(len(shape.rows), np.bool_), splat(0.0)
    for j in range(len(shape.column_starts) - 1):
        for each in range(len(a)):
            moves = not any_above(splat(FIXED), load(upper[each], j) - load(lower[each], j))
            for e in range(at(shape.column_starts, j), at(shape.column_starts, j + 1)):
                value = load(a[each], e)
                size = where_less(value, zero, zero - value, value)
                if not moves or any_above(splat(SURE), size):
                    found[e] = False
    return found


@compiled
def crossed(lower: Any, upper: Any, gaps: Any) -> Any:
    """Mark lanes with an infinite gap in which a box is empty: rows contradict each other."""
    for place in range(len(lower)):
        if lower[place] - upper[place] > EMPTY:
            gaps[place % LANES] = np.inf


@compiled
def shifted(shape: Any, block: Any, lower: Any, upper: Any, shift: Any, flags: Any) -> Any:
    """Put the lower ends of boxes place 0 and take out columns that are one number; ``block.w`` takes the widths.

    ``shift`` (LANES,) takes the cost of the lower ends. ``flags`` (n · LANES) is 0 where a column was taken out.
    """
    zero, one, fixed = splat(0.0), splat(1.0), splat(FIXED)
    before = zero
    for j in range(len(shape.column_starts) - 1):
        low, c = load(lower, j), load(block.c, j)
        width = load(upper, j) - low
        flag = where_less(fixed, width, one, zero)
        before = before + c * low
        store(flags, j, flag)
        store(block.w, j, where_less(fixed, width, width, one))
        store(block.c, j, c * flag)
        for e in range(at(shape.column_starts, j), at(shape.column_starts, j + 1)):
            value, i = load(block.a, e), at(shape.rows, e)
            store(block.b, i, load(block.b, i) - value * low)
            store(block.a, e, value * flag)
    for i in range(len(shape.equal)):
        _without_columns(shape, block, i)
    store(shift, 0, before)


@compiled
def _without_columns(shape: Any, block: Any, i: Any) -> Any:
    """A row all of whose columns were taken out holds by what rounding is, and has no say any more: held as tight as
    that, its dual would grow without end."""
    zero, one, empty = splat(0.0), splat(1.0), splat(EMPTY)
    there = zero
    for t in range(at(shape.row_starts, i), at(shape.row_starts, i + 1)):
        value = load(block.a, at(shape.by_row, t))
        there = there + value * value
    b = load(block.b, i)
    if shape.equal[i]:
        kept, far = zero, where_less(b, zero, zero - b, b)
    else:
        kept, far = one, zero - b
    silent = where_less(zero, there, zero, where_less(empty, far, zero, one))
    store(block.b, i, where_less(zero, silent, kept, b))
