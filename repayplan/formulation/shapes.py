"""Shapes of the installments, until the debt is cleared: before the last payment they follow the shape."""

from __future__ import annotations

import numpy as np

from repayplan.formulation.frame import LEVEL, Frame
from repayplan.solvers.staged import Draft, When

TOKEN = 10
"""A last payment below this part of an even installment is a token."""


def level(draft: Draft, frame: Frame) -> None:
    """One amount θ, carried as a state: x_t = θ before the last payment, x_n ≤ θ."""
    wanted = frame.problem.limits.level[:, None]
    if not wanted.any():
        return
    most = sum(draft.columns[payment].upper.max(axis=1) for payment in frame.payments)
    draft.column(LEVEL, 0.0, np.asarray(most)[:, None])
    outside_grace = wanted & ~frame.problem.limits.exempt
    draft.row(LEVEL, [(1.0, LEVEL), (-1.0, LEVEL, When.BEFORE)], 0.0, equal=True, where=frame.stage > 0)
    up = [(1.0, payment) for payment in frame.payments]
    draft.row("level.most", [*up, (-1.0, LEVEL)], 0.0, where=outside_grace & frame.up_to_last)
    down = [(-1.0, payment) for payment in frame.payments]
    draft.row("level.least", [*down, (1.0, LEVEL)], 0.0, where=outside_grace & frame.before_last)


def cleared(draft: Draft, frame: Frame) -> None:
    """Where the last payment is guessed, it is one: at least a unit, or all the debt or cash if that is less.

    Where the debt is settled it is a tenth of an even installment at least: less would be a token that pushes larger
    payments out of the reach of limits on the last ones.
    """
    if not frame.guessed:
        return
    limits, opening = frame.problem.limits, frame.problem.debt.opening.sum(axis=1)[:, None]
    payments = np.maximum(np.cumsum(frame.problem.pays, axis=1), 1)
    token = np.where(limits.settle_full[:, None], opening / (TOKEN * payments), 0.0)
    there_is = np.minimum(opening, frame.problem.cash.payable)
    least = np.minimum(np.maximum(limits.unit[:, None], token), there_is)
    draft.row("last", [(-1.0, payment) for payment in frame.payments], -frame.money(least), where=frame.at_last)
