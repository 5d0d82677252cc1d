"""A chain store by store: what each sells when it runs fully, its season, its opening, its closing.

A store with two known years has a season of its own. One that knows less borrows the sector's: the given indices, else
the middle of what the chain's other stores show, else none. Its level is then what it sold in its last known months,
over what the season and its ramp-up would have made of an average month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.calendar.dates import add_months, day_in_month
from repayplan.cases.histories import LEAST_HISTORY, History
from repayplan.cases.past import idle_since
from repayplan.cases.sources import Store, Stores
from repayplan.forecast.decomposition import Decomposition, usable
from repayplan.forecast.flows import Flow, Window, month_of
from repayplan.forecast.season import learned, months_from, next_month, whole_cents

Factors = NDArray[np.float64]

LEVEL_MONTHS = 12
"""The last known months tell the level; what is older tells of another time."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What stores share: their source, the sector's season (12,) from January with mean 1, the first month counted."""

    source: Stores
    season: Factors
    start: dt.date

    def ramp(self, store: Store, month: dt.date) -> float:
        """The share of its full sales that a store makes in a month: rising evenly after it opens, none when closed."""
        if store.closing is not None and month > store.closing:
            return 0.0
        if store.opened is None:
            return 1.0
        age = _months_between(store.opened, month)
        length = self.source.ramp_up_months if store.ramp_up_months is None else store.ramp_up_months
        return 0.0 if age < 0 else min(1.0, (age + 1) / (length + 1))

    def growth(self, since: dt.date, month: dt.date) -> float:
        """How much more is sold in ``month`` than in ``since``."""
        if not self.source.trend:
            return 1.0
        return float((1 + float(self.source.trend)) ** (_months_between(since, month) / 12))


def store_flows(source: Stores, window: Window) -> Iterator[Flow]:
    """One flow a store and month: expected sales times the margin, to the cent below."""
    for _, flows in flows_by_store(source, window):
        yield from flows


def flows_by_store(source: Stores, window: Window) -> Iterator[tuple[Store, list[Flow]]]:
    """The same store by store."""
    chain = Chain(source, sector_season(source), next_month(window.after))
    day = source.day or window.receipt_day
    months = list(months_from(chain.start, source.months, window))
    named = [(day_in_month(month.year, month.month, day), month_of(month)) for month in months]
    for store in source.stores:
        margin = float(source.margin if store.margin is None else store.margin)
        sold = zip(named, store_sales(chain, store, months), strict=True)
        yield (
            store,
            [
                Flow(date, whole_cents(sales * margin, source.name), source.name, f"{store.name} {month}", source.kind)
                for (date, month), sales in sold
            ],
        )


def sector_season(source: Stores) -> Factors:
    """(12,) the season for stores that know too little: given, or the middle of what the others show, or none."""
    if source.indices is not None:
        factors = np.array([float(index) for index in source.indices])
        return np.asarray(factors / factors.mean())
    own = [made.factors for store in source.stores if (made := own_season(store)) is not None]
    if not own:
        return np.ones(12)
    middle = np.median(own, axis=0)
    return np.asarray(middle / middle.mean())


def own_season(store: Store) -> Decomposition | None:
    """What a store's own history shows, where two years of it are known."""
    history = store.history
    if (
        history is None
        or usable([None if amount is None else float(amount) for amount in history.series]) < LEAST_HISTORY
    ):
        return None
    return learned(history, "off")


def store_sales(chain: Chain, store: Store, months: list[dt.date]) -> list[float]:
    """Expected sales of one store, currency units; none of one that has stopped selling."""
    if store.history is not None and idle_since(store.history) is not None:
        return [0.0] * len(months)
    own = own_season(store)
    if own is not None:
        growth, reached = float(chain.source.trend), chain.ramp(store, own.end) or 1.0
        return [own.ahead(month, growth) * chain.ramp(store, month) / reached for month in months]
    (since, level), season = _level(chain, store), chain.season.tolist()
    return [level * season[month.month - 1] * chain.ramp(store, month) * chain.growth(since, month) for month in months]


def _level(chain: Chain, store: Store) -> tuple[dt.date, float]:
    """The month for which it speaks, and what an average month brings a store that runs fully.

    A figure given for that time is better than sales of the first months, which a ramp would blow up.
    """
    known = [] if store.history is None else _last_known(store.history)
    known = [(month, amount) for month, amount in known if chain.ramp(store, month) > 0]
    expected = sum(chain.season[month.month - 1] * chain.ramp(store, month) for month, _ in known)
    rising = any(chain.ramp(store, month) < 1 for month, _ in known)
    if expected > 0 and not (rising and store.monthly):
        return known[len(known) // 2][0], sum(amount for _, amount in known) / float(expected)
    return chain.start, float(store.monthly or 0)


def _last_known(history: History) -> list[tuple[dt.date, float]]:
    start = history.start or dt.date.min
    known = [
        (add_months(start, ahead), float(amount)) for ahead, amount in enumerate(history.series) if amount is not None
    ]
    return known[-LEVEL_MONTHS:]


def _months_between(first: dt.date, second: dt.date) -> int:
    return (second.year - first.year) * 12 + second.month - first.month
