"""Limits that law and regulators set: the extension cap, the whole charge, arrears paid down, what may be waived."""

from __future__ import annotations

import numpy as np

from repayplan.formulation.frame import WAIVED, Frame, debt, lent, payment, principal
from repayplan.formulation.registry import limit
from repayplan.problem.arrays import Real
from repayplan.solvers.staged import Draft, When


@limit(
    "term",
    formula="x_{l,t} ≤ 0 after the last day to which the loan may be extended",
    source="贷款通则 art. 12, from 1 August 1996: extensions together at most the original term (up to 1 year), half "
    "of it (1 to 5 years), 3 years (longer)",
    sign="0",
    applies="route extension, payment dates after that day",
)
def term(draft: Draft, frame: Frame) -> None:
    """Nothing is paid on a loan after its extension has ended; where all must be paid, that is by then."""
    within = frame.problem.legal.within
    if within is None:
        return
    for loan, name in enumerate(frame.payments):
        draft.row(f"term.{loan}", [(1.0, name)], 0.0, where=frame.problem.pays & ~within[:, :, loan])


@limit(
    "arrears",
    formula="D_{l,t} ≤ P_l not yet due + what may stay overdue, at t",
    source="金融资产风险分类办法, from 1 July 2023: more than 90 days overdue is substandard, 270 doubtful, 360 loss",
    sign="+",
    applies="the last payment date before the class to be avoided, arrears that stay overdue",
    at_least=True,
)
def arrears(draft: Draft, frame: Frame) -> None:
    """What was overdue at signing, and what has fallen due since, is paid: payments settle it before the rest."""
    cleared, problem = frame.problem.legal.cleared, frame.problem
    if cleared is None:
        return
    opening = np.maximum(problem.debt.opening, 1)[:, None]
    moved = problem.debt.unpaid / opening * problem.limits.margin[:, None, None]
    for loan in range(problem.shape[2]):
        most = frame.money(np.maximum(cleared.debt[:, loan, None] - moved[:, :, loan], 0))
        draft.row(f"arrears.{loan}", [(1.0, debt(loan))], most, where=cleared.due[:, :, loan])


@limit(
    "charge",
    formula="Σ_t x_{l,t} ≤ P_{l,0} + a (P_{l,0} Δ_past + Σ_t P_{l,t−1} Δ_t), P_{l,t} ≤ min_{s ≤ t} D_{l,s}",
    source="法发〔2017〕22号, from 4 August 2017: interest, penalty, compound interest and fees above 24% a year are "
    "cut, what was claimed before signing included",
    sign="−",
    applies="every loan, over the whole plan",
)
def charge(draft: Draft, frame: Frame) -> None:
    """All that is paid beyond what was lent stays within a share a year of what is left of it.

    What is left is bounded from above alone, which is exact because every row wants it large. Capitalized arrears are
    charge, not lent.
    """
    arrays, problem = frame.problem.legal.charge, frame.problem
    if arrays is None:
        return
    rate, years = arrays.rate[:, None], np.atleast_2d(arrays.years)
    ahead = np.concatenate([years[:, 1:], np.zeros_like(years[:, :1])], axis=1)
    for loan in np.flatnonzero(problem.debt.own[0]).tolist():
        opening = frame.money(arrays.lent)[:, loan]
        owed = principal(loan) if principal(loan) in draft.columns else debt(loan)
        name = draft.column(lent(loan), 0.0, opening[:, None], initial=opening)
        draft.row("lent", [(1.0, name), (-1.0, name, When.BEFORE)], 0.0)
        draft.row("lent", [(1.0, name), (-1.0, owed)], 0.0)
        known = opening * (1 + arrays.rate * years[:, 0]) + frame.money(arrays.allowed)[:, loan]
        spare = 2 * frame.money(problem.limits.margin)
        rows: dict[str, Real] = {payment(loan): problem.pays.astype(float), name: -rate * ahead}
        draft.long_row(f"charge.{loan}", rows, known - spare)


@limit(
    "waived",
    formula="w ≤ W",
    source="what the committee may waive, over all loans and classes; bank policy",
    sign="0",
    applies="signing",
    at_least=True,
)
def waived(draft: Draft, frame: Frame) -> None:
    """What is given up at signing, a column that the case has fixed, is no more than may be."""
    amounts = frame.problem.legal.waived
    if amounts is None:
        return
    given, most = (frame.money(amounts[:, column])[:, None] for column in (0, 1))
    draft.column(WAIVED, given, given, exists=frame.stage[0] == 0)
    draft.row("waived", [(1.0, WAIVED)], most, where=frame.stage == 0)
