"""Limits that keep the business running: floors and cover."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repayplan.formulation.frame import CARRIED, CASH, Frame
from repayplan.formulation.registry import limit
from repayplan.problem.arrays import Real
from repayplan.solvers.staged import Draft, When


@limit(
    "floors",
    formula="c_t ≥ m_t",
    source="bank policy: operating floor and contingency; where no payment could keep it, the floor falls to that cash",
    sign="0",
    applies="every stage",
)
def floors(draft: Draft, frame: Frame) -> None:
    """Cash never falls below what the business needs to run."""
    draft.row("floors", [(-1.0, CASH)], -frame.money(frame.problem.cash.floor))


@limit(
    "cover",
    formula="DSCR_min · Σ_window x ≤ max(CFADS_window, 0) + α (c − m) before the window",
    source="debt service cover ratio over a period, a rolling window or since the last receipt; bank policy",
    sign="0",
    applies="payment dates",
)
def cover(draft: Draft, frame: Frame) -> None:
    """Cash of the window, and the share α of what was carried into it, exceeds what is paid in it.

    What is paid in a window is the fall of (cash if nothing were paid − cash), so the row needs cash at the window's
    end and before its start. Windows that do not overlap carry the latter as a state; rolling ones are long rows.
    """
    problem = frame.problem
    wanted = problem.cover.minimum[:, None]
    where = frame.up_to_last & ~np.isnan(wanted)
    if not where.any():
        return
    ratio, carry = np.nan_to_num(wanted, nan=1.0), problem.cover.carry[:, None]
    cash = problem.cash
    unpaid_before = _before(frame, cash.opening, cash.unpaid)
    floor_before = _before(frame, cash.opening_floor, cash.floor)
    rhs = (
        frame.money(problem.cover.cash)
        - carry * floor_before
        - ratio * (frame.money(problem.cash.unpaid) - unpaid_before)
    )
    starts = _window_starts(problem.cover.start, problem.pays)
    if starts is None:
        _long(draft, frame, ratio, carry, rhs, where)
        return
    draft.column(CARRIED, *_box(draft), initial=frame.money(problem.cash.opening))
    cash_before = np.where(starts, 1.0, 0.0)
    draft.row(
        "carried",
        [(1.0, CARRIED), (-cash_before, CASH, When.BEFORE), (cash_before - 1.0, CARRIED, When.BEFORE)],
        0.0,
        equal=True,
    )
    draft.row("cover", [(-ratio, CASH), (ratio - carry, CARRIED)], rhs, where=where)


def _long(draft: Draft, frame: Frame, ratio: Real, carry: Real, rhs: Real, where: NDArray[np.bool_]) -> None:
    opening = frame.money(frame.problem.cash.opening)
    for stage in np.flatnonzero(frame.problem.pays[0]):
        now, before = np.zeros((1, frame.stages)), np.zeros((1, frame.stages))
        now[0, stage] = 1.0
        start = int(frame.problem.cover.start[0, stage])
        bound = rhs[:, stage]
        if start:
            before[0, start - 1] = 1.0
        else:
            bound = bound - (ratio - carry)[:, 0] * opening
        coefficient = -ratio * now + (ratio - carry) * before
        draft.long_row("cover", {CASH: coefficient}, bound, where=where[:, stage], stage=int(stage))


def _before(frame: Frame, opening: NDArray[np.int64], cents: NDArray[np.int64]) -> Real:
    """(N, T) a quantity as it stands before each stage's cover window starts."""
    with_opening = np.concatenate([opening[:, None], cents], axis=1)
    return frame.money(np.take_along_axis(with_opening, frame.problem.cover.start, axis=1))


def _window_starts(start: NDArray[np.int64], pays: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """(N, T) stages at which a window starts; None where windows overlap."""
    stages = np.arange(start.shape[1])
    begins = np.zeros(start.shape, dtype=bool)
    for case in range(len(start)):
        begins[case, start[case, pays[case]]] = True
        latest = np.maximum.accumulate(np.where(begins[case], stages, 0))
        if (latest[pays[case]] != start[case, pays[case]]).any():
            return None
    return begins


def _box(draft: Draft) -> tuple[Real, Real]:
    cash = draft.columns[CASH]
    low = np.minimum(cash.lower.min(axis=1), cash.initial)[:, None]
    high = np.maximum(cash.upper.max(axis=1), cash.initial)[:, None]
    return low, high
