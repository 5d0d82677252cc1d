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
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repayplan.cases.models import Cash
from repayplan.cases.sources import Source
from repayplan.errors import InputError
from repayplan.forecast.apart import is_apart
from repayplan.forecast.flows import Flow, View, Window
from repayplan.forecast.kinds import KINDS, in_view
from repayplan.forecast.monthly import operating_cost_flows
from repayplan.forecast.views import seen
from repayplan.money import to_cents
from repayplan.rules import ViewDefault, views

OTHER_LENDERS = ("senior", "lender")
"""Categories of what goes to other lenders."""

_date = itemgetter(Flow._fields.index("date"))
_Dating = tuple[dt.date, int, int]


@dataclass(frozen=True)
class Course:
    """Flows (F,) of one view in order of date, with columns that are found where they are asked for."""

    flows: tuple[Flow, ...]

    @cached_property
    def _columns(self) -> tuple[tuple[Any, ...], ...]:
        return tuple(zip(*self.flows, strict=True)) or ((),) * len(Flow._fields)

    @cached_property
    def day(self) -> NDArray[np.int64]:
        """(F,) proleptic ordinals."""
        return np.array([date.toordinal() for date in self._columns[0]], dtype=np.int64)

    @cached_property
    def amount(self) -> NDArray[np.int64]:
        """(F,) cents."""
        return np.array(self._columns[1], dtype=np.int64)

    @cached_property
    def apart(self) -> NDArray[np.bool_]:
        """(F,) what goes to accounts that are not the borrower's."""
        return np.array([is_apart(flow) for flow in self.flows], dtype=bool)

    @cached_property
    def service(self) -> NDArray[np.bool_]:
        """(F,) what goes to other lenders."""
        return np.array([category in OTHER_LENDERS for category in self._columns[5]], dtype=bool)

    @cached_property
    def received(self) -> Mapping[str, NDArray[np.int64]]:
        """(F + 1,) cents received before each flow and after the last one, by kind of source."""
        kinds, come = np.array(self._columns[4]), np.maximum(self.amount, 0)
        return {kind: np.append(0, np.cumsum(np.where(kinds == kind, come, 0))) for kind in set(self._columns[4])}

    def until(self, day: dt.date) -> int:
        """How many flows come by a day."""
        return bisect_right(self.flows, day, key=_date)


@dataclass(frozen=True)
class _Found:
    """Flows of every source up to a day, as the borrower expects them, and both views of them."""

    until: dt.date
    sources: tuple[tuple[Source | None, tuple[Flow, ...]], ...]
    views: dict[View, Course]


class CashAhead:
    """What is ahead of one borrower's ``cash``, by the bank's views as they stand."""

    def __init__(self, cash: Cash) -> None:
        self.cash, self.table = cash, views()
        self._until = dt.date.min
        self._found: dict[_Dating, _Found] = {}

    @cached_property
    def defaults(self) -> Mapping[str, ViewDefault]:
        """The bank's view of the kinds of source of which the case leaves part open."""
        found: dict[str, ViewDefault] = {}
        for source in self.cash.sources:
            default = seen(source).default
            if default is not None:
                found.setdefault(source.kind, default)
        return found

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
            found = self._found[dating] = self._find_ahead(window)
        if view not in found.views:
            flows = [
                flow
                for source, own in found.sources
                for flow in (own if source is None else in_view(source, own, view))
                if window.after < flow.date <= found.until
            ]
            found.views[view] = Course(tuple(sorted(flows, key=_date)))
        return found.views[view]

    def reach(self, until: dt.date) -> None:
        """It will be asked for up to a day, so that it is found once."""
        self._until = max(self._until, until)

    def _find_ahead(self, window: Window) -> _Found:
        """As far as it will be asked for; if that outgrows every enterprise, as far as it is asked for now."""
        if self._until > window.until:
            try:
                return self._find(replace(window, until=self._until))
            except InputError:  # whoever asks for that much is told
                pass
        return self._find(window)

    def _find(self, window: Window) -> _Found:
        costs = tuple(operating_cost_flows(to_cents(self.cash.operating_cost), window))
        sources = [
            (source, tuple(flow for flow in KINDS[source.kind](source, window) if flow.amount))
            for source in self.cash.sources
        ]
        return _Found(window.until, ((None, costs), *sources), {})
