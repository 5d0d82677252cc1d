"""The whole path through the command line: init, check, plan, files, verify; and everything that must go wrong."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import repayplan
from repayplan.cli.main import cli

SCENARIOS = Path(repayplan.__file__).parents[1] / "scenarios"
STORIES = ("construction", "trade")


def run(*arguments: str | Path) -> Result:
    return CliRunner(env={"REPAYPLAN_LANG": "en", "COLUMNS": "100"}).invoke(cli, [str(item) for item in arguments])


@pytest.fixture(scope="module", params=STORIES)
def planned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the files of a planned scenario."""
    out = tmp_path_factory.mktemp(request.param) / "out"
    outcome = run("plan", SCENARIOS / request.param, "-o", out)
    assert outcome.exit_code == 0, outcome.output
    return out


def document(out: Path) -> dict[str, Any]:
    return json.loads((out / "plan.json").read_text(encoding="utf-8"))


def tampered(out: Path, target: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    content = document(out)
    change(content)
    path = target / "plan.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


def money(amount: int) -> str:
    return f"{Decimal(amount) / 100:.2f}"


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_template_can_be_checked_planned_and_verified_as_it_is(tmp_path: Path, story: str, language: str) -> None:
    made = run("init", tmp_path / "case", "--story", story, "--lang", language)
    assert made.exit_code == 0, made.output
    assert run("check", tmp_path / "case").exit_code == 0
    assert run("plan", tmp_path / "case", "-o", tmp_path / "out", "--lang", language).exit_code == 0
    assert run("verify", tmp_path / "out").exit_code == 0


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("mine", encoding="utf-8")
    assert run("init", tmp_path).exit_code == 2
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"case.yaml": "mine"}


def test_the_plan_is_proven_and_settles_the_debt(planned: Path) -> None:
    content = document(planned)
    assert content["status"] == "optimal"
    assert content["proof"]["gap"] <= 1e-6
    assert content["metrics"]["unpaid"] == "0.00"
    paid = sum(cents(row["payment"]) for row in content["installments"])
    debt, interest = cents(content["metrics"]["debt_at_signing"]), cents(content["metrics"]["interest_paid"])
    assert paid == debt + interest == cents(content["metrics"]["recovered"])


def test_the_spreadsheets_say_what_the_plan_says(planned: Path) -> None:
    def table(name: str) -> list[list[str]]:
        return list(csv.reader((planned / name).read_text(encoding="utf-8-sig").splitlines()))[1:]

    content = document(planned)
    assert table("cash.csv") == [list(row.values()) for row in content["cash"]]
    *rows, totals = zip(*table("schedule.csv"), strict=True)
    told = [{name: value for name, value in row.items() if value is not None} for row in content["installments"]]
    assert list(zip(*rows, strict=True)) == [tuple(row.values()) for row in told]
    days = [row["date"] for row in content["installments"]]
    for number, (day, total) in enumerate(zip(days, totals, strict=True)):
        same_day = [cents(row["payment"]) for row in content["installments"] if row["date"] == day]
        assert total == (money(sum(same_day)) if days.index(day) == number else "")


@pytest.mark.parametrize("file", ["schedule.csv", "cash.csv"])
def test_a_cent_in_a_spreadsheet_is_found(planned: Path, tmp_path: Path, file: str) -> None:
    for name in ("plan.json", "schedule.csv", "cash.csv"):
        (tmp_path / name).write_bytes((planned / name).read_bytes())
    assert run("verify", tmp_path).exit_code == 0
    text = (tmp_path / file).read_text(encoding="utf-8-sig")
    amount = next(cell for cell in text.splitlines()[1].split(",") if "." in cell and cents(cell))
    (tmp_path / file).write_text(text.replace(amount, money(cents(amount) + 1), 1), encoding="utf-8")
    outcome = run("verify", tmp_path)
    assert outcome.exit_code == 1
    assert f"{file}, line 2" in outcome.output
    assert run("verify", tmp_path / "plan.json").exit_code == 0


def test_cash_rolls_forward_and_stays_above_the_floor(planned: Path) -> None:
    content = document(planned)
    cash = cents(content["case"]["cash"]["opening"])
    for row in content["cash"]:
        cash += cents(row["inflow"]) - cents(row["outflow"]) - cents(row["payment"])
        assert cash == cents(row["closing"])
        assert cash >= cents(row["lowest"]) >= cents(row["floor"])
    assert cents(content["metrics"]["min_headroom"]) == min(
        cents(row["lowest"]) - cents(row["floor"]) for row in content["cash"]
    )


def test_the_plan_verifies_and_by_its_own_case_too(planned: Path, request: pytest.FixtureRequest) -> None:
    story = request.node.callspec.params["planned"]
    assert run("verify", planned / "plan.json").exit_code == 0
    assert run("verify", planned, "--case", SCENARIOS / story).exit_code == 0
    told = json.loads(run("verify", planned, "--json").stdout)
    assert told["holds"] is True
    assert told["failed"] == 0
    assert {finding["result"] for finding in told["findings"]} <= {"pass", "note", "warning"}


def one_cent_more(content: dict[str, Any]) -> None:
    row = content["installments"][0]
    row["payment"] = money(cents(row["payment"]) + 1)


def one_cent_less_at_the_end(content: dict[str, Any]) -> None:
    row = content["installments"][-1]
    row["payment"] = money(cents(row["payment"]) - 1)


def one_day_later(content: dict[str, Any]) -> None:
    row = content["installments"][0]
    row["date"] = str(dt.date.fromisoformat(row["date"]) + dt.timedelta(days=1))


def one_cent_of_interest_called_principal(content: dict[str, Any]) -> None:
    row = content["installments"][0]
    row["interest"] = money(cents(row["interest"]) - 1)
    row["principal"] = money(cents(row["principal"]) + 1)


def one_cent_of_cash(content: dict[str, Any]) -> None:
    content["cash"][0]["closing"] = money(cents(content["cash"][0]["closing"]) + 1)


def another_figure(content: dict[str, Any]) -> None:
    content["metrics"]["recovered"] = "1.00"


def a_looser_limit(content: dict[str, Any]) -> None:
    content["case"].setdefault("policy", {})["cover"] = "off"


def a_tighter_limit(content: dict[str, Any]) -> None:
    content["case"].setdefault("policy", {})["maximum_installment"] = "1000.00"


def more_cash(content: dict[str, Any]) -> None:
    content["case"]["cash"]["opening"] = money(cents(content["case"]["cash"]["opening"]) + 1)


def one_installment_gone(content: dict[str, Any]) -> None:
    del content["installments"][0]


def an_installment_twice(content: dict[str, Any]) -> None:
    content["installments"].insert(0, content["installments"][0])


def another_loan(content: dict[str, Any]) -> None:
    content["installments"][0]["loan"] = "somebody-elses"


@pytest.mark.parametrize(
    "change",
    [
        one_cent_more,
        one_cent_less_at_the_end,
        one_day_later,
        one_cent_of_interest_called_principal,
        one_cent_of_cash,
        another_figure,
        a_looser_limit,
        a_tighter_limit,
        more_cash,
        one_installment_gone,
        an_installment_twice,
        another_loan,
    ],
    ids=lambda change: change.__name__,
)
def test_whoever_changes_a_plan_is_found_out(planned: Path, tmp_path: Path, change: Any) -> None:
    outcome = run("verify", tampered(planned, tmp_path, change), "--json")
    assert outcome.exit_code == 1, outcome.output
    told = json.loads(outcome.stdout)
    assert told["holds"] is False
    assert any(finding["result"] == "fail" and finding["sentence"] for finding in told["findings"])
    assert "The plan does not hold" in run("verify", tmp_path).output


def test_a_looser_case_smuggled_in_with_its_fingerprint_is_found_by_the_banks_own_case(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert run("init", mine, "--story", "trade").exit_code == 0
    loose = (mine / "case.yaml").read_text(encoding="utf-8").replace("opening: ", "opening: 9")
    (tmp_path / "loose.yaml").write_text(loose, encoding="utf-8")
    assert run("plan", tmp_path / "loose.yaml", "-o", tmp_path / "out").exit_code == 0
    assert run("verify", tmp_path / "out").exit_code == 0
    assert run("verify", tmp_path / "out", "--case", mine).exit_code == 1


def test_the_impossible_ends_with_1_and_the_best_effort_beside_what_stays_unpaid(tmp_path: Path) -> None:
    outcome = run("plan", SCENARIOS / "impossible", "-o", tmp_path)
    assert outcome.exit_code == 1
    content = document(tmp_path)
    assert content["status"] == "infeasible"
    assert cents(content["metrics"]["unpaid"]) > 0
    assert f"{cents(content['metrics']['unpaid']) / 100:,.2f} stays unpaid" in outcome.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best_effort.csv", "cash.csv", "plan.json"]
    assert run("verify", tmp_path).exit_code == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("rate: ", "rate: -"),
        ("as_of: 2026", "as_of: 20x6"),
        ("schema: repayplan/case/1", "schema: repayplan/case/2"),
        ("opening: ", "opening: lots "),
        ("loans:", "lones:"),
    ],
)
def test_wrong_input_ends_with_2_and_nothing_is_written(tmp_path: Path, before: str, after: str) -> None:
    text = (SCENARIOS / "construction" / "case.yaml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "case.yaml").write_text(text.replace(before, after, 1), encoding="utf-8")
    outcome = run("plan", tmp_path, "-o", tmp_path / "out")
    assert outcome.exit_code == 2
    assert f"✘ {tmp_path / 'case.yaml'}:" in "".join(outcome.stderr.split("\n"))
    assert outcome.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["case.yaml"]


def test_a_file_in_place_of_the_directory_is_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    outcome = run("plan", tmp_path / "no-such-case.yaml", "-o", tmp_path / "out")
    assert outcome.exit_code == 2
    assert "this is not a directory" in " ".join(outcome.stderr.split())


def test_json_is_the_plan_and_nothing_else(tmp_path: Path) -> None:
    outcome = run("plan", SCENARIOS / "trade", "--json", "-o", tmp_path)
    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout) == document(tmp_path)


def test_the_term_and_the_shape_can_be_tried_from_the_command_line(tmp_path: Path) -> None:
    shorter = json.loads(run("plan", SCENARIOS / "trade", "--months", "30", "--json").stdout)
    assert shorter["terms"]["months"] == 30
    assert shorter["case"]["policy"]["months"] == 30
    refused = run("plan", SCENARIOS / "trade", "--months", "0", "-o", tmp_path / "out")
    assert refused.exit_code == 2
    assert "--months" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_chinese_from_end_to_end(tmp_path: Path) -> None:
    outcome = run("plan", SCENARIOS / "trade", "-o", tmp_path, "--lang", "zh")
    assert outcome.exit_code == 0
    assert all(words in outcome.output for words in ("还款计划", "最优", "还款计划表", "剩余债务", "合计", "默认值"))
    content = document(tmp_path)
    assert content["language"] == "zh"
    assert all("现金" in row["sentence"] or "还款" in row["sentence"] for row in content["binding"])
    assert (tmp_path / "schedule.csv").read_text(encoding="utf-8-sig").startswith("日期,贷款,还款额")
    verdict = run("verify", tmp_path, "--lang", "zh")
    assert "计划成立" in verdict.output


def test_planning_twice_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run("plan", SCENARIOS / "construction", "-o", tmp_path / name).exit_code == 0
    for file in ("plan.json", "schedule.csv", "cash.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5000, "case.yaml/below"])
@pytest.mark.parametrize("command", ["check", "plan", "verify"])
def test_paths_no_disk_can_hold_are_wrong_input(tmp_path: Path, command: str, name: str) -> None:
    (tmp_path / "case.yaml").write_text("", encoding="utf-8")
    outcome = run(command, tmp_path / f"{name}.yaml")
    assert outcome.exit_code == 2, outcome.output
    refused = run("plan", SCENARIOS / "trade", "-o", tmp_path / name)
    assert refused.exit_code == 2, refused.output
