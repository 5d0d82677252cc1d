"""How several loans share a payment: by rank, or by the same fraction of what is owed on each."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from repayplan.formulation.frame import LEFT, Frame, debt, payment
from repayplan.formulation.registry import limit
from repayplan.problem.sharing import PARI_PASSU, RANK
from repayplan.solvers.staged import Draft, When


@limit(
    "allocation",
    formula="rank: x_{l+1,t} ≤ x̄ z_{l,t}, or D_{l+1,t} ≥ P_{l+1,0} (1 − z_{l,t}) where interest is due, with "
    "D_{l,t} ≤ D̄_{l,t} (1 − z_{l,t}), z whole and never falling; pari passu: D_{l,t} = D̄_{l,t} Φ_t, D̄ the debt if "
    "nothing is paid, 1 ≥ Φ_{t−1} ≥ Φ_t",
    source="agreed between the lenders, or Civil Code art. 560",
    sign="+ on the loan before, − on the loan after it",
    applies="cases of several loans that do not share freely",
)
def allocation(draft: Draft, frame: Frame) -> None:
    """Beyond interest that is due a loan is paid only when those before it are clear, or all are paid alike."""
    sharing = frame.problem.sharing
    if sharing.rule == RANK:
        _by_rank(draft, frame)
    elif sharing.rule == PARI_PASSU:
        _alike(draft, frame)


def _by_rank(draft: Draft, frame: Frame) -> None:
    """z says that a loan is clear after the payment. Before that, no principal of the next has been paid, so what it
    owes on a date on which interest is due is not less than its principal at signing."""
    arrays = frame.problem.debt
    due, pays = arrays.current, frame.problem.pays
    most, principal = frame.money(arrays.unpaid), frame.money(arrays.principal)[:, :, None]
    clear: list[str] = []
    for loan, following in pairwise(frame.problem.sharing.order):
        name = draft.column(f"settled.{loan}", 0.0, 1.0, integer=True)
        largest = most[:, :, loan]
        draft.row("allocation", [(1.0, debt(loan)), (largest, name)], largest)
        draft.row("allocation", [(1.0, name, When.BEFORE), (-1.0, name)], 0.0, where=frame.stage > 0)
        draft.row("allocation", [(1.0, payment(following)), (-most[:, :, following], name)], 0.0, where=pays & ~due)
        left = principal[:, following]
        draft.row("allocation", [(-1.0, debt(following)), (-left, name)], -left, where=due)
        if clear:
            draft.row("allocation", [(1.0, name), (-1.0, clear[-1])], 0.0)
        clear.append(name)


def _alike(draft: Draft, frame: Frame) -> None:
    """Paying every loan by the same fraction of what is owed keeps each at the same fraction Φ of what it would be had
    nothing been paid."""
    most = frame.money(frame.problem.debt.unpaid)
    draft.column(LEFT, 0.0, 1.0, initial=np.ones(frame.lanes))
    draft.row("allocation", [(1.0, LEFT), (-1.0, LEFT, When.BEFORE)], 0.0)
    for loan in range(frame.problem.shape[2]):
        draft.row("allocation", [(1.0, debt(loan)), (-most[:, :, loan], LEFT)], 0.0, equal=True)
