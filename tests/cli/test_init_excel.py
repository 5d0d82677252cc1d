"""``repayplan init --excel``: a workbook that can be checked and planned as it stands, in both languages and units."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from repayplan.cases.excel.headings import headings
from repayplan.cli.main import cli


def run(*arguments: str) -> str:
    outcome = CliRunner().invoke(cli, list(arguments))
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_short_workbook_gives_a_plan(tmp_path: Path, language: str) -> None:
    written = json.loads(run("init", str(tmp_path), "--excel", "--lang", language, "--json"))["files"]
    assert [Path(path).name for path in written] == ["case.xlsx", "README.md"]
    assert json.loads(run("check", str(tmp_path), "--json"))["doubts"] == []
    run("plan", str(tmp_path), "-o", str(tmp_path / "out"), "--lang", language)
    plan = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert plan["status"] == "optimal"


@pytest.mark.parametrize(
    ("language", "unit", "heading"),
    [
        ("zh", "10000", "逾期本金（万元）"),
        ("zh", "1", "逾期本金（元）"),
        ("en", "10000", "Overdue principal (CNY 10,000)"),
    ],
)
def test_the_unit_is_chosen_once_and_shown_in_every_heading(
    tmp_path: Path, language: str, unit: str, heading: str
) -> None:
    run("init", str(tmp_path), "--excel", "--story", "construction", "--lang", language, "--unit", unit)
    content = (tmp_path / "case.xlsx").read_bytes()
    shown = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    kept = openpyxl.load_workbook(io.BytesIO(content))
    loans = shown.worksheets[1]
    assert loans["C1"].value == heading
    assert loans["C2"].value == 2_000_000 / int(unit)
    first = kept.worksheets[0].title
    assert f"'{first}'!$B$3" in kept.worksheets[1]["C1"].value
    assert not any(sheet.protection.sheet for sheet in kept)
    validations = kept.worksheets[0].data_validations.dataValidation
    assert {str(rule.sqref) for rule in validations} == {"B3", "B14"}
    place = [column.field for column in headings().layouts["loans"].columns].index("overdue_days")
    assert kept.worksheets[1].cell(1, place + 1).comment is not None


@pytest.mark.parametrize("unit", ["1", "10000"])
def test_a_unit_is_for_workbooks_only(tmp_path: Path, unit: str) -> None:
    outcome = CliRunner().invoke(cli, ["init", str(tmp_path / "case"), "--unit", unit, "--json", "--lang", "en"])
    (fault,) = json.loads(outcome.stdout)["faults"]
    assert (outcome.exit_code, fault["where"], fault["value"]) == (2, "--unit", unit)
    assert not (tmp_path / "case").exists()


def test_both_languages_say_the_same(tmp_path: Path) -> None:
    for language in ("en", "zh"):
        run("init", str(tmp_path / language), "--excel", "--lang", language)
    cases = [json.loads(run("check", str(tmp_path / language), "--json")) for language in ("en", "zh")]
    assert [case["faults"] for case in cases] == [[], []]
