"""On which payment dates interest must be current, and where no cash is forecast for it.

A borrower for whom the forecast brings no cash in a quarter cannot pay that quarter's interest whatever the bank
demands. Such a date becomes a finding instead of making every plan impossible: following the path that pays interest
and nothing else, a date is let off where floor, cover or the largest installment do not leave room for what is due
and for the cents that rounding may add to it.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from repayplan.problem.accounts import draw_whole
from repayplan.problem.cash import Expected
from repayplan.problem.claims import ARREARS, ClaimArrays
from repayplan.problem.frozen import Mask, Real
from repayplan.problem.stages import Stages


def due_dates(stages: Stages, pays: Mask, every: int | None, interest_only: Mask, grace: Mask) -> Mask:
    """(T,) the last payment date in each block of ``every`` calendar months, and each one of an interest-only grace."""
    due = pays & interest_only
    if every is not None:
        dates = np.flatnonzero(pays & ~grace)
        block = stages.month[dates] // every
        due[dates[np.append(block[1:] != block[:-1], True)[: len(dates)]]] = True
    return due


def spare_cents(loans: int, periods: int) -> float:
    """What rounding to the cent may need over so many settlement periods: payments may be off by a cent and run ahead
    by another, and each of a period's three accrual lines is booked within half a cent."""
    return loans * (2 + 1.5 * periods)


def affordable(
    stages: Stages,
    due: Mask,
    claims: ClaimArrays,
    expected: Expected,
    most: float,
    spare: float,
    fixed: Real,
) -> Mask:
    """(T,) the ``due`` dates that the interest-only path can pay, for one case.

    ``most`` and ``spare`` (cents): the largest installment, and what floors are to keep beyond the path for rounding;
    cover loses up to as much again through what is carried. ``fixed`` (N, T): what is paid anyway; cents. Accounts
    that are apart pay the interest of their loans first.
    """
    cash, cover, apart = expected.cash, expected.cover, expected.accounts
    path, pinned = _Path(claims, stages), fixed[0].tolist()
    carried, bears = cash.carried[0].tolist(), cash.own_payable[0].tolist()
    counts, starts = cover.cash[0].tolist(), cover.start[0].tolist()
    ratio, carry = float(cover.minimum[0]), float(cover.carry[0])
    covered, asked = not math.isnan(ratio), due.tolist()
    come, used = apart.available[0].tolist(), [0] * len(apart.names)
    paid, when, own = [0.0], list[int](), 0.0  # in all after each payment, and out of the business's own cash
    can = np.zeros(len(due), dtype=bool)
    for stage in np.flatnonzero(due | (fixed[0] != 0)).tolist():
        so_far = paid[-1] + pinned[stage]
        own += pinned[stage]
        if asked[stage]:
            unpaid = path.unpaid(stage)
            owed, taken, others = sum(unpaid), used, 0.0
            if used:
                left = [has - gone for has, gone in zip(come[stage], used, strict=True)]
                taken = draw_whole(apart, left, list(map(math.floor, unpaid)))
                others = float(sum(taken))
            room = min(bears[stage] - own + others, most)
            if covered:
                before = paid[bisect_left(when, starts[stage])]
                counted = counts[stage] + carry * (carried[starts[stage]] - before)
                room = min(room, counted / ratio - (so_far - before))
            if owed + 2 * spare <= room:
                can[stage] = True
                used = [before + more for before, more in zip(used, taken, strict=True)]
                so_far, own = so_far + owed, own + owed - others
                path.settle(unpaid)
        paid.append(so_far)
        when.append(stage)
    return can


class _Path:
    """The claims of one case from stage to stage, class by class in settlement order, in plain numbers.

    Of a few loans that is quicker than arrays. A settlement moves arrears alone, the middle of every order.
    """

    def __init__(self, claims: ClaimArrays, stages: Stages) -> None:
        self._principal = int(claims.principal[0])
        self._balances: list[list[float]] = claims.opening[0].tolist()
        dates, principal = stages.dates, self._principal
        grown, borne = claims.maps[0, dates, :, ARREARS, ARREARS], claims.maps[0, dates, :, ARREARS, principal]
        self._maps = zip(dates.tolist(), grown.tolist(), borne.tolist(), strict=True)
        self._next = next(self._maps, None)

    def unpaid(self, stage: int) -> list[float]:
        """(L,) all but principal, at the end of a stage that is not before the last one asked for."""
        while self._next is not None and self._next[0] <= stage:
            for own, grown, borne in zip(self._balances, *self._next[1:], strict=True):
                own[ARREARS] = grown * own[ARREARS] + borne * own[self._principal]
            self._next = next(self._maps, None)
        return [own[ARREARS] + own[2 * ARREARS - self._principal] for own in self._balances]

    def settle(self, paid: Sequence[float]) -> None:
        """Pay (L,) in settlement order."""
        for own, amount in zip(self._balances, paid, strict=True):
            reached = 0.0
            for place, balance in enumerate(own):
                reached += balance
                own[place] = min(balance, max(reached - amount, 0.0))
