"""What a row of loans leaves to be concluded: the day since when it is overdue, and a principal nobody wrote."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from repayplan.cases.documents import UNREADABLE
from repayplan.cases.excel.draft import Draft, Place, Reading
from repayplan.cases.excel.tables import Row
from repayplan.language import tr

MAX_OVERDUE_DAYS = 20_000

_SINCE = ("contract", "overdue_since")


def settle_loan(row: Row, as_of: dt.date | None, reading: Reading) -> Draft:
    """The loan of a row. Days overdue become the day since when; with overdue principal alone, the rest is nothing."""
    loan = row.own
    days, place = loan.data.pop("overdue_days", None), loan.places.pop(("overdue_days",), None)
    if place is not None and days is not None and days is not UNREADABLE:
        if loan.get(_SINCE) is not None:
            what = tr("the day since when it is overdue is given as well")
            reading.blame(place, what, tr("leave one of the two empty"))
        else:
            overdue_since(loan, days, place, as_of, reading)
    if loan.get(("principal",)) is None and loan.get(("overdue_principal",)) is not None:
        loan.put(("principal",), Decimal())
    return loan


def overdue_since(loan: Draft, days: Any, place: Place, as_of: dt.date | None, reading: Reading) -> None:
    """The day since when a loan is overdue, from a number of days before ``as_of``."""
    if not isinstance(days, int) or as_of is None or not days:
        return
    if not 0 < days <= MAX_OVERDUE_DAYS:
        limit = tr("0 to {count}", count=f"{MAX_OVERDUE_DAYS:,}")
        reading.blame(place, tr("this is no number of days overdue"), tr("write for example 95"), limit)
        return
    loan.put(_SINCE, as_of - dt.timedelta(days=days))
    loan.places[_SINCE] = place
