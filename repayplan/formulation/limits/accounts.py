"""Limits on money that is not the borrower's: pledged proceeds on blocked accounts, what guarantors owe.

The program may draw less than the accounts hold; drawing all that a payment can take, which is what the replay does,
leaves the business more cash at every time, so a plan never depends on it.
"""

from __future__ import annotations

import numpy as np

from repayplan.formulation.frame import PAID, Frame, drawn
from repayplan.formulation.registry import limit
from repayplan.problem.accounts import ANY_LOAN
from repayplan.problem.arrays import Mask
from repayplan.solvers.staged import Draft, Piece, When


def apart(draft: Draft, frame: Frame) -> None:
    """What has been drawn from each account grows by no more than is paid on its loan, and never falls with a payment.

    Where nothing is paid it does not grow. It might fall there, which is of no use, as nothing is gained by having
    drawn less; rows that forbade it would leave a program no inside, which interior point methods need.
    """
    held, paying = frame.problem.accounts, frame.may_pay
    for account in range(len(held.loan)):
        draft.column(drawn(account), 0.0, draft.columns[PAID].upper)
        sign = np.where(paying, 1.0, -1.0)
        draft.row("drawn", [(-sign, drawn(account)), (sign, drawn(account), When.BEFORE)], 0.0)
    for loan, name in enumerate(frame.payments):
        own_accounts = np.flatnonzero(held.loan == loan).tolist()
        if own_accounts:
            draft.row("drawn", [*_growth(own_accounts), (-1.0, name)], 0.0, where=paying)
    if (held.loan == ANY_LOAN).any():
        every = list(range(len(held.loan)))
        draft.row("drawn", [*_growth(every), *((-1.0, name) for name in frame.payments)], 0.0, where=paying)


@limit(
    "pledged",
    formula="W_{l,t} ≤ proceeds pledged to loan l so far, W drawn for payments on l alone; not cash of the business",
    source="the pledge: proceeds belong to the loan they secure until it is clear",
    sign="0",
    applies="every stage, for each loan with pledged proceeds; released with the last payment of a plan in full",
)
def pledged(draft: Draft, frame: Frame) -> None:
    """A blocked account pays its loan and nothing else, and no more than it has received."""
    _within(draft, frame, "pledged", frame.problem.accounts.blocked)


@limit(
    "guarantor",
    formula="W_{g,t} ≤ what guarantor g has been asked for and can have paid, cap_g at most",
    source="the guarantee: payments of a guarantor together are at most its cap",
    sign="0",
    applies="every stage, for each guarantor",
)
def guarantor(draft: Draft, frame: Frame) -> None:
    """A guarantor pays the loans it guarantees, up to its cap, and never the business."""
    _within(draft, frame, "guarantor", ~frame.problem.accounts.blocked)


def own(frame: Frame, over: Mask | None = None) -> list[Piece]:
    """What the business itself has paid; where it is ``over`` (N, T), blocked accounts are its own cash again."""
    held = frame.problem.accounts
    pieces: list[Piece] = [(1.0, PAID)]
    for account in range(len(held.loan)):
        back = over if over is not None and held.blocked[account] else np.zeros((1, 1), dtype=bool)
        pieces.append((np.where(back, 0.0, -1.0), drawn(account)))
    return pieces


def _within(draft: Draft, frame: Frame, name: str, which: Mask) -> None:
    held = frame.problem.accounts
    for account in np.flatnonzero(which).tolist():
        available = frame.money(held.available[:, :, account])
        most = np.minimum(available, draft.columns[drawn(account)].upper)
        draft.row(f"{name}.{account}", [(1.0, drawn(account))], most)


def _growth(accounts: list[int]) -> list[Piece]:
    now: list[Piece] = [(1.0, drawn(account)) for account in accounts]
    return [*now, *((-1.0, drawn(account), When.BEFORE) for account in accounts)]
