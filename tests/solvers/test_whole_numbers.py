"""Programs in which some columns take whole numbers only: the optimum is that of trying them all."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import Known, known_programs

from repayplan.solvers.certificate import violation
from repayplan.solvers.highs import Highs
from repayplan.solvers.interface import Solver
from repayplan.solvers.result import TREE_IS_FULL, Status
from repayplan.solvers.sparse import Layout
from repayplan.solvers.staged import Draft, When
from repayplan.solvers.through_pulp import ThroughPulp


def mixed(known: Known, integer: list[bool]) -> Known:
    return replace(known, program=replace(known.program, integer=np.array(integer[: known.program.shape[1]])))


def by_enumeration(known: Known) -> float:
    """The minimum over every choice of the whole numbers, each a linear program."""
    program, best = known.program, np.inf
    whole = np.flatnonzero(program.integer)
    engine = Highs()
    choices = [range(int(program.lower[column]), int(program.upper[column]) + 1) for column in whole]
    for chosen in product(*choices):
        lower, upper = program.lower.copy(), program.upper.copy()
        lower[whole] = upper[whole] = chosen
        linear = replace(program, lower=lower, upper=upper, integer=np.zeros_like(program.integer))
        solution = engine.solve(linear)
        best = min(best, solution.objective) if solution.solved else best
    return best


def test_a_knapsack_by_hand() -> None:
    # max 8a + 11b + 6c with 5a + 7b + 4c ≤ 14: a and b weigh 12 and bring 19, a and c 14, b and c 17; all three weigh
    # 16. Without whole numbers: a, b and half of c, 22.
    known = Known.of([-8.0, -11.0, -6.0], [[5.0, 7.0, 4.0]], [14.0], [False], [0.0] * 3, [1.0] * 3, [0.0] * 3)
    assert Highs().solve(known.program).objective == pytest.approx(-22.0)
    solution = Highs().solve(mixed(known, [True] * 3).program)
    assert (solution.status, solution.objective) == (Status.OPTIMAL, pytest.approx(-19.0))
    assert solution.columns.tolist() == [1.0, 1.0, 0.0]
    assert solution.bound == pytest.approx(-19.0, abs=1e-6)


def test_no_whole_number_between_two_bounds_is_infeasible() -> None:
    known = Known.of([1.0], [[-4.0], [4.0]], [-1.0, 3.0], [False, False], [0.0], [1.0], [0.5])
    assert Highs().solve(known.program).status == Status.OPTIMAL
    assert Highs().solve(mixed(known, [True]).program).status == Status.INFEASIBLE


@settings(max_examples=50)
@given(known_programs(), st.sets(st.integers(0, 4), max_size=2))
def test_the_optimum_is_that_of_trying_every_whole_number(known: Known, whole: set[int]) -> None:
    known = mixed(known, [column in whole for column in range(5)])
    expected, solution = by_enumeration(known), Highs().solve(known.program)
    assert solution.status == Status.OPTIMAL  # a point of whole numbers is there by construction
    assert solution.objective == pytest.approx(expected, abs=1e-6)
    assert solution.bound <= solution.objective + 1e-9
    assert violation(known.program, solution.columns) <= 1e-7


@settings(max_examples=30)
@given(known_programs(), known_programs(), st.lists(st.booleans(), min_size=5, max_size=5))
def test_a_live_model_goes_from_whole_numbers_to_any_and_back(one: Known, two: Known, integer: list[bool]) -> None:
    engine, whole = Highs(), mixed(one, integer).program
    for program in (one.program, whole, replace(whole, cost=whole.cost + 1.0), two.program, whole):
        assert engine.solve(program).objective == pytest.approx(Highs().solve(program).objective, abs=1e-6)


def test_prices_are_those_of_the_linear_program_that_is_left() -> None:
    # min −z − 10 w with z + 4 w ≤ 6, w ∈ {0, 1}: w = 1, z = 2; one more unit of the row is one more z
    known = Known.of([-1.0, -10.0], [[1.0, 4.0]], [6.0], [False], [0.0, 0.0], [9.0, 1.0], [0.0, 0.0])
    solution = Highs().solve(mixed(known, [False, True]).program)
    assert solution.columns == pytest.approx([2.0, 1.0])
    assert solution.row_duals == pytest.approx([-1.0])


def test_a_violation_counts_the_way_to_a_whole_number() -> None:
    known = Known.of([0.0, 0.0], [], [], [], [0.0, 0.0], [9.0, 9.0], [0.0, 0.0])
    program = mixed(known, [True, False]).program
    assert violation(program, np.array([1.75, 2.5])) == pytest.approx(0.25)


def test_a_draft_says_which_columns_are_whole() -> None:
    draft = Draft(lanes=1, stages=3)
    draft.column("amount", 0.0, 5.0)
    draft.column("pays", 0.0, 1.0, exists=[False, True, True], integer=True)
    draft.row("only", [(1.0, "amount"), (-5.0, "pays"), (0.0, "amount", When.BEFORE)], 0.0)
    program = Layout(draft.finish()).lane(0)
    assert program.mixed
    assert program.integer.tolist() == [False, False, False, True, True]


def test_without_time_nothing_is_optimal() -> None:
    known = Known.of([-8.0, -11.0, -6.0], [[5.0, 7.0, 4.0]], [14.0], [False], [0.0] * 3, [1.0] * 3, [0.0] * 3)
    stopped = Highs().solve(mixed(known, [True] * 3).program, seconds=0.0)
    assert stopped.status in (Status.FAILED, Status.FEASIBLE)
    assert stopped.bound <= -19.0 + 1e-6


@pytest.mark.parametrize("engine", [Highs, ThroughPulp])
def test_a_tree_is_left_after_the_same_number_of_nodes_whatever_the_clock_says(engine: type[Solver]) -> None:
    """Thirty items are to be split so that four sums come as near to a half as they can: far more than 1,000 nodes."""
    sizes = np.random.default_rng(5).integers(1, 100, size=(4, 30)).astype(float)
    away = np.hstack([np.eye(4), -np.eye(4)])
    split = Known.of(
        cost=[0.0] * 30 + [1.0] * 8,
        rows=np.hstack([sizes, away]).tolist(),
        rhs=np.floor(sizes.sum(axis=1) / 2).tolist(),
        equal=[True] * 4,
        lower=[0.0] * 38,
        upper=[1.0] * 30 + [5_000.0] * 8,
        point=[0.0] * 38,
    )
    program = replace(split.program, integer=np.arange(38) < 30)
    found = [engine().solve(program) for _ in range(2)]
    assert [(one.status, one.message) for one in found] == [(Status.FEASIBLE, TREE_IS_FULL)] * 2
    assert found[0].objective == found[1].objective
    assert found[0].bound <= found[0].objective
