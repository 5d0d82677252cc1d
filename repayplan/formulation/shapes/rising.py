"""Shapes of a few amounts: rising in steps, and with the season."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from repayplan.formulation.frame import Frame
from repayplan.formulation.shaping import follow, largest_amount, largest_of_all, shape, states
from repayplan.solvers.staged import Draft


@shape(
    "step_up",
    formula="x_t = g_t θ before the last payment, x_n ≤ g_n θ",
    unknowns="the first amount; g_t grows by a share each time, or as stated",
    follows="payment dates after grace, once an even installment can be spared",
)
def step_up(draft: Draft, frame: Frame) -> None:
    """Known multiples of one amount."""
    follow(draft, frame, states(draft, frame, largest_amount(draft, frame)), frame.problem.form.weight)


@shape(
    "seasonal",
    formula="x_t = θ_{month of t} before the last payment, x_n ≤ θ_{month of n}; peak or off-peak, θ_off ≤ θ_peak",
    unknowns="an amount for each month of the year, or one for peak and one for off-peak months",
    follows="payment dates after grace, once an even installment can be spared",
)
def seasonal(draft: Draft, frame: Frame) -> None:
    """The same month, the same amount; off the peak no more than in it."""
    form = frame.problem.form
    names = states(draft, frame, largest_of_all(draft, frame))
    follow(draft, frame, names, form.weight)
    if not form.falling.any():
        return
    for above, below in pairwise(names):
        both = np.flatnonzero(draft.columns[above].exists & draft.columns[below].exists)
        where = np.isin(np.arange(frame.stages), both[:1])
        draft.row("seasonal.peak", [(1.0, below), (-1.0, above)], 0.0, where=where & form.falling[:, None])
