"""Plans in futures that are what was forecast, and futures drawn at random, for tests of the scenario core."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from repayplan.compliance.replay import Payment, Replay, replay
from repayplan.evaluate.bearing import Horizon
from repayplan.evaluate.build import Planned, horizon, setting
from repayplan.evaluate.setting import NEVER, Drawn, Setting
from repayplan.forecast import Flow, Window, forecast
from repayplan.forecast.apart import AccountKey
from repayplan.planning.result import Plan
from repayplan.problem.accounts import accounts, is_apart
from repayplan.problem.assemble import assemble


def replayed(made: Plan) -> Replay:
    """What a plan's payments do."""
    paid = [Payment(row.date, row.loan, row.payment) for row in made.installments]
    return replay(made.case, made.terms, assemble(made.case, made.terms), paid, made.rules)


def setting_of(found: Replay) -> tuple[Setting, Horizon, list[AccountKey]]:
    """The setting of a replayed plan, its stages and its accounts."""
    over = horizon(found.terms, found.problem, found.paid)
    known = accounts(found.case, over.days, expected(found, over.days))
    loans = [None if loan < 0 else found.case.loans[loan].id for loan in known.loan.tolist()]
    keys = [
        (None if fixed else name, loan) for name, loan, fixed in zip(known.names, loans, known.blocked, strict=True)
    ]
    planned = Planned(found.paid, found.debt, found.principal)
    return setting(found.case, found.terms, found.problem, planned, over, keys), over, keys


def expected(found: Replay, days: Sequence[dt.date]) -> list[Flow]:
    """The bank's forecast."""
    return forecast(
        found.case, Window(found.case.as_of, days[-1], found.terms.receipt_day, found.terms.cost_day), "bank"
    )


def still(found: Replay, over: Horizon, keys: Sequence[AccountKey], scenarios: int = 1) -> Drawn:
    """Futures that are the bank's forecast."""
    own, apart = np.zeros(len(over.days)), np.zeros((len(over.days), len(keys)))
    for flow in expected(found, over.days):
        stage = bisect_left(over.days, flow.date)
        if is_apart(flow):
            key = (flow.source if flow.kind == "guarantor" else None, flow.secures)
            apart[stage, keys.index(key)] += flow.amount
        else:
            own[stage] += flow.amount
    return Drawn(
        own=np.repeat(own[None, :, None], scenarios, axis=2), apart=np.repeat(apart[None, ..., None], scenarios, axis=3)
    )


def noisy(drawn: Drawn, random: np.random.Generator, size: float) -> Drawn:
    """The same with receipts that are more or less, some of it later, rates that move and businesses that stop."""
    cases, stages, scenarios = drawn.own.shape
    less = random.uniform(1 - size, 1 + size / 2, drawn.own.shape)
    own = np.floor(np.where(drawn.own > 0, drawn.own * less, drawn.own))
    late = np.floor(np.maximum(own, 0.0) * random.uniform(0, size, own.shape))
    own = own - late
    own[:, 2:] += late[:, :-2]
    stops = np.where(random.random((cases, scenarios)) < 0.2, random.integers(0, stages, (cases, scenarios)), NEVER)
    return replace(
        drawn,
        own=own,
        apart=None if drawn.apart is None else np.floor(drawn.apart * random.uniform(0.5, 1, drawn.apart.shape)),
        shift=random.normal(0, 0.005, own.shape),
        stops=stops,
        collateral=random.uniform(0.3, 1.1, (cases, scenarios)),
    )


def together(futures: Sequence[Drawn]) -> Drawn:
    """Futures of several cases as those of one setting that is stacked, padded with nothing."""
    stages = max(drawn.own.shape[1] for drawn in futures)
    kept = max(0 if drawn.apart is None else drawn.apart.shape[2] for drawn in futures)
    scenarios = futures[0].scenarios
    own, shift = (np.zeros((len(futures), stages, scenarios)) for _ in range(2))
    apart = np.zeros((len(futures), stages, kept, scenarios))
    for number, drawn in enumerate(futures):
        many = drawn.own.shape[1]
        own[number, :many] = drawn.own[0]
        shift[number, :many] = 0.0 if drawn.shift is None else drawn.shift[0]
        if drawn.apart is not None:
            apart[number, :many, : drawn.apart.shape[2]] = drawn.apart[0]
    stops = np.concatenate([np.full((1, scenarios), NEVER) if d.stops is None else d.stops for d in futures])
    factors = np.concatenate([np.ones((1, scenarios)) if d.collateral is None else d.collateral for d in futures])
    return Drawn(own, apart, shift, stops, factors)
