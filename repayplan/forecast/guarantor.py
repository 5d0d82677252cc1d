"""What a guarantor pays when called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from repayplan.cases.sources import Guarantor
from repayplan.forecast.flows import Flow, Window
from repayplan.money import to_cents


def guarantor_flows(source: Guarantor, _window: Window) -> Iterator[Flow]:
    """The cap, so many days after the call."""
    date = source.call_date + dt.timedelta(days=source.delay_days)
    yield Flow(date, to_cents(source.cap), source.name, source.name, source.kind, "other", source.secures)
