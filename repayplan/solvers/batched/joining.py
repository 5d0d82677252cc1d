"""Columns without a cost, such as principal, go by joining what bounds them from above and below (Fourier)."""

from __future__ import annotations

from typing import Any

from repayplan.compiling import compiled
from repayplan.solvers.batched.rules import CERTAIN, JOINED, SMALLEST_PIVOT, gone, note, note_row
from repayplan.solvers.batched.storage import (
    BLOCKS,
    COLUMNS,
    COST,
    DONE,
    EQUAL,
    FRESH,
    GONE,
    HEAD,
    HIGH,
    JOIN,
    LOW,
    MASK,
    NEXT_IN_COLUMN,
    NEXT_IN_ROW,
    NUMBERS,
    OF_COLUMN,
    OF_ROW,
    ONE,
    RHS,
    SIZE,
    SLOTS,
    VALUE,
    ZERO,
    FullError,
    at_least_nothing,
    combined,
    copied,
    drop,
    inverse,
    large,
    link,
    new_row,
    new_slot,
    nothing,
    plus,
    put,
    touch,
    value,
)
from repayplan.solvers.batched.vectors import any_above, most, splat, where_less

MOST_JOINED = 8
LONGEST_JOINED = 12
"""Joining a row of many entries makes as many of it as it has partners, which no factor is better for."""

SUM = 8
"""Of a row that was made: where its entries begin in ``work`` and how many they are, its right-hand side and mask, and
the two rows it is made of with their weights; −1 where it is of one."""
ROOM = MOST_JOINED + (MOST_JOINED + MOST_JOINED) * SUM


@compiled
def joined(s: Any) -> Any:
    """A column without a cost, in rows of inequalities alone: every pair of its bounds is a row, it is none."""
    for j in range(s.counts[COLUMNS]):
        if s.column[j, GONE] or not s.column[j, FRESH] & JOIN:
            continue
        s.column[j, FRESH] &= ~JOIN
        if 2 <= s.column[j, SIZE] <= MOST_JOINED and nothing(s, s.column[j, COST]):
            above = sides(s, j)
            under = s.column[j, SIZE] - above
            if above >= 0 and above * under <= s.column[j, SIZE]:
                join(s, j, above, above + under)


@compiled
def sides(s: Any, j: Any) -> Any:
    """How many rows bound a column from above; −1 where it cannot be joined.

    ``work`` takes the entries, those in rows that bound it from above first.
    """
    above, under = 0, 0
    e = s.column[j, HEAD]
    while e >= 0:
        i = s.entry[e, OF_ROW]
        if s.row[i, EQUAL] or s.row[i, SIZE] > LONGEST_JOINED:
            return -1
        if not large(s, s.entry[e, VALUE], SMALLEST_PIVOT, s.row[i, MASK]):
            return -1
        if at_least_nothing(s, 1.0, s.entry[e, VALUE]):
            s.work[above + under] = s.work[above]
            s.work[above] = e
            above += 1
        elif at_least_nothing(s, -1.0, s.entry[e, VALUE]):
            s.work[above + under] = e
            under += 1
        else:
            return -1
        e = s.entry[e, NEXT_IN_COLUMN]
    return above


@compiled
def join(s: Any, j: Any, above: Any, count: Any) -> Any:
    """Make the rows; where they are no more than there were, leave out the column."""
    slots, numbers = s.counts[SLOTS], s.counts[NUMBERS]
    made, used = 0, ROOM
    for place in range(count):
        e = s.work[place]
        i = s.entry[e, OF_ROW]
        bound = s.column[j, LOW] if place < above else s.column[j, HIGH]
        rhs = plus(s, s.row[i, RHS], -1.0, s.entry[e, VALUE], bound, ONE, -1)
        end = gathered(s, i, j, used, used, ONE)
        if not holds(s, used, end, rhs, s.row[i, MASK]):
            if made == count:
                s.counts[SLOTS], s.counts[NUMBERS] = slots, numbers
                return
            keep(s, made, used, end, rhs, s.row[i, MASK])
            of(s, made, i, ONE, -1, ONE)
            made, used = made + 1, end
    for first in range(above):
        for second in range(above, count):
            if not pair(s, j, s.work[first], s.work[second], made, used):
                continue
            if made == count:
                s.counts[SLOTS], s.counts[NUMBERS] = slots, numbers
                return
            used = s.work[MOST_JOINED + made * SUM + 1]
            made += 1
    commit(s, j, count, made)


@compiled
def pair(s: Any, j: Any, one: Any, two: Any, made: Any, used: Any) -> Any:
    """Add up two rows so that column j goes, as number ``made``; False where what comes holds anyway."""
    high, low = s.entry[one, OF_ROW], s.entry[two, OF_ROW]
    first, second = inverse(s, 1.0, s.entry[one, VALUE]), inverse(s, -1.0, s.entry[two, VALUE])
    end = gathered(s, high, j, used, used, first)
    end = without_nothing(s, used, gathered(s, low, j, used, end, second))
    rhs = plus(s, ZERO, 1.0, s.row[high, RHS], first, ONE, -1)
    rhs = plus(s, rhs, 1.0, s.row[low, RHS], second, ONE, -1)
    mask = both(s, s.row[high, MASK], s.row[low, MASK])
    if mask >= 0:
        for place in range(used, end, 2):
            s.work[place + 1] = plus(s, ZERO, 1.0, s.work[place + 1], mask, ONE, -1)
        rhs = masked(s, rhs, mask)
    if holds(s, used, end, rhs, mask):
        return False
    keep(s, made, used, end, rhs, mask)
    of(s, made, high, first, low, second)
    return True


@compiled
def gathered(s: Any, i: Any, j: Any, begun: Any, end: Any, weight: Any) -> Any:
    """``weight`` times the entries of row i, but that in column j, added to a list in ``work``; where it ends."""
    e = s.row[i, HEAD]
    while e >= 0:
        column = s.entry[e, OF_COLUMN]
        if column != j:
            place = begun
            while place < end and s.work[place] != column:
                place += 2
            if place < end:
                s.work[place + 1] = combined(s, s.work[place + 1], weight, s.entry[e, VALUE], -1)
            else:
                if end + 2 > len(s.work):
                    raise FullError
                s.work[place] = column
                s.work[place + 1] = (
                    copied(s, s.entry[e, VALUE])
                    if weight == ONE
                    else plus(s, ZERO, 1.0, s.entry[e, VALUE], weight, ONE, -1)
                )
                end += 2
        e = s.entry[e, NEXT_IN_ROW]
    return end


@compiled
def without_nothing(s: Any, begun: Any, end: Any) -> Any:
    """Leave out what is 0 in every lane from a list; where it ends."""
    kept = begun
    for place in range(begun, end, 2):
        if not nothing(s, s.work[place + 1]):
            s.work[kept], s.work[kept + 1] = s.work[place], s.work[place + 1]
            kept += 2
    return kept


@compiled
def both(s: Any, one: Any, two: Any) -> Any:
    """The lanes that have two rows."""
    if one < 0 or two < 0:
        return max(one, two)
    return plus(s, ZERO, 1.0, one, two, ONE, -1)


@compiled
def masked(s: Any, rhs: Any, mask: Any) -> Any:
    """A right-hand side, 1 in lanes that do not have the row."""
    slot = new_slot(s)
    for k in range(s.counts[BLOCKS]):
        put(s, slot, k, where_less(splat(0.0), value(s, mask, k), value(s, rhs, k), splat(1.0)))
    return slot


@compiled
def holds(s: Any, begun: Any, end: Any, rhs: Any, mask: Any) -> Any:
    """Whether a row whose entries are in ``work`` holds wherever in the boxes, in every lane that has it."""
    for k in range(s.counts[BLOCKS]):
        top = splat(0.0)
        for place in range(begun, end, 2):
            each, j = value(s, s.work[place + 1], k), s.work[place]
            top = top + most(each * value(s, s.column[j, LOW], k), each * value(s, s.column[j, HIGH], k))
        over = top - value(s, rhs, k)
        if mask >= 0:
            over = over * value(s, mask, k)
        if any_above(over, splat(CERTAIN)):
            return False
    return True


@compiled
def keep(s: Any, made: Any, begun: Any, end: Any, rhs: Any, mask: Any) -> Any:
    """Note a row that was made."""
    at = MOST_JOINED + made * SUM
    s.work[at], s.work[at + 1], s.work[at + 2], s.work[at + 3] = begun, end, rhs, mask


@compiled
def of(s: Any, made: Any, one: Any, first: Any, two: Any, second: Any) -> Any:
    """Note which rows it is made of."""
    at = MOST_JOINED + made * SUM
    s.work[at + 4], s.work[at + 5], s.work[at + 6], s.work[at + 7] = one, first, two, second


@compiled
def commit(s: Any, j: Any, count: Any, made: Any) -> Any:
    """Drop the rows of a column, put in those that were made, and note how to go back."""
    begun = s.counts[DONE]
    note(s, JOINED)
    note(s, j)
    note(s, s.column[j, LOW])
    note(s, s.column[j, HIGH])
    note(s, count)
    for place in range(count):
        e = s.work[place]
        note(s, s.entry[e, VALUE])
        note(s, s.row[s.entry[e, OF_ROW], RHS])
        note_row(s, s.entry[e, OF_ROW], j, False)
    for place in range(count):
        drop(s, s.entry[s.work[place], OF_ROW])
    note(s, made)
    for number in range(made):
        at = MOST_JOINED + number * SUM
        i = new_row(s, 0, s.work[at + 2], s.work[at + 3])
        for place in range(s.work[at], s.work[at + 1], 2):
            link(s, i, s.work[place], s.work[place + 1])
        touch(s, i)
        note(s, i)
        for part in range(4, 8):
            note(s, s.work[at + part])
    gone(s, j, begun)
