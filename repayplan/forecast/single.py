"""Single amounts on single days, as they are written."""

from __future__ import annotations

from collections.abc import Iterator

from repayplan.cases.sources import Flows
from repayplan.forecast.flows import Flow, Window
from repayplan.money import to_cents


def single_flows(source: Flows, _window: Window) -> Iterator[Flow]:
    """One flow an item."""
    for item in source.items:
        yield Flow(item.date, to_cents(item.amount), source.name, item.name, source.kind, source.category)
