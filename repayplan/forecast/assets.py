"""Stock and other assets that are sold off, lot by lot, so many units a month."""

from __future__ import annotations

from collections.abc import Iterator

from repayplan.calendar.dates import add_months
from repayplan.cases.sources import Assets, Lot
from repayplan.forecast.flows import Flow, Window, share_of


def asset_flows(source: Assets, window: Window) -> Iterator[Flow]:
    """Net proceeds of every lot, a month apart: units x price, less the haircut, less the cost of sale."""
    for lot in source.lots:
        for ahead, units in enumerate(_units(lot)):
            date = add_months(lot.first_sale, ahead)
            if date > window.until:
                break
            cents = share_of(lot.price * units, (1 - lot.haircut) * (1 - lot.cost_of_sale))
            yield Flow(date, cents, source.name, lot.name, source.kind, "other", lot.secures)


def _units(lot: Lot) -> Iterator[int]:
    left = lot.units
    a_month = lot.units_per_month or lot.units
    while left:
        yield min(a_month, left)
        left -= min(a_month, left)
