"""Which fraction of a year lies between two dates, exactly, under each convention a loan contract may name.

Sources: ISDA 2006 Definitions section 4.16 (b), (d), (e), (g); 30/360 (US) with the end-of-February rule of the
Securities Industry Association.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache


@lru_cache(maxsize=65536)
def year_fraction(convention: str, start: dt.date, end: dt.date) -> Fraction:
    """Years from ``start`` to ``end`` under ``convention`` (a key of ``CONVENTIONS``), negative where end < start."""
    if convention not in CONVENTIONS:
        raise ValueError(f"day count {convention!r} is not one of {', '.join(CONVENTIONS)}")
    if end < start:
        return -CONVENTIONS[convention](end, start)
    return CONVENTIONS[convention](start, end)


@lru_cache(maxsize=1024)
def ratios(convention: str, periods: tuple[tuple[dt.date, dt.date], ...]) -> tuple[tuple[int, int], ...]:
    """Years of each of the ``periods`` as numerators and denominators: the same for all loans on these dates."""
    return tuple(year_fraction(convention, start, end).as_integer_ratio() for start, end in periods)


def _actual_360(start: dt.date, end: dt.date) -> Fraction:
    return Fraction((end - start).days, 360)


def _actual_365(start: dt.date, end: dt.date) -> Fraction:
    return Fraction((end - start).days, 365)


def _actual_actual(start: dt.date, end: dt.date) -> Fraction:
    """Days in leap years over 366 and the others over 365."""
    if start.year == end.year:
        return Fraction((end - start).days, _days_in(start.year))
    head = Fraction((dt.date(start.year + 1, 1, 1) - start).days, _days_in(start.year))
    tail = Fraction((end - dt.date(end.year, 1, 1)).days, _days_in(end.year))
    return head + (end.year - start.year - 1) + tail


def _thirty_us(start: dt.date, end: dt.date) -> Fraction:
    first, last = start.day, end.day
    if _february_ends(start):
        last = 30 if _february_ends(end) else last
        first = 30
    first = min(first, 30)
    last = 30 if last == 31 and first == 30 else last
    return _thirty(start, end, first, last)


def _thirty_european(start: dt.date, end: dt.date) -> Fraction:
    return _thirty(start, end, min(start.day, 30), min(end.day, 30))


def _thirty(start: dt.date, end: dt.date, first: int, last: int) -> Fraction:
    return Fraction((end.year - start.year) * 360 + (end.month - start.month) * 30 + last - first, 360)


def _days_in(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def _february_ends(date: dt.date) -> bool:
    return date.month == 2 and date.day == calendar.monthrange(date.year, 2)[1]


CONVENTIONS: dict[str, Callable[[dt.date, dt.date], Fraction]] = {
    "ACT/360": _actual_360,
    "ACT/365F": _actual_365,
    "ACT/ACT": _actual_actual,
    "30/360": _thirty_us,
    "30E/360": _thirty_european,
}
"""The conventions by the name a case file uses."""
