"""Seasons against the Census Bureau's own, and forecasts against what came."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from seasons import american, australian, chinese, errors, off_the_official, official, page

from repayplan.calendar.dates import add_months
from repayplan.calendar.lunar import lunar_new_year
from repayplan.rules.seasons import seasons as shipped

PAGE = Path(__file__).parents[2] / "docs" / "seasons.md"
FIVE_YEARS = dt.date(2015, 1, 1), 60
CLOTHING = "4481 Clothing stores"


def test_clothing_from_every_two_years(real_data: Path) -> None:
    series, factors = american(real_data)[CLOTHING], official(real_data)[CLOTHING]
    starts = [add_months(FIVE_YEARS[0], ahead) for ahead in range(37)]
    assert max(off_the_official(series, factors, start, 24) for start in starts) <= 0.02


def test_clothing_from_five_years(real_data: Path) -> None:
    assert off_the_official(american(real_data)[CLOTHING], official(real_data)[CLOTHING], *FIVE_YEARS) <= 0.006


def test_every_series_from_five_years(real_data: Path) -> None:
    series = american(real_data)
    found = {
        name: off_the_official(series[name], factors, *FIVE_YEARS) for name, factors in official(real_data).items()
    }
    assert len(found) == 21
    assert {name: error for name, error in found.items() if error > 0.015} == {}


def test_forecasts_are_not_worse_than_last_year_and_its_growth(real_data: Path) -> None:
    for lines in (
        errors(american(real_data), range(2013, 2020)),
        errors(australian(real_data), range(2013, 2019)),
    ):
        assert len(lines) > 30
        assert np.mean([line.method for line in lines]) <= np.mean([line.simple for line in lines])


def test_lunar_new_year_lowers_the_error_of_chinese_trade(real_data: Path) -> None:
    years = range(2000, 2014)
    moving, fixed = (errors(chinese(real_data), years, lunar) for lunar in (True, False))
    # imports fall, exports hardly show the holiday: what is used there in some years costs less than a thousandth
    assert np.mean([line.method for line in moving]) < np.mean([line.method for line in fixed])
    assert all(line.method <= other.method + 0.001 for line, other in zip(moving, fixed, strict=True))
    assert np.mean([line.method for line in moving]) < np.mean([line.simple for line in moving])


def test_the_dates_of_lunar_new_year(real_data: Path) -> None:
    with (real_data / "seasonality" / "lunar_new_year_dates.csv").open(encoding="utf-8") as source:
        told = [dt.date.fromisoformat(row["lunar_new_year"]) for row in csv.DictReader(source)]
    assert [day for day in told if lunar_new_year(day.year) not in (None, day)] == []


def test_the_page_shows_these_figures(real_data: Path, request: pytest.FixtureRequest) -> None:
    text = page(real_data)
    if request.config.getoption("--refresh"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text


def test_the_seasons_shipped_are_the_means_of_the_official_factors(real_data: Path) -> None:
    """To the four digits that are shipped; the file names the series by its NAICS code."""
    factors = official(real_data)
    for season in shipped().values():
        code = season.source.rpartition("NAICS ")[2]
        (name,) = [each for each in factors if each.split()[0] == code]
        assert [float(index) for index in season.indices] == pytest.approx(factors[name], abs=0.00011), season.name
