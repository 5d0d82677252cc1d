"""Spreadsheets beside a plan: a cent, a day or a line too many is found, another way to write the same is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from repayplan.language import speaking
from repayplan.planning.plan_file import plan_file
from repayplan.report.beside import compare_spreadsheets
from repayplan.report.files import write_plan


def compared(plan, directory: Path) -> list[str]:
    findings = compare_spreadsheets(plan_file(plan), directory)
    assert {finding.result for finding in findings} <= {"fail"}
    return [str(finding.sentence) for finding in findings]


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8-sig")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8-sig")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("status", ["optimal", "infeasible"])
def test_what_was_written_is_confirmed_in_either_language(
    make_plan, tmp_path: Path, language: str, status: str
) -> None:
    plan = make_plan(loans=2, status=status)
    with speaking(language):
        write_plan(plan, tmp_path)
    assert compared(plan, tmp_path) == []
    assert compared(plan, tmp_path / "nothing-here") == []


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("schedule.csv", "50000.00", "50000.01", "schedule.csv, line 2: 50000.01 stands there, the plan says 50000.00"),
        ("schedule.csv", "2026-12-20", "2026-12-21", "2026-12-21 stands there, the plan says 2026-12-20"),
        ("schedule.csv", ",L1,", ",L2,", "L2 stands there, the plan says L1"),
        ("cash.csv", "100000.00", "100000.10", "cash.csv, line 2: 100000.10 stands there, the plan says 100000.00"),
    ],
)
def test_a_cent_a_day_or_a_loan_is_found(
    make_plan, tmp_path: Path, file: str, before: str, after: str, told: str
) -> None:
    plan = make_plan()
    write_plan(plan, tmp_path)
    change(tmp_path / file, before, after)
    (found,) = compared(plan, tmp_path)
    assert told in found


def test_lines_that_are_missing_or_too_many_are_found(make_plan, tmp_path: Path) -> None:
    plan = make_plan(months=12)
    write_plan(plan, tmp_path)
    path = tmp_path / "schedule.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join(lines[:-1]), encoding="utf-8")
    assert compared(plan, tmp_path) == ["schedule.csv, line 13 is missing"]
    path.write_text("\n".join([*lines, lines[-1]]), encoding="utf-8")
    assert compared(plan, tmp_path) == ["schedule.csv, line 14 is not in the plan"]


def test_what_a_spreadsheet_program_makes_of_it_says_the_same(make_plan, tmp_path: Path) -> None:
    plan = make_plan()
    write_plan(plan, tmp_path)
    change(tmp_path / "schedule.csv", "2026-12-20", "2026/12/20")
    change(tmp_path / "schedule.csv", "50000.00", '"50,000"')
    assert compared(plan, tmp_path) == []


def test_a_schedule_beside_a_plan_that_settles_nothing_is_found(make_plan, tmp_path: Path) -> None:
    write_plan(make_plan(), tmp_path)
    (found,) = compared(make_plan(status="infeasible"), tmp_path)
    assert found == "schedule.csv belongs to another plan: this one has best_effort.csv"


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"\xff\xfe", "cannot be read: this file is not UTF-8"), (b'a,b\n"a"b,c\n', "is not a table of values")],
)
def test_what_cannot_be_read_is_found(make_plan, tmp_path: Path, content: bytes, told: str) -> None:
    plan = make_plan()
    write_plan(plan, tmp_path)
    (tmp_path / "cash.csv").write_bytes(content)
    (found,) = compared(plan, tmp_path)
    assert told in found
