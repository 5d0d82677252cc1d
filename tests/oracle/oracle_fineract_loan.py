"""A Fineract loan as ours: its terms read, its schedule made and made again as things happen to it.

What a product sets and a script does not say is read off the product's name: whether interest is counted anew, from
when a payment counts, and what a payment beyond the installment does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from repayplan.calendar.cycles import step
from repayplan.calendar.dates import add_months, day_in_month
from repayplan.debt.installments import (
    FlatLoan,
    Installment,
    InstallmentLoan,
    Payment,
    Prepayment,
    flat_installments,
    installments,
    settled_before,
    shared_out,
)
from repayplan.debt.order import Item
from repayplan.debt.rates import RatePath

UNIT = 100
"""Installments in whole currency units."""

INTEREST_LATER = ("graceOnInterestPayment", "interest free period")
"""The scripts' columns for interest that is due later: what they call free is charged all the same."""

PERIODS = {"MONTHS": 12, "WEEKS": 52, "DAYS": 365}
DAYS_365 = "ACT/365F"


class Loan:
    """The terms, and the schedule as it stands."""

    def __init__(self, terms: Mapping[str, str], start: dt.date, principal: int, approved: int) -> None:
        self.terms, self.start, self.principal = terms, start, principal
        self.unit, self.every = terms["repaymentFrequencyType"], int(terms["repaymentEvery"])
        self.daily = terms["interest calculation period"] == "DAILY"
        self.flat = terms["interest type"] == "FLAT"
        self.recalculates = "RECALCULATION" in terms["LoanProduct"] and not self.flat
        count = int(terms["numberOfRepayments"])
        self.dates = [self.step(start, number) for number in range(1, count + 1)]
        self.rate = RatePath.fixed(per_cent(terms["ANNUAL interest rate %"]))
        self.no_principal = {*range(1, int(terms["graceOnPrincipalPayment"]) + 1)}
        self.later = {*range(1, max(int(terms[name]) for name in INTEREST_LATER) + 1)}
        self.drawings: dict[dt.date, int] = {}
        self.sized_on = approved if "MULTIDISB" in terms["LoanProduct"] else principal
        self.flat_interest = principal * self.rate.at(start) * self.term()
        self.rows: list[Installment] = []
        self.make([])

    def step(self, anchor: dt.date, number: int) -> dt.date:
        return step(anchor, self.every * number, self.unit.lower())  # type: ignore[arg-type]

    def term(self) -> Fraction:
        """Years of the whole term, for interest fixed beforehand."""
        if self.daily:
            return Fraction((self.dates[-1] - self.start).days, 365)
        return Fraction(int(self.terms["loanTermFrequency"]), PERIODS[self.terms["loanTermFrequencyType"]])

    def make(
        self,
        kept: Sequence[Installment],
        paid: Sequence[Payment] = (),
        today: dt.date = dt.date.min,
        charges: Sequence[Item] = (),
    ) -> None:
        if self.flat:
            grace = (self.no_principal, self.later)
            loan = FlatLoan(self.principal, self.start, self.dates, self.flat_interest, UNIT, *grace)
            self.rows = flat_installments(loan, kept)
        else:
            counted = paid if self.recalculates else ()
            self.rows = installments(self.declining(), counted, today, kept, charges)

    def declining(self) -> InstallmentLoan:
        bounds = [self.start, *self.dates]
        product = self.terms["LoanProduct"]
        return InstallmentLoan(
            principal=self.principal,
            start=self.start,
            dates=self.dates,
            rate=self.rate,
            years=DAYS_365 if self.daily else shared_out(bounds, self.whole(bounds)),
            period=self.period(),
            unit=UNIT,
            sized_on=self.sized_on,
            equal_principal=self.terms["amortization type"] == "EQUAL_PRINCIPAL",
            no_principal=self.no_principal,
            later=self.later,
            drawings=self.drawings,
            prepayment=prepayment(product),
            from_day="SAME_AS_REPAYMENT" not in product,
            rounded=round,
        )

    def period(self) -> Fraction:
        """Years of a period for the level payment: months have 30 days of 365 where interest is daily."""
        if not self.daily:
            return Fraction(self.every, PERIODS[self.unit])
        return Fraction(self.every * {"MONTHS": 30, "WEEKS": 7, "DAYS": 1}[self.unit], 365)

    def whole(self, bounds: Sequence[dt.date]) -> dict[dt.date, Fraction]:
        """Years of each period that counts as periods, not days: whole ones, and days of the one begun."""
        found = {}
        for a, b in pairwise(bounds):
            if self.unit == "MONTHS":
                found[b] = months_between(a, b, max(day.day for day in bounds)) / 12
            else:
                length = {"WEEKS": 7, "DAYS": 1}[self.unit]
                found[b] = Fraction((b - a).days, length * PERIODS[self.unit])
        return found

    # what happens

    def paid(self, day: dt.date, paid: Sequence[Payment], today: dt.date, charges: Sequence[Item]) -> None:
        if self.recalculates:
            self.make(settled_before(self.rows, day), paid, today, charges)

    def lend(
        self, day: dt.date, amount: int, paid: Sequence[Payment], today: dt.date, charges: Sequence[Item] = ()
    ) -> None:
        self.drawings = {**self.drawings, day: self.drawings.get(day, 0) + amount}
        self.make(settled_before(self.rows, day), paid, today, charges)

    def reschedule(
        self, line: Mapping[str, str], paid: Sequence[Payment], today: dt.date, charges: Sequence[Item] = ()
    ) -> None:
        """Another day for an installment and those after it, a pause of principal or interest, more installments, a
        new rate. A pause of principal makes the term longer by as much."""
        kept = settled_before(self.rows, read_day(line["rescheduleFromDate"]))
        pause, later = (int(line[name] or 0) for name in ("graceOnPrincipal", "graceOnInterest"))
        more, number = pause + int(line["extraTerms"] or 0), len(kept)
        anchor = read_day(line["adjustedDueDate"] or line["rescheduleFromDate"])
        after = len(self.dates) - number + more
        self.dates = [*self.dates[:number], *(self.step(anchor, n) for n in range(after))]
        self.no_principal |= {*range(number + 1, number + pause + 1)}
        self.later |= {*range(number + 1, number + later + 1)}
        left = self.principal - sum(row.principal for row in kept)
        if self.daily and self.flat:
            self.flat_interest = self.principal * self.rate.at(self.start) * self.term()
        if line["newInterestRate"]:
            begins, rate = kept[-1].due if kept else self.start, per_cent(line["newInterestRate"])
            self.rate = self.rate.then(begins, RatePath.fixed(rate))
            self.flat_interest = sum(row.interest for row in kept) + left * rate * self.term()
        if more and kept and not self.flat:
            level = self.declining().level(left, number, self.rate.at(kept[-1].due))
            kept[-1] = replace(kept[-1], level=level)
        self.make(kept, paid, today, charges)


def months_between(start: dt.date, end: dt.date, anchor: int) -> Fraction:
    """Whole months, and days over those of the month begun; ``anchor`` is the day of the month that short months
    clip."""
    if all(day == day_in_month(day.year, day.month, anchor) for day in (start, end)):
        return Fraction((end.year - start.year) * 12 + end.month - start.month)
    months = 0
    while add_months(start, months + 1) <= end:
        months += 1
    begun, full = add_months(start, months), add_months(start, months + 1)
    return months + Fraction((end - begun).days, (full - begun).days)


def prepayment(product: str) -> Prepayment:
    """What a payment beyond the installment does; smaller installments unless the product says otherwise."""
    if product.endswith("REDUCE_NR_INST"):
        return "count"
    return "next" if product.endswith("RESCH_NEXT_REP") else "amount"


def per_cent(text: str) -> Fraction:
    return Fraction(Decimal(text)) / 100


def read_day(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%d %B %Y").date()
