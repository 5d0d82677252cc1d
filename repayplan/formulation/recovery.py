"""What a default brings, as columns: R = R^c + R^u on every payment date and at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from repayplan.formulation.frame import Frame, debt, payment
from repayplan.problem.arrays import Mask, Problem, Real
from repayplan.solvers.staged import Draft, Piece


@dataclass(frozen=True)
class Moment:
    """When a claim may be recovered: on a ``default``, or at the ``end``; ``weight`` (N, T, L) is what a cent counts
    for then, ``where`` (N, T) the stages."""

    name: str
    weight: Real
    where: Mask

    def secured(self, loan: int) -> str:
        """Column of what collateral brings."""
        return f"secured.{self.name}.{loan}"

    def unsecured(self, loan: int) -> str:
        """Column of what else is recovered."""
        return f"unsecured.{self.name}.{loan}"


def moments(frame: Frame, factors: Real) -> Iterator[Moment]:
    """The moments at which something can be recovered, weighted with (N, T, L) ``factors`` and probabilities.

    On default the payment of that month was not made, so the claim is D_t + x_t. At the end of the term the claim is
    what is left.
    """
    problem = frame.problem
    survival, dead = problem.value.survival, deaths(problem)
    at_default = factors * np.where(problem.pays, dead, 0.0)[:, :, None]
    at_end = factors * np.where(frame.final, survival, 0.0)[:, :, None]
    for moment in (
        Moment("default", at_default, problem.pays & (dead > 0)),
        Moment("end", at_end, frame.final & ~problem.limits.settle_full[:, None]),
    ):
        if moment.where.any():
            yield moment


def recovery(draft: Draft, frame: Frame) -> None:
    """R^c ≤ net collateral, both within the claim, R^u ≤ ρ of the rest; both count in the value."""
    for moment in moments(frame, frame.problem.value.planning * frame.problem.debt.own[:, None]):
        for loan in range(frame.problem.shape[2]):
            _recovered(draft, frame, moment, loan)


def _recovered(draft: Draft, frame: Frame, moment: Moment, loan: int) -> None:
    problem, weight, where = frame.problem, moment.weight[:, :, loan], moment.where
    exists = where.any(axis=0)
    largest = frame.money(problem.debt.unpaid)[:, :, loan]
    collateral = frame.money(problem.debt.collateral)[:, loan, None]
    share = problem.value.recovery[:, None]
    claim = [debt(loan), payment(loan)] if moment.name == "default" else [debt(loan)]
    secured, unsecured = moment.secured(loan), moment.unsecured(loan)
    draft.column(secured, 0.0, np.minimum(collateral, largest), cost=-weight, exists=exists)
    draft.column(unsecured, 0.0, share * largest, cost=-weight, exists=exists)
    draft.row("recovery", [(1.0, secured), *((-1.0, name) for name in claim)], 0.0, where=where)
    limited: list[Piece] = [(1.0, unsecured), (share, secured), *((-share, name) for name in claim)]
    draft.row("recovery", limited, 0.0, where=where)


def deaths(problem: Problem) -> Real:
    """(N, T) probability of a default since the payment date before, on payment dates."""
    survival, pays = problem.value.survival, problem.pays
    latest = np.maximum.accumulate(np.where(pays, np.arange(pays.shape[1]), -1), axis=1)
    before = np.concatenate([np.full((len(pays), 1), -1), latest[:, :-1]], axis=1)
    alive = np.where(before >= 0, np.take_along_axis(survival, np.maximum(before, 0), axis=1), 1.0)
    return np.asarray(np.where(pays, alive - survival, 0.0))
