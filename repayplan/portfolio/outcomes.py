"""One borrower's options in the same futures: drawn once over the longest horizon, one call of the core for all lanes.

Arrears decide on default (not a hazard as a weight): what a scenario brings decides what a plan is worth in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from repayplan.cases.models import Case
from repayplan.evaluate.core import Engine
from repayplan.evaluate.outcome import NOWHERE, Fates, Told
from repayplan.evaluate.reference import run as run_reference
from repayplan.evaluate.setting import NEVER, Drawn, Hazard, Setting, Stages, stack
from repayplan.forecast import Window
from repayplan.forecast.futures import Drawing, Futures, draw_futures
from repayplan.portfolio.clock import Clock
from repayplan.portfolio.lanes import Lane, month_stages
from repayplan.problem.frozen import Mask, Real, changed
from repayplan.problem.terms import Terms

HAZARD: Hazard = "arrears"
"""What a default of an option comes from; docs/options.md says why."""


@dataclass(frozen=True)
class Outcome:
    """What became of one option in S futures.

    ``value`` (S,) present value of what is recovered, cents, and how much of it is ``pursued``, no payment; ``missed``
    and ``defaulted`` (S,): whether a cent was ever missing, whether it failed. By the end of each month, (MONTHS, S)
    cents on the bank's own loans: ``paid`` so far, ``arrears`` and ``debt``, and whether it had ``failed``.
    ``collateral`` (S,): factor on its value.
    """

    value: Real
    pursued: Real
    missed: Mask
    defaulted: Mask
    paid: Real
    arrears: Real
    debt: Real
    failed: Mask
    collateral: Real


def outcomes(
    case: Case, terms: Terms, lanes: Sequence[Lane], drawing: Drawing, engine: Engine, clock: Clock
) -> list[Outcome]:
    """The outcome of each lane; the lanes are of one borrower, whose ``case`` and ``terms`` say what is drawn."""
    if not lanes:
        return []
    days = tuple(sorted({day for lane in lanes for day in lane.days}))
    window = Window(case.as_of, days[-1], terms.receipt_day, terms.cost_day)
    with clock.phase("draw"):
        drawn = Shared(days, draw_futures(case, days, window, drawing))
    alike: dict[bytes, list[int]] = {}  # by the accounts that pay: where none does the core has less to do
    for number, lane in enumerate(lanes):
        if lane.rules is None:
            alike.setdefault(lane.pays.tobytes(), []).append(number)
    found: dict[int, Outcome] = {}
    for numbers in alike.values():
        chosen = [lanes[number] for number in numbers]
        with clock.phase("evaluate"):
            found.update(zip(numbers, _run(case.as_of, chosen, drawn.for_lanes(chosen), engine), strict=True))
    for number, lane in enumerate(lanes):
        if lane.rules is not None:
            with clock.phase("draw"):
                own = lane.rules.drawn(draw_futures(lane.rules.replay.case, lane.days, window, drawing))
            with clock.phase("evaluate"):
                found[number] = _run(case.as_of, [lane], own, engine)[0]
    return [found[number] for number in range(len(lanes))]


def _run(as_of: dt.date, lanes: Sequence[Lane], drawn: Drawn, engine: Engine) -> list[Outcome]:
    """One call of the core for lanes of which the same accounts pay; it tells what stands at the end of each month
    besides."""
    at = np.array([month_stages(lane.days, as_of) for lane in lanes])
    fates, told = _played(together(lanes), drawn, at, engine)
    defaulted = fates.defaulted != NOWHERE
    failed = defaulted[:, None] & (fates.defaulted[:, None] <= at[:, :, None])
    missed = fates.missed != NOWHERE
    return [
        Outcome(
            value=fates.value[number],
            pursued=fates.pursued[number],
            missed=missed[number],
            defaulted=defaulted[number],
            paid=told.paid[number],
            arrears=told.arrears[number],
            debt=told.debt[number],
            failed=failed[number],
            collateral=np.ones(drawn.scenarios) if drawn.collateral is None else drawn.collateral[number],
        )
        for number in range(len(lanes))
    ]


def together(lanes: Sequence[Lane]) -> Setting:
    """N lanes of which the same accounts pay, without the others: what goes with :meth:`Shared.for_lanes`."""
    setting, pays = stack([lane.setting for lane in lanes]), lanes[0].pays
    if pays.all():
        return setting
    return changed(setting, account_loan=setting.account_loan[:, pays], blocked=setting.blocked[:, pays])


def _played(setting: Setting, drawn: Drawn, tell: Stages, engine: Engine) -> tuple[Fates, Told]:
    """How it ends, and what stands after the stages of which it is told (N, MONTHS)."""
    if engine == "numpy":
        found = run_reference(setting, drawn, HAZARD, tell=tell)
    else:
        from repayplan.evaluate import compiled

        found = compiled.run(setting, drawn, HAZARD, tell=tell)
    if found.told is None:
        raise AssertionError("some stages were to be told")
    return found.fates, found.told


class Shared:
    """One borrower's futures on all days of its options, and cut for each option's own stages."""

    def __init__(self, days: tuple[dt.date, ...], futures: Futures) -> None:
        self.days, self.futures = days, futures
        self.own = np.ascontiguousarray(futures.own.T, dtype=float)
        self.apart = np.ascontiguousarray(np.moveaxis(futures.apart, 0, -1), dtype=float)
        self.shift = None if futures.shift is None else np.ascontiguousarray(futures.shift.T)
        self.stops = None if (futures.stops < 0).all() else np.where(futures.stops < 0, NEVER, futures.stops)

    def for_lanes(self, lanes: Sequence[Lane]) -> Drawn:
        """Futures of N lanes, of which the same accounts pay, over the longest of them."""
        stages, count = max(len(lane.days) for lane in lanes), len(lanes)
        alike = all(lane.days == self.days[: len(lane.days)] for lane in lanes)

        def each(flows: Real) -> Real:
            if alike:
                return np.broadcast_to(flows[None, :stages], (count, stages, *flows.shape[1:]))
            return np.stack([_padded(self._summed(flows, lane), stages) for lane in lanes])

        pays = lanes[0].pays
        return Drawn(
            own=each(self.own),
            apart=each(np.ascontiguousarray(self.apart[:, pays])) if pays.any() else None,
            shift=None if self.shift is None else np.stack([self._at(lane, stages) for lane in lanes]),
            stops=None if self.stops is None else np.broadcast_to(self.stops, (count, len(self.stops))),
            collateral=np.broadcast_to(self.futures.collateral, (count, len(self.futures.collateral))),
        )

    def _summed(self, flows: Real, lane: Lane) -> Real:
        """Flows belong to the first stage that ends on their day or later."""
        if lane.days == self.days[: len(lane.days)]:
            return flows[: len(lane.days)]
        last = np.searchsorted(np.array(self.days, dtype="datetime64[D]"), np.array(lane.days, dtype="datetime64[D]"))
        starts = np.concatenate([[0], last[:-1] + 1])
        return np.asarray(np.add.reduceat(flows[: int(last[-1]) + 1], starts, axis=0))

    def _at(self, lane: Lane, stages: int) -> Real:
        """The rate's shift at the end of each stage."""
        if self.shift is None:
            raise AssertionError("no rate floats")
        place = {day: number for number, day in enumerate(self.days)}
        return _padded(self.shift[[place[day] for day in lane.days]], stages)


def _padded(values: Real, stages: int) -> Real:
    short = stages - len(values)
    return values if not short else np.concatenate([values, np.zeros((short, *values.shape[1:]))])
