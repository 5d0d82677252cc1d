"""Workbooks as officers fill them in: what they mean, and what is refused with sheet and cell."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sheets import case_in, faults_in, overview, workbook

from repayplan.cases.excel.headings import headings
from repayplan.cases.models import Case
from repayplan.cases.readers import check_case
from repayplan.cases.sources import Milestones, Monthly, Season, Stores
from repayplan.errors import Fault
from repayplan.forecast import Window, source_flows
from repayplan.language import speaking
from repayplan.rules import defaults


def places(faults: list[Fault]) -> list[tuple[str, str]]:
    return [(fault.where.removeprefix("case.xlsx "), str(fault.what)) for fault in faults]


def test_the_first_sheet_alone() -> None:
    """Six cells: one loan, and the cash of an average month for the whole term, from the month after."""
    case = case_in({"概况": overview()})
    assert case.enterprise.name == "恒泰建设（虚构）"
    (loan,) = case.loans
    assert (loan.id, loan.principal, loan.overdue_principal, loan.rate) == (
        "L1",
        Decimal(2_500_000),
        0,
        Decimal("0.0435"),
    )
    (source,) = case.cash.sources
    assert isinstance(source, Monthly)
    assert source.start == dt.date(2026, 12, 1)
    assert source.series == (Decimal(120_000),) * defaults()["months"].value


def test_the_first_sheet_asks_for_fifteen_cells_at_most() -> None:
    assert len(headings().layouts["overview"].columns) <= 15


def test_days_overdue_and_a_season() -> None:
    """95 days before 20 November 2026 is 17 August; twelve months of 120,000 are 1,440,000 a year."""
    case = case_in({"概况": overview(("逾期天数", "95天"), ("淡旺季", "服装"), ("期限", 24))})
    (loan,), (source,) = case.loans, case.cash.sources
    assert (loan.principal, loan.overdue_principal) == (0, Decimal(2_500_000))
    assert loan.contract.overdue_since == dt.date(2026, 8, 17)
    assert isinstance(source, Season)
    assert source.yearly == Decimal(1_440_000)
    assert source.indices is not None
    assert source.indices[11] == Decimal("1.4727")
    assert case.policy.months == 24


def test_english_labels_two_by_two_and_words_behind_them() -> None:
    rows = [
        ("Debt restructuring of a client",),
        ("Borrower:", "Jinxiu (invented)", "As of", dt.date(2026, 11, 20)),
        ("Debt (in total)", 2_500_000, "Interest rate *", (0.0435,)),
        ("Cash", "540,000.00", "Monthly cash", "120k", "a careful guess"),
        ("Note", "anything"),
    ]
    german, chinese = case_in({"Sheet1": rows}), case_in({"概况": overview()})
    assert german.loans == chinese.loans
    assert german.cash.opening == chinese.cash.opening


@pytest.mark.parametrize(
    "rows",
    [
        overview(("金额单位", "万元"), ("所欠本金", 250), ("现有现金", "54"), ("每月净现金流入", "约12万")),
        overview(
            ("所欠本金（万元）", 250),
            ("现有现金（万元）", 54),
            ("每月净现金流入（万元）", 12),
            without=["所欠本金", "现有现金", "每月净现金流入"],
        ),
        overview(("单位：万元",), ("所欠本金", 250), ("现有现金", 54), ("每月净现金流入", 12)),
        overview(("Amounts in", "CNY 10,000"), ("所欠本金", 250.0), ("现有现金", "540,000元"), ("每月净现金流入", 12)),
    ],
)
def test_amounts_in_ten_thousands(rows: list[tuple[Any, ...]]) -> None:
    assert case_in({"概况": rows}) == case_in({"概况": overview()})


def test_two_units_are_refused() -> None:
    loans = [("合同号", "逾期本金（元）", "年利率"), ("A1", 2_500_000, 0.0435)]
    faults = faults_in({"概况": overview(("金额单位", "万元"), without=["所欠本金"]), "贷款": loans})
    assert ("贷款!B1", "this counts in 元, the workbook in 万元") in places(faults)


def test_every_problem_at_once_with_sheet_and_cell() -> None:
    stages = [
        ("项目", "节点", "日期", "金额"),
        ("学校", "基础", "3/4/2027", "1,20"),
        ("学校", "封顶", "2027-04-30", "240万"),
    ]
    rows = overview(("年利率", "4.35"), ("现有现金", "-"), ("利率上限", "5%"), without=["每月净现金流入"])
    faults = faults_in({"概况": rows, "工程节点": stages})
    assert places(faults) == [
        ("概况!A6", "this heading is not known"),
        ("工程节点!C2", "this is not a date that can be read in one way only"),
        ("工程节点!D2", "this is not an amount that can be read in one way only"),
        ("概况!B4", "this is not a yearly rate"),
        ("概况!B5", "this field is missing"),
    ]
    assert [fault.value for fault in faults] == ["利率上限", "3/4/2027", "1,20", "4.35", None]


def sources_of(case: Case) -> Milestones:
    (source,) = case.cash.sources
    assert isinstance(source, Milestones)
    return source


STAGES = [
    ("工程收款计划",),
    (None, "单位：元"),
    ("项目名称", "节点", "预计收款日", "金额", "质保金比例", "质保金退还日", "备注"),
    ("滨河学校", "基础", dt.date(2027, 1, 31), 1_600_000, None, None, "已开工"),
    (None, "封顶", "2027年4月底", "240万", "5%", "2029/4/30"),
    ("合计", None, None, 4_000_000),
]


def test_a_table_under_a_title_with_a_total_and_a_name_written_once() -> None:
    source = sources_of(case_in({"概况": overview(without=["每月净现金流入"]), "工程节点": STAGES}))
    assert source.name == "滨河学校"
    assert [(item.name, item.date, item.amount) for item in source.items] == [
        ("基础", dt.date(2027, 1, 31), Decimal(1_600_000)),
        ("封顶", dt.date(2027, 4, 30), Decimal(2_400_000)),
    ]
    assert (source.items[1].retention, source.items[1].release) == (Decimal("0.05"), dt.date(2029, 4, 30))


def test_a_merged_name_stands_for_all_its_rows() -> None:
    rows = [STAGES[2], *(STAGES[3:5])]
    pages = {"概况": overview(without=["每月净现金流入"]), "工程节点": rows}
    assert case_in(pages, merges={"工程节点": "A2:A3"}) == case_in(pages)


def test_a_merged_amount_would_count_twice() -> None:
    rows = [STAGES[2], *(STAGES[3:5])]
    faults = faults_in({"概况": overview(without=["每月净现金流入"]), "工程节点": rows}, merges={"工程节点": "D2:D3"})
    assert places(faults) == [("工程节点!D3", "this merged cell would count once for every row")]


def test_months_as_headings() -> None:
    """One series written amount by amount, one history with a gap, costs without minus signs."""
    months: list[Any] = [dt.date(2026, 12, 1), "2027-01", "2027年2月"]
    series = [("名称", *months), ("门店毛利", "12万", 110_000, "13万")]
    costs = [("名称", "类别", "起始月份", "每月支出", "月数"), ("增值税", "税费", "2026-12", "2万", "36个月")]
    chain = [
        ("连锁", "门店", "月销售额", "2026-09", "2026-08", "2026-10"),
        ("小吃", "一店", 260_000, None, 200_000, 210_000),
    ]
    case = case_in({"概况": overview(without=["每月净现金流入"]), "每月收支": series, "每月支出": costs, "门店": chain})
    plain_source, tax, chain_source = case.cash.sources
    assert isinstance(chain_source, Stores)
    history = chain_source.stores[0].history
    assert history is not None
    assert (history.start, history.series) == (dt.date(2026, 8, 1), (Decimal(200_000), None, Decimal(210_000)))
    assert isinstance(plain_source, Monthly)
    assert plain_source.series == (Decimal(120_000), Decimal(110_000), Decimal(130_000))
    assert isinstance(tax, Monthly)
    assert (tax.category, tax.amount) == ("tax", Decimal(-20_000))


def test_a_month_left_out_of_a_series_is_named() -> None:
    series = [("名称", "2026-12", "2027-01", "2027-02"), ("门店毛利", "12万", None, "13万")]
    faults = faults_in({"概况": overview(without=["每月净现金流入"]), "每月收支": series})
    assert [fault.where for fault in faults] == ["case.xlsx 每月收支!C2"]


def test_nothing_counts_twice() -> None:
    loans = [("合同号", "逾期本金", "年利率"), ("A1", "200万", "4.35%"), ("A2", "40万", None)]
    series = [("名称", "起始月份", "每月金额", "月数"), ("毛利", "2026-12", 120_000, 36)]
    faults = faults_in({"概况": overview(), "贷款": loans, "每月收支": series})
    assert places(faults) == [
        ("概况!B3", "the loans do not add up to this"),
        ("概况!B6", "this would count twice: the sources of cash have sheets of their own"),
    ]
    case = case_in(
        {"概况": overview(("所欠本金", "240万"), without=["每月净现金流入"]), "贷款": loans, "每月收支": series}
    )
    assert [(loan.id, loan.rate, loan.principal) for loan in case.loans] == [
        ("A1", Decimal("0.0435"), 0),
        ("A2", Decimal("0.0435"), 0),
    ]


@pytest.mark.parametrize(
    ("sheets", "place", "what"),
    [
        ({"贷款明细表": [("合同号",), ("A1",)]}, "贷款明细表!A1", "no such sheet is known: 贷款明细表"),
        ({"贷款": [("甲", "乙"), (1, 2)]}, "贷款!A1", "no headings are found on this sheet"),
        (
            {"贷款": [("合同号", "逾期本金", "年利率"), ("A1", 250, "5%", 7)]},
            "贷款!D2",
            "this value stands under no heading",
        ),
        ({"贷款": [("合同号", "合同编号"), ("A1", "A1")]}, "贷款!B1", "the label 合同号 stands twice"),
        ({"贷款": [("合同号", "逾期本今"), ("A1", 1)]}, "贷款!B1", "this heading is not known"),
        (
            {"每月支出": [("名称", "起始月份", "每月支出", "月数"), ("租金", "2026-12", -5, 3)]},
            "每月支出!C2",
            "this amount is negative",
        ),
        (
            {"其他字段": [("字段", "值"), ("loans[7].id", "x")]},
            "其他字段!A2",
            "this is no field of a case that could be set here",
        ),
        (
            {"其他字段": [("字段", "值"), ("as_of", "2026-01-01")]},
            "其他字段!A2",
            "this is no field of a case that could be set here",
        ),
        (
            {"银行要求": [("现金覆盖倍数", "不限"), ("覆盖口径", "逐期")]},
            "银行要求!B2",
            "this limit is switched off elsewhere",
        ),
    ],
)
def test_what_is_not_understood_is_not_left_out_in_silence(sheets: dict[str, Any], place: str, what: str) -> None:
    faults = faults_in({"概况": overview(), **sheets})
    said = [(where, what.replace("Contract number", "合同号")) for where, what in places(faults)]
    assert (place, what) in said


def test_a_workbook_without_its_first_sheet() -> None:
    assert places(faults_in({"贷款": [("合同号", "逾期本金"), ("A1", 1)]})) == [
        ("贷款!A1", "this workbook has no sheet Overview")
    ]


def test_sheets_set_aside_and_empty_ones() -> None:
    sheets = {"概况": overview(), "_草稿": [("x", 1)], "备注": [("y", 2)], "Sheet2": []}
    assert case_in(sheets) == case_in({"概况": overview()})


def test_other_fields_by_their_path() -> None:
    more = [
        ("字段", "值"),
        ("loans[0].contract.maturity", "2027-06-30"),
        ("loans[0].contract.charges[0].name", "评估费"),
    ]
    more += [("loans[0].contract.charges[0].date", "2027-03-01"), ("loans[0].contract.charges[0].amount", "8000.00")]
    contract = case_in({"概况": overview(), "其他字段": more}).loans[0].contract
    assert contract.maturity == dt.date(2027, 6, 30)
    assert contract.charges[0].amount == Decimal(8_000)


@pytest.mark.parametrize("level", ["等额", "等额本息"])
def test_policy_and_switches(level: str) -> None:
    policy = [
        ("还款方式", level),
        ("相邻两期最大变动", "不限"),
        ("宽限期（月）", "6个月"),
        ("宽限期只付息", "是"),
        ("备用金", "3万"),
    ]
    case = case_in({"概况": overview(), "银行要求": policy})
    assert (case.policy.shape, case.policy.step, case.cash.contingency) == ("level", "off", Decimal(30_000))
    assert case.policy.grace is not None
    assert case.policy.grace.model_dump() == {"months": 6, "interest_only": True}


def test_doubts_have_cells_too(tmp_path: Any) -> None:
    path = tmp_path / "case.xlsx"
    path.write_bytes(workbook({"概况": overview(("每月净现金流入", 100))}))
    _, doubts = check_case(path)
    assert doubts
    assert {doubt.where.split(" cash")[0] for doubt in doubts} == {"case.xlsx 概况!B5"}


def test_missing_values_are_called_as_the_sheet_calls_them() -> None:
    """The date, the name and the rate of the first sheet, and the rate of a loan on its own sheet."""
    first = overview(("借款人", None), ("余额日期", None), ("年利率", None))
    with speaking("zh"):
        remedies = [str(fault.remedy) for fault in faults_in({"概况": first})]
        assert [remedy.partition(":")[0] for remedy in remedies] == [
            "可写为 借款人",
            "可写为 余额日期",
            "可写为 年利率",
        ]
        loans = [("借据号", "未到期本金", "执行利率"), ("A1", 100, None)]
        (fault,) = faults_in({"概况": overview(without=["所欠本金", "年利率"]), "贷款": loans})
        assert (fault.where, str(fault.remedy)) == ("case.xlsx 贷款!C2", "可写为 年利率: 4.35%")


def test_the_bank_sees_the_same_monthly_figure_with_and_without_a_season() -> None:
    """12 months of 100,000 are 1.2 million to borrower and bank, level or spread by a season."""
    until, rows = dt.date(2027, 11, 30), [("每月净现金流入", 100_000), ("期限", 12)]
    for season in ("平稳", "服装"):
        (source,) = case_in({"概况": overview(*rows, ("淡旺季", season))}).cash.sources
        for view in ("borrower", "bank"):
            flows = source_flows(source, Window(dt.date(2026, 11, 20), until, 31, 31), view)  # type: ignore[arg-type]
            assert abs(sum(flow.amount for flow in flows) - 120_000_000) < 15  # to the cent of every month
