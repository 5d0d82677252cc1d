"""From the shape that a policy wants to arrays."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from repayplan.calendar.dates import add_months
from repayplan.cases.checks import owed
from repayplan.cases.models import Case
from repayplan.cases.shapes import (
    SOURCES,
    Contingent,
    InterestOnly,
    LevelBalloon,
    LevelPrincipal,
    Seasonal,
    StepUp,
    StoreShare,
)
from repayplan.errors import Fault, InputError
from repayplan.forecast import Flow
from repayplan.language import tr
from repayplan.money import to_cents
from repayplan.problem.form import FormArrays, Rule, Stream, free_form
from repayplan.problem.frozen import Mask, Real
from repayplan.problem.stages import Stages
from repayplan.problem.terms import Terms

_YEAR = 12

Name = tuple[str, str | None]


def interest_dates(form: FormArrays, pays: Mask) -> tuple[Mask, Mask]:
    """(T,) payment dates on which interest can be brought current, and those on which the shape has it paid up.

    Where payments follow receipts nothing but the minimum can be paid where nothing comes in.
    """
    can = pays & (form.weight[0].sum(axis=0) > 0) if form.streams else pays
    if form.kind == "level_principal":
        return can, pays
    return can, pays & form.interest[0]


@dataclass(frozen=True, slots=True)
class Barred:
    """(T,) stages that shapes leave out: the ``grace`` time, all of it ``exempt`` from sizes, payments that are
    ``settled`` already, and dates on which cash is ``dry``; in an ``interest_only`` grace interest may be paid."""

    grace: Mask
    exempt: Mask
    settled: Mask
    dry: Mask
    interest_only: bool

    @property
    def closed(self) -> Mask:
        """Where nothing can or may be paid, or what is paid is settled."""
        closed: Mask = (self.grace & (not self.interest_only)) | self.dry | self.settled
        return closed


def form_of(case: Case, terms: Terms, stages: Stages, barred: Barred, flows: Sequence[Flow]) -> FormArrays:
    """The shape of one case (N = 1).

    InputError where a rule promises to share out a receipt sooner than on the next payment date.
    """
    shape, counted = terms.form, stages.pays & ~barred.exempt
    nothing = free_form(1, len(stages))
    if isinstance(shape, Contingent):
        return _contingent(terms, shape, stages, ~barred.closed & ~barred.grace, flows)
    if terms.shape == "free":
        return nothing
    known: dict[str, Any] = {"counted": counted, "weight": np.ones((1, len(stages)))}
    match shape:
        case StepUp():
            known["weight"] = _steps(shape, stages, counted)[None]
        case Seasonal():
            known |= {"weight": _seasons(shape, stages, counted), "falling": np.array(shape.peak is not None)}
        case InterestOnly():
            inside = stages.pays & stages.by(add_months(case.as_of, shape.months))
            known |= {"interest": inside & ~barred.closed, "counted": counted & ~inside}
        case LevelPrincipal():
            known["counted"] = counted & ~barred.closed
        case LevelBalloon():
            known["stated"] = np.array(_stated(case, shape))
    return replace(nothing, kinds=(terms.shape,), **{name: value[None] for name, value in known.items()})


def _steps(shape: StepUp, stages: Stages, counted: Mask) -> Real:
    """(T,) multiples of the first installment."""
    if shape.steps is not None:
        reached = [[step.multiple for step in shape.steps if step.since <= day] for day in stages.days]
        return np.array([float(multiples[-1]) if multiples else 1.0 for multiples in reached])
    first = int(counted.argmax())  # the first stage where none is counted
    steps = np.maximum(stages.month - stages.month[first], 0) // (shape.every or _YEAR)
    factor = 1 + (shape.growth or Decimal(0))
    return np.asarray(np.array([float(factor**step) for step in range(int(steps[-1]) + 1)])[steps])


def _seasons(shape: Seasonal, stages: Stages, counted: Mask) -> Real:
    """(K, T) one θ for the peak and one for the rest, or one for each month of the year in which payments fall."""
    months = stages.month % _YEAR + 1
    if shape.peak is not None:
        peak = np.isin(months, shape.peak)
        return np.stack([peak, ~peak]).astype(float)
    return np.stack([months == month for month in sorted(set(months[counted].tolist())) or [1]]).astype(float)


def _stated(case: Case, shape: LevelBalloon) -> float:
    if shape.last is not None:
        return float(to_cents(shape.last))
    return float(round((shape.share or Decimal(0)) * sum(map(owed, case.loans))))


def _contingent(terms: Terms, shape: Contingent, stages: Stages, open_: Mask, flows: Sequence[Flow]) -> FormArrays:
    """Weights are cents of receipts. A date on which all receipts together are below the minimum has that as base."""
    counted = stages.pays & open_
    streams = tuple(_streams(terms, shape, stages, counted, flows))
    thetas = 1 + max((stream.theta for stream in streams), default=0)
    weight = np.zeros((thetas, len(stages)))
    for stream in streams:
        weight[stream.theta] += np.array(stream.cents)
    minimum = to_cents(shape.minimum)
    short = counted & (weight.sum(axis=0) < minimum)
    return replace(
        free_form(1, len(stages)),
        kinds=(terms.shape,),
        counted=counted[None],
        base=np.where(short, minimum, 0).astype(np.int64)[None],
        weight=np.where(short, 0.0, weight)[None],
        streams=streams,
        minimum=minimum,
    )


def _streams(terms: Terms, shape: Contingent, stages: Stages, counted: Mask, flows: Sequence[Flow]) -> Iterator[Stream]:
    """Receipts by rule, each on the first payment date that is not before it; left out where that is not counted."""
    days, dates, pay_days = stages.days, stages.dates.tolist(), stages.paid
    named, thetas = _naming(terms, shape), dict[Name, int]()
    found: dict[tuple[Name, dt.date | None], list[tuple[Flow, int]]] = {}
    for flow in flows:
        place = bisect_left(pay_days, flow.date)
        if _shared_out(terms, shape, flow) and place < len(dates) and counted[dates[place]]:
            key = (named(flow), flow.date if terms.shape == "milestone_share" else None)
            found.setdefault(key, []).append((flow, dates[place]))
    wait = _wait(shape, [(flow, days[stage]) for received in found.values() for flow, stage in received])
    for ((source, part), _), received in found.items():
        cents = [0] * len(days)
        for flow, stage in received:
            cents[stage] += flow.amount
        expected = max(flow.date for flow, _ in received)
        long_stop = expected + dt.timedelta(days=shape.long_stop_days or 0)
        rule = Rule(source, part, expected, Decimal(0), wait, to_cents(shape.minimum), long_stop, shape.account)
        together = (source, None) if terms.shape == "milestone_share" else (source, part)
        yield Stream(rule, thetas.setdefault(together, len(thetas)), tuple(cents))


def _shared_out(terms: Terms, shape: Contingent, flow: Flow) -> bool:
    wanted = shape.source is None or flow.source == shape.source
    return flow.amount > 0 and flow.kind == SOURCES[terms.shape] and wanted


def _naming(terms: Terms, shape: Contingent) -> Callable[[Flow], Name]:
    """What a rule calls a receipt: the milestone by itself, the group of the store, or the source alone."""
    if terms.shape == "milestone_share":
        return lambda flow: (flow.source, flow.part)
    if isinstance(shape, StoreShare) and shape.groups is not None:
        groups = {store: group.name for group in shape.groups for store in group.stores}
        return lambda flow: (flow.source, groups[flow.part.rsplit(" ", 1)[0]])
    return lambda flow: (flow.source, None)


def _wait(shape: Contingent, received: Sequence[tuple[Flow, dt.date]]) -> int:
    """Days within which every receipt can be shared out: the longest wait, or what the policy says if that is more."""
    waits = [((day - flow.date).days, flow, day) for flow, day in received]
    longest = max((days for days, _, _ in waits), default=0)
    if shape.pay_within_days is None or longest <= shape.pay_within_days:
        return longest if shape.pay_within_days is None else shape.pay_within_days
    flow, day = next((flow, day) for days, flow, day in waits if days == longest)
    raise InputError(
        Fault(
            tr(
                "the receipt of {date} from {source} waits for the payment day {day}",
                date=flow.date,
                source=flow.source,
                day=day,
            ),
            "policy.shape.pay_within_days",
            f"{shape.pay_within_days}",
            tr("at least {count}", count=longest),
            tr("allow more days, or more payment days (policy.payment_every)"),
        )
    )
