"""The order in which rows and columns are eliminated and the products it takes, worked out by compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np

from repayplan.compiling import compiled

GROUP = 32
"""Nodes whose best is kept apart, so that the next to go is found among a few."""

NEVER = np.int64(2**62)


@compiled
def eliminated(of: Any, sure: Any) -> Any:
    """The order of least degree over columns, then rows; where the nodes begin that are left and touch each by then, in
    order; these nodes.

    An equation waits until a column has gone that it is ``sure`` (e,) to have, or all of its columns.
    """
    width, height = len(of.column_starts) - 1, len(of.equal)
    size = width + height
    begin, count, near = neighbors(of, width, height)
    used = begin[size]
    left, ready = count.copy(), np.ones(size, np.bool_)
    ready[width:] = ~of.equal | (count[width:] == 0)
    keys = np.where(ready, count * size + np.arange(size), NEVER)
    best = np.array([keys[group : group + GROUP].min() for group in range(0, size, GROUP)])
    marks = np.full(size, -1, np.int64)
    order, starts, structure = np.empty(size, np.int32), np.zeros(size + 1, np.int32), np.empty(4 * size, np.int32)
    for step in range(size):
        node = best[best.argmin()] % size
        order[step] = node
        revise(keys, best, node, NEVER)
        begun, degree = begin[node], count[node]
        structure = grown(structure, starts[step], degree)
        structure[starts[step] : starts[step] + degree] = near[begun : begun + degree]
        starts[step + 1] = starts[step] + degree
        if node < width:
            release(of, sure, node, left, ready)
        for place in range(begun, begun + degree):
            other = near[place]
            near = grown(near, used, count[other] + degree)
            first, begin[other] = begin[other], used
            key = step * size + other
            used = united(near, first, first + count[other], node, used, marks, key)
            used = united(near, begun, begun + degree, other, used, marks, key)
            count[other] = used - begin[other]
            if ready[other]:
                revise(keys, best, other, count[other] * size + other)
    return order, starts, structure[: starts[size]]


@compiled
def release(of: Any, sure: Any, column: Any, left: Any, ready: Any) -> Any:
    """A column has gone: equations that waited for it are ready."""
    width = len(of.column_starts) - 1
    for e in range(of.column_starts[column], of.column_starts[column + 1]):
        row = width + of.rows[e]
        left[row] -= 1
        if of.equal[of.rows[e]] and (sure[e] or left[row] == 0):
            ready[row] = True


@compiled
def united(near: Any, begin: Any, end: Any, without: Any, used: Any, marks: Any, key: Any) -> Any:
    """Add the nodes of one list to that which ends at ``used``, but those that have this mark already; its end."""
    for place in range(begin, end):
        node = near[place]
        if node != without and marks[node] != key:
            near[used] = node
            marks[node] = key
            used += 1
    return used


@compiled
def grown(numbers: Any, used: Any, more: Any) -> Any:
    """An array with room for so many more numbers."""
    if used + more <= len(numbers):
        return numbers
    longer = np.empty(2 * (used + more), np.int32)
    longer[:used] = numbers[:used]
    return longer


@compiled
def revise(keys: Any, best: Any, node: Any, key: Any) -> Any:
    """A node's key has changed."""
    keys[node] = key
    group = node // GROUP
    best[group] = keys[group * GROUP : (group + 1) * GROUP].min()


@compiled
def neighbors(of: Any, width: Any, height: Any) -> Any:
    """Where the rows of each column and the columns of each row begin, how many they are, and they, with room."""
    size, entries = width + height, len(of.rows)
    begin, near = np.zeros(size + 1, np.int64), np.empty(40 * entries + 1_000, np.int32)
    begin[: width + 1] = of.column_starts
    begin[width : size + 1] = entries + of.row_starts
    for e in range(entries):
        near[e] = width + of.rows[e]
        near[entries + e] = of.columns[of.by_row[e]]
    return begin, begin[1:] - begin[:-1], near


@compiled
def factored(order: Any, starts: Any, structure: Any) -> Any:
    """The place of each node; the places below the diagonal of each column of the factor, sorted; where the products
    begin that go into each target, and these.
    """
    size = len(order)
    place = np.empty(size, np.int32)
    for step in range(size):
        place[order[step]] = step
    below = np.empty(len(structure), np.int32)
    for at in range(len(structure)):
        below[at] = place[structure[at]]
    total = 0
    for k in range(size):
        sort(below, starts[k], starts[k + 1])
        degree = starts[k + 1] - starts[k]
        total += degree * (degree + 1) // 2
    targets, first, second = np.empty(total, np.int32), np.empty(total, np.int32), np.empty(total, np.int32)
    ends = aimed(starts, below, targets)
    free, count = ends.copy(), 0
    for k in range(size):
        for right in range(starts[k], starts[k + 1]):
            for left in range(right, starts[k + 1]):
                at = free[targets[count]]
                free[targets[count]] += 1
                first[at], second[at] = left, right
                count += 1
    return place, below, ends, first, second


@compiled
def sort(numbers: Any, begin: Any, end: Any) -> Any:
    """Put a few numbers in order, in place."""
    for at in range(begin + 1, end):
        number, before = numbers[at], at - 1
        while before >= begin and numbers[before] > number:
            numbers[before + 1] = numbers[before]
            before -= 1
        numbers[before + 1] = number


@compiled
def aimed(starts: Any, below: Any, targets: Any) -> Any:
    """The target of every product, column by column; where the products of each target begin when sorted by it.

    The diagonal of column k is target starts[k] + k, its entries below follow.
    """
    size, count = len(starts) - 1, 0
    ends = np.zeros(size + len(below) + 1, np.int32)
    for k in range(size):
        for right in range(starts[k], starts[k + 1]):
            low = below[right]
            target, at = starts[low] + low, starts[low]
            for left in range(right, starts[k + 1]):
                if left > right:
                    while below[at] != below[left]:
                        at += 1
                    target = at + low + 1
                targets[count] = target
                ends[target + 1] += 1
                count += 1
    for target in range(size + len(below)):
        ends[target + 1] += ends[target]
    return ends


@compiled
def sources(of: Any, place: Any, starts: Any, below: Any) -> Any:
    """The entry of A that K has in each place of the factor, or −1."""
    found, width = np.full(len(below), -1, np.int32), len(of.column_starts) - 1
    for e in range(len(of.rows)):
        one, two = place[of.columns[e]], place[width + of.rows[e]]
        one, two = min(one, two), max(one, two)
        at = starts[one]
        while below[at] != two:
            at += 1
        found[at] = e
    return found
