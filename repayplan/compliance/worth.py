"""What a finished plan is worth, and the point checks on it: at the original rate, against enforcement, its burden."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import check
from repayplan.compliance.replay import Replay
from repayplan.language import tr
from repayplan.money import grouped
from repayplan.problem.arrays import Cents, Problem, Real
from repayplan.problem.legal import parameter

NOISE = 1e-4
"""Cents by which a sum of products of floats may be off."""


def expected_recovery(problem: Problem, paid: Cents | Real, debt: Cents | Real, discount: Real) -> float:
    """Σ v_t [S_t x_t + (S_{t−1} − S_t) R_t] + v_T S_T R_end in cents, of the bank's own loans.

    ``paid`` and ``debt`` after payment are (T, L) cents, ``discount`` holds factors, (T,) or (T, L).
    """
    factors = discount if discount.ndim == 2 else np.repeat(discount[:, None], paid.shape[1], axis=1)
    factors = factors * problem.debt.own[0]
    survival = problem.value.survival[0]
    value, alive = 0.0, 1.0
    for stage in np.flatnonzero(problem.pays[0]).tolist():
        recovered = _recovered(problem, debt[stage] + paid[stage])
        value += float(factors[stage] @ (survival[stage] * paid[stage] + (alive - survival[stage]) * recovered))
        alive = float(survival[stage])
    return value + float(survival[-1] * factors[-1] @ _recovered(problem, debt[-1]))


def _recovered(problem: Problem, claim: Cents | Real) -> Real:
    """(L,) net collateral first, then the recovery rate on what it does not cover; never more than the claim."""
    secured = np.minimum(problem.debt.collateral[0], claim)
    return np.asarray(secured + problem.value.recovery[0] * (claim - secured), dtype=float)


def value_after(problem: Problem, paid: Cents | Real) -> Real:
    """(L,) what payments (T, L) are worth at each loan's original rate; cents. Nothing asks for it: nothing."""
    npv = problem.legal.npv
    return np.zeros(paid.shape[1]) if npv is None else np.asarray((npv.factors[0] * paid).sum(axis=0))


def value_missed(problem: Problem, paid: Cents | Real) -> Real:
    """(L,) by how much the value at the original rate is outside what a test allows; cents."""
    npv = problem.legal.npv
    if npv is None:
        return np.zeros(paid.shape[1])
    after = value_after(problem, paid)
    missed = np.maximum(npv.least[0] - after, after - npv.most[0])
    return np.asarray(np.where(missed > NOISE, missed, 0.0))


@check(
    "npv",
    tr("No loan loses too much of its value"),
    lambda plan: plan.terms.npv_test is not None and plan.terms.npv_price is None,
)
def npv(plan: Replay) -> Iterator[Finding]:
    """What is paid on each loan, at its original rate, lies within the test's share of what it was worth before."""
    tested = plan.problem.legal.npv
    if tested is None:
        return
    rule = parameter(f"npv_{plan.terms.npv_test}", plan.case.as_of)
    after, missed = value_after(plan.problem, plan.paid), value_missed(plan.problem, plan.paid)
    for number, loan in enumerate(plan.case.loans):
        if missed[number] and loan.lender is None:
            before = float(tested.before[0, number])
            sentence = tr(
                "Loan {loan} was worth {before}, by the plan it is worth {after}: {change} is more than {most} apart",
                loan=loan.id,
                before=grouped(round(before)),
                after=grouped(round(float(after[number]))),
                change=f"{float(after[number]) / before - 1:+.2%}",
                most=f"{float(rule.most):.0%}",
            )
            amount = math.ceil(float(missed[number]) - NOISE)
            yield Finding("npv", rule.clause, "fail", sentence, None, loan.id, amount)


@check("liquidation", tr("The plan is worth what enforcement would bring"), lambda plan: plan.terms.liquidation_floor)
def liquidation(plan: Replay) -> Iterator[Finding]:
    """Expected recovery at the bank's rate is at least net collateral, less costs, after its delay."""
    floor = plan.problem.legal.liquidation
    if floor is None:
        return
    worth = expected_recovery(plan.problem, plan.paid, plan.debt, plan.problem.value.discount[0])
    if worth < floor[0] - NOISE:
        sentence = tr(
            "The plan is worth {worth} today, enforcement {floor}",
            worth=grouped(math.floor(worth)),
            floor=grouped(math.ceil(floor[0])),
        )
        amount = math.ceil(float(floor[0]) - worth - NOISE)
        yield Finding("liquidation", "policy.liquidation_floor", "fail", sentence, None, None, amount)


@check("burden", tr("The first twelve months are not too heavy"), lambda plan: plan.problem.burden is not None)
def burden(plan: Replay) -> Iterator[Finding]:
    """The first twelve months pay a share of the cash they bring within what is given and the bucket planned for."""
    bound = plan.problem.burden
    if bound is None:
        return
    paid = sum(cents for cents, counts in zip(plan.total, bound.first[0], strict=True) if counts)
    cash = max(int(bound.cash[0]), 0)
    for share, sign in ((bound.high[0], 1), (bound.low[0], -1)):
        missing = 0 if np.isnan(share) else sign * (paid - Fraction(f"{share:.12g}") * cash)
        if missing > 0:
            sentence = tr(
                "The first twelve months pay {paid} of {cash} that they bring, which is beyond {share}",
                paid=grouped(paid),
                cash=grouped(cash),
                share=f"{share:.1%}",
            )
            yield Finding("burden", "policy.max_burden", "fail", sentence, None, None, math.ceil(missing))
