"""The same problem as a modeler writes it: PuLP, a Python loop per row, currency units, CBC.

It reads the arrays of a problem and nothing of ``repayplan.formulation``, so that it is a check of it as well.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pulp

from benchmarks.naive_menu import account_rows, burden_rows, draws, from_accounts, grace_rows, shape_rows
from repayplan.problem.arrays import Problem

CENTS = 100.0

TIE = 1e-6
"""By how much less the loan next in rank counts where nothing else decides."""

CBC_NOISE = 1e-7
"""CBC does not meet its own optimum again more exactly than this."""


@dataclass
class Model:
    """A PuLP model of one case in which stage ``last`` holds the last payment; None: wherever it falls."""

    problem: pulp.LpProblem
    payments: list[dict[int, pulp.LpVariable]]
    value: pulp.LpAffineExpression
    earliness: pulp.LpAffineExpression


def lanes(case: Problem) -> list[int | None]:
    """The stages that may hold the last payment, where something speaks of it."""
    return [int(stage) for stage in np.flatnonzero(case.pays[0])] if speaks_of_last(case) else [None]


def speaks_of_last(case: Problem) -> bool:
    """Whether a limit or the shape does, or blocked accounts are released after it."""
    limits = case.limits
    named = not np.isnan([limits.minimum[0], limits.step[0], limits.balloon[0]]).all()
    return named or not case.form.is_free or bool(case.accounts.blocked.any() and limits.settle_full[0])


def build(case: Problem, last: int | None) -> Model:
    """Variables, objective and rows, one by one."""
    problem = pulp.LpProblem("plan", pulp.LpMinimize)
    stages, loans = range(case.shape[1]), range(case.shape[2])
    pays = [stage for stage in stages if case.pays[0, stage]]
    allowed = [stage for stage in pays if last is None or stage <= last]
    payments = [{t: pulp.LpVariable(f"x_{loan}_{t}", 0) for t in allowed} for loan in loans]
    debts = [[pulp.LpVariable(f"D_{loan}_{t}", 0) for t in stages] for loan in loans]
    total = {t: pulp.lpSum(payments[loan][t] for loan in loans) for t in allowed}
    drawn = draws(case, stages)
    for loan in loans:
        before: float | pulp.LpVariable = case.debt.opening[0, loan] / CENTS
        for t in stages:
            paid = payments[loan].get(t, 0)
            grown = float(case.debt.growth[0, t, loan]) * before + float(case.debt.charge[0, t, loan]) / CENTS
            problem += debts[loan][t] == grown - paid
            before = debts[loan][t]
        if case.limits.settle_full[0]:
            problem += debts[loan][stages[-1]] == 0
    for row in [
        *cash_rows(case, total, drawn, last),
        *account_rows(case, payments, drawn, stages),
        *interest_rows(case, debts, stages, loans),
        *grace_rows(case, total, debts, pays),
        *burden_rows(case, total),
        *installment_rows(case, total, pays, last),
        *([] if case.form.is_free or last is None else shape_rows(case, total, debts, pays, last)),
    ]:
        problem += row
    value = recovery(case, problem, payments, debts)
    weights = urgency(case, pays)
    earliness = pulp.lpSum(weights[t][loan] * payments[loan][t] for loan in loans for t in allowed)
    return Model(problem, payments, value, earliness)


def urgency(case: Problem, pays: list[int]) -> dict[int, list[float]]:
    """What a unit paid counts: as often as there are dates from its own on, more on a loan that would grow faster."""
    weights = {}
    for number, t in enumerate(pays):
        spared = [
            sum(float(case.debt.unpaid[0, s, loan]) for s in pays[number:]) / float(case.debt.unpaid[0, t, loan])
            for loan in range(case.shape[2])
        ]
        left = (len(pays) - number) / len(pays)
        ranked = zip(spared, case.debt.rank[0].tolist(), strict=True)
        weights[t] = [left * saved / min(spared) * (1 - TIE * rank) for saved, rank in ranked]
    return weights


def cash_rows(
    case: Problem, total: dict[int, pulp.LpAffineExpression], drawn: list[list[pulp.LpVariable]], last: int | None
) -> Iterator[pulp.LpConstraint]:
    """The floor at every stage, cover on every payment date."""
    cash = case.cash
    for t in range(case.shape[1]):
        paid = pulp.lpSum(total[s] for s in total if s <= t)
        yield paid - from_accounts(case, drawn, t, last) <= float(cash.allowed[0, t]) / CENTS
    if np.isnan(case.cover.minimum[0]):
        return
    for t in total:
        start = int(case.cover.start[0, t])
        in_window = pulp.lpSum(total[s] for s in total if start <= s <= t)
        earlier = pulp.lpSum(total[s] for s in total if s < start)
        carried = float(cash.carried[0, start]) / CENTS - earlier
        available = float(case.cover.cash[0, t]) / CENTS + float(case.cover.carry[0]) * carried
        yield float(case.cover.minimum[0]) * in_window <= available


def interest_rows(
    case: Problem, debts: list[list[pulp.LpVariable]], stages: range, loans: range
) -> Iterator[pulp.LpConstraint]:
    """Where interest is due, the debt is not above what principal was: the least debt there has been."""
    for loan in loans:
        principal: float | pulp.LpVariable = case.debt.principal[0, loan] / CENTS
        for t in stages:
            if case.debt.current[0, t]:
                yield debts[loan][t] <= principal
            least = pulp.LpVariable(f"P_{loan}_{t}", 0)
            yield least <= principal
            yield least <= debts[loan][t]
            principal = least


def installment_rows(
    case: Problem, total: dict[int, pulp.LpAffineExpression], pays: list[int], last: int | None
) -> Iterator[pulp.LpConstraint]:
    """Largest installment; with a last payment: step, balloon, and that it is one."""
    limits = case.limits
    for t in total:
        if not np.isnan(limits.maximum[0]):
            yield total[t] <= float(limits.maximum[0]) / CENTS
    if last is None:
        return
    owed = float(case.debt.opening.sum())
    for before, t in pairwise(pays):
        if t in total and not np.isnan(limits.step[0]) and not limits.exempt[0, before]:
            yield total[t] <= (1 + float(limits.step[0])) * total[before]
            if t < last:
                yield total[t] >= (1 - float(limits.step[0])) * total[before]
    if not np.isnan(limits.balloon[0]) and len(total) > 3:
        three = [t for t in pays if t <= last][-3:]
        share, even = float(limits.balloon[0]), 3 / len(total)
        most = even * float(case.debt.unpaid[0, last].sum()) if even > share else share * owed
        yield pulp.lpSum(total[t] for t in three) <= most / CENTS
    token = owed / (10 * len(total)) if limits.settle_full[0] else 0.0
    least = max(float(limits.unit[0]), token)
    yield total[last] >= min(least, owed, float(case.cash.payable[0, last])) / CENTS


def recovery(
    case: Problem,
    problem: pulp.LpProblem,
    payments: list[dict[int, pulp.LpVariable]],
    debts: list[list[pulp.LpVariable]],
) -> pulp.LpAffineExpression:
    """Expected recovery: what is paid while the borrower lives, what a default brings, what is left at the end."""
    value, parts, alive = case.value, [], 1.0
    moments = [(t, True) for t in range(case.shape[1]) if case.pays[0, t]]
    if not case.limits.settle_full[0]:
        moments.append((case.shape[1] - 1, False))
    for t, due in moments:
        survives = float(value.survival[0, t])
        for loan, paid in enumerate(payments):
            factor = float(value.planning[0, t, loan])
            if due and t in paid:
                parts.append(factor * survives * paid[t])
            weight = factor * (alive - survives if due else survives)
            if weight > 0:
                claim = debts[loan][t] + (paid.get(t, 0) if due else 0)
                share, name = float(value.recovery[0]), f"{loan}_{t}_{due}"
                secured = pulp.LpVariable(f"S_{name}", 0, float(case.debt.collateral[0, loan]) / CENTS)
                unsecured = pulp.LpVariable(f"U_{name}", 0)
                problem += secured <= claim
                problem += unsecured <= share * (claim - secured)
                parts.append(weight * (secured + unsecured))
        if due:
            alive = survives
    return pulp.lpSum(parts)


def solve(model: Model, objective: pulp.LpAffineExpression, *rows: pulp.LpConstraint) -> float | None:
    """The most of ``objective`` under the model and further rows; None where CBC finds nothing optimal."""
    problem = model.problem.copy()
    for row in rows:
        problem += row
    problem.setObjective(-1 * objective)
    problem.solve(pulp.PULP_CBC_CMD(msg=False, threads=1))
    return float(pulp.value(objective)) if problem.sol_status == pulp.LpSolutionOptimal else None


@dataclass(frozen=True)
class Answer:
    """``value`` in currency units, ``payments`` (date, loan, amount) of the chosen plan."""

    value: float
    earliness: float
    payments: list[tuple[str, str, float]]


def solve_case(case: Problem) -> Answer | None:
    """Models of all lanes, solved."""
    return both_stages(case, [build(case, last) for last in lanes(case)])


def both_stages(case: Problem, models: list[Model]) -> Answer | None:
    """Most value over all models, then the earliest plan within the tolerance of it; None where none is possible."""
    values = [solve(model, model.value) for model in models]
    known = [value for value in values if value is not None]
    if not known:
        return None
    least = max(known) - (float(case.value.tolerance[0]) + CBC_NOISE) * abs(max(known))
    chosen: tuple[float, list[tuple[str, str, float]]] | None = None
    for model, value in zip(models, values, strict=True):
        if value is None or value < least:
            continue
        earliness = solve(model, model.earliness, model.value >= least)
        if earliness is not None and (chosen is None or earliness > chosen[0]):
            chosen = earliness, read(case, model)
    return None if chosen is None else Answer(max(known), *chosen)


def read(case: Problem, model: Model) -> list[tuple[str, str, float]]:
    """What is paid, in order of date."""
    days = case.days()
    return sorted(
        (f"{days[t]}", case.loans[0][loan], float(variable.value()))
        for loan, paid in enumerate(model.payments)
        for t, variable in paid.items()
        if variable.value() > 0.005
    )


def write(answer: Answer, folder: Path) -> None:
    """A JSON file and a CSV file."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"date": date, "loan": loan, "payment": f"{amount:.2f}"} for date, loan, amount in answer.payments]
    (folder / "plan.json").write_text(json.dumps({"value": answer.value, "payments": rows}), encoding="utf-8")
    with (folder / "schedule.csv").open("w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, ["date", "loan", "payment"])
        writer.writeheader()
        writer.writerows(rows)
