"""The 500 real loans of `portfolio/portfolio_500.csv` as a book of tables; what the file does not know is made up.

python tests/real/small_businesses.py "$REPAYPLAN_DATA" small-businesses
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

AS_OF = "2026-11-20"
MARGIN = "14%"
RATE = "8.00%"
RATINGS = {"low": "low", "mid": "medium", "high": "high"}
SEASONS = {
    "retail": "452",
    "accommodation_food": "722",
    "textile_apparel": "4481",
    "construction": "4441",
}
"""Trades whose sales the Census Bureau publishes, by the sector whose season they stand for; the others have none."""

TABLES = {
    "borrowers": (
        "case",
        "industry",
        "region",
        "rating",
        "as_of",
        "currency",
        "opening",
        "floor",
        "first_payment",
        "recovery",
    ),
    "loans": ("case", "id", "principal", "overdue_principal", "rate", "overdue_since"),
    "sources": ("case", "source", "kind", "yearly", "indices", "margin"),
}


def write_book(data: Path, folder: Path, every: int = 1) -> Path:
    """Every ``every``-th of the loans as CSV tables in ``folder``."""
    seasons = _seasons(data)
    with (data / "portfolio" / "portfolio_500.csv").open(encoding="utf-8") as source:
        loans = list(csv.DictReader(source))[::every]
    rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in TABLES}
    for loan in loans:
        case, sales = loan["loan_id"], float(loan["annual_revenue_est"])
        opening = f"{sales / 12 * 0.14:.2f}"
        rating = RATINGS[loan["rating_proxy"]]
        rows["borrowers"].append(
            (case, loan["sector"], loan["state"], rating, AS_OF, "USD", opening, "0.00", "2027-01-20", "20%")
        )
        rows["loans"].append((case, f"{case}-L", "0.00", loan["overdue_principal"], RATE, "2026-05-20"))
        indices = seasons.get(SEASONS.get(loan["sector"], ""), "1 " * 12)
        rows["sources"].append((case, "S", "season", f"{sales:.2f}", indices, MARGIN))
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in TABLES.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerows([columns, *rows[name]])
    return folder


def _seasons(data: Path) -> dict[str, str]:
    with (data / "seasonality" / "us_official_seasonal_factors_2015_2019.csv").open(encoding="utf-8") as source:
        return {row["naics"]: " ".join(row[str(month)] for month in range(1, 13)) for row in csv.DictReader(source)}


if __name__ == "__main__":
    write_book(Path(sys.argv[1]), Path(sys.argv[2]))
