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


def test_a_plan_says_how_often_it_is_missed(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = run("plan", case, "--scenarios", 200, "--seed", 7, "-o", out)
    assert outcome.exit_code == 0
    said = json.loads((out / "plan.json").read_text(encoding="utf-8"))["futures"]
    assert (said["scenarios"], said["seed"], said["method"], said["sample"]) == (200, 7, "antithetic", 0)
    assert said["sentence"] in " ".join(outcome.output.split())
    assert "In 200 futures the borrower misses an installment in " in said["sentence"]
    assert run("verify", out).exit_code == 0
    tried = json.loads(run("stress", out, "--scenarios", 200, "--seed", 7, "--json").stdout)
    assert (tried["sentence"], tried["missed"]["share"]) == (said["sentence"], said["missed"])
    outcome = run("plan", case, "--scenarios", 0)
    assert outcome.exit_code == 0
    assert "futures" not in outcome.output


def test_a_robust_plan_says_it_of_the_futures_it_is_judged_on(case: Path) -> None:
    document = json.loads(run("plan", case, "--robust", "--scenarios", 100, "--json").stdout)
    assert (document["futures"]["missed"], document["futures"]["sample"]) == (document["robust"]["plan"]["missed"], 2)


def test_in_chinese(case: Path) -> None:
    outcome = run("plan", case, "--max-miss", "30%", "--scenarios", 100, "--lang", "zh")
    assert outcome.exit_code == 0
    assert "与普通方案对照" in outcome.output
    assert "失约" in outcome.output
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
        (["--scenarios", "-1"], "so many futures cannot be drawn"),
        (["--scenarios", "200", "--schedule", "offer.csv"], "a schedule that is offered is judged as it is"),
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


def test_explain_says_that_it_explains_another_plan(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("plan", case, "--risk-aversion", 5, "--scenarios", 100, "-o", out).exit_code == 0
    outcome = run("explain", out)
    assert outcome.exit_code == 0
    assert "The plan in the file is made for many futures" in " ".join(outcome.stderr.split())
