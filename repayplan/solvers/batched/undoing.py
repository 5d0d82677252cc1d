"""How points and duals of a reduced program become those of the program it was reduced from, step by step backwards.

``x`` (n, N) are values of columns and ``y`` (rows, N) duals of rows, those that a reduction has added included. A
coefficient is one number where all lanes share it, otherwise (N,).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Value = Array | float


def total(entries: Mapping[int, Value], of: Array) -> Value:
    """Σ coefficient · number over the entries of a row or column."""
    found: Value = 0.0
    for place, value in entries.items():
        found = found + value * of[place]
    return found


@dataclass(frozen=True, slots=True)
class Fixed:
    """A column whose box is one number in every lane."""

    column: int
    value: Array

    def undo(self, x: Array, y: Array) -> None:
        x[self.column] = self.value


@dataclass(frozen=True, slots=True)
class Replaced:
    """A column that a row gives as soon as the others are known: an equation, or a row that is tight at the optimum.

    ``others`` are the row's entries but for the ``pivot``, ``elsewhere`` the column's. The row's own dual, as far as a
    row of inequalities is left of it, is that of what is left.
    """

    column: int
    row: int
    pivot: Value
    others: Mapping[int, Value]
    rhs: Array
    elsewhere: Mapping[int, Value]
    cost: Value
    least: Array
    most: Array

    def undo(self, x: Array, y: Array) -> None:
        x[self.column] = np.clip((self.rhs - total(self.others, x)) / self.pivot, self.least, self.most)
        y[self.row] += (self.cost - total(self.elsewhere, y)) / self.pivot


@dataclass(frozen=True, slots=True)
class Joined:
    """A column without a cost that has gone by adding up the rows that bound it from above and from below (Fourier).

    ``bounds``: its entry, the row's other entries and its right-hand side, row by row; ``sums``: rows that were made,
    each of two rows times a number, or of one row alone.
    """

    column: int
    bounds: Sequence[tuple[Value, Mapping[int, Value], Array]]
    least: Array
    most: Array
    sums: Sequence[tuple[int, Sequence[tuple[int, Value]]]]

    def undo(self, x: Array, y: Array) -> None:
        least, most = self.least, self.most
        for value, others, rhs in self.bounds:
            with np.errstate(divide="ignore", invalid="ignore"):
                limit = (rhs - total(others, x)) / value
            most = np.where(np.asarray(value) > 0, np.minimum(most, limit), most)
            least = np.where(np.asarray(value) < 0, np.maximum(least, limit), least)
        x[self.column] = np.clip(most, np.minimum(least, self.most), self.most)
        for made, parts in self.sums:
            for row, weight in parts:
                y[row] += weight * y[made]


@dataclass(frozen=True, slots=True)
class Added:
    """An equation times ``weight`` was added to a row."""

    row: int
    equation: int
    weight: Value

    def undo(self, x: Array, y: Array) -> None:
        y[self.equation] += self.weight * y[self.row]


Undo = Fixed | Replaced | Joined | Added
