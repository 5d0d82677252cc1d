"""A book of borrowers: tables in files, in a workbook or in a database, read into cases a chunk at a time."""

from repayplan.portfolio.book.case import BookCase, Failure

__all__ = ["BookCase", "Failure"]
