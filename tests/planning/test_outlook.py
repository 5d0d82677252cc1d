"""How often a plan is missed, said with the plan: as ``stress`` counts it, and why where it happens most often."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from making import make_case

from repayplan.forecast.futures import Drawing
from repayplan.language import speaking
from repayplan.planning.first_miss import most_often_first, reason
from repayplan.planning.outlook import with_outlook
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file, read_plan
from repayplan.planning.result import Plan
from repayplan.planning.stress import Trial, stress
from repayplan.planning.verify import verify
from repayplan.report.files import write_plan

DRAWING = Drawing(seed=3, scenarios=400)
# sales of 16,667 from November to April, 3,333 from May to October
INDICES = ["1.6667" if month in (11, 12, 1, 2, 3, 4) else "0.3333" for month in range(1, 13)]
SEASONS = {
    "kind": "season",
    "yearly": "120000.00",
    "start": "2026-12",
    "indices": INDICES,
    "day": 10,
}
MILESTONES = {"2026-12-10": "60000.00", "2027-04-10": "60000.00"}
INVOICES = {
    "kind": "receivables",
    "items": [
        {"debtor": "Jiangbei", "amount": "100000.00", "due": "2027-02-10", "delay_days": 30},
    ],
}


def made(**given: Any) -> Plan:
    found = plan(make_case(**{"unit": "100.00", "hazard": "0.5%", "recovery": "20%", **given}))
    assert found.status in ("optimal", "feasible")
    return found


def tried(found: Plan) -> Trial:
    return stress(plan_file(found), DRAWING, (), hazard="arrears")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"milestones": MILESTONES, "months": 6}, "milestone 2026-12-10 late"),
        ({"source": INVOICES, "opening": "5000.00", "months": 5}, "Jiangbei pays late or too little"),
        ({"monthly": ["11000.00"] * 12, "months": 12}, "Shop brings less than expected"),
    ],
)
def test_the_reason_is_what_lacks_most(given: dict[str, Any], said: str) -> None:
    assert str(reason(tried(made(**given)))) == said


def test_a_weak_month_is_off_season() -> None:
    found = made(source=SEASONS, months=14, grace={"months": 5}, opening="2000.00")
    trial = tried(found)
    month = most_often_first(trial)
    assert month is not None
    assert 5 <= int(month[5:]) <= 10
    assert str(reason(trial)) == "off-season"


def test_a_plan_says_what_stress_says_of_it() -> None:
    found = with_outlook(made(milestones=MILESTONES, months=6), DRAWING)
    trial, outlook = tried(found), found.outlook
    assert outlook is not None
    assert (outlook.missed, outlook.error) == (trial.missed.value, trial.missed.error)
    assert (outlook.scenarios, outlook.seed, outlook.method) == (400, 3, "antithetic")
    words = f"In 400 futures the borrower misses an installment in {trial.missed.value:.1%}"
    assert str(outlook.sentence).startswith(words)
    assert str(outlook.sentence).endswith(f"first most often in {outlook.first} ({outlook.reason})")
    with speaking("zh"):
        assert "延误" in str(outlook.sentence)


def test_without_a_miss_there_is_no_month() -> None:
    outlook = with_outlook(made(monthly=["90000.00"] * 12, opening="100000.00"), DRAWING).outlook
    assert outlook is not None
    assert (outlook.missed, outlook.first, outlook.reason) == (0.0, None, None)
    # two hundred pairs that mirror each other: (1 − p)^200 = 0.05 at p = 1.49 %
    words = "In none of 400 futures does the borrower miss an installment; its probability is below 1.49% at 95%"
    assert str(outlook.sentence) == words


def test_what_is_no_plan_is_tried_in_nothing() -> None:
    found = plan(make_case(monthly=["100.00"] * 12, unit="100.00"))
    assert found.status == "infeasible"
    assert with_outlook(found, DRAWING) is found


def test_the_file_keeps_it_and_verify_passes(tmp_path: Path) -> None:
    found = with_outlook(made(milestones=MILESTONES, months=6), DRAWING)
    write_plan(found, tmp_path)
    document = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert document["futures"]["missed"] == found.outlook.missed  # type: ignore[union-attr]
    again = read_plan(tmp_path)
    assert again.futures is not None
    assert again.futures.sentence == str(found.outlook.sentence)  # type: ignore[union-attr]
    assert all(finding.result != "fail" for finding in verify(again))
