"""Where something stands in a book, in the words in which the book itself has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from repayplan.cases.excel.headings import plain
from repayplan.portfolio.book.index import Index, titles_of
from repayplan.portfolio.book.tables import find_table


@dataclass(frozen=True, slots=True)
class Wording:
    """What a book calls its tables, and the columns of each, by their names here."""

    titles: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)

    def place(self, table: str, column: str) -> tuple[str, str]:
        """A table and a column as the book writes them, their names here in brackets; in Chinese the usual heading
        where the book has the name itself. What is no table or column of a book stays as it is."""
        known = find_table(table)
        if known is None:
            return table, column
        title, headings = self.titles.get(known.name, ("", {}))
        found = known.known.get(plain(column))
        return known.called(title), column if found is None else found.called(headings.get(found.name, ""))


def wording_of(index: Index) -> Wording:
    """The words of a book that is indexed."""
    return Wording(titles_of(index))
