"""Amounts in capitals, with the traps of the library behind them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repayplan.rules.capitals import MOST, agree, capitals

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = {"拾": 10, "佰": 100, "仟": 1_000}
GROUPS = {"万": 10**4, "亿": 10**8}


def read(text: str) -> int:
    """Cents of an amount in capitals, read without the library that wrote it."""
    text = text.removeprefix("人民币").removesuffix("整")
    whole, _, small = text.rpartition("元") if "元" in text else ("", "", text)
    cents = sum(
        DIGITS.index(small[small.index(unit) - 1]) * value for unit, value in (("角", 10), ("分", 1)) if unit in small
    )
    total = section = digit = 0
    for sign in whole:
        if sign in DIGITS:
            digit = DIGITS.index(sign)
        elif sign in UNITS:
            section, digit = section + digit * UNITS[sign], 0
        else:
            total, section, digit = (total + section + digit) * GROUPS[sign], 0, 0
            if sign == "万" and total >= 10**12:
                total = (total // 10**12) * 10**8 + total % 10**12
    return (total + section + digit) * 100 + cents


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "人民币零元整"),
        (5, "人民币伍分"),
        (50, "人民币伍角"),
        (10_000, "人民币壹佰元整"),
        (10_005, "人民币壹佰元零伍分"),
        (140_950, "人民币壹仟肆佰零玖元伍角"),
        (600_714, "人民币陆仟零柒元壹角肆分"),
        (32_504, "人民币叁佰贰拾伍元零肆分"),
        (1_000_000_000, "人民币壹仟万元整"),
        (10_001_000_000, "人民币壹亿零壹万元整"),
    ],
)
def test_amounts(cents: int, text: str) -> None:
    assert capitals(cents) == text


@given(st.integers(0, 10**13))
def test_what_is_written_reads_back(cents: int) -> None:
    assert read(capitals(cents)) == cents


@given(st.integers(0, 10**13))
def test_the_whole_mark_follows_yuan_and_never_fen(cents: int) -> None:
    text = capitals(cents)
    assert text.endswith("整") == (cents % 100 == 0)
    assert agree(text, cents)
    assert not agree(text, cents + 1)


@pytest.mark.parametrize("cents", [-1, MOST + 1])
def test_what_cannot_be_written_is_refused(cents: int) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        capitals(cents)


@pytest.mark.parametrize("cents", [1.5, 150.0, True, Decimal("150"), "150", None])
def test_only_whole_cents_are_written(cents: Any) -> None:
    with pytest.raises(TypeError, match="whole number of cents"):
        capitals(cents)


def test_the_largest_amount_has_sixteen_digits_before_the_point() -> None:
    assert capitals(MOST).startswith("人民币玖仟玖佰玖拾玖万")
    assert len(f"{MOST // 100}") == 16


def test_permitted_spellings_agree() -> None:
    assert agree("人民币壹仟陆佰捌拾元零叁角贰分", 168_032)
    assert agree("壹仟陆佰捌拾圆叁角贰分", 168_032)
    assert agree("人民币壹佰元正", 10_000)
    assert not agree("人民币壹佰元整", 10_001)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("人民币壹拾万零柒仟元伍角叁分", 10_700_053),  # both examples of the rule for ¥107,000.53
        ("人民币壹拾万柒仟元零伍角叁分", 10_700_053),
        ("壹拾万零柒仟元零伍角叁分", 10_700_053),
        ("人民币壹拾亿零壹仟万元整", 101_000_000_000),
        ("人民币壹拾亿壹仟万元整", 101_000_000_000),
        ("壹拾元零伍角", 1_050),
        ("壹拾元伍角整", 1_050),
        ("壹元正", 100),
    ],
)
def test_zeros_and_whole_marks_that_may_stand_or_not(text: str, cents: int) -> None:
    assert agree(text, cents)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("壹元零壹分整", 101),  # 整 never follows 分
        ("壹元", 100),  # and always 元
        ("壹元整整", 100),
        ("壹元零壹角", 110),  # 元 is no zero
        ("壹拾壹万零柒仟元整", 11_700_000),  # nor is 万
        ("叁佰贰拾伍元肆分", 32_504),  # 零 must stand for 角
        ("壹万伍佰元整", 1_050_000),  # and for 仟
    ],
)
def test_spellings_the_rule_does_not_permit(text: str, cents: int) -> None:
    assert not agree(text, cents)
