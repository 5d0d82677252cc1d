"""Conventional schedules of many loans at once, in whole cents and equal to the scalar contract to the cent.

Arrays are (N, T): N loans, T periods. Interest of a period is balance × rate × days / basis, rounded half up, computed
in integers: the product is split so that nothing overflows and nothing is lost. Rates are exact to a millionth.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from repayplan.calendar.daycount import year_fraction
from repayplan.debt.contract import level_payment
from repayplan.money import round_half_up

Cents = npt.NDArray[np.int64]

MILLIONTHS = 10**6
BASES = {"ACT/360": 360, "ACT/365F": 365, "30/360": 360, "30E/360": 360}
"""Day counts whose years have one length; ACT/ACT goes through the scalar contract."""

_DOUBT = 1e-3

Repaid = Callable[[int, Cents, Cents], Cents]
"""Principal repaid in a period, from its number, its interest and the balance before."""


@dataclass(frozen=True, slots=True)
class Periods:
    """Interest periods that all loans share: ``days`` (T,) as the day count counts them, over ``basis`` a year."""

    days: Cents
    basis: int


@dataclass(frozen=True, slots=True)
class Schedules:
    """N schedules of T periods; every array (N, T) of cents, ``balance`` is principal after the payment."""

    payment: Cents
    interest: Cents
    principal: Cents
    balance: Cents


def periods(start: dt.date, dates: Sequence[dt.date], day_count: str) -> Periods:
    """The periods that end on ``dates``. ValueError for a day count whose years differ in length."""
    if day_count not in BASES:
        raise ValueError(f"day count {day_count!r} is not one of {', '.join(BASES)}")
    basis = BASES[day_count]
    days = [year_fraction(day_count, a, b) * basis for a, b in pairwise([start, *dates])]
    return Periods(np.array([int(day) for day in days], dtype=np.int64), basis)


def millionths(rates: Sequence[Fraction]) -> Cents:
    """Yearly rates as whole millionths. ValueError for a finer one."""
    scaled = [rate * MILLIONTHS for rate in rates]
    if any(rate.denominator != 1 for rate in scaled):
        raise ValueError("a rate is finer than a millionth: use the scalar contract")
    return np.array([int(rate) for rate in scaled], dtype=np.int64)


def level(principal: Cents, rate: Cents, over: Periods, *, first: int = 0) -> Schedules:
    """Level payments, interest only before period ``first``; the last payment takes the rest.

    ``principal`` (N,) cents, ``rate`` (N,) millionths a year.
    """
    _checked(over, first)
    payments = level_payments(principal, rate, over, first=first)

    def repaid(period: int, interest: Cents, balance: Cents) -> Cents:
        return np.clip(payments - interest, 0, balance) if period >= first else np.zeros_like(balance)

    return _run(principal, rate, over, repaid)


def level_principal(principal: Cents, rate: Cents, over: Periods, *, first: int = 0) -> Schedules:
    """The same principal every time from period ``first`` on; the last takes the rest."""
    _checked(over, first)
    count = len(over.days) - first
    share = _half_up(principal, 1, count)

    def repaid(period: int, _: Cents, balance: Cents) -> Cents:
        return np.minimum(share, balance) if period >= first else np.zeros_like(balance)

    return _run(principal, rate, over, repaid)


def bullet(principal: Cents, rate: Cents, over: Periods) -> Schedules:
    """Interest every period, principal at the end."""
    return _run(principal, rate, over, lambda _, __, balance: np.zeros_like(balance))


def stepped(principal: Cents, rate: Cents, over: Periods, payments: Cents, *, grows: bool = False) -> Schedules:
    """Payments as given, (N, T) or (T,) cents; ``grows``: principal grows where interest exceeds them."""
    given = np.broadcast_to(payments, (len(principal), len(over.days)))

    def repaid(period: int, interest: Cents, balance: Cents) -> Cents:
        part: Cents = np.minimum(given[:, period] - interest, balance)
        return part if grows else np.maximum(part, 0)

    return _run(principal, rate, over, repaid)


def custom(principal: Cents, rate: Cents, over: Periods, amounts: Cents) -> Schedules:
    """Principal as given, (N, T) or (T,) cents, negative where more is drawn; the last period repays the rest."""
    given = np.broadcast_to(amounts, (len(principal), len(over.days)))
    return _run(principal, rate, over, lambda period, _, balance: np.minimum(given[:, period], balance))


def level_payments(principal: Cents, rate: Cents, over: Periods, *, first: int = 0) -> Cents:
    """The level payment of every loan from period ``first`` on, rounded half up to the cent.

    Floating point decides all but the few that come within a thousandth of a cent of a half: those are done exactly.
    """
    owed = principal + _interest(principal, rate, over, first)
    growth = 1 + rate[:, None] / MILLIONTHS * (over.days[first + 1 :] / over.basis)
    exact = owed / (1 + np.cumprod(1 / growth, axis=1).sum(axis=1))
    payments: Cents = np.floor(exact + 0.5).astype(np.int64)
    doubtful = np.abs(exact + 0.5 - np.rint(exact + 0.5)) < _DOUBT + 1e-12 * exact
    for loan in np.flatnonzero(doubtful):
        payments[loan] = _exactly(int(owed[loan]), int(rate[loan]), over, first)
    return payments


def _checked(over: Periods, first: int) -> None:
    if not 0 <= first < len(over.days):
        raise ValueError(f"the first repayment is in period {first}: there are periods 0 to {len(over.days) - 1}")


def _exactly(owed: int, rate: int, over: Periods, first: int) -> int:
    """The scalar level payment of what is owed at the first one, interest included."""
    days = [dt.date.min + dt.timedelta(days=int(end)) for end in np.cumsum(over.days)[first:]]
    payment = level_payment(owed, days, Fraction(rate, MILLIONTHS), lambda a, b: Fraction((b - a).days, over.basis))
    return round_half_up(payment)


def _run(principal: Cents, rate: Cents, over: Periods, repaid: Repaid) -> Schedules:
    """Period after period, all loans at once."""
    shape = (len(principal), len(over.days))
    interest, part, after = np.empty(shape, np.int64), np.empty(shape, np.int64), np.empty(shape, np.int64)
    balance, last = principal.astype(np.int64), len(over.days) - 1
    for period in range(len(over.days)):
        interest[:, period] = _interest(balance, rate, over, period)
        part[:, period] = balance if period == last else repaid(period, interest[:, period], balance)
        balance = balance - part[:, period]
        after[:, period] = balance
    return Schedules(interest + part, interest, part, after)


def _interest(balance: Cents, rate: Cents, over: Periods, period: int) -> Cents:
    return _half_up(balance, rate * over.days[period], MILLIONTHS * over.basis)


def _half_up(amount: Cents, times: Cents | int, over: int) -> Cents:
    """``amount × times / over`` rounded half up, without a product of more than 63 bits."""
    whole, rest = amount // over, amount % over
    booked: Cents = whole * times + (2 * rest * times + over) // (2 * over)
    return booked
