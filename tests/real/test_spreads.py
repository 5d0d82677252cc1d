"""The shipped spreads and the catering shock say what the real figures say."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np

from repayplan.cases.stresses import shipped_stresses
from repayplan.forecast.decomposition import decompose
from repayplan.forecast.futures.drawing import Drawing, normals
from repayplan.forecast.futures.milestones import late_multiple
from repayplan.forecast.futures.normal import Real
from repayplan.rules.futures import spreads


def rows(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    return list(csv.DictReader(text.splitlines()))


def test_milestones_are_as_late_as_public_buildings(real_data: Path) -> None:
    phases = [row for row in rows(real_data / "construction" / "school_projects.csv") if row["phase"] == "Construction"]
    planned = np.array([float(row["planned_days"]) for row in phases])
    delay = np.maximum([float(row["delay_days"]) for row in phases], 0)  # before its day no one pays
    assert len(phases) == 50
    spread = spreads()["milestones"]
    assert (delay == 0).mean() == spread["on_time"] == 0.32
    drawn = late_multiple(normals(Drawing(1, 20_000, "plain"), "x", "y", 1, 0, 20_000)[0], spread)
    assert abs(np.median(drawn) / np.median(delay / planned) - 1) < 0.03
    assert abs(drawn.mean() / (delay / planned).mean() - 1) < 0.03
    days = (drawn[:, None] * planned).ravel()
    # in days: half of the real ones are later than 292, of the drawn ones 47 %; means of 395 (382 with those that end
    # early) and 411. Fifty phases tell the share to 7 points and the mean to 70 days (one standard error)
    assert abs((days > np.median(delay)).mean() - 0.5) < 0.07
    assert abs(days.mean() - delay.mean()) < 35
    assert distance(np.log(delay[delay > 0] / planned[delay > 0]), np.log(drawn[drawn > 0])) < 1.36 / np.sqrt(34)


def test_short_phases_are_late_by_more_than_their_share(real_data: Path) -> None:
    phases = [row for row in rows(real_data / "construction" / "school_projects.csv") if row["phase"] == "Construction"]
    planned = np.array([float(row["planned_days"]) for row in phases])
    delay = np.maximum([float(row["delay_days"]) for row in phases], 0)
    (slope, fixed), errors = np.polyfit(planned, delay, 1, cov=True)
    assert (round(fixed), round(slope, 2)) == (96, 0.55)
    # a stage planned for no days at all would be late by 96; the table's least days by 0.755 of them
    mean = late_multiple(
        normals(Drawing(1, 20_000, "plain"), "x", "y", 1, 0, 20_000)[0], spreads()["milestones"]
    ).mean()
    assert abs(spreads()["milestones"]["least_days"] * mean - fixed) < 0.1 * np.sqrt(errors[1, 1])


def distance(few: Real, many: Real) -> float:
    """Kolmogorov and Smirnov's; 1.36 / sqrt(n) is its bound at 5 %."""
    below = np.searchsorted(np.sort(many), np.sort(few)) / len(many)
    steps = np.arange(len(few) + 1) / len(few)
    return float(max(np.abs(below - steps[:-1]).max(), np.abs(below - steps[1:]).max()))


def test_trades_are_forecast_as_well_as_economy_and_sector_say(real_data: Path) -> None:
    series: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows(real_data / "seasonality" / "au_retail_turnover_monthly.csv.gz"):
        if row["month"] < "2020" and row["turnover_maud"]:
            series[row["series_id"]][row["month"]] = float(row["turnover_maud"])
    ends = []
    for found in series.values():
        months, sales = sorted(found), [found[month] for month in sorted(found)]
        start = dt.date.fromisoformat(f"{months[0]}-01")
        for origin in range(60, len(sales) - 11, 24):
            first = dt.date(start.year + origin // 12, start.month, 1)
            made = decompose(dt.date(first.year - 5, first.month, 1), sales[origin - 60 : origin])
            last = [dt.date(first.year, month, 1) for month in (10, 11, 12)]
            assert first.month == 1
            ends.append(np.mean([np.log(sales[origin + 9 + n] / made.ahead(day)) for n, day in enumerate(last)]))
    off = np.sqrt(np.mean(np.square(ends)))
    spread = spreads()["season"]
    shared = spread.shared.economy + spread.shared.sector
    said = spread["level"] * np.sqrt(shared * (1 - spreads()["paths"]["persistence"] ** 24))
    assert len(ends) > 100
    assert 0.7 * said < off < 1.4 * said


def test_stores_vary_as_those_of_a_chain(real_data: Path) -> None:
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows(real_data / "stores" / "texas_chain_store_month.csv.gz"):
        found[row["permit"]][row["month"]] = found[row["permit"]].get(row["month"], 0.0) + float(row["receipts"] or 0)
    months = sorted({month for store in found.values() for month in store})
    known = [[store.get(month, 0.0) for month in months] for store in found.values()]
    logs = np.log([store for store in known if min(store) > 0])
    assert logs.shape == (194, 7)
    left = logs - logs.mean(axis=0) - logs.mean(axis=1)[:, None] + logs.mean()
    noise = np.sqrt((left**2).sum() / (193 * 6))
    change = (logs[:, -1] - logs[:, 0]).std()
    spread = spreads()["stores"]
    assert round(noise, 2) == spread["noise"] == 0.08
    assert round(np.sqrt(change**2 - 2 * noise**2), 2) == spread["store"] == 0.09


def test_the_catering_shock_is_that_of_2020(real_data: Path) -> None:
    sales = {
        row["month"]: float(row["sales_musd"])
        for row in rows(real_data / "seasonality" / "us_retail_trade_monthly.csv.gz")
        if row["naics"] == "722" and row["adjustment"] == "NSA"
    }
    stress = next(stress for stress in shipped_stresses() if stress.industries)
    months = [f"2020-{month:02}" for month in range(3, 13)] + ["2021-01", "2021-02"]
    real = [round(sales[month] / sales[f"2019-{month[5:]}"], 2) for month in months]
    assert stress.changes[0].shares is not None
    assert [float(share) for share in stress.changes[0].shares] == real
