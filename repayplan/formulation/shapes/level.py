"""Shapes of one amount: level installments, level principal, interest alone first, a stated last payment."""

from __future__ import annotations

import numpy as np

from repayplan.formulation.frame import Frame, debt
from repayplan.formulation.shaping import follow, largest_of_all, shape, states
from repayplan.solvers.staged import Draft, Piece, When


@shape(
    "level",
    formula="x_t = θ before the last payment, x_n ≤ θ",
    unknowns="one amount",
    follows="payment dates after grace, once an even installment can be spared",
)
def level(draft: Draft, frame: Frame) -> None:
    """One amount."""
    follow(draft, frame, states(draft, frame, largest_of_all(draft, frame)), frame.problem.form.weight)


@shape(
    "level_principal",
    formula="P_{t−1} − P_t = θ before the last payment, P_{n−1} − P_n ≤ θ, D_t = P_t",
    unknowns="the principal in each installment",
    follows="payment dates after grace, once an even installment can be spared; no principal is paid before them",
    sign="+ and −",
)
def level_principal(draft: Draft, frame: Frame) -> None:
    """One amount of principal and all interest: the debt falls by θ from one payment date to the next.

    No principal is paid on dates that are not counted, so that on the first counted one it stands at its opening.
    """
    problem, form = frame.problem, frame.problem.form
    (name,) = states(draft, frame, 1.0)
    owed = frame.money(problem.debt.principal)
    counted = form.counted
    first = counted & (np.cumsum(counted, axis=1) == 1)
    later = counted & ~first
    loans = [debt(loan) for loan in range(problem.shape[2])]
    now, now_down = [(1.0, each) for each in loans], [(-1.0, each) for each in loans]
    before: list[Piece] = [(-1.0, each, When.BEFORE) for each in loans]
    after: list[Piece] = [(1.0, each, When.BEFORE) for each in loans]
    whole = owed.sum(axis=1)[:, None]
    for where, rhs, up, down in ((first, whole, [], []), (later, 0.0, before, after)):
        draft.row("level_principal.least", [*now, (1.0, name), *up], rhs, where=where & frame.before_last)
        draft.row("level_principal.most", [*now_down, (-1.0, name), *down], -rhs, where=where & frame.up_to_last)
    for loan, each in enumerate(loans):
        opening = owed[:, loan, None]
        untouched = problem.pays & (np.cumsum(counted, axis=1) == 0)
        draft.row("level_principal.untouched", [(-1.0, each)], -opening, where=untouched & frame.up_to_last)
        draft.row("level_principal.interest", [(1.0, each)], opening, where=first & frame.before_last)
        draft.row(
            "level_principal.interest",
            [(1.0, each), (-1.0, each, When.BEFORE)],
            0.0,
            where=later & frame.before_last,
        )


@shape(
    "interest_only",
    formula="P_t = P_0 = D_t for the first months, then x_t = θ before the last payment, x_n ≤ θ",
    unknowns="one amount",
    follows="payment dates after the months of interest, as for level",
    sign="+ and − while interest alone is paid, otherwise 0",
)
def interest_only(draft: Draft, frame: Frame) -> None:
    """All interest and no principal at first, then one amount."""
    problem, form = frame.problem, frame.problem.form
    follow(draft, frame, states(draft, frame, largest_of_all(draft, frame)), form.weight)
    inside = form.interest & problem.pays
    for loan in range(problem.shape[2]):
        owed = frame.money(problem.debt.principal)[:, loan, None]
        draft.row("interest_only.principal", [(-1.0, debt(loan))], -owed, where=inside)
        paid = inside & ~problem.debt.waived
        draft.row("interest_only.interest", [(1.0, debt(loan))], owed, where=paid & frame.up_to_last)


@shape(
    "level_balloon",
    formula="x_t = θ before the last payment, x_n as stated",
    unknowns="one amount",
    follows="payment dates after grace, once an even installment can be spared",
)
def level_balloon(draft: Draft, frame: Frame) -> None:
    """One amount, and a last payment as stated."""
    follow(draft, frame, states(draft, frame, largest_of_all(draft, frame)), frame.problem.form.weight)
    stated = frame.money(frame.problem.form.stated)[:, None]
    draft.row(
        "level_balloon.last",
        [(1.0, payment) for payment in frame.payments],
        stated,
        equal=True,
        where=frame.at_last & ~np.isnan(stated),
    )
