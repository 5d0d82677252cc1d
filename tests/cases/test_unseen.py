"""What nobody sees who opens a workbook: hidden sheets, rows and columns; and what would be lost without a word."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from sheets import case_in, faults_in, overview, workbook

from repayplan.cases.excel.reader import read_workbook
from repayplan.cases.readers import check_case, to_case

ROWS = [("名称", "每月金额", "起始月份", "月数"), ("租金", "1万", "2026-12", 36), ("补贴", "2万", "2026-12", 36)]
SHEETS = {"概况": overview(without=["每月净现金流入"]), "每月收支": ROWS, "选项": [("甲",), ("乙",)]}


def hidden(change: Any) -> bytes:
    book = load_workbook(io.BytesIO(workbook(SHEETS)))
    book["选项"].sheet_state = "veryHidden"
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_an_unknown_hidden_sheet_is_left_alone_and_told() -> None:
    document = read_workbook(hidden(lambda _: None), "case.xlsx")
    assert len(to_case(document).cash.sources) == 2
    assert [str(doubt.what) for doubt in document.doubts] == ["this hidden sheet is left alone"]
    assert document.doubts[0].where == "case.xlsx 选项"
    assert faults_in(SHEETS)[0].where.startswith("case.xlsx 选项")  # seen, it is a fault


def test_a_known_hidden_sheet_and_hidden_rows_and_columns_count_and_are_told(tmp_path: Any) -> None:
    def change(book: Any) -> None:
        book["每月收支"].sheet_state = "hidden"
        book["每月收支"].row_dimensions[3].hidden = True
        book["每月收支"].row_dimensions[9].hidden = True  # holds nothing
        book["每月收支"].column_dimensions["B"].hidden = True

    (tmp_path / "case.xlsx").write_bytes(hidden(change))
    case, doubts = check_case(tmp_path / "case.xlsx")
    assert len(case.cash.sources) == 2
    told = [str(doubt.what) for doubt in doubts if doubt.where == "case.xlsx 每月收支"]
    assert told == [
        "this sheet is hidden, and it counts",
        "rows that are hidden or filtered out count: 3",
        "columns that are hidden count: B",
    ]


def test_a_balance_has_its_overdue_part_in_it() -> None:
    headings = ("合同号", "本金余额", "逾期本金", "年利率")
    sheets = {"概况": overview(without=["所欠本金", "年利率"])}
    (loan,) = case_in({**sheets, "贷款": [headings, ("L1", 1_000_000, 400_000, "4.35%")]}).loans
    assert (loan.principal, loan.overdue_principal) == (600_000, 400_000)
    (fault,) = faults_in({**sheets, "贷款": [headings, ("L1", 100, 400, "4.35%")]})
    assert "贷款!B2: this is less than the overdue part of it" in str(fault)
    both = [(*headings, "未到期本金"), ("L1", 1_000, 400, "4.35%", 1_000)]
    assert "do not add up" in str(faults_in({**sheets, "贷款": both})[0])
    both[1] = ("L1", 1_000, 400, "4.35%", 600)
    assert case_in({**sheets, "贷款": both}).loans[0].principal == 600


def test_a_value_merged_over_two_labels_is_refused() -> None:
    rows = overview(("欠息", None))
    debt = next(number for number, row in enumerate(rows, 1) if row[0] == "所欠本金")
    rows.insert(debt, ("欠息", "250万"))
    del rows[-1]
    faults = faults_in({"概况": rows}, merges={"概况": f"B{debt}:B{debt + 1}"})
    assert [str(fault.what) for fault in faults] == ["this merged cell would count once for every label"]
    assert faults[0].where == f"case.xlsx 概况!B{debt + 1}"


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (("最低现金", None, 500_000), "this value does not stand beside its label"),
        ((None, None, "备用金额度", 300_000), "this heading is not known"),
    ],
)
def test_no_figure_of_the_first_sheet_is_lost(row: tuple[Any, ...], what: str) -> None:
    assert [str(fault.what) for fault in faults_in({"概况": overview(row)})] == [what]


def test_a_row_with_nothing_but_months_is_not_lost() -> None:
    rows = [("名称", "2026-12", "2027-01"), ("货款", 100, 100), (None, 200, 200)]
    faults = faults_in({"概况": overview(without=["每月净现金流入"]), "每月收支": rows})
    assert any("每月收支!" in fault.where and "3" in fault.where for fault in faults)


def test_a_source_called_total_income_is_a_source() -> None:
    total = 30_000
    rows = [*ROWS, ("总收入", 500, "2026-12", 36), ("合计", total + 500, None, None)]
    made = case_in({"概况": overview(without=["每月净现金流入"]), "每月收支": rows})
    assert [source.name for source in made.cash.sources] == ["租金", "补贴", "总收入"]
    adding = [*ROWS, ("总收入", total, None, None)]
    made = case_in({"概况": overview(without=["每月净现金流入"]), "每月收支": adding})
    assert [source.name for source in made.cash.sources] == ["租金", "补贴"]


def test_what_holds_for_a_group_stands_in_its_first_row() -> None:
    headings = ("债务人", "金额", "到期日", "银行折扣")
    first, second = ("乙", 100, "2027-01-31", None), ("丙", 100, "2027-01-31", "20%")
    sheets = {"概况": overview(without=["每月净现金流入"])}
    faults = faults_in({**sheets, "应收账款": [headings, first, second]})
    assert [re.search(r"[A-Z]\d+$", fault.where)[0] for fault in faults] == ["D3"]  # type: ignore[index]


def test_hundreds_of_unknown_headings_take_no_time() -> None:
    """2,000 of them are refused one by one; only the first hundred are compared with all that are known."""
    rows = [("合同号", *(f"列{number}abcdefgh" for number in range(1_900))), *[(1,) * 1_901] * 20]
    faults = faults_in({"概况": overview(), "贷款": rows})
    assert sum(str(fault.what) == "this heading is not known" for fault in faults) == 1_900
