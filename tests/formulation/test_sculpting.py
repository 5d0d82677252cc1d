"""Sculpting: payments that follow cash at a cover ratio, and debt, cover and average life met in one solve."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from making import make_case, prepare
from months import months_problem
from scipy.optimize import linprog

from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.planning.optimum import optimize
from repayplan.planning.plan import plan
from repayplan.problem.arrays import Problem

CFADS = (100, 120, 90, 140, 110)
RATE = 0.06
PRESENT = sum(cash / (1 + RATE) ** year for year, cash in enumerate(CFADS, 1))
"""What the cash of five years is worth at 6 %: 469.796443."""


def figures(name: str) -> list[Any]:
    """The series of an oracle, found through REPAYPLAN_DATA."""
    folder = os.environ.get("REPAYPLAN_DATA")
    if not folder:
        return [pytest.param(None, marks=pytest.mark.skip(reason="REPAYPLAN_DATA names no data folder"))]
    found = json.loads((Path(folder) / "oracles" / name).read_text(encoding="utf-8"))
    return found if isinstance(found, list) else [found["sculpt"]]


def covered(problem: Problem, ratio: float) -> Problem:
    """The problem with a cover ratio on the cash of each period alone."""
    inflow = problem.cash.inflow
    cover = replace(problem.cover, cash=inflow, start=np.arange(inflow.shape[1])[None], minimum=np.array([ratio]))
    return replace(problem, cover=replace(cover, carry=np.array([0.0])))


@pytest.mark.parametrize("known", figures("regulation.json"))
def test_the_published_debt_of_a_cover_ratio_is_repaid_by_the_published_principal(known: dict[str, Any]) -> None:
    """At a cover of 1.30 cash carries 361.381879 of debt and no cent more, in one way only: cash / 1.30."""
    debt = known["DSCR1.30"]["debt"]
    assert debt == pytest.approx(known["PV_CFADS"] / 1.30)
    scaled = [1e6 * cash for cash in known["CFADS"]]
    carried = covered(months_problem(math.floor(1e8 * debt) / 100, known["rate"], scaled, discount=RATE), 1.30)
    optimum = optimize(carried)
    assert optimum is not None
    paid = optimum.payments[:, 0] / 1e8
    assert paid == pytest.approx(np.array(known["CFADS"]) / 1.30, rel=1e-7)
    left, principal = debt, []
    for payment in paid:
        principal.append(payment - left * known["rate"])
        left -= principal[-1]
    assert principal == pytest.approx(known["DSCR1.30"]["principal"], abs=5e-5)
    above = covered(months_problem(1e6 * debt + 1, known["rate"], scaled, discount=RATE), 1.30)
    assert optimize(above) is None


@pytest.mark.parametrize("known", figures("regulation.json"))
def test_the_best_least_cover_is_the_loan_life_cover(known: dict[str, Any]) -> None:
    """A debt of 300 has a least cover of 1.565988 = PV(cash) / debt at best: a little more is impossible."""
    best = known["maxmin_DSCR_debt300"]
    assert best == pytest.approx(known["PV_CFADS"] / 300)
    problem = months_problem(3e8, known["rate"], [1e6 * cash for cash in known["CFADS"]], discount=RATE)
    assert optimize(covered(problem, best - 1e-6)) is not None
    assert optimize(covered(problem, best + 1e-6)) is None


@pytest.mark.parametrize("known", figures("generated/sculpting_npv_identity.json"))
def test_debt_is_the_present_value_of_cash_over_the_cover_ratio(known: dict[str, Any]) -> None:
    """On generated series: the most debt is repaid by cash / ratio, whatever the preference; interest as published.

    Debt and cash are in whole cents there, so a few cents less debt leave the same payments to within them.
    """
    cfads, ratio, rate = known["cfads"], known["dscr"], known["rate"] / 12
    debt = math.floor(known["max_debt"] * 100 - 2 * len(cfads)) / 100
    optimum = optimize(covered(months_problem(debt, rate, cfads, discount=rate), ratio))
    assert optimum is not None
    assert optimum.payments[:, 0] / 100 == pytest.approx(np.array(cfads) / ratio, abs=0.02 * len(cfads) * 3)
    for (interest, principal, _), payment in zip(
        known["interest_principal_balance"], optimum.payments[:, 0], strict=True
    ):
        assert interest + principal == pytest.approx(payment / 100, abs=0.02 * len(cfads) * 3)
    assert optimize(covered(months_problem(known["max_debt"] + 1, rate, cfads, discount=rate), ratio)) is None


def bodmer(years: str, of: str = "principal", **policy: str) -> Case:
    """300 million over five years at 6 %, a cover of 1.30 on the cash of each year, and an average life."""
    cash = {f"{2026 + year}-11-20": f"{1_000_000 * amount}.00" for year, amount in enumerate(CFADS, 1)}
    return make_case(
        loan={"principal": "300000000.00", "rate": "6.00%", "day_count": "30/360"},
        milestones=cash,
        maturity="2031-11-20",
        first_payment="2027-11-20",
        payment_day=20,
        payment_every=12,
        interest_every=12,
        cover={"minimum": "1.30", "window": "period", "carry": "0%"},
        average_life={"years": years, "of": of},
        **{"discount_rate": "6.00%", **policy},
    )


def shortest(ratio: float) -> tuple[float, float]:
    """The shortest average life of payments and of principal at a cover ratio: cash / ratio as long as there is debt.

    Years of 365 days: 20 November is 365, 731 (2028 is a leap year), 1096, 1461 and 1826 days away.
    """
    days, debt, paid, repaid = (365, 731, 1096, 1461, 1826), 300.0, [], []
    for cash in CFADS:
        interest = RATE * debt
        payment = min(cash / ratio, debt + interest)
        paid.append(payment)
        repaid.append(payment - interest)
        debt -= payment - interest
    assert debt == pytest.approx(0)
    return tuple(float(np.dot(days, each) / sum(each) / 365) for each in (paid, repaid))  # type: ignore[return-value]


def test_debt_cover_and_average_life_are_met_in_one_solve() -> None:
    """Bodmer's problem. The shortest life is that of the fastest plan; a thousandth of a year less is impossible.

    With the debt fixed, and cover and average life both asked for, spreadsheets iterate; here all are rows.
    """
    _, least = shortest(1.30)
    fastest = plan(bodmer(f"{least + 0.001:.3f}"))
    assert fastest.status == "optimal"
    assert fastest.metrics.payments == 5
    assert plan(bodmer(f"{least - 0.001:.3f}")).status == "infeasible"
    # where waiting seems to gain, the limit is what ends it, and a longer life is reached to the day
    life = round(least + 0.3, 2)
    waited = plan(bodmer(f"{life}", delay="allow", discount_rate="0.00%"))
    repaid = [((row.date - waited.case.as_of).days / 365, row.principal) for row in waited.installments]
    found = sum(time * cents for time, cents in repaid) / sum(cents for _, cents in repaid)
    assert found == pytest.approx(life, abs=1e-6)
    assert waited.metrics.min_dscr is not None
    assert waited.metrics.min_dscr >= 1.30


def test_average_life_of_payments_in_any_mode() -> None:
    least, _ = shortest(1.30)
    assert plan(bodmer(f"{least + 0.001:.3f}", of="payments")).status == "optimal"
    assert plan(bodmer(f"{least - 0.001:.3f}", of="payments")).status == "infeasible"


def test_average_life_in_rows_that_only_bound_principal_from_above_is_fiction() -> None:
    """1,000 at 1 % a month, cash of 5 a month and the rest in month 12: nothing but the last payment repays anything.

    Principal that is only bounded from above vanishes at will in such rows: they find an average life of no time at
    all, though the ledger knows of none shorter than twelve months. That is why they are refused.
    """
    count, rate = 12, 0.01
    cash = [5.0] * (count - 1) + [1100.0]
    # columns: x_1…x_12, D_1…D_12, P_1…P_12; P_t ≤ P_{t−1}, P_t ≤ D_t; D by equality; D_12 = 0
    debt = np.zeros((count, 3 * count))
    principal, above = np.zeros((2 * count, 3 * count)), np.zeros(2 * count)
    for month in range(count):
        debt[month, month] = debt[month, count + month] = 1.0
        if month:
            debt[month, count + month - 1] = -(1 + rate)
            principal[month, 2 * count + month - 1] = -1.0
        principal[month, 2 * count + month] = principal[count + month, 2 * count + month] = 1.0
        principal[count + month, count + month] = -1.0
    above[0] = 1000.0
    right = np.array([1000.0 * (1 + rate), *[0.0] * (count - 1)])
    bounds = [(0, amount) for amount in cash] + [(0, None)] * (count - 1) + [(0, 0)] + [(0, None)] * count
    standing = np.array([0.0] * (2 * count) + [1.0] * count)  # Σ P_t: life = (P_0 + Σ P_t) / P_0 months
    found = linprog(standing, principal, above, debt, right, bounds)
    assert found.status == 0
    assert (1000.0 + found.fun) / 1000.0 == pytest.approx(1.0)  # "one month"
    true, owed, lives = 1000.0, 1000.0, 0.0
    for month, amount in enumerate(found.x[:count], 1):
        owed = owed * (1 + rate) - amount
        repaid = max(true - owed, 0.0)
        lives, true = lives + month * repaid, true - repaid
    assert lives / 1000.0 == pytest.approx(12.0)
    with pytest.raises(InputError, match="needs interest to be paid up"):
        prepare(make_case(months=3, average_life={"years": "0.1", "of": "principal"}))
