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

NO_CLAIM = ("Date", "Loan", "No.", "Entry", "Received", "Credit", "Credit after", "Debt")


def run(*arguments: str | Path, columns: int = 100) -> Result:
    environment = {"REPAYPLAN_LANG": "en", "COLUMNS": str(columns)}
    return CliRunner(env=environment).invoke(cli, [str(item) for item in arguments])


def told(outcome: Result) -> str:
    """Standard error without its line breaks."""
    return " ".join(outcome.stderr.split())


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
    amounts = [name for name in rows[0] if name not in NO_CLAIM]
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
        (["payoff", "--on", "2026-12-19"], "--on: this day is before the case's date"),
        (["payoff", "--on", "soon"], "this is not a date"),
        (["ledger", "--until", "2026-12-19"], "--until: this day is before the case's date"),
    ],
)
def test_days_that_make_no_sense_end_with_2(case: Path, arguments: list[str], words: str) -> None:
    outcome = run(arguments[0], case, *arguments[1:])
    assert outcome.exit_code == 2
    assert words in told(outcome)


def test_an_operation_the_ledger_refuses_is_named(case: Path) -> None:
    case.write_text(case.read_text("utf-8").replace("fees: 5000, conditional", "fees: 5001, conditional"), "utf-8")
    outcome = run("ledger", case)
    assert outcome.exit_code == 2
    assert "case.yaml:16 loans[0].contract.operations[0]: the waiver of costs and fees" in told(outcome)
    assert "5,000.00 at most" in told(outcome)


def test_a_name_is_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(CASE.replace("name: Court costs", "name: '=1+1'").replace("=L1", "L1"), encoding="utf-8")
    assert run("ledger", path, "-o", tmp_path).exit_code == 0
    assert "'=1+1" in (tmp_path / "account.csv").read_text("utf-8-sig")


OVERPAID = """
schema: repayplan/case/1
as_of: 2026-12-20
enterprise: {name: Invented Co.}
loans:
  - id: L1
    principal: 360000
    rate: 6%
    contract:
      maturity: 2027-12-20
      settle_every: 1
      operations:
        - {kind: payment, date: 2027-01-30, amount: 400000}
        - {kind: rate, date: 2027-02-10, rate: 5%}
"""
"""6 % of 360,000 is 60.00 a day: 1,860.00 on 20 January, which bears 0.31 a day; 600.00 more by the 30th. No cash is
forecast."""


@pytest.fixture
def overpaid(tmp_path: Path) -> Path:
    path = tmp_path / "case.yaml"
    path.write_text(OVERPAID, encoding="utf-8")
    return path


def test_the_account_ends_where_the_payoff_does(overpaid: Path) -> None:
    # 400,000.00 settle 361,860.00 and 3.10 of compound interest: 38,136.90 stays, less 600.00 accrued
    told = json.loads(run("ledger", overpaid, "--until", "2027-01-30", "--json").stdout)["loans"][0]
    payment, accrued = told["lines"][-2:]
    assert (payment["operation"], payment["received"], payment["credit_after"]) == (1, "400000.00", "38136.90")
    assert (accrued["kind"], accrued["interest"], accrued["debt"]) == ("accrued", "600.00", "600.00")
    settled = json.loads(run("payoff", overpaid, "--on", "2027-01-30", "--json").stdout)
    assert told["total"] == settled["total"] == "-37536.90"


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_a_statement_shows_what_came_in_what_it_settled_and_what_is_kept(overpaid: Path, columns: int) -> None:
    overpaid.write_text(overpaid.read_text("utf-8").replace("400000", "361000"), encoding="utf-8")
    split = run("ledger", overpaid, "--until", "2027-01-30", columns=columns).output
    for amount in ("361,000.00", "-359,136.90", "-1,860.00", "To pay on 2027-01-30: 1,463.10"):
        assert amount in split  # 360,000.00 + 1,860.00 + 3.10 + 600.00 − 361,000.00
    overpaid.write_text(OVERPAID, encoding="utf-8")
    outcome = run("ledger", overpaid, "--until", "2027-01-30", columns=columns).output
    for amount in ("400,000.00", "38,136.90", "To be returned on 2027-01-30: 37,536.90"):
        assert amount in outcome
    assert max(map(len, outcome.splitlines())) <= columns


def test_what_has_been_overpaid_is_to_be_returned(overpaid: Path) -> None:
    outcome = run("payoff", overpaid, "--on", "2027-01-30").output
    assert "To be returned" in outcome
    assert "-37,536.90" not in outcome


def test_a_known_operation_ends_the_time_of_the_daily_amount(overpaid: Path) -> None:
    told = json.loads(run("payoff", overpaid, "--on", "2027-01-25", "--json").stdout)
    assert (told["daily"], told["loans"][0]["changes_on"]) == ("60.310000", "2027-01-30")
    assert json.loads(run("payoff", overpaid, "--on", "2027-01-31", "--json").stdout)["loans"][0]["changes_on"] == (
        "2027-02-10"
    )


def test_a_day_too_far_ahead_is_doubted_on_screen_and_in_json(overpaid: Path) -> None:
    assert json.loads(run("payoff", overpaid, "--on", "2036-12-20", "--json").stdout)["doubts"] == []
    far = run("payoff", overpaid, "--on", "2090-01-01", "--json")
    assert [doubt["where"] for doubt in json.loads(far.stdout)["doubts"]] == ["--on"]
    assert "more than 10 years after the case's date" in told(run("ledger", overpaid, "--until", "2090-01-01"))


def test_provisional_days_are_told_to_programs_too(case: Path) -> None:
    moving = "{settle_every: 12, business_days: china, adjustment: following}"
    case.write_text(case.read_text("utf-8").replace("{settle_every: 1}", moving), encoding="utf-8")
    for command in (["payoff", "--on"], ["ledger", "--until"]):
        told = json.loads(run(command[0], case, command[1], "2040-12-31", "--json").stdout)
        assert "2040-12-20" in told["provisional"]


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("{kind: waiver, date: 2027-02-10, principal: 400000}", "operations[1]: the waiver of principal is larger"),
        (
            "{kind: reschedule, date: 2027-02-10, installments: [{date: 2027-10-20, amount: 5}]}",
            "operations[1]: the new installments do not make up",
        ),
    ],
)
def test_check_refuses_what_no_account_can_hold(overpaid: Path, operation: str, words: str) -> None:
    assert run("check", overpaid).exit_code == 0
    text = overpaid.read_text("utf-8").replace("{kind: rate, date: 2027-02-10, rate: 5%}", operation)
    overpaid.write_text(text, encoding="utf-8")
    outcome = run("check", overpaid)
    assert outcome.exit_code == 2
    assert f"case.yaml:14 loans[0].contract.{words}" in told(outcome)


def test_check_refuses_an_operation_reversed_twice(overpaid: Path) -> None:
    twice = "{kind: reversal, date: 2027-02-10, of: 1}\n        - {kind: reversal, date: 2027-02-10, of: 1}"
    text = overpaid.read_text("utf-8").replace("{kind: rate, date: 2027-02-10, rate: 5%}", twice)
    overpaid.write_text(text, encoding="utf-8")
    outcome = run("check", overpaid)
    assert outcome.exit_code == 2
    assert "case.yaml:15 loans[0].contract.operations[2]: there is no such operation to reverse" in told(outcome)


def test_a_case_without_cash_has_an_account_and_no_plan(overpaid: Path) -> None:
    assert "has an account and no plan" in " ".join(run("check", overpaid).stdout.split())
    outcome = run("plan", overpaid)
    assert outcome.exit_code == 2
    assert "cash.sources: a plan needs to know what cash is expected" in told(outcome)


def test_operations_out_of_order_keep_their_numbers(overpaid: Path) -> None:
    """A reversal names the place in the list, although the day of another operation comes first."""
    text = overpaid.read_text("utf-8").replace(
        "{kind: rate, date: 2027-02-10, rate: 5%}",
        "{kind: charge, date: 2027-01-10, name: Court costs, amount: 8}\n"
        "        - {kind: reversal, date: 2027-02-10, of: 1}",
    )
    overpaid.write_text(text, encoding="utf-8")
    lines = json.loads(run("ledger", overpaid, "--json").stdout)["loans"][0]["lines"]
    assert [(line["kind"], line["operation"]) for line in lines if line["operation"] and line["kind"] != "accrual"] == [
        ("charge", 2),
        ("payment", 1),
        ("reversal", 3),
    ]
    assert lines[-1]["debt"] == "363134.51"  # 360,000 + 8 + 52 days of 60.00 + 21 days of 0.31 on the 1,860.00
