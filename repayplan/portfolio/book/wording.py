"""Where something stands in a book, in the words in which the book itself has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from repayplan.cases.excel.headings import plain
from repayplan.portfolio.book.index import Index, key_of, places_of, sources_of, titles_of
from repayplan.portfolio.book.spots import Form, spot
from repayplan.portfolio.book.tables import find_table, tables


@dataclass(frozen=True, slots=True)
class Wording:
    """What a book calls its tables, and the columns of each, by their names here."""

    titles: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    sources: Mapping[str, tuple[Form, str]] = field(default_factory=dict)
    columns: Mapping[tuple[str, str], int] = field(default_factory=dict)
    key: Callable[[str, int], str] = lambda _, __: ""

    def place(self, table: str, column: str) -> tuple[str, str]:
        """A table and a column as the book writes them, their names here in brackets; in Chinese the usual heading
        where the book has the name itself. What is no table or column of a book stays as it is."""
        known = find_table(table)
        if known is None:
            return table, column
        title, headings = self.titles.get(known.name, ("", {}))
        found = known.known.get(plain(column))
        return known.called(title), column if found is None else found.called(headings.get(found.name, ""))

    def spot(self, table: str, row: int | None, column: str) -> str:
        """The cell, the line or the row of a database where it stands; empty for what is in no table of the book."""
        if table not in self.sources:
            return ""
        form, where = self.sources[table]
        known = tables()[table].known.get(plain(column))
        name = column if known is None else known.name
        heading = self.titles[table][1].get(name, "")
        key = "" if row is None or form != "database" else self.key(table, row)
        return spot(form, where, row, self.columns.get((table, name)), heading, key)


def wording_of(index: Index) -> Wording:
    """The words of a book that is indexed."""
    return Wording(titles_of(index), sources_of(index), places_of(index), partial(key_of, index))
