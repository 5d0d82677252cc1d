"""Smaller programs of the same optimum: what every lane's presolve would do, done once for all of them.

One pattern is left for all lanes of a batch. What is done depends on these lanes alone, never on what was solved
before, so that a chunk of a run comes out the same whatever process does it; and as it is compiled, a few lanes pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repayplan.compiling import compiled
from repayplan.solvers.batched.implying import dominated, redundant
from repayplan.solvers.batched.joining import joined
from repayplan.solvers.batched.pattern import Matrix, matrix
from repayplan.solvers.batched.programs import LANES, Programs
from repayplan.solvers.batched.rules import boxes, doubletons, filling, fixed, sparser
from repayplan.solvers.batched.storage import (
    BLOCKS,
    CHAIN,
    CHANGES,
    COLUMN_FIELDS,
    COLUMNS,
    COST,
    COUNTS,
    DOMINATED,
    ENTRIES,
    ENTRY_FIELDS,
    EQUAL,
    FILL,
    FIRST_SLOT,
    FIX,
    FRESH,
    GONE,
    HEAD,
    HIGH,
    IMPOSSIBLE,
    JOIN,
    LOW,
    MASK,
    NEXT_IN_ROW,
    NUMBERS,
    OF_COLUMN,
    OF_ROW,
    OFFSET,
    ONE,
    ORDERED,
    REDUNDANT,
    RHS,
    ROW_FIELDS,
    ROWS,
    SLOTS,
    STALE,
    THERE,
    VALUE,
    ZERO,
    FullError,
    Store,
    link,
    new_number,
    new_row,
    new_slot,
    plus,
    put,
    value,
)
from repayplan.solvers.batched.tolerances import EMPTY
from repayplan.solvers.batched.undoing import undo
from repayplan.solvers.batched.vectors import load, splat, store, where_less

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Kernel:
    """The reduced programs as arrays by block, (blocks, numbers · LANES): e' entries ``a``, m' right-hand sides ``b``,
    n' costs ``c`` and boxes.
    """

    a: Array
    b: Array
    c: Array
    lower: Array
    upper: Array
    offset: Array


@dataclass(frozen=True)
class Reduction:
    """What is left of programs of ``shape``, and all that was done: ``rows``, ``columns`` and ``entries`` that are
    still there, by their number in the store.
    """

    store: Store
    shape: tuple[int, int]
    rows: Ints
    columns: Ints
    entries: Ints

    @cached_property
    def matrix(self) -> Matrix:
        """Where entries stand, by what is left."""
        places = np.zeros(self.store.counts[ROWS], np.int32), np.zeros(self.store.counts[COLUMNS], np.int32)
        places[0][self.rows], places[1][self.columns] = np.arange(len(self.rows)), np.arange(len(self.columns))
        of_row, of_column = self.store.entry[self.entries, OF_ROW], self.store.entry[self.entries, OF_COLUMN]
        equal = self.store.row[self.rows, EQUAL] != 0
        return matrix(places[0][of_row], places[1][of_column], equal, len(self.columns))

    @property
    def impossible(self) -> NDArray[np.bool_]:
        """(N,) lanes that are seen to have no point."""
        lanes = int(self.store.counts[BLOCKS]) * LANES
        return np.asarray(self.store.pool[IMPOSSIBLE * lanes : (IMPOSSIBLE + 1) * lanes] > 0)

    def kernel(self) -> Kernel:
        """What is left, to be solved."""
        s = self.store

        def blocks(refs: Ints) -> Array:
            return np.asarray(in_blocks(s, np.ascontiguousarray(refs)))

        return Kernel(
            blocks(s.entry[self.entries, VALUE]),
            blocks(s.row[self.rows, RHS]),
            blocks(s.column[self.columns, COST]),
            blocks(s.column[self.columns, LOW]),
            blocks(s.column[self.columns, HIGH]),
            blocks(np.array([OFFSET])),
        )

    def undone(self, x: Array, y: Array, lower: Array, upper: Array) -> tuple[Array, Array, Array, Array]:
        """Points and duals, (n, N) and (m, N), and boxes (n, N) that hold an optimum, from what was solved by block."""
        s, lanes = self.store, int(self.store.counts[BLOCKS]) * LANES
        columns, duals = np.zeros(self.shape[1] * lanes), np.zeros(int(s.counts[ROWS]) * lanes)
        from_blocks(x, self.columns, columns)
        from_blocks(y, self.rows, duals)
        undo(s, columns, duals)
        low, high = by_lane(s, s.column[:, LOW].copy()), by_lane(s, s.column[:, HIGH].copy())
        from_blocks(lower, self.columns, low)
        from_blocks(upper, self.columns, high)
        wide = (-1, lanes)
        return (
            columns.reshape(wide),
            duals.reshape(wide)[: self.shape[0]],
            low.reshape(wide),
            high.reshape(wide),
        )


def reduce(programs: Programs) -> Reduction:
    """Every rule, again as long as one finds something; the lanes are whole blocks."""
    room = 1
    while True:
        s = _store(programs, room)
        try:
            fill_in(s, _given(programs))
            run(s)
        except FullError:
            room *= 2
        else:
            break
    height, width = int(s.counts[ROWS]), int(s.counts[COLUMNS])
    rows = np.flatnonzero(s.row[:height, THERE])
    columns = np.flatnonzero(s.column[:width, GONE] == 0)
    entries = listed(s)
    order = np.lexsort((s.entry[entries, OF_ROW], s.entry[entries, OF_COLUMN]))
    return Reduction(s, programs.shape, rows, columns, entries[order])


def _store(programs: Programs, room: int) -> Store:
    """Room that is enough but for odd programs; what is not used is never touched, and costs nothing."""
    (height, width), entries = programs.shape, len(programs.rows)
    slots = FIRST_SLOT + 2 * height + 4 * width + 2 * len(programs.values) + 2_000 * room
    s = Store(
        counts=np.zeros(COUNTS, np.int64),
        row=np.empty((3 * room * height + 100, ROW_FIELDS), np.int64),
        column=np.zeros((width, COLUMN_FIELDS), np.int64),
        entry=np.empty((6 * room * entries + 1_000, ENTRY_FIELDS), np.int64),
        pool=np.empty(slots * room * programs.lanes),
        numbers=np.empty(20 * room * entries + 10_000),
        done=np.empty(30 * room * entries + 10_000, np.int64),
        work=np.empty(room * (10 * (height + width) + 10_000), np.int64),
    )
    s.counts[BLOCKS], s.counts[SLOTS], s.counts[COLUMNS] = programs.lanes // LANES, FIRST_SLOT, width
    s.pool[: FIRST_SLOT * programs.lanes] = 0.0
    s.numbers[:3] = 0.0, 1.0, -1.0
    s.counts[NUMBERS] = 3
    return s


def _given(programs: Programs) -> tuple[Any, ...]:
    return (
        *(programs.rows, programs.columns, programs.fixed, programs.varying, programs.values),
        *(programs.rhs, programs.active, programs.equal, programs.cost, programs.lower, programs.upper),
    )


@compiled
def run(s: Any) -> Any:
    """Rules in turn until none finds anything; then boxes that are empty."""
    boxes(s)
    before = -1
    while s.counts[CHANGES] != before:
        before = s.counts[CHANGES]
        fixed(s)
        doubletons(s)
        sparser(s)
        boxes(s)
        redundant(s)
        dominated(s)
        filling(s)
        joined(s)
    one = splat(1.0)
    for j in range(s.counts[COLUMNS]):
        for k in range(s.counts[BLOCKS]):
            over = value(s, s.column[j, LOW], k) - value(s, s.column[j, HIGH], k)
            put(s, IMPOSSIBLE, k, where_less(splat(EMPTY), over, one, value(s, IMPOSSIBLE, k)))


@compiled
def fill_in(s: Any, given: Any) -> Any:
    """Programs as they came."""
    rows, columns, fixed, varying, values, right, active, equal, cost, lower, upper = given
    for i in range(len(right)):
        mask, there = masked(s, active[i])
        rhs = taken(s, right[i], mask, 0.0 if equal[i] else 1.0)
        new_row(s, equal[i], rhs, mask)
        s.row[i, STALE], s.row[i, THERE] = REDUNDANT | DOMINATED | ORDERED, there
    for j in range(len(cost)):
        s.column[j, HEAD] = -1
        s.column[j, COST] = taken(s, cost[j], -1, 0.0)
        s.column[j, LOW], s.column[j, HIGH] = slot_of(s, lower[j]), slot_of(s, upper[j])
        s.column[j, FRESH] = FIX | FILL | JOIN | CHAIN
    for e in range(len(rows) - 1, -1, -1):
        i = rows[e]
        if s.row[i, THERE] == 0:
            continue
        ref = taken(s, values[varying[e]], s.row[i, MASK], 0.0) if varying[e] >= 0 else new_number(s, fixed[e])
        if varying[e] < 0 and s.row[i, MASK] >= 0:
            ref = plus(s, ZERO, 1.0, ref, s.row[i, MASK], ONE, -1)
        if ref >= 0 or s.numbers[-1 - ref] != 0.0:
            link(s, i, columns[e], ref)


@compiled
def masked(s: Any, active: Any) -> Any:
    """The slot that is 1 in lanes that have a row, or −1 where all or none have; and whether any has."""
    there = active.sum()
    if there == 0 or there == len(active):
        return -1, there > 0
    slot = new_slot(s)
    for lane in range(len(active)):
        s.pool[slot * len(active) + lane] = active[lane]
    return slot, True


@compiled
def slot_of(s: Any, numbers: Any) -> Any:
    """A slot with numbers (N,)."""
    slot = new_slot(s)
    s.pool[slot * len(numbers) : (slot + 1) * len(numbers)] = numbers
    return slot


@compiled
def taken(s: Any, numbers: Any, mask: Any, otherwise: Any) -> Any:
    """A value with the ``numbers`` (N,) in lanes of a mask, ``otherwise`` in the others."""
    lanes, same = len(numbers), mask < 0
    if same:
        for lane in range(1, lanes):
            if numbers[lane] != numbers[0]:
                same = False
                break
    if same:
        return new_number(s, numbers[0])
    slot = new_slot(s)
    for lane in range(lanes):
        there = mask < 0 or s.pool[mask * lanes + lane] > 0.0
        s.pool[slot * lanes + lane] = numbers[lane] if there else otherwise
    return slot


@compiled
def listed(s: Any) -> Any:
    """The entries of rows that are there."""
    found, count = np.empty(s.counts[ENTRIES], np.int64), 0
    for i in range(s.counts[ROWS]):
        if s.row[i, THERE]:
            e = s.row[i, HEAD]
            while e >= 0:
                found[count] = e
                count += 1
                e = s.entry[e, NEXT_IN_ROW]
    return found[:count]


@compiled
def in_blocks(s: Any, refs: Any) -> Any:
    """(blocks, values · LANES) of some values."""
    found = np.empty((s.counts[BLOCKS], len(refs) * LANES))
    for k in range(s.counts[BLOCKS]):
        for place in range(len(refs)):
            store(found[k], place, value(s, refs[place], k))
    return found


@compiled
def from_blocks(found: Any, places: Any, into: Any) -> Any:
    """Values by block, (blocks, values · LANES), into rows of (…, N), flat."""
    for k in range(len(found)):
        for place in range(len(places)):
            store(into, places[place] * len(found) + k, load(found[k], place))


@compiled
def by_lane(s: Any, refs: Any) -> Any:
    """(values · N) of some values."""
    found = np.empty(len(refs) * s.counts[BLOCKS] * LANES)
    for place in range(len(refs)):
        for k in range(s.counts[BLOCKS]):
            store(found, place * s.counts[BLOCKS] + k, value(s, refs[place], k))
    return found
