"""docs/book.md: every table of a book with its columns, written from the table by which books are read."""

from __future__ import annotations

from repayplan.portfolio.book.tables import Column, tables
from repayplan.portfolio.book.values import words_of

_INTRODUCTION = """# The tables of a book

A book of borrowers ([docs/portfolio.md](portfolio.md)) has these tables, in CSV or Parquet files, in sheets of a
workbook, or in a database; every borrower needs a row in `borrowers`, `loans` and `sources` (treatments too
are tried in its cash), the other tables may be missing. A column is known by its
name, by the heading that case workbooks have for the same field ([docs/workbook.md](workbook.md)), in English or
Chinese, or by another name given here. Amounts are in currency units; a heading may name another unit (`金额（万元）`).
Cells are read as in workbooks: 120万, 4.35%, 2026年3月15日, or 46096, which is that day as a spreadsheet counts days.
Every column is a field of the case (`repayplan schema`); what a field may hold is said there. ★: every row must say it.
"""


def book_page() -> str:
    """The page, in English."""
    parts = [_INTRODUCTION]
    for table in tables().values():
        also = ", ".join(f"`{name}`" for name in table.names)
        parts.append(f"## {table.name}\n\n{table.about} Also called {also}.\n")
        rows = ["| column | also | what it says |", "| --- | --- | --- |"]
        rows += [_row(column) for column in table.columns]
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def _row(column: Column) -> str:
    need = " ★" if column.need else ""
    off = ", or `off`" if column.off else ""
    names = ", ".join(dict.fromkeys(column.names))
    chinese: dict[str, list[str]] = {}
    for said, own in words_of(column).items():
        if not said.isascii():
            chinese.setdefault(own, []).append(said)
    words = "; ".join(f"{own}: {', '.join(said)}" for own, said in chinese.items())
    return f"| `{column.name}`{need} | {names} | {column.about}{off}{f' ({words})' if words else ''} |"
