"""Plans for contractors made of real buildings come out proven, paid in full, and verified from their files."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from contractor import BUILDINGS, Building, buildings, contractor, contractors

from repayplan.cases.readers import read_document
from repayplan.cases.sources import Milestones
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file, to_plan_file
from repayplan.planning.verify import verify

RUNS = 40  # 49 buildings have 40 runs of ten in order of their ids


def test_a_contractor_by_hand() -> None:
    ends = (dt.date(2024, 3, 31), dt.date(2025, 6, 15))
    case = contractor([Building("K1", ends[0], Decimal(1000)), Building("K2", ends[1], Decimal(3001))])
    # value 4001: debt 20 % = 800.20, a quarter of it overdue = 200.05; net receipts 30 % = 300.00 and 900.30
    assert (case.as_of, case.policy.maturity) == (dt.date(2024, 1, 20), dt.date(2025, 9, 15))
    assert (case.loans[0].principal, case.loans[0].overdue_principal) == (Decimal("600.15"), Decimal("200.05"))
    assert (case.cash.opening, case.cash.floor) == (Decimal("120.03"), Decimal("40.01"))
    source = case.cash.sources[0]
    assert isinstance(source, Milestones)
    assert [(item.date, item.amount) for item in source.items] == [
        (ends[0], Decimal("300.00")),
        (ends[1], Decimal("900.30")),
    ]


def test_the_buildings_are_all_there(real_data: Path) -> None:
    known = buildings(real_data)
    assert len(known) == 49
    assert sum(building.budget for building in known) == Decimal(384972209)
    # M166 has two construction phases, planned to end in 2022 and 2023: 1,546,875 + 21,759,878
    assert Building("M166", dt.date(2023, 5, 24), Decimal(23306753)) in known
    assert len(contractors(real_data)) == RUNS


@pytest.mark.parametrize("run", range(RUNS))
def test_the_plan_is_proven_and_verified(real_data: Path, run: int) -> None:
    case = contractors(real_data)[run]
    made = plan(case)
    assert made.status == "optimal"
    assert made.proof.gap is not None
    assert made.proof.gap <= 1e-6
    assert made.metrics.unpaid == 0
    assert len(case.cash.sources[0].items) == BUILDINGS  # type: ignore[union-attr]
    text = json.dumps(plan_file(made).as_dict())
    findings = verify(to_plan_file(read_document(text, "plan.json", "json")))
    assert [str(finding.sentence) for finding in findings if finding.result == "fail"] == []
