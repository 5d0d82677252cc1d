"""Prices: any prove a bound, and those that are found prove that of the linear program."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from coupling import best, invented
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize
from scipy.sparse import csr_array, vstack

from repayplan.portfolio.coupling import dual as room
from repayplan.portfolio.coupling.arrays import Coupled
from repayplan.portfolio.coupling.box import least_in_box
from repayplan.portfolio.coupling.dual import dual, priced


def relaxed(problem: Coupled) -> float:
    """The best value if cases may take parts of options."""
    cases = csr_array((np.ones(len(problem.value)), (problem.owner, np.arange(len(problem.value)))))
    found = linprog(
        -problem.value, A_ub=problem.use, b_ub=problem.most, A_eq=vstack([cases]), b_eq=np.ones(problem.cases)
    )
    return -float(found.fun)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), prices=st.lists(st.floats(0, 5), min_size=2, max_size=2))
def test_any_prices_bound_every_choice(seed: int, prices: list[float]) -> None:
    problem = invented(seed, 4, 3, 2)
    known = best(problem)
    assert known is not None
    assert priced(problem, np.array(prices)).bound >= known


@pytest.mark.parametrize(
    ("cases", "options", "limits", "tight", "tail"),
    [(1, 2, 1, 0.5, 0), (20, 3, 2, 0.5, 0), (300, 8, 4, 0.5, 0), (300, 5, 12, 0.4, 2.0), (60, 8, 30, 0.3, 1.0)],
)
def test_the_prices_found_prove_the_bound_of_the_linear_program(
    cases: int, options: int, limits: int, tight: float, tail: float
) -> None:
    problem = invented(6, cases, options, limits, tight, tail)
    known = relaxed(problem)
    found = dual(problem, 1e-7 * known)
    assert known * (1 - 1e-9) <= found.bound <= known * (1 + 1e-6)
    assert (found.prices >= 0).all()


@pytest.mark.parametrize("tail", [0.0, 1.5])
def test_a_sample_and_torn_cases_alone_lead_there_too(monkeypatch: pytest.MonkeyPatch, tail: float) -> None:
    problem = invented(7, 2_000, 5, 3, 0.6, tail)
    whole = dual(problem, 1e-2)
    monkeypatch.setattr(room, "SAMPLE", 200)
    split = dual(replace(problem), 1e-2)
    assert split.bound == pytest.approx(whole.bound, abs=2e-2)


def test_ties_everywhere_are_no_trouble() -> None:
    problem = invented(8, 50, 3, 2)
    problem = replace(problem, value=np.round(problem.value, -2), use=np.round(problem.use, -2))
    known = relaxed(problem)
    assert dual(problem, 1e-7 * known).bound == pytest.approx(known, rel=1e-6)


def test_limits_that_nobody_can_keep_are_recognized_by_their_bound() -> None:
    problem = invented(3, 100, 4, 3)
    problem = replace(problem, most=np.array([-1.0, 100.0, 100.0]))
    assert dual(problem, 1e-3).hopeless


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 6))
def test_the_least_of_a_quadratic_in_a_box(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    root = random.normal(size=(count, count))
    matrix, slope = root @ root.T + 0.1 * np.eye(count), random.normal(size=count)
    low, high = -random.random(count), random.random(count)
    step = least_in_box(slope, matrix, low, high)
    value = slope @ step + step @ matrix @ step / 2
    other = minimize(
        lambda d: slope @ d + d @ matrix @ d / 2, np.zeros(count), jac=lambda d: slope + matrix @ d,
        bounds=list(zip(low, high, strict=True)),
    )  # fmt: skip
    assert ((low - 1e-12 <= step) & (step <= high + 1e-12)).all()
    assert value <= other.fun + 1e-6
