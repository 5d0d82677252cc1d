"""What settles every loan of a case on a day, with everything that its contracts and its operations say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from repayplan.cases.agreements import Agreement
from repayplan.cases.documents import spell
from repayplan.cases.models import Case
from repayplan.cases.problems import Path
from repayplan.debt.payoff import Payoff, payoff
from repayplan.debt.running import ledgers


def payoffs(case: Case, day: dt.date, where: Callable[[Path], str] = spell) -> list[Payoff]:
    """The payoff of every loan on ``day``; operations after that day only end the time for which each further day adds
    the same. Raises as :func:`repayplan.debt.running.ledgers`."""
    found = [payoff(ledger, day) for ledger in ledgers(case, day, where)]
    return [
        replace(settled, changes_on=_earlier(settled.changes_on, _next_operation(loan.contract, day)))
        for settled, loan in zip(found, case.loans, strict=True)
    ]


def _next_operation(agreement: Agreement, day: dt.date) -> dt.date | None:
    return min((operation.date for operation in agreement.operations if operation.date > day), default=None)


def _earlier(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return min((day for day in (one, other) if day is not None), default=None)
