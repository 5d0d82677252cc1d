"""What all borrowers of a book must have in common for their figures to be added up: the day of the balances, on which
month 1 begins, and the currency."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from repayplan.cases.fields import Currency, Date
from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.language import Message, tr
from repayplan.portfolio.book.case import BookCase, Failure
from repayplan.portfolio.book.index import Index, headings_of, texts_of
from repayplan.portfolio.book.values import read

_USUAL: str = Case.model_fields["currency"].default
_READERS: dict[str, TypeAdapter[Any]] = {"as_of": TypeAdapter(Date), "currency": TypeAdapter(Currency)}


@dataclass(frozen=True, slots=True)
class Common:
    """The day and the currency of a book; None where no borrower has one that can be read."""

    as_of: dt.date | None
    currency: str | None

    def misfits(self, book: BookCase) -> list[Failure]:
        """Why a borrower cannot be added up with the others of its book; nothing where it can."""
        told: list[tuple[str, object, object, Message, Message]] = []
        if self.as_of not in (None, book.case.as_of):
            what = tr("these balances are of another day than the book's")
            remedy = tr("bring its balances to that day, or put it into a book of its own")
            told.append(("as_of", book.case.as_of, self.as_of, what, remedy))
        if self.currency not in (None, book.case.currency):
            what = tr("this borrower's currency is not the book's")
            remedy = tr("make a book of its own for every currency")
            told.append(("currency", book.case.currency, self.currency, what, remedy))
        return [
            Failure(book.id, "borrowers", book.row, name, str(value), str(common), str(what), str(remedy))
            for name, value, common, what, remedy in told
        ]


def common_of(index: Index) -> Common:
    """The day and the currency that most borrowers of a book have, of equally many those of the first of them."""
    return Common(_most(index, "as_of", None), _most(index, "currency", _USUAL) or _USUAL)


def _most(index: Index, column: str, blank: Any) -> Any:
    """The value that most borrowers have, however they write it; ``blank``: what an empty cell says."""
    heading = next((each for each in headings_of(index) if each.column.name == column), None)
    if heading is None:
        return blank
    found: dict[Any, tuple[int, int]] = {}
    for text, count, place in texts_of(index, column):
        try:
            value = blank if text is None else _READERS[column].validate_python(read(text, heading))
        except (InputError, ValidationError):  # told with its row when the borrower is read
            continue
        many, first = found.get(value, (0, -place))
        found[value] = (many + count, max(first, -place))
    found.pop(None, None)
    return max(found, key=lambda value: found[value], default=None)
