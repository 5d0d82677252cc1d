"""``repayplan explain`` and ``repayplan plan --schedule`` as a person and as a program meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import repayplan
from repayplan.cli.main import cli

SCENARIOS = Path(repayplan.__file__).parents[1] / "scenarios"


def run(*arguments: str | Path) -> Result:
    return CliRunner(env={"REPAYPLAN_LANG": "en", "COLUMNS": "100"}).invoke(cli, [str(item) for item in arguments])


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trade") / "out"
    assert run("plan", SCENARIOS / "trade", "-o", out).exit_code == 0
    return out


def test_a_plan_is_explained_in_either_language(planned: Path) -> None:
    english, chinese = run("explain", planned), run("explain", planned / "plan.json", "--lang", "zh")
    assert (english.exit_code, chinese.exit_code) == (0, 0)
    assert "What a change would bring" in english.output
    assert "With cover of 1.15 instead of 1.20: up to " in " ".join(english.output.split())
    assert "settles what is left" in english.output
    assert "变动会带来什么" in chinese.output
    assert "偿债覆盖率由 1.20 降为 1.15：最多有" in "".join(chinese.output.split()).replace(
        "由1.20降为1.15", "由 1.20 降为 1.15"
    )


def test_for_programs_every_installment_says_what_holds_it(planned: Path) -> None:
    document = json.loads(run("explain", planned, "--json").stdout)
    plan = json.loads((planned / "plan.json").read_text(encoding="utf-8"))
    assert document["schema"] == "repayplan/explanation/1"
    assert [row["date"] for row in document["installments"]] == [
        row["date"] for row in plan["installments"] if row["payment"] != "0.00"
    ]
    assert all(row["held_by"] for row in document["installments"][:-1])
    assert document["installments"][-1]["settles"]
    assert {row["lever"] for row in document["changes"]} >= {"cover", "floor", "step"}
    assert document["remedies"] is None


def test_a_plan_changed_by_hand_is_told_apart(planned: Path, tmp_path: Path) -> None:
    content = json.loads((planned / "plan.json").read_text(encoding="utf-8"))
    content["installments"] = content["installments"][:-1]
    (tmp_path / "plan.json").write_text(json.dumps(content), encoding="utf-8")
    outcome = run("explain", tmp_path)
    assert "is not the one that is made of its case today" in outcome.stderr


def test_the_impossible_is_explained_with_what_would_help() -> None:
    outcome = run("explain", SCENARIOS / "impossible")
    assert outcome.exit_code == 1
    assert "These limits cannot all be kept" in outcome.output
    assert "a waiver of 6,1" in outcome.output
    assert "cover of 1.00 instead of 1.20" in outcome.output
    document = json.loads(run("explain", SCENARIOS / "impossible", "--json").stdout)
    (waiver,) = document["remedies"]["alone"]
    assert waiver["changes"][0]["lever"] == "waiver"
    assert float(document["remedies"]["mix"]["cost"]) < float(waiver["cost"])
    assert [line["clause"] for line in document["conflict"]] == ["", "floors", "maturity"]
    assert "These limits cannot all be kept" in run("plan", SCENARIOS / "impossible").output


def test_an_offer_that_holds_ends_with_0_and_one_that_fails_with_1(planned: Path, tmp_path: Path) -> None:
    held = run("plan", SCENARIOS / "trade", "--schedule", planned / "schedule.csv")
    assert held.exit_code == 0, held.output
    assert "The offer holds every limit" in held.output
    lines = (planned / "schedule.csv").read_text(encoding="utf-8-sig").splitlines()
    cells = [line.split(",") for line in lines]
    cells[3][2] = "40万"
    offer = tmp_path / "offer.csv"
    offer.write_text("\n".join(",".join(line) for line in cells), encoding="utf-8")
    failed = run("plan", SCENARIOS / "trade", "--schedule", offer, "-o", tmp_path / "out")
    assert failed.exit_code == 1, failed.output
    assert "the nearest schedule that holds moves" in " ".join(failed.output.split())
    document = json.loads((tmp_path / "out" / "offer.json").read_text(encoding="utf-8"))
    assert not document["holds"]
    assert "floors" in document["days"][2]["breaks"]
    assert document["days"][2]["offered"] == "400000.00"
    nearest = run("plan", SCENARIOS / "trade", "--schedule", tmp_path / "out" / "nearest.csv")
    assert nearest.exit_code == 0, nearest.output
    table = (tmp_path / "out" / "offer.csv").read_text(encoding="utf-8-sig").splitlines()
    assert table[0] == "Date,Offered,Nearest,Difference,Breaks"


def test_a_bad_offer_is_told_with_its_cell(tmp_path: Path) -> None:
    offer = tmp_path / "offer.csv"
    offer.write_text("Date,Payment\nsoon,5\n", encoding="utf-8")
    outcome = run("plan", SCENARIOS / "trade", "--schedule", offer, "--json")
    assert outcome.exit_code == 2
    assert "offer.csv A2" in outcome.stdout


def test_from_python(planned: Path) -> None:
    case = SCENARIOS / "trade" / "case.yaml"
    assert repayplan.judge_offer(case, planned / "schedule.csv").holds
    found = repayplan.explain(SCENARIOS / "impossible" / "case.yaml")
    assert found.remedies is not None
    assert found.remedies.cheapest == found.remedies.mix
