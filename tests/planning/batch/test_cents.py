"""Whole cents are found in the batch: no plan of it takes a search of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from making import make_case

from repayplan.compliance.registry import failures
from repayplan.compliance.replay import Payment, replay
from repayplan.formulation.build import formulate
from repayplan.planning.batch.asks import Ask, Batched, ask
from repayplan.planning.batch.plan import plan_batch
from repayplan.planning.batch.rounding import OPEN, aims
from repayplan.planning.batch.walking import walk
from repayplan.planning.batch.warming import warm_up
from repayplan.planning.courses import NOISE, Fineness, Unknowns, courses
from repayplan.planning.optimum import solve
from repayplan.planning.plan import plan
from repayplan.solvers.chain import Chain

GUARANTOR = {"kind": "guarantor", "cap": "70000.00", "call_date": "2026-12-01"}
CASES: list[dict[str, Any]] = [
    {"monthly": (["30000.00"] + ["0.00"] * 11) * 3, "opening": "1000.00", "months": 36, "shape": "seasonal"},
    {"monthly": ["0.00"] * 4 + ["18000.00"] * 20, "months": 9, "shape": "level_principal", "source": GUARANTOR},
]
LOANS: list[dict[str, Any]] = [{"principal": "30000.00"}, {"principal": "30000.00", "rate": "5.00%"}]


@pytest.mark.parametrize("case", CASES, ids=["seasonal", "level principal"])
def test_interest_that_just_fits_is_rounded_in_the_batch(case: dict[str, Any]) -> None:
    made = make_case(loans=LOANS, unit="100.00", interest_every=1, **case)
    asked = ask(made)
    (found,) = plan_batch([asked])
    single = plan(made)
    assert (found.status, found.rounded_alone, found.alone) == ("optimal", False, None)
    assert found.payments is not None
    assert found.value == pytest.approx(float(single.proof.value or 0) * 100, rel=1e-8)
    confirmed(asked, found)


def confirmed(asked: Ask, found: Batched) -> None:
    """The ledger makes of the payments what the batch says, and every limit holds."""
    assert found.payments is not None
    days, loans = asked.problem.days(), [loan.id for loan in asked.case.loans]
    payments = [
        Payment(days[stage], loans[loan], int(found.payments[stage, loan]))
        for stage, loan in np.argwhere(found.payments).tolist()
    ]
    result = replay(asked.case, asked.terms, asked.problem, payments, found.rules)
    assert failures(result) == []
    assert (result.debt == found.debt).all()


def test_steps_rise_to_the_interest_that_is_due() -> None:
    # Quarters of 10 % more each: where 531.20 is due in the second, its 1.1 θ comes to 600.00 in whole hundreds, and
    # θ = 545.45 to 500.00.
    made = make_case(
        monthly=["9000.00"] * 12, months=12, shape={"kind": "step_up", "growth": "10%", "every": 3}, unit="100.00"
    )
    problem = ask(made).problem
    stages = np.flatnonzero(problem.form.counted[0])
    unknowns = Unknowns(np.full((1, problem.shape[1]), 48_000.0), int(stages[-1]), 48_000.0)
    (course,) = courses(problem, unknowns, Fineness(10_000, 10_000))
    assert course.stated is not None
    assert [course.stated[stage] for stage in stages[:6].tolist()] == [40_000] * 3 + [50_000] * 3
    paid = [0] * problem.shape[1]
    paid[stages[3]] = 53_120
    raised = course.paying(paid)
    assert raised is not None
    assert raised.stated is not None
    assert [raised.stated[stage] for stage in stages[:6].tolist()] == [50_000] * 3 + [60_000] * 3
    assert course.paying([0] * problem.shape[1]) is None


def test_level_amounts_rise_to_the_interest_that_is_due() -> None:
    problem = ask(make_case(monthly=["9000.00"] * 6, months=6, shape="level", unit="100.00")).problem
    stages = np.flatnonzero(problem.form.counted[0])
    unknowns = Unknowns(np.full((1, problem.shape[1]), 48_000.0), int(stages[-1]), 48_000.0)
    course = next(courses(problem, unknowns, Fineness(10_000, 10_000)))
    paid = [0] * problem.shape[1]
    paid[stages[1]] = 48_001
    raised = course.paying(paid)
    assert raised is not None
    assert set((raised.stated or {}).values()) == {50_000}


def test_a_burden_of_nothing_needs_no_room() -> None:
    # Nothing comes in during the first twelve months, and 60 % of nothing may be paid: rounding moves nothing there.
    case = make_case(monthly=["0.00"] * 12 + ["20000.00"] * 12, months=24, max_burden="60%")
    problem = ask(case).problem
    for margin in (0, 10_000):
        assert solve(formulate(problem.tightened(margin)), Chain()) is not None


def test_cents_are_not_lost_to_what_solvers_leave_open() -> None:
    # What solvers leave open, ten times 1e-9 of the debt, is 1 cent of 1,000,000.00: in units of 100.00 all of it is
    # given, in cents no more than half of one.
    problem = ask(make_case(loan={"principal": "1000000.00"}, monthly=["90000.00"] * 12, months=12)).problem
    stage = int(np.flatnonzero(problem.pays[0])[0])
    payments = np.zeros((1, *problem.shape[1:]))
    payments[0, stage] = 70_000.0
    for unit, more in ((10_000, OPEN * NOISE * float(problem.scale[0])), (1, 0.5)):
        aimed = aims(problem, payments, np.array([unit]))
        assert aimed.cumulative[0, -1, 0] == pytest.approx(70_000.0 + more, abs=1e-6)


def test_rounding_is_compiled_before_the_first_plan() -> None:
    asked = [ask(make_case(monthly=["9000.00"] * 15, months=15, **policy)) for policy in ({}, {"shape": "level"})]
    warm_up(asked[0])
    compiled = list(walk.signatures)
    assert {found.status for found in plan_batch(asked)} == {"optimal"}
    assert walk.signatures == compiled
