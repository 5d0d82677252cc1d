"""A batch of programs while it is reduced: flat arrays on which compiled code works.

A *value* has one number by lane. It goes by a reference: r ≥ 0 is slot r of the pool, lanes innermost, r < 0 is number
−1 − r, the same in every lane, as most coefficients are. Slots are changed in place by their one owner (an entry, a
right-hand side, a cost, a box); what is noted for undoing owns the slots of rows and columns that have gone.

Entries hang in two lists, that of their row and that of their column.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from repayplan.compiling import compiled
from repayplan.solvers.batched.programs import LANES
from repayplan.solvers.batched.vectors import any_above, load, splat, store, where_less

Ints = NDArray[np.int64]
Array = NDArray[np.float64]


class Store(NamedTuple):
    """``counts`` and the fields of ``row``, ``column`` and ``entry`` (number, fields) are named below.

    ``pool``: slots one after the other. ``numbers``: values that all lanes share. ``done``: what was done, for
    ``undoing``. ``work``: room for lists.
    """

    counts: NDArray[np.int64]
    row: Ints
    column: Ints
    entry: Ints
    pool: Array
    numbers: Array
    done: Ints
    work: Ints


BLOCKS, SLOTS, NUMBERS, ENTRIES, ROWS, COLUMNS, DONE, CLOCK, CHANGES = range(9)
"""Of ``counts``: blocks of lanes, how much of each array is in use, ticks of changes to rows, rules applied."""

HEAD, SIZE = 0, 1
"""Of rows and columns: the first entry of the list and how many there are."""

EQUAL, RHS, MASK, THERE, CHANGED, TRIED, STALE, COUNTED, BELOW, ABOVE = range(2, 12)
"""Of rows: whether it is an equation, its right-hand side, the slot that is 1 in lanes that have it (or −1: all have),
whether it is still there, when it changed and was last tried, which rules have to look at it; room to count; the two
columns of a row that says no more than that one is at most the other.
"""

COST, LOW, HIGH, GONE, FRESH = range(2, 7)
"""Of columns: its cost, the slots of its box, whether it has gone, which rules have to look at it."""

OF_ROW, OF_COLUMN, NEXT_IN_ROW, BEFORE_IN_ROW, NEXT_IN_COLUMN, BEFORE_IN_COLUMN, VALUE = range(7)
"""Of entries."""

ROW_FIELDS, COLUMN_FIELDS, ENTRY_FIELDS, COUNTS = 12, 7, 7, 9

ZERO, ONE, MINUS = -1, -2, -3
"""References to 0, 1 and −1."""

OFFSET, IMPOSSIBLE, SCRATCH = 0, 1, 2
"""The first slots: what was done has cost, lanes without a point, room for a value that is needed for a moment."""
FIRST_SLOT = 4

REDUNDANT, DOMINATED, ORDERED = 1, 2, 4
"""Rules that look at a row when it is stale."""
FIX, FILL, JOIN, CHAIN = 1, 2, 4, 8
"""Rules that look at a column when it is fresh."""

CANCELED = 1e-13
"""Sums of coefficients below this part of what was added are rounding."""


class FullError(MemoryError):
    """Some array is too short: begin again with longer ones."""


# ------------------------------------------------------------------------------------------------------------- values


@compiled
def value(s: Any, ref: Any, k: Any) -> Any:
    """A value in block k."""
    return load(s.pool, ref * s.counts[BLOCKS] + k) if ref >= 0 else splat(s.numbers[-1 - ref])


@compiled
def put(s: Any, slot: Any, k: Any, vector: Any) -> Any:
    """Set a slot in block k."""
    store(s.pool, slot * s.counts[BLOCKS] + k, vector)


@compiled
def new_slot(s: Any) -> Any:
    """A slot that is not in use."""
    slot = s.counts[SLOTS]
    if (slot + 1) * s.counts[BLOCKS] * LANES > len(s.pool):
        raise FullError
    s.counts[SLOTS] = slot + 1
    return slot


@compiled
def new_number(s: Any, number: Any) -> Any:
    """A reference to a number."""
    place = s.counts[NUMBERS]
    if place >= len(s.numbers):
        raise FullError
    s.numbers[place] = number
    s.counts[NUMBERS] = place + 1
    return -1 - place


@compiled
def copied(s: Any, ref: Any) -> Any:
    """A value that stays as it is when the other changes."""
    if ref < 0:
        return ref
    slot = new_slot(s)
    for k in range(s.counts[BLOCKS]):
        put(s, slot, k, value(s, ref, k))
    return slot


@compiled
def plus(s: Any, one: Any, sign: Any, two: Any, three: Any, four: Any, into: Any) -> Any:
    """one + sign · two · three / four: a number where all are, otherwise in the slot ``into``, or a new one if < 0."""
    if one < 0 and two < 0 and three < 0 and four < 0:
        numbers = s.numbers
        return new_number(s, numbers[-1 - one] + sign * (numbers[-1 - two] * numbers[-1 - three] / numbers[-1 - four]))
    slot = into if into >= 0 else new_slot(s)
    signed = splat(sign)
    for k in range(s.counts[BLOCKS]):
        product = value(s, two, k) * value(s, three, k)
        if four != ONE:
            product = product / value(s, four, k)
        put(s, slot, k, value(s, one, k) + signed * product)
    return slot


@compiled
def combined(s: Any, one: Any, weight: Any, two: Any, into: Any) -> Any:
    """one + weight · two, nothing where they cancel but for rounding; as in :func:`plus`."""
    if one < 0 and weight < 0 and two < 0:
        product = s.numbers[-1 - weight] * s.numbers[-1 - two]
        found = s.numbers[-1 - one] + product
        return new_number(s, found if abs(found) > CANCELED * abs(product) else 0.0)
    slot = into if into >= 0 else new_slot(s)
    for k in range(s.counts[BLOCKS]):
        product = value(s, weight, k) * value(s, two, k)
        found = value(s, one, k) + product
        put(s, slot, k, where_less(splat(CANCELED) * size(product), size(found), found, splat(0.0)))
    return slot


@compiled
def size(vector: Any) -> Any:
    """Absolute values."""
    zero = splat(0.0)
    return where_less(vector, zero, zero - vector, vector)


@compiled
def inverse(s: Any, sign: Any, ref: Any) -> Any:
    """sign over a value, 0 where that is 0."""
    if ref < 0:
        return new_number(s, sign / s.numbers[-1 - ref])
    slot, zero, one = new_slot(s), splat(0.0), splat(1.0)
    for k in range(s.counts[BLOCKS]):
        each = value(s, ref, k)
        there = where_less(zero, size(each), one, zero)
        put(s, slot, k, splat(sign) * there / where_less(zero, there, each, one))
    return slot


# ------------------------------------------------------------------------------------- what is true of all lanes


@compiled
def nothing(s: Any, ref: Any) -> Any:
    """Whether a value is 0 in every lane."""
    for k in range(s.counts[BLOCKS]):
        if any_above(size(value(s, ref, k)), splat(0.0)):
            return False
        if ref < 0:
            break
    return True


@compiled
def cancels(s: Any, one: Any, weight: Any, two: Any) -> Any:
    """Whether one + weight · two is nothing but rounding in every lane."""
    for k in range(s.counts[BLOCKS]):
        product = value(s, weight, k) * value(s, two, k)
        if any_above(size(value(s, one, k) + product), splat(CANCELED) * size(product)):
            return False
        if one < 0 and weight < 0 and two < 0:
            break
    return True


@compiled
def at_least_nothing(s: Any, sign: Any, ref: Any) -> Any:
    """Whether sign · value ≥ 0 in every lane."""
    for k in range(s.counts[BLOCKS]):
        if any_above(splat(0.0), splat(sign) * value(s, ref, k)):
            return False
        if ref < 0:
            break
    return True


@compiled
def large(s: Any, ref: Any, least: Any, mask: Any) -> Any:
    """Whether a value is at least ``least`` in size in every lane of a mask."""
    for k in range(s.counts[BLOCKS]):
        each = size(value(s, ref, k))
        if mask >= 0:
            each = where_less(splat(0.0), value(s, mask, k), each, splat(least))
        if any_above(splat(least), each):
            return False
        if ref < 0 and mask < 0:
            break
    return True


@compiled
def reaches(s: Any, mask: Any, other: Any) -> Any:
    """Whether a row with ``mask`` is there in every lane of a row with the mask ``other``; masks may be −1."""
    if mask < 0:
        return True
    for k in range(s.counts[BLOCKS]):
        wanted = splat(1.0)
        if other >= 0:
            wanted = value(s, other, k)
        if any_above(wanted, value(s, mask, k)):
            return False
    return True


# -------------------------------------------------------------------------------------------------- rows and columns


@compiled
def new_row(s: Any, equal: Any, rhs: Any, mask: Any) -> Any:
    """A row without entries."""
    i = s.counts[ROWS]
    if i >= len(s.row):
        raise FullError
    s.counts[ROWS] = i + 1
    s.row[i] = 0
    s.row[i, HEAD] = -1
    s.row[i, EQUAL], s.row[i, RHS], s.row[i, MASK], s.row[i, THERE] = equal, rhs, mask, 1
    s.row[i, TRIED], s.row[i, BELOW] = -1, -1
    return i


@compiled
def link(s: Any, i: Any, j: Any, ref: Any) -> Any:
    """Put an entry into both lists."""
    e = s.counts[ENTRIES]
    if e >= len(s.entry):
        raise FullError
    s.counts[ENTRIES] = e + 1
    right, down = s.row[i, HEAD], s.column[j, HEAD]
    s.entry[e, OF_ROW], s.entry[e, OF_COLUMN], s.entry[e, VALUE] = i, j, ref
    s.entry[e, NEXT_IN_ROW], s.entry[e, BEFORE_IN_ROW] = right, -1
    s.entry[e, NEXT_IN_COLUMN], s.entry[e, BEFORE_IN_COLUMN] = down, -1
    if right >= 0:
        s.entry[right, BEFORE_IN_ROW] = e
    if down >= 0:
        s.entry[down, BEFORE_IN_COLUMN] = e
    s.row[i, HEAD], s.column[j, HEAD] = e, e
    s.row[i, SIZE] += 1
    s.column[j, SIZE] += 1


@compiled
def unlink_in_column(s: Any, e: Any) -> Any:
    """Take an entry out of its column's list."""
    j, after, before = s.entry[e, OF_COLUMN], s.entry[e, NEXT_IN_COLUMN], s.entry[e, BEFORE_IN_COLUMN]
    if after >= 0:
        s.entry[after, BEFORE_IN_COLUMN] = before
    if before >= 0:
        s.entry[before, NEXT_IN_COLUMN] = after
    else:
        s.column[j, HEAD] = after
    s.column[j, SIZE] -= 1


@compiled
def unlink(s: Any, e: Any) -> Any:
    """Take an entry out of both lists."""
    unlink_in_column(s, e)
    i, after, before = s.entry[e, OF_ROW], s.entry[e, NEXT_IN_ROW], s.entry[e, BEFORE_IN_ROW]
    if after >= 0:
        s.entry[after, BEFORE_IN_ROW] = before
    if before >= 0:
        s.entry[before, NEXT_IN_ROW] = after
    else:
        s.row[i, HEAD] = after
    s.row[i, SIZE] -= 1


@compiled
def find(s: Any, i: Any, j: Any) -> Any:
    """The entry of a row in a column, or −1; looked for in the shorter list."""
    if s.row[i, SIZE] <= s.column[j, SIZE]:
        e = s.row[i, HEAD]
        while e >= 0 and s.entry[e, OF_COLUMN] != j:
            e = s.entry[e, NEXT_IN_ROW]
    else:
        e = s.column[j, HEAD]
        while e >= 0 and s.entry[e, OF_ROW] != i:
            e = s.entry[e, NEXT_IN_COLUMN]
    return e


@compiled
def drop(s: Any, i: Any) -> Any:
    """Leave out a row; its own list stays as it was."""
    e = s.row[i, HEAD]
    while e >= 0:
        s.column[s.entry[e, OF_COLUMN], FRESH] = FIX | FILL | JOIN | CHAIN
        unlink_in_column(s, e)
        e = s.entry[e, NEXT_IN_ROW]
    s.row[i, THERE] = 0
    s.counts[CHANGES] += 1


@compiled
def touch(s: Any, i: Any) -> Any:
    """A row has changed: rules look at it again, and at its columns."""
    s.counts[CLOCK] += 1
    s.row[i, CHANGED] = s.counts[CLOCK]
    s.row[i, STALE] = REDUNDANT | DOMINATED | ORDERED
    e = s.row[i, HEAD]
    while e >= 0:
        s.column[s.entry[e, OF_COLUMN], FRESH] |= FILL | JOIN
        e = s.entry[e, NEXT_IN_ROW]


@compiled
def boxed(s: Any, j: Any) -> Any:
    """A column's box has become narrower."""
    s.column[j, FRESH] |= FIX | FILL | JOIN
    e = s.column[j, HEAD]
    while e >= 0:
        s.row[s.entry[e, OF_ROW], STALE] |= REDUNDANT
        e = s.entry[e, NEXT_IN_COLUMN]


@compiled
def narrow(s: Any, j: Any, ref: Any, rhs: Any, equal: Any) -> Any:
    """value · column ≤ rhs, or =, as a box."""
    low, high, changed = s.column[j, LOW], s.column[j, HIGH], False
    zero, one = splat(0.0), splat(1.0)
    for k in range(s.counts[BLOCKS]):
        least, most, each = value(s, low, k), value(s, high, k), value(s, ref, k)
        limit = value(s, rhs, k) / where_less(zero, size(each), each, one)
        up, down = each, each
        if equal:
            up, down = size(each), zero - size(each)
        upper = where_less(zero, up, where_less(limit, most, limit, most), most)
        lower = where_less(down, zero, where_less(least, limit, limit, least), least)
        if any_above(most, upper) or any_above(lower, least):
            changed = True
        put(s, low, k, lower)
        put(s, high, k, upper)
    if changed:
        boxed(s, j)


@compiled
def add_row(s: Any, i: Any, weight: Any, source: Any, skipped: Any, rhs: Any) -> Any:
    """Add ``weight`` times the entries of row ``source``, but that in column ``skipped``, and of ``rhs`` to row i."""
    e = s.row[source, HEAD]
    while e >= 0:
        j = s.entry[e, OF_COLUMN]
        if j != skipped:
            mine = find(s, i, j)
            if mine >= 0:
                s.entry[mine, VALUE] = combined(
                    s, s.entry[mine, VALUE], weight, s.entry[e, VALUE], s.entry[mine, VALUE]
                )
                if nothing(s, s.entry[mine, VALUE]):
                    s.column[j, FRESH] = FIX | FILL | JOIN | CHAIN
                    unlink(s, mine)
            else:
                made = plus(s, ZERO, 1.0, weight, s.entry[e, VALUE], ONE, -1)
                if not nothing(s, made):
                    link(s, i, j, made)
        e = s.entry[e, NEXT_IN_ROW]
    s.row[i, RHS] = plus(s, s.row[i, RHS], 1.0, weight, rhs, ONE, s.row[i, RHS])
    touch(s, i)
