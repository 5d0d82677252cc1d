"""Where lines end: at spaces, between Chinese characters, and never where a reader would stumble."""

from __future__ import annotations

import io
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from repayplan.report.layout import Prose, bullets, say


def lines(text: Text, width: int) -> list[str]:
    console = Console(width=width, file=io.StringIO())
    return [line.plain for line in text.wrap(console, width)]


def test_chinese_lines_are_filled_and_begin_with_no_comma() -> None:
    # 截至 is four cells and a space; the date would still fit, so it stays on the first line, and its comma with it
    text = "截至 2027-03-20，可用现金不足一期平均还款额：此后才适用还款额变动幅度"
    assert lines(Prose(text), 20) == [
        "截至 2027-03-20，可",
        "用现金不足一期平均还",
        "款额：此后才适用还款",
        "额变动幅度",
    ]
    assert lines(Prose("一二三四五，六"), 10) == ["一二三四", "五，六"]
    assert lines(Prose("一二三四（五六）"), 10) == ["一二三四", "（五六）"]


def test_a_number_stays_with_what_it_counts() -> None:
    assert lines(Prose("一笔贷款和 12 项来源"), 14) == ["一笔贷款和 ".strip(), "12 项来源"]


def test_text_without_wide_characters_is_as_any_text() -> None:
    text = "On 2027-03-20 – 2027-05-20 cash must be 1.20 times what is paid"
    assert lines(Prose(text), 25) == lines(Text(text), 25)


@given(st.text(alphabet="aB1 .，。（）中文字", max_size=60), st.integers(2, 20))
def test_nothing_is_lost_and_every_line_fits(text: str, width: int) -> None:
    made = lines(Prose(text), width)
    assert all(cell_len(line) <= width for line in made)
    assert "".join(chain.from_iterable(made)).replace(" ", "") == text.replace(" ", "")


def test_a_paragraph_fills_its_lines() -> None:
    console = Console(width=14, file=io.StringIO())
    say("一笔贷款和 12 项来源", console)
    assert console.file.getvalue().splitlines() == ["一笔贷款和", "12 项来源"]  # type: ignore[attr-defined]


def test_bullets_fill_their_lines() -> None:
    console = Console(width=30, file=io.StringIO())
    bullets([("!", "", "截至 2027-03-20，可用现金不足一期平均还款额")], console)
    assert console.file.getvalue().splitlines()[0].rstrip() == "! 截至 2027-03-20，可用现金不"  # type: ignore[attr-defined]
