"""How single values are written in a case file: amounts, rates, months. Exact decimals in, exact decimals out."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PlainSerializer,
    StringConstraints,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from repayplan.cases.problems import Problem
from repayplan.language import Message, tr
from repayplan.money import MAX_CENTS, to_cents

MAX_MONTHS = 360

MOST_BARE = Decimal("0.36")
"""A rate per year above this needs its percent sign: no bank lends at more, so 0.5 may well be meant as 0.5%."""

_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_CURRENCY = r"^[A-Z]{3}$"
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)

_MAX_DIGITS = 24
"""Fewer than the 28 digits to which decimal arithmetic rounds: nothing a file says is ever rounded silently."""

SEVERAL = "repayplan_several"
"""The kind of error that carries :class:`~repayplan.cases.problems.Problem` objects."""


def said(number: Decimal) -> str:
    """A rate as it is written: the shortest exact fraction, in percent where that would have two readings."""
    return f"{(number * 100).normalize():f}%" if abs(number) > MOST_BARE else f"{number.normalize():f}"


def refuse(what: Message, limit: Message | None = None, remedy: Message | None = None) -> PydanticCustomError:
    """A validation error that carries our own words (readers turn it into a Fault)."""
    context = {"what": what, "limit": limit, "remedy": remedy}
    return PydanticCustomError("repayplan", "{what}", context)


def refuse_all(problems: Sequence[Problem], model: object = None) -> PydanticCustomError:
    """A validation error that carries several problems, each with its own place, and the ``model`` that has them."""
    return PydanticCustomError(SEVERAL, "{problems}", {"problems": tuple(problems), "model": model})


def _number(value: Any, remedy: Message) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise refuse(tr("this is not a number"), remedy=remedy)
    text = repr(value) if isinstance(value, float) else str(value).strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = Decimal("" if "_" in text else text)
    except InvalidOperation:
        raise refuse(tr("this is not a number"), remedy=remedy) from None
    if not number.is_finite():
        raise refuse(tr("this is not a finite number"), remedy=remedy)
    if len(number.as_tuple().digits) > _MAX_DIGITS or (number and abs(number.adjusted()) > _MAX_DIGITS):
        raise refuse(tr("this number has too many digits"), tr("at most {count} digits", count=_MAX_DIGITS), remedy)
    return number


def amount(value: Any) -> Decimal:
    """An amount of money from what a file or a program gives: exact, at most two places, never rounded."""
    number = _number(value, tr("write an amount such as 1200000.00"))
    if abs(number) * 100 > MAX_CENTS:
        raise refuse(
            tr("this amount is too large"),
            tr("at most 10,000,000,000,000.00"),
            tr("check the number of zeros and the unit"),
        )
    try:
        to_cents(number)
    except ValueError:
        raise refuse(
            tr("this amount has fractions of a cent"), tr("two decimals"), tr("round it to the cent")
        ) from None
    return number.quantize(Decimal("0.01")) + 0  # no negative zero


def _not_negative(number: Decimal) -> Decimal:
    if number < 0:
        raise refuse(tr("this amount is negative"), tr("0.00 or more"), tr("write it without a minus sign"))
    return number


def _positive(number: Decimal) -> Decimal:
    if number <= 0:
        raise refuse(tr("this amount is not above zero"), tr("0.01 or more"), tr("write an amount above zero"))
    return number


def _fraction(value: Any, remedy: Message) -> Decimal:
    """4.35 % as ``4.35%``, ``4.35％`` or ``0.0435``."""
    if _in_percent(value):
        return _number(value.strip()[:-1], remedy).scaleb(-2)
    return _number(value, remedy)


def _in_percent(value: Any) -> bool:
    return isinstance(value, str) and value.strip().endswith(("%", "％"))


def _two_readings(value: Any, number: Decimal) -> None:
    """Refuse a bare number that may be meant as a percentage: 1 is 1% to some and 100% to others."""
    if not _in_percent(value):
        few, many = f"{number.normalize():f}%", f"{(number * 100).normalize():f}%"
        fraction = f"{number.scaleb(-2).normalize():f}"
        raise refuse(
            tr("this may mean {few} or {many}", few=few, many=many),
            tr("without a percent sign, at most {limit}", limit=f"{MOST_BARE:f}")
            if abs(number) != 1
            else tr("1 only with a percent sign"),
            tr("write {few} or {fraction}, or else {many}", few=few, fraction=fraction, many=many),
        )


def _yearly(value: Any, remedy: Message, least: Decimal, most: Decimal, what: Message, limit: Message) -> Decimal:
    """A rate per year between two bounds; a bare number above ``MOST_BARE`` has two readings."""
    rate = _fraction(value, remedy)
    if not least <= rate <= most:
        raise refuse(what, limit, remedy)
    if abs(rate) > MOST_BARE:
        _two_readings(value, rate)
    return rate


def _rate(value: Any) -> Decimal:
    remedy = tr("write a percentage such as 4.35% or a fraction such as 0.0435")
    return _yearly(value, remedy, Decimal(0), Decimal(1), tr("this is not a yearly rate"), tr("0% to 100%"))


def _share(value: Any) -> Decimal:
    remedy = tr("write a percentage such as 25% or a fraction such as 0.25")
    share = _fraction(value, remedy)
    if not 0 <= share <= 1:
        raise refuse(tr("this is not a share"), tr("0% to 100%"), remedy)
    return share


def _part(value: Any) -> Decimal:
    """A share of which all is possible and seldom meant."""
    share = _share(value)
    if share == 1:
        _two_readings(value, share)
    return share


def _ratio(value: Any) -> Decimal:
    ratio = _number(value, tr("write a ratio such as 1.20"))
    if not 1 <= ratio <= 10:
        raise refuse(tr("this is not a cover ratio"), tr("1.00 to 10.00"), tr("write a ratio such as 1.20"))
    return ratio


def _spread(value: Any) -> Decimal:
    remedy = tr("write a percentage such as 0.85% or a fraction such as 0.0085")
    return _yearly(value, remedy, Decimal(-1), Decimal(1), tr("this is not a spread"), tr("-100% to 100%"))


def _index(value: Any) -> Decimal:
    index = _number(value, tr("write an index such as 1.05"))
    if not 0 <= index <= 12:
        raise refuse(tr("this is not a seasonal index"), tr("0 to 12, 1 on average"), tr("write an index such as 1.05"))
    return index


def _growth(value: Any) -> Decimal:
    remedy = tr("write a percentage such as 2% or a fraction such as 0.02")
    half = Decimal("0.5")
    return _yearly(value, remedy, -half, half, tr("this is not a growth per year"), tr("-50% to 50%"))


def _multiple(value: Any) -> Decimal:
    multiple = _number(value, tr("write a multiple such as 1.5"))
    if not 1 <= multiple <= 3:
        raise refuse(tr("this is not a multiple of a rate"), tr("1 to 3"), tr("write a multiple such as 1.5"))
    return multiple


def _step_multiple(value: Any) -> Decimal:
    multiple = _number(value, tr("write a multiple such as 1.5"))
    if not 0 < multiple <= 10:
        raise refuse(tr("this is not a multiple"), tr("above 0, at most 10"), tr("write a multiple such as 1.5"))
    return multiple


def _years(value: Any) -> Decimal:
    years = _number(value, tr("write a number of years such as 2.5"))
    if not 0 < years <= MAX_MONTHS // 12:
        raise refuse(
            tr("this is not a number of years"),
            tr("above 0, at most {years}", years=MAX_MONTHS // 12),
            tr("write a number of years such as 2.5"),
        )
    return years


def _month(value: Any) -> dt.date:
    """``2026-12`` as the first day of that month."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.replace(day=1)
    match = _MONTH.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or not 1 <= int(match[2]) <= 12 or not 1900 <= int(match[1]) <= 2200:
        raise refuse(tr("this is not a month"), remedy=tr("write a month such as 2026-12"))
    return dt.date(int(match[1]), int(match[2]), 1)


def _date(value: Any) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        date = value
    else:
        match = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
        try:
            date = dt.date(*(int(part) for part in match.groups())) if match else dt.date.min
        except ValueError:
            match = None
        if match is None:
            raise refuse(tr("this is not a date"), remedy=tr("write a date such as 2026-12-20"))
    if not 1900 <= date.year <= 2200:
        raise refuse(
            tr("this date is not plausible"), tr("1900-01-01 to 2200-12-31"), tr("write a date such as 2026-12-20")
        )
    return date


def _whole(value: Any) -> Any:
    """``true`` is a 1 to Python but not to a person; ``"3"`` is a 3 to both."""
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,9}\s*", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise refuse(tr("this is not a whole number"), remedy=tr("write a whole number such as 12"))
    return value


def _word(value: Any) -> Any:
    """A contract number written without quotes is a number to YAML and a name to everybody else."""
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _one_line(text: str) -> str:
    if any(unicodedata.category(sign) in _INVISIBLE for sign in text):
        raise refuse(tr("this text holds line breaks or invisible characters"), remedy=tr("write it again on one line"))
    return text


def _currency(text: str) -> str:
    if not re.fullmatch(_CURRENCY, text):
        raise refuse(tr("this is no currency"), tr("three capital letters (ISO 4217)"), tr("write for example CNY"))
    return text


def _switch(value: Any) -> str:
    return "off" if isinstance(value, str) and value == "off" else "on"


def _decimal_schema(example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "number"], "examples": [example]})


_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of Unicode that could move a terminal's cursor or turn a line's direction."""

_money = PlainSerializer(lambda number: f"{number:.2f}", return_type=str)
_whole_share = PlainSerializer(lambda share: "100%" if share == 1 else f"{share.normalize():f}", return_type=str)
_exact = PlainSerializer(lambda number: f"{number.normalize():f}", return_type=str)
_clear = PlainSerializer(said, return_type=str)

SignedAmount = Annotated[Decimal, BeforeValidator(amount), _money, _decimal_schema("-20000.00")]
Amount = Annotated[
    Decimal, BeforeValidator(amount), AfterValidator(_not_negative), _money, _decimal_schema("1200000.00")
]
PositiveAmount = Annotated[
    Decimal, BeforeValidator(amount), AfterValidator(_positive), _money, _decimal_schema("1200000.00")
]
Rate = Annotated[Decimal, BeforeValidator(_rate), _clear, _decimal_schema("4.35%")]
Spread = Annotated[Decimal, BeforeValidator(_spread), _clear, _decimal_schema("0.85%")]
Growth = Annotated[Decimal, BeforeValidator(_growth), _clear, _decimal_schema("2%")]
Multiple = Annotated[Decimal, BeforeValidator(_multiple), _exact, _decimal_schema("1.5")]
StepMultiple = Annotated[Decimal, BeforeValidator(_step_multiple), _exact, _decimal_schema("1.25")]
Share = Annotated[Decimal, BeforeValidator(_share), _exact, _decimal_schema("25%")]
Part = Annotated[Decimal, BeforeValidator(_part), _whole_share, _decimal_schema("25%")]
"""A share that is seldom 100 %: a bare 1 is refused."""
Index = Annotated[Decimal, BeforeValidator(_index), _exact, _decimal_schema("1.05")]
PositiveYears = Annotated[Decimal, BeforeValidator(_years), _exact, _decimal_schema("2.5")]
Ratio = Annotated[Decimal, BeforeValidator(_ratio), _exact, _decimal_schema("1.20")]
Date = Annotated[
    dt.date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-12-20"]})
]
Month = Annotated[
    dt.date,
    BeforeValidator(_month),
    PlainSerializer(lambda month: f"{month:%Y-%m}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}$", "examples": ["2026-12"]}),
]

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=200), AfterValidator(_one_line), BeforeValidator(_word)
]
Identifier = Annotated[
    str, StringConstraints(min_length=1, max_length=64), AfterValidator(_one_line), BeforeValidator(_word)
]
"""A contract number as it stands on the contract, with its brackets, slashes and spaces."""
FileName = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_one_line)]
Currency = Annotated[str, AfterValidator(_currency), Field(json_schema_extra={"pattern": _CURRENCY})]
Months = Annotated[int, Field(ge=1, le=MAX_MONTHS), BeforeValidator(_whole)]
GraceMonths = Annotated[int, Field(ge=0, le=120), BeforeValidator(_whole)]
Days = Annotated[int, Field(ge=0, le=3_650), BeforeValidator(_whole)]
RampUp = Annotated[int, Field(ge=0, le=60), BeforeValidator(_whole)]
Services = Annotated[int, Field(ge=1, le=36), BeforeValidator(_whole)]
Units = Annotated[int, Field(ge=1, le=10**9), BeforeValidator(_whole)]
Times = Annotated[int, Field(ge=0, le=1_000), BeforeValidator(_whole)]
Year = Annotated[int, Field(ge=1900, le=2200), BeforeValidator(_whole)]
DayOfMonth = Annotated[int, Field(ge=1, le=31), BeforeValidator(_whole)]
Every = Annotated[Literal[1, 2, 3, 6, 12], BeforeValidator(_whole)]

Off = Literal["off"]
T = TypeVar("T")
OrOff = Annotated[Annotated[T, Tag("on")] | Annotated[Off, Tag("off")], Discriminator(_switch)]
"""A limit's value, or the word ``off``: one of the two is chosen before reading, so faults speak of that one only."""
