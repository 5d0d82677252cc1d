"""How a debt grows between stages, composed from the settlement periods that end in each.

In a settlement period principal P bears a·P of interest, and unpaid interest and compound interest U bear b·U of
compound interest; a and b are the rates over the period, cut where a rate changes. That is a linear map of the classes
of the claim. Where both rates are the same the whole debt grows by 1 + a (mode A). Where they differ, interest kept
current from date τ leaves nothing but principal after every payment (mode B); until τ nothing is paid and the debt
follows its own course. Otherwise the classes have to be told apart (modes C and D).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from repayplan.calendar.daycount import ratios, year_fraction
from repayplan.cases.models import Loan
from repayplan.debt.rates import RatePath, signed_compound_rate, signed_rate
from repayplan.money import to_cents
from repayplan.problem.frozen import Mask, Real, fixed
from repayplan.problem.stages import Period, Stages

Whole = NDArray[np.int64]

EXACT = 2**53
"""Integers below it are the same as floats."""


@dataclass(frozen=True, slots=True)
class Balances:
    """A claim as the planner sees it: what bears nothing, what bears the compound rate, principal."""

    idle: float
    arrears: float
    principal: float

    @property
    def total(self) -> float:
        """The whole debt."""
        return self.idle + self.arrears + self.principal

    @property
    def by_class(self) -> tuple[float, float, float]:
        """The three of them in this order."""
        return self.idle, self.arrears, self.principal


def at_signing(loan: Loan, arrears: str) -> Balances:
    """The claim once the plan is signed, less what is waived; cents."""
    idle, compound, interest, principal = classes_at_signing(loan, arrears)
    return Balances(idle, compound + interest, principal)


def classes_at_signing(loan: Loan, arrears: str) -> tuple[int, int, int, int]:
    """What bears nothing, compound interest, interest and principal once the plan is signed, less what is waived;
    cents."""
    principal = _left(loan, "principal") + _left(loan, "overdue_principal")
    idle = _left(loan, "fees") + _left(loan, "penalty")
    interest, compound = _left(loan, "interest"), _left(loan, "compound_interest")
    if arrears == "capitalize":
        return 0, 0, 0, principal + idle + interest + compound
    return idle, compound, interest, principal


def _left(loan: Loan, claim: str) -> int:
    """What is claimed of a class and not waived; cents."""
    given = 0 if loan.waiver is None else to_cents(getattr(loan.waiver, claim))
    return to_cents(getattr(loan, claim)) - given


def one_rate(loan: Loan, opening: Balances) -> bool:
    """Whether every part of the debt bears the same rate, now and whatever is left unpaid."""
    return signed_compound_rate(loan) == signed_rate(loan) and opening.idle == 0


def signed_maps(loan: Loan, stages: Stages) -> Real:
    """(T, 3, 3) what each stage makes of idle claims, arrears and principal before its payment; found once for loans
    that bear the same."""
    return _signed_maps(signed_rate(loan), signed_compound_rate(loan), loan.day_count, stages)


@lru_cache(maxsize=1024)
def _signed_maps(rate: RatePath, compound: RatePath, day_count: str, stages: Stages) -> Real:
    maps = np.zeros((len(stages), 3, 3))
    maps[:, (0, 1, 2), (0, 1, 2)] = 1.0
    maps[stages.dates, 1, 1] += borne(compound, day_count, stages)
    maps[stages.dates, 1, 2] = borne(rate, day_count, stages)
    return fixed(maps)


@lru_cache(maxsize=1024)
def discounts(rate: RatePath, day_count: str, stages: Stages) -> Real:
    """(T,) discount factors at a yearly rate: they compound on settlement days as debts do, so that equal rates cancel
    exactly."""
    factors = np.ones(len(stages) + 1)
    factors[stages.dates + 1] += borne(rate, day_count, stages)
    return fixed(np.divide.accumulate(factors)[1:])


@lru_cache(maxsize=1024)
def borne(rate: RatePath, day_count: str, stages: Stages) -> Real:
    """(P,) what a unit bears in the settlement period that ends on each payment date; see :func:`accrued`."""
    if len(rate.rates) > 1:
        return fixed(np.array([accrued(rate, day_count, *period) for period in stages.periods]))
    return fixed(rounded_once(rate.rates[0], *years_of(day_count, stages.periods)))


def rounded_once(rate: Fraction, years: Whole, parts: Whole) -> Real:
    """(P,) a rate times ``years`` / ``parts``, each a ratio of integers that is rounded once, as :func:`accrued` rounds
    it."""
    top, bottom = rate.as_integer_ratio()
    if max(abs(top) * int(years.max(initial=0)), bottom * int(parts.max(initial=0))) < EXACT:
        return np.asarray(top * years / (bottom * parts))
    both = zip(years.tolist(), parts.tolist(), strict=True)
    return np.array([top * above / (bottom * below) for above, below in both])


@lru_cache(maxsize=1024)
def years_of(day_count: str, periods: tuple[Period, ...]) -> tuple[Whole, Whole]:
    """(P,) numerators and (P,) denominators of the years of ``periods``; kept, since borrowers have the same dates."""
    years, parts = np.array(ratios(day_count, periods), dtype=np.int64).T
    return fixed(years), fixed(parts)


def accrued(rate: RatePath, day_count: str, start: dt.date, end: dt.date) -> float:
    """What a unit bears in a settlement period. Years are counted from its start, so that cutting it changes none."""
    if len(rate.days) == 1:  # the usual case, asked thousands of times for a plan: the same fraction, rounded once
        share, years = rate.rates[0], year_fraction(day_count, start, end)
        return share.numerator * years.numerator / (share.denominator * years.denominator)
    return float(
        sum(
            share
            * (
                year_fraction(day_count, start, until)
                - (year_fraction(day_count, start, since) if since > start else 0)
            )
            for since, until, share in rate.pieces(start, end)
        )
    )


def maps(opening: Balances, classes: Real, pays: Mask, first_current: int, *, uniform: bool) -> tuple[Real, Real]:
    """``growth`` and ``charge`` (T,) of the debt, from its ``classes`` (T, 3, 3) in each stage.

    ``first_current`` is the stage of τ; it only matters where the loan does not bear one rate. After it a payment
    date leaves nothing but principal, and until the next one the debt is that principal and what it has borne.
    """
    growth, charge = np.ones(len(classes)), np.zeros(len(classes))
    if uniform:  # what a unit of principal becomes says what any unit does
        return classes[:, :, 2].sum(axis=1), charge
    principal, claim = np.array([0.0, 0.0, 1.0]), np.array(opening.by_class, dtype=float)
    unit = principal
    for number, stage in enumerate(classes):
        before = unit.sum(), claim.sum()
        unit, claim = stage @ unit, stage @ claim
        if number > first_current:
            growth[number] = unit.sum() / before[0]
        else:
            charge[number] = claim.sum() - before[1]
        if pays[number]:
            unit = principal
    return growth, charge
