"""How well seasons are found and forecast on real series: measured here, shown in docs/seasons.md."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repayplan.calendar.dates import add_months
from repayplan.forecast.decomposition import decompose, lunar_helps

Series = Mapping[dt.date, float]
"""Amounts by the first day of their month."""


@dataclass(frozen=True, slots=True)
class Error:
    """Mean absolute relative error of forecasts twelve months ahead, by this method and by last year x growth."""

    name: str
    years: int
    method: float
    simple: float


def american(folder: Path) -> dict[str, Series]:
    """Sales by kind of business, not adjusted; by NAICS code and name."""
    rows = _zipped(folder / "seasonality" / "us_retail_trade_monthly.csv.gz")
    kept = (row for row in rows if row["adjustment"] == "NSA")
    return _grouped(kept, lambda row: f"{row['naics']} {row['kind_of_business']}".strip(), "sales_musd")


def australian(folder: Path) -> dict[str, Series]:
    """Turnover by state and industry."""
    rows = _zipped(folder / "seasonality" / "au_retail_turnover_monthly.csv.gz")
    return _grouped(rows, lambda row: f"{row['state']}: {row['industry']}", "turnover_maud")


def chinese(folder: Path) -> dict[str, Series]:
    """Exports and imports."""
    with (folder / "seasonality" / "china_trade_nsa_1983_2013.csv").open(encoding="utf-8") as source:
        rows = list(csv.DictReader(source))
    return {
        name: {_month(row["month"]): float(row[f"china_{name}_100musd_nsa"]) for row in rows}
        for name in ("exports", "imports")
    }


def official(folder: Path) -> dict[str, list[float]]:
    """The Census Bureau's own factors, January first."""
    path = folder / "seasonality" / "us_official_seasonal_factors_2015_2019.csv"
    with path.open(encoding="utf-8") as source:
        return {
            f"{row['naics']} {row['kind_of_business']}".strip(): [float(row[str(month)]) for month in range(1, 13)]
            for row in csv.DictReader(source)
        }


def off_the_official(series: Series, factors: list[float], start: dt.date, months: int) -> float:
    """Mean absolute difference between the factors found in some months and the official ones."""
    found = decompose(start, _window(series, start, months)).factors
    return float(np.abs(found - np.array(factors)).mean())


def ahead(series: Series, year: int, lunar: bool = False) -> tuple[float, float] | None:
    """Errors of the method and of the simple forecast for a year, from all earlier months; None where not known."""
    origin, first = dt.date(year, 1, 1), min(series)
    actual = [series.get(dt.date(year, month, 1)) for month in range(1, 13)]
    known = _window(series, first, (year - first.year) * 12 + 1 - first.month)
    if len(known) < 24 or None in known[-24:] or None in actual:
        return None
    made = decompose(first, known, lunar and lunar_helps(first, known))
    method = [made.ahead(add_months(origin, month)) for month in range(12)]
    last = np.array(known[-12:], dtype=float)
    simple = last * last.sum() / np.array(known[-24:-12], dtype=float).sum()
    target = np.array(actual, dtype=float)
    return float(np.abs(method / target - 1).mean()), float(np.abs(simple / target - 1).mean())


def errors(group: Mapping[str, Series], years: range, lunar: bool = False) -> list[Error]:
    """One line for every series that can be measured."""
    found = []
    for name, series in sorted(group.items()):
        measured = [pair for year in years if (pair := ahead(series, year, lunar)) is not None]
        if measured:
            method, simple = np.mean(measured, axis=0)
            found.append(Error(name, len(measured), float(method), float(simple)))
    return found


def page(folder: Path) -> str:
    """The text of docs/seasons.md."""
    return "\n".join([*_factors(folder), *_forecasts(folder), ""])


def _factors(folder: Path) -> Iterator[str]:
    yield "# Seasons, measured"
    yield ""
    yield "Written by `pytest tests/real/test_seasons.py --refresh` from the real series; the method stands in"
    yield "`repayplan/forecast/decomposition.py`."
    yield ""
    yield "## Against the official seasonal factors"
    yield ""
    yield "Mean absolute difference from the US Census Bureau's own factors (mean of 2015 to 2019): from all five"
    yield "years, and the worst of the 37 windows of 24 months inside them."
    yield ""
    yield "| series | five years | worst 24 months |"
    yield "| --- | ---: | ---: |"
    series = american(folder)
    for name, factors in official(folder).items():
        five = off_the_official(series[name], factors, dt.date(2015, 1, 1), 60)
        starts = (add_months(dt.date(2015, 1, 1), ahead) for ahead in range(37))
        worst = max(off_the_official(series[name], factors, start, 24) for start in starts)
        yield f"| {name} | {five:.4f} | {worst:.4f} |"


def _forecasts(folder: Path) -> Iterator[str]:
    yield ""
    yield "## Twelve months ahead, out of sample"
    yield ""
    yield "Mean absolute relative error of forecasts of a calendar year from all months before it, beside last year"
    yield "times last year's growth. American series 2013 to 2019, Australian to 2018, Chinese trade 2000 to 2013 with"
    yield "Lunar New Year where it has helped before."
    groups = (
        ("US retail trade", errors(american(folder), range(2013, 2020))),
        ("Australian retail turnover", errors(australian(folder), range(2013, 2019))),
        ("Chinese trade", errors(chinese(folder), range(2000, 2014), lunar=True)),
    )
    for title, lines in groups:
        yield ""
        yield f"### {title}"
        yield ""
        yield "| series | years | this method | last year × growth |"
        yield "| --- | ---: | ---: | ---: |"
        for line in lines:
            yield f"| {line.name} | {line.years} | {line.method:.2%} | {line.simple:.2%} |"
        means = (float(np.mean([getattr(line, field) for line in lines])) for field in ("method", "simple"))
        yield "| **mean** | | " + " | ".join(f"**{mean:.2%}**" for mean in means) + " |"


def _window(series: Series, start: dt.date, months: int) -> list[float | None]:
    return [series.get(add_months(start, ahead)) for ahead in range(months)]


def _zipped(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as source:
        yield from csv.DictReader(source)


def _grouped(rows: Iterator[dict[str, str]], name: Callable[[dict[str, str]], str], field: str) -> dict[str, Series]:
    found: dict[str, dict[dt.date, float]] = {}
    for row in rows:
        if row[field]:
            found.setdefault(name(row), {})[_month(row["month"])] = float(row[field])
    return dict(found)


def _month(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{text}-01")
