"""Where something stands in a book, so that a person finds it: a cell of a sheet, a line of a file, a row's key."""

from __future__ import annotations

from typing import Literal

from repayplan.cases.documents import shown
from repayplan.cases.excel.container import spell

Form = Literal["sheet", "lines", "database"]
"""How a table lies in its book; CSV and Parquet files have lines."""


def spot(form: Form, where: str, row: int | None, place: int | None, heading: str, key: str = "") -> str:
    """``book.xlsx 贷款!C3``, ``loans.csv:3 rate`` or ``loans.rate (id = 7)``; ``where``: the table as messages call it.

    ``row`` counts from 1, the ``place`` of a column from 0; ``key``: what a database knows the row by. A whole row of a
    sheet is ``!3:3``, as spreadsheets write it; what is not known is left out.
    """
    heading = shown(heading)
    if form == "database":
        named = f"{where}.{heading}" if heading else where
        return f"{named} ({key})" if key else named if row is None else f"{named}:{row}"
    if row is None:
        return f"{where} {heading}".strip()
    if form == "lines":
        return f"{where}:{row} {heading}".strip()
    return f"{where}!{row}:{row}" if place is None else f"{where}!{spell((row - 1, place))}"
