"""Every shape through the command line, from a case file to plan.json and back through verify, in both languages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner, Result

import repayplan
from repayplan.cases.shapes import SHAPES, PlainName
from repayplan.cli.main import cli
from repayplan.cli.plan import SHAPES as OFFERED

SCENARIOS = Path(repayplan.__file__).parents[1] / "scenarios"

CASES: dict[str, tuple[str, str, str]] = {
    "free": ("trade", "free", ""),
    "level": ("trade", "level", "Shape of the installments: level"),
    "level_principal": ("trade", "level_principal", "of principal, and interest on what is left"),
    "step_up": ("trade", "{kind: step_up, growth: 10%}", "Shape of the installments: rising in steps"),
    "seasonal": ("trade", "{kind: seasonal, peak: [11, 12, 1]}", "in the months 1, 11, 12 of the year"),
    "interest_only": ("trade", "{kind: interest_only, months: 6}", "Interest alone until 2027-05-20"),
    "level_balloon": ("trade", "{kind: level_balloon, share: 20%}", "level with a stated last payment"),
    "milestone_share": ("construction", "{kind: milestone_share, account: Escrow 7}", "Receipts go to Escrow 7"),
    "store_share": ("restaurant", "{kind: store_share, minimum: 100000.00}", "of what Forty restaurants brings"),
    "receivable_share": ("textile", "receivable_share", "Rules that make the payments"),
}
"""Where it is tried, what the policy says, and what the screen must show. The last one needs a case of its own."""


def run(*arguments: str | Path, language: str = "en") -> Result:
    environment = {"REPAYPLAN_LANG": language, "COLUMNS": "160"}
    return CliRunner(env=environment).invoke(cli, [str(item) for item in arguments])


def case_file(folder: Path, story: str, shape: str) -> Path:
    """The scenario with a shape in its policy."""
    shutil.copytree(SCENARIOS / story, folder)
    file = folder / "case.yaml"
    text = file.read_text(encoding="utf-8")
    if shape == "receivable_share":
        text = RECEIVABLES
    else:
        assert text.count("\npolicy:") == 1
        head, line, tail = text.partition("\npolicy:")
        rest = tail.partition("\n")
        text = f"{head}{line}{rest[0]}\n  shape: {shape}\n{rest[2]}"
    file.write_text(text, encoding="utf-8")
    return folder


RECEIVABLES = """
schema: repayplan/case/1
as_of: 2026-11-20
enterprise: {name: Invented Yarns}
loans: [{id: L1, principal: 3000000.00, rate: 4.35%}]
cash:
  opening: 300000.00
  floor: 200000.00
  sources:
    - kind: receivables
      name: Supermarkets
      items:
        - {debtor: Jiangnan, amount: 2500000.00, due: 2027-01-31}
        - {debtor: Jiangbei, amount: 1800000.00, due: 2027-05-31, delay_days: 30}
policy:
  months: 12
  shape: receivable_share
"""


def test_every_shape_is_tried_and_every_plain_name_is_offered() -> None:
    assert set(CASES) == set(SHAPES)
    assert set(OFFERED) == set(get_args(PlainName))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", CASES)
def test_a_shape_from_the_case_file_to_verify(tmp_path: Path, name: str, language: str) -> None:
    story, shape, shown = CASES[name]
    case = case_file(tmp_path / "case", story, shape)
    assert run("check", case).exit_code == 0
    planned = run("plan", case, "-o", tmp_path / "out", language=language)
    assert planned.exit_code == 0, planned.output
    document: dict[str, Any] = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert document["status"] == "optimal"
    assert document["terms"]["shape"] == name
    if language == "en":
        assert shown in " ".join(planned.output.split())
    contingent = name.endswith("_share")
    assert bool(document["rules"]) == contingent
    for rule in document["rules"]:
        assert 0 <= float(rule["share"]) <= 1
        assert rule["long_stop"] > rule["expected"]
        assert ("收款" in rule["sentence"]) == (language == "zh")
    assert run("verify", tmp_path / "out", language=language).exit_code == 0


def test_a_share_written_otherwise_into_the_file_is_found(tmp_path: Path) -> None:
    case = case_file(tmp_path / "case", "restaurant", "store_share")
    assert run("plan", case, "-o", tmp_path / "out").exit_code == 0
    file = tmp_path / "out" / "plan.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document["rules"][0]["share"] = "0.2"
    file.write_text(json.dumps(document), encoding="utf-8")
    verdict = run("verify", file)
    assert verdict.exit_code == 1
    assert "the rules make" in verdict.output


def test_a_shape_tried_from_the_command_line() -> None:
    made = json.loads(run("plan", SCENARIOS / "trade", "--shape", "level_principal", "--json").stdout)
    assert made["case"]["policy"]["shape"] == "level_principal"
    refused = run("plan", SCENARIOS / "trade", "--shape", "store_share")
    assert refused.exit_code == 2
    assert "a share of sources of the kind stores" in " ".join(refused.stderr.split())
