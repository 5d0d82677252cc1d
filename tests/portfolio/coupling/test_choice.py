"""A choice is the best there is, and its bound is no less: against every choice, and against CP-SAT."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from coupling import best, coupled, invented
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from repayplan.portfolio.coupling import Coupled, choice, choose
from repayplan.portfolio.coupling.arrays import Index
from repayplan.portfolio.coupling.dual import Priced
from repayplan.problem.frozen import Mask
from repayplan.solvers.result import Status


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000), cases=st.integers(1, 6), limits=st.integers(1, 4), tight=st.sampled_from([0.1, 0.5, 1])
)
def test_small_choices_are_the_best_of_all(seed: int, cases: int, limits: int, tight: float) -> None:
    problem = invented(seed, cases, 3, limits, tight)
    found = choose(problem)
    assert found.status is Status.OPTIMAL
    assert found.value == best(problem)
    assert found.bound >= found.value
    assert problem.holds(found.used).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.integers(-60, 60))
def test_what_cannot_be_kept_is_said_to_be_impossible(seed: int, shift: int) -> None:
    """Least uses are at least so much, so the limits may contradict each other."""
    problem = invented(seed, 4, 3, 2)
    use = problem.use.copy()
    use[1] = 120 - use[0]  # what helps one limit hurts the other
    problem = replace(problem, use=use, most=np.array([240.0 + shift, 240.0 - shift]))
    found, known = choose(problem), best(problem)
    if known is None:
        assert found.status is Status.INFEASIBLE
    else:
        assert found.status is Status.OPTIMAL
        assert found.value == known


def by_cp_sat(problem: Coupled) -> float:
    """The best value by a solver that shares nothing with ours; figures are whole numbers."""
    model = cp_model.CpModel()
    takes = [model.new_bool_var("") for _ in problem.value]
    for first, last in zip(problem.starts[:-1], problem.starts[1:], strict=True):
        model.add_exactly_one(takes[first:last])
    for k, most in enumerate(problem.most.tolist()):
        terms = [
            (int(use[m]), takes[m])
            for use, limit in zip(problem.use, problem.limit, strict=True)
            for m in range(len(takes))
            if limit[problem.owner[m]] == k
        ]
        model.add(sum(use * take for use, take in terms) <= int(most))
    model.maximize(sum(int(value) * take for value, take in zip(problem.value, takes, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return solver.objective_value


@pytest.mark.parametrize(("seed", "cases", "limits", "tail"), [(1, 40, 2, 0.0), (2, 60, 1, 1.0), (3, 30, 3, 1.5)])
def test_middle_choices_are_those_of_cp_sat(seed: int, cases: int, limits: int, tail: float) -> None:
    problem = invented(seed, cases, 4, limits, 0.6, tail)
    found, known = choose(problem), by_cp_sat(problem)
    assert found.value <= known + 1e-9
    assert found.bound >= known - 1e-6 * known
    assert found.value >= known * (1 - 1e-6)


def test_the_first_of_equal_options_is_taken() -> None:
    problem = coupled([[5, 5, 4], [0, 3, 3]], [[[1, 1, 0], [0, 1, 1]]], [10])
    assert choose(problem).option.tolist() == [0, 4]


def test_without_a_limit_that_binds_every_case_has_its_best_option() -> None:
    found = choose(coupled([[1, 2], [4, 3]], [[[0, 1], [1, 0]]], [2]))
    assert found.option.tolist() == [1, 2]
    assert (found.value, found.prices.tolist()) == (6, [0])
    assert found.gap < 1e-12


def test_by_hand() -> None:
    # two visits for three borrowers, each of whom brings 7, 5 or 4 more if visited: the first two are
    found = choose(coupled([[1, 8], [2, 7], [3, 7]], [[[0, 1], [0, 1], [0, 1]]], [2]))
    assert found.option.tolist() == [1, 3, 4]
    assert found.value == 18


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), more=st.integers(0, 60))
def test_more_of_a_limit_is_never_worse(seed: int, more: int) -> None:
    problem = invented(seed, 15, 4, 2)
    once = choose(problem)
    again = choose(replace(problem, most=problem.most + np.array([more, 0])), start=once)
    assert again.value >= once.value
    assert again.bound >= once.value
    alone = choose(replace(problem, most=problem.most + np.array([more, 0])))
    assert alone.value >= once.value * (1 - 1e-6) or alone.status is not Status.OPTIMAL


def test_limits_in_one_band_are_those_in_bands_of_their_own() -> None:
    wide = invented(4, 30, 4, 1)
    region = np.arange(30, dtype=np.int32) % 3
    most = np.array([200.0, 300.0, 400.0])
    narrow = replace(wide, limit=region[None, :], most=most)
    apart = np.array([np.where(region[wide.owner] == each, wide.use[0], 0.0) for each in range(3)])
    every = np.repeat(np.arange(3, dtype=np.int32)[:, None], 30, axis=1)
    one, other = choose(narrow), choose(replace(wide, use=apart, limit=every, most=most))
    assert one.value == other.value
    np.testing.assert_allclose(one.used, other.used)


def test_cases_that_do_not_count_use_nothing() -> None:
    problem = coupled([[0, 5], [0, 5]], [[[0, 9], [0, 9]]], [3])
    limit = problem.limit.copy()
    limit[0, 1] = -1
    assert choose(replace(problem, limit=limit)).option.tolist() == [0, 3]


def crowded(seed: int) -> Coupled:
    """Few borrowers whose value goes with what they use, under limits that cut across: prices leave a gap."""
    random = np.random.default_rng(seed)
    cases, limits = 8, 3
    use = np.round(random.uniform(10, 100, (limits, cases * 3)))
    use[:, ::3] = 0
    value = use.sum(axis=0) + np.round(random.uniform(0, 15, cases * 3))
    value[::3] = 0
    most = np.round(use.reshape(limits, cases, 3).max(axis=2).sum(axis=1) * random.uniform(0.15, 0.7, limits))
    limit = np.repeat(np.arange(limits, dtype=np.int32)[:, None], cases, axis=1)
    return Coupled(np.arange(0, cases * 3 + 1, 3), value, use, limit, most)


def best_of_all(problem: Coupled) -> float:
    """The value of the best choice, by looking at all at once; every case has the same number of options."""
    spans = [np.arange(*pair) for pair in zip(problem.starts[:-1], problem.starts[1:], strict=True)]
    every = np.stack(np.meshgrid(*spans, indexing="ij")).reshape(problem.cases, -1)
    used = problem.use[:, every].sum(axis=1)
    kept = (used <= problem.most[:, None]).all(axis=0)
    return float(problem.value[every].sum(axis=0)[kept].max())


def test_a_bound_of_a_tree_rules_out_no_option(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first tree ends by its nodes: its bound is true and near, but it found nothing better. What its bound leaves
    open is less than what an option's regret at the *prices* is measured against, so that the second tree must have all
    options again that the prices leave open; otherwise its bound is none."""
    grown = choice._tree
    again = 0
    for seed in range(24):
        problem = crowded(seed)
        known = best_of_all(problem)
        trees: list[object] = []

        def tree(coupled: Coupled, found: Priced, kept: Mask, option: Index | None, *others: Any) -> Any:
            trees.append(None)  # noqa: B023
            if len(trees) == 1 and option is not None:  # noqa: B023
                return choice._Tree(option, known + 1e-3, False, "ended by its nodes")  # noqa: B023
            return grown(coupled, found, kept, option, *others)

        monkeypatch.setattr(choice, "_tree", tree)
        found = choose(problem)
        assert found.bound >= known * (1 - 1e-9), seed
        if found.status is Status.OPTIMAL:
            assert found.value == pytest.approx(known, rel=2e-6)
        again += len(trees) == 2
    assert again > 5


def test_a_tight_choice_comes_to_its_end() -> None:
    """The first tree leaves 3e-3; its choice leaves so few options open that branch and bound looks at all of them."""
    assert choose(invented(2, 60, 4, 3)).status is Status.OPTIMAL


def test_the_same_comes_out_twice() -> None:
    one, two = (choose(invented(9, 400, 5, 3, 0.6), 1e-3) for _ in range(2))
    np.testing.assert_array_equal(one.option, two.option)
    assert (one.bound, one.method) == (two.bound, two.method)


def test_many_cases_come_near_by_prices_and_rounding_alone() -> None:
    problem = invented(5, 12_000, 6, 4, 0.8)
    found = choose(problem, 3e-4)
    assert found.gap <= 3e-4
    assert found.method == "Lagrangian dual"
    assert problem.holds(problem.used(found.option)).all()
    assert found.value == problem.value[found.option].sum()


def test_arrays_that_do_not_fit_are_refused() -> None:
    problem = invented(1, 3, 2, 1)
    with pytest.raises(ValueError, match="do not fit"):
        replace(problem, value=problem.value[:-1])
    with pytest.raises(ValueError, match="not finite"):
        replace(problem, most=np.array([np.inf]))
    with pytest.raises(ValueError, match="no such limit"):
        replace(problem, limit=problem.limit + 1)


def test_all_that_is_open_is_searched_at_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """300 options of least regret, then 600, then the 660 that are open: the bound is that of a tree over all of them;
    where the choice is not to be finished, that of the prices."""
    grown, sizes = choice._tree, []

    def tree(coupled: Coupled, found: Priced, kept: Mask, *others: Any) -> Any:
        sizes.append(int(kept.sum()) - coupled.cases)
        return grown(coupled, found, kept, *others)

    monkeypatch.setattr(choice, "_tree", tree)
    problem = invented(3, 150, 8, 12)
    least = choose(problem, finish=False)
    assert len(sizes) == 2
    found = choose(problem)
    assert len(sizes) == 5
    assert sizes[-1] > 600
    assert found.bound < least.bound
    assert found.value >= least.value
