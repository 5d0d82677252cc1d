"""The ledger of many signed loans at once, in whole cents: what a payment date makes of every class, exactly.

Where interest is settled on every payment date and payments are made on no other day, a settlement period begins and
ends with known balances, so each accrual line is a whole number of cents times one fraction, rounded half up. That is
all that :class:`repayplan.debt.ledger.Ledger` does then, without its books.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from repayplan.calendar.daycount import ratios, year_fraction
from repayplan.cases.models import Loan
from repayplan.debt.order import Order
from repayplan.debt.rates import RatePath, signed_compound_rate, signed_rate
from repayplan.money import to_cents

Cents = NDArray[np.int64]
Mask = NDArray[np.bool_]

CLASSES = ("fees", "penalty", "compound", "interest", "principal")
FEES, PENALTY, COMPOUND, INTEREST, PRINCIPAL = range(5)

LARGEST = 1 << 61
"""Products of the parts of a fraction must stay below it, so that rounding a line stays within 64 bits."""


@dataclass(frozen=True)
class Bearing:
    """What a cent of principal and one of unpaid interest bear in each settlement period of a loan, as fractions.

    ``top`` and ``bottom`` (T, 2): numerators and denominators, principal first.
    """

    top: Cents
    bottom: Cents

    @property
    def exact(self) -> bool:
        """Whether lines can be rounded within 64 bits."""
        return bool((self.top.astype(float) * self.bottom < LARGEST).all())


def bearing(loan: Loan, periods: Sequence[tuple[dt.date, dt.date]]) -> Bearing:
    """The fractions of a signed loan over settlement ``periods``, one after the other."""
    return _bearing(loan.day_count, signed_rate(loan), signed_compound_rate(loan), tuple(periods))


@lru_cache(maxsize=4096)
def _bearing(
    day_count: str, rate: RatePath, compound: RatePath, periods: tuple[tuple[dt.date, dt.date], ...]
) -> Bearing:
    parts = [_fractions(each, day_count, periods) for each in ((rate,) if compound == rate else (rate, compound))]
    found = np.array([parts[0], parts[-1]], dtype=np.int64).reshape(2, len(periods), 2)
    return Bearing(found[:, :, 0].T, found[:, :, 1].T)


def _fractions(rate: RatePath, day_count: str, periods: tuple[tuple[dt.date, dt.date], ...]) -> list[tuple[int, int]]:
    """Numerators and denominators of what a cent bears in each period."""
    if len(rate.rates) > 1:
        return [_fraction(rate, day_count, start, end).as_integer_ratio() for start, end in periods]
    top, bottom = rate.rates[0].as_integer_ratio()
    return [(top * years, bottom * whole) for years, whole in ratios(day_count, periods)]


def _fraction(rate: RatePath, day_count: str, start: dt.date, end: dt.date) -> Fraction:
    """Years are counted from the start of the period, so that cutting it changes none."""
    total = Fraction(0)
    for since, until, share in rate.pieces(start, end):
        years = year_fraction(day_count, start, until)
        total += share * (years - year_fraction(day_count, start, since) if since > start else years)
    return total


def opening(loan: Loan, arrears: str) -> list[int]:
    """(5,) cents of each class once the plan is signed, less what is waived, as the ledger opens."""
    principal = to_cents(loan.principal) + to_cents(loan.overdue_principal)
    claim = [to_cents(loan.fees), to_cents(loan.penalty), to_cents(loan.compound_interest), to_cents(loan.interest)]
    given = [0] * 4
    if loan.waiver is not None:
        waiver = loan.waiver
        principal -= to_cents(waiver.principal) + to_cents(waiver.overdue_principal)
        given = [
            to_cents(waiver.fees),
            to_cents(waiver.penalty),
            to_cents(waiver.compound_interest),
            to_cents(waiver.interest),
        ]
    left = [owed - part for owed, part in zip(claim, given, strict=True)]
    if arrears == "capitalize":
        return [0, 0, 0, 0, principal + sum(left)]
    return [*left, principal]


def settlement_order(order: Order) -> list[int]:
    """The classes in the order in which a payment settles them."""
    return [CLASSES.index(name) for name in order.due if name in CLASSES]
