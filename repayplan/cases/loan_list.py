"""A list of loans as a core system exports it, CSV or Excel: its columns are found by the table of headings.

What a bank calls its columns is added in a file of its own (see docs/workbook.md). Exports are UTF-8 or GB 18030,
with commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from repayplan.cases.base import Model
from repayplan.cases.cells import Cell
from repayplan.cases.csv_files import MAX_COLUMNS, too_wide
from repayplan.cases.documents import Document
from repayplan.cases.excel.container import Sheet, open_workbook
from repayplan.cases.excel.draft import Draft, Reading
from repayplan.cases.excel.headings import Column, Headings, headings
from repayplan.cases.excel.loans import settle_loan
from repayplan.cases.excel.parts import MAX_PACKED
from repayplan.cases.excel.reader import document_of, show_unseen, unit_mentioned
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


@dataclass(frozen=True, slots=True)
class Borrower:
    """What a list says of one borrower: name, customer number, loans; ``None`` where the list does not say."""

    name: str | None
    number: str | None
    loans: tuple[Loan, ...]


@dataclass(frozen=True, slots=True)
class LoanList:
    """A list by borrower, in the order of the list, and what in the file itself needs a second look."""

    borrowers: tuple[Borrower, ...]
    doubts: tuple[Fault, ...]


def read_loans(path: str | Path, as_of: dt.date, borrower: str | None = None) -> tuple[Loan, ...]:
    """The loans in a ``.csv`` or ``.xlsx`` file; ``as_of`` is the day of its balances.

    ``borrower``: name or customer number, where the list holds the loans of several. Raises InputError with one fault
    for every problem of the file.
    """
    found = _read(path, as_of, borrower, None, one=True)
    return tuple(loan for each in found.borrowers for loan in each.loans)


def read_loan_list(
    path: str | Path, as_of: dt.date, borrower: str | None = None, table: str | Path | None = None
) -> LoanList:
    """The same for every borrower of the list, or for one; ``table``: the bank's own headings, a TOML file.

    Raises InputError as :func:`read_loans` does.
    """
    return _read(path, as_of, borrower, table, one=False)


def _read(path: str | Path, as_of: dt.date, borrower: str | None, table: str | Path | None, one: bool) -> LoanList:
    path = path_of(path)
    words = headings(table)
    sheet = _sheet(path, words)
    layout = words.layouts["loans"].with_columns(_BORROWER, _CUSTOMER)
    reading = Reading(words)
    reading.unit = unit_mentioned([(sheet, layout)], reading)
    show_unseen(sheet, reading)
    rows, owners = _of_borrower(sheet, read_table(sheet, layout, reading), borrower, reading, one)
    draft = Draft()
    for number, row in enumerate(rows):
        draft.graft(("loans", number), settle_loan(row, as_of, reading))
    loans = _validated(document_of(path.name, draft, [sheet], reading))
    groups: dict[str | None, list[Loan]] = {}
    for owner, loan in zip(owners, loans, strict=True):
        groups.setdefault(owner.key, []).append(loan)
    firsts = {owner.key: owner for owner in reversed(owners)}
    return LoanList(
        tuple(Borrower(firsts[key].name, firsts[key].number, tuple(its)) for key, its in groups.items()),
        tuple(reading.doubts),
    )


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


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose loan a row is, as far as it says."""

    name: str | None
    number: str | None

    @property
    def key(self) -> str | None:
        """What tells borrowers apart."""
        return self.number or self.name


def _of_borrower(
    sheet: Sheet, rows: Sequence[Row], borrower: str | None, reading: Reading, one: bool
) -> tuple[list[Row], list[_Owner]]:
    """The rows of one borrower, or of all; where only ``one`` is wanted, a list with several needs to be told which."""
    owners = _numbered([_owner(row) for row in rows])
    names = {owner.key: owner.name or owner.number for owner in owners if owner.key is not None}
    wanted = [borrower is None or borrower in (owner.name, owner.number) for owner in owners]
    limit = tr("one of: {choices}", choices=", ".join(map(str, list(names.values())[:10])))
    if one and borrower is None and len(names) > 1:
        what = tr("this list holds the loans of {count} borrowers", count=len(names))
        reading.faults.append(Fault(what, sheet.file, limit=limit, remedy=tr("say whose loans are wanted")))
    elif rows and not any(wanted):
        what = tr("this borrower is not on the list")
        reading.faults.append(Fault(what, sheet.file, borrower, limit, tr("check the name or the customer number")))
    if names:
        for row, owner in zip(rows, owners, strict=True):
            if owner.key is None:
                what = tr("this row does not say whose loan it is")
                reading.blame((sheet, row.start), what, tr("fill in the name or the customer number"))
    kept_rows = [row for row, kept in zip(rows, wanted, strict=True) if kept]
    return kept_rows, [owner for owner, kept in zip(owners, wanted, strict=True) if kept]


def _numbered(owners: Sequence[_Owner]) -> list[_Owner]:
    """A name that stands with one customer number only has it also where the list leaves it out."""
    numbers: dict[str | None, set[str]] = {}
    for owner in owners:
        numbers.setdefault(owner.name, set()).update([owner.number] if owner.number else [])
    return [
        _Owner(owner.name, *numbers[owner.name]) if owner.name and len(numbers[owner.name]) == 1 else owner
        for owner in owners
    ]


def _owner(row: Row) -> _Owner:
    """Whose loan a row is; its two columns are no part of the loan."""
    name, number = (row.own.data.pop(column.field, None) for column in (_BORROWER, _CUSTOMER))
    return _Owner(*(each if isinstance(each, str) else None for each in (name, number)))


def _sheet(path: Path, words: Headings) -> Sheet:
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
    loans = words.layouts["loans"]
    shown = [sheet for sheet in sheets if not sheet.hidden]
    return next((sheet for sheet in sheets if words.layout_of(sheet.name) is loans), (shown or sheets)[0])


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
    if wide := max(rows, key=len, default=[])[MAX_COLUMNS:]:
        row = next(number for number, line in enumerate(rows, start=1) if len(line) > MAX_COLUMNS)
        raise InputError(too_wide(f"{name}:{row}", MAX_COLUMNS + len(wide)))
    cells = {
        (row, column): Cell(value)
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
        if value.strip()
    }
    if not cells:
        raise InputError(Fault(tr("the file is empty"), name, remedy=tr("export the list again")))
    return Sheet(name, "", cells, {}, {}, {})
