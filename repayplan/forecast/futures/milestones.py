"""Stages that are accepted late, each pushing the later ones of its contract, while the site costs money.

A stage's own delay is a multiple of the days planned since the stage before (the first: since the case's date, and of
some months at least, because it was begun before), zero for some, otherwise lognormal: who is late on a long stage is
late by more, and what is due soon cannot be late by years. Delays of one contract add up and their multiples correlate.
All that a stage brings moves with it: the late part and the retention too. What a stage costs waits for the stage
before, on which it builds; its own delay moves none of it, and every month of that costs a part of a month's cost more:
if costs only moved along, a delay would be a relief to cash.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import numpy as np

from repayplan.calendar.dates import recurring
from repayplan.cases.sources import Milestone, Milestones
from repayplan.forecast.flows import Flow, Window
from repayplan.forecast.futures.expected import MOST_DAYS, Column, Days, Expected, expectations
from repayplan.forecast.futures.factors import A_YEAR, Factors
from repayplan.forecast.futures.normal import Real
from repayplan.forecast.milestones import cost_days, stage_flows
from repayplan.money import to_cents
from repayplan.rules.futures import Spread


def milestone_futures(number: int, source: Milestones, window: Window, factors: Factors) -> Iterator[Column]:
    """Receipts by drawn delay, costs by that of the stage before, and what waiting costs."""
    spread = factors.table["milestones"]
    if not spread["late"]:
        for item in source.items:
            yield from (one.as_it_is() for one in expectations(source, stage_flows(source, item, window), window))
        return
    delays = stage_delays(number, source, window, factors, spread)
    for item in source.items:
        delay, before = delays[item.date.toordinal()]
        for one in expectations(source, stage_flows(source, item, window), window):
            yield Column(one, one.day + before if one.certain else one.start + delay, one.bank.amount)
        yield from _waiting(source, item, window, delay, before, spread["running_on"])


def stage_delays(
    number: int, source: Milestones, window: Window, factors: Factors, spread: Spread
) -> Mapping[int, tuple[Days, Days]]:
    """By planned day (ordinal): (S,) days by which stages are late, and by which the stage before them was."""
    found: dict[int, tuple[Days, Days]] = {}
    start, total = window.after.toordinal(), np.zeros(factors.count)
    common = -factors.once(number, "contract", spread.shared, A_YEAR)
    for planned in sorted({item.date.toordinal() for item in source.items}):
        own = factors.own(number, f"stage {dt.date.fromordinal(planned)}")[0]
        mixed = np.sqrt(spread["together"]) * common + np.sqrt(1 - spread["together"]) * own
        before = np.floor(total).astype(np.int64)
        days = max(planned - start, 0 if found else spread["least_days"])
        total = np.minimum(total + days * late_multiple(mixed, spread), MOST_DAYS)
        start = max(planned, start)
        found[planned] = np.floor(total).astype(np.int64), before
    return found


def late_multiple(normal: Real, spread: Spread) -> Real:
    """(S,) delay over days planned: a share on time, the others lognormal, rising with ``normal``."""
    from scipy.special import ndtr, ndtri

    late = np.minimum((ndtr(normal) - spread["on_time"]) / max(1 - spread["on_time"], 1e-12), 1 - 1e-16)
    found, places = np.zeros(normal.shape), np.flatnonzero(late > 0)
    found[places] = spread["late"] * np.exp(spread["spread"] * ndtri(np.maximum(late[places], 1e-300)))
    return found


def _waiting(
    source: Milestones, item: Milestone, window: Window, delay: Days, before: Days, share: float
) -> Iterator[Column]:
    """On every cost day between a stage's planned and its drawn end, less what the stage before had it wait, a part of
    a month's cost."""
    cents = to_cents(item.cost_to_complete)
    a_month = int(cents // len(cost_days(source, item, window)) * share) if cents else 0
    if not a_month or item.date <= window.after:
        return
    planned = item.date.toordinal()
    last = min(window.until.toordinal(), planned + int(delay.max(initial=0)))
    for date in recurring(window.cost_day, 1, item.date, window.until):
        day = date.toordinal()
        if day > last:
            return
        waits = (planned + before < day) & (day <= planned + delay)
        flow = Flow(date, -a_month, source.name, f"{item.name} (waiting)", source.kind)
        yield Column(Expected(flow, day, day), day, np.where(waits, -a_month, 0))
