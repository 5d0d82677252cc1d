"""Dates that a contract names: a day of the month, month ends, every so many months."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from functools import lru_cache

SHORTEST = 28
"""Every month has so many days."""


@lru_cache(maxsize=65536)
def day_in_month(year: int, month: int, day: int) -> dt.date:
    """The ``day``-th of a month; its last day where the month is shorter."""
    return dt.date(year, month, day if day <= SHORTEST else min(day, calendar.monthrange(year, month)[1]))


def add_months(date: dt.date, months: int) -> dt.date:
    """The same day ``months`` later (or earlier), clipped to the end of the month."""
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return day_in_month(year, month + 1, date.day)


def month_ends(after: dt.date, until: dt.date) -> list[dt.date]:
    """Last days of months with ``after < day <= until``."""
    return recurring(31, 1, after, until)


def recurring(day: int, every: int, after: dt.date, until: dt.date, first: dt.date | None = None) -> list[dt.date]:
    """Days on the ``day``-th (clipped) of every ``every``-th month with ``after < day <= until``.

    The months are counted from ``first`` where given, which itself is a date of the series whatever its day, and
    nothing comes before it; otherwise from the first month that has such a day after ``after``.
    """
    if every < 1:
        raise ValueError(f"every is {every}: at least one month")
    return list(_series(day, every, after, until, first))


@lru_cache(maxsize=4096)
def _series(day: int, every: int, after: dt.date, until: dt.date, first: dt.date | None) -> tuple[dt.date, ...]:
    dates = _months_on(day, every, first) if first else _months_on(day, every, _next_day(day, after))
    series: list[dt.date] = []
    for date in dates:
        if date > until:
            return tuple(series)
        if date > after:
            series.append(date)
    return tuple(series)


def _next_day(day: int, after: dt.date) -> dt.date:
    this_month = day_in_month(after.year, after.month, day)
    return this_month if this_month > after else day_in_month(*_month(after, 1), day)


def _months_on(day: int, every: int, start: dt.date) -> Iterator[dt.date]:
    yield start
    ahead = every
    while True:
        yield day_in_month(*_month(start, ahead), day)
        ahead += every


def _month(date: dt.date, ahead: int) -> tuple[int, int]:
    year, month = divmod(date.year * 12 + date.month - 1 + ahead, 12)
    return year, month + 1
