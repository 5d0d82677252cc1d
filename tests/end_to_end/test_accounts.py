"""``payoff`` and ``ledger`` from a case file to what a person and a program read."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from repayplan.cli.main import cli

CASE = """
schema: repayplan/case/1
as_of: 2026-12-20
enterprise: {name: Invented Co.}
loans:
  - id: =L1
    principal: 0
    overdue_principal: 1000000
    interest: 20000
    fees: 5000
    rate: 4.35%
    contract:
      maturity: 2026-06-30
      overdue_since: 2026-06-30
      operations:
        - {kind: waiver, date: 2026-12-20, fees: 5000, conditional: true}
        - {kind: payment, date: 2027-03-20, amount: 50000}
        - {kind: charge, date: 2027-03-20, name: Court costs, amount: 300}
        - {kind: reversal, date: 2027-03-25, of: 2}
  - {id: L2, principal: 360000, rate: 6%, contract: {settle_every: 1}}
cash:
  opening: 0
  sources: [{kind: monthly, name: Shops, start: 2027-01, amount: 100, months: 12}]
"""


def run(*arguments: str | Path, columns: int = 100) -> Result:
    environment = {"REPAYPLAN_LANG": "en", "COLUMNS": str(columns)}
    return CliRunner(env=environment).invoke(cli, [str(item) for item in arguments])


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.yaml"
    path.write_text(CASE.replace("=L1", "L1"), encoding="utf-8")
    return path


def test_payoff_by_class_and_per_day(case: Path) -> None:
    outcome = run("payoff", case, "--on", "2027-03-20", "--json")
    assert outcome.exit_code == 0, outcome.output
    told = json.loads(outcome.stdout)
    first, second = told["loans"]
    # 16,312.50 of penalty, 326.25 of compound interest and 20,000.00 of interest are paid; 13,361.25 go to principal;
    # then the court costs. The fee is waived, and revives on breach: then the payment reaches 8,361.25 of principal.
    assert first["claim"] == {
        "fees": "300.00", "penalty": "0.00", "compound": "0.00", "interest": "0.00",
        "overdue": "986638.75", "misused": "0.00", "principal": "0.00", "total": "986938.75",
    }  # fmt: skip
    assert first["if_breached"] == "991938.75"
    assert first["daily"] == "178.828273"  # 986,638.75 × 6.525 % / 360
    assert first["days_past_due"] == 263
    # 360,000 × 6 % × 90/360, settled month by month
    assert second["claim"]["interest"] == "5400.00"
    assert second["changes_on"] == "2027-04-20"
    assert Decimal(told["total"]) == sum(Decimal(loan["total"]) for loan in told["loans"])


def test_payoff_says_it_to_people(case: Path) -> None:
    outcome = run("payoff", case, "--on", "2027-01-10")
    assert outcome.exit_code == 0, outcome.output
    assert "To settle L1 on 2027-01-10, CNY" in outcome.output
    assert "of it accrued since the last settlement" in outcome.output
    assert "With conditional waivers revived" in outcome.output
    assert "All loans" in outcome.output


def test_the_account_foots_on_screen_and_in_the_file(case: Path, tmp_path: Path) -> None:
    outcome = run("ledger", case, "-o", tmp_path / "out", columns=160)
    assert outcome.exit_code == 0, outcome.output
    assert "reversal of operation 2" in outcome.output
    rows = list(csv.DictReader((tmp_path / "out" / "account.csv").read_text("utf-8-sig").splitlines()))
    amounts = [name for name in rows[0] if name not in ("Date", "Loan", "Entry", "Debt", "Credit")]
    for loan in ("L1", "L2"):
        lines = [row for row in rows if row["Loan"] == loan]
        total = Decimal(0)
        for line in lines:
            total += sum(Decimal(line[name]) for name in amounts)
            assert total == Decimal(line["Debt"])
    told = json.loads(run("ledger", case, "--json").stdout)
    assert [len(loan["lines"]) for loan in told["loans"]] == [
        sum(row["Loan"] == n for row in rows) for n in ("L1", "L2")
    ]


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_the_account_fits_the_terminal(case: Path, columns: int) -> None:
    outcome = run("ledger", case, columns=columns)
    assert outcome.exit_code == 0
    assert max(map(len, outcome.output.splitlines())) <= columns


def test_until_a_day_only_what_has_happened_by_then(case: Path) -> None:
    told = json.loads(run("ledger", case, "--until", "2027-03-20", "--json").stdout)
    assert [line["kind"] for line in told["loans"][0]["lines"]][-2:] == ["payment", "charge"]


def test_days_that_an_announcement_may_move_are_called_provisional(case: Path) -> None:
    moving = "{settle_every: 12, business_days: china, adjustment: following}"
    case.write_text(case.read_text("utf-8").replace("{settle_every: 1}", moving), encoding="utf-8")
    assert "Provisional" not in run("payoff", case, "--on", "2026-12-31").output
    assert "Provisional until holidays are announced: " in run("payoff", case, "--on", "2040-12-31").output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["payoff", "--on", "2026-12-19"], "2026-12-20 or later"),
        (["payoff", "--on", "soon"], "this is not a date"),
        (["ledger", "--until", "2026-12-19"], "2026-12-20 or later"),
    ],
)
def test_days_that_make_no_sense_end_with_2(case: Path, arguments: list[str], words: str) -> None:
    outcome = run(arguments[0], case, *arguments[1:])
    assert outcome.exit_code == 2
    assert words in outcome.stderr


def test_an_operation_the_ledger_refuses_is_named(case: Path) -> None:
    case.write_text(case.read_text("utf-8").replace("fees: 5000, conditional", "fees: 5001, conditional"), "utf-8")
    outcome = run("ledger", case)
    assert outcome.exit_code == 2
    assert "L1: operations[1]" in outcome.stderr
    assert "5,000.00 at most" in outcome.stderr


def test_a_name_is_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(CASE.replace("name: Court costs", "name: '=1+1'").replace("=L1", "L1"), encoding="utf-8")
    assert run("ledger", path, "-o", tmp_path).exit_code == 0
    assert "'=1+1" in (tmp_path / "account.csv").read_text("utf-8-sig")
