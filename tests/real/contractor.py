"""Contractors made of real school buildings: what is real and what is assumed stands in README.md beside this file."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from repayplan.calendar.dates import add_months, day_in_month
from repayplan.cases.models import Case

BUILDINGS = 10
NET_SHARE = Decimal("0.30")
DEBT_SHARE = Decimal("0.20")
OVERDUE_SHARE = Decimal("0.25")
OPENING_SHARE = Decimal("0.03")
FLOOR_SHARE = Decimal("0.01")
RATE = "4.35%"

Ends = Literal["planned", "actual"]


@dataclass(frozen=True, slots=True)
class Building:
    """The construction of one building: when it should end, its budget in US dollars, and when it did end."""

    id: str
    planned_end: dt.date
    budget: Decimal
    actual_end: dt.date

    @property
    def delay(self) -> int:
        """Days from the planned end to the actual one."""
        return (self.actual_end - self.planned_end).days


def buildings(folder: Path) -> list[Building]:
    """Every building of the file by id; a building with two construction phases is done when the later one ends."""
    phases: dict[str, list[tuple[dt.date, Decimal, dt.date]]] = defaultdict(list)
    with (folder / "construction" / "school_projects.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            if row["phase"] == "Construction":
                planned, actual = (dt.date.fromisoformat(row[name]) for name in ("planned_end", "actual_end"))
                phases[row["building_id"]].append((planned, Decimal(row["budget"]), actual))
    return [
        Building(
            name,
            max(planned for planned, _, _ in parts),
            sum((budget for _, budget, _ in parts), Decimal()),
            max(actual for _, _, actual in parts),
        )
        for name, parts in sorted(phases.items())
    ]


def contractors(folder: Path, ends: Ends = "planned") -> list[Case]:
    """Every run of ten buildings in order of their ids, as one contractor each."""
    known = buildings(folder)
    return [contractor(known[start : start + BUILDINGS], ends) for start in range(len(known) - BUILDINGS + 1)]


def contractor(built: list[Building], ends: Ends = "planned") -> Case:
    """One contractor: its net receipts at the ends, its debt a share of the value of its contracts.

    On actual ends it is the same contractor on the same day, and the bank counts on what came: no haircut, no delay.
    """
    value = sum((building.budget for building in built), Decimal())
    dates = [building.planned_end if ends == "planned" else building.actual_end for building in built]
    before = add_months(min(building.planned_end for building in built), -2)
    as_of = day_in_month(before.year, before.month, 20)
    debt = _cents(DEBT_SHARE * value)
    overdue = _cents(OVERDUE_SHARE * debt)
    items = [
        {"name": building.id, "date": date, "amount": _cents(NET_SHARE * building.budget)}
        for building, date in zip(built, dates, strict=True)
    ]
    source = {"kind": "milestones", "name": "School buildings", "items": items}
    if ends == "actual":
        source["bank"] = {"haircut": 0, "delay_days": 0}
    loan = {"id": "L1", "principal": debt - overdue, "overdue_principal": overdue, "rate": RATE}
    return Case.model_validate(
        {
            "schema": "repayplan/case/1",
            "as_of": as_of,
            "currency": "USD",
            "enterprise": {"name": f"Builder of {built[0].id} to {built[-1].id} (assumed)", "industry": "construction"},
            "loans": [loan],
            "cash": {
                "opening": _cents(OPENING_SHARE * value),
                "floor": _cents(FLOOR_SHARE * value),
                "sources": [source],
            },
            "policy": {"maturity": add_months(max(dates), 5)},
        }
    )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))
