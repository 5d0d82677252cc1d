"""The season of the trade template is the Census Bureau's, to the last digit."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from repayplan.cases.readers import read_text
from repayplan.cases.sources import Monthly
from repayplan.cases.templates import template


def test_the_season_is_the_official_one(real_data: Path) -> None:
    with (real_data / "seasonality" / "us_official_seasonal_factors_2015_2019.csv").open(encoding="utf-8") as source:
        row = next(row for row in csv.DictReader(source) if row["naics"] == "4481")
    series = read_text(template("trade")["case.yaml"], "case.yaml", "yaml").cash.sources[0]
    assert isinstance(series, Monthly)
    months = [(series.start.month - 1 + ahead) % 12 + 1 for ahead in range(36)]
    assert series.series == tuple(400_000 * Decimal(row[str(month)]) for month in months)
