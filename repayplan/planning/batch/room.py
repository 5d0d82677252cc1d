"""How much may be paid on one date in many cases at once, given what has really been paid before; see
:mod:`repayplan.planning.room`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from repayplan.compliance.together.checks import ratios
from repayplan.compliance.together.plans import draw
from repayplan.problem.arrays import Cents, Mask, Problem
from repayplan.problem.terms import Terms

FAR = np.int64(2**60)
"""More cents than anybody has."""


class Rooms:
    """Payments so far of N cases, over all loans, and the limits of the next one. ``last`` (N,): the stage of the last
    payment."""

    def __init__(self, problem: Problem, terms: Sequence[Terms], last: NDArray[np.int64]) -> None:
        self._problem, self._last = problem, last
        cases, stages, _ = problem.shape
        accounts, cash = problem.accounts, problem.cash
        self._rows = np.arange(cases)
        self._drawn = np.zeros((cases, len(accounts.loan)), dtype=np.int64)
        self._before = np.zeros((cases, stages + 1), dtype=np.int64)
        """Paid before each stage."""
        self._top, self._bottom = (part[:, 0] for part in ratios([each.cover_minimum for each in terms]))
        self._share, self._whole = (part[:, 0] for part in ratios([each.counted_carry for each in terms]))
        self._step = tuple(part[:, 0] for part in ratios([each.step for each in terms]))
        self._covered = np.array([each.cover_minimum is not None for each in terms])
        self._released = accounts.blocked.any() & problem.limits.settle_full
        released = cash.allowed + accounts.released
        self._after = np.minimum.accumulate(released[:, ::-1], axis=1)[:, ::-1]
        self._guaranteed = accounts.total - accounts.released

    def pay(self, stage: int, amounts: Cents) -> None:
        """Remember the payments (N, L) on all loans; stages come in order."""
        accounts = self._problem.accounts
        if self._drawn.shape[1]:
            left = accounts.available[:, stage] - self._drawn
            self._drawn = self._drawn + draw(accounts, left, amounts)
        self._before[:, stage + 1] = self._before[:, stage] + amounts.sum(axis=1)

    def skip(self, stage: int) -> None:
        """Nothing is paid at a stage in any case."""
        self._before[:, stage + 1] = self._before[:, stage]

    def _paid(self, stages: NDArray[np.int64]) -> Cents:
        """(N,) what was paid at a stage of each case; stages of −1 are for the caller to leave out."""
        return np.asarray(self._before[self._rows, stages + 1] - self._before[self._rows, stages])

    def least(self, stage: int) -> Cents:
        """(N,) what limits demand: the least installment, the largest fall, the day's own amount, what is behind."""
        limits, pace = self._problem.limits, self._problem.pace
        behind = _or_nothing(pace.demanded[:, stage]) - self._before[:, stage]
        least = np.maximum(np.maximum(_or_nothing(pace.named[:, stage]), behind), 0)
        earlier = stage < self._last
        small = earlier & ~limits.exempt[:, stage]
        least = np.maximum(least, np.where(small, _or_nothing(limits.minimum), 0))
        base = pace.base[:, stage]
        top, bottom = self._step
        fall = -((top - bottom) * self._paid(np.maximum(base, 0)) // bottom)
        return np.asarray(np.maximum(least, np.where(earlier & (base >= 0), fall, 0)))

    def most(self, stage: int) -> Cents:
        """(N,) what limits allow: floors and reserve from now on, cover, the largest installment, the largest rise."""
        limits, base = self._problem.limits, self._problem.pace.base[:, stage]
        largest = np.where(np.isnan(limits.maximum), FAR, np.nan_to_num(limits.maximum)).astype(np.int64)
        most = np.minimum(self._spare(stage), largest)
        top, bottom = self._step
        rise = (bottom + top) * self._paid(np.maximum(base, 0)) // bottom
        most = np.minimum(most, np.where(base >= 0, rise, FAR))
        return np.asarray(np.maximum(np.where(self._covered, np.minimum(most, self._cover(stage)), most), 0))

    def _spare(self, stage: int) -> Cents:
        """(N,) what floors and reserve leave, with all that accounts apart hold; from the last payment on blocked
        accounts are the business's own."""
        accounts, so_far, used = self._problem.accounts, self._before[:, stage], self._drawn.sum(axis=1)
        left = accounts.available[:, stage].sum(axis=1) - used
        usual = self._problem.cash.own_payable[:, stage] - (so_far - used) + left
        free: Mask = self._released & (stage >= self._last)
        own = self._after[:, stage] + self._guaranteed[:, stage] - so_far
        return np.asarray(np.where(free, own, usual))

    def _cover(self, stage: int) -> Cents:
        cover, cash = self._problem.cover, self._problem.cash
        start = cover.start[:, stage]
        before = self._before[self._rows, start]
        carried = cash.carried[self._rows, start] - before
        top = np.where(self._covered, self._top, 1)
        available = (self._whole * cover.cash[:, stage] + self._share * carried) * self._bottom
        return np.asarray(available // (self._whole * top) - (self._before[:, stage] - before))


def _or_nothing(cents: NDArray[np.float64]) -> Cents:
    return np.ceil(np.nan_to_num(cents)).astype(np.int64)
