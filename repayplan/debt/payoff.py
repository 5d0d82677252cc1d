"""What settles a loan in full on a day, and what each further day adds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from repayplan.debt.claim import Claim
from repayplan.debt.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Payoff:
    """A loan's payoff on a day; cents.

    ``claim`` is everything, ``accrued`` the part of it that is booked only because the day is asked for. ``credit`` is
    what the borrower has already paid and nothing was owed for. ``per_day`` is exact, by class, and the same for every
    night before ``changes_on``, when something is settled, falls due or changes its rate (None: nothing in sight).
    ``if_breached`` is the total without the waivers that have not vested.
    """

    loan: str
    date: dt.date
    claim: Claim
    accrued: Claim
    credit: int
    per_day: Mapping[str, Fraction]
    changes_on: dt.date | None
    days_past_due: int
    if_breached: int

    @property
    def total(self) -> int:
        """What is to be paid: the claim less the credit."""
        return self.claim.total - self.credit

    @property
    def daily(self) -> Fraction:
        """What each further day adds in all, exactly."""
        return sum(self.per_day.values(), Fraction(0))


def payoff(ledger: Ledger, date: dt.date) -> Payoff:
    """The loan's payoff on ``date``, nothing else happening until then. LedgerError for a day already past."""
    ledger.advance(date)
    return Payoff(
        loan=ledger.loan,
        date=date,
        claim=Claim.of(ledger.peek(date).balances),
        accrued=ledger.accrued(date),
        credit=ledger.credit,
        per_day=ledger.per_day(),
        changes_on=ledger.next_change(),
        days_past_due=ledger.days_past_due(date),
        if_breached=int(ledger.peek(date, breached=True).debt),
    )
