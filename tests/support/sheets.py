"""Workbooks written row by row for tests."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from xlsxwriter import Workbook

from repayplan.cases.excel.reader import read_workbook
from repayplan.cases.models import Case
from repayplan.cases.readers import to_case
from repayplan.errors import Fault, InputError

OVERVIEW: tuple[tuple[Any, ...], ...] = (
    ("余额日期", "2026年11月20日"),
    ("借款人", "恒泰建设（虚构）"),
    ("所欠本金", "250万"),
    ("年利率", "4.35%"),
    ("现有现金", "54万"),
    ("每月净现金流入", "12万"),
)


def overview(*more: tuple[Any, ...], without: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """The first sheet, with more rows and without some."""
    said = {row[0] for row in more}
    return [*(row for row in OVERVIEW if row[0] not in said and row[0] not in without), *more]


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], merges: Mapping[str, str] | None = None) -> bytes:
    """A workbook; ``merges``: a range such as A2:A3 by sheet."""
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        percent = book.add_format({"num_format": "0.00%"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    if isinstance(value, dt.date):
                        sheet.write_datetime(number, place, dt.datetime(value.year, value.month, value.day), day)
                    elif isinstance(value, tuple):
                        sheet.write_number(number, place, value[0], percent)
                    elif value is not None:
                        sheet.write(number, place, value)
            if merges and name in merges:
                first, _, last = merges[name].partition(":")
                value = rows[int(first[1:]) - 1][ord(first[0]) - 65]
                sheet.merge_range(f"{first}:{last}", value)
    return buffer.getvalue()


def case_in(sheets: Mapping[str, Sequence[Sequence[Any]]], **more: Any) -> Case:
    """The case in a workbook of such sheets."""
    return to_case(read_workbook(workbook(sheets, **more), "case.xlsx"))


def faults_in(sheets: Mapping[str, Sequence[Sequence[Any]]], **more: Any) -> list[Fault]:
    """Everything that is wrong with a workbook of such sheets; every fault has a place and a remedy."""
    with pytest.raises(InputError) as caught:
        case_in(sheets, **more)
    assert all(fault.where and fault.remedy for fault in caught.value.faults)
    return list(caught.value.faults)
