"""A loan's claim class by class, in the order in which payments settle it, without rounding.

The planner knows three classes: ``idle`` (costs, fees and penalty interest, which bear nothing), ``arrears`` (unpaid
interest and compound interest, which bear the compound rate) and ``principal``, whose interest lands in the arrears.
What is left of a class and those settled after it is a *tail*: the first tail is the whole debt.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from repayplan.problem.frozen import Cents, Frozen, Mask, Real

CLASSES = ("idle", "arrears", "principal")

ORDERS = {"civil_code": (0, 1, 2), "principal_first": (2, 1, 0)}
"""The classes of the planner in the order in which each rule of the policy settles them."""

ARREARS = 1
"""The place of arrears in every order: principal and what is idle stand on either side."""


@dataclass(frozen=True)
class ClaimArrays(Frozen):
    """``opening`` (N, L, K) cents by class in settlement order; ``maps`` (N, T, L, K, K): what a stage makes of them
    before its payment, ``maps @ before``. ``principal`` (N,): the place of principal."""

    opening: Real
    maps: Real
    principal: Cents

    @cached_property
    def unpaid(self) -> Real:
        """(N, T, L, K) every class if nothing were ever paid: the largest it can be."""
        balances, rows = self.opening, []
        for stage in range(self.maps.shape[1]):
            balances = np.einsum("nlij,nlj->nli", self.maps[:, stage], balances)
            rows.append(balances)
        return np.stack(rows, axis=1)

    @cached_property
    def tails(self) -> Real:
        """(N, T, L, K, K) the stage's map on tails: row k gives tail k from the tails before."""
        sums = np.flip(np.cumsum(np.flip(self.maps, axis=-2), axis=-2), axis=-2)
        return np.diff(sums, axis=-1, prepend=0.0)

    @cached_property
    def rising(self) -> Mask:
        """(N, L) whether no class grows slower than one settled before it, in any tail and at any stage.

        Then the ledger is the largest solution of rows that only bound the tails from above.
        """
        return np.asarray((self.tails[..., 1:] >= -1e-15).all(axis=(1, 3, 4)))

    @cached_property
    def fastest(self) -> Real:
        """(N, T, L) by how much a unit of the fastest class grows in the stage."""
        return np.asarray(self.maps.sum(axis=-2).max(axis=-1))

    @cached_property
    def spread(self) -> Real:
        """(N, T, L) by how much a stage can widen the distance of two claims, counted in their tails."""
        return np.asarray(np.abs(self.tails).sum(axis=-1).max(axis=-1))

    def course(self, paid: Cents | Real, case: int = 0) -> Real:
        """(T, L, K) every class after the stage's payment, for payments (T, L) of one case; cents.

        What is paid beyond the whole claim stands against the class settled last.
        """
        balances, rows = self.opening[case], []
        for stage, amounts in enumerate(paid):
            balances = settle(np.einsum("lij,lj->li", self.maps[case, stage], balances), amounts)
            rows.append(balances)
        return np.array(rows)


def settle(balances: Real, paid: Cents | Real) -> Real:
    """(L, K) what payments (L,) leave of claims (L, K) in settlement order."""
    reached = np.cumsum(balances, axis=1) - np.asarray(paid, dtype=float)[:, None]
    left = np.where(reached[:, -1:] < 0, 0.0, np.minimum(balances, np.maximum(reached, 0.0)))
    left[:, -1] += np.minimum(reached[:, -1], 0.0)
    return np.asarray(left)
