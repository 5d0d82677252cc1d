"""The classes of a claim as rows, where parts of a debt bear different rates and interest is not always current.

Tail k is what is left of class k and of those settled after it: tail 1 is the whole debt. A payment settles the classes
in order, so after it tail k is the less of what it was and the whole debt. Two ways to write that:

- *bounds* (mode C): each tail is at most what it has grown to, and at most the tail before it. The ledger is the
  largest solution, if no class grows slower than one settled before it; exact as long as nothing wants a smaller debt.
- *whole numbers* (mode D): between class k and the next a payment passes only if all up to k are clear after it.
"""

from __future__ import annotations

import numpy as np

from repayplan.formulation.frame import Frame, debt, payment, principal
from repayplan.problem.arrays import Real
from repayplan.problem.sharing import RANK
from repayplan.solvers.staged import Draft, Piece, When

SETTLED, BEFORE = "settled", "before"

CENTS = 100.0
"""Cents on top of what booking leaves of interest that is paid: a solver's tolerance is not to decide."""
"""Rows that say in which order classes are settled; the one knows how much cash there is, the other when interest is
due."""


def classes(draft: Draft, frame: Frame, loan: int) -> None:
    """Rows of one loan whose whole debt, the first tail, is a column already."""
    kept = _kept(frame, loan)
    grown = _grown(frame, loan, kept)
    names = [debt(loan), *(_name(frame, loan, place) for place in kept[1:])]
    largest = _largest(frame, loan, kept)
    opening = frame.money(frame.problem.debt.claims.opening)[:, loan]
    for number, name in enumerate(names[1:], start=1):
        left = opening[:, kept[number] :].sum(axis=1)
        draft.column(name, 0.0, largest[number], initial=left)
    exact = frame.problem.modes[0] == "D"
    for number, name in enumerate(names):
        before = [(share, column) for share, column in zip(grown[number], names, strict=True) if share.any()]
        came: list[Piece] = [(-share, column, When.BEFORE) for share, column in before]
        if number == 0:
            draft.row(name, [(1.0, name), *came, (1.0, payment(loan))], 0.0, equal=exact)
            continue
        draft.row("claim", [(1.0, name), *came], 0.0)
        draft.row("claim", [(1.0, name), (-1.0, names[number - 1])], 0.0)
        if exact:
            settled: list[Piece] = [(-1.0, name), *((share, column, When.BEFORE) for share, column in before)]
            _in_order(draft, frame, loan, number, settled, names, largest, stays=_stay_clear(frame, loan, kept, number))


def _in_order(
    draft: Draft,
    frame: Frame,
    loan: int,
    number: int,
    settled: list[Piece],
    names: list[str],
    largest: list[Real],
    *,
    stays: bool,
) -> None:
    """Nothing is ``settled`` of a tail unless the classes before it are clear after the payment, or clear for good."""
    where = np.ones_like(frame.problem.pays) if stays else frame.problem.pays
    clear = draft.column(f"clear.{number}.{loan}", 0.0, 1.0, exists=where.any(axis=0), integer=True)
    if stays:
        draft.row("claim", [(1.0, clear, When.BEFORE), (-1.0, clear)], 0.0, where=frame.stage > 0)
    most = np.minimum(largest[number], np.maximum(frame.money(frame.problem.payable), 0.0))
    draft.row(SETTLED, [*settled, (-most, clear)], 0.0)
    before = _before(frame, loan, number)
    draft.row(BEFORE, [(1.0, names[0]), (-1.0, names[number]), (before, clear)], before, where=where)


def _before(frame: Frame, loan: int, number: int) -> Real:
    """(N, T) the most that the classes before a kept one can be: where interest is due, what whole cents leave of it.

    That is half a cent for each line booked so far: what is due in the ledger is paid, and parts of cents add up.
    """
    claims, arrays = frame.problem.debt.claims, frame.problem.debt
    place = _kept(frame, loan)[number]
    left = CENTS + 0.5 * claims.opening.shape[2] * np.cumsum(arrays.periods, axis=1)
    balances, rows = claims.opening[:, loan], []
    for stage in range(frame.stages):
        balances = np.einsum("nij,nj->ni", claims.maps[:, stage, loan], balances)
        due = arrays.current[:, stage, None] & (np.arange(balances.shape[1]) != claims.principal[:, None])
        balances = np.where(due, np.minimum(balances, left[:, stage, None]), balances)
        rows.append(balances[:, :place].sum(axis=1))
    return frame.money(np.stack(rows, axis=1))


def _kept(frame: Frame, loan: int) -> list[int]:
    """Places of the classes that are ever anything; where nothing is owed at all, the last."""
    ever = frame.problem.debt.claims.unpaid[:, :, loan].any(axis=(0, 1))
    ever = ever | frame.problem.debt.claims.opening[:, loan].any(axis=0)
    return [int(place) for place in np.flatnonzero(ever)] or [ever.size - 1]


def _grown(frame: Frame, loan: int, kept: list[int]) -> list[list[Real]]:
    """What each kept tail becomes in a stage, from the kept tails before it: [tail][tail before] (N, T)."""
    maps = frame.problem.debt.claims.maps[:, :, loan][..., kept, :][..., kept]
    sums = np.flip(np.cumsum(np.flip(maps, axis=-2), axis=-2), axis=-2)
    rows = np.diff(sums, axis=-1, prepend=0.0)
    return [[rows[..., tail, before] for before in range(len(kept))] for tail in range(len(kept))]


def _stay_clear(frame: Frame, loan: int, kept: list[int], number: int) -> bool:
    """Whether nothing that is left accrues into the classes before, so that they stay clear."""
    maps = frame.problem.debt.claims.maps[:, :, loan][..., kept, :][..., kept]
    return not maps[..., :number, number:].any()


def one_step(frame: Frame) -> bool:
    """Whether all there is to choose is when one boundary of one loan is passed for good: principal before arrears."""
    if frame.problem.modes[0] != "D" or frame.problem.sharing.rule == RANK:
        return False
    apart = [loan for loan in range(frame.problem.shape[2]) if not frame.problem.debt.linear[:, loan].all()]
    kept = [_kept(frame, loan) for loan in apart]
    return len(apart) == 1 and len(kept[0]) == 2 and _stay_clear(frame, apart[0], kept[0], 1)


def _largest(frame: Frame, loan: int, kept: list[int]) -> list[Real]:
    """(N, T) the most each kept tail can be."""
    unpaid = frame.money(frame.problem.debt.claims.unpaid)[:, :, loan]
    return [unpaid[..., place:].sum(axis=-1) for place in kept]


def _name(frame: Frame, loan: int, place: int) -> str:
    last = frame.problem.debt.claims.opening.shape[2] - 1
    is_principal = place == last == int(frame.problem.debt.claims.principal[0])
    return principal(loan) if is_principal else f"claim.{place}.{loan}"
