"""Futures that have a name: what the bank expects, changed as a stress says; and which stresses do not apply."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from math import floor

import numpy as np

from repayplan.calendar.dates import add_months
from repayplan.cases.models import Case
from repayplan.cases.sources import Source
from repayplan.cases.stresses import Change, Stress
from repayplan.forecast import KINDS
from repayplan.forecast.apart import account_keys, account_of, is_apart
from repayplan.forecast.flows import Window
from repayplan.forecast.futures.expected import Cents, Column, Expected, expectations
from repayplan.forecast.futures.normal import Real
from repayplan.forecast.futures.result import NEVER, Futures, Parts, floats
from repayplan.forecast.futures.stages import Stages, asked, whole
from repayplan.forecast.monthly import operating_cost_flows
from repayplan.language import Message, tr
from repayplan.money import to_cents
from repayplan.rules.seasons import trade

PEAK_MONTHS = 3
PEAK = 1.1
"""A month of the year is a peak where the source brings so much more in it than on average."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A stress that changes nothing in a case, and why."""

    name: str
    why: Message


@dataclass(frozen=True, slots=True)
class Stressed:
    """``futures``: one scenario for each of the ``stresses`` that apply, in their order; ``idle``: the others."""

    futures: Futures
    stresses: tuple[Stress, ...]
    idle: tuple[Idle, ...]


def stressed(case: Case, days: Sequence[dt.date], window: Window, stresses: Sequence[Stress]) -> Stressed:
    """The futures of a case under named stresses; arguments as of ``draw_futures``."""
    expected = _expected(case, window)
    idle, kept, columns = [], [], []
    for stress in stresses:
        made = {number: list(_changed(case, number, expected, stress)) for number in expected}
        why = _idle(case, stress, made)
        if why is None:
            kept.append(stress)
            columns.append(made)
        else:
            idle.append(Idle(stress.name, why))
    return Stressed(_futures(case, days, window, kept, columns), tuple(kept), tuple(idle))


Made = Mapping[int, Sequence[Column]]


AllExpected = Mapping[int, Sequence[Expected]]


def _expected(case: Case, window: Window) -> AllExpected:
    """What the bank expects of every source, by its number."""
    return {
        number: list(expectations(source, KINDS[source.kind](source, window), window))
        for number, source in enumerate(case.cash.sources)
    }


def _changed(case: Case, number: int, expected: AllExpected, stress: Stress) -> Iterator[Column]:
    """The flows of one source under a stress, one scenario."""
    source = case.cash.sources[number]
    touched = [(change, _touches(case, number, expected, change)) for change in stress.changes if _of(change, source)]
    for one in expected[number]:
        share, late = Decimal(1), 0
        for change, touches in touched:
            if not one.certain and touches(one):
                share *= _share(case.as_of, one, change)
                late += change.late_days
        yield Column(one, one.day + late, one.bank.amount if share == 1 else floor(one.bank.amount * share))


def _of(change: Change, source: Source) -> bool:
    return source.kind in (change.kinds or KINDS) and change.source in (None, source.name)


def _touches(case: Case, number: int, expected: AllExpected, change: Change) -> Callable[[Expected], bool]:
    """Which flows of a source a change touches, by the bank's day."""
    until = None if change.to_month is None else add_months(case.as_of, change.to_month)
    after = add_months(case.as_of, change.from_month - 1)
    months = set(change.months or range(1, 13)) & set(_peak(expected[number]) if change.peak else range(1, 13))
    largest = _largest(case, expected, change) if change.only else None

    def touches(one: Expected) -> bool:
        date = one.bank.date
        within = after < date and (until is None or date <= until)
        return within and date.month in months and largest in (None, (number, whole(one.bank)))

    return touches


def _share(as_of: dt.date, one: Expected, change: Change) -> Decimal:
    """The share of a receipt that is left."""
    if change.share is not None:
        return change.share
    if change.shares is None:
        return Decimal(1)
    ends = (add_months(as_of, change.from_month + ahead) for ahead in range(len(change.shares)))
    gone = sum(one.bank.date > end for end in ends)
    return change.shares[gone] if gone < len(change.shares) else Decimal(1)


def _peak(expected: Sequence[Expected]) -> tuple[int, ...]:
    """Months of the year that bring a tenth more than an average month of those there are; at most three."""
    total: Counter[int] = Counter()
    seen: dict[int, set[int]] = {}
    for one in expected:
        if one.bank.amount > 0:
            total[one.bank.date.month] += one.bank.amount
            seen.setdefault(one.bank.date.month, set()).add(one.bank.date.year)
    usual = {month: amount / len(seen[month]) for month, amount in total.items()}
    average = sum(usual.values()) / max(len(usual), 1)
    best = sorted(usual, key=lambda month: -usual[month])[:PEAK_MONTHS]
    return tuple(month for month in best if usual[month] >= PEAK * average)


def _largest(case: Case, expected: AllExpected, change: Change) -> tuple[int, str]:
    """The source, and the part of it, that brings most of all that a change speaks of; the first of equals."""
    total: Counter[tuple[int, str]] = Counter()
    for number, source in enumerate(case.cash.sources):
        for one in expected[number] if _of(change, source) else ():
            if not one.certain:
                total[number, whole(one.bank)] += one.bank.amount
    return max(total, key=lambda part: total[part], default=(-1, ""))


def _idle(case: Case, stress: Stress, made: Made) -> Message | None:
    """Why a stress changes nothing in a case; None where it does."""
    if stress.industries and case.enterprise.industry is None:
        return tr("does not apply: it is a stress of one line of business, and the case names none")
    if stress.industries and not _in_industry(case, stress):
        return tr("does not apply: it is a stress of another line of business")
    if stress.nothing_paid_from_month is not None:
        return None
    if stress.rates and floats(case):
        return None
    if stress.collateral not in (None, 1) and any(loan.collateral for loan in case.loans):
        return None
    changed = (
        column.day != column.expected.day or column.amount != column.expected.bank.amount
        for columns in made.values()
        for column in columns
    )
    if any(changed):
        return None
    if stress.rates:
        return tr("does not apply: no rate floats")
    if stress.collateral is not None:
        return tr("does not apply: no loan has collateral")
    sources = {source.name for source in case.cash.sources}
    strange = [change.source for change in stress.changes if change.source is not None and change.source not in sources]
    if strange:
        return tr("does not apply: no source of the case is called {name}", name=strange[0])
    if any(change.peak for change in stress.changes):
        return tr("does not apply: the case has no peak season")
    return tr("does not apply: the case has no such receipts")


def _in_industry(case: Case, stress: Stress) -> bool:
    """Whether the borrower is in one of the lines of business, however it is written."""
    own = case.enterprise.industry
    return own is not None and trade(own) in map(trade, stress.industries)


def _futures(
    case: Case, days: Sequence[dt.date], window: Window, stresses: Sequence[Stress], made: Sequence[Made]
) -> Futures:
    keys = account_keys(case)
    own = np.zeros((len(stresses), len(days)), dtype=np.int64)
    apart = np.zeros((len(stresses), len(days), len(keys)), dtype=np.int64)
    costs = list(operating_cost_flows(to_cents(case.cash.operating_cost), window))
    for place, columns in enumerate(made):
        business, accounts = Stages(days, 1), [Stages(days, 1) for _ in keys]
        for flow in costs:
            business.put(flow.date.toordinal(), flow.amount)
        for column in (column for source in columns.values() for column in source):
            flow = column.expected.bank
            (accounts[keys.index(account_of(flow))] if is_apart(flow) else business).add(column)
        own[place] = business.result[0]
        for number, account in enumerate(accounts):
            apart[place, :, number] = account.result[0]
    return Futures(
        names=tuple(stress.name for stress in stresses),
        keys=keys,
        own=own,
        apart=apart,
        shift=_shift(case, days, stresses),
        stops=np.array([_stop(case.as_of, days, stress) for stress in stresses], dtype=np.int64),
        collateral=np.array([1.0 if stress.collateral is None else float(stress.collateral) for stress in stresses]),
        received=partial(_received, case, tuple(days), window, tuple(stresses)),
    )


def _shift(case: Case, days: Sequence[dt.date], stresses: Sequence[Stress]) -> Real | None:
    """(S, T) by how much rates are higher; at once, and to the end."""
    if not floats(case):
        return None
    rates = np.array([float(stress.rates) for stress in stresses])
    return np.repeat(rates[:, None], len(days), axis=1)


def _stop(as_of: dt.date, days: Sequence[dt.date], stress: Stress) -> int:
    """The first stage that ends in or after the month from which nothing is paid."""
    if stress.nothing_paid_from_month is None:
        return NEVER
    stage = bisect_right(days, add_months(as_of, stress.nothing_paid_from_month - 1))
    return stage if stage < len(days) else NEVER


def _received(
    case: Case,
    days: Sequence[dt.date],
    window: Window,
    stresses: Sequence[Stress],
    name: str,
    parts: Parts,
    expected: dt.date | None,
) -> Cents:
    """(S, T) receipts of the sources of that name."""
    found: Cents = np.zeros((len(stresses), len(days)), dtype=np.int64)
    all_expected = _expected(case, window)
    for number, source in enumerate(case.cash.sources):
        if source.name != name:
            continue
        for place, stress in enumerate(stresses):
            stages = Stages(days, 1)
            for column in _changed(case, number, all_expected, stress):
                if asked(column, parts, expected):
                    stages.add(column)
            found[place] += stages.result[0]
    return found
