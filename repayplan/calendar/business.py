"""Business days: Chinese public holidays with their make-up workdays, weekends only, and what moves a payment date.

The State Council announces each year's holidays, with the weekend days worked in exchange, in the preceding autumn.
Beyond the last announced year the table predicts holidays without make-up workdays: days that a later announcement
may move are provisional. An overlay file says what the table does not know yet.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from repayplan.errors import Fault, InputError
from repayplan.language import tr

Adjustment = Literal["none", "following", "modified_following", "preceding", "modified_preceding"]

DAY = dt.timedelta(days=1)
OVERLAY = "REPAYPLAN_HOLIDAYS"


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Which days are worked. ``overlay`` maps days to True (worked) or False (free) and has the last word."""

    name: Literal["every_day", "weekdays", "china"] = "china"
    overlay: Mapping[dt.date, bool] = field(default_factory=dict)

    def is_open(self, day: dt.date) -> bool:
        """Whether banks work on ``day``."""
        if day in self.overlay:
            return self.overlay[day]
        if self.name == "every_day":
            return True
        if self.name == "china":
            free, worked, _ = _china(day.year)
            if day in worked:
                return True
            if day in free:
                return False
        return day.weekday() < 5

    def is_provisional(self, day: dt.date) -> bool:
        """Whether a holiday announcement still to come may change ``day``."""
        return self.name == "china" and day not in self.overlay and not _china(day.year)[2]

    def adjust(self, day: dt.date, adjustment: Adjustment) -> dt.date:
        """``day`` itself if it is worked, otherwise the next or last one worked; "modified" stays in the month."""
        if adjustment == "none" or self.is_open(day):
            return day
        forward = adjustment in ("following", "modified_following")
        moved = self._search(day, DAY if forward else -DAY)
        if adjustment.startswith("modified") and moved.month != day.month:
            return self._search(day, -DAY if forward else DAY)
        return moved

    def _search(self, day: dt.date, step: dt.timedelta) -> dt.date:
        while not self.is_open(day):
            day += step
        return day

    def with_overlay(self, path: Path) -> BusinessCalendar:
        """The same with the days of an overlay file: lines ``2027-02-07,work`` or ``2027-02-08,free``, # comments.

        InputError names every line that is not one.
        """
        return BusinessCalendar(self.name, {**self.overlay, **_read_overlay(path)})


def bank_days(name: Literal["every_day", "weekdays", "china"]) -> BusinessCalendar:
    """A calendar by name, with the overlay file that the environment variable REPAYPLAN_HOLIDAYS names, if it does."""
    calendar, overlay = BusinessCalendar(name), os.environ.get(OVERLAY)
    return calendar.with_overlay(Path(overlay)) if overlay and name == "china" else calendar


@cache
def _china(year: int) -> tuple[frozenset[dt.date], frozenset[dt.date], bool]:
    """Holidays, make-up workdays, and whether the year has been announced."""
    import holidays

    table = holidays.country_holidays("CN", years=year)
    worked = frozenset(day for day in table.weekend_workdays if day.year == year)
    return frozenset(table), worked, bool(worked)


def _read_overlay(path: Path) -> dict[dt.date, bool]:
    days: dict[dt.date, bool] = {}
    faults = []
    for number, line in enumerate(_lines(path), 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        date, _, word = (part.strip() for part in text.partition(","))
        try:
            day = dt.date.fromisoformat(date)
        except ValueError:
            day = None
        if day is None or word not in ("work", "free"):
            where = f"{path.name}:{number}"
            remedy = tr("write lines such as 2027-02-07,work or 2027-02-08,free")
            faults.append(Fault(tr("this is not a day with work or free"), where, text, remedy=remedy))
        else:
            days[day] = word == "work"
    if faults:
        raise InputError(faults)
    return days


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            Fault(
                tr("the holiday file cannot be read: {reason}", reason=reason),
                str(path),
                remedy=tr("give a text file in UTF-8, or unset {name}", name=OVERLAY),
            )
        ) from error
