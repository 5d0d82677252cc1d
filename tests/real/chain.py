"""One restaurant chain made of real drinks receipts: what is real and what is assumed stands in README.md here."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

Months = Mapping[dt.date, Decimal]
"""Receipts of one store by the first day of the month, US dollars."""

MARGIN = "16%"
DEBT_SHARE = Decimal("0.25")
OVERDUE_SHARE = Decimal("0.20")
RATE = "4.35%"
TERM = 36


def stores(folder: Path) -> dict[str, Months]:
    """Every store by its permit: the months the file has for it, zeros as they stand."""
    found: dict[str, dict[dt.date, Decimal]] = defaultdict(dict)
    with gzip.open(folder / "stores" / "texas_chain_store_month.csv.gz", "rt", encoding="utf-8") as source:
        for row in csv.DictReader(source):
            found[row["permit"]][dt.date.fromisoformat(f"{row['month']}-01")] = Decimal(row["receipts"])
    return dict(sorted(found.items()))


def sector_season(folder: Path) -> list[str]:
    """The Census Bureau's factors of food services and drinking places, January first."""
    path = folder / "seasonality" / "us_official_seasonal_factors_2015_2019.csv"
    with path.open(encoding="utf-8") as source:
        row = next(row for row in csv.DictReader(source) if row["naics"] == "722")
    return [row[str(month)] for month in range(1, 13)]


def write_chain(
    directory: Path, known: Mapping[str, Months], as_of: dt.date, season: Sequence[str] | None = None
) -> Path:
    """A case with its two CSV files as an officer would leave them: the stores, and what is known by ``as_of``.

    A store of which nothing is known by then is left out. Returns the path of the case.
    """
    past = {
        name: {month: amount for month, amount in months.items() if month < as_of} for name, months in known.items()
    }
    past = {name: months for name, months in past.items() if months}
    rows = [(name, f"{month:%Y-%m}", amount) for name, months in past.items() for month, amount in months.items()]
    _write(directory / "stores.csv", [("name",), *((name,) for name in past)])
    _write(directory / "history.csv", [("store", "month", "amount"), *rows])
    source = {"kind": "stores", "name": "Chain", "file": "stores.csv", "history_file": "history.csv", "margin": MARGIN}
    if season is not None:
        source["indices"] = list(season)  # type: ignore[assignment]
    yearly = 12 * sum((sum(months.values()) / len(months) for months in past.values()), Decimal())
    debt = (DEBT_SHARE * yearly).quantize(Decimal("0.01"))
    overdue = (OVERDUE_SHARE * debt).quantize(Decimal("0.01"))
    case = {
        "schema": "repayplan/case/1",
        "as_of": f"{as_of}",
        "currency": "USD",
        "enterprise": {"name": "A chain of restaurants (debt assumed)", "industry": "restaurants"},
        "loans": [{"id": "L1", "principal": f"{debt - overdue}", "overdue_principal": f"{overdue}", "rate": RATE}],
        "cash": {"opening": f"{overdue}", "floor": "0.00", "sources": [source]},
        "policy": {"months": TERM},
    }
    path = directory / "case.json"
    path.write_text(json.dumps(case), encoding="utf-8")
    return path


def _write(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
