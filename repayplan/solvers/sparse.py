"""The sparse program that a staged program is, lane by lane, with labelled rows and columns.

The layout (which variable is which column, which entry stands where) is worked out once per batch; a lane only fills
in values. So two lanes of one case differ in bounds alone, and a live solver can go from one to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.staged import Row, StagedProgram, When

Array = NDArray[np.float64]
Index = NDArray[np.int32]
Mask = NDArray[np.bool_]


class Label(NamedTuple):
    """What a row or column of the sparse program stands for; ``stage`` is −1 where it belongs to none."""

    name: str
    stage: int

    def __str__(self) -> str:
        return self.name if self.stage < 0 else f"{self.name}[{self.stage}]"


@dataclass(frozen=True, slots=True)
class SparseProgram:
    """``min costᵀz`` with ``row_lower ≤ Az ≤ row_upper`` and ``lower ≤ z ≤ upper``; A column by column (CSC).

    ``integer`` (n,) marks columns that take whole numbers only.
    """

    cost: Array
    lower: Array
    upper: Array
    row_lower: Array
    row_upper: Array
    starts: Index
    indices: Index
    values: Array
    integer: Mask

    @property
    def mixed(self) -> bool:
        """Whether some column takes whole numbers only."""
        return bool(self.integer.any())

    @property
    def relaxed(self) -> SparseProgram:
        """The linear program in which no column need be a whole number: what it excludes is excluded."""
        return replace(self, integer=np.zeros_like(self.integer))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.row_upper), len(self.cost)

    def by_rows(self) -> tuple[list[list[int]], list[list[float]]]:
        """For each row the columns it holds and their coefficients, none of them 0."""
        columns: list[list[int]] = [[] for _ in range(self.shape[0])]
        values: list[list[float]] = [[] for _ in range(self.shape[0])]
        owner = np.repeat(np.arange(self.shape[1]), np.diff(self.starts))
        for row, column, value in zip(self.indices.tolist(), owner.tolist(), self.values.tolist(), strict=True):
            if value:
                columns[row].append(column)
                values[row].append(value)
        return columns, values


class Layout:
    """The pattern shared by all lanes of a staged program.

    ``width`` columns and ``height`` rows; ``starts`` and ``indices`` of the entries as in :class:`SparseProgram`.
    """

    def __init__(self, program: StagedProgram) -> None:
        self.program = program
        self._place = {}
        count = 0
        for name, column in program.columns.items():
            place = np.full(program.stages, -1, dtype=np.int32)
            there = np.flatnonzero(column.exists)
            place[there] = np.arange(count, count + len(there), dtype=np.int32)
            self._place[name] = place
            count += len(there)
        self.width = count
        self._integer = np.array(
            [c.integer for c in program.columns.values() for _ in range(int(c.exists.sum()))], bool
        )
        self._row_stages = [np.flatnonzero(row.exists) for row in program.rows]
        self._row_start = np.cumsum([0, *(len(stages) for stages in self._row_stages)])
        self.height = int(self._row_start[-1]) + len(program.long_rows)
        self._entries()

    def _entries(self) -> None:
        """Where every coefficient goes: rows, columns, and a recipe (source array, stages) for its values."""
        rows, columns = [], []
        self._sources: list[tuple[Array, NDArray[np.intp]]] = []
        for number, row in enumerate(self.program.rows):
            stages = self._row_stages[number]
            own = np.arange(self._row_start[number], self._row_start[number + 1], dtype=np.int32)
            for term in row.terms:
                target = stages - int(term.when is When.BEFORE)
                place = np.where(target >= 0, self._place[term.column][target], -1)
                there = place >= 0
                rows.append(own[there])
                columns.append(place[there])
                self._sources.append((term.coefficient, stages[there]))
        for number, long in enumerate(self.program.long_rows):
            for name, coefficient in long.coefficients.items():
                place = self._place[name]
                stages = np.flatnonzero((place >= 0) & (coefficient != 0).any(axis=0))
                rows.append(np.full(len(stages), int(self._row_start[-1]) + number, dtype=np.int32))
                columns.append(place[stages])
                self._sources.append((coefficient, stages))
        none = np.empty(0, dtype=np.int32)
        entry_rows, entry_columns = np.concatenate([none, *rows]), np.concatenate([none, *columns])
        self.order = np.lexsort((entry_rows, entry_columns))
        self.indices = entry_rows[self.order].astype(np.int32)
        self.starts = np.searchsorted(entry_columns[self.order], np.arange(self.width + 1)).astype(np.int32)

    def lane(self, lane: int) -> SparseProgram:
        """The sparse program of one lane."""
        values = [source[lane, stages] for source, stages in self._sources]
        entries = np.concatenate(values)[self.order] if values else np.empty(0)
        lower, upper = self._row_bounds(lane)
        return SparseProgram(
            cost=self._columns("cost", lane),
            lower=self._columns("lower", lane),
            upper=self._columns("upper", lane),
            row_lower=lower,
            row_upper=upper,
            starts=self.starts,
            indices=self.indices,
            values=entries,
            integer=self._integer,
        )

    def blocks(self) -> Iterator[Array]:
        """Coefficients of all lanes, (k, N) at a time; ``order`` puts them in the order of the entries."""
        return (source[:, stages].T for source, stages in self._sources)

    def staged_rows(self) -> Iterator[tuple[Row, NDArray[np.intp], slice]]:
        """Each family of rows, the stages at which it exists and where its rows stand."""
        for number, row in enumerate(self.program.rows):
            yield row, self._row_stages[number], slice(int(self._row_start[number]), int(self._row_start[number + 1]))

    def by_stage(self, name: str, values: Array) -> Array:
        """(T,) values of one column family out of a solution's columns; 0 where the column does not exist."""
        place = self._place[name]
        result = np.zeros(self.program.stages)
        result[place >= 0] = values[place[place >= 0]]
        return result

    def by_stages(self, name: str, values: Array) -> Array:
        """(N, T) the same out of the columns (N, n) of solutions of several lanes."""
        place = self._place[name]
        result = np.zeros((len(values), self.program.stages))
        result[:, place >= 0] = values[:, place[place >= 0]]
        return result

    def index(self, name: str, stage: int) -> int:
        """Where a column stands in the sparse program; −1 where it does not exist at that stage."""
        return int(self._place[name][stage])

    def row_index(self, name: str, stage: int) -> int:
        """Where a row stands in the sparse program; −1 where there is none of that name at that stage."""
        return self._row_places.get(Label(name, stage), -1)

    def spread(self, values: dict[str, Array], lane: int) -> Array:
        """One number per column of the sparse program from (N, T) arrays by column family; 0 where none is given."""
        result = np.zeros(self.width)
        for name, value in values.items():
            place = self._place[name]
            result[place[place >= 0]] = value[lane, place >= 0]
        return result

    @cached_property
    def column_labels(self) -> list[Label]:
        """What each column stands for."""
        columns = self.program.columns
        return [Label(name, int(t)) for name in columns for t in np.flatnonzero(columns[name].exists)]

    @cached_property
    def _row_places(self) -> dict[Label, int]:
        return {label: place for place, label in enumerate(self.row_labels)}

    @cached_property
    def row_labels(self) -> list[Label]:
        """What each row stands for."""
        staged = [
            Label(row.name, int(t))
            for row, stages in zip(self.program.rows, self._row_stages, strict=True)
            for t in stages
        ]
        return staged + [Label(row.name, row.stage) for row in self.program.long_rows]

    def _columns(self, field: str, lane: int) -> Array:
        parts = [getattr(column, field)[lane, column.exists] for column in self.program.columns.values()]
        return np.concatenate(parts)

    def _row_bounds(self, lane: int) -> tuple[Array, Array]:
        lower = np.full(self.height, -np.inf)
        upper = np.full(self.height, np.inf)
        for number, row in enumerate(self.program.rows):
            stages = self._row_stages[number]
            rhs = row.rhs[lane, stages].copy()
            if stages.size and stages[0] == 0:
                rhs[0] -= self._initial(lane, number)
            span = slice(self._row_start[number], self._row_start[number + 1])
            active = row.active[lane, stages]
            upper[span] = np.where(active, rhs, np.inf)
            if row.equal:
                lower[span] = np.where(active, rhs, -np.inf)
        for number, long in enumerate(self.program.long_rows):
            if long.active[lane]:
                upper[int(self._row_start[-1]) + number] = long.rhs[lane]
        return lower, upper

    def _initial(self, lane: int, number: int) -> float:
        """What the given states before the first stage contribute to a row at stage 0."""
        known = (
            term.coefficient[lane, 0] * self.program.columns[term.column].initial[lane]
            for term in self.program.rows[number].terms
            if term.when is When.BEFORE
        )
        return float(sum(known))
