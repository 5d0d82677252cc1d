"""What a loan was worth before the plan, at its original effective rate (EBA/GL/2016/07 §51, IFRS 9 5.4.3).

Where the case does not say at which effective rate a loan was booked it is the contract rate, and factors compound on
the plan's payment dates as the debt does: a debt that bears that rate and is paid in full then loses nothing, by any
schedule.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction

from repayplan.calendar.daycount import year_fraction
from repayplan.cases.checks import owed
from repayplan.cases.models import Case, Loan
from repayplan.debt.rates import contract_rate
from repayplan.debt.running import bank_day, maturity, settlement_days
from repayplan.money import to_cents
from repayplan.problem.frozen import Real
from repayplan.problem.growth import accrued


def original_factors(case: Case, days: Sequence[dt.date], contract: Real) -> Real:
    """(N, T, L) discount factors at each loan's original effective rate; ``contract``: those at the contract rates."""
    factors = contract.copy()
    for number, loan in enumerate(case.loans):
        if loan.contract.effective_rate is not None:
            factors[:, :, number] = [_effective(loan, case.as_of, day) for day in days]
    return factors


def value_before(case: Case, loan: Loan, basis: str) -> float:
    """What a loan was worth before the plan, in cents: its claims, or what its contract has still to bring.

    By its contract arrears are due now, principal not yet due when the contract says, with interest until then.
    """
    claims = owed(loan)
    end = maturity(loan.contract)
    if basis == "claims" or end is None or end <= case.as_of:
        return float(claims)
    remaining = sum(amount * _before_plan(loan, case.as_of, day) for day, amount in remaining_flows(loan, case.as_of))
    return claims - to_cents(loan.principal) + float(remaining)


def remaining_flows(loan: Loan, as_of: dt.date) -> Iterator[tuple[dt.date, Fraction]]:
    """Interest and principal that the contract calls up after ``as_of``, by day; cents. It must have an end."""
    agreement, end = loan.contract, maturity(loan.contract)
    if end is None:
        raise ValueError("a contract without an end has no last flow")
    balance = Fraction(to_cents(loan.principal))
    dues: dict[dt.date, Fraction] = {}
    for part in agreement.installments:
        day = bank_day(agreement, part.date)
        dues[day] = dues.get(day, Fraction(0)) + to_cents(part.amount)
    dues[end] = dues.get(end, Fraction(0)) + balance - sum(dues.values())
    settlements = {*settlement_days(agreement, as_of, end), end}
    rate, before, accrued = contract_rate(loan), as_of, Fraction(0)
    for day in sorted({*settlements, *dues}):
        years = ((r, year_fraction(loan.day_count, a, b)) for a, b, r in rate.pieces(before, day))
        accrued += balance * sum((r * part for r, part in years), Fraction(0))
        paid = dues.get(day, Fraction(0))
        if day in settlements:
            paid, accrued = paid + accrued, Fraction(0)
        balance -= dues.get(day, Fraction(0))
        before = day
        if paid:
            yield day, paid


def _before_plan(loan: Loan, as_of: dt.date, day: dt.date) -> float:
    """The factor of a day of the contract: at the effective rate, or at the contract rate compounded on settlement
    days."""
    if loan.contract.effective_rate is not None:
        return _effective(loan, as_of, day)
    factor, before = 1.0, as_of
    for settlement in [*settlement_days(loan.contract, as_of, day), day]:
        factor /= 1 + accrued(contract_rate(loan), loan.day_count, before, settlement)
        before = settlement
    return factor


def _effective(loan: Loan, as_of: dt.date, day: dt.date) -> float:
    """(1 + EIR)^(−days/365), as :mod:`repayplan.debt.yields` discounts."""
    rate = float(loan.contract.effective_rate or 0)
    return float((1 + rate) ** -float(year_fraction("ACT/365F", as_of, day)))
