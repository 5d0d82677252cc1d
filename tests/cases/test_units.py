"""Units, remarks and numbers that would change an amount: understood or refused with their cell, never dropped."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sheets import case_in, faults_in, overview
from spoiling import packed, unpacked

from repayplan.cases import cells
from repayplan.cases.cells import Cell
from repayplan.cases.csv_files import read_rows
from repayplan.cases.documents import Document
from repayplan.cases.excel.container import open_workbook
from repayplan.cases.excel.headings import currency_of, headings, plain, unit_of
from repayplan.cases.excel.template import short_workbook
from repayplan.cases.files import text_of
from repayplan.cases.readers import to_case
from repayplan.errors import Fault, InputError

UNKNOWN = [
    "千元",
    "百万元",
    "亿元",
    "'000",
    "thousand",
    "k",
    "million",
    "万美元",
    "USD",
    "美元",
    "EUR 10,000",
    "RMB'000",
]


@pytest.mark.parametrize("unit", UNKNOWN)
def test_units_and_currencies_of_others_are_refused(unit: str) -> None:
    headed = overview((f"所欠本金（{unit}）", 250), without=["所欠本金"])
    banner = overview((f"金额单位：{unit}",))
    for rows in (headed, banner, overview((f"（单位：{unit}）",)), overview((f"Amounts in {unit}",))):
        assert any("概况!A" in str(fault.where) for fault in faults_in({"概况": rows}))


@pytest.mark.parametrize("unit", ["USD", "USD 10,000", "千元"])
def test_the_unit_chosen_is_that_of_the_case(unit: str) -> None:
    assert faults_in({"概况": overview(("金额单位", unit))})


@pytest.mark.parametrize("banner", ["单位：万元 币种：人民币", "（单位：人民币万元）", "Amounts in CNY 10,000"])
def test_banners_that_are_understood(banner: str) -> None:
    rows = overview((banner,), ("所欠本金（选填）", 250), without=["所欠本金"])
    assert case_in({"概况": rows}).loans[0].principal == 2_500_000


def test_a_unit_before_a_remark_counts() -> None:
    assert (unit_of("万美元"), currency_of("万美元"), unit_of("yuan 10,000")) == (10_000, "USD", 10_000)
    rows = overview(("所欠本金（万元）（选填）", 250), without=["所欠本金"])
    assert case_in({"概况": rows}).loans[0].principal == 2_500_000


@pytest.mark.parametrize(
    ("text", "value"), [("250（万）", 2_500_000), ("3（亿）", 3 * 10**8), ("50 (thousand)", 50_000)]
)
def test_a_unit_in_parentheses(text: str, value: int) -> None:
    assert cells.amount(Cell(text)) == value


@pytest.mark.parametrize("note", ["亏损", "支出", "负", "loss", "美元", "USD", "每年", "待定"])
def test_remarks_that_may_change_a_figure(note: str) -> None:
    for read in (cells.amount, cells.fraction, cells.number, cells.whole):
        with pytest.raises(InputError):
            read(Cell(f"250（{note}）"))


def test_nothing_too_long_is_searched() -> None:
    for read in (cells.amount, cells.fraction, cells.number, cells.whole, cells.date, cells.month):
        with pytest.raises(InputError):
            read(Cell("1" + " (" * 15_000))
    long = "欠款" + "*" * 30_000
    assert plain(long) == long
    assert headings().layouts["overview"].find(long) is None


@pytest.mark.parametrize("number", ["1e999", "inf", "NaN", "-1e999"])
@pytest.mark.parametrize("style", ["0", "1", "2", "3"])
def test_numbers_without_end(number: str, style: str) -> None:
    parts = unpacked(short_workbook())
    name = "xl/worksheets/sheet1.xml"
    text, count = re.subn(
        r'<c r="B7"[^>]*?(/>|>.*?</c>)', f'<c r="B7" s="{style}"><v>{number}</v></c>', parts[name].decode()
    )
    assert count == 1
    (sheet, *_) = open_workbook(packed(parts | {name: text.encode()}), "case.xlsx")
    assert str(sheet.problems[6, 1].what) == "this cell shows no number"
    assert (6, 1) not in sheet.cells


def test_csv_files_of_other_programs(tmp_path: Path) -> None:
    columns = {"month": ("月份",), "amount": ("金额",)}
    path = tmp_path / "sales.csv"
    path.write_bytes("月份,金额\n2026-01,1200\n".encode("gbk"))
    faults: list[Fault] = []
    assert read_rows(path, "sales.csv", columns, faults)[0].values["amount"] == 1200
    path.write_text("月份,金额\n2026-01,000\n", encoding="utf-8")
    assert not faults
    read_rows(path, "sales.csv", columns, faults)
    assert [str(fault.what) for fault in faults] == ["this number begins with zeros"]


@pytest.mark.parametrize("text", ["Grand total", "合计金额", "本页合计", "累计"])
def test_a_total_is_left_out_only_where_it_is_one(text: str) -> None:
    """300 is the sum of 100 and 200; any other figure, or the word alone, could be cash that would be lost."""
    head, first, second = ("名称", "起始月份", "每月金额", "月数"), ("甲", "2026-12", 100, 3), ("乙", "2026-12", 200, 3)
    pages = {"概况": overview(without=["每月净现金流入"])}
    added = case_in(pages | {"每月收支": [head, first, second, (text, None, 300)]})
    assert added.cash == case_in(pages | {"每月收支": [head, first, second]}).cash
    for rows in ([(text, "2026-12", 300, 3)], [first, second, (text, None, 500)]):
        (fault,) = [each for each in faults_in(pages | {"每月收支": [head, *rows]}) if "total" in str(each.what)]
        assert fault.where == f"case.xlsx 每月收支!C{len(rows) + 1}"
    quoted = case_in(pages | {"每月收支": [head, (f'"{text}"', "2026-12", 300, 3)]})
    assert [source.name for source in quoted.cash.sources] == [text]


def test_no_source_is_called_as_the_running_cost(data: dict[str, Any]) -> None:
    data["cash"]["sources"][0]["name"] = "operating_cost"
    with pytest.raises(InputError, match="stands for the running cost"):
        to_case(Document("case.yaml", data, {(): 1}))


def test_a_file_name_moves_no_cursor(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        text_of(tmp_path / "sales\x1b[2J.csv")
    assert "\x1b" not in str(caught.value)
    assert "\\u001b" in str(caught.value)
