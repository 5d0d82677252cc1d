"""``repayplan stress`` as a person and as a program meet it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import repayplan
from repayplan.cli.main import cli

SCENARIOS = Path(repayplan.__file__).parents[1] / "scenarios"


def run(*arguments: str | Path, width: int = 100) -> Result:
    env = {"REPAYPLAN_LANG": "en", "COLUMNS": str(width)}
    return CliRunner(env=env).invoke(cli, [str(item) for item in arguments])


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trade") / "out"
    assert run("plan", SCENARIOS / "trade", "-o", out).exit_code == 0
    return out


def test_a_plan_is_tried_in_either_language(planned: Path) -> None:
    english = run("stress", planned, "--scenarios", "500")
    chinese = run("stress", planned / "plan.json", "--scenarios", "500", "--lang", "zh")
    assert (english.exit_code, chinese.exit_code) == (0, 0)
    words = " ".join(english.output.split())
    assert "In 500 futures the borrower misses an installment in " in words
    assert "3 months of arrears are a default" in words
    assert "peak season 30% below" in words
    assert "largest store closed" in words
    assert "does not apply: the case has no such receipts" in words
    assert "在 500 种未来情景中" in "".join(chinese.output.split("\n")).replace("在500种", "在 500 种")
    assert "旺季" in chinese.output
    assert "futures" not in chinese.output


@pytest.mark.parametrize("width", [60, 80, 160])
def test_it_fits_the_screen(planned: Path, width: int) -> None:
    outcome = run("stress", planned, "--scenarios", "200", width=width)
    assert outcome.exit_code == 0
    assert max(map(len, outcome.output.splitlines())) <= width


def test_the_same_seed_is_the_same_and_files_hold_what_is_printed(planned: Path, tmp_path: Path) -> None:
    command = ("stress", planned, "--scenarios", "400", "--seed", "7", "--json")
    first, second = run(*command, "-o", tmp_path), run(*command)
    assert first.stdout == second.stdout
    document = json.loads(first.stdout)
    assert document == json.loads((tmp_path / "stress.json").read_text(encoding="utf-8"))
    assert document["schema"] == "repayplan/stress/1"
    assert document["drawing"] == {
        "scenarios": 400,
        "seed": 7,
        "method": "antithetic",
        "sample": 0,
        "spreads_valid_from": document["drawing"]["spreads_valid_from"],
    }
    assert document["hazard"]["decides"] == "arrears"
    assert 0 < document["missed"]["share"] < 1
    assert document["defaulted"]["share"] <= document["missed"]["share"]
    misses = sum(row["share"] for row in document["first_misses"])
    assert misses == pytest.approx(document["missed"]["share"])
    assert float(document["worst"]["amount"]) < float(document["recovery"]["amount"])
    rows = list(csv.reader((tmp_path / "bands.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == len(document["bands"]) + 1
    assert rows[0][:3] == ["Date", "Planned", "Cash 5%"]
    assert rows[1][2] == document["bands"][0]["cash"]["0.05"]
    assert (tmp_path / "stress.png").read_bytes().startswith(b"\x89PNG")


def test_another_seed_and_another_method_are_near(planned: Path) -> None:
    shares = {}
    for arguments in (("--seed", "1"), ("--seed", "2"), ("--method", "sobol"), ("--method", "plain")):
        document = json.loads(run("stress", planned, "--scenarios", "1024", "--json", *arguments).stdout)
        shares[arguments] = document["missed"]["share"], document["missed"]["error"]
    values = [value for value, _ in shares.values()]
    assert len(set(values)) > 1
    assert max(values) - min(values) < 6 * max(error for _, error in shares.values())


def test_the_hazard_as_a_weight_gives_no_default(planned: Path) -> None:
    document = json.loads(run("stress", planned, "--scenarios", "100", "--hazard", "weight", "--json").stdout)
    assert document["defaulted"] is None
    assert document["hazard"]["decides"] == "weight"


def test_a_banks_own_stresses(planned: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "stresses:\n  - name: Nothing from May\n    nothing_paid_from_month: 6\n"
        "  - name: Stores closed\n    changes: [{kinds: [stores], share: 0%}]\n",
        encoding="utf-8",
    )
    document = json.loads(run("stress", planned, "--scenarios", "10", "--stresses", own, "--json").stdout)
    (row,) = document["stresses"]
    assert row["name"] == "Nothing from May"
    assert row["first_missed"] is not None
    assert row["defaulted"] > row["first_missed"]
    assert [idle["name"] for idle in document["idle"]] == ["Stores closed"]
    own.write_text("stresses:\n  - name: Nothing\n", encoding="utf-8")
    refused = run("stress", planned, "--stresses", own)
    assert refused.exit_code == 2
    assert "this stress changes nothing" in " ".join(refused.stderr.split())


@pytest.mark.parametrize("arguments", [("--scenarios", "0"), ("--method", "dice"), ("--hazard", "both")])
def test_what_cannot_be_drawn_is_refused(planned: Path, arguments: tuple[str, ...]) -> None:
    assert run("stress", planned, *arguments).exit_code == 2


def test_a_case_is_planned_first_and_one_without_a_plan_is_tried_as_it_stands() -> None:
    document = json.loads(run("stress", SCENARIOS / "impossible", "--scenarios", "50", "--json").stdout)
    assert document["schema"] == "repayplan/stress/1"


def test_a_best_effort_is_called_so(planned: Path) -> None:
    said = run("stress", SCENARIOS / "impossible", "--scenarios", "50")
    assert "This is no plan to sign but the best effort: 6,683,391.01 stays unpaid" in " ".join(said.stdout.split())
    document = json.loads(run("stress", SCENARIOS / "impossible", "--scenarios", "50", "--json").stdout)
    assert (document["plan"]["status"], document["plan"]["unpaid"]) == ("infeasible", "6683391.01")
    assert "best effort" not in run("stress", planned, "--scenarios", "50").stdout


def test_in_python(planned: Path) -> None:
    trial = repayplan.stress(planned / "plan.json", scenarios=300, seed=7)
    assert len(trial.futures) == 300
    assert {"date", "planned", "cash_5%", "debt_50%", "arrears_95%"} <= set(trial.bands)
    again = repayplan.stress(repayplan.read_plan(planned / "plan.json"), scenarios=300, seed=7)
    assert trial.missed == again.missed
    assert repayplan.stress(planned, scenarios=300, seed=7).missed == trial.missed  # the directory it is in
