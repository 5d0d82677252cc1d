"""Loan lists as core systems export them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from sheets import workbook

import repayplan
from repayplan.errors import InputError

AS_OF = dt.date(2026, 11, 20)
HEADINGS = (
    "客户名称",
    "客户编号",
    "借据号",
    "正常本金余额",
    "逾期本金余额",
    "拖欠利息",
    "应收罚息",
    "执行年利率(%)",
    "逾期天数",
    "贷款到期日",
)
ROWS = (
    ("恒泰建设", "C-1", "JJ-001", "1,000,000.00", "200,000.00", "3,500.50", "", "4.35", "95", "20270630"),
    ("恒泰建设", "C-1", "JJ-002", "500,000.00", "0.00", "0.00", "0", "4.75", "0", "2028/1/31"),
    ("锦绣服饰", "C-2", "JJ-003", "1.00", "", "", "", "5", "", ""),
    ("合计", "", "", "1,500,001.00", "", "", "", "", "", ""),
)


def csv(separator: str = ",") -> str:
    return "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in (HEADINGS, *ROWS))


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8-sig", ","), ("gbk", ","), ("utf-8", ";"), ("gb18030", "\t")]
)
def test_csv(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "loans.csv"
    path.write_bytes(csv(separator).encode(encoding))
    first, second = repayplan.read_loans(path, AS_OF, "恒泰建设")
    assert (first.id, first.principal, first.overdue_principal) == ("JJ-001", Decimal(1_000_000), Decimal(200_000))
    assert (first.interest, first.penalty, first.rate) == (Decimal("3500.50"), 0, Decimal("0.0435"))
    # 95 days before 20 November 2026
    assert (first.contract.overdue_since, first.contract.maturity) == (dt.date(2026, 8, 17), dt.date(2027, 6, 30))
    assert (second.rate, second.contract.overdue_since) == (Decimal("0.0475"), None)


def test_excel_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "loans.csv").write_text(csv(), encoding="utf-8")
    (tmp_path / "loans.xlsx").write_bytes(workbook({"导出": [HEADINGS, *ROWS]}))
    loans = [repayplan.read_loans(tmp_path / name, AS_OF, "C-1") for name in ("loans.csv", "loans.xlsx")]
    assert loans[0] == loans[1]


def test_of_several_borrowers_one_must_be_named(tmp_path: Path) -> None:
    path = tmp_path / "loans.csv"
    path.write_text(csv(), encoding="utf-8")
    with pytest.raises(InputError, match="the loans of 2 borrowers; limit: one of: 恒泰建设, 锦绣服饰"):
        repayplan.read_loans(path, AS_OF)
    with pytest.raises(InputError, match="this borrower is not on the list; value: 东山"):
        repayplan.read_loans(path, AS_OF, "东山")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "loans.csv",
            "借据号,正常本金余额,执行年利率,客户经里\nA,1,5%,x\n",
            "loans.csv D1: this heading is not known; value: 客户经里",
        ),
        (
            "loans.csv",
            "借据号,正常本金余额,执行年利率\nA,1.001,5%\n",
            "loans.csv B2: this amount has fractions of a cent",
        ),
        ("loans.csv", "借据号,正常本金余额,执行年利率\nA,1,\n", "loans.csv C2: this field is missing"),
        ("loans.csv", "", "loans.csv: the file is empty"),
        ("loans.csv", "借据号,正常本金余额,执行年利率\n", "loans.csv: no loans are found in this file"),
        ("loans.csv", 'a,b\n"x', "loans.csv: this is not CSV"),
        ("loans.txt", "x", "this is no kind of loan list; value: .txt"),
        ("loans.xlsx", "x", "loans.xlsx: this is not an .xlsx workbook"),
    ],
)
def test_what_is_wrong_is_said_with_its_cell(tmp_path: Path, name: str, content: str, words: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        repayplan.read_loans(path, AS_OF)
    assert words in str(caught.value)


def test_neither_utf_8_nor_gbk(tmp_path: Path) -> None:
    path = tmp_path / "loans.csv"
    path.write_bytes(b"\xff\xff\xff\xff,\xff")
    with pytest.raises(InputError, match="neither UTF-8 nor GBK"):
        repayplan.read_loans(path, AS_OF)
