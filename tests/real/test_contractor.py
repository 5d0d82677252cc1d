"""Plans for contractors made of real buildings come out proven, paid in full, and verified from their files.

They are made on the planned ends, and made again on the actual ones: what came is what was planned, but later.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
from decimal import Decimal
from pathlib import Path

import pytest
from contractor import BUILDINGS, Building, buildings, contractor, contractors

from repayplan.calendar.dates import add_months
from repayplan.cases.models import Case
from repayplan.cases.readers import read_document
from repayplan.cases.sources import Milestones
from repayplan.forecast import Flow, View, Window, forecast
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file, to_plan_file
from repayplan.planning.result import Plan
from repayplan.planning.verify import verify
from repayplan.rules import views

RUNS = 40  # 49 buildings have 40 runs of ten in order of their ids
LATER = 31  # buildings more than the 120 days late that the bank counts on where a case says nothing


def test_a_contractor_by_hand() -> None:
    ends = (dt.date(2024, 3, 31), dt.date(2025, 6, 15))
    late = dt.date(2024, 5, 1), dt.date(2025, 6, 10)
    built = [Building("K1", ends[0], Decimal(1000), late[0]), Building("K2", ends[1], Decimal(3001), late[1])]
    case = contractor(built)
    # value 4001: debt 20 % = 800.20, a quarter of it overdue = 200.05; net receipts 30 % = 300.00 and 900.30
    assert (case.as_of, case.policy.maturity) == (dt.date(2024, 1, 20), dt.date(2025, 11, 15))
    assert (case.loans[0].principal, case.loans[0].overdue_principal) == (Decimal("600.15"), Decimal("200.05"))
    assert (case.cash.opening, case.cash.floor) == (Decimal("120.03"), Decimal("40.01"))
    source = case.cash.sources[0]
    assert isinstance(source, Milestones)
    assert [(item.date, item.amount) for item in source.items] == [
        (ends[0], Decimal("300.00")),
        (ends[1], Decimal("900.30")),
    ]
    again = contractor(built, "actual")
    assert (again.as_of, again.policy.maturity, again.loans) == (case.as_of, dt.date(2025, 11, 10), case.loans)
    assert [(flow.date, flow.amount) for flow in received(again)] == [(late[0], 30_000), (late[1], 90_030)]
    # the bank counts on 95 % of a planned receipt, 120 days later: to 29 July 2024 and 13 October 2025
    assert [(flow.date, flow.amount) for flow in received(case)] == [
        (dt.date(2024, 7, 29), 28_500),
        (dt.date(2025, 10, 13), 85_528),
    ]
    assert [building.delay for building in built] == [31, -5]


def test_the_buildings_are_all_there(real_data: Path) -> None:
    known = buildings(real_data)
    assert len(known) == 49
    assert sum(building.budget for building in known) == Decimal(384972209)
    # M166 has two construction phases, planned to end in 2022 and 2023: 1,546,875 + 21,759,878
    assert Building("M166", dt.date(2023, 5, 24), Decimal(23306753), dt.date(2025, 5, 8)) in known
    assert len(contractors(real_data)) == RUNS


@pytest.mark.parametrize("run", range(RUNS))
def test_the_plan_is_proven_and_verified(real_data: Path, run: int) -> None:
    made = plan(contractors(real_data)[run])
    proven_and_verified(made)


def test_buildings_end_months_later_than_the_bank_counts_on(real_data: Path) -> None:
    """The file's fifty phases end a median of 292 days late; two of them are one building here."""
    delays = [building.delay for building in buildings(real_data)]
    assert statistics.median(delays) == 288
    assert (min(delays), max(delays)) == (-155, 1850)
    assert sum(delay > views()["milestones"].delay_days for delay in delays) == LATER


@pytest.mark.parametrize("run", range(0, RUNS, 4))
def test_the_plan_is_made_again_on_the_actual_ends(real_data: Path, run: int) -> None:
    """The same money comes later: the first plan cannot be paid from it, the second one can.

    It takes longer, unless the money came sooner on the whole than the bank had counted on.
    """
    first, second = (plan(contractors(real_data, ends)[run]) for ends in ("planned", "actual"))  # type: ignore[arg-type]
    proven_and_verified(second)
    planned, actual = received(first.case, "borrower"), received(second.case, "borrower")
    assert sum(flow.amount for flow in planned) == sum(flow.amount for flow in actual)
    assert lowest(first, actual) < 0 <= lowest(second, actual)
    later = mean_day(actual) > mean_day(received(first.case))
    assert (second.metrics.average_life_years > first.metrics.average_life_years) == later


def proven_and_verified(made: Plan) -> None:
    """Optimal, paid in full, and found in order from its file."""
    assert made.status == "optimal"
    assert made.proof.gap is not None
    assert made.proof.gap <= 1e-6
    assert made.metrics.unpaid == 0
    assert len(made.case.cash.sources[0].items) == BUILDINGS  # type: ignore[union-attr]
    text = json.dumps(plan_file(made).as_dict())
    findings = verify(to_plan_file(read_document(text, "plan.json", "json")))
    assert [str(finding.sentence) for finding in findings if finding.result == "fail"] == []


def mean_day(flows: list[Flow]) -> float:
    """The day on which money comes on the average, weighted by amount."""
    return sum(flow.date.toordinal() * flow.amount for flow in flows) / sum(flow.amount for flow in flows)


def received(case: Case, view: View = "bank") -> list[Flow]:
    """What comes in, however late."""
    return forecast(case, Window(case.as_of, add_months(case.as_of, 120), 31, 31), view)


def lowest(made: Plan, flows: list[Flow]) -> int:
    """The least cash after any payment of a plan, where these flows come; cents. A receipt counts on its day."""
    opening = int(made.case.cash.opening * 100)
    return min(
        opening
        + sum(flow.amount for flow in flows if flow.date <= date)
        - sum(row.payment for row in made.installments if row.date <= date)
        for date in {row.date for row in made.installments}
    )
