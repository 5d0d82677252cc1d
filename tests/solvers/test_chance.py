"""Versions that may be given up: against trying every choice, on programs small enough for that."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repayplan.solvers.chance import Choice, Versions, bound_of, choose, greedy, mixed, narrowed
from repayplan.solvers.extending import with_rows
from repayplan.solvers.highs import Highs
from repayplan.solvers.result import Status
from repayplan.solvers.sparse import SparseProgram


def cumulative(stages: int, discount: float = 0.99, least: float = 0.0) -> SparseProgram:
    """Maximize Σ v_t (Q_t − Q_{t−1}) with 0 ≤ Q_1 ≤ … ≤ Q_T ≤ 1, and Q_T ≥ ``least``."""
    factors = discount ** np.arange(1, stages + 1)
    empty = SparseProgram(
        cost=-(factors - np.append(factors[1:], 0.0)),
        lower=np.zeros(stages),
        upper=np.ones(stages),
        row_lower=np.empty(0),
        row_upper=np.empty(0),
        starts=np.zeros(stages + 1, dtype=np.int32),
        indices=np.empty(0, dtype=np.int32),
        values=np.empty(0),
        integer=np.zeros(stages, dtype=bool),
    )
    rows = [{stage: 1.0, stage + 1: -1.0} for stage in range(stages - 1)] + [{stages - 1: -1.0}]
    return with_rows(empty, rows, [-np.inf] * stages, [0.0] * (stages - 1) + [-least])


def futures(stages: int, count: int, seed: int) -> Versions:
    limits = np.sort(np.random.default_rng(seed).uniform(0, 1.2, (stages, count)).round(2), axis=0)
    return Versions([{stage: 1.0} for stage in range(stages)], limits)


def by_trying(program: SparseProgram, versions: Versions, most: int) -> float:
    """The least objective over every choice of versions; infinite where none leaves a point."""
    count = versions.limits.shape[1]
    least = np.inf
    for size in range(min(most, count) + 1):
        for given_up in combinations(range(count), size):
            mask = np.isin(np.arange(count), given_up)
            right = np.minimum(versions.tightest(mask), 9.0)
            solution = Highs().solve(with_rows(program, versions.rows, [-np.inf] * len(right), right))
            least = min(least, solution.objective if solution.solved else np.inf)
    return least


@settings(max_examples=25)
@given(st.integers(1, 4), st.integers(1, 7), st.integers(0, 3), st.integers(0, 10**6), st.sampled_from([0.0, 0.5]))
def test_the_best_choice_is_the_best_of_all(stages: int, count: int, most: int, seed: int, least: float) -> None:
    program, versions = cumulative(stages, least=least), futures(stages, count, seed)
    best = by_trying(program, versions, most)
    quick = greedy(program, versions, most, Highs().solve)
    found = choose(program, versions, most, Highs().solve, quick)
    if not np.isfinite(best):
        assert quick is None
        assert found is None
        return
    assert found is not None
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(best, abs=1e-6)
    assert found.bound <= best + 1e-9
    for choice in (quick, found):
        if choice is not None:
            agrees(choice, versions, most)
            assert choice.objective >= best - 1e-9


@settings(max_examples=15)
@given(st.integers(1, 4), st.integers(2, 7), st.integers(1, 3), st.integers(0, 10**6))
def test_what_is_given_up_for_certain_is_given_up_by_every_choice_as_good(
    stages: int, count: int, most: int, seed: int
) -> None:
    program, versions, most = cumulative(stages), futures(stages, count, seed), min(most, count - 1)
    known = greedy(program, versions, most, Highs().solve)
    assert known is not None
    certain = narrowed(program, versions, most, known.objective, Highs().solve)
    assert certain is not None
    for spared in np.flatnonzero(certain):  # whoever spares one of them does worse
        others = Versions(versions.rows, np.delete(versions.limits, spared, axis=1))
        spare = with_rows(program, versions.rows, [-np.inf] * stages, versions.limits[:, spared].tolist())
        assert by_trying(spare, others, most) > known.objective + 1e-9
    bound = bound_of(program, versions, most, known, Highs().solve)
    assert bound <= by_trying(program, versions, most) + 1e-9


def test_no_choice_is_better_than_one_that_pays_all() -> None:
    program, versions = cumulative(2), futures(2, 5, 1)
    assert narrowed(program, versions, 1, -1.0, Highs().solve) is None
    all_paid = Choice(Status.FEASIBLE, np.zeros(5, dtype=bool), np.ones(2), -1.0, -np.inf)
    assert bound_of(program, versions, 1, all_paid, Highs().solve) == -1.0
    found = choose(program, versions, 1, Highs().solve, all_paid)
    assert found is not None
    assert (found.status, found.bound) == (Status.OPTIMAL, -1.0)


def agrees(choice: Choice, versions: Versions, most: int) -> None:
    assert choice.given_up.sum() <= most
    assert (versions.held(choice.columns) | choice.given_up).all()


def test_two_of_three_by_hand() -> None:
    """One may be given up of three futures that allow 0.2 | 0.9, 0.8 | 0.8 and 0.5 | 1.0 by the two dates; units are
    worth 0.99 and 0.98.

    Without the first 0.5 and 0.8 are paid: 0.99·0.5 + 0.98·0.3 = 0.789. Without the second 0.2 and 0.9: 0.884; without
    the third 0.2 and 0.8: 0.786. So the second is given up, 0.198 + 0.686 = 0.884.
    """
    versions = Versions([{0: 1.0}, {1: 1.0}], np.array([[0.2, 0.8, 0.5], [0.9, 0.8, 1.0]]))
    program = cumulative(2)
    cost = np.array([-0.01, -0.98])
    assert program.cost == pytest.approx(cost, abs=2e-4)
    found = choose(program, versions, 1, Highs().solve)
    assert found is not None
    assert found.given_up.tolist() == [False, True, False]
    assert found.columns == pytest.approx([0.2, 0.9])


def test_columns_are_only_for_versions_that_may_be_given_up() -> None:
    """Of 200 futures 5 may be given up: at two dates no more than ten can be among the five smallest."""
    whole, chosen = mixed(cumulative(2), futures(2, 200, 1), 5)
    assert len(chosen) <= 10
    assert whole.integer.sum() == len(chosen)
    assert whole.shape[1] == 2 + 2 * 5 + len(chosen)
