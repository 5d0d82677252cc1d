"""Limits on the size of installments, over all loans together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from repayplan.formulation.frame import EARLIER, PREVIOUS, REGULAR, Frame, alone
from repayplan.formulation.registry import limit
from repayplan.formulation.shaping import largest_of_all
from repayplan.problem.arrays import Mask, Real
from repayplan.solvers.staged import Draft, Piece, When

LAST_PAYMENTS = 3
"""Balloon payments are counted together: a limit on the last one alone is dodged a month earlier."""


@limit(
    "minimum",
    formula="Σ_l x_t ≥ x_min",
    source="bank policy",
    sign="0",
    applies="payment dates after grace and before the last payment, once an even installment can be spared",
    at_least=True,
)
def minimum(draft: Draft, frame: Frame) -> None:
    """No installment before the last is smaller than the least amount."""
    least = frame.problem.limits.minimum
    where = frame.before_last & ~frame.problem.limits.exempt & ~np.isnan(least)[:, None]
    where = where & np.isnan(frame.problem.wishes.installments)[:, None]  # otherwise it holds for dates that are paid
    spare = _known(frame, frame.problem.limits.margin)
    draft.row("minimum", _total(frame, -1.0), -_known(frame, least) - spare, where=where)


@limit("maximum", formula="Σ_l x_t ≤ x_max", source="bank policy", sign="0", applies="payment dates")
def maximum(draft: Draft, frame: Frame) -> None:
    """No installment is larger than the largest amount."""
    most = frame.problem.limits.maximum
    where = frame.up_to_last & ~np.isnan(most)[:, None]
    spare = _known(frame, frame.problem.limits.margin)
    draft.row("maximum", _total(frame, 1.0), _known(frame, most) - spare, where=where)


@limit(
    "step",
    formula="(1 − σ) x_{t−1} ≤ x_t ≤ (1 + σ) x_{t−1}, or x_{t−12 months} in place of x_{t−1}",
    source="bank policy; the first payment after grace, or once an even installment can be spared, is free, "
    "the last may be smaller",
    sign="0",
    applies="payment dates after the first, or after the first year, that are not fixed",
    at_least=True,
)
def step(draft: Draft, frame: Frame) -> None:
    """From one payment date to the next, or from a year before, the installment changes by a share σ at most."""
    share = frame.problem.limits.step
    if np.isnan(share).all():
        return
    sigma: Real = np.nan_to_num(share)[:, None]
    base = frame.problem.pace.base
    where = (base >= 0) & ~np.isnan(share)[:, None]
    spare = (2 + sigma) * _known(frame, frame.problem.limits.margin)
    if frame.problem.pace.yearly.any():
        _long_step(draft, frame, sigma, spare, where)
        return
    name = PREVIOUS if (_regular(frame) == frame.problem.pays).all() else REGULAR
    previous = _remember(draft, frame, name, None, _regular(frame))
    rise: list[Piece] = [*_total(frame, 1.0), (-(1 + sigma), previous, When.BEFORE)]
    fall: list[Piece] = [*_total(frame, -1.0), (1 - sigma, previous, When.BEFORE)]
    room = np.where(frame.up_to_last, -spare, 0.0)  # after a last payment that is earlier, nothing rises to nothing
    draft.row("step.rise", rise, room, where=where & frame.may_pay)
    draft.row("step.fall", fall, -spare, where=where & frame.before_last)


def _regular(frame: Frame) -> Mask:
    """(N, T) payment dates whose amount is not settled otherwise."""
    return np.asarray(frame.problem.pays & ~frame.problem.pace.settled)


def _long_step(draft: Draft, frame: Frame, sigma: Real, spare: Real, where: Mask) -> None:
    """A step from the payment of a year before reaches across stages: rows of their own, one date at a time."""
    alone(frame)
    base = frame.problem.pace.base
    for stage in np.flatnonzero(where.any(axis=0)).tolist():
        then = int(base[0, stage])
        for name, sign, weight, dates in (
            ("step.rise", 1.0, -(1 + sigma), frame.up_to_last),
            ("step.fall", -1.0, 1 - sigma, frame.before_last),
        ):
            row = np.zeros((len(sigma), frame.stages))
            row[:, stage], row[:, then] = sign, weight[:, 0]
            active = (where & dates)[:, stage]
            draft.long_row(name, dict.fromkeys(frame.payments, row), -spare[:, 0], where=active, stage=stage)


@limit(
    "balloon",
    formula="x_{n−2} + x_{n−1} + x_n ≤ β D_0, or 3/n of the debt grown to then where 3/n > β",
    source="bank policy; EBA/GL/2016/07 names a large final payment as a sign of distress",
    sign="0",
    applies="the last payment date and the two before it",
    at_least=True,
)
def balloon(draft: Draft, frame: Frame) -> None:
    """The last three of n payments together are at most a share β of the debt at signing.

    Where n is so small that an even schedule would break that, three payments may hold their even share of the debt as
    it would stand by then: a short plan of equal payments is no balloon, and up to three may hold all of it.
    """
    share = frame.problem.limits.balloon
    if np.isnan(share).all():
        return
    previous = _remember(draft, frame, PREVIOUS, None, frame.problem.pays)
    earlier = _remember(draft, frame, EARLIER, previous, frame.problem.pays)
    even = LAST_PAYMENTS / np.maximum(np.cumsum(frame.problem.pays, axis=1), 1)
    where = frame.at_last & ~np.isnan(share)[:, None] & (even < 1)
    terms: list[Piece] = [*_total(frame, 1.0), (1.0, previous, When.BEFORE), (1.0, earlier, When.BEFORE)]
    spare = 2 * _known(frame, frame.problem.limits.margin)
    grown = frame.money(frame.problem.debt.unpaid.sum(axis=2))
    beta = np.nan_to_num(share)[:, None]
    draft.row("balloon", terms, np.where(even > beta, even * grown, beta) - spare, where=where)


def _total(frame: Frame, sign: float) -> list[Piece]:
    return [(sign, name) for name in frame.payments]


def _known(frame: Frame, cents: ArrayLike) -> Real:
    """(N, 1) amounts in units of the debt; 0 where there is none."""
    return frame.money(np.nan_to_num(np.asarray(cents, dtype=float)))[:, None]


def _remember(draft: Draft, frame: Frame, name: str, of: str | None, dates: Mask) -> str:
    """A state that holds the payment of the latest of the ``dates``, or what ``of`` held before it.

    Written once, whichever limit asks first.
    """
    if name in draft.columns:
        return name
    pays = dates.astype(float)
    draft.column(name, 0.0, largest_of_all(draft, frame))
    taken: list[Piece] = [(-pays, payment) for payment in frame.payments] if of is None else [(-pays, of, When.BEFORE)]
    draft.row(name, [(1.0, name), (pays - 1.0, name, When.BEFORE), *taken], 0.0, equal=True)
    return name
