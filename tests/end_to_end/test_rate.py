"""``repayplan rate`` as a person and as a program meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from borrowers import borrower
from click.testing import CliRunner, Result

import repayplan
from repayplan.cases.writers import case_to_dict
from repayplan.cli.main import cli

SCENARIOS = Path(repayplan.__file__).parents[1] / "scenarios"


def run(*arguments: str | Path, **environment: str) -> Result:
    settings = {"REPAYPLAN_LANG": "en", "COLUMNS": "150", **environment}
    return CliRunner(env=settings).invoke(cli, [str(item) for item in arguments])


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case_to_dict(borrower(policy={"rating": "low"}))), encoding="utf-8")
    return path


def test_a_rating_is_told_in_either_language(case: Path) -> None:
    english, chinese = run("rate", case), run("rate", case, "--lang", "zh")
    assert (english.exit_code, chinese.exit_code) == (0, 0), english.output
    lines = english.output.splitlines()
    assert lines[:2] == ["Rating: Invented", "medium risk"]
    assert "✘   3/3 days past due: 92, limit 90; by this alone at least medium risk [IFRS 9" in english.output
    assert "✔ 0/1 earlier extensions and restructurings: 0, in order below 1" in english.output
    assert "construction, 2026-11-01" in english.output
    assert "Not known" not in english.output
    assert "37.6% a year, 3.85% a month, for a plan that takes up to 80%" in english.output
    assert "中风险" in chinese.output
    assert "✘   3/3 逾期天数：92，上限 90；仅此一项即至少为中风险" in chinese.output
    assert "建筑业，2026-11-01" in chinese.output
    # where limits and hazards come from, too
    assert "[IFRS 9 第 5.5.11 段（30 天）" in chinese.output
    assert "[示例表：美国经修改的住房按揭贷款的再违约" in chinese.output


def test_what_is_not_known_is_named_with_its_fields() -> None:
    outcome = run("rate", SCENARIOS / "trade")
    assert outcome.exit_code == 0, outcome.output
    assert "low confidence: 3 of 17 points are known" in outcome.output
    assert "? days past due [loans[0].contract.overdue_since]" in outcome.output
    assert "too little to call the risk low" in outcome.output


def test_for_programs_every_reason_has_its_code(case: Path) -> None:
    document = json.loads(run("rate", case, "--json").stdout)
    assert document["schema"] == "repayplan/rating/1"
    assert {key: document[key] for key in ("rating", "confidence", "stated", "points", "points_known", "industry")} == {
        "rating": "medium", "confidence": "high", "stated": "low", "points": "10", "points_known": 17,
        "industry": "construction",
    }  # fmt: skip
    reasons = {reason.pop("code"): reason for reason in document["reasons"]}
    leverage = reasons["leverage"]
    assert leverage.pop("source").startswith("average of construction enterprises 65.2 %")
    assert leverage == {
        "severity": "alarm", "points": "2", "most": 2, "figure": "0.910000", "limit": "0.752", "at_least": "low",
        "sentence": "liabilities/assets 0.91 in 2025, limit 0.752",
    }  # fmt: skip
    assert document["missing"] == []
    assert document["hazards"]["buckets"][0] == {"up_to": "0.8", "yearly": "0.376"}


def test_a_table_of_the_bank_that_cannot_be_used_ends_with_2(case: Path, tmp_path: Path) -> None:
    own = tmp_path / "limits.toml"
    own.write_text("[leverage]\nweight = 2\n", encoding="utf-8")
    outcome = run("rate", case, "--json", REPAYPLAN_RATING=str(own))
    assert outcome.exit_code == 2
    places = [fault["where"] for fault in json.loads(outcome.stdout)["faults"]]
    assert f"{own}, leverage.watch" in places
    assert f"{own}, days_overdue" in places


def test_limits_that_are_younger_than_the_case_are_said(tmp_path: Path) -> None:
    data = {**case_to_dict(borrower(statements=[])), "as_of": "2026-08-31"}
    (tmp_path / "case.json").write_text(json.dumps(data), encoding="utf-8")
    outcome = run("rate", tmp_path / "case.json")
    assert "none are known for the case's date, 2026-08-31" in outcome.output


def test_a_case_that_is_wrong_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("schema: repayplan/case/1\npolicy: {rating: AAA}\n", encoding="utf-8")
    outcome = run("rate", tmp_path)
    assert outcome.exit_code == 2
    assert "policy.rating" in outcome.output + outcome.stderr


def test_from_python(case: Path) -> None:
    rated = repayplan.rate(case)
    assert (rated.rating.level, rated.stated) == ("medium", "low")
    assert repayplan.rate(borrower()).rating == rated.rating
