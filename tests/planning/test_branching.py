"""Whole numbers: guesses, branch and bound, and what stands when there is no time for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from making import make_case, prepare

from repayplan.formulation.build import formulate
from repayplan.planning import branching
from repayplan.planning.branching import Branching
from repayplan.planning.optimum import optimize
from repayplan.planning.plan import plan
from repayplan.solvers.chain import Chain
from repayplan.solvers.highs import Highs
from repayplan.solvers.result import Status

DEAR: dict[str, Any] = {
    "loan": {"interest": "3000.00", "compound_rate": "9.00%"},
    "opening": "300.00",
    "monthly": ["9000.00", "0.00", "0.00", "15000.00", "0.00", "40000.00"] * 3,
    "months": 14,
    "arrears": "keep",
}
"""Unpaid interest is dear and comes back off-season."""


def test_branch_and_bound_proves_what_a_guess_may_not() -> None:
    optimum = optimize(prepare(make_case(**DEAR))[1])
    assert optimum is not None
    assert (optimum.status, optimum.formulation.mode) == (Status.OPTIMAL, "D")
    assert optimum.gap <= 1e-6


def test_without_time_for_it_the_best_guess_stands_unproven(monkeypatch: pytest.MonkeyPatch) -> None:
    proven = optimize(prepare(make_case(**DEAR))[1])
    monkeypatch.setattr(branching, "WORK", 0)
    guessed = optimize(prepare(make_case(**DEAR))[1])
    assert proven is not None
    assert guessed is not None
    assert guessed.status == Status.FEASIBLE
    assert guessed.value <= proven.value + 1e-6 * abs(proven.value)
    assert guessed.bound >= proven.value
    made = plan(make_case(**DEAR))
    assert (made.status, made.proof.mode) == ("feasible", "D")
    assert "was not finished" in str(made.proof.unproven)
    assert made.proof.gap is not None
    assert made.proof.gap > 1e-6


def test_where_one_boundary_is_passed_for_good_every_date_is_tried_and_no_tree_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(branching, "WORK", 0)
    optimum = optimize(prepare(make_case(**{**DEAR, "order": "principal_first"}))[1])
    assert optimum is not None
    assert optimum.formulation.one_step
    assert optimum.status == Status.OPTIMAL


def test_where_no_tree_finds_a_point_the_plan_has_failed_and_not_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branching, "WORK", 0)
    made = plan(make_case(loan={"principal": "9000.00"}, opening="20000.00", months=6, installments=3))
    assert made.status == "failed"
    assert "grew too large" in str(made.findings[0].sentence)
    assert made.metrics.unpaid == 0  # the best effort pays what it can, in one installment


def test_work_is_counted_alike_whatever_the_clock_says() -> None:
    formulation = formulate(prepare(make_case(**DEAR))[1])
    program = formulation.valued(0)
    counts = {Highs().solve(program).iterations for _ in range(2)}
    assert len(counts) == 1
    assert (counts.pop() or 0) > 0


def test_programs_that_cannot_be_the_best_are_only_bounded() -> None:
    formulation = formulate(prepare(make_case(**DEAR, step="80%"))[1])
    engine = Branching(formulation, Chain())
    programs = [formulation.valued(lane) for lane in range(formulation.frame.lanes)]
    all_solved = [engine.solve(program) for program in programs]
    best = engine.best_of(programs)
    objectives = [solution.objective for solution in all_solved if solution.solved]
    found = [solution.objective for solution in best if solution.solved]
    assert len(found) <= len(objectives)
    assert np.min(found, initial=np.inf) == pytest.approx(np.min(objectives, initial=np.inf), abs=1e-6)
    for bounded, solved in zip(best, all_solved, strict=True):
        if solved.solved:
            assert bounded.bound <= solved.objective + 1e-6
