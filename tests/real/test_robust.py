"""Contractors made of real buildings, planned on planned ends and paid from what came on the actual ones."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from contractor import BUILDINGS, Building, buildings, contractor

import repayplan
from repayplan.calendar.dates import add_months
from repayplan.cases.models import Case
from repayplan.forecast import Window, forecast
from repayplan.money import to_cents
from repayplan.planning.plan import plan
from repayplan.planning.result import Plan
from repayplan.planning.robust.plan import robust_plan
from repayplan.planning.robust.wish import Wish

PAGE = Path(repayplan.__file__).parents[1] / "docs" / "robust.md"
EVERY = 4
MONTHS = 30
"""Months after the last planned end by which all must be paid."""

WISHES = {
    "plain": None,
    "risk aversion 1": Wish(risk_aversion=1.0, scenarios=400),
    "risk aversion 10": Wish(risk_aversion=10.0, scenarios=400),
    "missed in 30% at most": Wish(max_miss=0.30, scenarios=400),
}


@dataclass(frozen=True, slots=True)
class Came:
    """What became of a plan: on how many of its days it was behind, and which part was paid by the last of them."""

    days: int
    behind: int
    paid: float


def came(made: Plan, built: list[Building]) -> Came:
    """The plan paid from the receipts of the actual ends, as far as cash stands above the floor."""
    actual = contractor(built, "actual")
    window = Window(actual.as_of, add_months(actual.as_of, 240), 31, 31)
    flows = forecast(actual, window, "bank")
    above = to_cents(made.case.cash.opening) - to_cents(made.case.cash.floor or 0)
    days = sorted({row.date for row in made.installments})
    paid = behind = 0
    for day in days:
        due = sum(row.payment for row in made.installments if row.date <= day)
        there = above + sum(flow.amount for flow in flows if flow.date <= day)
        paid = max(paid, min(due, there))
        behind += paid < due
    return Came(len(days), behind, paid / sum(row.payment for row in made.installments))


def with_time(built: list[Building]) -> Case:
    case = contractor(built)
    until: dt.date = add_months(max(building.planned_end for building in built), MONTHS)
    return case.model_copy(update={"policy": case.policy.model_copy(update={"maturity": until})})


def row(known: list[Building], wish: Wish | None) -> list[str]:
    """Plans kept on every day, days on which they were behind, and what was paid by the last day."""
    found = []
    for start in range(0, len(known) - BUILDINGS + 1, EVERY):
        built = known[start : start + BUILDINGS]
        case = with_time(built)
        found.append(came(plan(case) if wish is None else robust_plan(case, wish).plan, built))
    count = len(found)
    return [
        f"{sum(one.behind == 0 for one in found)} of {count}",
        f"{sum(one.behind / one.days for one in found) / count:.0%}",
        f"{sum(one.paid for one in found) / count:.0%}",
    ]


def shown() -> dict[str, list[str]]:
    """The rows of the page."""
    lines = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    return {name: figures for name, *figures in lines if name in WISHES}


@pytest.mark.long
@pytest.mark.parametrize("name", WISHES)
def test_the_page_shows_what_came(real_data: Path, name: str) -> None:
    assert shown()[name] == row(buildings(real_data), WISHES[name])


def test_a_robust_plan_is_behind_on_fewer_days(real_data: Path) -> None:
    built = buildings(real_data)[:BUILDINGS]
    made = robust_plan(with_time(built), Wish(scenarios=200))
    careful, plain = came(made.plan, built), came(made.plain, built)
    assert careful.behind / careful.days < plain.behind / plain.days
    assert careful.paid >= plain.paid
