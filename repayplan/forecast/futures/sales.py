"""Sales that run above or below what is expected: seasons, chains store by store, plain series and single amounts.

Receipts are the bank's view times factors of mean 1: a level of the source that comes back, and chance in each month.
A chain's stores have levels of their own besides; some close for good, some lose a part of their sales for some
months: these two come on top of the bank's haircut. Costs stay.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from repayplan.cases.sources import Flows, Monthly, Season, Stores
from repayplan.forecast.flows import Window
from repayplan.forecast.futures.expected import Column, Expected, by_month, expectations
from repayplan.forecast.futures.factors import A_YEAR, Factors, below
from repayplan.forecast.futures.normal import Real
from repayplan.forecast.monthly import monthly_flows
from repayplan.forecast.season import season_flows
from repayplan.forecast.single import single_flows
from repayplan.forecast.stores import flows_by_store
from repayplan.rules.futures import Spread


def season_futures(number: int, source: Season, window: Window, factors: Factors) -> Iterator[Column]:
    """A level, and chance in each month."""
    spread = factors.table["season"]
    months = list(expectations(source, season_flows(source, window), window))
    yield from _monthly(number, months, factors, spread)


def monthly_futures(number: int, source: Monthly, window: Window, factors: Factors) -> Iterator[Column]:
    """The same for a plain series; what goes out stays."""
    spread = factors.table["monthly"]
    yield from _monthly(number, list(expectations(source, monthly_flows(source, window), window)), factors, spread)


def _monthly(number: int, months: list[Expected], factors: Factors, spread: Spread) -> Iterator[Column]:
    factor = factors.level(number, spread.shared, spread["level"])
    factor *= _chance(factors, number, "months", spread["noise"])
    yield from by_month(months, factor, [factors.within(one.day) for one in months])


def _chance(factors: Factors, number: int, name: str, deviation: float) -> Real:
    """(months + 1, S) independent factors of mean 1."""
    if not deviation:
        return np.ones((factors.months + 1, 1))
    return factors.chance(number, name, factors.months + 1, deviation)


def single_futures(number: int, source: Flows, window: Window, factors: Factors) -> Iterator[Column]:
    """Single amounts at the level of their month; what goes out stays."""
    spread = factors.table["flows"]
    level = factors.level(number, spread.shared, spread["level"])
    flows = list(expectations(source, single_flows(source, window), window))
    yield from by_month(flows, level, [factors.within(one.day) for one in flows])


def store_futures(number: int, source: Stores, window: Window, factors: Factors) -> Iterator[Column]:
    """The chain's level times each store's own, its closing and its shock."""
    spread = factors.table["stores"]
    chain = factors.level(number, spread.shared, spread["level"])
    for store, flows in flows_by_store(source, window):
        months = list(expectations(source, flows, window))
        if not months or factors.leaves_out(store.name):
            continue
        own = _store(number, store.name, factors, spread)
        own *= chain
        yield from by_month(months, own, [factors.within(one.day) for one in months])


def _store(number: int, name: str, factors: Factors, spread: Spread) -> Real:
    """(months + 1, S) factors of one store: its level and chance have mean 1, closing and shock lie on top of that."""
    factor = _chance(factors, number, f"store {name} months", spread["noise"])
    factor = factor if factor.shape[1] == factors.count else np.repeat(factor, factors.count, axis=1)
    factor *= factors.chance(number, f"store {name} level", 1, spread["store"])
    months = range(factors.months + 1)
    if spread["closing_yearly"]:
        closed = [below(spread["closing_yearly"], month / 12) for month in months]
        sold = factors.once(number, f"store {name} closing", spread.shared, A_YEAR)
        np.copyto(factor, 0.0, where=sold < np.array(closed)[:, None])
    if spread["shock_yearly"]:
        shock = factors.own(number, f"store {name} shock")
        begun = [below(spread["shock_yearly"], month / 12) for month in months]
        over = [below(spread["shock_yearly"], (month - spread["shock_months"]) / 12) for month in months]
        hit = shock < np.array(begun)[:, None]
        hit &= shock >= np.array(over)[:, None]
        np.multiply(factor, 1 - spread["shock_loss"], out=factor, where=hit)
    return factor
