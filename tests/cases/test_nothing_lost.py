"""Whatever stands on a sheet counts or is refused with its cell: rows, values beside labels, units of formats."""

from __future__ import annotations

import datetime as dt
import io
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sheets import case_in, faults_in, overview, workbook
from xlsxwriter import Workbook

import repayplan
from repayplan.cases.excel.reader import read_workbook
from repayplan.cases.models import Case
from repayplan.cases.readers import to_case
from repayplan.cases.sources import Milestones, Monthly, Receivables
from repayplan.errors import InputError
from repayplan.language import speaking

AS_OF = dt.date(2026, 11, 20)
WITHOUT_CASH = overview(without=["每月净现金流入"])
MONTHS = ("2026-12", "2027-01", "2027-02")


def places(faults: list[Any]) -> list[tuple[str, str]]:
    return [(fault.where.removeprefix("case.xlsx "), str(fault.what)) for fault in faults]


# ----------------------------------------------------------------------------------------------------------- loans


@pytest.mark.parametrize("heading", ["贷款余额", "本金余额", "balance", "outstanding principal", "本金"])
def test_a_balance_holds_its_overdue_part(tmp_path: Path, heading: str) -> None:
    """1,000,000 in all, all of it overdue; 800,000 of which 300,000; 500,000 with nothing overdue."""
    path = tmp_path / "loans.csv"
    rows = ("L1,1000000,1000000,4.35%,95", "L2,80万,30万,4.35%,", "L3,500000,,4.35%,")
    path.write_text("\n".join((f"合同号,{heading},逾期本金,年利率,逾期天数", *rows)), encoding="utf-8")
    loans = repayplan.read_loans(path, AS_OF)
    assert [(loan.principal, loan.overdue_principal) for loan in loans] == [
        (0, Decimal(1_000_000)),
        (Decimal(500_000), Decimal(300_000)),
        (Decimal(500_000), 0),
    ]
    assert loans[0].contract.overdue_since == dt.date(2026, 8, 17)  # 95 days before 20 November


def test_a_balance_that_contradicts_is_refused() -> None:
    rows = [
        ("合同号", "本金余额", "未到期本金", "逾期本金", "年利率"),
        ("L1", 100, None, 200, 0.04),
        ("L2", 300, 200, 200, 0.04),
    ]
    faults = faults_in({"概况": overview(without=["所欠本金"]), "贷款": rows})
    assert places(faults)[:2] == [
        ("贷款!B2", "this is less than the overdue part of it"),
        ("贷款!B3", "the parts of the principal do not add up to this"),
    ]
    good = [rows[0], ("L1", 400, None, 200, 0.04), ("L2", 400, 200, 200, 0.04)]
    loans = case_in({"概况": overview(without=["所欠本金"]), "贷款": good}).loans
    assert [(loan.principal, loan.overdue_principal) for loan in loans] == [(200, 200), (200, 200)]


def test_days_overdue_on_the_first_sheet_are_those_of_loans_in_arrears() -> None:
    head = ("合同号", "未到期本金", "逾期本金", "年利率")
    first = overview(("逾期天数", 95), without=["所欠本金"])
    loans = case_in({"概况": first, "贷款": [head, ("L1", 500_000, None, 0.04), ("L2", None, 100_000, 0.04)]}).loans
    assert [loan.contract.overdue_since for loan in loans] == [None, dt.date(2026, 8, 17)]
    faults = faults_in({"概况": first, "贷款": [head, ("L1", 500_000, None, 0.04)]})
    assert places(faults) == [("概况!B6", "no loan on its sheet has overdue principal or unpaid interest")]


def test_a_row_without_a_borrower_is_refused(tmp_path: Path) -> None:
    """A list that writes every name once: the second loan is that of the first borrower, or of nobody."""
    path = tmp_path / "loans.csv"
    path.write_text("客户名称,借据号,正常本金,年利率\n甲,L1,1,5%\n,L2,2,5%\n乙,L3,3,5%\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"loans\.csv A3: this row does not say whose loan it is"):
        repayplan.read_loans(path, AS_OF, "甲")


def test_a_name_brings_its_customer_number(tmp_path: Path) -> None:
    path = tmp_path / "loans.csv"
    path.write_text(
        "客户名称,客户号,借据号,正常本金,年利率\n甲,C-1,L1,1,5%\n甲,,L2,2,5%\n乙,C-2,L3,3,5%\n", encoding="utf-8"
    )
    assert [loan.id for loan in repayplan.read_loans(path, AS_OF, "C-1")] == ["L1", "L2"]


# ---------------------------------------------------------------------------------------------------------- tables


def test_a_row_of_months_without_a_name_is_refused() -> None:
    rows = [("名称", *MONTHS), ("货款", 100, 100, 100), (None, 200, 200, 200)]
    faults = faults_in({"概况": WITHOUT_CASH, "每月收支": rows})
    assert places(faults) == [("每月收支!A3", "this field is missing")]


def test_rows_of_months_under_a_merged_name_all_count() -> None:
    """Both rows are stores of one chain; of two monthly series of one name the second is refused."""
    stores = [("连锁", "门店", "2026-08", "2026-09"), ("小吃", "一店", 100, 100), (None, "二店", 200, 200)]
    pages = {"概况": WITHOUT_CASH, "门店": stores}
    (chain,) = case_in(pages, merges={"门店": "A2:A3"}).cash.sources
    assert [store.name for store in chain.stores] == ["一店", "二店"]  # type: ignore[union-attr]
    rows = [("名称", *MONTHS), ("货款", 100, 100, 100), (None, 200, 200, 200)]
    faults = faults_in({"概况": WITHOUT_CASH, "每月收支": rows}, merges={"每月收支": "A2:A3"})
    assert places(faults) == [("每月收支!A3", "the name 货款 stands twice")]


def test_the_word_for_a_total_in_a_later_cell_is_refused() -> None:
    rows = [
        ("项目", "节点", "预计收款日", "金额"),
        ("环路", "基础", "2027-03-31", 100),
        ("环路", "合计", "2027-06-30", 300),
    ]
    faults = faults_in({"概况": WITHOUT_CASH, "工程节点": rows})
    assert places(faults) == [("工程节点!B3", "this is the word for a total, and the row does not begin with it")]
    (source,) = case_in({"概况": WITHOUT_CASH, "工程节点": [*rows[:2], ("环路", '"合计"', *rows[2][2:])]}).cash.sources
    assert isinstance(source, Milestones)
    assert [item.amount for item in source.items] == [100, 300]


def test_subtotals_are_those_of_their_own_rows() -> None:
    """100 + 200, then 400, and 700 in all; a subtotal over half the rows is none."""
    head = ("名称", "起始月份", "每月金额", "月数")
    rows = [head, *((name, "2026-12", amount, 3) for name, amount in (("甲", 100), ("乙", 200)))]
    rows += [("小计", None, 300), ("丙", "2026-12", 400, 3), ("小计", None, 400), ("合计", None, 700)]  # type: ignore[list-item]
    sources = case_in({"概况": WITHOUT_CASH, "每月收支": rows}).cash.sources
    assert [source.amount for source in sources if isinstance(source, Monthly)] == [100, 200, 400]
    rows[-1] = ("合计", None, 600)  # type: ignore[assignment]
    (fault,) = faults_in({"概况": WITHOUT_CASH, "每月收支": rows})
    assert (fault.where, str(fault.limit)) == ("case.xlsx 每月收支!C7", "they add up to 700.00")


def test_figures_above_the_headings_are_refused() -> None:
    rows = [
        ("工程收款计划", "编制日期", dt.date(2026, 11, 1)),
        ("环路", "甲公司", "2027-01-31", 5000),
        ("项目", "节点", "预计收款日", "金额"),
        ("环路", "基础", "2027-03-31", 100),
    ]
    faults = faults_in({"概况": WITHOUT_CASH, "工程节点": rows})
    assert places(faults) == [("工程节点!D2", "this figure stands above the headings and would not count")]


def test_what_a_later_row_says_of_its_whole_group_is_refused() -> None:
    head = ("组别", "债务人", "金额", "到期日", "银行折扣")
    first = ("货款", "乙", 100, "2027-03-31", None)
    rows = [head, first, ("货款", "丙", 200, "2027-03-31", "20%")]
    (fault,) = faults_in({"概况": WITHOUT_CASH, "应收账款": rows})
    assert fault.where == "case.xlsx 应收账款!E3"
    assert str(fault.what) == "this holds for the whole group, and its first row does not say it"
    apart = case_in({"概况": WITHOUT_CASH, "应收账款": [*rows[:2], ("疑账", *rows[2][1:])]}).cash.sources
    assert [source.bank.haircut for source in apart if isinstance(source, Receivables)] == [None, Decimal("0.2")]


# ----------------------------------------------------------------------------------------------------------- forms


@pytest.mark.parametrize(
    ("row", "place", "what"),
    [
        (("借款人", "甲", "备用钱", 300_000), "概况!C6", "this heading is not known"),
        (("借款人", "甲", "备用钱", "30万"), "概况!C6", "this heading is not known"),
        (("最低现金", None, 500_000), "概况!C6", "this value does not stand beside its label"),
        (("最低现金", 500_000, None, "50万"), "概况!D6", "this value does not stand beside its label"),
        (("最低现金", None, dt.date(2027, 1, 1)), "概况!C6", "this value does not stand beside its label"),
    ],
)
def test_values_without_a_label_are_refused(row: tuple[Any, ...], place: str, what: str) -> None:
    rows = overview(row, ("备注", 5, 7), without=["借款人"] if row[0] == "借款人" else ())
    rows = [*rows[:5], row, *[each for each in rows[5:] if each != row]]
    assert places(faults_in({"概况": rows})) == [(place, what)]


@pytest.mark.parametrize(("sheet", "rows"), [("概况", [("所欠本金", 100), ("欠息", None)]), ("银行要求", None)])
def test_a_merged_value_counts_for_no_second_label(sheet: str, rows: list[tuple[Any, ...]] | None) -> None:
    pages = {"概况": overview(), "银行要求": [("备用金", 300), ("最低还款额", None)]}
    merged = "B1:B2"
    if rows is not None:
        pages["概况"] = [*rows, *overview(without=["所欠本金"])]
    faults = faults_in(pages, merges={sheet: merged})
    assert (f"{sheet}!B2", "this merged cell would count once for every label") in places(faults)


# --------------------------------------------------------------------------------------------------------- formats


def formatted(value: float, shape: str, unit: str = "元", kind: str = "所欠本金") -> Case:
    """A case whose principal, or other value, is a number shown by a format."""
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("概况")
        for row, (label, said) in enumerate([("金额单位", unit), *overview(without=[kind])]):
            sheet.write(row, 0, label)
            sheet.write(row, 1, said)
        sheet.write(20, 0, kind)
        sheet.write_number(20, 1, value, book.add_format({"num_format": shape}))
    return to_case(read_workbook(buffer.getvalue(), "case.xlsx"))


@pytest.mark.parametrize(
    ("shape", "unit"),
    [
        ('0"万元"', "元"),
        ("0万", "元"),
        ('0"k"', "元"),
        ('0"亿"', "万元"),
        ("[$$-409]#,##0.00", "元"),
        ("[$€-2] #,##0", "元"),
        ("[$¥-411]#,##0", "元"),
        ('"US$"#,##0', "元"),
        ('#,##0"元"', "万元"),
        ('0!.0,"万"', "万元"),
    ],
)
def test_a_unit_that_only_the_format_shows_is_refused(shape: str, unit: str) -> None:
    with pytest.raises(InputError, match="B21: this number is shown with") as caught:
        formatted(120, shape, unit)
    (fault,) = caught.value.faults
    assert fault.value == "120"
    assert fault.limit


@pytest.mark.parametrize(
    ("shape", "unit", "value", "principal"),
    [
        ('0!.0,"万"', "元", 1_200_000, 1_200_000),
        ('0\\.0,"万"', "元", 1_200_000, 1_200_000),
        ('0,"k"', "元", 1_200_000, 1_200_000),
        ('0.00"万元"', "万元", 120, 1_200_000),
        ('#,##0.00"元"', "元", 120, 120),
        ("[$¥-804]#,##0.00", "万元", 120, 1_200_000),
        ('_ ¥* #,##0.00_ ;_ ¥* \\-#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', "元", 120, 120),
        ("#,##0.00_);[Red](#,##0.00)", "元", 120, 120),
    ],
)
def test_formats_that_agree_with_the_workbook(shape: str, unit: str, value: float, principal: int) -> None:
    assert formatted(value, shape, unit).loans[0].principal == principal


def test_a_percent_sign_that_is_only_shown() -> None:
    assert formatted(0.0435, "0.00%", kind="年利率").loans[0].rate == Decimal("0.0435")
    with pytest.raises(InputError, match=r"this number is shown as 0\.5%"):
        formatted(0.5, '0.00"%"', kind="年利率")


# ------------------------------------------------------------------------------------------------------------ time


def test_two_thousand_unknown_headings_are_told_in_little_time(tmp_path: Path) -> None:
    """CPU time, a tenth of what it took while the search for near names grew with headings times cells."""
    wide = [tuple(f"未知列{number}" for number in range(2_000)), *([tuple([1] * 2_000)] * 40)]
    content = workbook({"概况": overview(), "贷款": [("合同号", *wide[0][1:]), *wide[1:]]})
    path = tmp_path / "loans.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in wide), encoding="utf-8")
    before = time.process_time()
    with pytest.raises(InputError) as caught:
        to_case(read_workbook(content, "case.xlsx"))
    with pytest.raises(InputError, match=r"loans\.csv:1: this line has too many columns; value: 2,000"):
        repayplan.read_loans(path, AS_OF)
    assert time.process_time() - before < 10
    assert len(caught.value.faults) > 1_999


# ----------------------------------------------------------------------------------------------------------- words


def test_one_cell_that_is_two_fields_is_told_once() -> None:
    """The term is that of the policy and the number of months of the series; 600 is too many for both."""
    faults = faults_in({"概况": overview(("期限", 6_000))})
    assert len([fault for fault in faults if fault.where == "case.xlsx 概况!B7"]) == 1


def test_words_to_choose_from_are_those_of_the_language_in_use() -> None:
    for language, words in (("en", "full, best"), ("zh", "全额清偿, 还清, 尽量多还")):
        with speaking(language):
            (fault,) = faults_in({"概况": overview(), "银行要求": [("清偿要求", "随便")]})
            assert str(fault.limit).endswith(words)


def test_a_bank_says_which_columns_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loans.csv").write_text("合同号,正常本金,年利率,客户经理\nL1,100,5%,张三\n", encoding="utf-8")
    with pytest.raises(InputError, match="D1: this heading is not known"):
        repayplan.read_loans(tmp_path / "loans.csv", AS_OF)
    (tmp_path / "headings.toml").write_text('[ignored]\nwords = ["客户经理"]\n', encoding="utf-8")
    monkeypatch.setenv("REPAYPLAN_HEADINGS", str(tmp_path / "headings.toml"))
    assert repayplan.read_loans(tmp_path / "loans.csv", AS_OF)[0].principal == 100
