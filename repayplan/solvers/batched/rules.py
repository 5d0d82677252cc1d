"""The rules by which programs are reduced, compiled. Each applies where it holds in every lane.

Rows of one column become boxes; a column that an equation gives by another is replaced, as debt between payments and
running totals are; a column that only fills up a row, as what is recovered from a claim, is priced into it; rows that
others imply are dropped (Andersen & Andersen, Math. Program. 71, 1995). ``joining`` has one more. A rule looks again
only at what has changed since it looked last.
"""

from __future__ import annotations

from typing import Any

from repayplan.compiling import compiled
from repayplan.solvers.batched.storage import (
    BLOCKS,
    CHANGED,
    CHANGES,
    CLOCK,
    COLUMNS,
    COST,
    COUNTED,
    DONE,
    EQUAL,
    FILL,
    FIX,
    FRESH,
    GONE,
    HEAD,
    HIGH,
    IMPOSSIBLE,
    JOIN,
    LOW,
    MASK,
    NEXT_IN_COLUMN,
    NEXT_IN_ROW,
    NUMBERS,
    OF_COLUMN,
    OF_ROW,
    OFFSET,
    ONE,
    RHS,
    ROWS,
    SCRATCH,
    SIZE,
    SLOTS,
    THERE,
    TRIED,
    VALUE,
    ZERO,
    FullError,
    add_row,
    at_least_nothing,
    boxed,
    cancels,
    copied,
    drop,
    find,
    large,
    narrow,
    plus,
    put,
    reaches,
    size,
    touch,
    unlink,
    value,
)
from repayplan.solvers.batched.tolerances import EMPTY
from repayplan.solvers.batched.vectors import any_above, least, most, splat, where_less

IMPLIED = 1e-9
"""A column fills up a row if it reaches at least so near."""

CERTAIN = 1e-13
"""A row holds wherever in the boxes if it is missed by no more than this."""

SMALLEST_PIVOT = 1e-3

FIXED, REPLACED, JOINED, ADDED, MERGED = range(5)
"""What is noted in ``done``; see ``undoing``."""


@compiled
def note(s: Any, number: Any) -> Any:
    """One more number of what was done."""
    place = s.counts[DONE]
    if place >= len(s.done):
        raise FullError
    s.done[place] = number
    s.counts[DONE] = place + 1


@compiled
def gone(s: Any, j: Any, begun: Any) -> Any:
    """A column has gone, by what was noted from ``begun`` on; the note ends with where it began."""
    s.column[j, GONE] = 1
    finish(s, begun)


@compiled
def finish(s: Any, begun: Any) -> Any:
    """End a note."""
    note(s, begun)
    s.counts[CHANGES] += 1


@compiled
def mark_empty(s: Any, low: Any, high: Any) -> Any:
    """Lanes in which low lies above high have no point."""
    zero, one = splat(0.0), splat(1.0)
    for k in range(s.counts[BLOCKS]):
        over = value(s, low, k) - value(s, high, k)
        put(s, IMPOSSIBLE, k, where_less(splat(EMPTY), over, one, value(s, IMPOSSIBLE, k) + zero))


@compiled
def boxes(s: Any) -> Any:
    """A row of one column narrows its box."""
    for i in range(s.counts[ROWS]):
        if s.row[i, THERE] == 0 or s.row[i, SIZE] > 1:
            continue
        e = s.row[i, HEAD]
        if e >= 0:
            narrow(s, s.entry[e, OF_COLUMN], s.entry[e, VALUE], s.row[i, RHS], s.row[i, EQUAL] != 0)
        else:
            mark_empty(s, ZERO, s.row[i, RHS])
            if s.row[i, EQUAL]:
                mark_empty(s, s.row[i, RHS], ZERO)
        drop(s, i)


@compiled
def fixed(s: Any) -> Any:
    """A column whose box is one number is that number."""
    for j in range(s.counts[COLUMNS]):
        if s.column[j, GONE] or not s.column[j, FRESH] & FIX:
            continue
        s.column[j, FRESH] &= ~FIX
        low, high, one_number = s.column[j, LOW], s.column[j, HIGH], True
        for k in range(s.counts[BLOCKS]):
            if any_above(value(s, high, k), value(s, low, k)):
                one_number = False
                break
        if not one_number:
            continue
        e = s.column[j, HEAD]
        while e >= 0:
            i, after = s.entry[e, OF_ROW], s.entry[e, NEXT_IN_COLUMN]
            s.row[i, RHS] = plus(s, s.row[i, RHS], -1.0, s.entry[e, VALUE], low, ONE, s.row[i, RHS])
            unlink(s, e)
            touch(s, i)
            e = after
        plus(s, OFFSET, 1.0, s.column[j, COST], low, ONE, OFFSET)
        begun = s.counts[DONE]
        note(s, FIXED)
        note(s, j)
        note(s, low)
        gone(s, j, begun)


@compiled
def doubletons(s: Any) -> Any:
    """An equation of two columns gives one by the other, whose box it narrows."""
    for i in range(s.counts[ROWS]):
        if s.row[i, THERE] == 0 or s.row[i, EQUAL] == 0 or s.row[i, SIZE] != 2:
            continue
        one = s.row[i, HEAD]
        two = s.entry[one, NEXT_IN_ROW]
        shorter = s.column[s.entry[one, OF_COLUMN], SIZE] - s.column[s.entry[two, OF_COLUMN], SIZE]
        if shorter > 0 or (shorter == 0 and s.entry[one, OF_COLUMN] > s.entry[two, OF_COLUMN]):
            one, two = two, one
        if not pivots(s, one, two):
            one, two = two, one
            if not pivots(s, one, two):
                continue
        j, other = s.entry[one, OF_COLUMN], s.entry[two, OF_COLUMN]
        for sign in (1.0, -1.0):
            zero = splat(0.0)
            for k in range(s.counts[BLOCKS]):
                pivot, rhs = value(s, s.entry[one, VALUE], k), value(s, s.row[i, RHS], k)
                low, high = pivot * value(s, s.column[j, LOW], k), pivot * value(s, s.column[j, HIGH], k)
                put(s, SCRATCH, k, rhs - least(low, high) if sign > 0 else most(low, high) - rhs)
                put(s, SCRATCH + 1, k, zero + splat(sign) * value(s, s.entry[two, VALUE], k))
            narrow(s, other, SCRATCH + 1, SCRATCH, False)
        replace(s, j, i)


@compiled
def pivots(s: Any, one: Any, two: Any) -> Any:
    """Whether an entry is large enough beside the other one of its row, in every lane."""
    for k in range(s.counts[BLOCKS]):
        pivot, other = size(value(s, s.entry[one, VALUE], k)), size(value(s, s.entry[two, VALUE], k))
        if any_above(splat(SMALLEST_PIVOT) * most(other, splat(1.0)), pivot):
            return False
    return True


@compiled
def note_row(s: Any, i: Any, j: Any, own: Any) -> Any:
    """Note how many entries a row has beside that in column j, and each; copies where the row keeps its ``own``."""
    note(s, s.row[i, SIZE] - 1)
    e = s.row[i, HEAD]
    while e >= 0:
        if s.entry[e, OF_COLUMN] != j:
            note(s, s.entry[e, OF_COLUMN])
            note(s, copied(s, s.entry[e, VALUE]) if own else s.entry[e, VALUE])
        e = s.entry[e, NEXT_IN_ROW]


@compiled
def note_replaced(s: Any, j: Any, i: Any, pivot: Any, own: Any) -> Any:
    """Column j goes by row i; what is noted up to the column's other entries."""
    note(s, REPLACED)
    note(s, j)
    note(s, i)
    note(s, pivot)
    note(s, s.row[i, RHS])
    note(s, s.column[j, COST])
    note(s, s.column[j, LOW])
    note(s, s.column[j, HIGH])
    note_row(s, i, j, own)


@compiled
def price(s: Any, j: Any, i: Any, pivot: Any) -> Any:
    """What column j costs goes to the others of row i, which gives it, and to the offset."""
    cost = s.column[j, COST]
    if cost < 0 and s.numbers[-1 - cost] == 0.0:
        return
    e = s.row[i, HEAD]
    while e >= 0:
        other = s.entry[e, OF_COLUMN]
        if other != j:
            s.column[other, COST] = plus(
                s, s.column[other, COST], -1.0, cost, s.entry[e, VALUE], pivot, s.column[other, COST]
            )
            s.column[other, FRESH] |= FILL | JOIN
        e = s.entry[e, NEXT_IN_ROW]
    plus(s, OFFSET, 1.0, cost, s.row[i, RHS], pivot, OFFSET)


@compiled
def replace(s: Any, j: Any, i: Any) -> Any:
    """Leave out column j by the equation i, which goes with it."""
    pivot, begun = s.entry[find(s, i, j), VALUE], s.counts[DONE]
    note_replaced(s, j, i, pivot, False)
    note(s, s.column[j, SIZE] - 1)
    e = s.column[j, HEAD]
    while e >= 0:
        there, after = s.entry[e, OF_ROW], s.entry[e, NEXT_IN_COLUMN]
        if there != i:
            note(s, there)
            note(s, s.entry[e, VALUE])
            weight = plus(s, ZERO, -1.0, s.entry[e, VALUE], ONE, pivot, SCRATCH)
            unlink(s, e)
            add_row(s, there, weight, i, j, s.row[i, RHS])
        e = after
    price(s, j, i, pivot)
    drop(s, i)
    gone(s, j, begun)


# --------------------------------------------------------------------------------------------- equations added to rows


@compiled
def sparser(s: Any) -> Any:
    """An equation is added to a row where two of its columns go for one that comes."""
    for i in range(s.counts[ROWS]):
        if s.row[i, THERE] == 0 or s.row[i, EQUAL] == 0 or s.row[i, SIZE] < 3:
            continue
        found = 0
        e = s.row[i, HEAD]
        while e >= 0:
            f = s.column[s.entry[e, OF_COLUMN], HEAD]
            while f >= 0:
                other = s.entry[f, OF_ROW]
                if other != i and max(s.row[other, CHANGED], s.row[i, CHANGED]) > s.row[i, TRIED]:
                    if s.row[other, COUNTED] == 0:
                        if found >= len(s.work):
                            raise FullError
                        s.work[found] = other
                        found += 1
                    s.row[other, COUNTED] += 1
                f = s.entry[f, NEXT_IN_COLUMN]
            e = s.entry[e, NEXT_IN_ROW]
        s.row[i, TRIED] = s.counts[CLOCK]
        for place in range(found):
            other = s.work[place]
            shared = s.row[other, COUNTED]
            s.row[other, COUNTED] = 0
            if shared >= 2 and 2 * shared > s.row[i, SIZE]:
                try_adding(s, other, i, found, shared)


@compiled
def try_adding(s: Any, i: Any, equation: Any, room: Any, shared: Any) -> Any:
    """Add an equation to row i if that leaves it with fewer entries; its ``shared`` columns are put in ``work``."""
    if not reaches(s, s.row[equation, MASK], s.row[i, MASK]):
        return
    if room + 2 * shared > len(s.work):
        raise FullError
    pairs = s.work[room : room + 2 * shared]
    count = 0
    e = s.row[equation, HEAD]
    while e >= 0:
        mine = find(s, i, s.entry[e, OF_COLUMN])
        if mine >= 0:
            pairs[2 * count], pairs[2 * count + 1] = s.entry[mine, VALUE], s.entry[e, VALUE]
            count += 1
        e = s.entry[e, NEXT_IN_ROW]
    for pivot in range(count):
        if not large(s, pairs[2 * pivot + 1], SMALLEST_PIVOT, -1):
            continue
        slots, numbers = s.counts[SLOTS], s.counts[NUMBERS]
        weight = plus(s, ZERO, -1.0, pairs[2 * pivot], ONE, pairs[2 * pivot + 1], -1)
        canceled = 0
        for other in range(count):
            if cancels(s, pairs[2 * other], weight, pairs[2 * other + 1]):
                canceled += 1
        if canceled > s.row[equation, SIZE] - count:
            add_row(s, i, weight, equation, -1, s.row[equation, RHS])
            begun = s.counts[DONE]
            note(s, ADDED)
            note(s, i)
            note(s, equation)
            note(s, weight)
            finish(s, begun)
            return
        s.counts[SLOTS], s.counts[NUMBERS] = slots, numbers


# ------------------------------------------------------------------------------------- columns that know where to end


@compiled
def filling(s: Any) -> Any:
    """A column that only fills a row up as far as it is worth it: the row is tight, and its price goes to others.

    A column that nothing holds back from its better end is fixed there.
    """
    for j in range(s.counts[COLUMNS]):
        if s.column[j, GONE] or not s.column[j, FRESH] & FILL:
            continue
        s.column[j, FRESH] &= ~FILL
        rising, falling = at_least_nothing(s, 1.0, s.column[j, COST]), at_least_nothing(s, -1.0, s.column[j, COST])
        to_low, to_high = rising, falling
        e = s.column[j, HEAD]
        while e >= 0 and (to_low or to_high):
            if s.row[s.entry[e, OF_ROW], EQUAL]:
                to_low = to_high = False
            to_low = to_low and at_least_nothing(s, 1.0, s.entry[e, VALUE])
            to_high = to_high and at_least_nothing(s, -1.0, s.entry[e, VALUE])
            e = s.entry[e, NEXT_IN_COLUMN]
        if to_low:
            pin(s, j, s.column[j, LOW], s.column[j, HIGH])
        elif to_high:
            pin(s, j, s.column[j, HIGH], s.column[j, LOW])
        elif s.column[j, SIZE] == 1 and (rising or falling):
            fill(s, j, s.column[j, HEAD], rising, falling)


@compiled
def pin(s: Any, j: Any, end: Any, other: Any) -> Any:
    """A column ends at one end of its box."""
    mark_empty(s, s.column[j, LOW], s.column[j, HIGH])
    for k in range(s.counts[BLOCKS]):
        put(s, other, k, value(s, end, k))
    boxed(s, j)


@compiled
def fill(s: Any, j: Any, e: Any, rising: Any, falling: Any) -> Any:
    """Leave out column j, whose only row is tight at some optimum; the row is kept with the column at its near end."""
    i, each = s.entry[e, OF_ROW], s.entry[e, VALUE]
    if s.row[i, EQUAL] or s.row[i, MASK] >= 0 or not large(s, each, SMALLEST_PIVOT, -1):
        return
    up = falling and at_least_nothing(s, 1.0, each)
    if not up and not (rising and at_least_nothing(s, -1.0, each)):
        return
    near = s.column[j, LOW] if up else s.column[j, HIGH]
    if not fills_up(s, j, i, each, near):
        return
    begun = s.counts[DONE]
    note_replaced(s, j, i, each, True)
    note(s, 0)
    price(s, j, i, each)
    s.row[i, RHS] = plus(s, s.row[i, RHS], -1.0, each, near, ONE, -1)
    unlink(s, e)
    touch(s, i)
    gone(s, j, begun)


@compiled
def fills_up(s: Any, j: Any, i: Any, each: Any, near: Any) -> Any:
    """Whether the row is tight somewhere in the column's box, wherever the others are."""
    for k in range(s.counts[BLOCKS]):
        bottom = splat(0.0)
        e = s.row[i, HEAD]
        while e >= 0:
            other = s.entry[e, OF_COLUMN]
            if other != j:
                by = value(s, s.entry[e, VALUE], k)
                bottom = bottom + least(by * value(s, s.column[other, LOW], k), by * value(s, s.column[other, HIGH], k))
            e = s.entry[e, NEXT_IN_ROW]
        width = size(value(s, s.column[j, HIGH], k) - value(s, s.column[j, LOW], k))
        wanted = value(s, s.row[i, RHS], k) - bottom - value(s, each, k) * value(s, near, k)
        if any_above(wanted, size(value(s, each, k)) * width + splat(IMPLIED)):
            return False
    return True
