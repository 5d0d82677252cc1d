"""A schedule that somebody offers: days and amounts, in a table (CSV, Excel) or as YAML or JSON.

A table has the headings Date and Payment (还款日, 还款金额), and Loan (贷款) where a loan is named; the other columns
of ``schedule.csv`` are passed over, so that a plan's own table can be changed and offered back. Cells are read as
people type them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from repayplan.cases.base import Model
from repayplan.cases.documents import Document
from repayplan.cases.excel.container import Sheet, open_workbook
from repayplan.cases.excel.draft import Draft, Reading
from repayplan.cases.excel.headings import Column, Layout, headings
from repayplan.cases.excel.parts import MAX_PACKED
from repayplan.cases.excel.reader import document_of, unit_mentioned
from repayplan.cases.excel.tables import read_table
from repayplan.cases.faults import to_faults
from repayplan.cases.fields import Amount, Date, Identifier
from repayplan.cases.files import content_of, ending_of, path_of, text_of
from repayplan.cases.loan_list import from_csv
from repayplan.cases.models import Case
from repayplan.cases.notation import NOTATIONS, read_notation
from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.money import grouped, to_cents

MAX_PAYMENTS = 5_000
_ENDINGS = (".csv", ".xlsx", ".xlsm", *NOTATIONS)

_PASSED_OVER = (
    ("no", "序号", "No.", ("number", "期数", "期次")),
    ("fees", "费用", "Fees", ()),
    ("penalty", "罚息", "Penalty", ()),
    ("compound", "复利", "Compound interest", ()),
    ("interest", "利息", "Interest", ()),
    ("principal", "本金", "Principal", ()),
    ("principal_after", "剩余本金", "Principal after", ()),
    ("debt_after", "剩余债务", "Debt after", ()),
    ("day_total", "当日合计", "Total of the day", ()),
    ("note", "备注", "Note", ("remarks", "说明")),
)
"""Columns of a plan's own table, and remarks: they say nothing of what is paid when."""

_LAYOUT = Layout(
    key="offer",
    zh="还款方案",
    en="Offer",
    columns=(
        Column("date", "date", "还款日", "Date", ("日期", "还款日期", "付款日", "day", "payment date", "due date")),
        Column("amount", "amount", "还款金额", "Payment", ("金额", "还款额", "还款", "付款", "amount", "installment")),
        Column("loan", "text", "贷款", "Loan", ("合同号", "贷款合同号", "借据号", "贷款编号", "contract", "loan id")),
        *(Column(f"over.{name}", "text", zh, en, also) for name, zh, en, also in _PASSED_OVER),
    ),
).with_columns()


class OfferedPayment(Model):
    """One line of an offer; without a loan it is for all of them."""

    date: Date = Field(description="Day of the payment", examples=["2027-01-20"])
    amount: Amount = Field(description="What is paid, currency units", examples=["120000.00"])
    loan: Identifier | None = Field(default=None, description="Loan that is paid", examples=["L1"])


class _Offer(Model):
    payments: tuple[OfferedPayment, ...] = Field(
        min_length=1,
        max_length=MAX_PAYMENTS,
        description="What is offered",
        examples=[[{"date": "2027-01-20", "amount": "120000.00"}]],
    )


@dataclass(frozen=True, slots=True)
class Offered:
    """Cents offered on a day, on one loan or on all together."""

    date: dt.date
    loan: str | None
    cents: int


def read_offer(path: str | Path, case: Case) -> tuple[Offered, ...]:
    """The payments that a file offers for a case, in order of date. InputError with every problem of the file."""
    path = path_of(path)
    document = _document(path)
    try:
        payments = _Offer.model_validate(document.data).payments
    except ValidationError as error:
        faults = to_faults(error.errors(include_url=False), document, _Offer)
        raise InputError([*document.faults, *faults]) from None
    wrong = [*document.faults, *_misplaced(payments, document, case)]
    if wrong:
        raise InputError(wrong)
    offered = (Offered(entry.date, entry.loan or _only(case), to_cents(entry.amount)) for entry in payments)
    return tuple(sorted(offered, key=lambda entry: entry.date))


def _only(case: Case) -> str | None:
    return case.loans[0].id if len(case.loans) == 1 else None


def _document(path: Path) -> Document:
    remedy = tr("save the schedule with one of these endings")
    ending = ending_of(path, _ENDINGS, tr("this is no kind of schedule"), remedy)
    if ending in (".csv", ".xlsx", ".xlsm"):
        return _table(path, ending)
    text = text_of(path)
    if not text.strip():
        raise InputError(_empty(str(path)))
    return read_notation(text, str(path), ending)


def _table(path: Path, ending: str) -> Document:
    sheet = from_csv(content_of(path), path.name) if ending == ".csv" else _sheet(path)
    reading = Reading(headings())
    reading.unit = unit_mentioned([(sheet, _LAYOUT)], reading)
    draft = Draft()
    for number, row in enumerate(read_table(sheet, _LAYOUT, reading)):
        row.own.data.pop("over", None)
        draft.graft(("payments", number), row.own)
    document = document_of(path.name, draft, [sheet], reading)
    if not draft.data:
        raise InputError(document.faults or _empty(path.name))
    return document


def _sheet(path: Path) -> Sheet:
    """The sheet called so, or the first that holds something."""
    sheets = [sheet for sheet in open_workbook(content_of(path, MAX_PACKED), path.name) if sheet.filled]
    if not sheets:
        raise InputError(_empty(path.name))
    return next((sheet for sheet in sheets if sheet.name in (_LAYOUT.zh, _LAYOUT.en)), sheets[0])


def _empty(name: str) -> Fault:
    remedy = tr("write a line for each payment: its day and its amount")
    return Fault(tr("no payments are found in this file"), name, remedy=remedy)


def _misplaced(payments: tuple[OfferedPayment, ...], document: Document, case: Case) -> Iterator[Fault]:
    """What cannot be judged at all: days before signing, loans that are not there, one payment twice, none at all."""
    loans = [loan.id for loan in case.loans]
    seen: set[tuple[dt.date, str | None]] = set()
    for number, entry in enumerate(payments):
        place = ("payments", number)
        if entry.date <= case.as_of:
            limit = tr("after {date}", date=case.as_of)
            remedy = tr("give a later day: the balances are those of the case's date")
            where = document.where((*place, "date"))
            yield Fault(tr("this payment comes before the plan begins"), where, f"{entry.date}", limit, remedy)
        if entry.loan is not None and entry.loan not in loans:
            limit = tr("one of: {choices}", choices=", ".join(loans))
            remedy = tr("write a loan of the case, or leave the column empty")
            yield Fault(tr("the case has no such loan"), document.where((*place, "loan")), entry.loan, limit, remedy)
        key = (entry.date, entry.loan or _only(case))
        if key in seen:
            remedy = tr("put what is paid on one day into one line")
            where, amount = document.where((*place, "date")), grouped(to_cents(entry.amount))
            yield Fault(tr("this day stands twice"), where, f"{entry.date}, {amount}", remedy=remedy)
        seen.add(key)
    if not any(entry.amount for entry in payments):
        yield Fault(tr("nothing is offered"), document.name, remedy=tr("give at least one amount above zero"))
