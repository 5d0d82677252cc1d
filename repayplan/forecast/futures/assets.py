"""Goods whose price wanders, and that find their buyers sooner or later."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from repayplan.cases.sources import Assets
from repayplan.forecast.assets import asset_flows
from repayplan.forecast.flows import Window
from repayplan.forecast.futures.expected import MOST_DAYS, Column, delayed, expectations, scaled
from repayplan.forecast.futures.factors import A_YEAR, Factors


def asset_futures(number: int, source: Assets, window: Window, factors: Factors) -> Iterator[Column]:
    """One price for the goods of a source at every time; the lots sell at speeds of their own, never sooner than the
    borrower expects, and later where prices are low."""
    spread = factors.table["assets"]
    price = factors.price(number, spread.shared, spread["price"])
    for lot in source.lots:
        late, slower = (
            -factors.once(number, f"lot {lot.name} {what}", spread.shared, A_YEAR) for what in ("delay", "speed")
        )
        slow = np.maximum(np.exp(spread["speed"] * slower), 1.0)
        flows = asset_flows(source.model_copy(update={"lots": (lot,)}), window)
        first: int | None = None
        for one in expectations(source, flows, window):
            first = one.start if first is None else first
            waits = np.floor(np.minimum((one.start - first) * (slow - 1), MOST_DAYS)).astype(np.int64)
            day = delayed(one, late, spread["spread"]) + waits
            amount = scaled(one.bank.amount, price[factors.within(one.start)])
            yield Column(one, day, amount)
