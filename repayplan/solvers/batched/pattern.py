"""What all programs of a batch share: which entries there are, and how their normal matrix is factorized.

The matrix AΘAᵀ has the same zeros in every lane and iteration, so the order of elimination, the entries that fill in
and every multiplication are worked out once; lanes then only bring numbers. Because stages reach no further than the
stage before, a minimum-degree order leaves factors as sparse as the programs themselves; rows over many stages (*long
rows*) only cost what they touch, and need no treatment of their own (George & Liu 1981, chapter 5).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int32]


@dataclass(frozen=True)
class Pattern:
    """The factor of AΘAᵀ, column by column in order of elimination, and the work to find it.

    ``rows`` and ``columns`` (E,): where the entries of A stand. Entries of the factor are numbered: first the diagonal
    (m,), then what is below it; ``below`` (F,) tells the row, ``starts`` (m + 1,) where a column begins; rows are
    places in the order of elimination, ``order`` (m,) the row of A in each place.
    ``products`` (P, 4): entry of the factor, two entries of A and their column, of which AΘAᵀ is summed.
    ``updates`` (U, 3): factor entry, and the two of an earlier column whose product is taken from it, by column;
    ``update_starts`` (m + 1,).
    """

    rows: Index
    columns: Index
    order: Index
    starts: Index
    below: Index
    products: Index
    updates: Index
    update_starts: Index

    @property
    def height(self) -> int:
        """Number of rows m."""
        return len(self.order)

    @property
    def size(self) -> int:
        """Number of entries of the factor."""
        return self.height + len(self.below)


def pattern(rows: Index, columns: Index, height: int, width: int) -> Pattern:
    """The pattern of a matrix with entries at ``rows`` and ``columns``."""
    by_column: list[list[int]] = [[] for _ in range(width)]
    for entry, column in enumerate(columns.tolist()):
        by_column[column].append(entry)
    place_of = rows.tolist()
    together: list[set[int]] = [set() for _ in range(height)]
    for entries in by_column:
        touched = {place_of[entry] for entry in entries}
        for row in touched:
            together[row] |= touched
    for row in range(height):
        together[row].discard(row)
    order, structure = eliminated(together)
    place = {row: number for number, row in enumerate(order)}
    below = [sorted(place[row] for row in later) for later in structure]
    starts = np.cumsum([0, *map(len, below)])
    number = {(i, k): height + int(starts[k]) + at for k, places in enumerate(below) for at, i in enumerate(places)}
    products = [
        (here if here == there else number[max(here, there), min(here, there)], first, second, column)
        for column, entries in enumerate(by_column)
        for at, first in enumerate(entries)
        for second in entries[: at + 1]
        for here, there in [(place[place_of[first]], place[place_of[second]])]
    ]
    updates, update_starts = _updates(below, number)
    return Pattern(
        rows=rows.astype(np.int32),
        columns=columns.astype(np.int32),
        order=np.array(order, dtype=np.int32),
        starts=starts.astype(np.int32),
        below=np.array([i for places in below for i in places], dtype=np.int32),
        products=np.array(products, dtype=np.int32).reshape(-1, 4),
        updates=updates,
        update_starts=update_starts,
    )


def eliminated(together: Sequence[set[int]]) -> tuple[list[int], list[set[int]]]:
    """The order of least degree, and for each row in it the rows that are left and touch it by then."""
    near = [set(rows) for rows in together]
    waiting = [(len(rows), row) for row, rows in enumerate(near)]
    heapq.heapify(waiting)
    done = [False] * len(near)
    order, structure = [], []
    while waiting:
        degree, row = heapq.heappop(waiting)
        if done[row] or degree != len(near[row]):
            continue
        done[row] = True
        order.append(row)
        structure.append(near[row])
        for other in near[row]:
            near[other] |= near[row]
            near[other] -= {row, other}
            heapq.heappush(waiting, (len(near[other]), other))
    return order, structure


def _updates(below: Sequence[Sequence[int]], number: dict[tuple[int, int], int]) -> tuple[Index, Index]:
    """What column k takes from later ones, for every pair of its entries."""
    found: list[list[tuple[int, int, int]]] = []
    for k, places in enumerate(below):
        found.append(
            [
                (j if i == j else number[i, j], number[i, k], number[j, k])
                for at, i in enumerate(places)
                for j in places[: at + 1]
            ]
        )
    starts = np.cumsum([0, *map(len, found)])
    flat = [update for column in found for update in column]
    return np.array(flat, dtype=np.int32).reshape(-1, 3), starts.astype(np.int32)
