"""How points and duals of a reduced program become those of the program it was reduced from, step by step backwards.

``x`` (n, N) are values of columns and ``y`` (rows, N) duals of rows, those that a reduction has added included, both
flat. What was done is a list of notes, each of which ends with the place where it begins:

- FIXED, column, value: a column whose box is one number in every lane;
- REPLACED, column, row, pivot, right-hand side, cost, ends of the box, the row's other entries, the column's other
  entries: a column that a row gives as soon as the others are known, be it an equation or a row that is tight at the
  optimum. What is left of a row of inequalities has a dual of its own, which the row's is added to;
- JOINED, column, ends of the box, the rows that bounded it (entry, right-hand side, other entries), the rows that were
  made (row, one row and its weight, another one or −1 and its weight);
- ADDED, row, equation, weight: an equation times the weight was added to a row;
- MERGED, row, another one, weight: the other one, which is −weight times the row, has made an equation of it.

A list of entries is their number, then for each its column or row and its value.
"""

from __future__ import annotations

from typing import Any

from repayplan.compiling import compiled
from repayplan.solvers.batched.rules import ADDED, FIXED, MERGED, REPLACED
from repayplan.solvers.batched.storage import BLOCKS, DONE, value
from repayplan.solvers.batched.vectors import least, load, most, splat, store, where_less


@compiled
def undo(s: Any, x: Any, y: Any) -> Any:
    """Everything, backwards; x and y are filled in in place."""
    for k in range(s.counts[BLOCKS]):
        end = s.counts[DONE]
        while end > 0:
            begun = s.done[end - 1]
            kind = s.done[begun]
            if kind == FIXED:
                store(x, _at(s, s.done[begun + 1], k), value(s, s.done[begun + 2], k))
            elif kind == REPLACED:
                _replaced(s, begun, x, y, k)
            elif kind == ADDED:
                i, equation = _at(s, s.done[begun + 1], k), _at(s, s.done[begun + 2], k)
                store(y, equation, load(y, equation) + value(s, s.done[begun + 3], k) * load(y, i))
            elif kind == MERGED:
                i, other = _at(s, s.done[begun + 1], k), _at(s, s.done[begun + 2], k)
                dual, weight = load(y, i), value(s, s.done[begun + 3], k)
                store(y, i, least(dual, splat(0.0)))
                store(y, other, splat(0.0) - most(dual, splat(0.0)) / weight)
            else:
                _joined(s, begun, x, y, k)
            end = begun


@compiled
def _at(s: Any, number: Any, k: Any) -> Any:
    """Where block k of a column or row is."""
    return number * s.counts[BLOCKS] + k


@compiled
def _total(s: Any, place: Any, of: Any, k: Any) -> Any:
    """Σ value · number over a list of entries."""
    found = splat(0.0)
    for entry in range(place + 1, place + 1 + 2 * s.done[place], 2):
        found = found + value(s, s.done[entry + 1], k) * load(of, _at(s, s.done[entry], k))
    return found


@compiled
def _replaced(s: Any, begun: Any, x: Any, y: Any, k: Any) -> Any:
    j, i = _at(s, s.done[begun + 1], k), _at(s, s.done[begun + 2], k)
    pivot, rhs, cost = (
        value(s, s.done[begun + 3], k),
        value(s, s.done[begun + 4], k),
        value(s, s.done[begun + 5], k),
    )
    low, high = value(s, s.done[begun + 6], k), value(s, s.done[begun + 7], k)
    others = begun + 8
    elsewhere = others + 1 + 2 * s.done[others]
    store(x, j, least(most((rhs - _total(s, others, x, k)) / pivot, low), high))
    store(y, i, load(y, i) + (cost - _total(s, elsewhere, y, k)) / pivot)


@compiled
def _joined(s: Any, begun: Any, x: Any, y: Any, k: Any) -> Any:
    """The column ends as high as its bounds let it; duals of rows that were made go to those they are made of."""
    zero = splat(0.0)
    low, high = value(s, s.done[begun + 2], k), value(s, s.done[begun + 3], k)
    bottom, top = low, high
    place = begun + 5
    for _ in range(s.done[begun + 4]):
        each, rhs = value(s, s.done[place], k), value(s, s.done[place + 1], k)
        limit = (rhs - _total(s, place + 2, x, k)) / each
        top = where_less(zero, each, least(limit, top), top)
        bottom = where_less(each, zero, most(limit, bottom), bottom)
        place += 3 + 2 * s.done[place + 2]
    store(x, _at(s, s.done[begun + 1], k), least(most(top, least(bottom, high)), high))
    made, place = s.done[place], place + 1
    for _ in range(made):
        dual = load(y, _at(s, s.done[place], k))
        for part in range(place + 1, place + 5, 2):
            i = s.done[part]
            if i >= 0:
                i = _at(s, i, k)
                store(y, i, load(y, i) + value(s, s.done[part + 1], k) * dual)
        place += 5
