"""Thousands of futures of one case: every source drawn, and all of it put into stages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np

from repayplan.cases.models import Case
from repayplan.errors import Fault, InputError
from repayplan.forecast.apart import AccountKey, account_keys, account_of, is_apart
from repayplan.forecast.flows import Window
from repayplan.forecast.futures.assets import asset_futures
from repayplan.forecast.futures.claims import guarantor_futures, receivable_futures
from repayplan.forecast.futures.drawing import Drawing
from repayplan.forecast.futures.expected import Cents, Column, Rows
from repayplan.forecast.futures.factors import A_YEAR, Factors, lognormal
from repayplan.forecast.futures.milestones import milestone_futures
from repayplan.forecast.futures.normal import Real
from repayplan.forecast.futures.result import NEVER, Futures, Parts, floats
from repayplan.forecast.futures.sales import monthly_futures, season_futures, single_futures, store_futures
from repayplan.forecast.futures.stages import Stages, asked
from repayplan.forecast.monthly import operating_cost_flows
from repayplan.language import tr
from repayplan.money import to_cents
from repayplan.rules.futures import Spreads, spreads

Response = Callable[[int, Any, Window, Factors], Iterator[Column | Rows]]

RESPONSES: Mapping[str, Response] = {
    "milestones": milestone_futures,
    "season": season_futures,
    "stores": store_futures,
    "receivables": receivable_futures,
    "assets": asset_futures,
    "guarantor": guarantor_futures,
    "monthly": monthly_futures,
    "flows": single_futures,
}
"""One response a kind of source: from the number of the source in its case to its flows in every scenario."""

BLOCK = 10_000
"""Scenarios drawn at a time, so that memory does not grow with their number; a fifth of that where Sobol points hold
many coordinates of each."""

_LARGE = 4_000_000
"""Numbers, 32 MB: the largest block that the allocator of Linux learns from."""


def draw_futures(
    case: Case,
    days: Sequence[dt.date],
    window: Window,
    drawing: Drawing,
    first: int = 0,
    count: int | None = None,
    table: Spreads | None = None,
) -> Futures:
    """Scenarios ``first`` to ``first + count`` (all of the drawing where left out) of a case.

    ``days`` (T): the last day of each stage; ``window`` as for the forecast, and up to the last of ``days``. ``table``:
    spreads in place of the dated ones. The same seed gives the same bytes whatever block is asked for. InputError where
    a source or the table of spreads cannot be used, or where a block is not part of the drawing.
    """
    count = drawing.scenarios - first if count is None else count
    if not (first >= 0 and 0 <= count <= drawing.scenarios - first):
        limit = tr("0 to {most}", most=drawing.scenarios)
        what = tr("these futures are not among those of the drawing")
        raise InputError(Fault(what, "first, count", f"{first}, {count}", limit))
    ask = _Ask(case, tuple(days), window, drawing, first, count, table or spreads())
    keys = account_keys(case)
    _keep_memory()
    own, apart = _room(count, len(days), kind=np.int64), _room(count, len(days), len(keys), kind=np.int64)
    shift = _room(count, len(days), kind=np.float64) if floats(case) else None
    collateral = np.empty(count)
    for start, factors in ask.blocks():
        block = slice(start, start + factors.count)
        own[block], apart[block] = _cash(ask, keys, factors)
        collateral[block] = _collateral(factors)
        if shift is not None:
            shift[block] = _shift(days, factors)
    stops = np.full(count, NEVER, dtype=np.int64)
    return Futures((), keys, own, apart, shift, stops, collateral, partial(_received, ask))


def _room(count: int, *sizes: int, kind: type) -> Any:
    """(S, …) numbers to be filled, scenarios beside each other: what is drawn and evaluated goes along them."""
    return np.moveaxis(np.empty((*sizes, count), dtype=kind), -1, 0)


@cache
def _keep_memory() -> None:
    """Have the allocator keep what is freed, for the next case or block: a page that is new to a process costs more
    than the draws on it. That of Linux gives back nothing smaller than the largest it has been given back by then."""
    np.empty(_LARGE)


@dataclass(frozen=True)
class _Ask:
    """What is drawn; enough to draw one source again."""

    case: Case
    days: tuple[dt.date, ...]
    window: Window
    drawing: Drawing
    first: int
    count: int
    table: Spreads

    @property
    def spread(self) -> Spreads:
        """The table, or one without spread for a drawing that is still."""
        return self.table.still() if self.drawing.method == "still" else self.table

    def blocks(self) -> Iterator[tuple[int, Factors]]:
        """Where each block of scenarios starts in the result, and its factors."""
        most = BLOCK // 5 if self.drawing.method == "sobol" else BLOCK
        for start in range(0, self.count, most):
            size = min(most, self.count - start)
            yield start, Factors(self.case, self.days[-1], self.spread, self.drawing, self.first + start, size)

    def drawn(self, number: int, factors: Factors) -> Iterator[Column | Rows]:
        """The flows of one source, one by one or many together."""
        source = self.case.cash.sources[number]
        return RESPONSES[source.kind](number, source, self.window, factors)

    def columns(self, number: int, factors: Factors) -> Iterator[Column]:
        """The flows of one source one by one."""
        for each in self.drawn(number, factors):
            yield from each.columns() if isinstance(each, Rows) else (each,)


def _cash(ask: _Ask, keys: Sequence[AccountKey], factors: Factors) -> tuple[Cents, Cents]:
    """(S, T) of the business and (S, T, K) on accounts apart."""
    business = Stages(ask.days, factors.count)
    accounts = [Stages(ask.days, factors.count) for _ in keys]
    business.put_all(_cost_stages(ask.days, ask.window), -to_cents(ask.case.cash.operating_cost))
    for number in range(len(ask.case.cash.sources)):
        for drawn in ask.drawn(number, factors):
            if isinstance(drawn, Rows):
                business.add_rows(drawn)
                continue
            flow = drawn.expected.bank
            (accounts[keys.index(account_of(flow))] if is_apart(flow) else business).add(drawn)
    apart = [account.result for account in accounts]
    empty = np.zeros((factors.count, len(ask.days), 0), dtype=np.int64)
    return business.result, np.stack(apart, axis=2) if apart else empty


@lru_cache(maxsize=512)
def _cost_stages(days: tuple[dt.date, ...], window: Window) -> Cents:
    """(T + 1,) how many times the running cost falls due in each stage; borrowers have the same dates."""
    due = [flow.date.toordinal() for flow in operating_cost_flows(1, window)]
    stages = np.searchsorted([day.toordinal() for day in days], due)
    return np.bincount(stages, minlength=len(days) + 1).astype(np.int64)


def _received(ask: _Ask, name: str, parts: Parts, expected: dt.date | None) -> Cents:
    """(S, T) receipts of the sources of that name."""
    found: Cents = _room(ask.count, len(ask.days), kind=np.int64)
    numbers = [number for number, source in enumerate(ask.case.cash.sources) if source.name == name]
    for start, factors in ask.blocks():
        factors.only, stages = parts, Stages(ask.days, factors.count)
        for column in (column for number in numbers for column in ask.columns(number, factors)):
            if asked(column, parts, expected):
                stages.add(column)
        found[start : start + factors.count] = stages.result
    return found


def _shift(days: Sequence[dt.date], factors: Factors) -> Real:
    """(S, T) by how much the published rate is off what is expected: it wanders, the same for all borrowers."""
    walk = np.zeros((factors.months + 1, factors.count))
    np.cumsum(factors.published, axis=0, out=walk[1:])
    months = [factors.within(day.toordinal()) for day in days]
    return np.asarray(factors.table["rates"]["yearly"] / np.sqrt(12) * walk[months].T)


def _collateral(factors: Factors) -> Real:
    """(S,) factors of mean 1."""
    spread = factors.table["collateral"]
    return lognormal(factors.once(factors.sources, "collateral", spread.shared, A_YEAR), spread["level"])
