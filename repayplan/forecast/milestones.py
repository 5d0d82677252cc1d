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
        before = max([window.after, *(other.date for other in source.items if other.date < item.date)])
        yield from _costs(source, item, before, window)
        yield from _receipts(source, item)


def _receipts(source: Milestones, item: Milestone) -> Iterator[Flow]:
    kept_back = share_of(item.amount, item.retention)
    due = to_cents(item.amount) - kept_back
    on_time = math.floor(due * source.collected_on_time)
    late = dt.timedelta(days=source.late_days)
    yield _flow(source, item.date, on_time, item.name)
    yield _flow(source, item.date + late, due - on_time, f"{item.name} (late)")
    if item.release is not None:
        yield _flow(source, item.release, kept_back, f"{item.name} (retention)")


def _costs(source: Milestones, item: Milestone, before: dt.date, window: Window) -> Iterator[Flow]:
    """Even amounts on the cost days between the stage before and this one; on its own day where there is none."""
    cents = to_cents(item.cost_to_complete)
    days = recurring(window.cost_day, 1, before, item.date) or [item.date]
    for date, part in zip(days, spread(cents, len(days)), strict=True):
        yield _flow(source, date, -part, f"{item.name} (cost)")


def _flow(source: Milestones, date: dt.date, cents: int, part: str) -> Flow:
    return Flow(date, cents, source.name, part, source.kind)
