"""Estimates and their errors."""

from __future__ import annotations

import numpy as np
import pytest

from repayplan.evaluate.statistics import mean, shortfall, worst


@pytest.mark.parametrize(("beta", "expected"), [(0.8, 9.5), (0.9, 10.0), (0.0, 5.5), (0.85, 29 / 3)])
def test_expected_shortfall_of_losses_one_to_ten(beta: float, expected: float) -> None:
    # 0.8: (9 + 10) / 2; 0.9: 10; 0.85: (10 + 0.5 × 9) / 1.5
    assert shortfall(np.arange(1.0, 11.0), beta).value == pytest.approx(expected, rel=1e-12)


def test_it_is_the_least_of_what_rockafellar_and_uryasev_minimize() -> None:
    losses = np.random.default_rng(1).normal(size=501)
    for beta in (0.5, 0.9, 0.95):
        least = min(alpha + np.maximum(losses - alpha, 0).mean() / (1 - beta) for alpha in losses)
        assert shortfall(losses, beta).value == pytest.approx(least, rel=1e-12)


def test_the_worst_part_of_values_is_the_shortfall_of_what_is_lost() -> None:
    values = np.arange(1.0, 11.0)
    assert worst(values, 0.2).value == pytest.approx(1.5)  # (1 + 2) / 2
    assert worst(values, 1.0).value == pytest.approx(5.5)


def test_a_share_has_the_error_of_a_share() -> None:
    # 30 of 100: √(0.3 × 0.7 / 99)
    found = mean(np.arange(100) < 30)
    assert found.value == pytest.approx(0.3)
    assert found.error == pytest.approx((0.3 * 0.7 / 99) ** 0.5)


def test_pairs_count_as_one_draw_each() -> None:
    # pair means 1.5 and 3.5: standard deviation √2, over √2
    assert mean(np.array([1.0, 2.0, 3.0, 4.0]), paired=True).error == pytest.approx(1.0)
    # pairs that mirror each other leave no doubt
    assert mean(np.array([1.0, -1.0, 3.0, -3.0]), paired=True).error == 0


def test_errors_are_as_large_as_estimates_are_off() -> None:
    # 400 samples of 500: nineteen in twenty within two errors, more or less
    random = np.random.default_rng(7)
    samples = random.exponential(size=(400, 500))
    exact = 1 + np.log(20)  # the mean of the worst twentieth of exponential losses
    hits = [abs(found.value - exact) < 2 * found.error for found in (shortfall(s, 0.95) for s in samples)]
    assert 0.85 < np.mean(hits) < 0.99
    hits = [abs(found.value - 1) < 2 * found.error for found in map(mean, samples)]
    assert 0.92 < np.mean(hits) < 0.98


def test_one_draw_says_nothing_of_its_error() -> None:
    assert np.isnan(mean(np.array([1.0])).error)


@pytest.mark.parametrize("beta", [-0.1, 1.0])
def test_a_tail_must_be_one(beta: float) -> None:
    with pytest.raises(ValueError, match="beta is"):
        shortfall(np.arange(3.0), beta)
