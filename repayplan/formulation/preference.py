"""What decides between plans that are worth the same: columns, rows and costs of stage 2.

*Earliest*: each unit counts as often as there are payment dates from its own on. *Smoothest*: the smallest peak, then
the least total variation from nothing to the first installment, on to the last and back to nothing, then earliest.
*Fewest*: for a given number of amounts, every installment before the last is one of them, in whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from repayplan.formulation.frame import Frame
from repayplan.formulation.limits.count import largest
from repayplan.problem.frozen import Mask, Real
from repayplan.solvers.staged import Draft, Piece, When

PEAK, LEVEL_SO_FAR, RISE, FALL = "peak", "so_far", "rise", "fall"
ODD, CLOSED = "odd", "closed"

TIE = 1e-6
"""By how much a loan next in rank counts for less where nothing else decides."""

OTHERS = 1e-3
"""What a unit for another lender counts in stage 2: nothing, but for when nothing else decides."""


def criteria(frame: Frame) -> tuple[str, ...]:
    """What stage 2 minimizes, one after the other."""
    return ("peak", "variation", "earliness") if frame.problem.wishes.prefer[0] == "smoothest" else ("earliness",)


def cost(frame: Frame, criterion: str) -> Mapping[str, Real]:
    """Costs (N, T) by column."""
    return _COSTS[criterion](frame)


def prefer(draft: Draft, frame: Frame) -> None:
    """Columns and rows of the preference; a row for every criterion that holds it while the next is minimized."""
    if frame.problem.wishes.prefer[0] == "smoothest":
        _smooth(draft, frame)
    for number in range(int(frame.problem.wishes.amounts[0])):
        _amount(draft, frame, number)
    if frame.problem.wishes.amounts[0]:
        _one_amount_each(draft, frame)
    for criterion in criteria(frame)[:-1]:
        draft.long_row(held(criterion), dict(cost(frame, criterion)), 0.0, where=False)


def held(criterion: str) -> str:
    """Name of the row that holds a criterion."""
    return f"held.{criterion}"


def earliness(frame: Frame) -> Mapping[str, Real]:
    """Costs (N, T) of stage 2: each unit counts as often as there are payment dates from its own on (max Σ_t X_t).

    Of several loans a unit counts for more where it saves more: by the debt it keeps from standing on the dates that
    follow, against the loan where that is least. Otherwise leaving the dearer loan to the end, which makes more to pay,
    would look like paying more. Where all is equal the loan first in rank is paid.
    """
    pays, arrays = frame.problem.pays, frame.problem.debt
    left = _from_now_on(pays.astype(float))
    opening = arrays.opening[:, None].astype(float)
    grown = np.divide(arrays.unpaid, opening, out=np.ones_like(arrays.unpaid), where=opening > 0)
    spared = _from_now_on(grown * pays[:, :, None]) / grown
    least = np.maximum(spared.min(axis=2, keepdims=True), np.finfo(float).tiny)
    weight = (pays * left / pays.sum(axis=1, keepdims=True))[:, :, None] * spared / least
    weight = weight * (1 - TIE * arrays.rank[:, None]) * np.where(arrays.own, 1.0, OTHERS)[:, None]
    shape = (frame.lanes, frame.stages)
    return {name: np.broadcast_to(-weight[:, :, loan], shape) for loan, name in enumerate(frame.payments)}


def _from_now_on(values: Real) -> Real:
    """Sums over each stage and those after it (axis 1)."""
    return np.cumsum(values[:, ::-1], axis=1)[:, ::-1]


def _peak(frame: Frame) -> Mapping[str, Real]:
    return {PEAK: np.broadcast_to(frame.final.astype(float), (frame.lanes, frame.stages))}


def _variation(frame: Frame) -> Mapping[str, Real]:
    """Rises and falls, the last fall to nothing included."""
    shape = (frame.lanes, frame.stages)
    every = np.broadcast_to(frame.problem.pays.astype(float), shape)
    return {RISE: every, FALL: every, LEVEL_SO_FAR: np.broadcast_to(frame.final.astype(float), shape)}


_COSTS: Mapping[str, Callable[[Frame], Mapping[str, Real]]] = {
    "earliness": earliness,
    "peak": _peak,
    "variation": _variation,
}


def _smooth(draft: Draft, frame: Frame) -> None:
    """The peak is carried as a state; the payment of a date is that of the date before, and a rise, less a fall."""
    pays = frame.problem.pays
    most = largest(draft, frame).max(axis=1, keepdims=True)
    total = [(1.0, name) for name in frame.payments]
    draft.column(PEAK, 0.0, most)
    draft.row(PEAK, [(1.0, PEAK), (-1.0, PEAK, When.BEFORE)], 0.0, equal=True, where=frame.stage > 0)
    draft.row("peak.most", [*total, (-1.0, PEAK)], 0.0, where=pays)
    draft.column(LEVEL_SO_FAR, 0.0, most)
    for name in (RISE, FALL):
        draft.column(name, 0.0, most, exists=pays.any(axis=0))
    carried: list[Piece] = [(1.0, LEVEL_SO_FAR), (-1.0, LEVEL_SO_FAR, When.BEFORE)]
    draft.row(LEVEL_SO_FAR, [*carried, (-1.0, RISE), (1.0, FALL)], 0.0, equal=True, where=pays)
    draft.row(LEVEL_SO_FAR, carried, 0.0, equal=True, where=~pays)
    draft.row(
        "variation", [(1.0, LEVEL_SO_FAR), *((-1.0, name) for name in frame.payments)], 0.0, equal=True, where=pays
    )


def _counted(frame: Frame) -> Mask:
    """(N, T) payment dates whose amount counts as one: not in a grace time, and not settled otherwise."""
    return np.asarray(frame.problem.pays & ~frame.problem.limits.grace & ~frame.problem.pace.settled)


def _amount(draft: Draft, frame: Frame, number: int) -> None:
    """One amount θ, carried as a state, and z_t = 1 where it is paid: θ − M (1 − z_t) ≤ Σ_l x_t ≤ θ + M (1 − z_t)."""
    where = _counted(frame)
    most = largest(draft, frame).max(axis=1, keepdims=True)
    theta, chosen = f"amount.{number}", f"chosen.{number}"
    draft.column(theta, 0.0, most)
    draft.column(chosen, 0.0, 1.0, exists=where.any(axis=0), integer=True)
    draft.row(theta, [(1.0, theta), (-1.0, theta, When.BEFORE)], 0.0, equal=True, where=frame.stage > 0)
    up = [(1.0, name) for name in frame.payments]
    draft.row("amount.most", [*up, (-1.0, theta), (most, chosen)], most, where=where)
    down = [(-1.0, name) for name in frame.payments]
    draft.row("amount.least", [*down, (1.0, theta), (most, chosen)], most, where=where)
    if number:
        draft.row("amount.order", [(1.0, theta), (-1.0, f"amount.{number - 1}")], 0.0, where=frame.final)


def _one_amount_each(draft: Draft, frame: Frame) -> None:
    """A date is paid one of the amounts, or nothing, or is the last one, which may be any amount; then nothing is."""
    where = _counted(frame)
    most = largest(draft, frame)
    draft.column(ODD, 0.0, 1.0, exists=where.any(axis=0), integer=True)
    draft.column(CLOSED, 0.0, 1.0)
    last = where.astype(float)
    draft.row(CLOSED, [(1.0, CLOSED), (-1.0, CLOSED, When.BEFORE), (-last, ODD)], 0.0, equal=True)
    chosen = [f"chosen.{number}" for number in range(int(frame.problem.wishes.amounts[0]))]
    draft.row("amount.one", [*((1.0, name) for name in chosen), (1.0, ODD)], 1.0, where=where)
    paid = [(1.0, name) for name in frame.payments]
    draft.row("amount.none", [*paid, *((-most, name) for name in chosen), (-most, ODD)], 0.0, where=where)
    draft.row("amount.closed", [*paid, (most, CLOSED, When.BEFORE)], most, where=where)
