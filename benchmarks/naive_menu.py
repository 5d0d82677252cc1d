"""What a menu's plans have beside the free shape, as a modeler writes it: shapes, grace, burden, accounts apart.

Rows for :mod:`benchmarks.naive`, currency units, one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
import pulp

from repayplan.problem.arrays import Problem

CENTS = 100.0

Totals = Mapping[int, pulp.LpAffineExpression]
Columns = list[list[pulp.LpVariable]]


def shape_rows(case: Problem, total: Totals, debts: Columns, pays: list[int], last: int) -> Iterator[pulp.LpConstraint]:
    """Payments that follow a shape on the dates it counts: before the last payment to the cent, at most that on it."""
    form = case.form
    counted = [t for t in pays if form.counted[0, t]]
    if form.kind == "level_principal":
        yield from _principal_rows(case, debts, pays, counted, last)
        return
    amounts = [pulp.LpVariable(f"amount_{number}", 0) for number in range(form.thetas)]
    for t in counted:
        if t > last:
            continue
        due = float(form.base[0, t]) / CENTS + pulp.lpSum(
            float(form.weight[0, number, t]) * amount for number, amount in enumerate(amounts)
        )
        yield total[t] <= due
        if t < last:
            yield total[t] >= due
    if form.falling[0]:
        for above, below in pairwise(amounts):
            yield below <= above


def _principal_rows(
    case: Problem, debts: Columns, pays: list[int], counted: list[int], last: int
) -> Iterator[pulp.LpConstraint]:
    """The debt falls by one amount from one counted date to the next, all interest being paid."""
    step = pulp.LpVariable("amount", 0)
    opening = [float(cents) / CENTS for cents in case.debt.principal[0]]
    for t in pays:
        if t < counted[0] and t <= last:
            for debt, owed in zip(debts, opening, strict=True):
                yield debt[t] >= owed
    for t in counted:
        if t > last:
            continue
        first = t == counted[0]
        before = [owed if first else debt[t - 1] for debt, owed in zip(debts, opening, strict=True)]
        now = [debt[t] for debt in debts]
        yield pulp.lpSum(before) - pulp.lpSum(now) <= step
        if t < last:
            yield pulp.lpSum(before) - pulp.lpSum(now) >= step
            for owed, left in zip(before, now, strict=True):
                yield left <= owed


def burden_rows(case: Problem, total: Totals) -> Iterator[pulp.LpConstraint]:
    """The first year pays no more, and no less, than a share of the cash it brings: a bucket of the table of hazards
    has a program of its own."""
    if case.burden is None:
        return
    paid = pulp.lpSum(amount for t, amount in total.items() if case.burden.first[0, t])
    cash = max(float(case.burden.cash[0]), 0.0) / CENTS
    if not np.isnan(case.burden.high[0]):
        yield paid <= float(case.burden.high[0]) * cash
    if not np.isnan(case.burden.low[0]):
        yield paid >= float(case.burden.low[0]) * cash


def grace_rows(case: Problem, total: Totals, debts: Columns, pays: list[int]) -> Iterator[pulp.LpConstraint]:
    """Inside the grace time nothing is paid, or no principal."""
    for t in pays:
        if not case.limits.grace[0, t]:
            continue
        if not case.limits.interest_only[0]:
            yield total[t] <= 0
            continue
        for loan, debt in enumerate(debts):
            yield debt[t] >= float(case.debt.principal[0, loan]) / CENTS


def draws(case: Problem, stages: range) -> Columns:
    """What has been drawn from each account by each stage."""
    count = len(case.accounts.loan)
    return [[pulp.LpVariable(f"W_{account}_{t}", 0) for t in stages] for account in range(count)]


def account_rows(
    case: Problem, payments: list[dict[int, pulp.LpVariable]], drawn: Columns, stages: range
) -> Iterator[pulp.LpConstraint]:
    """Accounts are drawn on for their own loans, and for no more than they hold."""
    held = case.accounts
    for t in stages:
        came = {account: drawn[account][t] - (drawn[account][t - 1] if t else 0) for account in range(len(drawn))}
        for account, growth in came.items():
            yield growth >= 0
            yield drawn[account][t] <= float(held.available[0, t, account]) / CENTS
        for loan, paid in enumerate(payments):
            own = [growth for account, growth in came.items() if held.loan[account] == loan]
            if own:
                yield pulp.lpSum(own) <= paid.get(t, 0)
        if (np.asarray(held.loan) < 0).any():
            yield pulp.lpSum(came.values()) <= pulp.lpSum(paid.get(t, 0) for paid in payments)


def from_accounts(case: Problem, drawn: Columns, stage: int, last: int | None) -> pulp.LpAffineExpression:
    """What of all that has been paid by a stage did not come out of the business. With the last payment blocked
    accounts are its own."""
    over = last is not None and stage >= last and bool(case.limits.settle_full[0])
    return pulp.lpSum(
        column[stage]
        for column, blocked in zip(drawn, case.accounts.blocked.tolist(), strict=True)
        if not (over and blocked)
    ) + (float(case.accounts.released[0, stage]) / CENTS if over else 0.0)
