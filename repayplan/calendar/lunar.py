"""Lunar New Year, which moves between 21 January and 21 February, and the holiday that begins with it."""

from __future__ import annotations

import datetime as dt
from functools import cache

FIRST_YEAR = 1960
HOLIDAY_DAYS = 15
"""From New Year's Day to the Lantern Festival, in which business rests or is out of step."""

_DAYS = """
    128 215 205 125 213 202 121 209 130 217 206 127 215 203 123 211 131 218 207 128 216 205 125 213 202
    220 209 129 217 206 127 215 204 123 210 131 219 207 128 216 205 124 212 201 122 209 129 218 207 126
    214 203 123 210 131 219 208 128 216 205 125 212 201 122 210 129 217 206 126 213 203 123 211 131 219
    208 128 215 204 124 212 201 122 210 130 217 206 126 214 202 123 211 201 219 208 128 215 204 124 212
    202 121 209 129 217 205 126 214 203 123 211 131 219 207 127 215 205 124 212 202 122 209 129 217 206
    126 214 203 124 210 130 218 207 127 215 205 125 212 201 121
"""
"""Month and day of every year from ``FIRST_YEAR`` on: the Chinese calendar, as the `holidays` package has it."""


@cache
def lunar_new_year(year: int) -> dt.date | None:
    """The first day of the Chinese year that begins in ``year``; None where it is not known."""
    days = _DAYS.split()
    if not 0 <= year - FIRST_YEAR < len(days):
        return None
    month, day = divmod(int(days[year - FIRST_YEAR]), 100)
    return dt.date(year, month, day)


@cache
def share_of_holiday(month: dt.date) -> float:
    """The share of the holiday that falls into a month, less what falls into that month of the year on average."""
    return _share(month.year, month.month) - _usual_share(month.month)


def _share(year: int, month: int) -> float:
    first = lunar_new_year(year)
    if first is None:
        return _usual_share(month)
    days = (first + dt.timedelta(days=ahead) for ahead in range(HOLIDAY_DAYS))
    return sum(day.month == month for day in days) / HOLIDAY_DAYS


@cache
def _usual_share(month: int) -> float:
    years = range(FIRST_YEAR, FIRST_YEAR + len(_DAYS.split()))
    return sum(_share(year, month) for year in years) / len(years)
