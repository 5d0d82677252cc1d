"""From a file to a case: every problem at once, each with place, value, limit and cure."""

from __future__ import annotations

import datetime as dt
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from repayplan.cases.files import MAX_BYTES
from repayplan.cases.readers import check_case, read_case, read_text
from repayplan.cases.sources import Milestones, Monthly
from repayplan.errors import InputError

GOOD = """\
schema: repayplan/case/1
as_of: 2026-11-20
enterprise: {name: 恒泰建设, id: 10023}
loans:
  - {id: 007, principal: "1,000,000", overdue_principal: 0.10, rate: 4.35%, collateral: }
cash:
  opening: -10.5
  sources:
    - {kind: monthly, name: Shop, start: 2026-12, amount: 1.20, months: 36}
    - kind: milestones
      name: Hall
      items: [{name: Roof, date: 2027-3-5, amount: 30000}]
policy:
  cover: off
  grace: {months: 3, interest_only: no}
  step: 25%
  balloon: 0.2
"""


def told(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_text(text, "case.yaml", "yaml")
    return str(caught.value).splitlines()


def spoiled(data: dict[str, Any]) -> list[str]:
    """Faults of plain data without line and file."""
    with pytest.raises(InputError) as caught:
        read_text(json.dumps(data), "x", "json")
    return [str(fault).removeprefix("x:1 ") for fault in caught.value.faults]


def test_a_case_is_read_to_the_digit(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("\ufeff" + GOOD, encoding="utf-8")
    case = read_case(tmp_path / "case.yaml")
    assert (case.as_of, case.enterprise.id, case.currency) == (dt.date(2026, 11, 20), "10023", "CNY")
    loan = case.loans[0]
    assert (loan.id, loan.principal, loan.overdue_principal) == ("007", Decimal("1000000.00"), Decimal("0.10"))
    assert (loan.rate, loan.collateral, loan.rate_after_signing) == (Decimal("0.0435"), Decimal("0.00"), None)
    assert case.cash.opening == Decimal("-10.50")
    shop, hall = case.cash.sources
    assert isinstance(shop, Monthly)
    assert (shop.start, shop.series) == (dt.date(2026, 12, 1), (Decimal("1.20"),) * 36)
    assert isinstance(hall, Milestones)
    assert hall.items[0].date == dt.date(2027, 3, 5)
    policy = case.policy
    assert (policy.cover, policy.step, policy.balloon) == ("off", Decimal("0.25"), Decimal("0.2"))
    assert policy.grace not in (None, "off")
    assert policy.grace.interest_only is False


@pytest.mark.parametrize("number", ["（2024）信银贷字第0123号", "(2025)沪银/贷字 第5号", "HT#7 [a] {b} =1", "号" * 64])
def test_contract_numbers_are_taken_as_they_are(data: dict[str, Any], number: str) -> None:
    data["loans"][0]["id"] = data["enterprise"]["id"] = number
    case = read_text(json.dumps(data), "x", "json")
    assert (case.loans[0].id, case.enterprise.id) == (number, number)


def test_a_full_width_percent_sign_is_a_percent_sign(data: dict[str, Any]) -> None:
    data["loans"][0]["rate"] = "4.35％"
    assert read_text(json.dumps(data), "x", "json").loans[0].rate == Decimal("0.0435")


def test_json_and_yaml_give_the_same_case(data: dict[str, Any]) -> None:
    text = json.dumps(data, indent=1)
    assert read_text(text, "x", "json") == read_text(text, "x", "yaml")


def test_every_problem_is_told_at_once_with_its_line() -> None:
    text = GOOD.replace("4.35%", "435%").replace("30000", "0.001").replace("name: Shop", "nam: Shop")
    assert told(text) == [
        "case.yaml:5 loans[0].rate: this is not a yearly rate; value: 435%; limit: 0% to 100%; "
        "→ write a percentage such as 4.35% or a fraction such as 0.0435",
        "case.yaml:9 cash.sources[0].name: this field is missing; → write for example name: Net cash of the shops",
        "case.yaml:9 cash.sources[0].nam: there is no such field; value: Shop; → did you mean name?",
        "case.yaml:12 cash.sources[1].items[0].amount: this amount has fractions of a cent; value: 0.001; "
        "limit: two decimals; → round it to the cent",
    ]


def put(data: Any, path: str, value: Any) -> None:
    """Set ``loans.0.rate``; ``...`` takes it out."""
    *above, last = path.split(".")
    for step in above:
        data = data[int(step)] if step.isdigit() else data.setdefault(step, {})
    if value is ...:
        del data[last]
    else:
        data[int(last) if isinstance(data, list) else last] = value


EXAMPLE_SOURCE = "{kind: monthly, name: Net cash of the shops, start: 2026-12, amount: 210000.00, months: 36}"


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("as_of", ..., "as_of: this field is missing; → write for example as_of: 2026-11-20"),
        ("as_of", "2026-02-30", "as_of: this is not a date; value: 2026-02-30; → write a date such as 2026-12-20"),
        ("as_of", 20261120, "as_of: this is not a date; value: 20261120; → write a date such as 2026-12-20"),
        (
            "as_of",
            "0001-01-01",
            "as_of: this date is not plausible; value: 0001-01-01; limit: 1900-01-01 to 2200-12-31; "
            "→ write a date such as 2026-12-20",
        ),
        (
            "schema",
            "repayplan/case/2",
            "schema: this word cannot stand here; value: repayplan/case/2; limit: one of: repayplan/case/1; "
            "→ write for example schema: repayplan/case/1",
        ),
        (
            "currency",
            "yuan",
            "currency: this is no currency; value: yuan; limit: three capital letters (ISO 4217); "
            "→ write for example CNY",
        ),
        (
            "enterprise",
            5,
            "enterprise: fields must stand here; value: 5; "
            "→ write for example enterprise: {name: Hengtai Construction (invented)}",
        ),
        (
            "enterprise.name",
            "",
            "enterprise.name: this text is empty; value: ; "
            "→ write for example name: Hengtai Construction Co. (invented)",
        ),
        (
            "enterprise.name",
            True,
            "enterprise.name: this is not a text; value: true; "
            "→ write for example name: Hengtai Construction Co. (invented)",
        ),
        (
            "enterprise.name",
            "a\u202eb",
            "enterprise.name: this text holds line breaks or invisible characters; "
            "value: a\\u202eb; → write it again on one line",
        ),
        (
            "enterprise.name",
            "x" * 201,
            "enterprise.name: this text is too long; value: " + "x" * 59 + "…; "
            "limit: at most 200 characters; → shorten it",
        ),
        (
            "loans.0.id",
            "L1\u202e",
            "loans[0].id: this text holds line breaks or invisible characters; value: L1\\u202e; "
            "→ write it again on one line",
        ),
        (
            "loans.0.id",
            "号" * 65,
            f"loans[0].id: this text is too long; value: {'号' * 59}…; limit: at most 64 characters; → shorten it",
        ),
        (
            "loans.0.principal",
            "ten",
            "loans[0].principal: this is not a number; value: ten; → write an amount such as 1200000.00",
        ),
        (
            "loans.0.principal",
            "1_000",
            "loans[0].principal: this is not a number; value: 1_000; → write an amount such as 1200000.00",
        ),
        (
            "loans.0.principal",
            "1,00",
            "loans[0].principal: this is not a number; value: 1,00; → write an amount such as 1200000.00",
        ),
        (
            "loans.0.principal",
            "Infinity",
            "loans[0].principal: this is not a finite number; value: Infinity; → write an amount such as 1200000.00",
        ),
        (
            "loans.0.principal",
            "1e999999999",
            "loans[0].principal: this number has too many digits; "
            "value: 1e999999999; limit: at most 24 digits; → write an amount such as 1200000.00",
        ),
        # 28-digit arithmetic would have rounded this to 1.00
        (
            "loans.0.principal",
            "1.0000000000000000000000000000001",
            "loans[0].principal: this number has too many "
            "digits; value: 1.0000000000000000000000000000001; limit: at most 24 digits; "
            "→ write an amount such as 1200000.00",
        ),
        (
            "loans.0.principal",
            -5,
            "loans[0].principal: this amount is negative; value: -5; limit: 0.00 or more; "
            "→ write it without a minus sign",
        ),
        (
            "loans.0.principal",
            10**14,
            "loans[0].principal: this amount is too large; value: 100000000000000; "
            "limit: at most 10,000,000,000,000.00; → check the number of zeros and the unit",
        ),
        (
            "loans.0.principal",
            True,
            "loans[0].principal: this is not a number; value: true; → write an amount such as 1200000.00",
        ),
        ("loans.0.principal", [], "loans[0].principal: this is not a number; → write an amount such as 1200000.00"),
        (
            "loans.0.principal",
            None,
            "loans[0].principal: this field is missing; → write for example principal: 8000000.00",
        ),
        (
            "loans.0.rate",
            4.35,
            "loans[0].rate: this is not a yearly rate; value: 4.35; limit: 0% to 100%; "
            "→ write a percentage such as 4.35% or a fraction such as 0.0435",
        ),
        (
            "loans.0.day_count",
            "ACT/361",
            "loans[0].day_count: this word cannot stand here; value: ACT/361; "
            "limit: one of: ACT/360, ACT/365F, ACT/ACT, 30/360, 30E/360; → write for example day_count: ACT/360",
        ),
        ("loans.0.Interest", 5, "loans[0].Interest: there is no such field; value: 5; → did you mean interest?"),
        (
            "loans",
            [],
            "loans: this list is too short; limit: at least 1; "
            "→ write for example loans: [{id: L1, principal: 8000000.00, rate: 4.35%}]",
        ),
        (
            "loans",
            "L1",
            "loans: a list must stand here; value: L1; "
            "→ write for example loans: [{id: L1, principal: 8000000.00, rate: 4.35%}]",
        ),
        (
            "loans.0",
            "L1",
            "loans[0]: fields must stand here; value: L1; "
            "→ write for example loans: [{id: L1, principal: 8000000.00, rate: 4.35%}]",
        ),
        ("cash.sources.0", {}, "cash.sources[0].kind: this field is missing; → write for example kind: monthly"),
        (
            "cash.sources.0.kind",
            "weekly",
            "cash.sources[0].kind: there is no such kind; value: weekly; limit: one of: milestones, season, stores, "
            "receivables, assets, guarantor, flows, monthly; → choose one of these kinds",
        ),
        (
            "cash.sources.0",
            3,
            f"cash.sources[0]: fields must stand here; value: 3; → write for example sources: [{EXAMPLE_SOURCE}]",
        ),
        (
            "cash.sources.0.start",
            "2026-13",
            "cash.sources[0].start: this is not a month; value: 2026-13; → write a month such as 2026-12",
        ),
        (
            "cash.sources.0.items",
            3,
            "cash.sources[0].items: there is no such field; value: 3; "
            "→ the fields here are: name, bank, kind, category, start, amounts, amount, months, day",
        ),
        (
            "cash.sources.0.months",
            361,
            "cash.sources[0].months: this number is too large; value: 361; "
            "limit: at most 360; → write for example months: 36",
        ),
        (
            "cash.sources.0.months",
            0,
            "cash.sources[0].months: this number is too small; value: 0; "
            "limit: at least 1; → write for example months: 36",
        ),
        (
            "cash.sources.0.months",
            "3.5",
            "cash.sources[0].months: this is not a whole number; value: 3.5; → write a whole number such as 12",
        ),
        (
            "cash.sources.0.months",
            ...,
            "cash.sources[0]: a monthly series needs either amounts, or amount together "
            "with months; → give amounts: [..], or amount: and months:",
        ),
        (
            "cash.sources.1.items.0.amount",
            0,
            "cash.sources[1].items[0].amount: this amount is not above zero; "
            "value: 0; limit: 0.01 or more; → write an amount above zero",
        ),
        (
            "policy.payment_every",
            4,
            "policy.payment_every: this word cannot stand here; value: 4; "
            "limit: one of: 1, 2, 3, 6, 12; → write for example payment_every: 1",
        ),
        (
            "policy.payment_every",
            True,
            "policy.payment_every: this is not a whole number; value: true; → write a whole number such as 12",
        ),
        (
            "policy.interest_every",
            4,
            "policy.interest_every: this word cannot stand here; value: 4; "
            "limit: one of: 1, 2, 3, 6, 12; → write for example interest_every: 3, or off",
        ),
        (
            "policy.step",
            "of",
            "policy.step: this is not a number; value: of; "
            "→ write a percentage such as 25% or a fraction such as 0.25, or off",
        ),
        (
            "policy.cover",
            "on",
            "policy.cover: fields must stand here; value: on; → write for example cover: {minimum: 1.20}, or off",
        ),
        (
            "policy.cover.minimum",
            "0.9",
            "policy.cover.minimum: this is not a cover ratio; value: 0.9; "
            "limit: 1.00 to 10.00; → write a ratio such as 1.20",
        ),
        (
            "policy.grace",
            {"interest_only": True},
            "policy.grace.months: this field is missing; → write for example months: 6",
        ),
        (
            "policy.grace",
            {"months": 3, "interest_only": "maybe"},
            "policy.grace.interest_only: this is neither true nor false; value: maybe; → write true or false",
        ),
        (
            "policy",
            [],
            "policy: fields must stand here; → write for example policy: {months: 36, first_payment: 2027-01-20}",
        ),
    ],
)
def test_each_kind_of_wrong_field(data: dict[str, Any], path: str, value: Any, fault: str) -> None:
    put(data, path, value)
    assert spoiled(data) == [fault]


def test_python_names_are_not_file_names(data: dict[str, Any]) -> None:
    data["schema_"] = data.pop("schema")
    assert [fault.split("; ")[0] for fault in spoiled(data)] == [
        "schema: this field is missing",
        "schema_: there is no such field",
    ]


def test_an_empty_policy_is_no_policy(data: dict[str, Any]) -> None:
    data["policy"] = None
    assert read_text(json.dumps(data), "x", "json").policy.months is None


def test_lists_that_are_too_long(data: dict[str, Any]) -> None:
    data["loans"] = [{"id": f"L{number}", "principal": 1, "rate": 0} for number in range(21)]
    assert spoiled(data) == [
        "loans: this list is too long; limit: at most 20; → put entries together, or make several cases of it"
    ]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    def fault(name: str) -> str:
        with pytest.raises(InputError) as caught:
            read_case(tmp_path / name)
        return str(caught.value).removeprefix(str(tmp_path))

    assert fault("none.yaml") == "/none.yaml: there is no such file; → check the path, or begin with repayplan init"
    assert fault("nowhere") == "/nowhere: there is no such file; → check the path, or begin with repayplan init"
    assert fault("case.txt") == (
        "/case.txt: this is no kind of case file; value: .txt; limit: one of: .yaml, .yml, .json, .xlsx, .xlsm; "
        "→ save the case with one of these endings"
    )
    (tmp_path / "folder.yaml").mkdir()
    assert fault("folder.yaml") == "/folder.yaml: this is not a file; → give the path of a case file"
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    assert fault("large.yaml") == "/large.yaml: this file is too large; limit: at most 5 MiB; " + (
        "→ put small receipts together"
    )
    assert "cannot be opened" in fault("nul\0.yaml")
    assert "cannot be opened" in fault("x" * 300 + ".yaml")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_rights(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "case.yaml").chmod(0)
    with pytest.raises(InputError, match="cannot be opened"):
        read_case(tmp_path / "case.yaml")


def test_doubts_stand_beside_a_case_that_is_in_order(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(GOOD, encoding="utf-8")
    case, doubts = check_case(tmp_path / "case.yaml")
    assert case == read_case(tmp_path / "case.yaml")
    assert [fault.where for fault in doubts] == [
        f"{tmp_path}/case.yaml:7 {field}" for field in ("cash.opening", "cash")
    ]
