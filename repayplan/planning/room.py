"""How much may be paid on one date, in whole cents, given what has really been paid before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from repayplan.problem.accounts import draw
from repayplan.problem.arrays import Cents, Problem
from repayplan.problem.terms import Terms


class Room:
    """Payments so far, over all loans, and the limits of the next one. ``last`` is the stage of the last payment."""

    def __init__(self, terms: Terms, problem: Problem, last: int) -> None:
        self.terms = terms
        self.problem = problem
        self.last = last
        self._paid = [0] * problem.shape[1]
        self._drawn: Cents = np.zeros(len(problem.accounts.loan), dtype=np.int64)

    def pay(self, stage: int, amounts: Sequence[int]) -> None:
        """Remember the payments on all loans; stages come in order."""
        accounts = self.problem.accounts
        left = accounts.available[0, stage] - self._drawn
        self._drawn = self._drawn + draw(accounts, left, np.array(amounts, dtype=np.int64))
        self._paid[stage] = sum(amounts)

    def least(self, stage: int) -> int:
        """What limits demand: the least installment, the largest fall, the day's own amount, what is behind."""
        limits, pace = self.problem.limits, self.problem.pace
        demanded = [_or_nothing(pace.named[0, stage]), _or_nothing(pace.demanded[0, stage]) - sum(self._paid[:stage])]
        base = int(pace.base[0, stage])
        if stage < self.last and not limits.exempt[0, stage] and self.terms.installments is None:
            demanded.append(_or_nothing(limits.minimum[0]))
        if stage < self.last and base >= 0:
            demanded.append(math.ceil((1 - Fraction(self.terms.step or 0)) * self._paid[base]))
        return max(0, *demanded)

    def most(self, stage: int) -> int:
        """What limits allow: floors and reserve from now on, cover, the largest installment, the largest rise."""
        so_far = sum(self._paid[:stage])
        base = int(self.problem.pace.base[0, stage])
        bounds = [self._spare(stage, so_far)]
        if self.terms.maximum_installment is not None:
            bounds.append(self.terms.maximum_installment)
        if base >= 0:
            bounds.append(math.floor((1 + Fraction(self.terms.step or 0)) * self._paid[base]))
        if self.terms.cover_minimum is not None:
            bounds.append(self._covered(stage, Fraction(self.terms.cover_minimum)))
        return max(min(bounds), 0)

    def _spare(self, stage: int, so_far: int) -> int:
        """What floors and reserve leave, with all that accounts apart hold; loans that may not use it see to it.

        From the last payment on blocked accounts are the business's own.
        """
        accounts, cash = self.problem.accounts, self.problem.cash
        if stage >= self.last and accounts.blocked.any() and self.problem.limits.settle_full[0]:
            guaranteed = accounts.total[0] - accounts.released[0]
            own = int((cash.allowed[0] + accounts.released[0])[stage:].min())
            return own + int(guaranteed[stage]) - so_far
        left = int(accounts.available[0, stage].sum() - self._drawn.sum())
        return int(cash.own_payable[0, stage]) - (so_far - int(self._drawn.sum())) + left

    def _covered(self, stage: int, ratio: Fraction) -> int:
        start = int(self.problem.cover.start[0, stage])
        in_window, before = sum(self._paid[start:stage]), sum(self._paid[:start])
        carried = int(self.problem.cash.carried[0, start]) - before
        available = int(self.problem.cover.cash[0, stage]) + Fraction(self.terms.counted_carry) * carried
        return math.floor(available / ratio) - in_window


def _or_nothing(cents: float) -> int:
    return 0 if math.isnan(cents) else math.ceil(cents)
