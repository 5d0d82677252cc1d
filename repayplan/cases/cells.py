"""Cells as people type them: 120万, 1.2亿, 80%, 2026年3月15日, full-width digits, serial dates, 约 and 左右.

Every function takes a :class:`Cell` that holds something and gives the exact value, or raises InputError with one
fault that says the value, the limit and the remedy; whoever asked adds the place. What two readers could read in two
ways is refused, never guessed.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import NoReturn

from repayplan.cases.documents import shown
from repayplan.cases.fields import MOST_BARE
from repayplan.errors import Fault, InputError
from repayplan.language import Message, current, tr

Raw = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta

EPOCH_1900, EPOCH_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
_SERIALS = range(18_264, 110_000)
"""Days Excel counts from its epoch, 1950 to 2200: a smaller number in a date column is a slip."""

_SERIAL = re.compile(r"[0-9]{5}(\.0+)?", re.ASCII)
"""One of them as a text, as a date column is saved to CSV that is not formatted as dates. No date is written so."""

_MOST_DIGITS = 15
"""Excel keeps fifteen significant digits; what follows is dust of binary fractions."""

_BLANKS = frozenset(["", "-", "--", "/", "—", "——", "无", "N/A", "n/a"])

_YES = frozenset(["是", "有", "y", "yes", "true", "1", "√", "✓"])
_NO = frozenset(["否", "没有", "n", "no", "false", "0", "×", "✗"])

COUNTED = {
    "months": "个月|月|期|months?",
    "days": "天|日|days?",
    "day": "日|号",
    "year": "年|年度",
    "units": "件|台|套|吨|只|辆|平方米|units?",
}

_UNITS = {
    **dict.fromkeys(["", "元", "圆", "yuan", "cny", "rmb"], 1),
    **dict.fromkeys(["千", "千元", "k", "thousand"], 10**3),
    **dict.fromkeys(["万", "萬", "万元", "萬元"], 10**4),
    **dict.fromkeys(["百万", "百万元", "million", "mn"], 10**6),
    **dict.fromkeys(["千万", "千万元"], 10**7),
    **dict.fromkeys(["亿", "億", "亿元", "億元"], 10**8),
    **dict.fromkeys(["billion", "bn"], 10**9),
}
_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "，": ",", "％": "%"})
_BEFORE = re.compile(
    r"^(约为|大约|大概|约计|约|合计|共计|approximately|approx\.?|about|ca\.|~|≈|人民币|rmb|cny|¥|￥)\s*"
)
_AFTER = re.compile(r"\s*(左右|上下|约|大约|整|正)$")
_NOTE = re.compile(r"\s*\(([^()]*)\)$")
_HARMLESS = frozenset(
    [
        *("含税", "不含税", "税前", "税后", "预计", "估计", "预估", "暂估", "约", "大约", "大概", "左右"),
        *("approx", "approx.", "about", "incl. tax", "excl. tax", "est", "est.", "estimate", "estimated"),
    ]
)
"""Remarks in parentheses that change no figure; any other might."""

_ABOUT = re.compile(r"约|大概|左右|上下|[预暂]?估|预计|approx|about|ca\.|~|≈|\best(?:\.|imated?)?\b")
_BEFORE_DAY = re.compile(r"^(约为|大约|大概|约|预计|暂定|approximately|approx\.?|about|around|ca\.|~|≈)\s*")
"""What people write before a day of which they are not sure."""

_UNSURE = frozenset(["暂定", "计划", "planned", "expected", "tentative"])
_YEARLY = frozenset(["年", "年化", "年利率", "p.a.", "per year"])
LONGEST = 200
"""Signs of a number or a date; what is longer is none, and is not searched."""

_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+"
_PART = re.compile(rf"({_NUMBER})\s*([a-z一-鿿]*)\s*")
_NUMERAL = re.compile(r"[零〇一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟萬億]+")
_DIGIT = "[一二三四五六七八九壹贰叁肆伍陆柒捌玖]"
_CAPITALS = re.compile(rf"(?:({_NUMERAL.pattern})(?:元|圆)?)?(?:零?({_DIGIT})角)?(?:零?({_DIGIT})分)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell; ``percent``: it is shown as a percentage; ``epoch``: the day its serial dates begin.

    ``signs``: words that its number format shows beside the number (万元, k, $); ``scaled``: whether the format also
    moves the point, so that the number itself is what both together say.
    """

    value: Raw
    percent: bool = False
    epoch: dt.date = EPOCH_1900
    signs: tuple[str, ...] = ()
    scaled: bool = False

    @property
    def blank(self) -> bool:
        """Whether nothing stands there, or one of the signs by which people say so."""
        return isinstance(self.value, str) and tidy(self.value) in _BLANKS

    @property
    def text(self) -> str:
        """The value as a message can show it."""
        value = self.value
        if isinstance(value, float):
            return f"{_decimal(value):f}"
        return shown(value.isoformat() if isinstance(value, dt.date | dt.time) else value)


def tidy(text: str) -> str:
    """Full-width signs as narrow ones, any blank as one space, nothing around it."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_SIGNS).split())


def approximate(cell: Cell) -> bool:
    """Whether the cell says of its value that it is only about right: 约, 左右, 预计, est."""
    text = tidy(cell.value[:LONGEST]).lower() if isinstance(cell.value, str) else ""
    return bool(re.search(r"\d", text) and _ABOUT.search(text))


def _typed(cell: Cell, text: str) -> str:
    """The text of a number or a date, tidied. Raises InputError where it is too long for one."""
    if len(text) > LONGEST:
        limit = tr("at most {count} signs", count=LONGEST)
        _refuse(cell, tr("this is too long for a number or a date"), tr("write the value alone"), limit)
    return tidy(text).lower()


def amount(cell: Cell, unit: int = 1) -> Decimal:
    """An amount in currency units; a bare number counts ``unit`` of them (10,000 under a heading in 万元)."""
    remedy = tr("write an amount such as 1200000.00 or 120万")
    if isinstance(cell.value, bool | dt.date | dt.time | dt.timedelta) or cell.percent:
        _refuse(cell, tr("this is not an amount"), remedy)
    if not isinstance(cell.value, str):
        return _decimal(cell.value) * unit
    number = _amount_in(_typed(cell, cell.value), unit)
    if number is None:
        _refuse(cell, tr("this is not an amount that can be read in one way only"), remedy)
    return number


def fraction(cell: Cell, percent: bool = False) -> Decimal:
    """A rate or a share as a fraction of one; ``percent``: a bare number is a percentage, as its heading says."""
    remedy = tr("write a percentage such as 4.35%")
    if isinstance(cell.value, bool | dt.date | dt.time | dt.timedelta):
        _refuse(cell, tr("this is not a percentage"), remedy)
    if not isinstance(cell.value, str):
        return _decimal(cell.value).scaleb(-2 if percent and not cell.percent else 0)
    text = _without_notes(_typed(cell, cell.value), _HARMLESS | _YEARLY)
    for before, after, places in (("", "%", -2), ("百分之", "", -2), ("", "‰", -3), ("千分之", "", -3), ("", "成", -1)):
        if (before or after) and text.startswith(before) and text.endswith(after):
            number = _signed(text.removeprefix(before).removesuffix(after).strip())
            if number is not None:
                return number.scaleb(places)
    number = _signed(text)
    if number is None:
        _refuse(cell, tr("this is not a percentage"), remedy)
    return number.scaleb(-2 if percent else 0)


def share(cell: Cell, percent: bool = False) -> Decimal | str:
    """The same, in percent as a text where the cell leaves no doubt about it and a bare number would."""
    read = fraction(cell, percent)
    signed = isinstance(cell.value, str) and re.search("[%‰成]|百分|千分", tidy(cell.value[:LONGEST]))
    return f"{read * 100:f}%" if read > MOST_BARE and (cell.percent or percent or signed) else read


def number(cell: Cell) -> Decimal:
    """A plain number: a ratio such as 1.2, 1.2倍 or 120%, an index, a multiple."""
    if isinstance(cell.value, bool | dt.date | dt.time | dt.timedelta):
        _refuse(cell, tr("this is not a number"), tr("write a number such as 1.2"))
    if not isinstance(cell.value, str):
        return _decimal(cell.value)
    text = _without_notes(_typed(cell, cell.value))
    value = _signed(text.removesuffix("%").removesuffix("倍").removesuffix("x").strip())
    if value is None:
        _refuse(cell, tr("this is not a number"), tr("write a number such as 1.2"))
    return value.scaleb(-2) if text.endswith("%") else value


def whole(cell: Cell, counted: str = "") -> int:
    """A whole number, with or without the word for what is ``counted`` (a key of ``COUNTED``): 36, 36个月, 95 days."""
    value = cell.value
    if isinstance(value, str):
        text = _typed(cell, value)
        text = re.sub(rf"\s*\(({COUNTED[counted]})\)$", "", text) if counted else text
        text = _without_notes(text)
        text = re.sub(rf"\s*({COUNTED[counted]})$", "", text) if counted else text
        value = int(text.replace(",", "")) if re.fullmatch(r"-?(\d{1,9}|\d{1,3}(,\d{3}){1,2})", text) else ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**_MOST_DIGITS:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or cell.percent:
        _refuse(cell, tr("this is not a whole number"), tr("write a whole number such as 12"))
    return value


def word(cell: Cell) -> str:
    """A text as it stands; a contract number that Excel keeps as a number is its digits."""
    value = cell.value
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        _refuse(cell, tr("this is not a text"), tr("format the cell as text and write it again"))
    if abs(value) >= 10**_MOST_DIGITS:
        remedy = tr("format the cell as text and write it again")
        _refuse(cell, tr("a number this long has lost its last digits"), remedy, tr("at most {count} digits", count=15))
    return f"{_decimal(value):f}"


def yes(cell: Cell) -> bool:
    """是 or 否, yes or no."""
    text = tidy(word(cell) if not isinstance(cell.value, bool) else str(cell.value)).lower()
    if text not in _YES | _NO:
        _refuse(cell, tr("this is neither yes nor no"), tr("write yes or no"))
    return text in _YES


def is_choice(cell: Cell, choices: Mapping[str, str]) -> bool:
    """Whether one of several words stands in a cell."""
    return isinstance(cell.value, str) and tidy(cell.value).lower() in choices


def choice(cell: Cell, choices: Mapping[str, str]) -> str:
    """One of several words; ``choices`` gives the word of the case for every word that may be written."""
    text = tidy(word(cell)).lower()
    if text not in choices:
        own = [each for each in choices if each.isascii() == (current() != "zh")]
        limit = tr("one of: {choices}", choices=", ".join(own or choices))
        _refuse(cell, tr("this word cannot stand here"), tr("choose one of these"), limit)
    return choices[text]


def date(cell: Cell) -> dt.date:
    """A day: a date cell, a serial number, 20260315, or text: 2026年3月15日, 2026/3/15, 2026年3月底, 15 Mar 2026."""
    value = cell.value
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    found = serial(cell)
    if found is None and isinstance(value, str):
        found = _day_in(_without_doubts(_typed(cell, value)))
    if found is None:
        _refuse(cell, tr("this is not a date that can be read in one way only"), tr("write a date such as 2026-12-20"))
    return found


def serial(cell: Cell) -> dt.date | None:
    """The day that a number alone says, as a serial of the cell's epoch, in digits or as a text; None of any other."""
    value = cell.value
    if isinstance(value, str):
        text = tidy(value) if len(value) <= LONGEST else ""
        return _serial(float(text), cell.epoch) if _SERIAL.fullmatch(text) else None
    if isinstance(value, int | float) and not isinstance(value, bool) and not cell.percent:
        return _serial(value, cell.epoch)
    return None


def month(cell: Cell) -> dt.date:
    """The first day of a month: any date, 2026-12, 2026年12月, 202612, Dec 2026."""
    if isinstance(cell.value, str):
        if re.fullmatch(r"\d{4}\.\d", text := _typed(cell, cell.value)):
            what = tr("this month may have lost a digit: spreadsheets save 2025.10 as 2025.1")
            _refuse(cell, what, tr("write a month such as 2025-10"))
        found = _month_in(_without_doubts(text))
        if found is not None:
            return found
    if isinstance(cell.value, int | float) and re.fullmatch(r"\d{6}", text := cell.text):
        found = _calendar(int(text[:4]), int(text[4:]), 1)
    elif isinstance(cell.value, float) and not cell.value.is_integer():
        found = None
    else:
        try:
            found = date(cell).replace(day=1)
        except InputError:
            found = None
    if found is None:
        _refuse(cell, tr("this is not a month"), tr("write a month such as 2026-12"))
    return found


# ---------------------------------------------------------------------------------------------------------- numbers


def _decimal(value: float) -> Decimal:
    """A number as Excel shows it, without the dust of binary fractions."""
    return Decimal(value) if isinstance(value, int) else Decimal(format(value, f".{_MOST_DIGITS}g"))


def _amount_in(text: str, unit: int) -> Decimal | None:
    text = _without_notes(text)
    if re.fullmatch(r"\([^()]+\)", text):
        inner = _amount_in(text[1:-1], unit)
        return None if inner is None or inner < 0 else -inner
    sign = -1 if text[:1] in ("-", "负") else 1
    text = text.lstrip("+") if sign == 1 else text[1:]
    text = _BEFORE.sub("", text.strip())
    value = _capitals(text) if _CAPITALS.fullmatch(text) else _in_units(text, unit)
    return None if value is None else value * sign


def _without_notes(text: str, harmless: frozenset[str] = _HARMLESS) -> str:
    """The text without 约, 左右, 人民币 and a harmless remark; a unit in parentheses is one; others stay."""
    before = None
    while before != text:
        before = text
        text = _BEFORE.sub("", text)
        text = _AFTER.sub("", text)
        if (note := _NOTE.search(text)) is None or text.startswith("("):
            continue
        if note[1] == "%" or (note[1] and note[1] in _UNITS):
            text = text[: note.start()] + note[1]
        elif note[1] in harmless:
            text = text[: note.start()]
    return text.strip()


def _in_units(text: str, unit: int) -> Decimal | None:
    """``1亿2000万``: every part with its unit, each smaller than the one before; one bare number takes ``unit``."""
    parts = [(match[1], match[2]) for match in _PART.finditer(text)]
    if not parts or _PART.sub("", text) or any(suffix not in _UNITS for _, suffix in parts):
        return None
    if len(parts) == 1 and not parts[0][1]:
        return _plain(parts[0][0]) * unit
    scales = [_UNITS[suffix] for _, suffix in parts]
    falling = all(above > below for above, below in pairwise(scales))
    if not falling or not all(suffix for _, suffix in parts):
        return None
    values = [_plain(digits) * scale for (digits, _), scale in zip(parts, scales, strict=True)]
    fits = all(value < scale for value, scale in zip(values[1:], scales, strict=False))
    return sum(values, Decimal()) if fits else None


def _capitals(text: str) -> Decimal | None:
    """壹佰贰拾万元整, 一百二十万."""
    import cn2an

    match = _CAPITALS.fullmatch(text)
    if match is None or not text:
        return None
    numeral = (match[1] or "零").replace("萬", "万").replace("億", "亿").replace("两", "二")
    try:
        units = cn2an.cn2an(numeral, "strict")
        tenths, cents = (int(cn2an.cn2an(digit, "strict")) if digit else 0 for digit in match.groups()[1:])
    except ValueError:
        return None
    return Decimal(units) + Decimal(10 * tenths + cents).scaleb(-2)


def _signed(text: str) -> Decimal | None:
    """A bare number with or without sign and thousands separators."""
    match = re.fullmatch(rf"([+-]?)({_NUMBER})", text)
    return None if match is None else _plain(match[2]) * (-1 if match[1] == "-" else 1)


def _plain(digits: str) -> Decimal:
    return Decimal(digits.replace(",", "").replace(" ", ""))


# ------------------------------------------------------------------------------------------------------------ dates

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_TIME = re.compile(r"[ t]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?(am|pm))?z?$")
_DAYS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})",
        r"(?P<y>\d{4}) ?年 ?(?P<m>\d{1,2}) ?月 ?(?P<d>\d{1,2}) ?[日号]",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        rf"(?P<d>\d{{1,2}})[ -]{_NAMED}[ -](?P<y>\d{{4}})",
        rf"{_NAMED} (?P<d>\d{{1,2}}),? (?P<y>\d{{4}})",
    )
)
_MONTH_ENDS = re.compile(r"(?P<y>\d{4}) ?年 ?(?P<m>\d{1,2}) ?月 ?(底|末)")
_YEAR_ENDS = re.compile(r"(?P<y>\d{4}) ?年 ?(年?底|年?末)")
_MONTH_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<y>\d{4})[-/](?P<m>\d{1,2})",
        r"(?P<y>\d{4})\.(?P<m>\d{2})",
        r"(?P<y>\d{4}) ?年 ?(?P<m>\d{1,2}) ?月(份)?",
        r"(?P<y>\d{4})(?P<m>\d{2})",
        rf"{_NAMED}[ -](?P<y>\d{{4}})",
    )
)
_CHINESE_DATE = re.compile(
    r"[〇零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,3}月([一二三四五六七八九十]{1,3}[日号])?"
)


def _without_doubts(text: str) -> str:
    """A day without 约, 左右 and a harmless remark in parentheses."""
    before = None
    while before != text:
        before, text = text, _BEFORE_DAY.sub("", text)
        text = re.sub(r"\s*(左右|前后|上下)$", "", text)
        if (note := _NOTE.search(text)) and note[1] in _HARMLESS | _UNSURE:
            text = text[: note.start()]
    return text


def _serial(value: float, epoch: dt.date) -> dt.date | None:
    """The day of an Excel serial number, or of 20260315 typed as a number."""
    if float(value).is_integer() and 19_000_101 <= value <= 22_001_231:
        digits = str(int(value))
        return _calendar(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    return epoch + dt.timedelta(days=int(value)) if int(value) in _SERIALS else None


def _day_in(text: str) -> dt.date | None:
    text = _TIME.sub("", _in_digits(text.lower()))
    if match := _first(_DAYS, text):
        return _calendar(int(match["y"]), _month_number(match), int(match["d"]))
    for pattern in (_MONTH_ENDS, _YEAR_ENDS):
        if match := pattern.fullmatch(text):
            number = int(match["m"]) if "m" in pattern.groupindex else 12
            first = _calendar(int(match["y"]), number, 1)
            return first and (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return _day_last(text)


def _day_last(text: str) -> dt.date | None:
    """``15/3/2026``: read where only one order of day and month gives a day."""
    match = re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", text)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    days = {_calendar(year, first, second), _calendar(year, second, first)} - {None}
    return days.pop() if len(days) == 1 else None


def _month_in(text: str) -> dt.date | None:
    match = _first(_MONTH_FORMS, _in_digits(text.lower()))
    return _calendar(int(match["y"]), _month_number(match), 1) if match else None


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.fullmatch(text))), None)


def _month_number(match: re.Match[str]) -> int:
    groups = match.groupdict()
    return _MONTHS.index(groups["name"]) + 1 if groups.get("name") else int(groups["m"])


def _in_digits(text: str) -> str:
    """二〇二六年三月十五日 as 2026年3月15日."""
    if not _CHINESE_DATE.fullmatch(text):
        return text
    import cn2an

    try:
        return re.sub(r"[^年月日号]+", lambda match: str(cn2an.cn2an(match[0], "normal")), text)
    except ValueError:
        return text


def _calendar(year: int, number: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, number, day) if 1900 <= year <= 2200 else None
    except ValueError:
        return None


def _refuse(cell: Cell, what: Message, remedy: Message, limit: Message | None = None) -> NoReturn:
    raise InputError(Fault(what, value=cell.text, limit=limit, remedy=remedy))
