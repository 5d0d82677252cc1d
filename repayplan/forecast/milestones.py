"""Cash that comes stage by stage under a contract: collected, late, kept back; and what finishing still costs."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

from repayplan.calendar.dates import recurring
from repayplan.cases.sources import Milestone, Milestones
from repayplan.forecast.flows import Flow, Window, share_of, spread
from repayplan.money import to_cents


def milestone_flows(source: Milestones, window: Window) -> Iterator[Flow]:
    """Costs, receipts on the day, the late rest and what was kept back; together the amounts of the stages.

    The order in which the stages are written means nothing.
    """
    for item in source.items:
        yield from stage_flows(source, item, window)


def stage_flows(source: Milestones, item: Milestone, window: Window) -> Iterator[Flow]:
    """What one stage costs and brings."""
    cents, days = to_cents(item.cost_to_complete), cost_days(source, item, window)
    for date, part in zip(days, spread(cents, len(days)), strict=True):
        yield _flow(source, date, -part, f"{item.name} (cost)")
    yield from _receipts(source, item)


def cost_days(source: Milestones, item: Milestone, window: Window) -> list[dt.date]:
    """The cost days between the stage before and this one, among which its cost is spread evenly; its own day where
    there is none."""
    before = max([window.after, *(other.date for other in source.items if other.date < item.date)])
    return recurring(window.cost_day, 1, before, item.date) or [item.date]


def _receipts(source: Milestones, item: Milestone) -> Iterator[Flow]:
    kept_back = share_of(item.amount, item.retention)
    due = to_cents(item.amount) - kept_back
    on_time = math.floor(due * source.collected_on_time)
    late = dt.timedelta(days=source.late_days)
    yield _flow(source, item.date, on_time, item.name)
    yield _flow(source, item.date + late, due - on_time, f"{item.name} (late)")
    if item.release is not None:
        yield _flow(source, item.release, kept_back, f"{item.name} (retention)")


def _flow(source: Milestones, date: dt.date, cents: int, part: str) -> Flow:
    return Flow(date, cents, source.name, part, source.kind)
