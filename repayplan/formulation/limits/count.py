"""The number of installments, in whole numbers: a date is paid or it is not."""

from __future__ import annotations

import numpy as np

from repayplan.formulation.frame import PAYS, Frame
from repayplan.formulation.registry import limit
from repayplan.problem.frozen import Real
from repayplan.solvers.staged import Draft


@limit(
    "installments",
    formula="Σ_t z_t = N with x_min z_t ≤ Σ_l x_t ≤ x̄_t z_t, z_t ∈ {0, 1}",
    source="the number of installments that was agreed; dates may be left out, and on a date that is paid at least a "
    "unit is, before the last the least installment",
    sign="0",
    applies="payment dates",
    at_least=True,
)
def installments(draft: Draft, frame: Frame) -> None:
    """Exactly N payments are not zero."""
    problem = frame.problem
    wanted = problem.wishes.installments
    where = problem.pays & ~np.isnan(wanted)[:, None]
    if not where.any():
        return
    limits = problem.limits
    small = np.nan_to_num(limits.minimum)[:, None] * (frame.before_last & ~limits.exempt)
    least = frame.money(np.maximum(small, limits.unit[:, None]) + limits.margin[:, None])
    draft.column(PAYS, 0.0, 1.0, exists=problem.pays.any(axis=0), integer=True)
    paid = [(1.0, name) for name in frame.payments]
    draft.row("installments.most", [*paid, (-largest(draft, frame), PAYS)], 0.0, where=where)
    unpaid = [(-1.0, name) for name in frame.payments]
    draft.row("installments.least", [*unpaid, (least, PAYS)], 0.0, where=where)
    count = problem.pays.astype(float)
    draft.long_row("installments", {PAYS: count}, wanted)
    draft.long_row("installments", {PAYS: -count}, -wanted)


def largest(draft: Draft, frame: Frame) -> Real:
    """(N, T) the most that can be paid on a date: no more than is owed, and than cash allows by then."""
    owed: Real = np.sum([draft.columns[name].upper for name in frame.payments], axis=0)
    return np.minimum(owed, np.maximum(frame.money(frame.problem.payable), 0.0))
