"""Cutting planes against functions whose minimum is known, and rows that are added to a live model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import Known, boxes, known_programs

from repayplan.solvers.cutting import CuttingPlanes, Tangents
from repayplan.solvers.extending import with_rows
from repayplan.solvers.highs import Highs
from repayplan.solvers.result import Solution, Status
from repayplan.solvers.sparse import SparseProgram

CENTER = np.array([0.3, 1.4])


def squares(point: np.ndarray) -> Tangents:
    """(x − 0.3)² and (y − 1.4)², a part each."""
    return Tangents((point - CENTER) ** 2, np.diag(2 * (point - CENTER)))


def planes() -> CuttingPlanes:
    return CuttingPlanes(np.array([0, 1]), squares, np.full(2, 5.0), Highs().solve)


def test_a_smooth_minimum_is_found_to_the_gap() -> None:
    # min −x + (x − 0.3)² + (y − 1.4)²: x = 0.3 + 1/2 = 0.8, y = 1.4; −0.8 + 0.25 = −0.55
    found = planes().minimize(boxes([-1.0, 0.0]))
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(-0.55, abs=1e-6)
    assert found.bound <= -0.55 + 1e-12
    assert found.columns == pytest.approx([0.8, 1.4], abs=2e-3)
    assert found.parts.sum() == pytest.approx(0.25, abs=2e-3)


def test_whole_numbers_are_kept() -> None:
    # x and y whole: x = 1, y = 1 costs −1 + 0.49 + 0.16 = −0.35; x = 0: 0.09 + 0.16 = 0.25
    found = planes().minimize(boxes([-1.0, 0.0], whole=True))
    assert found.objective == pytest.approx(-0.35, abs=1e-6)
    assert found.columns == pytest.approx([1.0, 1.0])


def test_tangents_of_one_program_hold_for_the_next_and_enough_ends_the_search() -> None:
    known = planes()
    known.minimize(boxes([-1.0, 0.0]))
    again = known.minimize(boxes([-1.0, 0.0]))
    assert again.rounds <= 3
    assert again.objective == pytest.approx(-0.55, abs=1e-6)
    given_up = known.minimize(boxes([-1.0, 0.0]), enough=-0.6)
    assert given_up.rounds == 1
    assert given_up.bound >= -0.6


def test_what_has_no_point_stays_without_one() -> None:
    impossible = replace(boxes([-1.0, 0.0]), row_upper=np.array([-1.0]))
    assert planes().minimize(impossible).status is Status.INFEASIBLE


@settings(max_examples=40)
@given(known_programs(), st.lists(st.floats(-2, 2), min_size=1, max_size=4), st.floats(0, 3))
def test_rows_added_to_a_live_model_change_what_they_would_in_a_new_one(
    known: Known, slopes: list[float], room: float
) -> None:
    engine, calls = Highs(), []
    first = engine.solve(known.program)
    passed = engine._pass

    def counted(program: SparseProgram) -> None:
        calls.append(program)
        passed(program)

    engine._pass = counted  # type: ignore[method-assign]
    row = {column: slope for column, slope in enumerate(slopes) if column < known.program.shape[1] and slope}
    used = sum(slope * first.columns[column] for column, slope in row.items())
    more = with_rows(known.program, [row, row], [-np.inf, -np.inf], [used + room, used + room + 1])
    hot, cold = engine.solve(replace(more, cost=more.cost * 1.5)), Highs().solve(replace(more, cost=more.cost * 1.5))
    assert not calls
    same(hot, cold)
    same(engine.solve(known.program), first)  # fewer rows: passed anew
    assert calls


def same(one: Solution, two: Solution) -> None:
    assert one.status is two.status
    if one.solved:
        assert one.objective == pytest.approx(two.objective, abs=1e-7)
