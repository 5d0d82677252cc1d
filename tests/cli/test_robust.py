"""``repayplan plan --robust`` from the outside: both languages, JSON, files that pass ``verify``, wrong options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from repayplan.cli.main import cli

CASE = """
schema: repayplan/case/1
as_of: 2026-11-20
enterprise: {name: Invented shop}
loans:
  - {id: L1, principal: 100000.00, rate: 3.60%}
cash:
  opening: 20000.00
  floor: 0.00
  sources:
    - {kind: monthly, name: Shop, start: 2026-12, amount: 12000.00, months: 15}
policy: {months: 14, unit: 100.00, hazard: 1%, recovery: 20%}
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.yaml"
    path.write_text(CASE, encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner(env={"REPAYPLAN_LANG": "en", "COLUMNS": "100"}).invoke(cli, [str(word) for word in arguments])


def test_both_plans_stand_side_by_side_and_the_files_pass_verify(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = run("plan", case, "--robust", "--scenarios", 100, "-o", out)
    assert outcome.exit_code == 0
    assert "Beside the plain plan" in outcome.output
    assert "An installment is missed in" in outcome.output
    method = json.loads((out / "plan.json").read_text(encoding="utf-8"))["proof"]["method"]
    assert method.startswith("cutting planes over 100 futures, risk aversion 0.5;")
    assert run("verify", out).exit_code == 0


def test_in_chinese(case: Path) -> None:
    outcome = run("plan", case, "--max-miss", "30%", "--scenarios", 100, "--lang", "zh")
    assert outcome.exit_code == 0
    assert "与普通方案对照" in outcome.output
    assert "漏付" in outcome.output
    assert "Beside" not in outcome.output


def test_json_has_both_plans_figures(case: Path) -> None:
    outcome = run("plan", case, "--risk-aversion", 0, "--scenarios", 100, "--seed", 7, "--json")
    document = json.loads(outcome.stdout)
    assert outcome.exit_code == 0
    assert (document["robust"]["scenarios"], document["robust"]["seed"], document["robust"]["sample"]) == (100, 7, 2)
    assert "risk aversion 0;" in document["proof"]["method"]
    assert document["robust"]["plan"]["missed"] <= document["robust"]["plain"]["missed"]
    assert any(finding["rule"] == "robust" for finding in document["findings"])


def test_a_bound_that_is_not_kept_is_a_failure(case: Path) -> None:
    outcome = run("plan", case, "--months", 9, "--max-miss", "4%", "--scenarios", 100)
    assert outcome.exit_code == 1
    assert "No plan was found that is missed with a probability of 4.0% at most" in " ".join(outcome.output.split())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--scenarios", "200"], "these options are for robust plans alone"),
        (["--max-miss", "5"], "this is no share"),
        (["--max-miss", "nothing"], "this is no share"),
        (["--max-miss", "0"], "this is no probability"),
        (["--max-miss", "1.5"], "this is no probability"),
        (["--max-miss", "5%", "--risk-aversion", "1"], "either risk aversion makes a plan robust"),
        (["--robust", "--scenarios", "3"], "so few futures say too little"),
        (["--robust", "--schedule", "offer.csv"], "a schedule that is offered is judged as it is"),
    ],
)
def test_options_that_do_not_go_together_are_refused(case: Path, options: list[str], words: str) -> None:
    outcome = run("plan", case, *options)
    assert outcome.exit_code == 2
    assert words in " ".join(outcome.output.split()) + " ".join(outcome.stderr.split())
