"""How a debt grows between stages: one linear map per stage, composed from its settlement periods.

In a settlement period principal P bears a·P of interest, and unpaid interest and compound interest U bear b·U of
compound interest, a = rate × years, b = compound rate × years. Where both rates are the same the whole debt grows by
1 + a (mode A). Where they differ, interest kept current from date τ leaves nothing but principal after every payment
(mode B); until τ nothing is paid and the debt follows its own course.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from repayplan.calendar.daycount import year_fraction
from repayplan.cases.models import Loan
from repayplan.money import to_cents
from repayplan.problem.terms import rate_after_signing

Real = NDArray[np.float64]


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

    def after(self, loan: Loan, years: float) -> Balances:
        """The claim a settlement period later."""
        interest = self.principal * float(rate_after_signing(loan)) * years
        compound = self.arrears * float(compound_rate(loan)) * years
        return replace(self, arrears=self.arrears + interest + compound)


PRINCIPAL = Balances(0, 0, 1.0)
"""A unit of principal with nothing unpaid on it."""


def compound_rate(loan: Loan) -> Decimal:
    """The yearly rate on unpaid interest after signing."""
    return rate_after_signing(loan) if loan.compound_rate is None else loan.compound_rate


def at_signing(loan: Loan, arrears: str) -> Balances:
    """The claim once the plan is signed, less what is waived; cents."""
    principal = _left(loan, "principal") + _left(loan, "overdue_principal")
    idle = _left(loan, "fees") + _left(loan, "penalty")
    unpaid = _left(loan, "interest") + _left(loan, "compound_interest")
    if arrears == "capitalize":
        return Balances(0, 0, principal + idle + unpaid)
    return Balances(idle, unpaid, principal)


def _left(loan: Loan, claim: str) -> int:
    """What is claimed of a class and not waived; cents."""
    given = 0 if loan.waiver is None else to_cents(getattr(loan.waiver, claim))
    return to_cents(getattr(loan, claim)) - given


def one_rate(loan: Loan, opening: Balances) -> bool:
    """Whether every part of the debt bears the same rate, now and whatever is left unpaid."""
    return compound_rate(loan) == rate_after_signing(loan) and opening.idle == 0


def maps(
    loan: Loan,
    opening: Balances,
    stages: Sequence[Sequence[tuple[dt.date, dt.date]]],
    pays: NDArray[np.bool_],
    first_current: int,
) -> tuple[Real, Real]:
    """``growth`` and ``charge`` (T,) of the debt over stages, each a list of settlement periods.

    ``first_current`` is the stage of τ; it only matters where the loan does not bear one rate. After it a payment
    date leaves nothing but principal, and until the next one the debt is that principal and what it has borne.
    """
    growth, charge = np.ones(len(stages)), np.zeros(len(stages))
    uniform = one_rate(loan, opening)
    unit, claim = PRINCIPAL, opening
    for number, periods in enumerate(stages):
        before = unit.total, claim.total
        for start, end in periods:
            years = float(year_fraction(loan.day_count, start, end))
            unit, claim = unit.after(loan, years), claim.after(loan, years)
        if uniform or number > first_current:
            growth[number] = unit.total / before[0]
        else:
            charge[number] = claim.total - before[1]
        if uniform or pays[number]:
            unit = PRINCIPAL
    return growth, charge
