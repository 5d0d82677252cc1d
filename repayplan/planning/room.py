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
        self._before: int | None = None

    def pay(self, stage: int, cents: int) -> None:
        """Remember a payment; stages come in order."""
        self._paid[stage] = cents
        self._before = stage

    def least(self, stage: int) -> int:
        """What limits demand: the least installment, the largest fall from the one before."""
        limits = self.problem.limits
        if stage >= self.last or limits.exempt[0, stage]:
            return 0
        share, minimum = self._step(), float(limits.minimum[0])
        fall = 0 if share is None else math.ceil((1 - share) * self._previous)
        return max(0 if math.isnan(minimum) else int(minimum), fall)

    def most(self, stage: int) -> int:
        """What limits allow: floors from now on, cover, the largest installment, the largest rise."""
        so_far = sum(self._paid[:stage])
        share = self._step()
        bounds = [int(self.problem.cash.payable[0, stage]) - so_far]
        if self.terms.maximum_installment is not None:
            bounds.append(self.terms.maximum_installment)
        if share is not None:
            bounds.append(math.floor((1 + share) * self._previous))
        if self.terms.cover_minimum is not None:
            bounds.append(self._covered(stage, Fraction(self.terms.cover_minimum)))
        return max(min(bounds), 0)

    @property
    def _previous(self) -> int:
        return 0 if self._before is None else self._paid[self._before]

    def _step(self) -> Fraction | None:
        """The largest change from the payment date before; None where there is no such limit."""
        limits = self.problem.limits
        if self._before is None or limits.exempt[0, self._before] or math.isnan(limits.step[0]):
            return None
        return Fraction(self.terms.step or 0)

    def _covered(self, stage: int, ratio: Fraction) -> int:
        start = int(self.problem.cover.start[0, stage])
        in_window, before = sum(self._paid[start:stage]), sum(self._paid[:start])
        carried = int(self.problem.cash.carried[0, start]) - before
        available = int(self.problem.cover.cash[0, stage]) + Fraction(self.terms.counted_carry) * carried
        return math.floor(available / ratio) - in_window
