"""CSV files that a case names: histories and stores, read into the case so that it holds every figure itself.

``history: {file: sales.csv}`` (columns month, amount) · ``file: stores.csv`` (name, opened, closing, monthly,
ramp_up_months, margin) · ``history_file: history.csv`` (store, month, amount). A file lies in the folder of the case
or below, and cells are read as people type them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from repayplan.calendar.dates import add_months
from repayplan.cases.csv_files import Row, read_rows
from repayplan.cases.documents import Document, shown
from repayplan.cases.problems import Path as Place
from repayplan.cases.sources import MAX_HISTORY
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
    """The document with the figures of the files it names. Raises InputError with every fault of those files."""
    cash = document.data.get("cash")
    sources = cash.get("sources") if isinstance(cash, dict) else None
    named = (
        [number for number, source in enumerate(sources) if _names_file(source)] if isinstance(sources, list) else []
    )
    if not named:
        return document
    data = deepcopy(document.data)
    faults: list[Fault] = []
    for number in named:
        place: Place = ("cash", "sources", number)
        for fill in (_season, _stores):
            try:
                fill(data["cash"]["sources"][number], place, document, folder)
            except InputError as error:
                faults += error.faults
    if faults:
        raise InputError(faults)
    return replace(document, data=data)


def _names_file(source: Any) -> bool:
    if not isinstance(source, dict):
        return False
    own = (source.get("history"), *(source["stores"] if isinstance(source.get("stores"), list) else ()))
    return any(name in source for name in ("file", "history_file")) or any(map(_file_of_history, own))


def _file_of_history(value: Any) -> bool:
    if isinstance(value, dict) and isinstance(value.get("history"), dict):
        return "file" in value["history"]
    return isinstance(value, dict) and "file" in value


def _season(source: dict[str, Any], place: Place, document: Document, folder: Path) -> None:
    """One history in one file: of a season, or of a single store."""
    stores = source.get("stores") if isinstance(source.get("stores"), list) else []
    for owner, at in [(source, place), *((store, (*place, "stores", n)) for n, store in enumerate(stores or []))]:
        history = owner.get("history") if isinstance(owner, dict) else None
        if isinstance(history, dict) and isinstance(history.get("file"), str):
            rows = _rows(history, "file", (*at, "history"), document, folder, HISTORY)
            owner["history"] = _history(rows)


def _stores(source: dict[str, Any], place: Place, document: Document, folder: Path) -> None:
    """The stores of a chain in one file, their histories in another."""
    if isinstance(source.get("file"), str) and source.get("kind") == "stores":
        rows = _rows(source, "file", place, document, folder, STORES)
        source["stores"] = [row.values for row in rows]
        del source["file"]
    if isinstance(source.get("history_file"), str) and isinstance(source.get("stores"), list):
        rows = _rows(source, "history_file", place, document, folder, HISTORIES)
        of_store: dict[str, list[Row]] = {}
        for row in rows:
            of_store.setdefault(row.values.pop("store"), []).append(row)
        for store in source["stores"]:
            if isinstance(store, dict) and str(store.get("name")) in of_store:
                found = of_store.pop(str(store["name"]))
                if store.get("history") is not None:
                    raise InputError(_both(found[0].where, str(source["history_file"])))
                store["history"] = _history(found)
        if of_store:
            raise InputError(_stranger(rows[0].where) for rows in of_store.values())
        del source["history_file"]


def _rows(
    owner: Mapping[str, Any],
    field: str,
    place: Place,
    document: Document,
    folder: Path,
    columns: Mapping[str, tuple[str, ...]],
) -> list[Row]:
    """The rows of the file that ``owner`` names in a field. Raises InputError, also where the case has both."""
    at = document.where((*place, field))
    for rival in ("stores",) if columns is STORES else ("amounts",) if columns is HISTORY else ():
        if rival in owner:
            raise InputError(
                Fault(
                    tr("figures stand here and in a file"),
                    at,
                    shown(owner[field]),
                    remedy=tr("keep either {field} or {rival}", field=field, rival=rival),
                )
            )
    return read_rows(_inside(str(owner[field]), folder, at), shown(owner[field]), columns)


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


def _history(rows: list[Row]) -> dict[str, Any]:
    """Start and amounts, gaps as None. InputError where a month stands twice or is far from the others."""
    months: dict[dt.date, Row] = {}
    for row in rows:
        month = row.values["month"]
        if month in months:
            raise InputError(_twice(row, months[month]))
        months[month] = row
    start, end = min(months), max(months)
    count = (end.year - start.year) * 12 + end.month - start.month + 1
    if count > MAX_HISTORY:
        raise InputError(
            Fault(
                tr("these months are {count} months apart", count=count),
                months[start].where,
                f"{start:%Y-%m}",
                tr("at most {count}", count=MAX_HISTORY),
                tr("check the first and the last month"),
            )
        )
    known = {month: row.values["amount"] for month, row in months.items()}
    return {"start": start, "amounts": [known.get(add_months(start, ahead)) for ahead in range(count)]}


def _twice(row: Row, first: Row) -> Iterator[Fault]:
    yield Fault(
        tr("this month stands twice"),
        row.where,
        f"{row.values['month']:%Y-%m}",
        tr("first at {place}", place=first.where),
        tr("keep one of the two, or add them up"),
    )


def _both(where: str, name: str) -> Fault:
    return Fault(
        tr("figures stand here and in a file"),
        where,
        shown(name),
        remedy=tr("keep either {field} or {rival}", field="history_file", rival="history"),
    )


def _stranger(where: str) -> Fault:
    return Fault(
        tr("no store of the case has this name"), where, remedy=tr("write the name as the list of stores has it")
    )
