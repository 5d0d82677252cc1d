"""Limits that keep the business running: floors and cover.

Cash is the cash there would be without any payment, less what has been paid. The rows are written in what has been
paid: their right-hand sides are then whole cents, and a cash position far larger than the debt costs no precision.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repayplan.formulation.frame import BEFORE_WINDOW, PAID, Frame, alone
from repayplan.formulation.limits.accounts import own
from repayplan.formulation.registry import limit
from repayplan.problem.arrays import Mask, Real
from repayplan.solvers.staged import Draft, Piece, When


@limit(
    "floors",
    formula="c_d ≥ m_d on every day d of a stage",
    source="bank policy: operating floor and contingency; where no payment could keep it, the floor falls to that cash",
    sign="0",
    applies="every stage",
)
def floors(draft: Draft, frame: Frame) -> None:
    """Cash never falls below what the business needs to run: no more is paid than stands above the floor.

    What is drawn from an account apart is not paid by the business. With the last payment every loan is clear, and
    what has come in on blocked accounts is the business's.
    """
    problem = frame.problem
    over = problem.limits.settle_full[:, None] & (frame.stage >= frame.last[:, None])
    room = frame.money(problem.cash.allowed) + np.where(over, frame.money(problem.accounts.released), 0.0)
    draft.row("floors", own(frame, over), np.minimum(room, draft.columns[PAID].upper))


@limit(
    "cover",
    formula="DSCR_min · Σ_window x ≤ max(CFADS_window, 0) + α (c − m) before the window",
    source="debt service cover ratio over a period, a rolling window or since the last receipt; bank policy",
    sign="0",
    applies="payment dates",
)
def cover(draft: Draft, frame: Frame) -> None:
    """Cash of the window, and the share α of what was carried into it, exceeds what is paid in it.

    With X paid in all and B paid before the window, DSCR_min·(X − B) ≤ CFADS + α (c⁰ − m − B), where c⁰ is cash
    without any payment. Windows that do not overlap carry B as a state; rolling ones are long rows.
    """
    problem = frame.problem
    wanted = problem.cover.minimum[:, None]
    where = frame.up_to_last & ~np.isnan(wanted)
    if not where.any():
        return
    ratio, carry = np.nan_to_num(wanted, nan=1.0), problem.cover.carry[:, None]
    carried = np.take_along_axis(problem.cash.carried, problem.cover.start, axis=1)
    available = frame.money(problem.cover.cash) + carry * frame.money(carried)
    rhs = np.minimum(available, ratio * draft.columns[PAID].upper)
    starts = window_starts(problem.cover.start, problem.pays)
    if starts is None:
        _long(draft, frame, ratio, carry, rhs, where)
        return
    most = draft.columns[PAID].upper.max(axis=1, keepdims=True)
    draft.column(BEFORE_WINDOW, 0.0, most)
    renewed = np.where(starts, 1.0, 0.0)
    terms: list[Piece] = [
        (1.0, BEFORE_WINDOW),
        (-renewed, PAID, When.BEFORE),
        (renewed - 1.0, BEFORE_WINDOW, When.BEFORE),
    ]
    draft.row(BEFORE_WINDOW, terms, 0.0, equal=True)
    draft.row("cover", [(ratio, PAID), (carry - ratio, BEFORE_WINDOW)], rhs, where=where)


def _long(draft: Draft, frame: Frame, ratio: Real, carry: Real, rhs: Real, where: Mask) -> None:
    alone(frame)
    for stage in np.flatnonzero(frame.problem.pays[0]).tolist():
        now, before = np.zeros((1, frame.stages)), np.zeros((1, frame.stages))
        now[0, stage] = 1.0
        start = int(frame.problem.cover.start[0, stage])
        if start:
            before[0, start - 1] = 1.0
        coefficient = ratio * now + (carry - ratio) * before
        draft.long_row("cover", {PAID: coefficient}, rhs[:, stage], where=where[:, stage], stage=stage)


def window_starts(start: NDArray[np.int64], pays: Mask) -> Mask | None:
    """(N, T) stages at which a window starts; None where windows of some case overlap."""
    stages = np.arange(start.shape[1])
    begins = np.zeros(start.shape, dtype=bool)
    for case in range(len(start)):
        begins[case, start[case, pays[case]]] = True
        latest = np.maximum.accumulate(np.where(begins[case], stages, 0))
        if (latest[pays[case]] != start[case, pays[case]]).any():
            return None
    return begins
