"""What others owe the borrower: late, diluted, or turned into cash early at a price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from repayplan.cases.sources import Receivables
from repayplan.forecast.flows import Flow, Window, share_of


def receivable_flows(source: Receivables, _window: Window) -> Iterator[Flow]:
    """One flow a receivable: what is left after dilution; where it is factored, what the factor pays at once."""
    for item in source.items:
        factored = item.factoring is not None
        if item.factoring is not None:
            date, kept = item.factoring.date, 1 - item.factoring.discount
        else:
            date, kept = item.due + dt.timedelta(days=item.delay_days), 1 - item.dilution
        yield Flow(date, share_of(item.amount, kept), source.name, item.debtor, source.kind, firm=factored)
