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
from repayplan.forecast.futures.drawing import much_drawn
from repayplan.forecast.futures.expected import Expected, Rows, expectations
from repayplan.forecast.futures.factors import A_YEAR, Factors, below
from repayplan.forecast.futures.normal import Real
from repayplan.forecast.monthly import monthly_flows
from repayplan.forecast.season import season_flows
from repayplan.forecast.single import single_flows
from repayplan.forecast.stores import flows_by_store
from repayplan.rules.futures import Spread


def season_futures(number: int, source: Season, window: Window, factors: Factors) -> Iterator[Rows]:
    """A level, and chance in each month."""
    spread = factors.table["season"]
    months = list(expectations(source, season_flows(source, window), window))
    yield from _monthly(number, months, factors, spread)


def monthly_futures(number: int, source: Monthly, window: Window, factors: Factors) -> Iterator[Rows]:
    """The same for a plain series; what goes out stays."""
    spread = factors.table["monthly"]
    yield from _monthly(number, list(expectations(source, monthly_flows(source, window), window)), factors, spread)


def _monthly(number: int, months: list[Expected], factors: Factors, spread: Spread) -> Iterator[Rows]:
    factor = factors.level(number, spread.shared, spread["level"])
    factor *= _chance(factors, number, "months", spread["noise"])
    yield _by_month(months, factor, factors)


def _by_month(flows: list[Expected], factor: Real, factors: Factors) -> Rows:
    """Flows at the factors (sides, months + 1, draws) of the months in which the bank expects them."""
    return Rows(flows, factors.months_of(flows), factor, factors.first, factors.count)


def _chance(factors: Factors, number: int, name: str, deviation: float) -> Real:
    """(sides, months + 1, draws) independent factors of mean 1."""
    if not deviation:
        return factors.ones(factors.months + 1)
    return factors.chance(number, name, factors.months + 1, deviation)


def single_futures(number: int, source: Flows, window: Window, factors: Factors) -> Iterator[Rows]:
    """Single amounts at the level of their month; what goes out stays."""
    spread = factors.table["flows"]
    level = factors.level(number, spread.shared, spread["level"])
    flows = list(expectations(source, single_flows(source, window), window))
    yield _by_month(flows, level, factors)


def store_futures(number: int, source: Stores, window: Window, factors: Factors) -> Iterator[Rows]:
    """The chain's level times each store's own, its closing and its shock."""
    spread = factors.table["stores"]
    chain = factors.level(number, spread.shared, spread["level"])
    for store, flows in flows_by_store(source, window):
        months = list(expectations(source, flows, window))
        if not months or factors.leaves_out(store.name):
            continue
        own = _store(number, store.name, factors, spread, chain)
        yield _by_month(months, own, factors)


def _store(number: int, name: str, factors: Factors, spread: Spread, chain: Real) -> Real:
    """(sides, months + 1, draws) factors of one store of a ``chain``: its level and chance have mean 1, closing and
    shock lie on top of that."""
    factor = _chance(factors, number, f"store {name} months", spread["noise"])
    level = factors.chance(number, f"store {name} level", 1, spread["store"])
    closing, shock = _closing(factors, number, name, spread), _shock(factors, number, name, spread)
    if much_drawn():
        from repayplan.forecast.futures import rapid

        rapid.store(factor, level, chain, closing, shock, spread["shock_loss"])
        return factor
    factor *= level
    np.copyto(factor, 0.0, where=closing[0][:, None] < closing[2][:, None])
    hit = shock[0][:, None] < shock[2][:, None]
    hit &= shock[0][:, None] >= shock[1][:, None]
    np.multiply(factor, 1 - spread["shock_loss"], out=factor, where=hit)
    factor *= chain
    return factor


_Events = tuple[Real, Real, Real]
"""What may happen to a store: (sides, draws) normals, and between which bounds (months + 1,) it has by a month."""


def _closing(factors: Factors, number: int, name: str, spread: Spread) -> _Events:
    if not spread["closing_yearly"]:
        return _never(factors)
    closed = np.array([below(spread["closing_yearly"], month / 12) for month in range(factors.months + 1)])
    sold = factors.sides_once(number, f"store {name} closing", spread.shared, A_YEAR)
    return sold, np.full(len(closed), -np.inf), closed


def _shock(factors: Factors, number: int, name: str, spread: Spread) -> _Events:
    if not spread["shock_yearly"]:
        return _never(factors)
    months = range(factors.months + 1)
    begun = np.array([below(spread["shock_yearly"], month / 12) for month in months])
    over = np.array([below(spread["shock_yearly"], (month - spread["shock_months"]) / 12) for month in months])
    return factors.sides_own(number, f"store {name} shock"), over, begun


def _never(factors: Factors) -> _Events:
    nothing = np.full(factors.months + 1, -np.inf)
    return factors.ones(1)[:, 0], nothing, nothing
