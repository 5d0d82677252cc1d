"""Schedules that are offered, read as people write them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter
from making import make_case

from repayplan.cases.models import Case
from repayplan.cases.offers import Offered, read_offer
from repayplan.errors import InputError

TWO = make_case(loans=[{"principal": "1000.00"}, {"principal": "2000.00"}])
ONE = make_case()
DECEMBER, JANUARY = dt.date(2026, 12, 20), dt.date(2027, 1, 20)


def text(tmp_path: Path, content: str, name: str = "offer.csv") -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("offer.csv", "Date,Payment\n2027-01-20,500.50\n2026-12-20,1200.00\n"),
        ("offer.csv", "还款日,还款金额（万元）,备注\n2027年1月20日,0.05005,第二期\n2026/12/20,0.12,\n合计,0.17005,\n"),
        ("offer.yaml", "payments:\n  - {date: 2026-12-20, amount: 1200.00}\n  - {date: 2027-01-20, amount: 500.50}\n"),
        (
            "offer.json",
            '{"payments": [{"date": "2026-12-20", "amount": "1200"}, {"date": "2027-01-20", "amount": "500.50"}]}',
        ),
        (
            "schedule.csv",
            "Date,Loan,Payment,Fees,Penalty,Compound interest,Interest,Principal,Principal after,Debt after,"
            "Total of the day\n2026-12-20,L1,1200.00,0.00,0.00,0.00,1.00,1199.00,1.00,1.00,1200.00\n"
            "2027-01-20,L1,500.50,0.00,0.00,0.00,1.00,499.50,1.00,1.00,500.50\n",
        ),
    ],
)
def test_tables_and_texts_say_the_same(tmp_path: Path, name: str, content: str) -> None:
    offered = read_offer(text(tmp_path, content, name), ONE)
    assert offered == (Offered(DECEMBER, "L1", 120_000), Offered(JANUARY, "L1", 50_050))


def test_a_workbook_is_read_from_the_sheet_called_so(tmp_path: Path) -> None:
    path = tmp_path / "offer.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("说明").write(0, 0, "nothing here")
        sheet = book.add_worksheet("还款方案")
        for row, line in enumerate(
            [("还款日期", "金额", "合同号"), ("2026-12-20", "12万", "L2"), ("2027-01-20", 500, "")]
        ):
            for column, cell in enumerate(line):
                sheet.write(row, column, cell)
    assert read_offer(path, TWO) == (Offered(DECEMBER, "L2", 12_000_000), Offered(JANUARY, None, 50_000))


@pytest.mark.parametrize(
    ("content", "where", "what"),
    [
        ("Date,Payment\n2026-12-20,many\n", "offer.csv B2", "this is not an amount that can be read in one way only"),
        ("Date,Payment\n2026-11-20,5\n", "offer.csv A2", "this payment comes before the plan begins"),
        ("Date,Payment,Loan\n2026-12-20,5,L9\n", "offer.csv C2", "the case has no such loan"),
        ("Date,Payment\n2026-12-20,5\n2026-12-20,7\n", "offer.csv A3", "this day stands twice"),
        ("Date,Payment\n2026-12-20,0\n", "offer.csv", "nothing is offered"),
        ("Date,Paymnt\n2026-12-20,5\n", "offer.csv B1", "this heading is not known"),
        ("Date,Payment\n2026-12-20,-5\n", "offer.csv B2", "this amount is negative"),
    ],
)
def test_what_is_wrong_is_told_with_its_cell(tmp_path: Path, content: str, where: str, what: str) -> None:
    case: Case = ONE
    with pytest.raises(InputError) as raised:
        read_offer(text(tmp_path, content), case)
    told = [(fault.where, fault.what.text) for fault in raised.value.faults]
    assert any(place.startswith(where) and words == what for place, words in told), told
    assert all(fault.remedy is not None for fault in raised.value.faults)


def test_files_that_are_no_schedule_are_refused(tmp_path: Path) -> None:
    for name, content in (("offer.pdf", "x"), ("offer.csv", "Date,Payment\n"), ("offer.yaml", " ")):
        with pytest.raises(InputError):
            read_offer(text(tmp_path, content, name), ONE)
