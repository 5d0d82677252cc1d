"""What the classes of a claim bear in each stage, and what a breach adds to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np

from repayplan.cases.models import Case, Loan
from repayplan.debt.rates import RatePath, contract_rate, signed_compound_rate, signed_rate
from repayplan.evaluate.setting import PRINCIPAL, Debts
from repayplan.money import to_cents
from repayplan.problem.frozen import Cents, Mask, Real, fixed
from repayplan.problem.growth import Whole, accrued, classes_at_signing, rounded_once, years_of
from repayplan.problem.terms import Terms

_ONE = RatePath.fixed(Fraction(1))

Stage = tuple[dt.date, dt.date, dt.date]
"""The start of the interest period that a stage is in, and the stage's own start and end."""


@dataclass(frozen=True)
class Horizon:
    """``days`` on which stages end, ``pays`` those of them that are payment dates, ``plan`` how many are the plan's."""

    days: tuple[dt.date, ...]
    pays: tuple[dt.date, ...]
    plan: int

    @cached_property
    def paying(self) -> Mask:
        """(T,) stages that end on a payment date."""
        dates = set(self.pays)
        return fixed(np.array([day in dates for day in self.days]))

    def stages(self, start: dt.date) -> Iterator[Stage]:
        """Every stage from ``start`` on; an interest period ends on each payment date, when it is booked."""
        before = start
        for day, pays in zip(self.days, self.paying.tolist(), strict=True):
            yield start, before, day
            before = day
            start = day if pays else start


@dataclass(frozen=True, slots=True)
class Years:
    """Years from the start of the interest period to the start and to the end of each stage by one convention, (T,)
    each, as whole numbers over whole numbers: all that the dates say of what a loan bears."""

    stages: tuple[Stage, ...]
    since: tuple[Whole, Whole]
    until: tuple[Whole, Whole]


@lru_cache(maxsize=512)
def years(day_count: str, start: dt.date, days: tuple[dt.date, ...], pays: tuple[dt.date, ...]) -> Years:
    """Of a horizon from ``start`` on; kept, since borrowers have the same dates."""
    stages = tuple(Horizon(days, pays, len(days)).stages(start))
    since = years_of(day_count, tuple((first, before) for first, before, _ in stages))
    return Years(stages, since, years_of(day_count, tuple((first, end) for first, _, end in stages)))


def debts(case: Case, terms: Terms, loans: Sequence[Loan], principal: Cents, over: Horizon) -> Debts:
    """The debts of one case (N = 1); ``principal`` (T, L) cents by the plan, ``loans`` in order of payment."""
    claims = np.array([[classes_at_signing(loan, terms.arrears) for loan in loans]], dtype=float)
    bearing = [_bearing(loan, years(loan.day_count, case.as_of, over.days, over.pays)) for loan in loans]
    maps = {name: [each[name] for each in bearing] for name in bearing[0]}
    arrays = {name: np.stack(values, axis=1)[None] for name, values in maps.items()}
    revived = [
        _revived(loan, terms, interest, compound, over.paying)
        for loan, interest, compound in zip(loans, maps["interest"], maps["compound"], strict=True)
    ]
    return Debts(
        claims=claims,
        **arrays,
        books=over.paying[None],
        planned=_planned(claims[0, :, PRINCIPAL], principal, over)[None],
        backwards=np.array([terms.order == "principal_first"]),
        revived=np.stack(revived, axis=1)[None],
        collateral=np.array([[float(to_cents(loan.collateral)) for loan in loans]]),
        own=np.array([[float(loan.lender is None) for loan in loans]]),
    )


def _planned(opening: Real, principal: Cents, over: Horizon) -> Real:
    """(T, L) principal by the plan before each stage's payment."""
    before = np.concatenate([opening[None], principal.astype(float)])
    return np.asarray(before[np.minimum(np.arange(len(over.days)), over.plan)])


def _bearing(loan: Loan, over: Years) -> dict[str, Real]:
    """(T,) what a unit of each class bears in each stage, and years for which a shift of its rate counts."""
    rate, compound = signed_rate(loan), signed_compound_rate(loan)
    floats = loan.contract.floating is not None and loan.rate_after_signing is None
    interest, still = _borne(loan, rate, over), np.zeros(len(over.stages))
    drift = _borne(loan, _ONE, over) if floats else still
    return {
        "interest": interest,
        "compound": interest if compound == rate else _borne(loan, compound, over),
        "penalty": _borne(loan, _penalty(loan), over),
        "drift": drift,
        "compound_drift": drift if loan.compound_rate is None else still,
    }


def _borne(loan: Loan, rate: RatePath, over: Years) -> Real:
    """(T,) what a unit bears in each stage; counted from the start of its period, so that cutting that changes
    nothing."""
    if len(rate.days) > 1:
        return np.array(
            [
                accrued(rate, loan.day_count, start, end) - accrued(rate, loan.day_count, start, since)
                for start, since, end in over.stages
            ]
        )
    since, until = (rounded_once(rate.rates[0], *each) for each in (over.since, over.until))
    return np.asarray(until - since)


def _penalty(loan: Loan) -> RatePath:
    """What overdue principal bears by the contract, never less than what principal bears by the plan."""
    return contract_rate(loan).scaled(Fraction(loan.contract.penalty_multiple)).highest(signed_rate(loan))


def _revived(loan: Loan, terms: Terms, interest: Real, compound: Real, books: Mask) -> Real:
    """(T,) what has been waived on condition, with what it would have borne; cents, not rounded.

    Exact where the whole debt bears one rate; elsewhere payments might have settled its interest.
    """
    found = np.zeros(len(books))
    if loan.waiver is None or not loan.waiver.conditional:
        return found
    given = loan.waiver
    idle, unpaid, principal = (
        float(sum(to_cents(getattr(given, name)) for name in names))
        for names in (("fees", "penalty"), ("interest", "compound_interest"), ("principal", "overdue_principal"))
    )
    if terms.arrears == "capitalize":
        idle, unpaid, principal = 0.0, 0.0, idle + unpaid + principal
    pending = 0.0
    for stage, booked in enumerate(books.tolist()):
        pending += principal * interest[stage] + unpaid * compound[stage]
        if booked:
            unpaid, pending = unpaid + pending, 0.0
        found[stage] = idle + unpaid + principal
    return found
