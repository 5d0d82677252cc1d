"""What flows of money are worth: effective interest rate (EIR) and net present value, years of 365 days.

Rates are per year, compounded once a year; flows are (day, amount), to the lender positive, in any order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import fsum, isfinite

from repayplan.calendar.daycount import year_fraction
from repayplan.debt.contract import Contract, flows

DatedFlow = tuple[dt.date, float]


def effective_rate(dated: Sequence[DatedFlow]) -> float | None:
    """The rate at which the flows are worth nothing on balance; None where there is no such rate.

    Flows of one sign have none; neither have some that change sign more than once.
    """
    amounts = [amount for _, amount in dated]
    if not amounts or min(amounts) >= 0 or max(amounts) <= 0:
        return None
    import pyxirr

    rate = pyxirr.xirr([day for day, _ in dated], amounts, silent=True)
    return rate if rate is not None and isfinite(rate) else None


def present_value(dated: Iterable[DatedFlow], rate: float, on: dt.date) -> float:
    """What the flows are worth on a day at ``rate``, discounted by actual days over 365."""
    return fsum(amount * (1 + rate) ** -float(year_fraction("ACT/365F", on, day)) for day, amount in dated)


def contract_flows(contract: Contract, fees: Iterable[DatedFlow] = ()) -> list[DatedFlow]:
    """What a contract's parties pay each other; ``fees`` are what the borrower pays besides, by day."""
    return [*((flow.date, flow.amount) for flow in flows(contract) if _is_paid(flow.kind, flow.amount)), *fees]


def original_rate(contract: Contract, fees: Iterable[DatedFlow] = ()) -> float | None:
    """The original EIR: contract flows with the fees that belong to them (IFRS 9 appendix A, effective interest)."""
    return effective_rate(contract_flows(contract, fees))


def periodic_payment(principal: float, rate: Fraction, periods: int) -> Fraction:
    """The level payment at the end of each of ``periods`` equal periods at ``rate`` per period, exactly."""
    if rate == 0:
        return Fraction(principal) / periods
    growth = (1 + rate) ** periods
    return Fraction(principal) * rate * growth / (growth - 1)


def _is_paid(kind: str, amount: float) -> bool:
    return bool(amount) and kind not in ("capitalization", "rate")
