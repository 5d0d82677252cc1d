"""Books of invented borrowers, of any size from a seed: contractors, retailers, restaurants, mills and hauliers.

Borrower ``n`` depends on the seed and on ``n`` alone: a larger book begins with the smaller one. Every fifth is of high
risk, two of five are of medium and two of low risk, and industries take turns, so five hundred are 100, 200 and 200.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from repayplan.calendar.dates import add_months, day_in_month
from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.publishing import require_directory
from repayplan.rules.hazard import RiskLevel

AS_OF = dt.date(2026, 11, 20)
FIRST_PAYMENT = dt.date(2027, 1, 20)
"""After the takings of December."""
MOST_BORROWERS = 10_000_000

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "borrowers": (
        *("case", "name", "industry", "region", "rating", "as_of", "opening", "operating_cost", "contingency"),
        *("first_payment", "discount_rate", "recovery"),
    ),
    "loans": (
        *("case", "id", "principal", "overdue_principal", "interest", "compound_interest", "penalty", "fees", "rate"),
        *("collateral", "overdue_since", "late_payments"),
    ),
    "sources": (
        *("case", "source", "kind", "name", "start", "amount", "months", "yearly", "indices", "margin", "cap"),
        *("call_date", "delay_days"),
    ),
    "flows": (
        *("case", "source", "name", "date", "amount", "delay_days", "dilution", "price", "units", "units_per_month"),
        *("haircut", "cost_of_sale", "secures"),
    ),
}
"""The tables of a generated book and their columns."""

RATINGS: tuple[RiskLevel, ...] = ("high", "medium", "low", "medium", "low")
REGIONS = ("East", "North", "South", "West")

_INVENTED = "(invented)"
_CASE = re.compile(r"B-[0-9]{5,}", re.ASCII)
_PART = ".{name}.csv.part"
"""A table that is not complete."""

Row = dict[str, Any]
Rows = dict[str, list[Row]]

_RISK: Mapping[RiskLevel, Mapping[str, tuple[float, float]]] = {
    # months of free cash that the debt amounts to, share of it overdue, days overdue, share covered by collateral
    "low": {"months": (6, 15), "overdue": (0.08, 0.25), "days": (8, 75), "secured": (0.2, 0.8)},
    "medium": {"months": (11, 25), "overdue": (0.20, 0.50), "days": (35, 200), "secured": (0.1, 0.6)},
    "high": {"months": (20, 60), "overdue": (0.45, 0.95), "days": (95, 420), "secured": (0.0, 0.4)},
}
_RECOVERY: Mapping[RiskLevel, str] = {"low": "35%", "medium": "25%", "high": "12%"}

_CLOTHING = (0.7426, 0.8022, 1.0056, 0.9632, 1.0197, 0.9568, 0.9738, 1.0285, 0.9117, 0.9808, 1.1425, 1.4727)
"""Clothing stores, NAICS 4481: US Census Bureau, Monthly Retail Trade, mean of 2015 to 2019, public domain."""
_CATERING = (0.9301, 0.9243, 1.0475, 1.0179, 1.0569, 1.0193, 1.0221, 1.0235, 0.9761, 1.0061, 0.9537, 1.0225)
"""Food services and drinking places, NAICS 722, of the same source."""


def generate(directory: str | Path, borrowers: int, seed: int = 1, overwrite: bool = False) -> list[Path]:
    """Write a book of so many borrowers as CSV tables into ``directory``; the same bytes for the same seed.

    Memory does not grow with the size, and files are complete or absent. InputError where the size is none, the
    directory cannot take the files, or anything lies in it: with ``overwrite`` anything but a book of this function.
    """
    if not 1 <= borrowers <= MOST_BORROWERS:
        limit = tr("1 to {most}", most=f"{MOST_BORROWERS:,}")
        raise InputError(Fault(tr("no book has so many borrowers"), "borrowers", f"{borrowers:,}", limit))
    place = Path(directory)
    require_directory(place)
    made: list[Path] = []
    try:
        _require_free(place, overwrite)
        place.mkdir(parents=True, exist_ok=True)
        with ExitStack() as files:
            writers = {}
            for name, columns in COLUMNS.items():
                made.append(place / _PART.format(name=name))
                file = files.enter_context(made[-1].open("w", encoding="utf-8", newline=""))
                writers[name] = csv.DictWriter(file, columns, lineterminator="\n")
                writers[name].writeheader()
            for number in range(borrowers):
                for name, rows in borrower(number, seed).items():
                    writers[name].writerows(rows)
        return [path.replace(place / f"{name}.csv") for name, path in zip(COLUMNS, made, strict=True)]
    except OSError as error:
        reason = error.strerror or str(error)
        remedy = tr("give a directory in which you may write")
        raise InputError(
            Fault(tr("the files cannot be written: {reason}", reason=reason), str(place), remedy=remedy)
        ) from None
    finally:
        for path in made:
            path.unlink(missing_ok=True)


def _require_free(place: Path, overwrite: bool) -> None:
    """InputError where anything lies in a directory that is not to be written over."""
    names = {path.name for path in place.iterdir()} if place.exists() else set()
    if not names - {_PART.format(name=name) for name in COLUMNS}:  # what a kill left behind is nobody's
        return
    if not _is_generated(place, names):
        limit = tr("a directory that is new or empty")
        remedy = tr("give another directory; nothing here was touched")
        raise InputError(Fault(tr("other files are in this directory"), str(place), limit=limit, remedy=remedy))
    if not overwrite:
        remedy = tr("write over it with --overwrite, or give another directory; nothing here was touched")
        raise InputError(Fault(tr("a generated book is here already"), str(place), remedy=remedy))


def _is_generated(place: Path, names: set[str]) -> bool:
    """Whether the tables of an invented book lie here, and nothing else: no other file, column or borrower."""
    if not names <= {each.format(name=name) for name in COLUMNS for each in ("{name}.csv", _PART)}:
        return False
    tables = {place / f"{name}.csv": columns for name, columns in COLUMNS.items() if f"{name}.csv" in names}
    try:
        return all(path.is_file() and _is_invented(path, columns) for path, columns in tables.items())
    except (UnicodeDecodeError, csv.Error):
        return False


def _is_invented(path: Path, columns: Sequence[str]) -> bool:
    """Whether a table has these columns, and every row an invented borrower, by its case and its name if it has one."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        if next(lines, None) != list(columns):
            return False
        named = columns.index("name") if "industry" in columns else None
        return all(
            len(line) == len(columns)
            and _CASE.fullmatch(line[0])
            and (named is None or line[named].endswith(_INVENTED))
            for line in lines
        )


def borrower(number: int, seed: int) -> Rows:
    """The rows of one borrower in every table."""
    dice = _Dice(Random(f"book {seed}, borrower {number}"))
    rating = RATINGS[number % len(RATINGS)]
    story = list(STORIES)[number // len(RATINGS) % len(STORIES)]
    case = f"B-{number + 1:05}"
    free = round(dice.spread(160_000, 0.7), -3)  # a month, once the business has paid for itself
    rows: Rows = {name: [] for name in COLUMNS}
    cost = STORIES[story](case, free, dice, rows)
    own: Row = {"case": case, "name": f"{_NAMES[story]} {number + 1} {_INVENTED}", "industry": story}
    own |= {"region": REGIONS[int(dice.between(0, len(REGIONS)))], "rating": rating, "as_of": AS_OF}
    own |= {"opening": _money(cost * dice.between(1.2, 3.0)), "operating_cost": _money(cost)}
    own |= {"contingency": _money(cost * 0.1), "first_payment": FIRST_PAYMENT, "discount_rate": "4.35%"}
    own["recovery"] = _RECOVERY[rating]
    rows["borrowers"].append(own)
    rows["loans"] += list(_loans(case, rating, free * dice.between(*_RISK[rating]["months"]), dice))
    if story == "textiles":
        rows["flows"] += list(_pledged(case, free, rows["loans"][0]["id"], dice))
    if dice.between(0, 1) < 0.25:
        rows["sources"].append(_guarantor(case, free, dice))
    return rows


class _Dice:
    """Draws that stay what they are: from uniform numbers alone."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def between(self, low: float, high: float) -> float:
        """Evenly from low to high."""
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both of them possible."""
        return low + int(self._random.random() * (high - low + 1))

    def spread(self, middle: float, sigma: float) -> float:
        """Around a median, with so large a deviation of the logarithm."""
        angle = 2 * math.pi * self._random.random()
        length = math.sqrt(-2 * math.log(1 - self._random.random()))
        return middle * math.exp(sigma * length * math.cos(angle))


def _loans(case: str, rating: RiskLevel, debt: float, dice: _Dice) -> Iterator[Row]:
    """One or two loans; the first is the older one and has most of what is overdue."""
    risk, count = _RISK[rating], 1 + (dice.between(0, 1) < 0.3)
    for number in range(count):
        part = debt if count == 1 else debt * (0.65, 0.35)[number]
        late, days = dice.between(*risk["overdue"]), dice.whole(*map(int, risk["days"]))
        rate = round(dice.between(0.036, 0.055), 4)
        overdue = part * late
        yield {
            "case": case,
            "id": f"{case}-L{number + 1}",
            "principal": _money(part - overdue),
            "overdue_principal": _money(overdue),
            "interest": _money(part * rate * days / 360, 2),
            "compound_interest": _money(part * (rate * days / 360) ** 2 / 2, 2),
            "penalty": _money(overdue * rate * 0.5 * days / 360, 2),
            "fees": _money(dice.whole(0, 8) * 1_000 if rating == "high" else 0),
            "rate": f"{rate * 100:.2f}%",
            "collateral": _money(part * dice.between(*risk["secured"])),
            "overdue_since": AS_OF - dt.timedelta(days=days),
            "late_payments": min(1 + days // 45, 12),
        }


def _contractor(case: str, free: float, dice: _Dice, rows: Rows) -> float:
    """Contracts that pay stage by stage, and wages that run on."""
    cost = free * dice.between(0.8, 1.4)
    for contract in range(2):
        source, start = f"C{contract + 1}", dice.whole(1, 5)
        rows["sources"].append(
            {"case": case, "source": source, "kind": "milestones", "name": f"Contract {contract + 1}"}
        )
        stages = dice.whole(10, 14)
        for stage in range(stages):
            day = day_in_month(*_month(start + 4 * stage), 31)
            amount = _money((free + cost) * 4 / 2 * dice.between(0.75, 1.25) * 1.06)
            rows["flows"].append(
                {"case": case, "source": source, "name": f"Stage {stage + 1}", "date": day, "amount": amount}
            )
    rows["sources"].append(_monthly(case, "M", "Machine hire", cost * 0.1))
    return cost


def _retailer(case: str, free: float, dice: _Dice, rows: Rows) -> float:
    """A season that peaks in winter."""
    cost, margin = free * dice.between(1.0, 1.8), round(dice.between(0.22, 0.38), 2)
    season = " ".join(f"{max(index + dice.between(-0.03, 0.03), 0.2):.2f}" for index in _CLOTHING)
    yearly = _money((free + cost) * 12 / margin * 1.1)
    row = {"case": case, "source": "S", "kind": "season", "name": "Shops", "yearly": yearly, "indices": season}
    rows["sources"].append({**row, "margin": f"{margin:.0%}"})
    return cost


def _restaurants(case: str, free: float, dice: _Dice, rows: Rows) -> float:
    """A handful of stores."""
    cost, margin, count = free * dice.between(0.5, 0.9), round(dice.between(0.13, 0.2), 2), dice.whole(4, 9)
    season = " ".join(f"{index:.2f}" for index in _CATERING)
    row = {"case": case, "source": "R", "kind": "stores", "name": "Restaurants", "indices": season}
    rows["sources"].append({**row, "margin": f"{margin:.0%}"})
    shares = [dice.between(0.6, 1.4) for _ in range(count)]
    for store, share in enumerate(shares):
        amount = _money((free + cost) / margin * share / sum(shares) * 1.1)
        rows["flows"].append({"case": case, "source": "R", "name": f"Store {store + 1}", "amount": amount})
    return cost


def _mill(case: str, free: float, dice: _Dice, rows: Rows) -> float:
    """Receivables of wholesalers, contract work, and stock under pledge (its lots follow with the loans)."""
    cost = free * dice.between(0.7, 1.2)
    rows["sources"].append({"case": case, "source": "D", "kind": "receivables", "name": "Wholesalers"})
    for number in range(dice.whole(4, 7)):
        rows["flows"].append(_receivable(case, "D", f"Wholesaler {number + 1}", free * dice.between(0.4, 1.2), dice))
    rows["sources"].append(_monthly(case, "W", "Contract weaving", (free * 0.85 + cost) * 1.02))
    rows["sources"].append({"case": case, "source": "P", "kind": "assets", "name": "Stock under pledge"})
    return cost


def _haulier(case: str, free: float, dice: _Dice, rows: Rows) -> float:
    """One large receivable beside the freight of every month."""
    cost = free * dice.between(0.9, 1.5)
    rows["sources"].append({"case": case, "source": "D", "kind": "receivables", "name": "Main customer"})
    rows["flows"].append(_receivable(case, "D", "Freight of last year", free * dice.between(4, 9), dice))
    rows["sources"].append(_monthly(case, "F", "Freight", (free * 0.8 + cost) * 1.02))
    return cost


STORIES: Mapping[str, Callable[[str, float, _Dice, Rows], float]] = {
    "construction": _contractor,
    "clothing": _retailer,
    "restaurants": _restaurants,
    "textiles": _mill,
    "logistics": _haulier,
}
"""How each line of business earns; each adds its cash to the rows and gives its costs a month."""

_NAMES = {
    "construction": "Contractor",
    "clothing": "Clothing shops",
    "restaurants": "Restaurants",
    "textiles": "Weaving mill",
    "logistics": "Haulier",
}


def _monthly(case: str, source: str, name: str, amount: float) -> Row:
    row = {"case": case, "source": source, "kind": "monthly", "name": name, "start": f"{add_months(AS_OF, 1):%Y-%m}"}
    return {**row, "amount": _money(amount), "months": 84}


def _receivable(case: str, source: str, name: str, amount: float, dice: _Dice) -> Row:
    day = AS_OF + dt.timedelta(days=dice.whole(-30, 150))
    row: Row = {"case": case, "source": source, "name": name, "date": day, "amount": _money(amount)}
    return {**row, "delay_days": dice.whole(2, 8) * 15, "dilution": f"{dice.whole(0, 6)}%"}


def _pledged(case: str, free: float, loan: str, dice: _Dice) -> Iterator[Row]:
    """Lots of stock, sold off month by month."""
    for name, price in (("Cotton yarn, tons", 21_500), ("Grey cloth, thousand meters", 5_200)):
        units = max(int(free * dice.between(0.8, 2.0) / price), 2)
        yield {
            "case": case,
            "source": "P",
            "name": name,
            "date": day_in_month(*_month(dice.whole(2, 4)), 31),
            "price": _money(price),
            "units": units,
            "units_per_month": max(units // 8, 1),
            "haircut": "8%",
            "cost_of_sale": "4%",
            "secures": loan,
        }


def _guarantor(case: str, free: float, dice: _Dice) -> Row:
    call = AS_OF + dt.timedelta(days=dice.whole(20, 60))
    row = {
        "case": case,
        "source": "G",
        "kind": "guarantor",
        "name": "Guarantor",
        "cap": _money(free * dice.between(2, 8)),
    }
    return {**row, "call_date": call, "delay_days": dice.whole(1, 4) * 30}


def _month(ahead: int) -> tuple[int, int]:
    """Year and month so many months after the book's date."""
    day = add_months(AS_OF, ahead)
    return day.year, day.month


def _money(amount: float, places: int = -2) -> str:
    """An amount in currency units, to the hundred where nobody says otherwise."""
    return f"{round(amount, places) + 0:.2f}"
