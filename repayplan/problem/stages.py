"""The stages of a plan and all that follows from its dates alone: found once for every case on these dates.

A stage ends on a day on which cash is checked: every payment date and every month end. Interest settles on payment
dates, so that a settlement period is the time between two of them.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from repayplan.calendar.dates import add_months, day_in_month, month_ends
from repayplan.problem.frozen import Mask, fixed

Period = tuple[dt.date, dt.date]
Places = NDArray[np.int64]

_YEAR = 12


@dataclass(frozen=True, eq=False)
class Stages:
    """``days`` (T,) on which stages end after the plan is signed on ``as_of``; ``paid``: those that are payment dates.

    Arrays cannot be written to: they are shared.
    """

    as_of: dt.date
    days: tuple[dt.date, ...]
    paid: tuple[dt.date, ...]

    def __len__(self) -> int:
        return len(self.days)

    @cached_property
    def place(self) -> dict[dt.date, int]:
        """The stage that ends on a day."""
        return {day: stage for stage, day in enumerate(self.days)}

    @cached_property
    def pays(self) -> Mask:
        """(T,) whether a payment may fall on the stage's end."""
        dates = set(self.paid)
        return fixed(np.array([day in dates for day in self.days]))

    @cached_property
    def dates(self) -> Places:
        """(P,) the stages of the payment dates."""
        return fixed(np.flatnonzero(self.pays))

    @cached_property
    def ordinal(self) -> Places:
        """(T,) proleptic ordinals of the days."""
        return fixed(np.array([day.toordinal() for day in self.days], dtype=np.int64))

    @cached_property
    def since(self) -> Places:
        """(T,) days since signing."""
        return fixed(self.ordinal - self.as_of.toordinal())

    @cached_property
    def calendar(self) -> NDArray[np.datetime64]:
        """(1, T) the days as a problem holds them."""
        return fixed(np.array([self.days], dtype="datetime64[D]"))

    @cached_property
    def month(self) -> Places:
        """(T,) months since the year 0."""
        return fixed(np.array([day.year * _YEAR + day.month - 1 for day in self.days], dtype=np.int64))

    @cached_property
    def months(self) -> tuple[float, ...]:
        """(T,) months since signing: whole ones, and days as parts of the month they fall in."""
        return tuple(_months_between(self.as_of, day) for day in self.days)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """(P,) the settlement period that ends on each payment date."""
        return tuple(pairwise((self.as_of, *self.paid)))

    @cached_property
    def settling(self) -> Places:
        """(1, T) how many settlement periods end in each stage."""
        return fixed(self.pays.astype(np.int64)[None])

    @cached_property
    def own(self) -> Places:
        """(T,) each stage's own number."""
        return fixed(np.arange(len(self.days)))

    def by(self, day: dt.date | None) -> Mask:
        """(T,) stages that end by a day; none where there is no such day."""
        return _by(self, day)

    def months_back(self, months: int) -> Places:
        """(T,) the first stage that ends less than so many months before the stage does."""
        return _months_back(self, months)


@lru_cache(maxsize=512)
def stages_of(as_of: dt.date, paid: tuple[dt.date, ...]) -> Stages:
    """The stages of payment dates: up to the end of the month of the last one."""
    end = paid[-1]
    ends = month_ends(as_of, day_in_month(end.year, end.month, 31))
    return Stages(as_of, tuple(sorted({*paid, *ends})), paid)


@lru_cache(maxsize=1024)
def _by(stages: Stages, day: dt.date | None) -> Mask:
    return fixed(stages.own < (0 if day is None else bisect_right(stages.days, day)))


@lru_cache(maxsize=512)
def _months_back(stages: Stages, months: int) -> Places:
    before = [add_months(day, -months).toordinal() for day in stages.days]
    return fixed(np.searchsorted(stages.ordinal, before, side="right"))


def _months_between(start: dt.date, end: dt.date) -> float:
    """Whole months, and days as parts of the month they fall in."""
    whole = (end.year - start.year) * _YEAR + end.month - start.month
    return whole + (end.day - start.day) / day_in_month(end.year, end.month, 31).day
