"""Dates that come round: every so many days, weeks, months or years from an anchor."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from repayplan.calendar.dates import add_months, day_in_month

Unit = Literal["days", "weeks", "months", "years"]
Stub = Literal["short", "long"]


def cycle(
    anchor: dt.date,
    every: int,
    unit: Unit,
    until: dt.date,
    *,
    end_of_month: bool = False,
    stub: Stub = "short",
) -> list[dt.date]:
    """Dates from ``anchor`` (included) to ``until`` (included where the cycle meets it), counted from the anchor.

    ``end_of_month``: an anchor on the last day of a month gives last days throughout. ``stub``: where the cycle does
    not meet ``until``, the last period before it is a short one, or is joined to the one before (long).
    """
    if every < 1:
        raise ValueError(f"every is {every}: at least 1")
    dates, count = [anchor], 1
    while (date := step(anchor, every * count, unit, end_of_month=end_of_month)) <= until:
        dates.append(date)
        count += 1
    if stub == "long" and dates[-1] != until and len(dates) > 1:
        dates.pop()
    return [date for date in dates if date <= until]


def step(anchor: dt.date, count: int, unit: Unit, *, end_of_month: bool = False) -> dt.date:
    """``count`` units after ``anchor``; months are clipped to their end."""
    if unit == "days":
        return anchor + dt.timedelta(days=count)
    if unit == "weeks":
        return anchor + dt.timedelta(weeks=count)
    date = add_months(anchor, count * (12 if unit == "years" else 1))
    if end_of_month and anchor == day_in_month(anchor.year, anchor.month, 31):
        return day_in_month(date.year, date.month, 31)
    return date
