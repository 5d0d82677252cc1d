"""What is said of an optimum where the solver does not answer everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from making import make_case, prepare

from repayplan.planning import optimum as room
from repayplan.planning.optimum import Optimum, optimize
from repayplan.solvers.certificate import dual_bound
from repayplan.solvers.highs import Highs
from repayplan.solvers.result import Solution, Status
from repayplan.solvers.sparse import SparseProgram

CASE = make_case(opening="30000.00", monthly=["30000.00"] * 5, months=6, minimum_installment="1000.00")


def found() -> Optimum:
    optimum = optimize(prepare(CASE)[1])
    assert optimum is not None
    return optimum


def out_of_time(monkeypatch: pytest.MonkeyPatch, stops: Callable[[int], bool]) -> None:
    """Let the solver stop without a point at the solves whose number ``stops`` names."""

    class Impatient(Highs):
        solves = 0

        def solve(self, program: SparseProgram) -> Solution:
            solution = super().solve(program)
            self.solves += 1
            if not stops(self.solves - 1):
                return solution
            bound = dual_bound(program, np.zeros(program.shape[0]))
            none = np.empty(0)
            return replace(solution, status=Status.FAILED, objective=np.nan, bound=bound, columns=none, row_duals=none)

    monkeypatch.setattr(room, "Highs", Impatient)


def test_every_answer_makes_it_optimal() -> None:
    optimum = found()
    assert (optimum.status, optimum.lanes) == (Status.OPTIMAL, 6)
    assert optimum.gap <= 1e-6
    assert optimum.bound >= optimum.value - 1e-6
    assert optimum.kept <= optimum.value + 1e-6


def test_without_an_answer_to_stage_two_stage_one_stands_and_is_not_called_optimal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = found()
    out_of_time(monkeypatch, lambda number: number >= 6)
    optimum = found()
    assert optimum.status == Status.FEASIBLE
    assert optimum.value == pytest.approx(known.value)
    assert optimum.kept == pytest.approx(known.value)


def test_a_last_date_that_was_not_answered_may_be_better_so_the_gap_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    out_of_time(monkeypatch, lambda number: number == 5)
    optimum = found()
    assert optimum.status == Status.FEASIBLE
    assert optimum.bound > optimum.value * 1.01
    assert optimum.gap > 0.01


def test_what_no_last_date_makes_possible_is_nothing() -> None:
    assert optimize(prepare(make_case(opening="1000.00", months=3, minimum_installment="900.00"))[1]) is None
