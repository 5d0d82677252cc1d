"""The cash ahead of one borrower: found once for everybody who asks, in both views, as flows and as columns.

Variants of a case, of which a portfolio makes many, share their cash and so what is ahead of it. It is found up to the
farthest day anybody has asked about, and cut for whoever looks less far.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from repayplan.cases.models import Cash
from repayplan.cases.sources import Source
from repayplan.forecast.apart import is_apart
from repayplan.forecast.flows import Flow, View, Window
from repayplan.forecast.kinds import KINDS, in_view
from repayplan.forecast.monthly import operating_cost_flows
from repayplan.money import to_cents
from repayplan.rules import views

OTHER_LENDERS = ("senior", "lender")
"""Categories of what goes to other lenders."""

_Dating = tuple[dt.date, int, int]


@dataclass(frozen=True)
class Course:
    """Flows (F,) of one view in order of date, with columns that are found where they are asked for."""

    flows: tuple[Flow, ...]

    @cached_property
    def day(self) -> NDArray[np.int64]:
        """(F,) proleptic ordinals."""
        return np.array([flow.date.toordinal() for flow in self.flows], dtype=np.int64)

    @cached_property
    def amount(self) -> NDArray[np.int64]:
        """(F,) cents."""
        return np.array([flow.amount for flow in self.flows], dtype=np.int64)

    @cached_property
    def apart(self) -> NDArray[np.bool_]:
        """(F,) what goes to accounts that are not the borrower's."""
        return np.array([is_apart(flow) for flow in self.flows], dtype=bool)

    @cached_property
    def service(self) -> NDArray[np.bool_]:
        """(F,) what goes to other lenders."""
        return np.array([flow.category in OTHER_LENDERS for flow in self.flows], dtype=bool)

    @cached_property
    def received(self) -> Mapping[str, NDArray[np.int64]]:
        """(F + 1,) cents received before each flow and after the last one, by kind of source."""
        found = {}
        for kind in {flow.kind for flow in self.flows}:
            amounts = [flow.amount if flow.kind == kind and flow.amount > 0 else 0 for flow in self.flows]
            found[kind] = np.concatenate([[0], np.cumsum(amounts, dtype=np.int64)])
        return found

    def until(self, day: dt.date) -> int:
        """How many flows come by a day."""
        return bisect_right(self.flows, day, key=lambda flow: flow.date)


@dataclass(frozen=True)
class _Found:
    """Flows of every source up to a day, as the borrower expects them, and both views of them."""

    until: dt.date
    sources: tuple[tuple[Source | None, tuple[Flow, ...]], ...]
    views: dict[View, Course]


class CashAhead:
    """What is ahead of one borrower's ``cash``, by the bank's views as they stand. ``until``: a day up to which it will
    be asked for, so that it is found once."""

    def __init__(self, cash: Cash, until: dt.date = dt.date.min) -> None:
        self.cash, self.table = cash, views()
        self._until = until
        self._found: dict[_Dating, _Found] = {}

    def flows(self, window: Window, view: View) -> list[Flow]:
        """All expected flows inside a window in one view, in order of date."""
        course = self.course(window, view)
        return list(course.flows[: course.until(window.until)])

    def course(self, window: Window, view: View) -> Course:
        """All flows of one view from the beginning of a window on, to its end or beyond. InputError where a forecast
        has outgrown every enterprise."""
        dating = window.after, window.receipt_day, window.cost_day
        found = self._found.get(dating)
        if found is None or found.until < window.until:
            found = self._found[dating] = self._find(replace(window, until=max(window.until, self._until)))
        if view not in found.views:
            whole = Window(window.after, found.until, window.receipt_day, window.cost_day)
            flows = [
                flow
                for source, own in found.sources
                for flow in whole.keep(own if source is None else in_view(source, own, view))
            ]
            found.views[view] = Course(tuple(sorted(flows, key=lambda flow: flow.date)))
        return found.views[view]

    def _find(self, window: Window) -> _Found:
        costs = tuple(operating_cost_flows(to_cents(self.cash.operating_cost), window))
        sources = [
            (source, tuple(flow for flow in KINDS[source.kind](source, window) if flow.amount))
            for source in self.cash.sources
        ]
        return _Found(window.until, ((None, costs), *sources), {})
