"""On which payment dates interest must be current, and where no cash is forecast for it.

A borrower for whom the forecast brings no cash in a quarter cannot pay that quarter's interest whatever the bank
demands. Such a date becomes a finding instead of making every plan impossible: following the path that pays interest
and nothing else, a date is let off where floor, cover or the largest installment do not leave room for what is due
and for the cents that rounding may add to it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from repayplan.problem.accounts import AccountArrays, draw
from repayplan.problem.arrays import CashArrays, CoverArrays
from repayplan.problem.claims import ClaimArrays, settle
from repayplan.problem.frozen import Mask, Real


def due_dates(days: Sequence[dt.date], pays: Mask, every: int | None, interest_only: Mask, grace: Mask) -> Mask:
    """(T,) the last payment date in each block of ``every`` calendar months, and each one of an interest-only grace."""
    due = pays & interest_only
    if every is not None:
        last: dict[int, int] = {}
        for stage in np.flatnonzero(pays & ~grace).tolist():
            last[(days[stage].year * 12 + days[stage].month - 1) // every] = stage
        due[list(last.values())] = True
    return due


def spare_cents(loans: int, periods: int) -> float:
    """What rounding to the cent may need over so many settlement periods: payments may be off by a cent and run ahead
    by another, and each of a period's three accrual lines is booked within half a cent."""
    return loans * (2 + 1.5 * periods)


def affordable(
    due: Mask,
    claims: ClaimArrays,
    cash: CashArrays,
    cover: CoverArrays,
    most: float,
    spare: float,
    fixed: Real,
    apart: AccountArrays,
) -> Mask:
    """(T,) the ``due`` dates that the interest-only path can pay, for one case.

    ``most`` and ``spare`` (cents): the largest installment, and what floors are to keep beyond the path for rounding;
    cover loses up to as much again through what is carried. ``fixed`` (N, T): what is paid anyway; cents. Accounts
    ``apart`` pay the interest of their loans first.
    """
    carried, bears = cash.carried[0].astype(float).tolist(), cash.own_payable[0].tolist()
    counts, starts, pinned = cover.cash[0].tolist(), cover.start[0].tolist(), fixed[0].tolist()
    ratio, carry = float(cover.minimum[0]), float(cover.carry[0])
    moves = (claims.maps[0] != np.eye(claims.maps.shape[-1])).any(axis=(1, 2, 3))
    others = np.flatnonzero(np.arange(claims.maps.shape[-1]) != claims.principal[0])
    paid = [0.0] * (len(due) + 1)
    balances = claims.opening[0]
    can = np.zeros(len(due), dtype=bool)
    used, own = np.zeros(len(apart.loan), dtype=np.int64), 0.0
    for stage in range(len(due)):
        if moves[stage]:
            balances = np.einsum("lij,lj->li", claims.maps[0, stage], balances)
        paid[stage + 1] = paid[stage] + pinned[stage]
        own += pinned[stage]
        if not due[stage]:
            continue
        unpaid = balances[:, others].sum(axis=1)
        owed = float(unpaid.sum())
        taken = draw(apart, apart.available[0, stage] - used, np.floor(unpaid).astype(np.int64)) if used.size else used
        room = min(float(bears[stage]) - own + float(taken.sum()), most)
        if not math.isnan(ratio):
            start = starts[stage]
            counted = float(counts[stage]) + carry * (carried[start] - paid[start])
            room = min(room, counted / ratio - (paid[stage] - paid[start]))
        if owed + 2 * spare <= room:
            can[stage] = True
            paid[stage + 1] += owed
            used, own = used + taken, own + owed - float(taken.sum())
            balances = settle(balances, unpaid)
    return can
