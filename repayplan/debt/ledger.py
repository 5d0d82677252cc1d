"""The ledger of a loan: what is owed on a day, by class, and what a payment settles. It has the last word.

Between two settlement dates every class accrues simple interest, exactly; on a settlement date each class's accrual
is booked as one line, rounded half up to the cent, into the class it lands in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from repayplan.calendar.daycount import year_fraction
from repayplan.cases.models import Loan
from repayplan.debt.claim import CLASSES, Allocation, Claim
from repayplan.errors import Fault, LedgerError
from repayplan.language import tr
from repayplan.money import grouped, round_half_up, to_cents

LANDS_IN = {"compound": "compound", "interest": "compound", "principal": "interest"}
"""Where a class's accrual is booked; classes that are not named accrue nothing."""


class Ledger:
    """A running loan after signing. Amounts are integer cents; operations come in order of time."""

    def __init__(
        self,
        loan: str,
        claim: Claim,
        rates: dict[str, Fraction],
        day_count: str,
        as_of: dt.date,
        settlement_dates: Sequence[dt.date],
    ) -> None:
        self.loan = loan
        self._balance: dict[str, int] = {name: getattr(claim, name) for name in CLASSES}
        self._rates = rates
        self._day_count = day_count
        self._since = as_of
        self._settlements = sorted({date for date in settlement_dates if date > as_of})
        self._pending = dict.fromkeys(rates, Fraction(0))

    @property
    def claim(self) -> Claim:
        """What is booked, by class; cents."""
        return Claim(**self._balance)

    @property
    def debt(self) -> int:
        """The whole booked debt; cents."""
        return sum(self._balance.values())

    @property
    def principal(self) -> int:
        """Booked principal; cents."""
        return self._balance["principal"]

    def advance(self, date: dt.date) -> None:
        """Book every settlement date up to and including ``date``; LedgerError for a day already past."""
        if date < self._since:
            raise LedgerError(
                Fault(
                    tr("the ledger has already passed this day"),
                    self.loan,
                    f"{date}",
                    tr("{date} or later", date=self._since),
                    tr("enter operations in order of time"),
                )
            )
        while self._settlements and self._settlements[0] <= date:
            self._accrue(self._settlements.pop(0))
            self._book()
        self._accrue(date)

    def pay(self, date: dt.date, cents: int) -> Allocation:
        """Settle the classes in their order; LedgerError for a negative amount or more than the booked debt."""
        if cents < 0:
            raise LedgerError(
                Fault(
                    tr("a payment is negative"), self.loan, grouped(cents), tr("0.00 or more"), tr("enter a reversal")
                )
            )
        self.advance(date)
        if cents > self.debt:
            raise LedgerError(
                Fault(
                    tr("a payment on {date} is larger than the debt", date=date),
                    self.loan,
                    grouped(cents),
                    tr("{amount} at most", amount=grouped(self.debt)),
                    tr("pay no more than is owed"),
                )
            )
        settled = {}
        for name in CLASSES:
            settled[name] = min(cents, self._balance[name])
            self._balance[name] -= settled[name]
            cents -= settled[name]
        return Allocation(**settled)

    def _accrue(self, date: dt.date) -> None:
        years = year_fraction(self._day_count, self._since, date)
        for name, rate in self._rates.items():
            self._pending[name] += self._balance[name] * rate * years
        self._since = date

    def _book(self) -> None:
        for name, amount in self._pending.items():
            self._balance[LANDS_IN[name]] += round_half_up(amount)
        self._pending = dict.fromkeys(self._pending, Fraction(0))


def open_ledger(
    loan: Loan,
    as_of: dt.date,
    arrears: Literal["capitalize", "keep"],
    settlement_dates: Sequence[dt.date],
) -> Ledger:
    """The loan as it runs once a plan is signed on ``as_of``.

    ``capitalize``: everything claimed becomes principal; ``keep``: arrears stay classes of their own and overdue
    principal joins principal. Principal accrues at ``rate_after_signing`` into interest, unpaid interest and compound
    interest at ``compound_rate`` into compound interest, penalty and fees accrue nothing.
    """
    claim = Claim(
        fees=to_cents(loan.fees),
        penalty=to_cents(loan.penalty),
        compound=to_cents(loan.compound_interest),
        interest=to_cents(loan.interest),
        principal=to_cents(loan.principal) + to_cents(loan.overdue_principal),
    )
    if arrears == "capitalize":
        claim = Claim(principal=claim.total)
    rate = Fraction(loan.rate if loan.rate_after_signing is None else loan.rate_after_signing)
    compound = rate if loan.compound_rate is None else Fraction(loan.compound_rate)
    rates = {"compound": compound, "interest": compound, "principal": rate}
    return Ledger(loan.id, claim, rates, loan.day_count, as_of, settlement_dates)
