"""One function a kind of source, and the flows of any source in either view."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from repayplan.cases.sources import Source
from repayplan.forecast.assets import asset_flows
from repayplan.forecast.flows import Flow, View, Window, as_bank
from repayplan.forecast.guarantor import guarantor_flows
from repayplan.forecast.milestones import milestone_flows
from repayplan.forecast.monthly import monthly_flows
from repayplan.forecast.receivables import receivable_flows
from repayplan.forecast.season import season_flows
from repayplan.forecast.single import single_flows
from repayplan.forecast.stores import store_flows
from repayplan.forecast.views import seen

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
"""Each yields the borrower's own expectation, also beyond the window where that costs nothing. Of the end of the window
they take nothing but where to stop: what comes by a day is the same in every window that reaches it."""


def source_flows(source: Source, window: Window, view: View) -> Iterator[Flow]:
    """The flows of one source inside ``window``."""
    return window.keep(in_view(source, (flow for flow in KINDS[source.kind](source, window) if flow.amount), view))


def in_view(source: Source, flows: Iterable[Flow], view: View) -> Iterable[Flow]:
    """The borrower's flows of a source as they are, or as the bank counts them."""
    if view == "borrower":
        return flows
    bank = seen(source)
    if not bank.haircut and not bank.delay_days:
        return flows
    return [as_bank(flow, bank.haircut, bank.delay_days) for flow in flows]
