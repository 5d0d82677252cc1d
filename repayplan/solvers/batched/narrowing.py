"""Boxes that rows imply, lane by lane, and the programs that are left: an interior point method needs an inside.

Where no cash comes in, nothing can be paid; such a column has no inside, and is taken out of its lane. What a row
leaves to a column if all others do their best is a box that holds for every point, so the safe bound may use it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from repayplan.solvers.batched.programs import LANES
from repayplan.solvers.batched.tolerances import EMPTY, FIXED, MARGIN, WORTHWHILE
from repayplan.solvers.batched.vectors import at, compiled, load, splat, store, where_less


@compiled
def narrow_all(shape: Any, a: Any, b: Any, lower: Any, upper: Any, rounds: Any) -> Any:
    """Boxes of all blocks, (blocks, numbers · LANES), made narrower in place."""
    for each in range(len(a)):
        narrow(shape, a[each], b[each], lower[each], upper[each], rounds)


@compiled
def narrow(shape: Any, a: Any, b: Any, lower: Any, upper: Any, rounds: Any) -> Any:
    """Boxes (n · LANES) made narrower in place, row by row, so many ``rounds``."""
    zero, margin = splat(0.0), splat(MARGIN)
    for _ in range(rounds):
        for i in range(len(shape.equal)):
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
                _bound(a, e, j, lower, upper, spare + margin)
                if shape.equal[i]:
                    _bound(a, e, j, lower, upper, need - margin)


@compiled
def _bound(a: Any, e: Any, j: Any, lower: Any, upper: Any, spare: Any) -> Any:
    """One column's box by what its row spares it: > 0 from the end at which the row is easiest, < 0 from the other."""
    zero, one, worthwhile = splat(0.0), splat(1.0), splat(WORTHWHILE)
    value, low, high = load(a, e), load(lower, j), load(upper, j)
    size = where_less(value, zero, zero - value, value)
    there = where_less(zero, size, one, zero)
    width = where_less(zero, spare, spare, zero - spare) / where_less(zero, size, size, one)
    narrower = where_less(width, worthwhile * (high - low), there, zero)
    same = value * spare
    store(upper, j, where_less(zero, narrower * same, low + width, high))
    store(lower, j, where_less(narrower * same, zero, high - width, low))


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
    for lane in range(LANES):
        shift[lane] = 0.0
    for j in range(len(shape.column_starts) - 1):
        for lane in range(LANES):
            place = j * LANES + lane
            width = upper[place] - lower[place]
            shift[lane] += block.c[place] * lower[place]
            flags[place] = 1.0 if width > FIXED else 0.0
            block.w[place] = width if width > FIXED else 1.0
            block.c[place] *= flags[place]
        for e in range(at(shape.column_starts, j), at(shape.column_starts, j + 1)):
            for lane in range(LANES):
                value = block.a[e * LANES + lane]
                block.b[at(shape.rows, e) * LANES + lane] -= value * lower[j * LANES + lane]
                block.a[e * LANES + lane] = value * flags[j * LANES + lane]
