"""The chart: as many columns as there is room for, nothing wider, the floor where it belongs."""

from __future__ import annotations

import datetime as dt

import pytest
from rich.cells import cell_len

from repayplan.language import speaking
from repayplan.report.chart import Scale, chart
from repayplan.report.words import compact


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("months", [3, 12, 36, 120, 360])
def test_no_line_is_wider_than_the_terminal(make_plan, language, width, months) -> None:
    with speaking(language):
        lines = chart(make_plan(months=months), width)
    assert max(cell_len(line.plain.rstrip()) for line in lines[1:]) <= width
    assert len({cell_len(line.plain.split("│")[0]) for line in lines[1:] if "│" in line.plain}) == 1


@pytest.mark.parametrize(("months", "size"), [(36, 1), (70, 1), (80, 2), (360, 5)])
def test_months_put_together_in_one_bar_are_said(make_plan, months, size) -> None:
    plan = make_plan(months=months, debt=90_000_000)
    last = chart(plan, 80)[-1].plain
    assert last.startswith(f"One bar = {size} months") if size > 1 else "bar" not in last


def test_a_payment_is_seen_however_small_and_the_chart_ends_with_the_last(make_plan) -> None:
    plan = make_plan(months=12, debt=300_000)
    bottom = chart(plan, 80)[-2].plain.split("│")[1]
    columns = [bottom[place : place + 3].strip() for place in range(0, len(bottom), 3)]
    # 310,000 and its interest are paid by 50,000, two times 100,000 and a rest; what comes after does not matter.
    assert [bool(column) for column in columns] == [True, True, True, True]


def test_years_stand_under_their_first_month(make_plan) -> None:
    lines = chart(make_plan(months=36, debt=9_000_000), 80)
    start = lines[1].plain.index("│") + 1
    # December 2026 is one column of two characters, too short for its year; January 2027 is the second column.
    assert lines[-1].plain.index("2027") == start + 2
    assert lines[-1].plain.index("2028") == start + 2 + 24


def test_the_floor_is_drawn_on_the_line_of_its_amount() -> None:
    scale = Scale(low=0, high=800, height=8)
    assert [scale.line_of(cents) for cents in (0, 1, 100, 113, 800)] == [0, 0, 0, 1, 7]
    assert scale.eighths(50) == 4


def test_nothing_is_drawn_without_cash(make_plan) -> None:
    import dataclasses

    assert chart(dataclasses.replace(make_plan(), cash=()), 80) == []


@pytest.mark.parametrize(
    ("cents", "english", "chinese"),
    [
        (0, "0", "0"),
        (99_900, "999", "999"),
        (1_000_000, "10K", "1万"),
        (123_456_700, "1.23M", "123万"),
        (-45_000_000, "-450K", "-45万"),
        (1_200_000_000_00, "1.2B", "12亿"),
    ],
)
def test_axis_amounts_are_short(cents: int, english: str, chinese: str) -> None:
    assert compact(cents) == english
    with speaking("zh"):
        assert compact(cents) == chinese


def test_columns_hold_whole_months(make_plan) -> None:
    plan = make_plan(months=12, debt=9_000_000)
    assert plan.case.as_of == dt.date(2026, 11, 20)
    # The first bucket runs to 20 December, the day of the first payment; a term of twelve months has twelve.
    assert len(chart(plan, 80)[3].plain.split("│")[1]) == 12 * 3
