"""Limits on the debt's course: interest kept current, grace, maturity."""

from __future__ import annotations

from repayplan.formulation.frame import Frame, debt, principal
from repayplan.formulation.registry import limit
from repayplan.solvers.staged import Draft, When


@limit(
    "interest",
    formula="D_t ≤ min_{s < t} D_s where interest is due",
    source="interest at least every so many months; with interest settled before principal, P_t = min_{s ≤ t} D_s",
    sign="+ at the date, − before it",
    applies="the last payment date of each interest period for which cash is forecast",
    at_least=True,
)
def interest(draft: Draft, frame: Frame) -> None:
    """Unpaid interest is nil: the debt is not above the principal, which is the least debt so far.

    The principal column is only bounded from above, which is exact because no other row wants it small. Where the
    classes of a loan are told apart it is there already, and exact.
    """
    arrays = frame.problem.debt
    if not arrays.current.any():
        return
    for loan in range(frame.problem.shape[2]):
        name = principal(loan)
        if name in draft.columns:
            draft.row(f"interest.{loan}", [(1.0, debt(loan)), (-1.0, name)], 0.0, where=arrays.current)
            continue
        opening = frame.money(arrays.principal)[:, loan]
        draft.column(name, 0.0, opening[:, None], initial=opening)
        draft.row("principal", [(1.0, name), (-1.0, name, When.BEFORE)], 0.0)
        draft.row("principal", [(1.0, name), (-1.0, debt(loan))], 0.0)
        draft.row(f"interest.{loan}", [(1.0, debt(loan)), (-1.0, name, When.BEFORE)], 0.0, where=arrays.current)


@limit(
    "grace",
    formula="Σ_l x_t ≤ 0, or D_{l,t} ≥ P_{l,0} where interest is paid",
    source="grace time granted by the bank",
    sign="− where interest is paid, otherwise 0",
    applies="payment dates inside the grace time",
)
def grace(draft: Draft, frame: Frame) -> None:
    """Nothing is paid, or no principal: as no principal has been paid before, it still stands at its opening."""
    limits, arrays = frame.problem.limits, frame.problem.debt
    inside = limits.grace & frame.problem.pays
    interest_only = limits.interest_only[:, None]
    draft.row("grace", [(1.0, name) for name in frame.payments], 0.0, where=inside & ~interest_only)
    for loan in range(frame.problem.shape[2]):
        opening = frame.money(arrays.principal)[:, loan, None]
        draft.row(f"grace.{loan}", [(-1.0, debt(loan))], -opening, where=inside & interest_only)


@limit(
    "maturity",
    formula="D_T = 0",
    source="the debt is settled in full within the term",
    sign="+",
    applies="the end of the term",
    at_least=True,
)
def maturity(draft: Draft, frame: Frame) -> None:
    """No debt is left; it cannot be less than nothing, so the row is an equality."""
    full = frame.problem.limits.settle_full[:, None]
    for loan in range(frame.problem.shape[2]):
        draft.row(f"maturity.{loan}", [(1.0, debt(loan))], 0.0, equal=True, where=frame.final & full)
