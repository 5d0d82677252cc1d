"""The canonical form every plan is solved in: a program in stages, for a whole batch of lanes at once.

    min Σ_t q_tᵀ y_t    with    A_t y_{t−1} + B_t y_t {≤, =} b_t,    l_t ≤ y_t ≤ u_t,    y_{−1} given

A *lane* is one program of the batch: a case, or one case with one guess of its last payment. All lanes share one
pattern of rows, columns and entries; only values differ. *Long rows* reach across stages and are kept apart. Every
box is finite, which is what makes the dual bound of ``certificate`` safe. This module knows no finance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


class When(IntEnum):
    """Which stage an entry refers to: the row's own or the one before."""

    NOW = 0
    BEFORE = 1


@dataclass(frozen=True, slots=True)
class Column:
    """A state or decision: one variable per lane and stage. ``exists`` (T,) is False where no lane has it.

    ``integer``: only whole numbers are values, which makes the program a mixed-integer one.
    """

    name: str
    lower: Array
    upper: Array
    cost: Array
    initial: Array
    exists: Mask
    integer: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """``coefficient`` (N, T) times a column, at the row's stage or the one before."""

    coefficient: Array
    column: str
    when: When


@dataclass(frozen=True, slots=True)
class Row:
    """One row per lane and stage. ``active`` (N, T) is False where a lane has no such row (its bound is infinite)."""

    name: str
    equal: bool
    terms: tuple[Term, ...]
    rhs: Array
    active: Mask

    @property
    def exists(self) -> Mask:
        """(T,) stages at which some lane has the row: the part that belongs to the pattern."""
        return np.asarray(self.active.any(axis=0))


@dataclass(frozen=True, slots=True)
class LongRow:
    """One ≤ row per lane over many stages: ``coefficients[column]`` is (N, T). ``stage`` is where it belongs, or −1."""

    name: str
    stage: int
    coefficients: dict[str, Array]
    rhs: Array
    active: Mask


@dataclass(frozen=True, slots=True)
class StagedProgram:
    """The finished program over ``lanes`` lanes and ``stages`` stages; columns and rows in order of declaration."""

    lanes: int
    stages: int
    columns: dict[str, Column]
    rows: tuple[Row, ...]
    long_rows: tuple[LongRow, ...]


Piece = tuple[ArrayLike, str] | tuple[ArrayLike, str, When]
"""A term being written: coefficient and column, at the row's own stage or the one before."""


@dataclass(slots=True)
class Draft:
    """A program being written: limits and shapes add columns and rows to it. Scalars spread over lanes and stages."""

    lanes: int
    stages: int
    columns: dict[str, Column] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    long_rows: list[LongRow] = field(default_factory=list)

    def column(
        self,
        name: str,
        lower: ArrayLike,
        upper: ArrayLike,
        *,
        cost: ArrayLike = 0.0,
        initial: ArrayLike = 0.0,
        exists: ArrayLike = True,
        integer: bool = False,
    ) -> str:
        """Declare a column; every box must be finite. Returns its name, which rows refer to it by."""
        if name in self.columns:
            raise ValueError(f"column {name} is declared twice")
        low, high = self._spread(lower), self._spread(upper)
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            raise ValueError(f"column {name} has a box that is not finite")
        there = np.broadcast_to(np.asarray(exists, dtype=bool), (self.stages,))
        start = np.broadcast_to(np.asarray(initial, dtype=float), (self.lanes,))
        self.columns[name] = Column(name, low, high, self._spread(cost), start, there, integer)
        return name

    def row(
        self,
        name: str,
        terms: Sequence[Piece],
        rhs: ArrayLike,
        *,
        equal: bool = False,
        where: ArrayLike = True,
    ) -> None:
        """Add ``Σ terms ≤ rhs`` (or ``=``) at the stages and lanes ``where`` (N, T)."""
        made = tuple(self._term(*term) for term in terms)
        active = np.broadcast_to(np.asarray(where, dtype=bool), (self.lanes, self.stages))
        if active.any():
            self.rows.append(Row(name, equal, made, self._spread(rhs), active))

    def long_row(
        self,
        name: str,
        coefficients: Mapping[str, ArrayLike],
        rhs: ArrayLike,
        *,
        where: ArrayLike = True,
        stage: int = -1,
    ) -> None:
        """Add ``Σ_t Σ_c coefficients[c]_t c_t ≤ rhs`` (rhs and where: one per lane)."""
        spread = {column: self._spread(value) for column, value in coefficients.items()}
        active = np.broadcast_to(np.asarray(where, dtype=bool), (self.lanes,))
        bound = np.broadcast_to(np.asarray(rhs, dtype=float), (self.lanes,))
        self.long_rows.append(LongRow(name, stage, spread, bound, active))

    def finish(self) -> StagedProgram:
        """The program, no longer to be changed."""
        return StagedProgram(self.lanes, self.stages, self.columns, tuple(self.rows), tuple(self.long_rows))

    def _term(self, coefficient: ArrayLike, column: str, when: When = When.NOW) -> Term:
        if column not in self.columns:
            raise ValueError(f"no column {column} has been declared")
        return Term(self._spread(coefficient), column, when)

    def _spread(self, value: ArrayLike) -> Array:
        return np.broadcast_to(np.asarray(value, dtype=float), (self.lanes, self.stages))
