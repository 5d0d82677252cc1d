"""Columns and rows at the end of a program leave what stood there before in its place."""

from __future__ import annotations

import numpy as np
import pytest
from programs import boxes

from repayplan.solvers.extending import with_columns, with_rows
from repayplan.solvers.highs import Highs
from repayplan.solvers.sparse import SparseProgram

# min -x - y with x + y <= 3, x, y in [0, 2]
PROGRAM = boxes([-1.0, -1.0])


def dense(program: SparseProgram) -> list[list[float]]:
    table = np.zeros(program.shape)
    columns = np.repeat(np.arange(program.shape[1]), np.diff(program.starts))
    table[program.indices, columns] = program.values
    return table.tolist()


def test_a_row_at_the_end_binds() -> None:
    program = with_rows(PROGRAM, [{1: 2.0}, {0: 1.0, 1: -1.0}], [-np.inf, 0.5], [2.5, 0.5])
    assert dense(program) == [[1.0, 1.0], [0.0, 2.0], [1.0, -1.0]]
    # y <= 1.25 and x = y + 0.5: the best is x = 1.75, y = 1.25
    assert Highs().solve(program).columns == pytest.approx([1.75, 1.25])


def test_a_column_at_the_end_loosens_its_row_at_no_cost() -> None:
    program = with_columns(PROGRAM, np.array([0]), np.array([-1.0]), np.array([0.5]))
    assert dense(program) == [[1.0, 1.0, -1.0]]
    assert Highs().solve(program).objective == 0.0  # costs start at nothing
    priced = with_rows(program, [{2: 1.0}], [0.25], [0.25])
    assert dense(priced) == [[1.0, 1.0, -1.0], [0.0, 0.0, 1.0]]
