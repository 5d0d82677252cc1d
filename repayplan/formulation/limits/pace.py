"""Limits on when money comes: reserve, cumulative payments, single days, average life."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from repayplan.formulation.frame import LIFE, PAID, Frame, debt
from repayplan.formulation.limits.accounts import own
from repayplan.formulation.registry import limit
from repayplan.problem.arrays import Mask, Real
from repayplan.solvers.staged import Draft, Piece, When

MONTH = 30.0
"""Days; average life is counted in months, so that a term and a debt are numbers of the same size."""


@limit(
    "reserve",
    formula="c_t − m_t ≥ Σ of the next k payments",
    source="reserve account for debt service; kept when a plan is made, to be used when a payment would be missed",
    sign="0",
    applies="every stage from the first payment date on that can spare an even installment",
)
def reserve(draft: Draft, frame: Frame) -> None:
    """Cash holds the next payments above its floor: what is paid up to the last of them is in hand already.

    What accounts apart pay needs no reserve. c_t − m_t ≥ X_{t+k} − X_t says X_{t+k} ≤ room_t, a limit on one stage: no
    row reaches across time.
    """
    most = frame.problem.cash.reserved
    rhs = np.minimum(frame.money(np.nan_to_num(most)), draft.columns[PAID].upper)
    draft.row("reserve", own(frame), rhs, where=~np.isnan(most))


@limit(
    "cumulative",
    formula="X_t ≥ φ D_0 · n_t / n, n_t of the n payment dates after grace having come",
    source="bank policy: a share of the debt is paid by and by, not only at the end",
    sign="0",
    applies="payment dates after grace",
    at_least=True,
)
def cumulative(draft: Draft, frame: Frame) -> None:
    """What has been paid keeps pace with the term."""
    demanded = frame.problem.pace.demanded
    rhs = frame.money(np.nan_to_num(demanded)) + _margin(frame)
    draft.row("cumulative", [(-1.0, PAID)], -rhs, where=~np.isnan(demanded))


@limit(
    "named",
    formula="Σ_l x_t ≥ least amount of the day",
    source="bank policy: days in the first twelve months by which the borrower shows that it pays",
    sign="0",
    applies="the days that policy.named_payments names",
    at_least=True,
)
def named(draft: Draft, frame: Frame) -> None:
    """On a named day at least its amount is paid, also where the least installment is let off."""
    least = frame.problem.pace.named
    rhs = frame.money(np.nan_to_num(least)) + _margin(frame)
    draft.row("named", [(-1.0, name) for name in frame.payments], -rhs, where=~np.isnan(least))


@limit(
    "fixed",
    formula="Σ_l x_t = amount of the day, or x_{l,t} = amount",
    source="what the borrower offers or what was agreed before",
    sign="0",
    applies="the days that policy.fixed_payments names",
    at_least=True,
)
def fixed(draft: Draft, frame: Frame) -> None:
    """What is fixed is paid, no more and no less.

    Where no date up to the last payment is open, what settles the debt to the cent may miss the unrounded debt by what
    booking moves: so far the program may be from what is fixed, and rounding pays exactly that.
    """
    pace = frame.problem.pace
    if not pace.settled.any():
        return
    booking = frame.problem.debt.booking
    every = [(1.0, name) for name in frame.payments]
    _pinned(draft, frame, "fixed", every, pace.pinned, booking.sum(axis=2))
    for loan, name in enumerate(frame.payments):
        _pinned(draft, frame, f"fixed.{loan}", [(1.0, name)], pace.pinned_loan[:, :, loan], booking[:, :, loan])


def _pinned(draft: Draft, frame: Frame, name: str, paid: Sequence[Piece], cents: Real, booking: Real) -> None:
    where, amount = ~np.isnan(cents), frame.money(np.nan_to_num(cents))
    settled = where | ~frame.problem.pays | (frame.stage > frame.last[:, None])
    loose = where & settled.all(axis=1, keepdims=True)
    draft.row(name, list(paid), amount, equal=True, where=where & ~loose)
    draft.row(name, list(paid), amount + frame.money(booking), where=loose)
    less: list[Piece] = [(-1.0, column) for _, column, *_ in paid]
    draft.row(name, less, frame.money(booking) - amount, where=loose)


@limit(
    "life",
    formula="Σ_t (t − A) x_t ≤ 0, or Σ_t (t − A) (P_{t−1} − P_t) ≤ 0",
    source="bank policy: longest average life, of payments or of principal",
    sign="0 of payments; of principal + and exact only where principal is the debt after every payment (mode B)",
    applies="the end of the term",
    at_least=True,
)
def life(draft: Draft, frame: Frame) -> None:
    """Money is out for no longer than A on average.

    Of payments the sum is a running total. Of principal, with P_0 until the first payment date τ, it is
    t_τ P_0 + Σ (days to the next payment date) · P − t_N P_N ≤ A (P_0 − P_N), and P is the debt, interest being paid.
    """
    pace, problem = frame.problem.pace, frame.problem
    limited = ~np.isnan(pace.life)
    if not limited.any():
        return
    longest, pays = np.nan_to_num(pace.life)[:, None], problem.pays
    time = np.where(pays, pace.day - longest, 0.0) / MONTH
    of_payments = limited & ~pace.life_of_principal
    if of_payments.any():
        _running(draft, frame, [(-time, name) for name in frame.payments], np.abs(time), of_payments)
    if (limited & pace.life_of_principal).any():
        _of_principal(draft, frame, longest, limited & pace.life_of_principal)


def _of_principal(draft: Draft, frame: Frame, longest: Real, where: Mask) -> None:
    """See :func:`life`; a case that keeps no interest current is refused before it comes here."""
    problem, day = frame.problem, frame.problem.pace.day
    stands, first, final = np.zeros(day.shape), np.zeros(len(day)), np.zeros(day.shape)
    for case in range(len(day)):
        dates = np.flatnonzero(problem.debt.current[case])
        stands[case, dates[:-1]] = np.diff(day[case, dates])
        final[case, dates[-1]] = longest[case, 0] - day[case, dates[-1]]
        first[case] = day[case, dates[0]] - longest[case, 0]
    weight = (stands + final) / MONTH
    opening = frame.money(problem.debt.principal).sum(axis=1)
    owed = [(-weight, debt(loan)) for loan in range(problem.shape[2])]
    _running(draft, frame, owed, np.abs(weight), where, already=first / MONTH * opening)


def _running(
    draft: Draft, frame: Frame, terms: Sequence[Piece], size: Real, where: Mask, already: Real | float = 0.0
) -> None:
    """A total over time that must end at or below 0, ``size`` (N, T) the weights of its ``terms``.

    Rounding moves a payment, and a debt, by less than twice the margin, a debt's grown with its interest.
    """
    problem = frame.problem
    grown = problem.debt.unpaid.max(axis=(1, 2)) / np.maximum(problem.debt.opening.max(axis=1), 1)
    most = (1 + np.abs(already)) + size.sum(axis=1) * draft.columns[PAID].upper.max(axis=1)
    draft.column(LIFE, -most[:, None], most[:, None], initial=already)
    draft.row(LIFE, [(1.0, LIFE), (-1.0, LIFE, When.BEFORE), *terms], 0.0, equal=True)
    spare = 2 * _margin(frame)[:, 0] * np.maximum(grown, 1.0) * size.sum(axis=1)
    draft.row("life", [(1.0, LIFE)], -spare[:, None], where=frame.final & where[:, None])


def _margin(frame: Frame) -> Real:
    """(N, 1) what rounding can move, in units of the debt."""
    return frame.money(frame.problem.limits.margin)[:, None]
