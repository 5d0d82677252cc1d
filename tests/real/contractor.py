"""Contractors made of real school buildings: what is real and what is assumed stands in README.md beside this file."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from repayplan.calendar.dates import add_months, day_in_month
from repayplan.cases.models import Case

BUILDINGS = 10
NET_SHARE = Decimal("0.30")
DEBT_SHARE = Decimal("0.20")
OVERDUE_SHARE = Decimal("0.25")
OPENING_SHARE = Decimal("0.03")
FLOOR_SHARE = Decimal("0.01")
RATE = "4.35%"


@dataclass(frozen=True, slots=True)
class Building:
    """The construction of one building as it was planned: when it should end, and its budget in US dollars."""

    id: str
    planned_end: dt.date
    budget: Decimal


def buildings(folder: Path) -> list[Building]:
    """Every building of the file by id; a building with two construction phases is done when the later one ends."""
    phases: dict[str, list[tuple[dt.date, Decimal]]] = defaultdict(list)
    with (folder / "construction" / "school_projects.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            if row["phase"] == "Construction":
                phase = (dt.date.fromisoformat(row["planned_end"]), Decimal(row["budget"]))
                phases[row["building_id"]].append(phase)
    return [
        Building(name, max(end for end, _ in parts), sum((budget for _, budget in parts), Decimal()))
        for name, parts in sorted(phases.items())
    ]


def contractors(folder: Path) -> list[Case]:
    """Every run of ten buildings in order of their ids, as one contractor each."""
    known = buildings(folder)
    return [contractor(known[start : start + BUILDINGS]) for start in range(len(known) - BUILDINGS + 1)]


def contractor(built: list[Building]) -> Case:
    """One contractor: its net receipts at the planned ends, its debt a share of the value of its contracts."""
    value = sum((building.budget for building in built), Decimal())
    first, last = min(building.planned_end for building in built), max(building.planned_end for building in built)
    before = add_months(first, -2)
    as_of = day_in_month(before.year, before.month, 20)
    debt = _cents(DEBT_SHARE * value)
    overdue = _cents(OVERDUE_SHARE * debt)
    items = [
        {"name": building.id, "date": building.planned_end, "amount": _cents(NET_SHARE * building.budget)}
        for building in built
    ]
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
                "sources": [{"kind": "milestones", "name": "School buildings", "items": items}],
            },
            "policy": {"maturity": add_months(last, 3)},
        }
    )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))
