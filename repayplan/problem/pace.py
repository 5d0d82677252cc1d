"""What a policy says of when money comes: reserve, cumulative payments, single days, average life, step.

Cents as floats where NaN stands for no limit, like :class:`~repayplan.problem.arrays.LimitArrays`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from repayplan.cases.models import Case
from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.money import grouped, to_cents
from repayplan.problem.claims import ClaimArrays, settle
from repayplan.problem.frozen import Frozen, Mask, Real, fixed
from repayplan.problem.stages import Stages
from repayplan.problem.terms import Terms

DAYS_A_YEAR = 365
"""Average life counts years of so many days, as a plan's figures do."""


_YEAR = 12


@dataclass(frozen=True)
class PaceArrays(Frozen):
    """(N, T) unless said. ``day``: days since signing.

    ``demanded``: cents to have been paid by a payment date; ``named``: the least of its payment.
    ``pinned``: the payment of all loans, ``pinned_loan`` (N, T, L) of one. ``base``: the stage whose payment a step is
    taken from, −1 where it is free; ``yearly`` (N,): it lies a year back.
    ``life`` (N,): days of the longest average life; ``life_of_principal`` (N,): of principal alone.
    """

    day: NDArray[np.int64]
    demanded: Real
    named: Real
    pinned: Real
    pinned_loan: Real
    base: NDArray[np.int64]
    yearly: Mask
    life: Real
    life_of_principal: Mask

    @classmethod
    def off(cls, cases: int, stages: int, loans: int) -> PaceArrays:
        """No such limit."""
        nothing = np.full((cases, stages), np.nan)
        return cls(
            day=np.zeros((cases, stages), dtype=np.int64),
            demanded=nothing,
            named=nothing,
            pinned=nothing,
            pinned_loan=np.full((cases, stages, loans), np.nan),
            base=np.full((cases, stages), -1),
            yearly=np.zeros(cases, dtype=bool),
            life=np.full(cases, np.nan),
            life_of_principal=np.zeros(cases, dtype=bool),
        )

    @property
    def settled(self) -> Mask:
        """(N, T) stages whose payment, of all loans or of some, is pinned."""
        return np.asarray(~np.isnan(self.pinned) | ~np.isnan(self.pinned_loan).all(axis=2))

    @property
    def fixed_or_nan(self) -> Real:
        """(N, T) cents that are pinned, of all loans or of some; NaN where nothing is."""
        return np.where(self.settled, self.fixed, np.nan)

    @property
    def fixed(self) -> Real:
        """(N, T) cents that are pinned, of all loans or of some; 0 where nothing is."""
        single = np.where(np.isnan(self.pinned_loan), 0.0, self.pinned_loan).sum(axis=2)
        return np.asarray(np.where(np.isnan(self.pinned), single, self.pinned))

    def undemanding(self) -> PaceArrays:
        """The same without anything that demands money."""
        return replace(PaceArrays.off(*self.pinned_loan.shape), day=self.day)


def pins(case: Case, days: Sequence[dt.date]) -> tuple[Real, Real]:
    """Fixed payments as arrays: of all loans (T,), of each (T, L); NaN where nothing is fixed."""
    if not case.policy.fixed_payments:
        return _nothing(len(days)), _nothing(len(days), len(case.loans))
    total, single = np.full(len(days), np.nan), np.full((len(days), len(case.loans)), np.nan)
    loans = [loan.id for loan in case.loans]
    for payment in case.policy.fixed_payments:
        stage = days.index(payment.date)
        if payment.loan is None:
            total[stage] = to_cents(payment.amount)
        else:
            single[stage, loans.index(payment.loan)] = to_cents(payment.amount)
    return total, single


@lru_cache(maxsize=512)
def _nothing(*shape: int) -> Real:
    """No limit."""
    return fixed(np.full(shape, np.nan))


def pace(case: Case, terms: Terms, stages: Stages, grace: Mask, exempt: Mask, owed: int) -> PaceArrays:
    """The arrays of one case. ``exempt`` (T,): dates that limits on installments leave out; ``owed``: cents."""
    total, single = pins(case, stages.days)
    regular = stages.pays
    if case.policy.fixed_payments:
        regular = regular & np.isnan(total) & np.isnan(single).all(axis=1)
    return PaceArrays(
        day=stages.since[None],
        demanded=_demanded(terms, stages.pays & ~grace, owed)[None],
        named=_named(case, terms, stages.days)[None],
        pinned=total[None],
        pinned_loan=single[None],
        base=_base(terms, stages, regular, exempt)[None],
        yearly=np.array([terms.step_against == "last_year"]),
        life=np.array([np.nan if terms.average_life is None else float(terms.average_life * DAYS_A_YEAR)]),
        life_of_principal=np.array([terms.average_life_of == "principal"]),
    )


def _demanded(terms: Terms, counted: Mask, owed: int) -> Real:
    """(T,) φ × debt × share of the payment dates after grace that have come."""
    if terms.cumulative is None:
        return _nothing(len(counted))
    gone = np.cumsum(counted) / max(int(counted.sum()), 1)
    return np.where(counted, float(terms.cumulative) * owed * gone, np.nan)


def _named(case: Case, terms: Terms, days: Sequence[dt.date]) -> Real:
    if not case.policy.named_payments:
        return _nothing(len(days))
    least = np.full(len(days), np.nan)
    for payment in case.policy.named_payments:
        given = terms.minimum_installment or 0 if payment.amount is None else to_cents(payment.amount)
        least[days.index(payment.date)] = given
    return least


def _base(terms: Terms, stages: Stages, regular: Mask, exempt: Mask) -> NDArray[np.int64]:
    """(T,) the payment date that a step is taken from: the one before, or that of the same month a year earlier."""
    base = np.full(len(stages), -1)
    if terms.step is None:
        return base
    dates = np.flatnonzero(regular)
    if terms.step_against == "last_year":
        month = stages.month[dates]
        first = np.searchsorted(month, month - _YEAR)  # where there are several in a month, the first one
        base[dates] = np.where(month[first] == month - _YEAR, dates[first], -1)
    else:
        base[dates[1:]] = dates[:-1]
    return np.where((base >= 0) & ~exempt[base], base, -1)


def refuse_life_of_debt(terms: Terms, pays: Mask, skipped: Mask, current: Mask) -> None:
    """InputError where average life of principal is asked for and principal is not the debt after every payment.

    Rows that only bound principal from above would let it vanish: any average life would seem to hold.
    """
    if terms.average_life is None or terms.average_life_of != "principal":
        return
    if (current | ~pays | skipped).all() and current.any():
        return
    raise InputError(
        Fault(
            tr("average life of principal needs interest to be paid up at every payment"),
            "policy.average_life.of",
            "principal",
            tr("interest current, and affordable, on every payment date"),
            tr("bring interest current at every payment (policy.interest_every), or write of: payments"),
        )
    )


def refuse_impossible_pins(case: Case, days: Sequence[dt.date], claims: ClaimArrays) -> None:
    """InputError for a fixed payment above what is owed then if nothing but fixed payments is made before.

    Interest that is spared by what is fixed for all loans together is not counted: that is left to the solver.
    """
    if not case.policy.fixed_payments:
        return
    total, single = pins(case, days)
    numbers = {(payment.date, payment.loan): n for n, payment in enumerate(case.policy.fixed_payments)}
    balances, together, faults = claims.opening[0], 0.0, []
    for stage, day in enumerate(days):
        balances = np.einsum("lij,lj->li", claims.maps[0, stage], balances)
        debt, pinned = balances.sum(axis=1), np.nan_to_num(single[stage])
        for loan in np.flatnonzero(~np.isnan(single[stage])).tolist():
            owed, paid = float(debt[loan]), float(single[stage, loan])
            if paid > owed + 1:
                faults.append(_above(numbers[day, case.loans[loan].id], paid, owed))
        balances = settle(balances, np.minimum(pinned, debt))
        debt = balances.sum(axis=1)
        if not np.isnan(total[stage]):
            owed, paid = float(debt.sum()) - together, float(total[stage])
            if paid > owed + 1:
                faults.append(_above(numbers[day, None], paid, max(owed, 0.0)))
            together += paid
    if faults:
        raise InputError(faults)


def _above(number: int, paid: float, owed: float) -> Fault:
    return Fault(
        tr("more is fixed for this day than is owed then"),
        f"policy.fixed_payments[{number}].amount",
        grouped(int(paid)),
        tr("at most {limit}", limit=grouped(int(owed))),
        tr("lower the amount"),
    )
