"""A case laid out for the sheets of a workbook: the reverse of reading it, and nothing of it is left behind."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from repayplan.calendar.dates import add_months
from repayplan.cases.cells import Cell
from repayplan.cases.documents import scalar, spell
from repayplan.cases.excel.draft import steps
from repayplan.cases.excel.headings import Headings, Layout
from repayplan.cases.excel.overview import OWN
from repayplan.cases.models import Case
from repayplan.cases.problems import Path
from repayplan.cases.writers import case_to_dict

Values = dict[str, Any]
"""What goes under each heading, by its field, as a case has it in JSON."""


@dataclass(slots=True)
class Line:
    """One row of a table: its values and, by month, those under headings that are months."""

    values: Values
    months: dict[dt.date, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Content:
    """What a workbook says: the values of its forms and the rows of its tables, by the key of the sheet."""

    forms: dict[str, Values] = field(default_factory=lambda: {"overview": {}, "policy": {}})
    tables: dict[str, list[Line]] = field(default_factory=dict)

    def add(self, sheet: str, line: Line) -> None:
        """One more row of a table."""
        self.tables.setdefault(sheet, []).append(line)


def content_of(case: Case, words: Headings) -> Content:
    """Everything a case says, by sheet; what no heading is made for goes to the sheet of other fields."""
    return _Laying(case, words).content()


class _Laying:
    """Takes a case apart, sheet by sheet; what is left at the end has a path and a value."""

    def __init__(self, case: Case, words: Headings) -> None:
        self._words = words
        self._rest: dict[str, Any] = copy.deepcopy(case_to_dict(case))
        self._content = Content()
        self._empty = [(path, value) for path, value in _leaves(self._rest, ()) if value == {}]

    def content(self) -> Content:
        del self._rest["schema"]
        self._form("overview", [column for column in self._layout("overview").columns if column.field not in OWN])
        self._form("policy", self._layout("policy").columns)
        for loan in self._rest["loans"]:
            self._content.add("loans", Line(_taken(loan, self._layout("loans").columns)))
        for statement in self._rest.get("statements", ()):
            self._content.add("statements", Line(_taken(statement, self._layout("statements").columns)))
        self._sources()
        left = [(path, value) for path, value in _leaves(self._rest, ()) if value != {}]
        for path, value in (*self._empty, *left):
            self._content.add("more", Line({"path": spell(path), "value": _spoken(value)}))
        return self._content

    def _layout(self, key: str) -> Layout:
        return self._words.layouts[key]

    def _form(self, key: str, columns: Any) -> None:
        values = self._content.forms[key]
        for column in columns:
            if column.off is not None and _get(self._rest, steps(column.off)) == "off":
                values[column.field] = _pop(self._rest, steps(column.off))
        values.update(_taken(self._rest, [column for column in columns if column.field not in values]))

    def _sources(self) -> None:
        sources = self._rest.get("cash", {}).get("sources", ())
        sheets = [_sheet_of(source) for source in sources]
        order = list(self._words.layouts)
        places = [order.index(sheet) for sheet in sheets]
        numbered = places != sorted(places)
        for number, (source, sheet) in enumerate(zip(sources, sheets, strict=True), start=1):
            del source["kind"]
            self._source(source, self._layout(sheet), number if numbered else None)

    def _source(self, source: dict[str, Any], layout: Layout, number: int | None) -> None:
        if layout.items is None:
            months = _series(source, layout)
            line = Line(_taken(source, layout.columns, layout.sign), months)
            if number is not None:
                line.values["order"] = number
            self._content.add(layout.key, line)
            return
        shared = _taken({"source": source}, [column for column in layout.columns if column.shared])
        if number is not None:
            shared["source.order"] = number
        own = [column for column in layout.columns if not column.shared]
        for index, item in enumerate(source[layout.items]):
            above = shared if not index else {"source.name": shared["source.name"]}
            months = _series(item, layout)
            self._content.add(layout.key, Line({**above, **_taken(item, own)}, months))


def _sheet_of(source: Mapping[str, Any]) -> str:
    """The sheet of a source: what only takes cash is written without minus signs among the outflows."""
    match source["kind"]:
        case "monthly":
            amounts = source.get("amounts") or [source["amount"]]
            only_out = all(Decimal(amount) <= 0 for amount in amounts) and any(map(Decimal, amounts))
            return "outflows" if only_out and "bank" not in source else "monthly"
        case "season" | "guarantor" as kind:
            return f"{kind}s"
        case kind:
            return str(kind)


def _taken(data: Any, columns: Any, sign: int = 1) -> Values:
    """The values of columns, taken out of the data they stood in."""
    values: Values = {}
    for column in columns:
        path = steps(column.field)
        value = _get(data, path)
        if value is not None and not isinstance(value, dict | list):
            _pop(data, path)
            values[column.field] = f"{-Decimal(value):.2f}" if column.kind == "amount" and sign < 0 else value
    return values


def _series(data: dict[str, Any], layout: Layout) -> dict[dt.date, Any]:
    """Month by month what a row says of months, where the first and the last of them are known."""
    holder = data.get("history") if layout.months == "history" else data
    if layout.months is None or not holder or not holder.get("amounts"):
        return {}
    amounts = holder["amounts"]
    if amounts[0] is None or amounts[-1] is None:
        return {}
    del holder["amounts"]
    first = dt.date.fromisoformat(f"{holder.pop('start')}-01")
    sign = layout.sign
    return {
        add_months(first, number): None if amount is None else f"{sign * Decimal(amount):.2f}"
        for number, amount in enumerate(amounts)
    }


def _get(data: Any, path: Path) -> Any:
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def _pop(data: Any, path: Path) -> Any:
    """Take a value out; in a list its place is kept."""
    group = _get(data, path[:-1])
    value = group[path[-1]]
    if isinstance(group, list):
        group[int(path[-1])] = _GONE
    else:
        del group[path[-1]]
    return value


_GONE = object()
"""Keeps the place of what has been taken out of a list."""


def _leaves(data: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every single value that is left, with its path."""
    inner = list(data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ())
    if not inner:
        if data is not _GONE:
            yield path, data
        return
    for step, value in inner:
        yield from _leaves(value, (*path, step))


def _spoken(value: Any) -> str:
    """A value as YAML would have it; quotes keep a text a text."""
    if value is None or value == {}:
        return "null" if value is None else "{}"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    mistakable = scalar(text) in (None, True, False) or text.startswith('"') or Cell(text).blank
    return json.dumps(text, ensure_ascii=False) if mistakable else text
