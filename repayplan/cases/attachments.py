"""CSV files that a case names: histories and stores, read into the case so that it holds every figure itself.

``history: {file: sales.csv}`` (columns month, amount) · ``file: stores.csv`` (name, opened, closing, monthly,
ramp_up_months, margin) · ``history_file: history.csv`` (store, month, amount). A file lies in the folder of the case
or below, and cells are read as people type them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from repayplan.calendar.dates import add_months
from repayplan.cases.csv_files import Row, read_rows
from repayplan.cases.documents import UNREADABLE, Document, Unreadable, shown
from repayplan.cases.histories import MAX_HISTORY
from repayplan.cases.problems import Path as Place
from repayplan.errors import Fault, InputError
from repayplan.language import tr

_MONTH = {"month": ("month", "月份", "月", "年月", "日期", "date")}
_AMOUNT = {"amount": ("amount", "金额", "销售额", "营业额", "sales")}
_STORE = {"store": ("store", "name", "门店", "门店名称", "店名", "店铺")}
HISTORY = {**_MONTH, **_AMOUNT}
HISTORIES = {**_STORE, **_MONTH, **_AMOUNT}
STORES = {
    "name": _STORE["store"],
    "opened": ("opened", "opening", "开业", "开业月份", "开业日期"),
    "closing": ("closing", "closed", "闭店", "闭店月份", "关店月份"),
    "monthly": ("monthly", "monthly sales", "月销售额", "月均销售额"),
    "ramp_up_months": ("ramp_up_months", "ramp-up", "爬坡月数", "爬坡期"),
    "margin": ("margin", "毛利率", "现金毛利率"),
}
"""The columns of each kind of file by every name they go by."""


def attach(document: Document, folder: Path) -> Document:
    """The document with the figures of the files it names, and where each of them stands.

    What is wrong with those files is added to the document's faults; UNREADABLE stands where figures should be.
    """
    cash = document.data.get("cash")
    sources = cash.get("sources") if isinstance(cash, dict) else None
    named = (
        [number for number, source in enumerate(sources) if _names_file(source)] if isinstance(sources, list) else []
    )
    if not named:
        return document
    data = deepcopy(document.data)
    attaching = _Attaching(document, folder)
    for number in named:
        place: Place = ("cash", "sources", number)
        attaching.season(data["cash"]["sources"][number], place)
        attaching.stores(data["cash"]["sources"][number], place)
    faults = (*document.faults, *attaching.faults)
    return replace(document, data=data, cells={**document.cells, **attaching.cells}, faults=faults)


def _names_file(source: Any) -> bool:
    if not isinstance(source, dict):
        return False
    own = (source.get("history"), *(source["stores"] if isinstance(source.get("stores"), list) else ()))
    return any(name in source for name in ("file", "history_file")) or any(map(_file_of_history, own))


def _file_of_history(value: Any) -> bool:
    if isinstance(value, dict) and isinstance(value.get("history"), dict):
        return "file" in value["history"]
    return isinstance(value, dict) and "file" in value


class _Attaching:
    """Puts the figures of files into one case."""

    def __init__(self, document: Document, folder: Path) -> None:
        self._document, self._folder = document, folder
        self._currency = str(document.data.get("currency") or "CNY")
        self.cells: dict[Place, str] = {}
        self.faults: list[Fault] = []

    def season(self, source: dict[str, Any], place: Place) -> None:
        """One history in one file: of a season, or of a single store."""
        stores = source.get("stores") if isinstance(source.get("stores"), list) else []
        for owner, at in [(source, place), *((store, (*place, "stores", n)) for n, store in enumerate(stores or []))]:
            history = owner.get("history") if isinstance(owner, dict) else None
            if isinstance(history, dict) and isinstance(history.get("file"), str):
                rows = self._rows(history, "file", (*at, "history"), HISTORY)
                more = {field: value for field, value in history.items() if field not in ("file", "start", "amounts")}
                owner["history"] = self._history(rows, (*at, "history"), more)

    def stores(self, source: dict[str, Any], place: Place) -> None:
        """The stores of a chain in one file, their histories in another."""
        if isinstance(source.get("file"), str) and source.get("kind") == "stores":
            rows = self._rows(source, "file", place, STORES)
            source["stores"] = UNREADABLE if rows is None else [row.values for row in rows]
            for number, row in enumerate(rows or ()):
                self.cells[*place, "stores", number] = row.where
                self.cells |= {(*place, "stores", number, column): row.at(column) for column in row.values}
            del source["file"]
        if isinstance(source.get("history_file"), str) and isinstance(source.get("stores"), list | Unreadable):
            rows = self._rows(source, "history_file", place, HISTORIES)
            if isinstance(source["stores"], list) and rows is not None:
                self._histories(source, place, rows)
            elif rows is None:
                source["stores"] = UNREADABLE
            del source["history_file"]

    def _histories(self, source: dict[str, Any], place: Place, rows: list[Row]) -> None:
        of_store: dict[str, list[Row]] = {}
        for row in rows:
            name = row.values.pop("store")
            if name is not UNREADABLE:
                of_store.setdefault(name, []).append(row)
        for number, store in enumerate(source["stores"]):
            its_rows = of_store.pop(str(store.get("name")), None) if isinstance(store, dict) else None
            if its_rows is None:
                continue
            at = (*place, "stores", number, "history")
            if store.get("history") is not None:
                where, rival = self._document.where(at), shown(source["history_file"])
                self.faults.append(_rivals(where, rival, "history", "history_file", its_rows[0].where))
                continue
            store["history"] = self._history(its_rows, at, {})
        self.faults += [_stranger(its_rows[0].at("store"), name) for name, its_rows in of_store.items()]

    def _rows(
        self, owner: Mapping[str, Any], field: str, place: Place, columns: Mapping[str, tuple[str, ...]]
    ) -> list[Row] | None:
        """The rows of the file that ``owner`` names in a field; None where a fault says why there are none."""
        at = self._document.where((*place, field))
        for rival in ("stores",) if columns is STORES else ("amounts", "start") if columns is HISTORY else ():
            if rival in owner:
                self.faults.append(_rivals(at, shown(owner[field]), field, rival))
                return None
        try:
            path = _inside(str(owner[field]), self._folder, at)
            return read_rows(path, shown(owner[field]), columns, self.faults, self._currency)
        except InputError as error:
            self.faults += error.faults
            return None

    def _history(self, rows: list[Row] | None, place: Place, more: dict[str, Any]) -> Any:
        """Start and amounts, gaps as None; UNREADABLE where a month stands twice or is far from the others."""
        if rows is None or any(row.values["month"] is UNREADABLE for row in rows):
            return UNREADABLE
        months: dict[dt.date, Row] = {}
        doubled = [
            _twice(row, months[row.values["month"]])
            for row in rows
            if months.setdefault(row.values["month"], row) is not row
        ]
        start, end = min(months), max(months)
        count = (end.year - start.year) * 12 + end.month - start.month + 1
        if count > MAX_HISTORY:
            doubled.append(_apart(months[start], count))
        if doubled:
            self.faults += doubled
            return UNREADABLE
        series = [add_months(start, ahead) for ahead in range(count)]
        self.cells[place] = months[start].where
        self.cells |= {
            (*place, "amounts", ahead): months[month].at("amount")
            for ahead, month in enumerate(series)
            if month in months
        }
        known = {month: row.values["amount"] for month, row in months.items()}
        return {**more, "start": start, "amounts": [known.get(month) for month in series]}


def _inside(name: str, folder: Path, at: str) -> Path:
    """The path of a file in the folder of the case or below; InputError where it leads out of it."""
    home = folder.resolve()
    try:
        path = (home / name).resolve()
    except (OSError, ValueError, RuntimeError):
        path = Path()
    if Path(name).is_absolute() or not path.is_relative_to(home):
        raise InputError(
            Fault(
                tr("this file is not in the folder of the case"),
                at,
                shown(name),
                tr("a file in that folder or below"),
                tr("put it beside the case and give its name"),
            )
        )
    return path


def _rivals(at: str, value: str, field: str, rival: str, other: str | None = None) -> Fault:
    limit = None if other is None else tr("first at {place}", place=other)
    remedy = tr("keep either {field} or {rival}", field=field, rival=rival)
    return Fault(tr("figures stand here and in a file"), at, value, limit, remedy)


def _apart(first: Row, count: int) -> Fault:
    return Fault(
        tr("these months are {count} months apart", count=count),
        first.at("month"),
        f"{first.values['month']:%Y-%m}",
        tr("at most {count}", count=MAX_HISTORY),
        tr("check the first and the last month"),
    )


def _twice(row: Row, first: Row) -> Fault:
    return Fault(
        tr("this month stands twice"),
        row.at("month"),
        f"{row.values['month']:%Y-%m}",
        tr("first at {place}", place=first.where),
        tr("keep one of the two, or add them up"),
    )


def _stranger(where: str, name: str) -> Fault:
    remedy = tr("write the name as the list of stores has it")
    return Fault(tr("no store of the case has this name"), where, shown(name), remedy=remedy)
