"""Dated expected cash, each flow traced to the part of the case it comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flow:
    """Expected cash on a day; cents, negative where it goes out. ``source`` and ``part`` name where it comes from."""

    date: dt.date
    amount: int
    source: str
    part: str


@dataclass(frozen=True, slots=True)
class Window:
    """Forecasts cover ``after < date <= until``; ``receipt_day`` and ``cost_day`` date what names only a month."""

    after: dt.date
    until: dt.date
    receipt_day: int
    cost_day: int

    def keep(self, flows: Iterator[Flow]) -> Iterator[Flow]:
        """The flows inside the window."""
        return (flow for flow in flows if self.after < flow.date <= self.until)
