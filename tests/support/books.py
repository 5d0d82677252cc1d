"""Books for tests: the shipped stories as the tables of a book, many times over, and as every kind of book."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from repayplan.cases.models import Case
from repayplan.cases.readers import read_case
from repayplan.portfolio.book.tables import tables

ROOT = Path(__file__).resolve().parents[2]
STORIES = ("construction", "guarantor", "impossible", "logistics", "restaurant", "textile", "trade", "two-lenders")

Tables = dict[str, list[dict[str, str]]]

_ITEMS = {"milestones": "items", "receivables": "items", "flows": "items", "assets": "lots", "stores": "stores"}


@cache
def story(name: str) -> Case:
    """A shipped case."""
    return read_case(ROOT / "scenarios" / name / "case.yaml")


def tables_of(cases: Mapping[str, Case], regions: Sequence[str] = ("North", "South")) -> Tables:
    """The tables of a book with these cases, by their case number."""
    found: Tables = {name: [] for name in tables()}
    for place, (number, case) in enumerate(cases.items()):
        data = case.model_dump(mode="python", exclude_unset=True, by_alias=True)
        head = {"case": number, "region": regions[place % len(regions)]}
        found["borrowers"].append(head | _row("borrowers", data))
        found["loans"] += [{"case": number} | _row("loans", loan) for loan in data["loans"]]
        found["statements"] += [{"case": number} | _row("statements", each) for each in data.get("statements", ())]
        for index, source in enumerate(data["cash"]["sources"], start=1):
            _source(found, {"case": number, "source": f"S{index}"}, source)
    return {name: rows for name, rows in found.items() if rows}


def _source(found: Tables, key: dict[str, str], source: Mapping[str, Any]) -> None:
    kind = source["kind"]
    found["sources"].append(key | _row("sources", source))
    for item in source.get(_ITEMS.get(kind, ""), ()):
        renamed = {"debtor": "name", "due": "date", "first_sale": "date", "monthly": "amount"}
        found["flows"].append(key | _row("flows", {renamed.get(name, name): value for name, value in item.items()}))
        _history(found, key | {"store": str(item.get("name", ""))}, item.get("history"))
    for place, amount in enumerate(source.get("amounts") or ()):
        found["flows"].append(key | {"date": _later(source["start"], place), "amount": _text(amount)})
    _history(found, key | {"store": ""}, source.get("history"))


def _history(found: Tables, key: dict[str, str], history: Mapping[str, Any] | None) -> None:
    for place, amount in enumerate(history["amounts"] if history else ()):
        found["history"].append(key | {"month": _later(history["start"], place), "amount": _text(amount)})


def _later(start: str, months: int) -> str:
    year, month = divmod(int(start[:4]) * 12 + int(start[5:7]) - 1 + months, 12)
    return f"{year}-{month + 1:02}"


def _row(table: str, data: Mapping[str, Any]) -> dict[str, str]:
    """The columns of a table that nested values fill."""
    found = {}
    for column in tables()[table].columns:
        value: Any = data
        for step in column.path:
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is not None and not isinstance(value, Mapping):
            found[column.name] = _text(value)
    return found


def _text(value: Any) -> str:
    """A value as its case serializes it, in a cell."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else " ".join(value) if isinstance(value, list | tuple) else str(value)


def many(count: int, stories: Sequence[str] = ("logistics", "trade", "guarantor", "textile")) -> Tables:
    """So many borrowers, the stories one after the other; every borrower's amounts are a little different."""
    found: Tables = {}
    kinds = {name: tables_of({name: story(name)}) for name in stories}
    for place in range(count):
        name = stories[place % len(stories)]
        for table, rows in kinds[name].items():
            mine = [row | {"case": f"B-{place:05}"} for row in rows]
            if table == "borrowers":
                rating = ("low", "medium", "high")[place % 3]
                mine = [
                    row
                    | {
                        "region": ("North", "South")[place // 2 % 2],
                        "rating": rating,
                        "opening": f"{int(float(row['opening'])) + 100 * place}.00",
                    }
                    for row in mine
                ]
            found.setdefault(table, []).extend(mine)
    return found


def write_csv(folder: Path, book: Tables) -> Path:
    """The book as a folder of CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in book.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            columns = columns_of(name, rows)
            writer.writerow(columns)
            writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return folder


def columns_of(table: str, rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The columns that are used, in the order of the table."""
    return [
        column.name for column in tables()[table].columns if column.need or any(row.get(column.name) for row in rows)
    ]


def write_parquet(folder: Path, book: Tables) -> Path:
    """The book as a folder of Parquet files of texts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in book.items():
        columns = columns_of(name, rows)
        data = {column: [row.get(column) or None for row in rows] for column in columns}
        pq.write_table(
            pa.table(data, schema=pa.schema([(column, pa.string()) for column in columns])), folder / f"{name}.parquet"
        )
    return folder


def write_workbook(path: Path, book: Tables) -> Path:
    """The book as a workbook with numbers, percentages and dates as Excel has them, and a sheet of notes."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as file:
        for name, rows in book.items():
            sheet = file.add_worksheet(name)
            percent, day = file.add_format({"num_format": "0.00%"}), file.add_format({"num_format": "yyyy-mm-dd"})
            columns = columns_of(name, rows)
            sheet.write_row(0, 0, columns)
            for number, row in enumerate(rows, start=1):
                for place, column in enumerate(columns):
                    text = row.get(column, "")
                    if text.endswith("%") and _number(text[:-1]):
                        sheet.write_number(number, place, float(Decimal(text[:-1]) / 100), percent)
                    elif column in ("as_of", "call_date", "release") and _day(text):
                        sheet.write_datetime(number, place, dt.datetime.fromisoformat(text), day)
                    elif tables()[name].column(column).kind == "amount" and _number(text):
                        sheet.write_number(number, place, float(text))
                    else:
                        sheet.write_string(number, place, text)
        file.add_worksheet("_notes").write_string(0, 0, "nobody reads this")
    return path


def _number(text: str) -> bool:
    """Whether Excel has a number for it; what was spoiled stays a text."""
    return re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,2})?", text) is not None


def _day(text: str) -> bool:
    try:
        return bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def write_database(url: str, book: Tables, texts: bool = False) -> str:
    """The book as tables of a database, amounts exact; ``texts``: everything as it is written."""
    import sqlalchemy as sa

    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    kinds = {} if texts else {"amount": sa.Numeric(20, 2)}
    with engine.begin() as connection:
        for name, rows in book.items():
            columns = columns_of(name, rows)
            types = {column: kinds.get(tables()[name].column(column).kind, sa.Text()) for column in columns}
            table = sa.Table(
                name,
                metadata,
                sa.Column("row", sa.Integer, primary_key=True),
                *(sa.Column(c, t) for c, t in types.items()),
            )
            table.drop(connection, checkfirst=True)
            table.create(connection)
            values = [
                {"row": number}
                | {
                    c: Decimal(row[c])
                    if row.get(c) and c in types and isinstance(types[c], sa.Numeric)
                    else row.get(c) or None
                    for c in columns
                }
                for number, row in enumerate(rows)
            ]
            connection.execute(table.insert(), values)
    engine.dispose()
    return url
