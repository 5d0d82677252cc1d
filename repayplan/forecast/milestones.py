"""Cash that comes stage by stage under a contract."""

from __future__ import annotations

from collections.abc import Iterator

from repayplan.cases.models import Milestones
from repayplan.forecast.flows import Flow, Window
from repayplan.money import to_cents


def milestone_flows(source: Milestones, window: Window) -> Iterator[Flow]:
    """One flow a milestone, on its own day."""
    return window.keep(Flow(item.date, to_cents(item.amount), source.name, item.name) for item in source.items)
