"""How much may be paid on one date, in whole cents, given what has really been paid before."""

from __future__ import annotations

import math
from fractions import Fraction

from repayplan.problem.arrays import Problem
from repayplan.problem.terms import Terms


class Room:
    """Payments so far, over all loans, and the limits of the next one. ``last`` is the stage of the last payment."""

    def __init__(self, terms: Terms, problem: Problem, last: int) -> None:
        self.terms = terms
        self.problem = problem
        self.last = last
        self._paid = [0] * problem.shape[1]

    def pay(self, stage: int, cents: int) -> None:
        """Remember a payment; stages come in order."""
        self._paid[stage] = cents

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
        bounds = [int(self.problem.cash.payable[0, stage]) - so_far]
        if self.terms.maximum_installment is not None:
            bounds.append(self.terms.maximum_installment)
        if base >= 0:
            bounds.append(math.floor((1 + Fraction(self.terms.step or 0)) * self._paid[base]))
        if self.terms.cover_minimum is not None:
            bounds.append(self._covered(stage, Fraction(self.terms.cover_minimum)))
        return max(min(bounds), 0)

    def _covered(self, stage: int, ratio: Fraction) -> int:
        start = int(self.problem.cover.start[0, stage])
        in_window, before = sum(self._paid[start:stage]), sum(self._paid[:start])
        carried = int(self.problem.cash.carried[0, start]) - before
        available = int(self.problem.cover.cash[0, stage]) + Fraction(self.terms.counted_carry) * carried
        return math.floor(available / ratio) - in_window


def _or_nothing(cents: float) -> int:
    return 0 if math.isnan(cents) else math.ceil(cents)
