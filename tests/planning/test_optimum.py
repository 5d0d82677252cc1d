"""What is said of an optimum where the solver does not answer everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from making import make_case, prepare

from repayplan.errors import SolverError
from repayplan.planning import plan as planning
from repayplan.planning.optimum import Optimum, best_first, optimize
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


BURDENED = make_case(
    opening="30000.00",
    monthly=["9000.00"] * 20,
    months=19,
    hazard="table",
    recovery="60%",
    discount_rate="3%",
)
"""Two buckets of burden have a plan: the better one is worth about 3 % of the debt more."""


def test_every_bucket_is_bounded_by_the_best_there_may_be() -> None:
    found = best_first(prepare(BURDENED)[1])
    (_, best), (_, second), *_ = found
    assert best.status == Status.OPTIMAL
    assert second.value < best.value * 0.99
    assert second.bound == best.bound
    assert second.status == Status.FEASIBLE
    assert second.gap == pytest.approx((best.bound - second.value) / second.value)


def test_the_second_best_bucket_is_not_called_optimal(monkeypatch: pytest.MonkeyPatch) -> None:
    best = planning.plan(BURDENED)
    assert best.status == "optimal"
    exact, tried = planning.make_exact, []

    def spoiled(*given: Any, **more: Any) -> Any:
        tried.append(given)
        return None if len(tried) == 1 else exact(*given, **more)

    monkeypatch.setattr(planning, "make_exact", spoiled)
    made = planning.plan(BURDENED)
    assert made.status == "feasible"
    assert (made.proof.bound, best.proof.value) == (best.proof.bound, pytest.approx(best.proof.bound, rel=1e-6))
    assert made.proof.value is not None
    assert made.proof.gap is not None
    assert made.proof.gap > 0.01
    assert made.proof.unproven is not None


def test_a_bucket_without_an_answer_takes_the_proof_away_and_not_the_plan() -> None:
    problem = prepare(BURDENED)[1]
    known = best_first(problem)
    solves = Impatient(lambda _: False)
    optimize(problem.buckets()[0], solves)
    found = best_first(problem, Impatient(lambda number: number >= solves.solves, "lost"))
    assert [optimum.value for _, optimum in found] == pytest.approx([known[0][1].value])
    assert (found[0][1].status, found[0][1].bound) == (Status.FEASIBLE, np.inf)
    with pytest.raises(SolverError):
        best_first(problem, Impatient(lambda _: True, "lost"))
