"""What the borrower will have: every cash source as dated flows, in the borrower's view and in the bank's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from repayplan.cases.models import Case
from repayplan.cases.sources import Source
from repayplan.forecast.ahead import CashAhead
from repayplan.forecast.flows import Flow, View, Window, as_bank
from repayplan.forecast.kinds import KINDS, source_flows
from repayplan.forecast.views import seen
from repayplan.rules import views

__all__ = [
    "KINDS",
    "CashAhead",
    "Difference",
    "Flow",
    "View",
    "Window",
    "ahead_of",
    "difference",
    "forecast",
    "source_flows",
]

_kept: list[CashAhead] = []
"""The last one: whoever plans a case forecasts it more than once."""


def ahead_of(case: Case, until: dt.date = dt.date.min) -> CashAhead:
    """The cash ahead of a case, found before where it was the last one that was asked for. ``until``: a day up to which
    it will be asked for, so that it is found once."""
    if not _kept or _kept[-1].cash is not case.cash or _kept[-1].table is not views():
        _kept[:] = [CashAhead(case.cash)]
    _kept[-1].reach(until)
    return _kept[-1]


def forecast(case: Case, window: Window, view: View) -> list[Flow]:
    """All expected flows of a case inside ``window`` in one view, in order of date."""
    return ahead_of(case).flows(window, view)


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much the views of one source differ inside a window; cents.

    ``less`` is never counted on, ``beyond`` only after the window: what the bank counts on is what the borrower
    expects without these two. ``later`` comes later and still inside.
    """

    less: int = 0
    beyond: int = 0
    later: int = 0

    def __add__(self, other: Difference) -> Difference:
        return Difference(self.less + other.less, self.beyond + other.beyond, self.later + other.later)


def difference(source: Source, window: Window) -> Difference:
    """What lies between the borrower's view of a source and the bank's."""
    bank = seen(source)
    total = Difference()
    for flow in KINDS[source.kind](source, window):
        counted = as_bank(flow, bank.haircut, bank.delay_days)
        expected, inside = window.holds(flow), window.holds(counted)
        if expected and inside:
            total += Difference(flow.amount - counted.amount, 0, counted.amount if counted.date > flow.date else 0)
        elif expected:
            total += Difference(flow.amount - counted.amount, counted.amount)
        elif inside:
            total += Difference(0, -counted.amount)
    return total
