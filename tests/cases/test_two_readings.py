"""What two readers could read in two ways is refused; what is only said to be rough is read and doubted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from sheets import case_in, overview, workbook

from repayplan.cases import cells, fields
from repayplan.cases.cells import Cell
from repayplan.cases.excel.reader import read_workbook
from repayplan.errors import InputError

RATES = [
    (fields.Rate, "0.36", "0.36"),
    (fields.Rate, "36.5%", "36.5%"),
    (fields.Rate, "1%", "0.01"),
    (fields.Rate, "100%", "100%"),
    (fields.Growth, "-40%", "-40%"),
    (fields.Part, "100%", "100%"),
    (fields.Part, "0.99", "0.99"),
    (fields.Share, 1, "1"),
]


@pytest.mark.parametrize(("kind", "written", "said"), RATES)
def test_a_rate_is_written_so_that_it_reads_back(kind: Any, written: Any, said: str) -> None:
    adapter = TypeAdapter(kind)
    read = adapter.validate_python(written)
    assert adapter.dump_python(read) == said
    assert adapter.validate_python(said) == read


@pytest.mark.parametrize(
    ("kind", "written", "words"),
    [
        (fields.Rate, 1, "this may mean 1% or 100%"),
        (fields.Rate, "0.5", "this may mean 0.5% or 50%"),
        (fields.Spread, Decimal("-1"), "this may mean -1% or -100%"),
        (fields.Growth, "0.4", "this may mean 0.4% or 40%"),
        (fields.Part, "1.00", "this may mean 1% or 100%"),
    ],
)
def test_a_bare_number_with_two_readings_is_refused(kind: Any, written: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TypeAdapter(kind).validate_python(written)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("约2026年3月15日", (2026, 3, 15)),
        ("预计 2026-03-15", (2026, 3, 15)),
        ("2026年3月15日左右", (2026, 3, 15)),
        ("2026年3月底（预计）", (2026, 3, 31)),
        ("about 15 Mar 2026", (2026, 3, 15)),
    ],
)
def test_a_day_with_a_remark_is_that_day(typed: str, day: tuple[int, int, int]) -> None:
    assert cells.date(Cell(typed)) == dt.date(*day)
    assert cells.month(Cell(typed)) == dt.date(*day).replace(day=1)
    assert cells.approximate(Cell(typed))


@pytest.mark.parametrize("typed", ["2026年3月15日前", "2026年3月15日（或以后）", "约", "约3/4/2026"])
def test_a_remark_that_moves_the_day_is_refused(typed: str) -> None:
    with pytest.raises(InputError):
        cells.date(Cell(typed))


def test_a_month_with_one_digit_after_a_point_is_refused() -> None:
    """2025.1 is what a spreadsheet makes of 2025.10."""
    assert cells.month(Cell("2025.10")) == dt.date(2025, 10, 1)
    with pytest.raises(InputError):
        cells.month(Cell("2025.1"))


def doubts_in(sheets: dict[str, Any]) -> list[str]:
    return [str(doubt) for doubt in read_workbook(workbook(sheets), "case.xlsx").doubts]


def test_rough_values_are_doubted_with_their_cells() -> None:
    assert doubts_in({"概况": overview()}) == []
    told = doubts_in({"概况": overview(("余额日期", "约2026年11月20日"), ("现有现金", "约54万"))})
    assert len(told) == 2
    assert all("this value is said to be approximate" in doubt and "概况!B" in doubt for doubt in told)


@pytest.mark.parametrize("typed", ["100%", (1.0,), (0.5,), "5成"])
def test_a_cell_in_percent_leaves_no_doubt(typed: Any) -> None:
    rows = [("名称", "每月金额", "起始月份", "月数", "银行折扣"), ("租金", "1万", "2026-12", 36, typed)]
    made = case_in({"概况": overview(without=["每月净现金流入"]), "每月收支": rows})
    assert made.cash.sources[0].bank.haircut in (1, Decimal("0.5"))
