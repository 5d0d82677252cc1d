"""The dual bound holds whatever the duals; that it holds is shown without a solver, on points known to be feasible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import Known, known_programs

from repayplan.solvers.certificate import dual_bound, products, violation
from repayplan.solvers.highs import Highs
from repayplan.solvers.result import Status

duals = st.lists(st.floats(-1e3, 1e3), min_size=6, max_size=6)


@given(known_programs(), duals)
def test_any_duals_bound_every_feasible_point_from_below(known: Known, numbers: list[float]) -> None:
    bound = dual_bound(known.program, np.array(numbers[: known.program.shape[0]]))
    worth = float(known.program.cost @ known.point)
    assert bound <= worth + 1e-6


@given(known_programs())
def test_optimal_duals_meet_the_optimum(known: Known) -> None:
    solution = Highs().solve(known.program)
    assert solution.status == Status.OPTIMAL
    assert solution.bound == pytest.approx(solution.objective, abs=1e-6)
    assert solution.objective <= float(known.program.cost @ known.point) + 1e-6
    # the price of a row: the minimum changes by the dual per unit of its right-hand side, so never up with a ≤ row
    inequalities = ~np.isfinite(known.program.row_lower)
    assert (solution.row_duals[inequalities] <= 1e-9).all()


@given(known_programs(), st.data())
def test_the_violation_is_how_far_a_point_lies_outside(known: Known, data: st.DataObject) -> None:
    assert violation(known.program, known.point) <= 1e-9
    column = data.draw(st.integers(0, len(known.point) - 1))
    out = known.point.copy()
    out[column] = known.program.upper[column] + 3.0
    assert violation(known.program, out) >= 3.0
    if known.program.shape[0]:
        row = data.draw(st.integers(0, known.program.shape[0] - 1))
        upper = known.program.row_upper.copy()
        activity = known.matrix[row] @ known.point
        upper[row] = activity - 2.0
        assert violation(replace(known.program, row_upper=upper), known.point) == pytest.approx(2.0)


@given(known_programs(), duals)
def test_products_are_those_of_the_dense_matrix(known: Known, numbers: list[float]) -> None:
    y = np.array(numbers[: known.program.shape[0]])
    assert products(known.program, y) == pytest.approx(known.matrix.T @ y, abs=1e-6)


def test_a_row_that_is_switched_off_has_no_say() -> None:
    # min −z, z ≤ 1 as a row, 0 ≤ z ≤ 5: the row's dual −1 bounds by −1; switched off, only the box is left
    known = Known.of(cost=[-1.0], rows=[[1.0]], rhs=[1.0], equal=[False], lower=[0.0], upper=[5.0], point=[1.0])
    assert dual_bound(known.program, np.array([-1.0])) == pytest.approx(-1.0)
    off = replace(known.program, row_upper=np.array([np.inf]))
    assert dual_bound(off, np.array([-1.0])) == pytest.approx(-5.0)
    # duals of the wrong sign are taken for nothing
    assert dual_bound(known.program, np.array([7.0])) == pytest.approx(-5.0)
