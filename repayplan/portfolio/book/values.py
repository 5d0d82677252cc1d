"""What a cell of a book says: the plain notations at once, everything else as people type it into workbooks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from repayplan.cases import cells
from repayplan.cases.cells import Cell
from repayplan.cases.excel.headings import headings, plain
from repayplan.portfolio.book.tables import Column, Heading

MAX_TEXT = 2_000
"""Signs of a cell; what is longer is cut off, and no field takes it."""

_NUMBER = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,12})?", re.ASCII)
_PERCENT = re.compile(r"-?[0-9]{1,4}(\.[0-9]{1,12})?%", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_BOTH = re.compile(r"[^()\s]+ ?\(([a-z_]+)\)")
_BETWEEN = re.compile(r"[;,\s，；、]+")

_RATINGS = {"低": "low", "低风险": "low", "中": "medium", "mid": "medium", "中风险": "medium", "中等": "medium"} | {
    "高": "high",
    "高风险": "high",
    "计算": "computed",
}
_KINDS = {
    "每月收支": "monthly",
    "每月": "monthly",
    "季节销售": "season",
    "季节": "season",
    "工程节点": "milestones",
    "节点": "milestones",
    "门店": "stores",
    "应收账款": "receivables",
    "待售资产": "assets",
    "资产": "assets",
    "保证人": "guarantor",
    "单笔收支": "flows",
    "单笔": "flows",
    "单笔款项": "flows",
}


def text_of(value: Any) -> str:
    """A value of a typed table as the text that a CSV file would have; nothing for none."""
    match value:
        case None:
            return ""
        case str():
            return value[: MAX_TEXT + 1]
        case bool():
            return "true" if value else "false"
        case float():
            return "" if value != value else f"{Decimal(format(value, '.15g')):f}"
        case Decimal():
            return f"{value:f}"
        case dt.datetime():
            return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
        case dt.date():
            return value.isoformat()
        case list() | tuple():
            return ";".join(map(text_of, value[:MAX_TEXT]))[: MAX_TEXT + 1]
        case _:
            return str(value)[: MAX_TEXT + 1]


def read(text: str, heading: Heading) -> Any:
    """The value of a cell that is not blank, for a case model; InputError with one fault that does not know its place.

    What only the model can refuse (too large, before another day) is passed on as it stands.
    """
    column, unit = heading.column, heading.unit
    kind, _, words = column.kind.partition(":")
    if words and (word := _word(text, words)) is not None:
        return word
    match kind:
        case "amount":
            if _NUMBER.fullmatch(text):
                return text if (unit or 1) == 1 else Decimal(text) * unit if unit else text
            return cells.amount(Cell(text), unit or 1)
        case "rate":
            if _PERCENT.fullmatch(text) or (unit != 0 and _NUMBER.fullmatch(text)):
                return text
            return cells.share(Cell(text), unit == 0)
        case "date":
            return text if _DAY.fullmatch(text) else cells.date(Cell(text))
        case "month":
            return text[:7] if _DAY.fullmatch(text) else cells.month(Cell(text))
        case "number":
            return text if _NUMBER.fullmatch(text) else cells.number(Cell(text))
        case "numbers":
            return [each for each in _BETWEEN.split(text.strip("[]() ")) if each]
        case "yes":
            return cells.yes(Cell(text))
        case "text" | "choice":
            return text
        case _:
            return int(text) if _WHOLE.fullmatch(text) else cells.whole(Cell(text), kind)


def _word(text: str, words: str) -> str | None:
    """The word of a choice that is written in Chinese, or as messages have it: 中风险 (medium)."""
    said = cells.tidy(text[: cells.LONGEST]).lower()
    both = _BOTH.fullmatch(said)
    return _choices(words).get(said) or (both[1] if both else None)


def is_off(text: str, heading: Heading) -> bool:
    """Whether the word off stands where it switches a limit off."""
    return heading.column.off is not None and plain(text) in headings().off


def is_blank(text: str) -> bool:
    """Whether nothing stands there, or one of the signs by which people say so."""
    return not text or (len(text) < 4 and _sign(text))


@lru_cache(maxsize=4096)
def _sign(text: str) -> bool:
    return Cell(text).blank


def words_of(column: Column) -> Mapping[str, str]:
    """Other words that a cell may say, and for each the word of the field; nothing where there are none."""
    kind, _, name = column.kind.partition(":")
    return _choices(name) if kind == "choice" else {}


@cache
def _choices(name: str) -> Mapping[str, str]:
    own = {"rating": _RATINGS, "kind": _KINDS}
    return own[name] if name in own else headings().choices[name]
