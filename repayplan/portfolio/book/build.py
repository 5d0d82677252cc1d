"""One borrower's rows as a case, through the models by which any case is read, or everything that is wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from repayplan.calendar.dates import add_months
from repayplan.cases.choices import Choice, one_of
from repayplan.cases.documents import UNREADABLE, Document, shown
from repayplan.cases.faults import to_faults
from repayplan.cases.fields import Name
from repayplan.cases.histories import MAX_HISTORY
from repayplan.cases.mending import reading
from repayplan.cases.models import SCHEMA, Case
from repayplan.cases.problems import Path
from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr
from repayplan.portfolio.book.case import BookCase, Failure
from repayplan.portfolio.book.index import MAX_CASE_ROWS, Index, Row, Rows, rows_of
from repayplan.portfolio.book.tables import tables
from repayplan.portfolio.book.values import is_off, read

_ITEMS = {"milestones": "items", "receivables": "items", "flows": "items", "assets": "lots", "stores": "stores"}
"""The field of a source into which its rows of the table flows go, by kind."""

_WITHOUT_FLOWS = ("season", "guarantor")
"""Kinds of source that say everything in their own row."""

_RENAMED: Mapping[str, Mapping[str, str]] = {
    "receivables": {"name": "debtor", "date": "due"},
    "assets": {"date": "first_sale"},
    "stores": {"amount": "monthly"},
}
"""What a kind calls the columns that all kinds share."""

_NAME = TypeAdapter[str](Name)
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII)


def read_cases(index: Index, first: int, last: int) -> Iterator[BookCase | list[Failure]]:
    """The cases ``first`` to before ``last`` of a book, in its order; where there is none, everything that is wrong."""
    for rows in rows_of(index, first, last):
        yield case_of(rows)


def case_of(rows: Rows) -> BookCase | list[Failure]:
    """The case of one borrower, or what is wrong with its rows."""
    if rows.crowded is not None:
        limit = tr("at most {count}", count=f"{MAX_CASE_ROWS:,}")
        what = tr("this borrower has too many rows")
        return [
            _failure(
                rows.case,
                rows.crowded,
                None,
                "case",
                Fault(what, "", rows.case, limit, tr("put small receipts together")),
            )
        ]
    draft = _Draft(rows.case)
    (borrower,) = rows.by_table["borrowers"]
    number = borrower[0]
    region = _borrower(draft, borrower)
    _list(draft, rows, "loans", ("loans",))
    if rows.by_table.get("statements"):
        _list(draft, rows, "statements", ("statements",))
    _sources(draft, rows)
    found = reading(draft.data, Case)
    errors = found.errors
    if not draft.data["loans"]:
        what, remedy = tr("this borrower has no loans"), tr("give it a row in the table of loans")
        draft.blame("borrowers", number, "case", Fault(what, "", rows.case, None, remedy))
        errors = tuple(error for error in errors if error["loc"] != ("loans",))
    if not rows.by_table.get("sources"):
        what = tr("this borrower has no source of cash, in which treatments are tried as well as plans")
        remedy = tr("give it a row in the table of sources, made up where nothing is known (docs/portfolio.md)")
        draft.blame("borrowers", number, "case", Fault(what, "", rows.case, None, remedy))
        errors = tuple(error for error in errors if error["loc"] != ("cash", "sources"))
    if found.value is None or errors or draft.failures:
        return [*draft.failures, *_told(draft, errors)]
    return BookCase(rows.case, number, found.value, found.value.enterprise.industry, region)


@dataclass(slots=True)
class _Draft:
    """A case under construction, with the place of every row in it and what is already known to be wrong."""

    case: str
    data: dict[str, Any] = field(default_factory=dict)
    rows: dict[Path, tuple[str, Row, Mapping[str, str]]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def blame(self, table: str, number: int | None, name: str, fault: Fault) -> None:
        """Set the borrower aside for what is wrong with one cell."""
        self.failures.append(_failure(self.case, table, number, name, fault))


def _borrower(draft: _Draft, row: Row) -> str | None:
    """The fields that stand with the borrower; the region, which no case has."""
    data = draft.data = {"schema": SCHEMA, "enterprise": {}, "loans": [], "cash": {"sources": []}, "policy": {}}
    _into(draft, data, "borrowers", row)
    draft.rows[()] = ("borrowers", row, {})
    data.pop("case", None)
    data["enterprise"]["id"] = draft.case
    data["enterprise"].setdefault("name", draft.case)
    region = data.pop("region", None)
    if region is None:
        return None
    try:
        return _NAME.validate_python(region)
    except ValidationError:
        what = tr("this is not the name of a region")
        limit = tr("one line, at most {count} characters", count=200)
        draft.blame(
            "borrowers", row[0], "region", Fault(what, "", shown(region), limit, tr("write it again on one line"))
        )
        return None


def _list(draft: _Draft, rows: Rows, table: str, path: Path) -> None:
    """Rows that are the entries of a list, as loans are."""
    entries: list[Any] = []
    draft.data[str(path[0])] = entries
    for place, row in enumerate(rows.by_table[table]):
        entry: dict[str, Any] = {}
        _into(draft, entry, table, row)
        entry.pop("case", None)
        draft.rows[*path, place] = (table, row, {})
        entries.append(entry)


def _sources(draft: _Draft, rows: Rows) -> None:
    """The sources with what they bring one by one and what they brought before."""
    sources: list[dict[str, Any]] = draft.data["cash"]["sources"]
    places: dict[str, int] = {}
    for row in rows.by_table.get("sources", ()):
        entry: dict[str, Any] = {}
        _into(draft, entry, "sources", row)
        entry.pop("case", None)
        name = entry.pop("source", None)
        if name is None:
            draft.blame("sources", row[0], "source", _empty())
            continue
        if name in places:
            remedy = tr("give every source of a borrower a number of its own")
            draft.blame(
                "sources", row[0], "source", Fault(tr("the name {name} stands twice", name=name), remedy=remedy)
            )
            continue
        entry.setdefault("name", name)
        places[name] = len(sources)
        draft.rows["cash", "sources", len(sources)] = ("sources", row, {})
        sources.append(entry)
    for row in rows.by_table.get("flows", ()):
        _flow(draft, sources, places, row)
    for place, source in enumerate(sources):
        items = _ITEMS.get(str(source.get("kind")))
        if items is not None and not source.get(items):
            what, remedy = tr("this source has no flows"), tr("give it rows in the table of flows")
            draft.blame(
                "sources",
                draft.rows["cash", "sources", place][1][0],
                "source",
                Fault(what, "", source["name"], None, remedy),
            )
            source[items] = UNREADABLE
        if source.get("kind") == "monthly" and "amounts" in source:
            source["amounts"] = _series(draft, source, source["amounts"], known=True)
    _histories(draft, sources, places, rows.by_table.get("history", ()))


def _flow(draft: _Draft, sources: Sequence[dict[str, Any]], places: Mapping[str, int], row: Row) -> None:
    entry: dict[str, Any] = {}
    _into(draft, entry, "flows", row)
    place = _source_of(draft, entry, places, "flows", row)
    if place is None:
        return
    source = sources[place]
    kind = source.get("kind")
    if kind == "monthly":
        source.setdefault("amounts", []).append((row, entry.get("date"), entry.get("amount")))
        return
    items = _ITEMS.get(str(kind))
    if items is None:
        if kind not in _WITHOUT_FLOWS:
            return  # no kind at all: that is what is wrong, and its own row says it
        limit = one_of(("monthly", *_ITEMS))
        remedy = tr("take this row out, or give the source another kind")
        draft.blame(
            "flows",
            row[0],
            "source",
            Fault(tr("a source of this kind has no flows"), "", str(Choice(str(kind))), limit, remedy),
        )
        return
    day = entry.get("date")
    if isinstance(day, str) and _MONTH.fullmatch(day):
        what, remedy = (
            tr("only a monthly series is told by the month"),
            tr("write the day, such as {date}", date=f"{day}-20"),
        )
        draft.blame("flows", row[0], "date", Fault(what, "", day, None, remedy))
        entry["date"] = UNREADABLE
    renamed = _RENAMED.get(str(kind), {})
    item = {renamed.get(name, name): value for name, value in entry.items()}
    item.setdefault(renamed.get("name", "name"), source["name"])
    entries = source.setdefault(items, [])
    draft.rows["cash", "sources", place, items, len(entries)] = (
        "flows",
        row,
        {new: old for old, new in renamed.items()},
    )
    entries.append(item)


def _source_of(draft: _Draft, entry: dict[str, Any], places: Mapping[str, int], table: str, row: Row) -> int | None:
    """The source that a row names. A receipt that counts nowhere would make another case of it."""
    entry.pop("case", None)
    name = entry.pop("source", None)
    if name is None:
        draft.blame(table, row[0], "source", _empty())
    elif name not in places:
        if places:
            what = tr("the borrower has no such source")
            limit = tr("one of: {choices}", choices=", ".join(list(places)[:10]))
        else:
            what, limit = tr("the borrower has no sources at all"), None
        draft.blame(table, row[0], "source", Fault(what, "", shown(name), limit, tr("add it to the sources")))
    return places.get(name) if name is not None else None


def _histories(
    draft: _Draft, sources: Sequence[dict[str, Any]], places: Mapping[str, int], rows: Sequence[Row]
) -> None:
    found: dict[tuple[int, str | None], list[tuple[Row, Any, Any]]] = {}
    for row in rows:
        entry: dict[str, Any] = {}
        _into(draft, entry, "history", row)
        place = _source_of(draft, entry, places, "history", row)
        if place is not None:
            found.setdefault((place, entry.get("store")), []).append((row, entry.get("month"), entry.get("amount")))
    for (place, store), amounts in found.items():
        owner: dict[str, Any] | None = sources[place]
        if store is not None:
            owner = next((each for each in sources[place].get("stores", ()) if each.get("name") == store), None)
        if owner is None:
            what, remedy = tr("this source has no such store"), tr("add it to the flows of the source")
            draft.blame("history", amounts[0][0][0], "store", Fault(what, "", shown(store), None, remedy))
            continue
        series: dict[str, Any] = {}
        series["amounts"] = _series(draft, series, amounts, known=False, table="history")
        owner["history"] = series


def _series(
    draft: _Draft,
    owner: dict[str, Any],
    amounts: Sequence[tuple[Row, Any, Any]],
    known: bool,
    table: str = "flows",
) -> list[Any]:
    """Amounts month by month from the first; ``known``: none may be missing between two. ``owner`` gets the start."""
    column = "date" if table == "flows" else "month"
    by_month: dict[dt.date, Any] = {}
    for (number, _, _), month, amount in amounts:
        first = _first_day(month)
        if first is None:
            fault = (
                _empty()
                if month is None
                else Fault(tr("this is not a month"), "", shown(month), None, tr("write a month such as 2026-12"))
            )
            if month is not UNREADABLE:
                draft.blame(table, number, column, fault)
        elif first in by_month:
            draft.blame(
                table,
                number,
                column,
                Fault(tr("this month stands twice"), "", f"{first:%Y-%m}", None, tr("keep one of the two")),
            )
        else:
            by_month[first] = amount
    if not by_month:
        return []
    start, end = min(by_month), max(by_month)
    length = 12 * (end.year - start.year) + end.month - start.month + 1
    if length > MAX_HISTORY:
        what, limit = (
            tr("these months reach over {count} months", count=length),
            tr("at most {count}", count=MAX_HISTORY),
        )
        draft.blame(table, amounts[0][0][0], column, Fault(what, "", None, limit, tr("check the years")))
        return []
    months = [add_months(start, place) for place in range(length)]
    missing = [month for month in months if known and by_month.get(month) is None]
    if missing:
        what, remedy = (
            tr("the month {month} is missing", month=f"{missing[0]:%Y-%m}"),
            tr("write 0.00 where nothing comes in"),
        )
        draft.blame(table, amounts[0][0][0], column, Fault(what, remedy=remedy))
    owner.setdefault("start", f"{start:%Y-%m}")
    if _first_day(owner["start"]) != start and known:
        what, limit = (
            tr("the first month given here is not that of the first amount"),
            tr("at most {date}", date=f"{start:%Y-%m}"),
        )
        draft.blame(
            table, amounts[0][0][0], column, Fault(what, "", str(owner["start"])[:7], limit, tr("leave start empty"))
        )
    return [by_month.get(month) for month in months]


def _first_day(month: Any) -> dt.date | None:
    """The first day of a month that was read as a text or a day."""
    if isinstance(month, dt.date):
        return month.replace(day=1)
    try:
        return dt.date(int(month[:4]), int(month[5:7]), 1) if isinstance(month, str) else None
    except ValueError:
        return None


def _into(draft: _Draft, entry: dict[str, Any], table: str, row: Row) -> None:
    """The cells of a row, each where its field belongs; what cannot be read stands there as unreadable."""
    number, broken, cells = row
    spoiled = set()
    for name, reason, text, remedy in broken:
        draft.failures.append(Failure(draft.case, table, number, name, text, "", reason, remedy))
        spoiled.add(name)
        if name:
            _put(entry, tables()[table].column(name).path, UNREADABLE)
    for heading, text in cells:
        if heading.column.name in spoiled:
            continue
        column = heading.column
        path = column.path
        value: Any = UNREADABLE
        try:
            off = is_off(text, heading)
            path, value = (column.off or path, "off") if off else (path, read(text, heading))
        except InputError as error:
            draft.failures += [_failure(draft.case, table, number, column.name, fault) for fault in error.faults]
        _put(entry, path, value)


def _put(entry: dict[str, Any], path: Path, value: Any) -> None:
    """A value where its field belongs; under what is no group it is lost, which the models then tell."""
    group: Any = entry
    for step in path[:-1]:
        inner = group.setdefault(step, {})
        group = inner if isinstance(inner, dict) else {}
    group[path[-1]] = value


def _told(draft: _Draft, errors: Sequence[ErrorDetails]) -> list[Failure]:
    """What the models refuse, each with the cell of the book that it comes from."""
    cells: dict[Path, str] = {}
    for path, (table, (number, _, _), renamed) in draft.rows.items():
        cells[path] = f"{table}:{number}"
        spelled: Mapping[Any, Any] = {old: new for new, old in renamed.items()}
        for column in tables()[table].columns:
            own = tuple(spelled.get(step, step) for step in column.path)
            cells[*path, *own] = f"{table}:{number} {column.name}"
            for short in range(1, len(own)):
                cells.setdefault((*path, *own[:short]), f"{table}:{number} {column.name}")
    cells["enterprise", "id"] = f"borrowers:{draft.rows[()][1][0]} case"
    document = Document("book", draft.data, {}, cells)
    known = {(failure.table, failure.row, failure.field) for failure in draft.failures}
    found = [_placed(draft.case, fault) for fault in to_faults(errors, document)]
    return [failure for failure in found if (failure.table, failure.row, failure.field) not in known]


def _placed(case: str, fault: Fault) -> Failure:
    """A fault whose place is ``loans:7 rate`` as a failure."""
    place, _, name = fault.where.partition(" ")
    table, _, number = place.partition(":")
    return _failure(case, table, int(number) if number.isdecimal() else None, name, fault)


def _failure(case: str, table: str, row: int | None, name: str, fault: Fault) -> Failure:
    remedy_said = fault.remedy
    if isinstance(remedy_said, Message) and {"field", "example"} == set(remedy_said.values):
        remedy_said = tr(
            "write for example {example}", example=Choice(str(remedy_said.values["example"]))
        )  # in a cell, not a case
    elif isinstance(remedy_said, Message) and remedy_said.text.endswith("belongs to cash.opening"):
        remedy_said = tr("give a later day or month; what has come in belongs to the column opening of borrowers")
    said: list[Message | str | None] = [fault.value, fault.limit, fault.what, remedy_said]
    value, limit, reason, remedy = ("" if each is None else str(each) for each in said)
    return Failure(case, table, row, name, value, limit, reason, remedy)


def _empty() -> Fault:
    return Fault(tr("this cell is empty"), remedy=tr("fill it in"))
