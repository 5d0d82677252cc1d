"""Without noise the core gives the planner's payments, cash, debt and expected recovery."""

from __future__ import annotations

import random as chance

import numpy as np
import pytest
from futures import replayed, setting_of, still
from greedy import greedy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from making import make_case
from random_cases import cases

from repayplan.cases.models import Case
from repayplan.compliance.replay import Replay
from repayplan.compliance.worth import expected_recovery
from repayplan.errors import InputError
from repayplan.evaluate.reference import run
from repayplan.planning.plan import plan

RECOVERY = {"hazard": "0.8%", "recovery": "30%", "discount_rate": "5%"}


@settings(max_examples=50)
@given(cases(), st.integers(0, 2**32), st.sampled_from([0.3, 0.9, 1.0]))
def test_a_schedule_that_cash_bears_is_paid_to_the_cent(case: Case, seed: int, part: float) -> None:
    draw = chance.Random(seed)
    try:
        found = greedy(case, lambda: draw.choice([0.0, part, 1.0]))
    except InputError:
        assume(False)
        raise
    as_replayed(found)


@pytest.mark.parametrize("policy", [{}, {"hazard": "table"}, {"settle": "best", **RECOVERY}, {"shape": "level"}])
def test_a_plan_is_kept_where_everything_comes_as_forecast(policy: dict[str, object]) -> None:
    loans = [
        {"principal": "60000.00", "rate": "4.35%", "collateral": "20000.00"},
        {"principal": "9000.00", "rate": "7.20%", "interest": "300.00", "day_count": "ACT/365F"},
    ]
    case = make_case(loans=loans, opening="5000.00", monthly=["7200.50"] * 12, months=12, floor="1000.00", **policy)
    made = plan(case)
    value = as_replayed(replayed(made))
    assert value == pytest.approx(made.metrics.expected_recovery, abs=0.5)


def test_what_a_pledge_does_not_need_pays_the_other_loan_on_the_same_day() -> None:
    """Goods pledged to L1 bring 2,000.00, which clears both loans of 1,000.00 on the first payment date."""
    loans = [{"principal": "1000.00", "rate": "0%"}, {"principal": "1000.00", "rate": "0%"}]
    case = make_case(loans=loans, pledged={"2026-11-21": "2000.00"}, months=3)
    made = plan(case)
    assert made.metrics.recovered == 200_000
    as_replayed(replayed(made))


@pytest.mark.long
@settings(max_examples=2_000)
@given(cases())
def test_plans_of_thousands_are_kept_where_everything_comes_as_forecast(case: Case) -> None:
    try:
        made = plan(case)
    except InputError:
        assume(False)
        raise
    if made.rules:  # what follows receipts is another test's subject
        return
    assert as_replayed(replayed(made)) == pytest.approx(made.metrics.expected_recovery, abs=0.5 + 1e-6)


def as_replayed(found: Replay) -> float:
    """Payments, cash and debt to the cent and expected recovery to rounding errors of floats; its value in cents."""
    setting, over, keys = setting_of(found)
    outcome = run(setting, still(found, over, keys), "weight", traced=True)
    traces, fates = outcome.traces, outcome.fates
    assert traces is not None
    own = found.problem.debt.own[0]
    assert traces.paid[0, : over.plan, 0].tolist() == found.total
    assert not traces.paid[0, over.plan :].any()
    assert traces.cash[0, : over.plan, 0].tolist() == found.closing
    assert traces.debt[0, : over.plan, 0].tolist() == found.debt[:, own].sum(axis=1).tolist()
    assert not traces.arrears.any()
    assert (fates.missed == -1).all()
    value = expected_recovery(found.problem, found.paid, found.debt, found.problem.value.discount[0])
    assert fates.value[0, 0] == pytest.approx(value, rel=1e-12, abs=1e-6)
    assert np.isfinite(fates.cover[0, 0]) == any(found.total)
    return float(fates.value[0, 0])
