"""Small linear programs of which a feasible point is known without solving them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from repayplan.solvers.sparse import SparseProgram

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """A program, its matrix written out, and a point that is feasible by construction."""

    program: SparseProgram
    matrix: Array
    point: Array

    @classmethod
    def of(
        cls,
        cost: Sequence[float],
        rows: Sequence[Sequence[float]],
        rhs: Sequence[float],
        equal: Sequence[bool],
        lower: Sequence[float],
        upper: Sequence[float],
        point: Sequence[float],
    ) -> Known:
        matrix = np.array(rows, dtype=float).reshape(len(rhs), len(cost))
        column, row = np.nonzero(matrix.T)
        right = np.array(rhs, dtype=float)
        program = SparseProgram(
            cost=np.array(cost, dtype=float),
            lower=np.array(lower, dtype=float),
            upper=np.array(upper, dtype=float),
            row_lower=np.where(np.array(equal, dtype=bool), right, -np.inf),
            row_upper=right,
            starts=np.searchsorted(column, np.arange(len(cost) + 1)).astype(np.int32),
            indices=row.astype(np.int32),
            values=matrix.T[column, row],
            integer=np.zeros(len(cost), dtype=bool),
        )
        return cls(program, matrix, np.array(point, dtype=float))


@st.composite
def known_programs(draw: st.DrawFn) -> Known:
    """Up to five columns in finite boxes and six rows, some of them equations."""
    small = st.integers(-9, 9)
    width, height = draw(st.integers(1, 5)), draw(st.integers(0, 6))
    lower = draw(st.lists(small, min_size=width, max_size=width))
    sizes = draw(st.lists(st.integers(0, 9), min_size=width, max_size=width))
    point = [low + draw(st.integers(0, size)) for low, size in zip(lower, sizes, strict=True)]
    rows = draw(st.lists(st.lists(small, min_size=width, max_size=width), min_size=height, max_size=height))
    equal = draw(st.lists(st.booleans(), min_size=height, max_size=height))
    slack = [0 if same else draw(st.integers(0, 9)) for same in equal]
    rhs = [float(np.dot(row, point)) + free for row, free in zip(rows, slack, strict=True)]
    cost = draw(st.lists(small, min_size=width, max_size=width))
    upper = [low + size for low, size in zip(lower, sizes, strict=True)]
    return Known.of(cost, rows, rhs, equal, lower, upper, point)


def boxes(cost: list[float], whole: bool = False) -> SparseProgram:
    """Minimize a cost of two columns in [0, 2], x + y ≤ 3."""
    return SparseProgram(
        cost=np.array(cost),
        lower=np.zeros(2),
        upper=np.full(2, 2.0),
        row_lower=np.array([-np.inf]),
        row_upper=np.array([3.0]),
        starts=np.array([0, 1, 2], dtype=np.int32),
        indices=np.array([0, 0], dtype=np.int32),
        values=np.array([1.0, 1.0]),
        integer=np.array([whole, whole]),
    )
