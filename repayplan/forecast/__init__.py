"""What the borrower will have: every cash source as dated flows, in the borrower's view and in the bank's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from repayplan.cases.models import Case, Cash
from repayplan.cases.sources import Source
from repayplan.forecast.assets import asset_flows
from repayplan.forecast.flows import Flow, View, Window, as_bank
from repayplan.forecast.guarantor import guarantor_flows
from repayplan.forecast.milestones import milestone_flows
from repayplan.forecast.monthly import monthly_flows, operating_cost_flows
from repayplan.forecast.receivables import receivable_flows
from repayplan.forecast.season import season_flows
from repayplan.forecast.single import single_flows
from repayplan.forecast.stores import store_flows
from repayplan.forecast.views import seen
from repayplan.money import to_cents
from repayplan.rules import views

__all__ = ["KINDS", "Difference", "Flow", "View", "Window", "difference", "forecast", "source_flows"]

KINDS: Mapping[str, Callable[[Any, Window], Iterator[Flow]]] = {
    "milestones": milestone_flows,
    "season": season_flows,
    "stores": store_flows,
    "receivables": receivable_flows,
    "assets": asset_flows,
    "guarantor": guarantor_flows,
    "monthly": monthly_flows,
    "flows": single_flows,
}
"""One function a kind of source; each yields the borrower's own expectation."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What has been forecast for the cash of one case under one table of views, by window and view."""

    cash: Cash
    views: object
    flows: dict[tuple[Window, View], tuple[Flow, ...]]


_kept: list[_Kept] = []
"""The last one: variants of a case, of which a portfolio makes many one after the other, share their cash."""


def forecast(case: Case, window: Window, view: View) -> list[Flow]:
    """All expected flows of a case inside ``window`` in one view, in order of date."""
    table = views()
    kept = _kept[-1] if _kept else None
    if kept is None or kept.cash is not case.cash or kept.views is not table:
        kept = _Kept(case.cash, table, {})
        _kept[:] = [kept]
    if (window, view) not in kept.flows:
        kept.flows[window, view] = tuple(_forecast(case, window, view))
    return list(kept.flows[window, view])


def _forecast(case: Case, window: Window, view: View) -> list[Flow]:
    flows = list(operating_cost_flows(to_cents(case.cash.operating_cost), window))
    for source in case.cash.sources:
        flows += source_flows(source, window, view)
    return sorted(flows, key=lambda flow: flow.date)


def source_flows(source: Source, window: Window, view: View) -> Iterator[Flow]:
    """The flows of one source inside ``window``."""
    flows = (flow for flow in KINDS[source.kind](source, window) if flow.amount)
    if view == "bank":
        bank = seen(source)
        flows = (as_bank(flow, bank.haircut, bank.delay_days) for flow in flows)
    return window.keep(flows)


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
