"""Rows that others, or the boxes, imply; and those that say together that something equals a number."""

from __future__ import annotations

from typing import Any

from repayplan.compiling import compiled
from repayplan.solvers.batched.rules import CERTAIN, MERGED, SMALLEST_PIVOT, finish, note
from repayplan.solvers.batched.storage import (
    ABOVE,
    BELOW,
    BLOCKS,
    CHAIN,
    COLUMNS,
    DOMINATED,
    DONE,
    EQUAL,
    FRESH,
    HEAD,
    HIGH,
    LOW,
    MASK,
    NEXT_IN_COLUMN,
    NEXT_IN_ROW,
    OF_COLUMN,
    OF_ROW,
    ONE,
    ORDERED,
    REDUNDANT,
    RHS,
    ROWS,
    SIZE,
    STALE,
    THERE,
    VALUE,
    ZERO,
    FullError,
    drop,
    find,
    nothing,
    plus,
    reaches,
    size,
    touch,
    value,
)
from repayplan.solvers.batched.vectors import any_above, most, splat, where_less


@compiled
def redundant(s: Any) -> Any:
    """A row that holds wherever in the boxes is left out."""
    for i in range(s.counts[ROWS]):
        if s.row[i, THERE] and s.row[i, STALE] & REDUNDANT:
            s.row[i, STALE] &= ~REDUNDANT
            if not s.row[i, EQUAL] and implied(s, i):
                drop(s, i)


@compiled
def implied(s: Any, i: Any) -> Any:
    """Whether a row of inequalities holds wherever in the boxes, in every lane that has it."""
    zero = splat(0.0)
    for k in range(s.counts[BLOCKS]):
        top = zero
        e = s.row[i, HEAD]
        while e >= 0:
            each, j = value(s, s.entry[e, VALUE], k), s.entry[e, OF_COLUMN]
            top = top + most(each * value(s, s.column[j, LOW], k), each * value(s, s.column[j, HIGH], k))
            e = s.entry[e, NEXT_IN_ROW]
        over = top - value(s, s.row[i, RHS], k)
        if s.row[i, MASK] >= 0:
            over = over * value(s, s.row[i, MASK], k)
        if any_above(over, splat(CERTAIN)):
            return False
    return True


@compiled
def dominated(s: Any) -> Any:
    """Of rows of the same columns, those that another one implies; and a ≤ c where a ≤ b and b ≤ c."""
    for i in range(s.counts[ROWS]):
        if not s.row[i, THERE] or s.row[i, EQUAL] or not s.row[i, STALE] & DOMINATED:
            continue
        s.row[i, STALE] &= ~DOMINATED
        e = shortest = s.row[i, HEAD]
        while e >= 0:
            if s.column[s.entry[e, OF_COLUMN], SIZE] < s.column[s.entry[shortest, OF_COLUMN], SIZE]:
                shortest = e
            e = s.entry[e, NEXT_IN_ROW]
        e = s.column[s.entry[shortest, OF_COLUMN], HEAD] if shortest >= 0 else -1
        while e >= 0:
            other, after = s.entry[e, OF_ROW], s.entry[e, NEXT_IN_COLUMN]
            if other != i and not s.row[other, EQUAL] and alike(s, i, other):
                if stronger(s, other, i):
                    drop(s, i)
                    break
                if stronger(s, i, other):
                    drop(s, other)
                elif opposite(s, i, other):
                    merge(s, i, other)
                    break
            e = after
    chains(s)


@compiled
def alike(s: Any, one: Any, two: Any) -> Any:
    """Whether rows have the same columns; then the entries of both are listed in ``work``."""
    if s.row[one, SIZE] != s.row[two, SIZE]:
        return False
    if 2 * s.row[one, SIZE] > len(s.work):
        raise FullError
    e, place = s.row[one, HEAD], 0
    while e >= 0:
        other = find(s, two, s.entry[e, OF_COLUMN])
        if other < 0:
            return False
        s.work[place], s.work[place + 1] = e, other
        place += 2
        e = s.entry[e, NEXT_IN_ROW]
    return True


@compiled
def stronger(s: Any, kept: Any, i: Any) -> Any:
    """Whether the row ``kept`` implies row i, which has the same columns: the entries of both are in ``work``."""
    mask, others = s.row[kept, MASK], s.row[i, MASK]
    if not reaches(s, mask, others):
        return False
    first = 0 if s.entry[s.work[0], OF_ROW] == kept else 1
    zero, one = splat(0.0), splat(1.0)
    for k in range(s.counts[BLOCKS]):
        divisor = value(s, s.entry[s.work[first], VALUE], k)
        there = where_less(zero, size(divisor), one, zero)
        scale = there * value(s, s.entry[s.work[1 - first], VALUE], k) / where_less(zero, there, divisor, one)
        wanted = one
        if others >= 0:
            wanted = value(s, others, k)
        positive = where_less(zero, scale, one, zero)
        if any_above(wanted, positive):
            return False
        top = zero
        for place in range(0, 2 * s.row[i, SIZE], 2):
            j = s.entry[s.work[place], OF_COLUMN]
            mine = value(s, s.entry[s.work[place + 1 - first], VALUE], k)
            each = mine - scale * value(s, s.entry[s.work[place + first], VALUE], k)
            top = top + most(each * value(s, s.column[j, LOW], k), each * value(s, s.column[j, HIGH], k))
        over = top - (value(s, s.row[i, RHS], k) - scale * value(s, s.row[kept, RHS], k))
        if any_above(wanted * over, splat(CERTAIN)):
            return False
    return True


@compiled
def opposite(s: Any, i: Any, other: Any) -> Any:
    """Whether two rows say that the same sum is at most and at least a number: their entries are in ``work``."""
    if s.row[i, MASK] >= 0 or s.row[other, MASK] >= 0:
        return False
    for k in range(s.counts[BLOCKS]):
        divisor = value(s, s.entry[s.work[0], VALUE], k)
        if any_above(splat(SMALLEST_PIVOT), size(divisor)):
            return False
        scale = value(s, s.entry[s.work[1], VALUE], k) / divisor
        if any_above(scale, splat(-SMALLEST_PIVOT)):
            return False
        apart = size(value(s, s.row[other, RHS], k) - scale * value(s, s.row[i, RHS], k))
        for place in range(0, 2 * s.row[i, SIZE], 2):
            mine = scale * value(s, s.entry[s.work[place], VALUE], k)
            apart = most(apart, size(value(s, s.entry[s.work[place + 1], VALUE], k) - mine))
        if any_above(apart, splat(CERTAIN)):
            return False
    return True


@compiled
def merge(s: Any, i: Any, other: Any) -> Any:
    """Of two opposite rows make an equation: an interior point method needs an inside."""
    weight = plus(s, ZERO, -1.0, s.entry[s.work[1], VALUE], ONE, s.entry[s.work[0], VALUE], -1)
    s.row[i, EQUAL] = 1
    drop(s, other)
    touch(s, i)
    begun = s.counts[DONE]
    note(s, MERGED)
    note(s, i)
    note(s, other)
    note(s, weight)
    finish(s, begun)


@compiled
def order(s: Any, i: Any) -> Any:
    """Note which two columns a row puts in order, if that is all it says."""
    s.row[i, BELOW] = s.row[i, ABOVE] = -1
    if s.row[i, SIZE] != 2 or s.row[i, MASK] >= 0:
        return
    one = s.row[i, HEAD]
    two = s.entry[one, NEXT_IN_ROW]
    first, second = s.entry[one, VALUE], s.entry[two, VALUE]
    if first >= 0 or second >= 0 or s.numbers[-1 - first] != -s.numbers[-1 - second] or not nothing(s, s.row[i, RHS]):
        return
    if s.numbers[-1 - first] < 0.0:
        one, two = two, one
    s.row[i, BELOW], s.row[i, ABOVE] = s.entry[one, OF_COLUMN], s.entry[two, OF_COLUMN]


@compiled
def chains(s: Any) -> Any:
    """Leave out a ≤ c where a ≤ b and b ≤ c."""
    for i in range(s.counts[ROWS]):
        if s.row[i, THERE] and not s.row[i, EQUAL] and s.row[i, STALE] & ORDERED:
            s.row[i, STALE] &= ~ORDERED
            order(s, i)
            if s.row[i, BELOW] >= 0:
                s.column[s.row[i, BELOW], FRESH] |= CHAIN
                s.column[s.row[i, ABOVE], FRESH] |= CHAIN
    for i in range(s.counts[ROWS]):
        low, high = s.row[i, BELOW], s.row[i, ABOVE]
        news = s.row[i, THERE] and low >= 0 and (s.column[low, FRESH] | s.column[high, FRESH]) & CHAIN
        if news and between(s, i, low, high):
            drop(s, i)
    for j in range(s.counts[COLUMNS]):
        s.column[j, FRESH] &= ~CHAIN


@compiled
def between(s: Any, i: Any, low: Any, high: Any) -> Any:
    """Whether rows other than i put some column between low and high."""
    e = s.column[low, HEAD]
    while e >= 0:
        one = s.entry[e, OF_ROW]
        if one != i and s.row[one, BELOW] == low and s.row[one, ABOVE] != high:
            f = s.column[high, HEAD]
            while f >= 0:
                two = s.entry[f, OF_ROW]
                if two != i and s.row[two, ABOVE] == high and s.row[two, BELOW] == s.row[one, ABOVE]:
                    return True
                f = s.entry[f, NEXT_IN_COLUMN]
        e = s.entry[e, NEXT_IN_COLUMN]
    return False
