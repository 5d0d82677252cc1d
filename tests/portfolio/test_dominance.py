"""Dominated options: which may be left out for which limits."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from repayplan.portfolio.dominance import DIRECTIONS, dominated


def row(recovery: int, visits: float, cash: int) -> dict[str, Any]:
    return {"recovery": recovery, "visits": [visits] * 12, "fall_cash": [cash] * 12}


def test_an_option_that_is_better_in_nothing_that_matters_is_dominated() -> None:
    rows = [row(100, 1, 50), row(90, 1, 50), row(90, 0, 50), row(90, 1, 60)]
    assert dominated(rows, {"visits": "less", "fall_cash": "more"}).tolist() == [False, True, False, False]
    assert dominated(rows, {"visits": "less"}).tolist() == [False, True, False, True]
    assert dominated(rows, {}).tolist() == [False, True, True, True]


def test_of_equal_options_the_first_stays() -> None:
    rows = [row(100, 1, 50), row(100, 1, 50), row(100, 1, 50)]
    assert dominated(rows, {"visits": "less"}).tolist() == [False, True, True]


def test_where_both_directions_matter_only_the_same_figure_can_be_dominated() -> None:
    rows = [row(100, 1, 50), row(90, 2, 50), row(90, 1, 50)]
    assert dominated(rows, {"visits": "both"}).tolist() == [False, False, True]


def test_one_month_that_is_better_is_enough_to_stay() -> None:
    late = row(90, 1, 50)
    late["visits"][7] = 0.5
    assert dominated([row(100, 1, 50), late], {"visits": "less"}).tolist() == [False, False]


def test_nothing_is_dominated_by_nothing() -> None:
    assert dominated([], DIRECTIONS).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=8))
def test_for_any_price_of_a_limit_something_at_least_as_good_is_kept(figures: list[tuple[int, int, int]]) -> None:
    """What is dropped is never the only best choice, whatever the shadow prices of the limits are."""
    rows = [row(*each) for each in figures]
    kept = ~dominated(rows, {"visits": "less", "fall_cash": "more"})
    assert kept.any()
    for visit in (0.0, 0.5, 3.0):
        for cash in (0.0, 0.7, 2.0):
            worth = np.array([recovery - visit * visits + cash * fall for recovery, visits, fall in figures])
            assert worth[kept].max() == worth.max()
