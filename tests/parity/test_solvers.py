"""HiGHS, GLOP and CBC find the same stage values: GLOP to 1e-9, CBC, which hands over eight digits, to 1e-6.

Stage values are compared, not plans: where several plans are worth the same, solvers differ in which they find.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from making import make_case, prepare
from random_cases import cases

from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.formulation.build import formulate
from repayplan.solvers.chain import solver
from repayplan.solvers.highs import Highs
from repayplan.solvers.interface import Solver
from repayplan.solvers.result import Solution, Status
from repayplan.solvers.sparse import SparseProgram

EXACT = {"glop": 1e-9, "cbc": 1e-6}


@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=30)
@given(case=cases())
def test_solvers_agree_on_stage_values(name: str, case: Case) -> None:
    agree(name, case)


@pytest.mark.long
@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=1_000)
@given(case=cases())
def test_solvers_agree_on_stage_values_of_a_thousand_cases(name: str, case: Case) -> None:
    agree(name, case)


def test_cbc_does_not_stop_a_hundred_thousandth_before_the_best() -> None:
    """Left to itself CBC only looks for points that are better by its increment, and calls the one before optimal."""
    fees = {"day_count": "ACT/ACT", "rate": "4.8%", "compound_rate": "13.3%", "penalty": "186.38", "fees": "719.24"}
    first = {**fees, "principal": "2115.20", "overdue_principal": "83.71", "interest": "171.02", "collateral": "2.28"}
    second = {
        "id": "L2",
        "day_count": "ACT/ACT",
        "rate": "6.3%",
        "rate_after_signing": "7.8%",
        "compound_rate": "11.3%",
        "principal": "14257.26",
        "overdue_principal": "727.71",
        "interest": "10.37",
        "penalty": "785.66",
        "fees": "127.95",
        "collateral": "2.03",
    }
    sold = {"2027-03-21": "5105.09", "2027-07-10": "191.77"}
    built = {"2026-11-29": "2867.04", "2026-12-02": "28073.59"}
    shop = ["19.68", "-801.16", "5.36", "-150.82", "-0.89", "-935.60", "-150.82", "-741.53", "-6.94"]
    case = make_case(
        loans=[{"id": "L1", **first}, second],
        opening="2593.37",
        floor="2005.86",
        contingency="719.24",
        monthly=[*shop, "510.76", "-2.33", "-3.16"],
        milestones=built,
        pledged=sold,
        guaranteed=built,
        months=12,
        payment_day=31,
        arrears="keep",
        discount_rate="4.7%",
        recovery="41.6%",
        cover={"minimum": "1.2", "window": "rolling", "carry": "0%"},
        grace={"months": 1, "interest_only": True},
        interest_every=1,
        minimum_installment="6.08",
        maximum_installment="21800.86",
        step="6.4%",
        balloon="18.7%",
        reserve=2,
        average_life={"years": "0.35"},
        fixed_payments=[
            {"date": "2027-02-08", "amount": "300.00", "loan": "L1"},
            {"date": "2027-02-19", "amount": "0.00"},
        ],
    )
    agree("cbc", case)


def agree(name: str, case: Case) -> None:
    """Both stages of the first, the middle and the last date that may hold the last payment."""
    try:
        formulation = formulate(prepare(case)[1])
    except InputError:  # another test's subject
        return
    here, there = Highs(), solver(name)
    lanes = formulation.frame.lanes
    for lane in sorted({0, lanes // 2, lanes - 1}):
        first = same(name, here, there, formulation.valued(lane))
        if first is not None:
            least = -first.objective - 0.005 * abs(first.objective) - 1e-6
            same(name, here, there, formulation.preferred(lane, least))


def same(name: str, here: Solver, there: Solver, program: SparseProgram) -> Solution | None:
    """The one solution, if there is one; a solver that takes no whole numbers has no say in them."""
    if program.mixed and not there.takes_whole_numbers:
        return None
    one, two = here.solve(program), there.solve(program)
    assert one.solved == two.solved or nearly_impossible(program), (one.message, two.message)
    if not (one.solved and two.solved):
        return None
    assert one.status == Status.OPTIMAL
    assert two.objective == pytest.approx(one.objective, rel=EXACT[name], abs=EXACT[name])
    assert np.isfinite(two.bound)
    return one


def nearly_impossible(program: SparseProgram) -> bool:
    """Whether a millionth of the debt decides if there is a point: then tolerances do, and solvers may differ."""
    from dataclasses import replace

    free = np.isfinite(program.row_upper)
    wider = replace(
        program,
        row_upper=np.where(free, program.row_upper + 1e-6, program.row_upper),
        row_lower=program.row_lower - 1e-6,
    )
    tighter = replace(
        program, row_upper=np.where(free & ~np.isfinite(program.row_lower), program.row_upper - 1e-6, program.row_upper)
    )
    return Highs().solve(wider).solved and not Highs().solve(tighter).solved
