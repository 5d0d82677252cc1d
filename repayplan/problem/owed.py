"""What is owed under a plan: claims by class and how they grow, and on which dates interest is brought current."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from repayplan.cases.models import Loan
from repayplan.money import to_cents
from repayplan.problem.arrays import DebtArrays
from repayplan.problem.cash import Expected
from repayplan.problem.claims import CLASSES, ORDERS, ClaimArrays
from repayplan.problem.frozen import Cents, Mask, Real
from repayplan.problem.growth import Balances, at_signing, maps, one_rate, signed_maps
from repayplan.problem.interest import affordable, spare_cents
from repayplan.problem.stages import Stages
from repayplan.problem.terms import rate_after_signing


@dataclass(frozen=True)
class Owed:
    """Loans as they are once a plan is signed: their ``openings``, and what the stages make of the ``claims``.

    ``uniform`` (1, L): whether every part of the debt bears one rate.
    """

    loans: tuple[Loan, ...]
    stages: Stages
    openings: tuple[Balances, ...]
    claims: ClaimArrays
    classes: tuple[Real, ...]
    uniform: Mask

    @property
    def total(self) -> int:
        """All that is owed at signing; cents."""
        return sum(round(opening.total) for opening in self.openings)

    def growth(self, first: int) -> tuple[Real, Real]:
        """(1, T, L) how each debt grows and what is charged on it, interest being current from the stage ``first``."""
        found = [
            maps(opening, own, self.stages.pays, first, uniform=same)
            for opening, own, same in zip(self.openings, self.classes, self.uniform[0].tolist(), strict=True)
        ]
        growth, charge = (np.stack(columns, axis=1)[None] for columns in zip(*found, strict=True))
        return growth, charge


def owed_on(loans: tuple[Loan, ...], stages: Stages, arrears: str, order: str) -> Owed:
    """The loans of a case, their arrears capitalized or kept, settled in an ``order`` of the policy."""
    openings = tuple(at_signing(loan, arrears) for loan in loans)
    classes = tuple(signed_maps(loan, stages) for loan in loans)
    places = list(ORDERS[order])
    opening = np.array([claim.by_class for claim in openings], dtype=float)[None]
    by_loan = np.stack(classes, axis=1)[None]
    if places != sorted(places):
        opening, by_loan = opening[..., places], by_loan[..., places, :][..., places]
    claims = ClaimArrays(opening, by_loan, principal=np.array([places.index(CLASSES.index("principal"))]))
    uniform = np.array([[one_rate(loan, claim) for loan, claim in zip(loans, openings, strict=True)]])
    return Owed(loans, stages, openings, claims, classes, uniform)


def debt_of(
    owed: Owed, expected: Expected, due: Mask, unpaid: Mask, most: float, fixed: Real, rank: NDArray[np.int64]
) -> tuple[DebtArrays, str]:
    """The debt of a case and the mode of its program.

    ``due`` (T,): dates on which interest is to be current; ``unpaid`` (T,): those of a grace in which nothing is paid.
    ``most``: the largest installment, ``fixed`` (1, T) what is paid anyway; cents. ``rank`` (L,): who comes first.
    """
    stages, loans, openings = owed.stages, owed.loans, owed.openings
    growth, charge = owed.growth(int(due.argmax()) if due.any() else len(stages))
    spare = spare_cents(len(loans), len(stages.paid))
    can = affordable(stages, due, owed.claims, expected, most, spare, fixed)
    mode = _mode(owed, (due & can)[None], unpaid)
    arrays = DebtArrays(
        opening=_cents(round(claim.total) for claim in openings),
        principal=_cents(round(claim.principal) for claim in openings),
        growth=growth,
        charge=charge,
        periods=stages.settling,
        current=(due & can)[None],
        waived=(due & ~can)[None],
        uniform=owed.uniform,
        rank=rank[None],
        linear=owed.uniform | (mode in ("A", "B")),
        own=np.array([[loan.lender is None for loan in loans]]),
        claims=owed.claims,
        collateral=_cents(to_cents(loan.collateral) for loan in loans),
    )
    return arrays, mode


def rank_of(loans: tuple[Loan, ...], named: Sequence[str] | None) -> NDArray[np.int64]:
    """(L,) which loan comes first: as they are ``named``, or what is due first, then least secured, then the heavier
    burden (Civil Code art. 560)."""
    if named is not None:
        return np.array([named.index(loan.id) for loan in loans])

    def order(number: int) -> tuple[bool, Decimal, Decimal, int]:
        loan = loans[number]
        owed = loan.principal + loan.overdue_principal
        secured = min(loan.collateral / owed, Decimal(1)) if owed else Decimal(0)
        return loan.overdue_principal == 0, secured, -rate_after_signing(loan), number

    return np.argsort(np.array(sorted(range(len(loans)), key=order)))


def _mode(owed: Owed, current: Mask, unpaid: Mask) -> str:
    """A: one rate for everything. B: interest current at every payment from the first one on. Otherwise the classes are
    told apart: by rows that bound them from above where that is exact (C), by whole numbers where not (D)."""
    if current.any() and (current[0] | ~owed.stages.pays | unpaid).all():
        return "B"
    if owed.uniform.all():
        return "A"
    return "C" if owed.claims.rising[~owed.uniform].all() else "D"


def _cents(amounts: Iterable[int]) -> Cents:
    """(1, L)"""
    return np.array([list(amounts)], dtype=np.int64)
