"""One interface, several solvers: they agree, what they say is judged alike, and where one fails the next is asked."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case
from programs import Known, known_programs

from repayplan.errors import InputError
from repayplan.planning.plan import plan
from repayplan.solvers import chain as room
from repayplan.solvers.certificate import violation
from repayplan.solvers.chain import Chain, solver
from repayplan.solvers.extending import with_rows
from repayplan.solvers.glop import Glop
from repayplan.solvers.interface import infeasible, no_point
from repayplan.solvers.result import TIME_IS_UP, Attempt, Solution, Status
from repayplan.solvers.sparse import SparseProgram
from repayplan.solvers.through_pulp import ThroughPulp

EVERY = pytest.mark.parametrize("name", ["highs", "glop", "cbc"])
EXACT = {"highs": 1e-9, "glop": 1e-9, "cbc": 1e-6}

KNAPSACK = Known.of([-8.0, -11.0, -6.0], [[5.0, 7.0, 4.0]], [14.0], [False], [0.0] * 3, [1.0] * 3, [0.0] * 3).program
WHOLE = replace(KNAPSACK, integer=np.ones(3, dtype=bool))
IMPOSSIBLE = Known.of([1.0], [[-1.0]], [-2.0], [False], [0.0], [1.0], [0.0]).program


def scaled(program: SparseProgram) -> SparseProgram:
    """The same with values of at most one, as programs of plans have: CBC writes its answer with eight digits."""
    boxes = {name: getattr(program, name) / 18 for name in ("lower", "upper", "row_lower", "row_upper")}
    return replace(program, cost=program.cost / 9, **boxes)


@EVERY
@settings(max_examples=25)
@given(known_programs())
def test_every_solver_finds_the_same_optimum_and_proves_it(name: str, known: Known) -> None:
    program = scaled(known.program)
    expected, found = solver("highs").solve(program), solver(name).solve(program)
    assert found.status == Status.OPTIMAL
    assert found.objective == pytest.approx(expected.objective, rel=EXACT[name], abs=EXACT[name])
    assert found.bound <= found.objective + 1e-6
    assert violation(program, found.columns) <= 1e-6
    inequalities = ~np.isfinite(program.row_lower)
    assert (found.row_duals[inequalities] <= 1e-6).all()  # a minimum falls, if at all, with more room


@settings(max_examples=25)
@given(known_programs(), st.lists(st.booleans(), min_size=5, max_size=5))
def test_cbc_finds_the_same_whole_numbers(known: Known, integer: list[bool]) -> None:
    program = replace(known.program, integer=np.array(integer[: known.program.shape[1]]))
    expected, found = solver("highs").solve(program), solver("cbc").solve(program)
    assert found.status == Status.OPTIMAL
    assert found.objective == pytest.approx(expected.objective, rel=1e-6, abs=1e-6)


@EVERY
def test_every_solver_knows_what_is_impossible(name: str) -> None:
    assert solver(name).solve(IMPOSSIBLE).status == Status.INFEASIBLE
    assert Chain(name).solve(IMPOSSIBLE).status == Status.INFEASIBLE


def test_glop_leaves_whole_numbers_to_the_next() -> None:
    chain = Chain("glop")
    assert chain.solve(KNAPSACK).solver.startswith("GLOP")
    assert chain.solve(WHOLE).objective == pytest.approx(-19.0)  # see test_whole_numbers
    assert [(attempt.solver.split()[0], attempt.status) for attempt in chain.attempts] == [
        ("GLOP", "optimal"),
        ("HiGHS", "optimal"),
    ]


class Says:
    """A solver that always gives the same answer."""

    takes_whole_numbers = True

    def __init__(self, answer: Any, name: str = "Oracle 1") -> None:
        self.answer = answer
        self.name = name

    def solve(self, program: SparseProgram, seconds: float | None = None) -> Solution:
        answer: Solution = self.answer(program)
        return replace(answer, attempts=(Attempt(self.name, "", answer.status),))


def pretend(monkeypatch: pytest.MonkeyPatch, **answers: Any) -> None:
    """Some solvers answer as they are told to."""
    real = room.solver
    monkeypatch.setattr(
        room, "solver", lambda name: Says(answers[name], f"{name} 0") if name in answers else real(name)
    )


def test_where_one_fails_the_next_is_asked_and_both_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, highs=lambda program: no_point(program, "highs 0", "lost"))
    chain = Chain()
    for _ in range(3):
        assert chain.solve(KNAPSACK).objective == pytest.approx(-22.0)
    first, second = chain.attempts
    assert first == Attempt("highs 0", "", "failed", 3)
    assert (second.solver.split()[0], second.status, second.programs) == ("GLOP", "optimal", 3)


def test_what_another_solver_calls_impossible_is_for_highs_to_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, glop=lambda _: infeasible("glop 0", "no"))
    chain = Chain("glop")
    assert chain.solve(KNAPSACK).status == Status.OPTIMAL
    assert chain.solve(IMPOSSIBLE).status == Status.INFEASIBLE


def test_that_nobody_is_sure_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = {name: lambda program: no_point(program, "x", "lost") for name in ("highs", "cbc")}
    pretend(monkeypatch, glop=lambda _: infeasible("x", "no"), **lost)
    found = Chain("glop").solve(KNAPSACK)
    assert found.status == Status.FAILED
    assert found.bound == pytest.approx(-25.0)  # what the boxes allow


def test_of_points_that_nobody_proves_the_best_is_taken_with_the_best_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    def point(*columns: float, bound: float) -> Any:
        return lambda program: Solution(
            Status.FEASIBLE, float(program.cost @ np.array(columns)), bound, np.array(columns), np.zeros(1), "x"
        )

    pretend(
        monkeypatch,
        highs=point(1.0, 0.0, 0.0, bound=-24.0),
        glop=point(1.0, 1.0, 0.0, bound=-25.0),
        cbc=point(0.0, 1.0, 0.0, bound=-25.0),
    )
    found = Chain().solve(KNAPSACK)
    assert (found.status, found.objective, found.bound) == (Status.FEASIBLE, -19.0, -24.0)


def test_the_clock_runs_over_all_solves_together(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    given_seconds: list[float | None] = []

    class Slow(Says):
        def solve(self, program: SparseProgram, seconds: float | None = None) -> Solution:
            given_seconds.append(seconds)
            now[0] += 4.0
            return super().solve(program, seconds)

    real = solver("highs")
    monkeypatch.setattr(room, "solver", lambda _: Slow(real.solve))
    chain = Chain(time_limit=10.0)
    with chain.share(0.5):
        assert chain.solve(KNAPSACK).solved  # until 5
        assert chain.solve(KNAPSACK).solved  # until 5, one second is left
        stopped = chain.solve(KNAPSACK)
    assert (stopped.status, stopped.message) == (Status.FAILED, TIME_IS_UP)
    assert chain.out_of_time
    assert not chain.time_is_up
    assert chain.solve(KNAPSACK).solved  # two seconds of ten are left
    assert chain.time_is_up
    assert chain.solve(KNAPSACK).message == TIME_IS_UP
    assert given_seconds == [5.0, 1.0, 2.0]


def test_a_program_that_grows_is_solved_as_any_other_is() -> None:
    chain, program = Chain(), KNAPSACK
    for most in (2.0, 1.6, 1.2):
        program = with_rows(program, [{0: 1.0, 1: 1.0, 2: most}], [-np.inf], [most])
        assert chain.grow(program).objective == pytest.approx(Chain().solve(program).objective, abs=1e-9)
    changed = replace(program, cost=program.cost[::-1].copy())
    assert chain.grow(changed).objective == pytest.approx(Chain().solve(changed).objective, abs=1e-9)
    assert chain.grow(IMPOSSIBLE).status == Status.INFEASIBLE
    assert chain.grow(WHOLE).objective == Chain().solve(WHOLE).objective
    assert Chain("glop").grow(program).solver.startswith("GLOP")
    late = Chain(time_limit=0.0).grow(program)
    assert (late.solved, late.message) == (False, TIME_IS_UP)


def test_an_unknown_solver_and_one_that_is_not_installed_are_input_errors() -> None:
    with pytest.raises(InputError, match="no solver has this name"):
        Chain("simplex9000")
    with pytest.raises(InputError, match="not installed here, or has no license") as caught:
        Chain("CPLEX")
    (fault,) = caught.value.faults
    assert fault.value == "cplex"
    assert "highs, glop, cbc" in str(fault.limit)
    assert "Python package" in str(fault.remedy)


def test_a_solver_behind_pulp_is_reached_by_the_name_people_use(monkeypatch: pytest.MonkeyPatch) -> None:
    import pulp

    class Bought(pulp.PULP_CBC_CMD):
        """CBC in the place of a solver that one buys."""

        name = "GUROBI"

        def __init__(self, mip: bool = True, msg: bool = True, timeLimit: float | None = None) -> None:  # noqa: N803
            super().__init__(mip=mip, msg=msg, timeLimit=timeLimit)

    real = pulp.getSolver

    def reach(name: str, *args: Any, **options: Any) -> Any:
        return Bought(*args, **options) if name == "GUROBI" else real(name, *args, **options)

    monkeypatch.setattr(pulp, "getSolver", reach)
    chain = Chain("Gurobi")
    assert chain.solve(KNAPSACK).objective == pytest.approx(-22.0, abs=1e-6)
    assert chain.attempts[0].solver == f"GUROBI (PuLP {pulp.__version__})"


def test_a_time_limit_is_no_optimum_whoever_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import pulp

    def stop(_: Any, problem: Any, **__: Any) -> int:
        """CBC found whole numbers before its time was up: PuLP's status is 1 all the same."""
        for variable, value in zip(problem.variables(), (1.0, 0.0, 0.0), strict=True):
            variable.varValue = value
        problem.assignStatus(pulp.LpStatusOptimal, pulp.LpSolutionIntegerFeasible)
        return pulp.LpStatusOptimal

    engine = ThroughPulp()
    fine = engine.solve
    monkeypatch.setattr(engine, "solve", solver("highs").solve)  # the linear program that is left
    monkeypatch.setattr(pulp.PULP_CBC_CMD, "actualSolve", stop)
    found = fine(WHOLE, seconds=1.0)
    assert (found.status, found.message, found.objective) == (Status.FEASIBLE, TIME_IS_UP, -8.0)
    assert found.bound <= -19.0


def test_glop_without_time_is_not_sure() -> None:
    found = Glop().solve(KNAPSACK, seconds=0.0)
    assert found.status != Status.INFEASIBLE


@EVERY
def test_a_plan_may_be_made_by_any_solver_and_says_by_which(name: str) -> None:
    case = make_case(opening="5000.00", monthly=["25000.00"] * 4, months=5, step="30%")
    here, there = plan(case), plan(case, solver=name)
    assert there.status == "optimal"
    assert there.proof.value == pytest.approx(here.proof.value, rel=EXACT[name])
    assert there.proof.attempts[0].solver.lower().startswith(name)
    assert sum(attempt.programs for attempt in there.proof.attempts) > there.metrics.payments
