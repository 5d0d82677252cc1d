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
    _balance(loan, reading)
    if loan.get(("principal",)) is None and loan.get(("overdue_principal",)) is not None:
        loan.put(("principal",), Decimal())
    return loan


def _balance(loan: Draft, reading: Reading) -> None:
    """The balance of a loan holds its overdue principal as well: the rest is not yet due."""
    balance, place = loan.data.pop("balance", None), loan.places.pop(("balance",), None)
    if place is None:
        return
    if balance is None or ("principal",) not in loan.places:
        loan.places.setdefault(("principal",), place)
    if balance is None:
        return
    principal, overdue = loan.get(("principal",)), loan.get(("overdue_principal",))
    if UNREADABLE in (balance, principal, overdue):
        loan.put(("principal",), UNREADABLE)
        return
    rest = balance - (overdue or 0)
    if rest < 0:
        what = tr("this is less than the overdue part of it")
        limit = tr("{total} or more", total=f"{overdue:,.2f}")
        reading.blame(
            place,
            what,
            tr("check both; where it does not hold the overdue part, call it {name}", name=_not_due(reading)),
            limit,
        )
        rest = UNREADABLE
    elif principal is not None and principal != rest:
        what = tr("the parts of the principal do not add up to this")
        limit = tr("{total} with what is overdue", total=f"{principal + (overdue or 0):,.2f}")
        reading.blame(place, what, tr("correct one of them, or leave this empty"), limit)
    loan.put(("principal",), rest)
    loan.places["principal",] = place


def _not_due(reading: Reading) -> str:
    return reading.words.layouts["loans"].column("principal").title


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
