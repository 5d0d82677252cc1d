"""What is said of an optimum where the solver does not answer everything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from making import make_case, prepare

from repayplan.planning.optimum import Optimum, optimize
from repayplan.solvers.chain import Chain
from repayplan.solvers.interface import no_point
from repayplan.solvers.result import TIME_IS_UP, Solution, Status
from repayplan.solvers.sparse import SparseProgram

CASE = make_case(opening="30000.00", monthly=["30000.00"] * 5, months=6, minimum_installment="1000.00")


def found(chain: Chain | None = None) -> Optimum:
    optimum = optimize(prepare(CASE)[1], chain)
    assert optimum is not None
    return optimum


class Impatient(Chain):
    """Stops without a point at the solves whose number ``stops`` names."""

    def __init__(self, stops: Callable[[int], bool], message: str = TIME_IS_UP) -> None:
        super().__init__()
        self.stops = stops
        self.message = message
        self.solves = 0

    def solve(self, program: SparseProgram) -> Solution:
        self.solves += 1
        return no_point(program, self.name, self.message) if self.stops(self.solves - 1) else super().solve(program)


def test_every_answer_makes_it_optimal() -> None:
    optimum = found()
    assert (optimum.status, optimum.lanes) == (Status.OPTIMAL, 6)
    assert optimum.gap <= 1e-6
    assert optimum.bound >= optimum.value - 1e-6
    assert optimum.kept <= optimum.value + 1e-6


def test_without_an_answer_to_stage_two_stage_one_stands_and_is_not_called_optimal() -> None:
    known = found()
    optimum = found(Impatient(lambda number: number >= 6))
    assert optimum.status == Status.FEASIBLE
    assert optimum.value == pytest.approx(known.value)
    assert optimum.kept == pytest.approx(known.value)


def test_a_last_date_that_was_not_answered_may_be_better_so_the_gap_says_so() -> None:
    optimum = found(Impatient(lambda number: number == 0, "lost"))
    assert optimum.status == Status.FEASIBLE
    assert optimum.bound > optimum.value * 1.01
    assert optimum.gap > 0.01


def test_a_last_date_for_which_there_was_no_time_is_bounded_by_the_prices_of_another() -> None:
    known, lost = found(), found(Impatient(lambda number: number == 0, "lost"))
    optimum = found(Impatient(lambda number: number == 0))
    assert optimum.status == Status.FEASIBLE
    assert known.value - 1e-6 <= optimum.bound < lost.bound


def test_what_no_last_date_makes_possible_is_nothing() -> None:
    assert optimize(prepare(make_case(opening="1000.00", months=3, minimum_installment="900.00"))[1]) is None
