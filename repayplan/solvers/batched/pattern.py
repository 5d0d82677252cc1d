"""What all programs of a batch share: which entries there are, and how the matrix of every step is factorized.

A step of the interior point method solves with the quasi-definite matrix (Vanderbei, SIAM J. Optim. 5, 1995)

    K = [ −Θ⁻¹  Aᵀ ]      columns of the program: negative pivots
        [  A    Θs ]      its rows: positive pivots

which has the same zeros in every lane and iteration. So the order of elimination, the entries that fill in and every
multiplication are worked out once; lanes then only bring numbers. As stages reach no further than the stage before, an
order of least degree walks along the stages and keeps the factor as sparse as the program; a row over many stages only
costs what it touches, and needs no treatment of its own (George & Liu 1981, chapter 5).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int32]
Mask = NDArray[np.bool_]


class Matrix(NamedTuple):
    """Where entries of A stand: e entries, m rows, n columns.

    ``rows`` and ``columns`` (e,), sorted by column, ``column_starts`` (n + 1,). ``by_row`` (e,): the entries row by
    row, ``row_starts`` (m + 1,). ``equal`` (m,): rows that are equations.
    """

    rows: Index
    columns: Index
    column_starts: Index
    by_row: Index
    row_starts: Index
    equal: Mask


class Pattern(NamedTuple):
    """Entries of A as in :class:`Matrix`, and the factor L of K = L D Lᵀ in order of elimination.

    ``column_place`` (n,) and ``row_place`` (m,): place of each in the order of elimination. ``sign`` (n + m,) of
    each pivot. Entries of the factor below its diagonal stand column by column: ``below`` tells their place, ``starts``
    (n + m + 1,) where a column begins, ``source`` the entry of A that K has there, or −1.
    Targets are the diagonal of each column, then its entries below. From target t the products of the entries
    ``first`` and ``second`` from ``pair_starts[t]`` on are taken.
    """

    rows: Index
    columns: Index
    column_starts: Index
    by_row: Index
    row_starts: Index
    equal: Mask
    column_place: Index
    row_place: Index
    sign: NDArray[np.float64]
    below: Index
    starts: Index
    source: Index
    first: Index
    second: Index
    pair_starts: Index


def matrix(rows: Index, columns: Index, equal: Mask, width: int) -> Matrix:
    """Entries that are sorted by column."""
    by_row = np.lexsort((columns, rows))
    return Matrix(
        rows=rows.astype(np.int32),
        columns=columns.astype(np.int32),
        column_starts=np.searchsorted(columns, np.arange(width + 1)).astype(np.int32),
        by_row=by_row.astype(np.int32),
        row_starts=np.searchsorted(rows[by_row], np.arange(len(equal) + 1)).astype(np.int32),
        equal=equal,
    )


def pattern(of: Matrix, sure: Mask) -> Pattern:
    """How K is factorized. ``sure`` (e,): entries that are there in every lane, in columns that can move in each.

    An equation has a pivot only from columns that have gone before it: it waits for a sure one, or else for all.
    """
    width, height = len(of.column_starts) - 1, len(of.equal)
    size = width + height
    near: list[set[int]] = [set() for _ in range(size)]
    awaited: list[set[int]] = [set() for _ in range(size)]
    for row, column, each in zip(of.rows.tolist(), of.columns.tolist(), sure.tolist(), strict=True):
        near[column].add(width + row)
        near[width + row].add(column)
        if each and of.equal[row]:
            awaited[width + row].add(column)
    late = [False] * width + of.equal.tolist()
    order, structure = eliminated(near, late, awaited)
    place = np.empty(size, dtype=np.int32)
    place[order] = np.arange(size, dtype=np.int32)
    below = [np.sort(place[list(later)]) for later in structure]
    starts = np.cumsum([0, *map(len, below)])
    flat = np.concatenate([*below, np.empty(0, np.int32)]).astype(np.int32)
    keys = np.repeat(np.arange(size, dtype=np.int64), np.diff(starts)) * size + flat
    first = np.minimum(place[of.columns], place[width + of.rows]).astype(np.int64)
    second = np.maximum(place[of.columns], place[width + of.rows])
    source = np.full(len(flat), -1, dtype=np.int32)
    source[np.searchsorted(keys, first * size + second)] = np.arange(len(of.rows), dtype=np.int32)
    sign = np.where(np.array(order) < width, -1.0, 1.0)
    left, right, pair_starts = _pairs(below, starts, keys)
    return Pattern(
        *of,
        column_place=place[:width].copy(),
        row_place=place[width:].copy(),
        sign=sign,
        below=flat,
        starts=starts.astype(np.int32),
        source=source,
        first=left,
        second=right,
        pair_starts=pair_starts,
    )


def eliminated(
    together: Sequence[set[int]], late: Sequence[bool], awaited: Sequence[set[int]]
) -> tuple[list[int], list[set[int]]]:
    """The order of least degree, and for each node in it the nodes that are left and touch it by then.

    A node that is ``late`` waits until one that it ``awaited`` has gone, or all of its neighbors.
    """
    near = [set(others) for others in together]
    left = [len(others) for others in together]
    ready = [not node_is_late or not others for node_is_late, others in zip(late, together, strict=True)]
    waiting = [(len(others), node) for node, others in enumerate(near) if ready[node]]
    heapq.heapify(waiting)
    done = [False] * len(near)
    order, structure = [], []
    while waiting:
        degree, node = heapq.heappop(waiting)
        if done[node] or degree != len(near[node]):
            continue
        done[node] = True
        order.append(node)
        touched = near[node]
        structure.append(touched)
        if not late[node]:
            for other in together[node]:
                left[other] -= 1
                ready[other] = ready[other] or node in awaited[other] or not left[other]
        for other in touched:
            near[other] |= touched
            near[other] -= {node, other}
            if ready[other]:
                heapq.heappush(waiting, (len(near[other]), other))
    return order, structure


def _pairs(below: Sequence[Index], starts: NDArray[np.int64], keys: NDArray[np.int64]) -> tuple[Index, Index, Index]:
    """The products that go into each target."""
    size = len(below)
    none = np.empty(0, np.int64)
    places, left, right = [none], [none], [none]
    for k, later in enumerate(below):
        high, low = np.tril_indices(len(later))
        places.append(later[low].astype(np.int64) * size + later[high])
        left.append(starts[k] + high)
        right.append(starts[k] + low)
    key = np.concatenate(places)
    # targets: column k has its diagonal at starts[k] + k, its entries follow
    column = key // size
    target = np.where(key % size == column, starts[column] + column, np.searchsorted(keys, key) + column + 1)
    order = np.argsort(target, kind="stable")
    bounds = np.searchsorted(target[order], np.arange(size + len(keys) + 1))
    first, second = np.concatenate(left)[order], np.concatenate(right)[order]
    return first.astype(np.int32), second.astype(np.int32), bounds.astype(np.int32)
