"""Limits on what a plan is worth: at the original rate, against enforcement, and against its own burden."""

from __future__ import annotations

import numpy as np

from repayplan.formulation.frame import Frame, payment, short
from repayplan.formulation.recovery import moments
from repayplan.formulation.registry import limit
from repayplan.problem.arrays import Real
from repayplan.problem.legal import Npv
from repayplan.solvers.staged import Draft


@limit(
    "npv",
    formula="(1 − δ) NPV⁰_l ≤ Σ_t v_t x_{l,t} + s_l, Σ_t v_t x_{l,t} − s_l ≤ (1 + δ) NPV⁰_l (IFRS 9 alone); "
    "s_l = 0, or a price on it",
    source="EBA/GL/2016/07 §51, from 1 January 2021: a loss above 1% is default; IFRS 9 B3.3.6, from 1 January 2018: a "
    "difference above 10% is a substantial modification",
    sign="0",
    applies="every loan, over the whole plan; NPV⁰ is the claims due now, or what the contract has still to bring",
    at_least=True,
)
def npv(draft: Draft, frame: Frame) -> None:
    """What is paid is worth, at each loan's original rate, nearly what the loan was worth before."""
    arrays = frame.problem.legal.npv
    if arrays is None:
        return
    for loan in np.flatnonzero(frame.problem.debt.own[0]).tolist():
        _npv(draft, frame, arrays, loan)


def _npv(draft: Draft, frame: Frame, arrays: Npv, loan: int) -> None:
    weight = arrays.factors[:, :, loan] * frame.problem.pays
    spare = frame.money(frame.problem.limits.margin * weight.max(axis=1))
    missed: dict[str, Real] = {}
    if not np.isnan(arrays.price).all():
        most = (weight * draft.columns[payment(loan)].upper).sum(axis=1, keepdims=True)
        there = frame.final[0]
        price = np.where(frame.final, np.nan_to_num(arrays.price)[:, None], 0.0)
        name = draft.column(
            short(loan), 0.0, np.maximum(frame.money(arrays.least)[:, loan, None], most), cost=price, exists=there
        )
        missed = {name: -frame.final.astype(float)}
    least, most_worth = frame.money(arrays.least)[:, loan], frame.money(arrays.most)[:, loan]
    draft.long_row(f"npv.{loan}.least", {payment(loan): -weight, **missed}, -least - spare)
    if np.isfinite(most_worth).all():
        draft.long_row(f"npv.{loan}.most", {payment(loan): weight, **missed}, most_worth - spare)


@limit(
    "liquidation",
    formula="Σ v_t [S_t x_t + (S_{t−1} − S_t) R_t] + v_T S_T R_end ≥ net collateral, less costs, after its delay",
    source="a plan is worth at least what enforcement brings: 7 CFR 766.111, 12 USC 2202a, Greek law 4738/2020; bank "
    "policy",
    sign="−",
    applies="the whole plan, discounted at the bank's rate",
    at_least=True,
)
def liquidation(draft: Draft, frame: Frame) -> None:
    """Expected recovery at the bank's own rate, however plans are compared, reaches what the collateral would bring."""
    worth, problem = frame.problem.legal.liquidation, frame.problem
    if worth is None:
        return
    loans = problem.shape[2]
    factors = problem.value.discount[:, :, None] * problem.debt.own[:, None]
    counts: dict[str, Real] = {}
    for loan in range(loans):
        counts[payment(loan)] = -factors[:, :, loan] * problem.value.survival * problem.pays
        for moment in moments(frame, factors):
            counts[moment.secured(loan)] = -moment.weight[:, :, loan]
            counts[moment.unsecured(loan)] = -moment.weight[:, :, loan]
    spare = 3.0 * loans * problem.limits.margin
    draft.long_row("liquidation", counts, -frame.money(worth + spare))


@limit(
    "burden",
    formula="low · C₁₂ ≤ Σ_{t ≤ 12 months} x_t ≤ high · C₁₂",
    source="bank policy; the hazard of default is taken by the burden, so each bucket of it is a program of its own",
    sign="0",
    applies="the first twelve months, where a largest burden or a table of hazards is given",
)
def burden(draft: Draft, frame: Frame) -> None:
    """The first twelve months pay a bounded share of the cash they bring, net of costs."""
    arrays, problem = frame.problem.burden, frame.problem
    if arrays is None:
        return
    first = (arrays.first & problem.pays).astype(float)
    cash, spare = np.maximum(arrays.cash, 0), problem.limits.margin
    for name, share, sign in (("burden.high", arrays.high, 1.0), ("burden.low", arrays.low, -1.0)):
        if not np.isnan(share).all():
            bound = sign * np.nan_to_num(share) * cash - spare
            rhs = frame.money(np.maximum(bound, 0.0) if sign > 0 else bound)  # paying nothing needs no room
            draft.long_row(name, dict.fromkeys(frame.payments, sign * first), rhs, where=~np.isnan(share))
