"""Plain monthly series, and the monthly cost of running the business."""

from __future__ import annotations

from collections.abc import Iterator

from repayplan.calendar.dates import add_months, day_in_month, recurring
from repayplan.cases.sources import Monthly
from repayplan.forecast.flows import Flow, Window, month_of
from repayplan.money import to_cents


def monthly_flows(source: Monthly, window: Window) -> Iterator[Flow]:
    """One flow a month, on the source's day or the window's receipt day."""
    day = source.day or window.receipt_day
    for ahead, amount in enumerate(source.series):
        month = add_months(source.start, ahead)
        date = day_in_month(month.year, month.month, day)
        if date > window.until:
            return
        yield Flow(date, to_cents(amount), source.name, month_of(month), source.kind, source.category)


def operating_cost_flows(cents_a_month: int, window: Window) -> Iterator[Flow]:
    """The cost of running the business, on the window's cost day."""
    if cents_a_month:
        for date in recurring(window.cost_day, 1, window.after, window.until):
            yield Flow(date, -cents_a_month, OPERATING_COST, month_of(date), OPERATING_COST)


OPERATING_COST = "operating_cost"
"""The name under which the running cost stands among the sources."""
