"""What the sheets and headings of a workbook mean: the table ``headings.toml``, and what a bank adds to it.

Headings are compared without blanks, width, case, a colon or a star at the end, and a unit in parentheses.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from repayplan.cases.cells import Cell, tidy
from repayplan.errors import Fault, InputError
from repayplan.language import Message, current, tr

ENVIRONMENT = "REPAYPLAN_HEADINGS"
MAX_BYTES = 1024 * 1024

LONGEST = 200
"""Signs in a heading; what is longer is none."""

_TAIL = re.compile(r"\s*(\(([^()]*)\)|[*:])$")
_LISTS = ("ignored", "totals")
"""Lists of words that a bank may lengthen: headings of columns to leave alone, and words for totals."""

_PERCENT = 0
"""What :func:`unit_of` says of a heading in percent."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field that a sheet can hold. ``off``: the field that takes the word off where it stands here."""

    field: str
    kind: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    off: str | None = None
    hint_zh: str | None = None
    hint_en: str | None = None

    @property
    def title(self) -> str:
        """The heading in the language in use."""
        return self.zh if current() == "zh" else self.en

    @property
    def hint(self) -> str | None:
        """What a template says beside it in the language in use."""
        return self.hint_zh if current() == "zh" else self.hint_en

    @property
    def shared(self) -> bool:
        """Whether it belongs to the group that several rows share."""
        return self.field.startswith("source.")


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet. ``kind``: of the source that each row is; ``items``: the list that rows of one group go into.

    ``months``: the field that columns headed by months fill; ``sign``: -1 where positive amounts go out.
    """

    key: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    also: tuple[str, ...] = ()
    kind: str | None = None
    items: str | None = None
    months: str | None = None
    sign: int = 1
    known: Mapping[str, Column] = field(default_factory=dict, compare=False)
    """The columns by every name they go by, as :func:`plain` spells it."""

    @property
    def title(self) -> str:
        """The name of the sheet in the language in use."""
        return self.zh if current() == "zh" else self.en

    @property
    def is_form(self) -> bool:
        """Whether every label has its value beside it; otherwise headings stand above rows."""
        return self.key in ("overview", "policy")

    def with_columns(self, *columns: Column) -> Layout:
        """The same sheet with more columns."""
        return _with_known(replace(self, columns=(*self.columns, *columns)))

    def column(self, field: str) -> Column:
        """The column of a field. KeyError where there is none."""
        return {column.field: column for column in self.columns}[field]

    def find(self, heading: str) -> Column | None:
        """The column of a heading, which may have a remark in parentheses behind it."""
        if len(heading) > LONGEST:
            return None
        return self.known.get(plain(heading)) or self.known.get(
            plain(re.sub(r"\([^()]*\)\s*[*:]?$", "", tidy(heading)))
        )


@dataclass(frozen=True, slots=True)
class Headings:
    """Every sheet by its key, and the words that mean something on all of them, as :func:`plain` spells them."""

    layouts: Mapping[str, Layout]
    choices: Mapping[str, Mapping[str, str]]
    off: frozenset[str]
    ignored: frozenset[str]
    totals: frozenset[str]
    perhaps: frozenset[str]
    """Words for a total by which people call a source, too: only what adds up the rows above is one."""

    def special(self, text: str) -> bool:
        """Whether a name would be taken for something else: an empty cell, a total, or a name in quotes."""
        quoted = len(text) > 1 and text[0] == text[-1] == '"'
        return quoted or Cell(text).blank or plain(text) in self.totals | self.perhaps

    def layout_of(self, sheet: str) -> Layout | None:
        """The layout that a sheet's name stands for."""
        names = {
            plain(name): layout for layout in self.layouts.values() for name in (layout.zh, layout.en, *layout.also)
        }
        return names.get(plain(sheet))


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A heading as it is compared; what is too long for one stays as it is."""
    if len(text) > LONGEST:
        return text
    text = tidy(text).lower()
    while (match := _TAIL.search(text)) and (match[2] is None or unit_of(match[2]) is not None):
        text = text[: match.start()]
    return re.sub(r"[\s_]", "", text)


def remarks(text: str) -> list[str]:
    """What stands in parentheses in a heading."""
    return [] if len(text) > LONGEST else re.findall(r"\(([^()]*)\)", tidy(text).lower())


def heading_unit(text: str) -> int | None:
    """The unit in parentheses in a heading; None where it names none."""
    return next((unit for remark in remarks(text) if (unit := unit_of(remark)) is not None), None)


def unit_of(text: str) -> int | None:
    """Currency units in 元, 万元, CNY or CNY 10,000; 0 for a percentage; None for what is no unit."""
    if len(text) > LONGEST:
        return None
    text = re.sub(r"[\s,;]|币种:?|^单位:?|^unit:?", "", tidy(text).lower())
    if text in ("%", "percent"):
        return _PERCENT
    currency = currency_of(text)
    text = _CURRENCY.sub("", text)
    if text in ("万元", "万", "10000", "yuan10000", "10000yuan"):
        return 10_000
    return 1 if text in ("元", "yuan", "currencyunits") or (currency is not None and not text) else None


def currency_of(text: str) -> str | None:
    """The currency that a unit names (ISO 4217); None where it names none, as 元 and yuan do."""
    match = None if len(text) > LONGEST else _CURRENCY.search(tidy(text).lower())
    return match and _CURRENCIES.get(match[0], match[0].upper())


def counted_in(sign: str, unit: int) -> int:
    """How many currency units a number counts that is shown with a sign, where others count ``unit``; 0: not known."""
    bare = _CURRENCY.sub("", tidy(sign[:LONGEST]).lower())
    known = unit_of(bare)
    return known or (0 if _UNIT_LIKE.search(bare) else unit)


def unit_like(text: str) -> bool:
    """Whether words seem to name a unit or a currency, though perhaps one that is not known here."""
    text = tidy(text[:LONGEST]).lower()
    return bool(_CURRENCY.search(text) or _UNIT_LIKE.search(text)) and not _COMPANY.search(text)


_CURRENCIES = {
    alias: code
    for code, aliases in {
        "CNY": ("人民币", "rmb", "¥"),
        "USD": ("美元", "美金", "us$"),
        "HKD": ("港币", "港元", "hk$"),
        "EUR": ("欧元", "€"),
        "JPY": ("日元",),
        "GBP": ("英镑", "£"),
        "SGD": ("新加坡元",),
        "AUD": ("澳元",),
        "CAD": ("加元",),
        "CHF": ("瑞士法郎",),
        "KRW": ("韩元",),
        "TWD": ("新台币",),
        "MOP": ("澳门元",),
    }.items()
    for alias in aliases
} | {"$": "USD"}
_CODES = "cny|usd|eur|hkd|jpy|gbp|sgd|aud|cad|chf|krw|twd|mop"
_CURRENCY = re.compile(
    "|".join(map(re.escape, _CURRENCIES)) + rf"|(?<![a-z])(?:{_CODES})(?![a-z])|(?<![a-z])[a-z]{{3}}(?= ?10,?000$)"
)
_UNIT_LIKE = re.compile(
    r"[千万亿億萬元]|thousand|million|billion|lakh|crore|tsd|(?<![a-z])(k|m|mn|mio|bn)(?![a-z])"
    r"|(?<!\d)1?[,' ]?0{3,}(?!\d)"
)
_COMPANY = re.compile("公司|集团|厂|店|中心|银行|支行")


def headings(table: str | Path | None = None) -> Headings:
    """The table, with what the bank's own file adds to it: ``table``, or the one the environment names.

    Raises InputError where that file cannot be used.
    """
    return _headings(os.environ.get(ENVIRONMENT) or None if table is None else str(table))


@cache
def _headings(extension: str | None) -> Headings:
    table = tomllib.loads((files("repayplan.cases.excel") / "headings.toml").read_text(encoding="utf-8"))
    for sheet, name, names in _added(extension, table) if extension else ():
        if sheet in _LISTS:
            table[sheet][name] += names
            continue
        target = table["sheets"][sheet]
        column = next((each for each in target["columns"] if each["field"] == name), target)
        column["also"] = [*column.get("also", ()), *names]
    return Headings(
        {key: _layout(key, entry) for key, entry in table["sheets"].items()},
        {name: _choice(words) for name, words in table["choices"].items()},
        off=_words(table["off"]["words"]),
        ignored=_words(table["ignored"]["words"]),
        totals=_words(table["totals"]["words"]),
        perhaps=_words(table["totals"]["perhaps"]),
    )


def _words(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(plain, words))


def _layout(key: str, entry: Mapping[str, Any]) -> Layout:
    columns = tuple(Column(**{**column, "also": tuple(column.get("also", ()))}) for column in entry["columns"])
    return _with_known(Layout(**{**entry, "key": key, "columns": columns, "also": tuple(entry.get("also", ()))}))


def _with_known(layout: Layout) -> Layout:
    names = {plain(name): each for each in layout.columns for name in (each.zh, each.en, *each.also)}
    return replace(layout, known=names)


def _choice(words: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {tidy(name).lower(): word for word, names in words.items() for name in (word, *names)}


def _added(path: str, table: Mapping[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Sheet, field and further names from a bank's file: ``[loans]`` with lines ``principal = ["…"]``."""
    added: list[tuple[str, str, list[str]]] = []
    faults = []
    for sheet, entries in _extension(path).items():
        if sheet in _LISTS and isinstance(entries, dict) and list(entries) == ["words"] and _is_words(entries["words"]):
            added.append((sheet, "words", entries["words"]))
            continue
        layout = _layout(sheet, table["sheets"][sheet]) if sheet in table["sheets"] else None
        for name, names in entries.items() if isinstance(entries, dict) else [("", None)]:
            fault = _wrong(layout, name, names, table)
            if fault is None:
                added.append((sheet, name, list(names or ())))
            else:
                faults.append(Fault(fault[0], f"{path} {sheet}.{name}", limit=fault[1], remedy=fault[2]))
    if faults:
        raise InputError(faults)
    return added


def _is_words(names: Any) -> bool:
    return isinstance(names, list) and all(isinstance(each, str) for each in names)


def _wrong(
    layout: Layout | None, name: str, names: Any, table: Mapping[str, Any]
) -> tuple[Message, Message, Message] | None:
    """What is wrong with one line of a bank's file."""
    remedy = tr("write for example {example}", example='[loans] principal = ["…"]')
    if layout is None:
        limit = tr("one of: {choices}", choices=", ".join((*table["sheets"], *(f"{name}.words" for name in _LISTS))))
        return tr("this table of headings knows no such sheet"), limit, remedy
    fields = ["sheet", *(column.field for column in layout.columns)]
    if name not in fields or not _is_words(names):
        limit = tr("one of: {choices}", choices=", ".join(fields))
        return tr("this table of headings knows no such field, or its names are no list"), limit, remedy
    taken = [
        each for each in names if name != "sheet" and layout.known.get(plain(each), layout.column(name)).field != name
    ]
    if taken:
        limit = tr("{name} means {field}", name=taken[0], field=layout.known[plain(taken[0])].field)
        return tr("this name has another meaning on the same sheet"), limit, tr("leave it out")
    return None


def _extension(path: str) -> dict[str, Any]:
    try:
        with Path(path).open("rb") as source:
            return tomllib.loads(source.read(MAX_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            Fault(
                tr("the table of headings cannot be read: {reason}", reason=error),
                path,
                remedy=tr("mend this file, or give none (--headings, {name})", name=ENVIRONMENT),
            )
        ) from None
