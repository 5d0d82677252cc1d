"""HiGHS behind the one result type: what its words mean, and that a live model forgets nothing and keeps nothing."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from making import make_case, prepare
from programs import Known, known_programs

from repayplan.errors import SolverError
from repayplan.formulation.build import Formulation, formulate
from repayplan.planning.optimum import optimize
from repayplan.planning.plan import plan
from repayplan.solvers.certificate import violation
from repayplan.solvers.chain import Chain
from repayplan.solvers.highs import Highs
from repayplan.solvers.result import Status

SEASON = {
    "opening": "30000.00",
    "monthly": [f"{4000 + 900 * (month % 12)}.00" for month in range(24)],
    "months": 24,
    "step": "25%",
    "balloon": "30%",
    "minimum_installment": "500.00",
    "tolerance": "0.5%",
    "cover": {"minimum": "1.20"},
}


@pytest.fixture(scope="module")
def lanes() -> Formulation:
    """Two loans, two years: a lane for every date the last payment might fall on."""
    loans = [{"principal": "60000.00"}, {"principal": "30000.00", "rate": "4.80%"}]
    return formulate(prepare(make_case(loans=loans, **SEASON))[1])


def test_an_impossible_program_is_infeasible() -> None:
    # z ≥ 2 in a box that ends at 1
    known = Known.of([1.0], [[-1.0]], [-2.0], [False], [0.0], [1.0], [0.0])
    solution = Highs().solve(known.program)
    assert (solution.status, solution.solved) == (Status.INFEASIBLE, False)
    assert solution.bound == np.inf
    assert solution.columns.size == 0


def test_a_time_limit_is_never_optimal_and_never_infeasible(lanes: Formulation) -> None:
    program = lanes.valued(lanes.frame.lanes - 1)
    optimal = Highs().solve(program)
    stopped = Highs().solve(program, seconds=0.0)
    assert optimal.status == Status.OPTIMAL
    assert stopped.status in (Status.FAILED, Status.FEASIBLE)
    assert "ime limit" in stopped.message
    assert stopped.bound <= optimal.objective + 1e-9  # what is not known is still bounded by the boxes


def test_a_plan_without_time_is_no_plan_and_no_proof_of_its_impossibility() -> None:
    case = make_case(opening="5000.00", monthly=["25000.00"] * 4, months=5)
    with pytest.raises(SolverError, match="without a proof"):
        optimize(prepare(case)[1], Chain(time_limit=0.0))
    made = plan(case, time_limit=0.0)
    assert (made.status, made.installments, made.proof.gap) == ("failed", (), None)
    assert "No plan was found within 0 seconds" in [str(finding.sentence).split(":")[0] for finding in made.findings]


def test_time_is_given_to_every_solve_anew(lanes: Formulation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    engine = Highs()
    for lane in (20, 21, 22):
        engine.solve(lanes.valued(lane), seconds=3600.0)
    spent = engine._engine.getRunTime()  # HiGHS counts all solves of one model together
    limit = engine._engine.getOptionValue("time_limit")[1]
    assert spent > 0
    assert limit > 3600.0


def test_a_live_model_agrees_with_a_cold_one_over_all_lanes_and_stages(lanes: Formulation) -> None:
    warm = Highs()
    solved = 0
    for lane in [*range(lanes.frame.lanes), 5, lanes.frame.lanes - 1]:
        hot, cold = warm.solve(lanes.valued(lane)), Highs().solve(lanes.valued(lane))
        assert hot.status == cold.status
        if cold.solved:
            solved += 1
            assert hot.objective == pytest.approx(cold.objective, abs=1e-9)
            assert violation(lanes.valued(lane), hot.columns) <= 1e-8
            least = -cold.objective * 0.995
            again = warm.solve(lanes.preferred(lane, least))
            assert again.objective == pytest.approx(Highs().solve(lanes.preferred(lane, least)).objective, abs=1e-8)
    assert solved > 10


@settings(max_examples=40)
@given(known_programs(), known_programs())
def test_a_live_model_goes_from_any_program_to_any_other(first: Known, second: Known) -> None:
    engine = Highs()
    engine.solve(first.program)
    assert engine.solve(second.program).objective == pytest.approx(Highs().solve(second.program).objective, abs=1e-7)
    cheaper = replace(first.program, cost=first.program.cost - 1.0)
    assert engine.solve(cheaper).objective == pytest.approx(Highs().solve(cheaper).objective, abs=1e-7)


def test_the_gap_is_measured_against_a_floor(lanes: Formulation) -> None:
    solution = Highs().solve(lanes.valued(lanes.frame.lanes - 1))
    worse = replace(solution, objective=solution.bound + 0.5)
    assert worse.gap(10.0) == pytest.approx(0.05)
    assert replace(solution, objective=solution.bound - 1.0).gap(1.0) == 0.0


def test_a_model_that_makes_no_sense_is_refused() -> None:
    known = Known.of([1.0], [[1.0]], [1.0], [False], [0.0], [1.0], [0.0])
    with pytest.raises(SolverError, match="refuses"):
        Highs().solve(replace(known.program, indices=np.array([7], dtype=np.int32)))
