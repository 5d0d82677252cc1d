"""Files: what a spreadsheet sees, and that nobody ever sees half of them."""

from __future__ import annotations

import csv
import dataclasses
import json
from decimal import Decimal
from pathlib import Path

import pytest

from repayplan.errors import InputError
from repayplan.language import speaking
from repayplan.report import files
from repayplan.report.files import write_plan


def test_three_files_and_nothing_else(make_plan, tmp_path: Path) -> None:
    written = write_plan(make_plan(), tmp_path / "new" / "out")
    assert [path.name for path in written] == ["plan.json", "schedule.csv", "cash.csv"]
    assert sorted(path.name for path in (tmp_path / "new" / "out").iterdir()) == [
        "cash.csv",
        "plan.json",
        "schedule.csv",
    ]


def test_spreadsheets_are_utf8_with_a_mark_and_foot(make_plan, tmp_path: Path) -> None:
    plan = make_plan(loans=2)
    with speaking("zh"):
        write_plan(plan, tmp_path)
    raw = (tmp_path / "schedule.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert list(rows[0])[:3] == ["日期", "贷款", "还款额"]
    assert len(rows) == len(plan.installments)
    for row in rows:
        parts = sum(Decimal(row[name]) for name in ("费用", "罚息", "复利", "利息", "本金"))
        assert Decimal(row["还款额"]) == parts


def test_the_total_of_a_day_stands_once_and_can_be_summed(make_plan) -> None:
    plan = make_plan(loans=2)
    heading, *lines = files.schedule_table(plan.installments)
    assert heading[-1] == "Total of the day"
    assert [line[-1] != "" for line in lines] == [line[1] == "L1" for line in lines]
    assert sum(Decimal(line[-1]) for line in lines if line[-1]) == Decimal(plan.metrics.recovered) / 100
    first = sum(row.payment for row in plan.installments[:2])
    assert Decimal(lines[0][-1]) == Decimal(first) / 100


def test_amounts_in_plan_json_are_strings_with_two_places(make_plan, tmp_path: Path) -> None:
    plan = make_plan()
    write_plan(plan, tmp_path)
    document = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    first = plan.installments[0]
    assert document["schema"] == "repayplan/plan/1"
    assert document["installments"][0] == {
        "date": "2026-12-20",
        "loan": "L1",
        "payment": "50000.00",
        "fees": "0.00",
        "penalty": "0.00",
        "compound": "0.00",
        # 910,000 × 4.35 % × 30 / 360 = 3,298.75, settled before principal
        "interest": "3298.75",
        "principal": "46701.25",
        "principal_after": "863298.75",
        "debt_after": "863298.75",
        "debt_if_breached": None,
    }
    assert first.payment == 5_000_000
    expected = {"case", "currency", "as_of", "status", "proof", "cash", "metrics", "rules", "binding", "findings"}
    assert expected <= set(document)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_text_never_becomes_a_formula(make_plan, sign: str) -> None:
    plan = make_plan()
    loan = f"{sign}1+2"
    row = dataclasses.replace(plan.installments[0], loan=loan)
    content = files.csv_file(files.schedule_table([row])).decode("utf-8-sig")
    assert next(csv.DictReader(content.splitlines(keepends=True)))["Loan"] == f"'{loan}"


def test_negative_cash_stays_a_number(make_plan) -> None:
    row = dataclasses.replace(make_plan().cash[0], closing=-5)
    assert ",-0.05," in files.csv_file(files.cash_table([row])).decode("utf-8-sig")


def test_a_best_effort_is_not_called_a_schedule(make_plan, tmp_path: Path) -> None:
    write_plan(make_plan(), tmp_path)
    written = write_plan(make_plan(status="infeasible"), tmp_path)
    assert [path.name for path in written] == ["plan.json", "best_effort.csv", "cash.csv"]
    assert not (tmp_path / "schedule.csv").exists()
    write_plan(make_plan(), tmp_path)
    assert not (tmp_path / "best_effort.csv").exists()


def test_a_file_in_the_way_is_refused_and_left_alone(make_plan, tmp_path: Path) -> None:
    in_the_way = tmp_path / "out"
    in_the_way.write_text("mine", encoding="utf-8")
    for target in (in_the_way, in_the_way / "deeper"):
        with pytest.raises(InputError, match="this is not a directory"):
            write_plan(make_plan(), target)
    assert in_the_way.read_text(encoding="utf-8") == "mine"
    assert list(tmp_path.iterdir()) == [in_the_way]


def test_the_same_plan_gives_the_same_bytes(make_plan, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_plan(make_plan(), tmp_path / name)
    for name in ("plan.json", "schedule.csv", "cash.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
