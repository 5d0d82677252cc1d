"""Cells as people type them: read rightly or refused, never guessed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repayplan.cases import cells
from repayplan.cases.cells import EPOCH_1904, Cell, Raw
from repayplan.errors import InputError
from repayplan.money import grouped, plain
from repayplan.rules.capitals import capitals

MILLION = Decimal(1_200_000)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1200000",
            "1,200,000.00",
            "1，200，000",
            "1 200 000",
            "１２０００００",
            "120万",
            "120 万元",
            "１２０万",
            "120萬",
        ),
        *(
            "约120万",
            "大约120万元",
            "120万元左右",
            "约 120 万 左右",
            "¥1,200,000",
            "￥120万",
            "人民币120万元整",
            "CNY 1,200,000",
        ),
        *("120万（含税）", "120(万元)", "120万 (估计)", "0.012亿", "1.2 million", "1,200 thousand", "1200k", "1.2百万"),
        *("壹佰贰拾万元整", "人民币壹佰贰拾万元整", "一百二十万", "1200000元", "+1200000"),
    ],
)
def test_amounts_of_one_million_two(text: str) -> None:
    assert cells.amount(Cell(text)) == MILLION


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.2亿", "120000000"),
        ("1亿2000万", "120000000"),
        ("3万5千", "35000"),
        ("1亿", "100000000"),
        ("-120万", "-1200000"),
        ("－120万", "-1200000"),  # full-width minus
        ("−120万", "-1200000"),  # the minus of typesetters
        ("负120万", "-1200000"),
        ("(1,200.50)", "-1200.50"),
        ("（1,200.50）", "-1200.50"),
        (".5万", "5000"),
        ("0", "0"),
        ("人民币壹仟肆佰零玖元伍角", "1409.50"),
        ("壹仟元零伍分", "1000.05"),
    ],
)
def test_other_amounts(text: str, value: str) -> None:
    assert cells.amount(Cell(text)) == Decimal(value)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "120余万",
            "近120多万",
            "100-120万",
            "100~120万",
            "120万以上",
            "120(另有30)",
            "3万5",
            "2000万1亿",
            "1万2万",
            "1,20",
            "1.2.3",
        ),
        *(
            "--5",
            "(-5)",
            "abc",
            "约",
            "1e6",
            "1_000",
            "0x10",
            "1.2m",
            "$120",
            "120万美元",
            "=1+1",
            "12,34,567",
            "待定",
            "∞",
            "٣",
        ),
        *(True, dt.date(2026, 1, 1), dt.time(8), dt.timedelta(1)),
    ],
)
def test_amounts_that_are_refused(value: Raw) -> None:
    with pytest.raises(InputError) as caught:
        cells.amount(Cell(value))
    (fault,) = caught.value.faults
    assert fault.value
    assert fault.remedy


@pytest.mark.parametrize(
    ("value", "yuan"),
    [
        (120, 1_200_000),
        (120.5, 1_205_000),
        ("120", 1_200_000),
        ("120万", 1_200_000),
        ("120元", 120),
        ("1,200.5", 12_005_000),
    ],
)
def test_a_bare_number_takes_the_unit_of_its_heading(value: Raw, yuan: int) -> None:
    assert cells.amount(Cell(value), 10_000) == yuan


def test_binary_dust_is_not_money() -> None:
    """Excel keeps fifteen digits: 0.1 + 0.2 is 0.3 to everybody who looks at the cell."""
    assert cells.amount(Cell(0.1 + 0.2)) == Decimal("0.3")
    assert cells.amount(Cell(123.4567), 10_000) == Decimal("1234567")


def test_a_percentage_is_no_amount() -> None:
    with pytest.raises(InputError, match="this is not an amount"):
        cells.amount(Cell(0.8, percent=True))


@given(st.integers(-(10**14), 10**14))
def test_every_amount_in_its_usual_spellings(cents: int) -> None:
    exact = Decimal(cents).scaleb(-2)
    assert cells.amount(Cell(plain(cents))) == exact
    assert cells.amount(Cell(f"约{grouped(cents)}元")) == exact
    assert cells.amount(Cell(f"{exact.scaleb(-4):f}万")) == exact
    assert cells.amount(Cell(float(exact))) == exact
    if cents > 0:
        assert cells.amount(Cell(capitals(cents))) == exact


@pytest.mark.parametrize(
    ("value", "percent", "fraction"),
    [
        ("80%", False, "0.8"),
        ("８０％", False, "0.8"),
        ("4.35 %", False, "0.0435"),
        ("约5%", False, "0.05"),
        ("百分之5", False, "0.05"),
        ("5‰", False, "0.005"),
        ("8成", False, "0.8"),
        ("0.0435", False, "0.0435"),
        (0.0435, False, "0.0435"),
        (4.35, True, "0.0435"),  # the heading says %
        ("4.35", True, "0.0435"),
        ("4.35%", True, "0.0435"),
        ("-2%", False, "-0.02"),
    ],
)
def test_fractions(value: Raw, percent: bool, fraction: str) -> None:
    assert cells.fraction(Cell(value), percent) == Decimal(fraction)


def test_a_cell_shown_as_a_percentage_is_one_whatever_its_heading_says() -> None:
    assert cells.fraction(Cell(0.0435, percent=True), percent=True) == Decimal("0.0435")


@pytest.mark.parametrize(
    "value", ["LPR+85bp", "日万分之五", "年4.35%", "4.35%~4.75%", "百分之五点五", True, dt.date(2026, 1, 1)]
)
def test_fractions_that_are_refused(value: Raw) -> None:
    with pytest.raises(InputError, match="this is not a percentage"):
        cells.fraction(Cell(value))


@pytest.mark.parametrize(
    "value",
    [
        *(
            "2026年3月15日",
            "2026/3/15",
            "2026-03-15",
            "2026.3.15",
            "20260315",
            "２０２６年３月１５日",
            "2026 年 3 月 15 号",
        ),
        *(
            "15/3/2026",
            "3/15/2026",
            "15 Mar 2026",
            "March 15, 2026",
            "15-Mar-2026",
            "2026-03-15 00:00:00",
            "2026-03-15T08:30:00",
        ),
        *(
            "二〇二六年三月十五日",
            46_096,
            46_096.0,
            46_096.75,
            "46096",
            "46096.0",
            " ４６０９６ ",
            20_260_315,
            dt.date(2026, 3, 15),
            dt.datetime(2026, 3, 15, 8, 30),
        ),
    ],
)
def test_dates(value: Raw) -> None:
    assert cells.date(Cell(value)) == dt.date(2026, 3, 15)


def test_serial_dates_may_count_from_1904() -> None:
    # 46,096 days after 1899-12-30 is 2026-03-15; from 1904-01-01 it is 1,462 days later
    for value in (46_096, "46096"):
        assert cells.date(Cell(value, epoch=EPOCH_1904)) == dt.date(2026, 3, 15) + dt.timedelta(days=1_462)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年2月底", "2026-02-28"),
        ("2028年2月末", "2028-02-29"),
        ("2026年底", "2026-12-31"),
        ("2026年末", "2026-12-31"),
        ("2026年年底", "2026-12-31"),
        ("3/3/2026", "2026-03-03"),
        ("二〇二六年十二月三十一日", "2026-12-31"),
    ],
)
def test_ends_of_months_and_years(text: str, day: str) -> None:
    assert cells.date(Cell(text)) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "3/4/2026",
            "26/3/15",
            "3月15日",
            "2026年3月",
            "2026-02-30",
            "2026年13月1日",
            "下月底",
            "2026年3月中旬",
            "待定",
            "2026",
            "18263",  # 1949-12-31: a slip
            "460960",
            "46096.5",  # a number with a fraction, in a text, is an amount that slipped
            "46,096",
        ),
        *(0, -3, 15, 1e300, 10**20, 20_261_332, True, dt.time(8), 0.5),
    ],
)
def test_dates_that_are_refused(value: Raw) -> None:
    with pytest.raises(InputError, match="in one way only"):
        cells.date(Cell(value))


@given(st.dates(dt.date(1950, 1, 1), dt.date(2200, 12, 31)))
def test_every_date_in_its_usual_spellings(day: dt.date) -> None:
    spellings: list[Any] = [
        *(
            f"{day.year}年{day.month}月{day.day}日",
            f"{day.year}/{day.month}/{day.day}",
            f"{day:%Y%m%d}",
            f"{day:%d %B %Y}",
        ),
        *(
            day.isoformat(),
            (day - dt.date(1899, 12, 30)).days,
            int(f"{day:%Y%m%d}"),
            dt.datetime(day.year, day.month, day.day),
        ),
    ]
    assert {cells.date(Cell(spelling)) for spelling in spellings} == {day}


@pytest.mark.parametrize(
    "value",
    [
        *(
            "2026-12",
            "2026/12",
            "2026.12",
            "2026年12月",
            "2026年12月份",
            "202612",
            "Dec 2026",
            "December 2026",
            "２０２６年１２月",
        ),
        *(202_612, 202_612.0, "2026-12-20", "2026年12月20日", dt.date(2026, 12, 5), 46_370, "46370"),
    ],
)
def test_months(value: Raw) -> None:
    assert cells.month(Cell(value)) == dt.date(2026, 12, 1)


@pytest.mark.parametrize("value", [2026.1, 2026.12, "2026-13", "12月", "2026", 12, True, 1e300])
def test_months_that_are_refused(value: Raw) -> None:
    """2026.1 may be January or October."""
    with pytest.raises(InputError, match="this is not a month"):
        cells.month(Cell(value))


@pytest.mark.parametrize(
    ("value", "counted", "number"),
    [
        ("36", "", 36),
        (36.0, "", 36),
        ("36个月", "months", 36),
        ("36 months", "months", 36),
        ("95天", "days", 95),
        ("20日", "day", 20),
        ("2025年", "year", 2025),
        ("1,000", "", 1000),
        ("180吨", "units", 180),
        ("约95天", "days", 95),
    ],
)
def test_whole_numbers(value: Raw, counted: str, number: int) -> None:
    assert cells.whole(Cell(value), counted) == number


@pytest.mark.parametrize(
    ("value", "counted"),
    [("3年", "months"), ("36天", "months"), (36.5, ""), ("三十六", ""), (True, ""), ("1e3", ""), ("", "")],
)
def test_whole_numbers_that_are_refused(value: Raw, counted: str) -> None:
    """Three years are not three months."""
    with pytest.raises(InputError, match="this is not a whole number"):
        cells.whole(Cell(value), counted)


@pytest.mark.parametrize(
    ("value", "number"), [("1.2", "1.2"), ("1.2倍", "1.2"), ("120%", "1.2"), (1.2, "1.2"), ("1.5x", "1.5")]
)
def test_numbers(value: Raw, number: str) -> None:
    assert cells.number(Cell(value)) == Decimal(number)


def test_words() -> None:
    assert cells.word(Cell("  HT-2024-017 ")) == "HT-2024-017"
    assert cells.word(Cell(20_240_017.0)) == "20240017"
    with pytest.raises(InputError, match="has lost its last digits"):
        cells.word(Cell(6.222021e18))  # an account number of nineteen digits that Excel took for a number


@pytest.mark.parametrize(
    ("value", "said"), [("是", True), ("否", False), ("Yes", True), ("n", False), (True, True), (0.0, False)]
)
def test_yes_and_no(value: Raw, said: bool) -> None:
    assert cells.yes(Cell(value)) is said


@pytest.mark.parametrize("text", ["", " ", "-", "－", "—", "/", "无", "N/A"])
def test_signs_for_nothing(text: str) -> None:
    assert Cell(text).blank


def test_zero_is_not_nothing() -> None:
    assert not Cell(0).blank
    assert not Cell("0").blank
