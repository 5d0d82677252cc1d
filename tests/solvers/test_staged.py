"""From a staged program to a sparse one: what stands where, and what a draft refuses."""

from __future__ import annotations

import numpy as np
import pytest

from repayplan.solvers.highs import Highs
from repayplan.solvers.sparse import Layout, SparseProgram
from repayplan.solvers.staged import Draft, StagedProgram, When


def tank() -> StagedProgram:
    """Two lanes, three stages: a tank that starts full, draws that exist from stage 1 on, and a long row over draws."""
    draft = Draft(lanes=2, stages=3)
    draft.column("level", 0.0, [[9.0], [4.0]], initial=[8.0, 3.0])
    draft.column("draw", 0.0, 5.0, cost=[[-1.0, -2.0, -3.0]], exists=[False, True, True])
    draft.row("flow", [(1.0, "level"), (-0.5, "level", When.BEFORE), (1.0, "draw")], [[1.0, 2.0, 3.0]], equal=True)
    draft.row("cap", [(1.0, "draw")], 2.0, where=[[True, True, True], [False, False, True]])
    draft.long_row("sum", {"draw": 1.0}, [4.0, 3.0], where=[True, False], stage=2)
    return draft.finish()


def dense(program: SparseProgram) -> np.ndarray:
    matrix = np.zeros(program.shape)
    for column in range(program.shape[1]):
        for place in range(program.starts[column], program.starts[column + 1]):
            matrix[program.indices[place], column] += program.values[place]
    return matrix


def test_rows_and_columns_stand_where_their_labels_say() -> None:
    layout = Layout(tank())
    assert [str(label) for label in layout.column_labels] == ["level[0]", "level[1]", "level[2]", "draw[1]", "draw[2]"]
    rows = [str(label) for label in layout.row_labels]
    assert rows == ["flow[0]", "flow[1]", "flow[2]", "cap[0]", "cap[1]", "cap[2]", "sum[2]"]
    assert dense(layout.lane(0)).tolist() == [
        [1.0, 0.0, 0.0, 0.0, 0.0],
        [-0.5, 1.0, 0.0, 1.0, 0.0],
        [0.0, -0.5, 1.0, 0.0, 1.0],
        [0.0, 0.0, 0.0, 0.0, 0.0],  # nothing can be drawn at stage 0
        [0.0, 0.0, 0.0, 1.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 1.0],
        [0.0, 0.0, 0.0, 1.0, 1.0],
    ]


def test_what_is_known_before_the_first_stage_goes_to_the_right_hand_side() -> None:
    first, second = (Layout(tank()).lane(lane) for lane in (0, 1))
    assert first.row_upper.tolist() == [1 + 0.5 * 8, 2.0, 3.0, 2.0, 2.0, 2.0, 4.0]
    assert first.row_lower.tolist() == [1 + 0.5 * 8, 2.0, 3.0, *[-np.inf] * 4]
    inf = np.inf
    assert second.row_upper.tolist() == [1 + 0.5 * 3, 2.0, 3.0, inf, inf, 2.0, inf]  # where lane 1 has no row


def test_lanes_differ_in_bounds_alone() -> None:
    layout = Layout(tank())
    first, second = layout.lane(0), layout.lane(1)
    assert first.upper.tolist() == [9.0, 9.0, 9.0, 5.0, 5.0]
    assert second.upper.tolist() == [4.0, 4.0, 4.0, 5.0, 5.0]
    assert dense(first).tolist() == dense(second).tolist()
    assert first.cost.tolist() == [0.0, 0.0, 0.0, -2.0, -3.0]


def test_a_lane_solved_by_hand() -> None:
    # level 0 = 1 + 4 = 5; draw 2 at most at each of the two stages: −2·2 − 3·2 = −10
    layout = Layout(tank())
    solution = Highs().solve(layout.lane(0))
    assert solution.objective == pytest.approx(-10.0)
    assert layout.by_stage("draw", solution.columns).tolist() == [0.0, 2.0, 2.0]
    assert layout.by_stage("level", solution.columns).tolist() == [5.0, 2.5, 2.25]


def test_numbers_are_spread_over_columns_by_family() -> None:
    layout = Layout(tank())
    values = np.arange(6.0).reshape(2, 3)
    assert layout.spread({"draw": values}, 1).tolist() == [0.0, 0.0, 0.0, 4.0, 5.0]


def test_a_draft_refuses_what_would_not_be_a_program() -> None:
    draft = Draft(lanes=1, stages=2)
    draft.column("x", 0.0, 1.0)
    with pytest.raises(ValueError, match="declared twice"):
        draft.column("x", 0.0, 1.0)
    with pytest.raises(ValueError, match="not finite"):
        draft.column("y", 0.0, np.inf)
    with pytest.raises(ValueError, match="no column y"):
        draft.row("r", [(1.0, "y")], 0.0)


def test_a_row_that_no_lane_has_is_left_out() -> None:
    draft = Draft(lanes=1, stages=2)
    draft.column("x", 0.0, 1.0)
    draft.row("r", [(1.0, "x")], 0.0, where=False)
    assert draft.finish().rows == ()
