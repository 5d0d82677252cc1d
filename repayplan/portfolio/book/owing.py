"""What a borrower owes the bank by the rows of the book alone, also where no case can be made of them."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from repayplan.cases.checks import owed
from repayplan.cases.fields import Amount, Currency
from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.money import to_cents
from repayplan.portfolio.book.index import Row, Rows
from repayplan.portfolio.book.values import read

_NEEDED = "principal"
_CLAIMS = (_NEEDED, "overdue_principal", "interest", "compound_interest", "penalty", "fees")
"""Columns of loans in which a claim stands; an empty one is nothing, but for the one that every loan needs."""

_AMOUNT, _CURRENCY = TypeAdapter[Any](Amount), TypeAdapter[Any](Currency)
_USUAL = Case.model_fields["currency"].default


def owed_by(rows: Rows, currency: str | None = None) -> int | None:
    """Everything that the bank claims of a borrower, cents; None where a claim or the currency cannot be read, where it
    is not the ``currency`` asked for, or where there are no loans."""
    loans = rows.by_table.get("loans", ())
    if not loans or rows.crowded == "loans":
        return None
    try:
        if currency is not None and _currency(rows.by_table["borrowers"][0]) != currency:
            return None
        return sum(map(_claimed, loans))
    except (InputError, ValueError):
        return None


def owed_to_the_bank(case: Case) -> int:
    """Everything that the bank claims in a case; cents."""
    return sum(owed(loan) for loan in case.loans if loan.lender is None)


def _currency(row: Row) -> str:
    return str(_CURRENCY.validate_python(_cells(row, ("currency",)).get("currency", _USUAL)))


def _claimed(row: Row) -> int:
    """The claims on one loan; nothing where another bank lends it. InputError or ValueError where one is no amount, or
    the row cannot be believed."""
    found = _cells(row, ("lender", *_CLAIMS))
    claims = {_NEEDED: None, **{name: found[name] for name in _CLAIMS if name in found}}
    cents = sum(to_cents(_AMOUNT.validate_python(value)) for value in claims.values())
    return 0 if "lender" in found else cents


def _cells(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    """Cells of a row that are not blank, by the names of their columns. ValueError where the row, or one of them,
    cannot be believed."""
    _, broken, cells = row
    for name, reason, _, _ in broken:
        if not name or name in names:
            raise ValueError(reason)
    return {heading.column.name: read(text, heading) for heading, text in cells if heading.column.name in names}
