"""What a book yields: cases, and what is wrong where there is none."""

from __future__ import annotations

from dataclasses import dataclass

from repayplan.cases.models import Case


@dataclass(frozen=True, slots=True)
class BookCase:
    """One borrower of a book. ``id``: what joins its rows; ``row``: its row among the borrowers, the heading is row 1.

    ``industry`` and ``region`` are what limits may be set for; None where the book does not say.
    """

    id: str
    row: int
    case: Case
    industry: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing because of which a borrower, or a row, is set aside: where it stands and what would mend it.

    ``table`` and ``field`` are those of the book; ``row`` counts as a spreadsheet does, the heading is row 1, None
    where no single row is at fault. Every text but the names is in the language of the run; empty where it says
    nothing.
    """

    case: str
    table: str
    row: int | None
    field: str
    value: str
    limit: str
    reason: str
    remedy: str
