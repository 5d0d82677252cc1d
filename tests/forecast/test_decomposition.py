"""Trend and season are found where they are known, with gaps, with outliers, and go on as promised."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from repayplan.calendar.lunar import lunar_new_year, share_of_holiday
from repayplan.forecast.decomposition import FADING, decompose, lunar_helps

START = dt.date(2023, 1, 1)
SEASON = np.array([0.7, 0.8, 1.0, 0.95, 1.0, 0.95, 1.0, 1.05, 0.9, 1.0, 1.15, 1.5])
GROWTH = 0.004


def series(months: int, growth: float = GROWTH) -> list[float | None]:
    return [1000 * math.exp(growth * month) * float(SEASON[month % 12]) for month in range(months)]


@pytest.mark.parametrize("months", [24, 36, 60, 200])
def test_a_clean_series_gives_back_its_parts(months: int) -> None:
    made = decompose(START, series(months))
    assert made.factors == pytest.approx(SEASON, abs=1e-3)
    assert made.slope == pytest.approx(GROWTH, abs=1e-4)
    assert made.factors.mean() == pytest.approx(1)


def test_growth_fades_and_a_growth_that_is_given_does_not() -> None:
    made = decompose(START, series(36))
    year = dt.date(2029, 1, 1)  # 37 months after December 2025: 36 + 1
    level = 1000 * math.exp(GROWTH * 35) * SEASON[0]
    faded = GROWTH * FADING * (1 - FADING**37) / (1 - FADING)
    assert made.ahead(year) == pytest.approx(level * math.exp(faded), rel=2e-3)
    assert made.ahead(year, 0.05) == pytest.approx(level * 1.05 ** (37 / 12), rel=2e-3)


def test_gaps_and_an_outlier_hardly_matter() -> None:
    told = series(48)
    told[7] = told[20] = None
    outlier = told[30]
    assert outlier is not None
    told[30] = outlier * 10
    assert decompose(START, told).factors == pytest.approx(SEASON, abs=0.02)


def test_months_that_are_always_zero_stay_zero() -> None:
    told = [0.0 if month % 12 == 6 else amount for month, amount in enumerate(series(36))]
    made = decompose(START, told)
    assert made.factors[6] == 0
    assert made.ahead(dt.date(2026, 7, 1)) == 0
    year = sum(made.ahead(dt.date(2026, month, 1)) for month in range(1, 13))
    assert year == pytest.approx(sum(told[-12:]) * math.exp(12 * GROWTH), rel=0.03)  # type: ignore[arg-type]


def test_nothing_above_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="no amount above zero"):
        decompose(START, [0.0] * 24)


def test_lunar_new_year() -> None:
    assert lunar_new_year(2027) == dt.date(2027, 2, 6)
    assert lunar_new_year(1900) is None
    # 2027: 6 to 20 February, all of it in February; 2026: 17 February to 3 March, three days in March
    assert share_of_holiday(dt.date(2027, 2, 1)) - share_of_holiday(dt.date(2026, 2, 1)) == pytest.approx(3 / 15)
    assert sum(share_of_holiday(dt.date(2027, month, 1)) for month in range(1, 13)) == pytest.approx(0)


def test_lunar_new_year_is_used_only_where_it_helps() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 0.005, 120)
    start = dt.date(2014, 1, 1)
    months = [dt.date(2014 + month // 12, month % 12 + 1, 1) for month in range(120)]
    plain = [amount * math.exp(extra) for amount, extra in zip(series(120), noise, strict=True) if amount]
    moved = [amount * math.exp(-0.4 * share_of_holiday(month)) for amount, month in zip(plain, months, strict=True)]
    assert lunar_helps(start, moved)
    assert decompose(start, moved, lunar=True).lunar == pytest.approx(-0.4, abs=0.05)
    assert not lunar_helps(start, plain[:40])  # too short to be tested
