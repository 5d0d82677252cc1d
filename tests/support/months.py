"""Problems in equal months with one loan, written straight as arrays: for references that know no calendar."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from repayplan.problem.accounts import AccountArrays
from repayplan.problem.arrays import CashArrays, CoverArrays, DebtArrays, LimitArrays, Problem, ValueArrays
from repayplan.problem.claims import ClaimArrays
from repayplan.problem.pace import PaceArrays
from repayplan.problem.wishes import WishArrays


def months_problem(
    debt: float,
    rate: float,
    cash: Sequence[float],
    *,
    discount: float,
    hazard: float = 0.0,
    recovery: float = 0.0,
    collateral: float = 0.0,
    level: bool = False,
) -> Problem:
    """``debt`` and what cash comes in each month in currency units; ``rate``, ``discount`` and ``hazard`` a month."""
    count = len(cash)
    none = np.zeros((1, count), dtype=np.int64)
    off, never = np.array([np.nan]), np.zeros((1, count), dtype=bool)
    owed = np.array([[round(debt * 100)]])
    factors = (1 + discount) ** -np.arange(1.0, count + 1)[None]
    received = np.round(np.array(cash) * 100).astype(np.int64)[None]
    return Problem(
        loans=(("L1",),),
        modes=("A",),
        dates=np.datetime64("2026-12-20") + 30 * np.arange(count)[None],
        pays=~never,
        cash=CashArrays(
            np.array([0]), np.array([0]), received, none, none, np.cumsum(received, axis=1), np.arange(count)[None]
        ),
        cover=CoverArrays(none, none, off, np.array([1.0])),
        debt=DebtArrays(
            opening=owed,
            principal=owed,
            growth=np.full((1, count, 1), 1 + rate),
            charge=np.zeros((1, count, 1)),
            periods=none + 1,
            current=never,
            waived=never,
            collateral=np.array([[round(collateral * 100)]]),
            uniform=np.array([[True]]),
            rank=np.array([[0]]),
            linear=np.array([[True]]),
            own=np.array([[True]]),
            claims=ClaimArrays(
                opening=np.array([[[0.0, 0.0, float(owed[0, 0])]]]),
                maps=np.tile(np.array([[1, 0, 0], [0, 1 + rate, rate], [0, 0, 1]], float), (1, count, 1, 1, 1)),
                principal=np.array([2]),
            ),
        ),
        value=ValueArrays(
            discount=factors,
            contract=factors,
            planning=factors[:, :, None],
            survival=(1 - hazard) ** np.arange(1.0, count + 1)[None],
            recovery=np.array([recovery]),
            tolerance=np.array([0.0]),
        ),
        limits=LimitArrays(
            minimum=off,
            maximum=off,
            step=off,
            balloon=off,
            unit=np.array([1]),
            margin=np.array([0]),
            grace=never,
            exempt=never,
            interest_only=np.array([False]),
            settle_full=np.array([True]),
            level=np.array([level]),
        ),
        pace=PaceArrays.off(1, count, 1),
        wishes=WishArrays.off(1),
        accounts=AccountArrays.none(1, count),
    )
