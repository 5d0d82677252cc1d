"""When a plan is first missed most often, and why then: the source that lacks most by that day in those futures.

A source that brings money month by month is called off-season where the month is expected to be a weak one, others by
what of them is late. Futures are drawn again, a thousand at most, source by source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.cases.sources import Source
from repayplan.evaluate.outcome import NOWHERE
from repayplan.forecast import source_flows
from repayplan.forecast.futures import Drawing, Futures, named, whole
from repayplan.language import Message, tr
from repayplan.planning.stress import Trial
from repayplan.problem.frozen import Real

OFF_SEASON = 0.8
"""A month is off-season that is expected to bring less than this of an average one."""

MOST_DRAWN = 1_000
"""Futures that are drawn again to see what lacks."""

MOST_PARTS = 24
"""Milestones, debtors or lots that are looked at one by one: those expected last before the miss."""

STEADY = ("season", "stores", "monthly")
"""Sources that bring money month by month."""


@dataclass(frozen=True)
class _Missed:
    """Futures of a trial (those of ``drawn`` that ``count``) that are first missed on the day of ``stage``; beside them
    what the bank expects."""

    trial: Trial
    stage: int
    drawn: Futures
    count: NDArray[np.bool_]
    expected: Futures

    def lacking(self, source: str, parts: Sequence[str] | None = None) -> float:
        """By how much less has come from a source than expected, on average; cents."""
        came = self.drawn.receipts(source, parts)[self.count, : self.stage + 1].sum(axis=1).mean()
        return float(self.expected.receipts(source, parts)[0, : self.stage + 1].sum() - came)


def most_often_first(trial: Trial) -> str | None:
    """The month, ``2028-02``, in which the first miss falls most often; None where there is none."""
    months: Counter[str] = Counter()
    for day, share in trial.first_misses:
        months[f"{day:%Y-%m}"] += round(share.value * trial.drawing.scenarios)
    return max(months, key=lambda name: (months[name], name), default=None)


def reason(trial: Trial) -> Message | None:
    """Why the first miss falls most often where it does; None where nothing lacks by then, or there is no miss."""
    month = most_often_first(trial)
    if month is None:
        return None
    missed = _missed(trial, month)
    lacking = {source.name: missed.lacking(source.name) for source in trial.case.cash.sources}
    name = max(lacking, key=lambda key: lacking[key], default=None)
    if name is None or lacking[name] <= 0:
        return None
    source = next(source for source in trial.case.cash.sources if source.name == name)
    if source.kind in STEADY:
        return tr("off-season") if _off_season(missed, name) else tr("{name} brings less than expected", name=name)
    return _words(source, _part(missed, source))


def _missed(trial: Trial, month: str) -> _Missed:
    """Of the futures first missed in a month, those in one block that is drawn again."""
    first = trial.evaluation.fates.missed[0]
    stages = [stage for stage, day in enumerate(trial.days) if f"{day:%Y-%m}" == month]
    among = np.isin(first, stages) & (first != NOWHERE)
    start = int(np.argmax(among))
    count = among[start : start + MOST_DRAWN]
    drawn = trial.prepared.draw(trial.drawing, start, len(count))
    expected = trial.prepared.draw(Drawing(trial.drawing.seed, 1, "still"), 0, 1)
    stage = int(np.bincount(first[start : start + MOST_DRAWN][count]).argmax())
    return _Missed(trial, stage, drawn, count, expected)


def _off_season(missed: _Missed, source: str) -> bool:
    """Whether the source is expected to bring little in the month of the miss, beside the year around it."""
    days, receipts = missed.trial.days, missed.expected.receipts(source)[0]
    months: dict[int, float] = {}
    for day, cents in zip(days, receipts.tolist(), strict=True):
        months[12 * day.year + day.month] = months.get(12 * day.year + day.month, 0.0) + cents
    here = 12 * days[missed.stage].year + days[missed.stage].month
    around: Real = np.array([cents for month, cents in months.items() if -6 <= month - here < 6])
    return bool(months[here] < OFF_SEASON * around.mean())


def _part(missed: _Missed, source: Source) -> str:
    """The milestone, debtor or lot of a source that lacks most."""
    trial, parts = missed.trial, dict[str, set[str]]()
    for flow in sorted(source_flows(source, trial.prepared.window, "bank"), key=lambda flow: flow.date, reverse=True):
        if flow.amount > 0 and flow.date <= trial.days[missed.stage]:
            parts.setdefault(whole(flow), set()).add(named(flow))
    late = {name: missed.lacking(source.name, sorted(parts[name])) for name in list(parts)[:MOST_PARTS]}
    return max(late, key=lambda name: late[name], default=source.name)


def _words(source: Source, part: str) -> Message:
    match source.kind:
        case "milestones":
            return tr("milestone {name} late", name=part)
        case "receivables":
            return tr("{name} pays late or too little", name=part)
        case "assets":
            return tr("{name} sold late or for less", name=part)
        case "guarantor":
            return tr("{name}: called, not paid in time", name=source.name)
        case _:
            return tr("{name} late or less", name=part)
