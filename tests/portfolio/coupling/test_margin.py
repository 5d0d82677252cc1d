"""Of all prices that prove one bound the least: against the bound itself, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from coupling import coupled, invented
from hypothesis import given, settings
from hypothesis import strategies as st

from repayplan.portfolio.coupling.dual import dual, priced
from repayplan.portfolio.coupling.margin import least_prices


def test_by_hand() -> None:
    # nobody is visited, who would bring 7, 5 or 4 more: every price from 7 on says so, and 7 is what one visit brings
    problem = coupled([[1, 8], [2, 7], [3, 7]], [[[0, 1], [0, 1], [0, 1]]], [0])
    assert least_prices(problem, np.array([1e6])) == pytest.approx([7])
    # two are visited: from 4, what the third would bring, to 5, what the second does
    problem = coupled([[1, 8], [2, 7], [3, 7]], [[[0, 1], [0, 1], [0, 1]]], [2])
    assert least_prices(problem, np.array([4.9])) == pytest.approx([4])
    assert least_prices(problem, np.array([4.0])) == pytest.approx([4])


def test_at_least_so_much() -> None:
    # all three must be visited, each at a loss of 2, 3 or 6: a visit less brings back 6
    problem = coupled([[5, 3], [5, 2], [7, 1]], [[[0, -1], [0, -1], [0, -1]]], [-3])
    assert least_prices(problem, np.array([1e4])) == pytest.approx([6])


def test_of_two_limits_that_say_the_same_one_has_the_price() -> None:
    visits = [[0, 1], [0, 1], [0, 1]]
    problem = coupled([[1, 8], [2, 7], [3, 7]], [visits, visits], [0, 0])
    assert sorted(least_prices(problem, np.array([50.0, 50.0]))) == pytest.approx([0, 7])


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    cases=st.integers(1, 30),
    limits=st.integers(1, 4),
    tight=st.sampled_from([0.0, 0.1, 0.5]),
)
def test_the_bound_is_the_same_and_any_price_less_proves_less(seed: int, cases: int, limits: int, tight: float) -> None:
    problem = invented(seed, cases, 4, limits, tight)
    found = dual(problem, 1e-9)
    prices = least_prices(problem, found.prices)
    bound = priced(problem, prices).bound
    assert (prices <= found.prices).all()
    assert bound <= found.bound + 1e-9 * problem.largest
    for row in np.flatnonzero(prices > 1e-6):
        lower = prices.copy()
        lower[row] *= 1 - 1e-4
        assert priced(problem, lower).bound > bound
