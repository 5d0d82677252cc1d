"""A list of loans as a core system exports it, CSV or Excel: its columns are found by the table of headings.

What a bank calls its columns is added in a file of its own (see docs/workbook.md). Exports are UTF-8 or GB 18030,
with commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from repayplan.cases.base import Model
from repayplan.cases.cells import Cell
from repayplan.cases.documents import UNREADABLE, Document
from repayplan.cases.excel.container import Sheet, open_workbook
from repayplan.cases.excel.draft import Draft, Reading
from repayplan.cases.excel.headings import Column, headings
from repayplan.cases.excel.loans import settle_loan
from repayplan.cases.excel.parts import MAX_PACKED
from repayplan.cases.excel.reader import document_of, unit_mentioned
from repayplan.cases.excel.tables import Row, read_table
from repayplan.cases.faults import to_faults
from repayplan.cases.files import content_of, decode_export, path_of
from repayplan.cases.models import Loan
from repayplan.errors import Fault, InputError
from repayplan.language import tr

MAX_LOANS = 5_000

_BORROWER = Column(
    "borrower", "text", "借款人", "Borrower", ("客户名称", "借款人名称", "企业名称", "customer name", "name")
)
_CUSTOMER = Column("customer", "text", "客户号", "Customer number", ("客户编号", "customer", "customer id"))


class _LoanList(Model):
    loans: tuple[Loan, ...] = Field(
        min_length=1,
        max_length=MAX_LOANS,
        description="The loans",
        examples=[[{"id": "L1", "principal": "8000000.00", "rate": "4.35%"}]],
    )


def read_loans(path: str | Path, as_of: dt.date, borrower: str | None = None) -> tuple[Loan, ...]:
    """The loans in a ``.csv`` or ``.xlsx`` file; ``as_of`` is the day of its balances.

    ``borrower``: name or customer number, where the list holds the loans of several. Raises InputError with one fault
    for every problem of the file.
    """
    path = path_of(path)
    sheet = _sheet(path)
    words = headings()
    layout = words.layouts["loans"].with_columns(_BORROWER, _CUSTOMER)
    reading = Reading(words)
    reading.unit = unit_mentioned([(sheet, layout)], reading)
    rows = _of_borrower(sheet, read_table(sheet, layout, reading), borrower, reading)
    draft = Draft()
    for number, row in enumerate(rows):
        draft.graft(("loans", number), settle_loan(row, as_of, reading))
    return _validated(document_of(path.name, draft, [sheet], reading))


def _validated(document: Document) -> tuple[Loan, ...]:
    if not document.data.get("loans"):
        nothing = Fault(tr("no loans are found in this file"), document.name, remedy=tr("export the list again"))
        raise InputError(document.faults or nothing)
    try:
        loans = _LoanList.model_validate(document.data).loans
    except ValidationError as error:
        faults = to_faults(error.errors(include_url=False), document, _LoanList)
        raise InputError([*document.faults, *faults]) from None
    if document.faults:
        raise InputError(document.faults)
    return loans


def _of_borrower(sheet: Sheet, rows: Sequence[Row], borrower: str | None, reading: Reading) -> list[Row]:
    """The rows of one borrower; a list with several of them needs to be told which."""
    kept: list[Row] = []
    names: dict[str, str] = {}
    for row in rows:
        name, number = (row.own.data.pop(column.field, None) for column in (_BORROWER, _CUSTOMER))
        if isinstance(number or name, str) and UNREADABLE not in (name, number):
            names.setdefault(number or name, name or number)
        if borrower is None or borrower in (name, number):
            kept.append(row)
    if borrower is None and len(names) > 1:
        limit = tr("one of: {choices}", choices=", ".join(map(str, list(names.values())[:10])))
        what = tr("this list holds the loans of {count} borrowers", count=len(names))
        reading.faults.append(Fault(what, sheet.file, limit=limit, remedy=tr("say whose loans are wanted")))
    elif rows and not kept:
        limit = tr("one of: {choices}", choices=", ".join(map(str, list(names.values())[:10])))
        what = tr("this borrower is not on the list")
        reading.faults.append(Fault(what, sheet.file, borrower, limit, tr("check the name or the customer number")))
    return kept


def _sheet(path: Path) -> Sheet:
    """The sheet with the list: of a workbook the one that is called so, or the first that holds something."""
    if path.suffix.lower() == ".csv":
        return from_csv(content_of(path), path.name)
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        what, limit = tr("this is no kind of loan list"), tr("one of: {choices}", choices=".csv, .xlsx")
        raise InputError(
            Fault(what, str(path), path.suffix or None, limit, tr("export it again in one of these forms"))
        )
    sheets = [sheet for sheet in open_workbook(content_of(path, MAX_PACKED), path.name) if sheet.filled]
    if not sheets:
        raise InputError(Fault(tr("the file is empty"), path.name, remedy=tr("export the list again")))
    loans = headings().layouts["loans"]
    return next((sheet for sheet in sheets if headings().layout_of(sheet.name) is loans), sheets[0])


def from_csv(content: bytes, name: str) -> Sheet:
    """A CSV file as a sheet of text cells. InputError where it is none, or empty."""
    text = decode_export(content, name)
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except csv.Error as error:
        what = tr("this is not {notation}: {reason}", notation="CSV", reason=error)
        raise InputError(Fault(what, name, remedy=tr("export the list again"))) from None
    cells = {
        (row, column): Cell(value)
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
        if value.strip()
    }
    if not cells:
        raise InputError(Fault(tr("the file is empty"), name, remedy=tr("export the list again")))
    return Sheet(name, "", cells, {}, {}, {})
