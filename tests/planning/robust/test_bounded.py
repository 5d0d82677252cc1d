"""Plans that are missed in few enough futures: against every choice of futures, with accounts apart, in whole cents."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case, prepare

from repayplan.formulation.build import formulate
from repayplan.planning.exact import make_exact
from repayplan.planning.optimum import optimize
from repayplan.planning.robust.bounded import bounded, caps_of, least_missed
from repayplan.planning.robust.capping import Caps, no_sooner, within
from repayplan.planning.robust.means import Means, means
from repayplan.problem.arrays import Problem
from repayplan.solvers.chain import Chain
from repayplan.solvers.chance import choose

NEVER = np.iinfo(np.int64).max // 4


def spread(problem: Problem, futures: int, seed: int, low: float = 0.4) -> Means:
    dice = np.random.default_rng(seed)
    net = (problem.cash.inflow - problem.cash.outflow)[0] - np.diff(problem.cash.apart[0], prepend=0)
    own = (net * dice.uniform(low, 1.4, (futures, 1)) * dice.uniform(0.6, 1.4, (futures, len(net)))).astype(np.int64)
    come = np.diff(problem.accounts.available[0], axis=0, prepend=0)
    apart = (come * dice.uniform(0.5, 1.2, (futures, 1, 1))).astype(np.int64)
    return means(int(problem.cash.opening[0]), 0, own, apart, problem.shape[1])


def best_by_trying(problem: Problem, paid: Means, most: int) -> float:
    """The greatest value of the plans within what the futures that are left allow, over every choice of futures."""
    count, best = len(paid.own), -np.inf
    for given_up in combinations(range(count), most):
        mask = np.isin(np.arange(count), given_up)
        optimum = optimize(within(problem, caps_of(paid, mask)))
        best = max(best, -np.inf if optimum is None else optimum.value)
    return best


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.integers(0, 2), st.booleans())
def test_no_other_choice_of_futures_is_worth_more(seed: int, most: int, stepped: bool) -> None:
    limits = {"minimum_installment": "4000.00"} if stepped else {}
    case = make_case(monthly=["22000.00"] * 7, months=8, opening="15000.00", hazard="1%", recovery="30%", **limits)
    problem = prepare(case)[1]
    paid = spread(problem, 6, seed)
    best, found = best_by_trying(problem, paid, most), bounded(problem, paid, most, Chain())
    if not np.isfinite(best):
        assert found is None
        return
    assert found is not None
    assert found.proven
    assert found.value == pytest.approx(best, rel=2e-6)
    assert found.given_up.sum() <= most
    settled = optimize(within(problem, caps_of(paid, found.given_up)))
    assert settled is not None
    assert settled.value == pytest.approx(best, rel=2e-6)


def test_a_quick_choice_searches_no_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    case = make_case(
        monthly=["22000.00"] * 9, months=10, opening="15000.00", discount_rate="3.60%", step="60%", tolerance="0.5%"
    )
    problem = prepare(case)[1]
    paid, searched = spread(problem, 40, 2), []
    monkeypatch.setattr(
        "repayplan.planning.robust.bounded.choose", lambda *given: searched.append(given) or choose(*given)
    )
    quick = bounded(problem, paid, 8, Chain(), trees=0)
    assert quick is not None
    assert (searched, quick.proven) == ([], False)
    found = bounded(problem, paid, 8, Chain())
    assert found is not None
    assert (len(searched), found.proven) == (1, True)


def test_a_guarantor_counts_as_far_as_it_pays_in_the_futures_that_are_left() -> None:
    """100,000 is owed in three months; the business has 90,000 and a guarantor of 20,000 pays 5,000 in one future of
    three and all in the others. With that future given up the debt is settled; with none, 5,000 are missing."""
    guaranteed = {"2026-12-15": "20000.00"}
    problem = prepare(make_case(opening="90000.00", guaranteed=guaranteed, months=3, loan={"rate": "0%"}))[1]
    stages = problem.shape[1]
    apart = np.zeros((3, stages, 1), dtype=np.int64)
    apart[:, 0, 0] = [500_000, 2_000_000, 2_000_000]
    paid = means(9_000_000, 0, np.zeros((3, stages), dtype=np.int64), apart, stages)
    assert bounded(problem, paid, 0, Chain()) is None
    found = bounded(problem, paid, 1, Chain())
    assert found is not None
    assert found.given_up.tolist() == [True, False, False]
    least = least_missed(problem, paid, Chain())
    assert least is not None
    assert least.tolist() == [True, False, False]


def test_what_no_plan_can_do_even_if_all_futures_are_given_up_has_no_least() -> None:
    problem = prepare(make_case(opening="1000.00", months=2))[1]
    own = np.full((4, problem.shape[1]), 10**9)
    paid = means(0, 0, own, np.zeros((*own.shape, 0), dtype=np.int64), problem.shape[1])
    assert least_missed(problem, paid, Chain()) is None
    assert bounded(problem, paid, 4, Chain()) is None


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_whole_cents_stay_within_every_future_that_is_left(seed: int) -> None:
    case = make_case(monthly=["30000.00"] * 7, months=8, opening="20000.00", unit="100.00", hazard="1%", recovery="30%")
    terms, problem = prepare(case)
    paid = spread(problem, 20, seed)
    found = bounded(problem, paid, 3, Chain())
    if found is None:
        return
    capped = within(problem, caps_of(paid, found.given_up))
    optimum = optimize(capped)
    assert optimum is not None
    exact = make_exact(case, terms, capped, optimum)
    assert exact is not None
    scheduled = np.cumsum(exact.replay.total)
    left = ~found.given_up
    assert (scheduled <= np.maximum(paid.own[left], 0)).all()


def test_nothing_runs_ahead_of_the_payments_that_cap_it() -> None:
    """Caps out of payments of 30 and 50 cents: 1 before, 31 between, from the last on what cash allows."""
    problem = prepare(make_case(monthly=["1000.00"] * 2, months=2))[1]
    payments = np.zeros(problem.shape[1:])
    stages = np.flatnonzero(problem.pays[0])
    payments[stages, 0] = [30.0, 50.0]
    caps = no_sooner(problem, payments, 1)
    assert caps.own[: stages[1]].tolist() == [1, 31, 31]  # the end of November, 20 and 31 December
    assert (caps.own[stages[1] :] > 10**15).all()


def test_caps_leave_the_problem_as_it_is_where_they_are_wide_and_a_fallen_floor_where_it_is() -> None:
    problem = prepare(make_case(opening="500.00", floor="2000.00", monthly=["1000.00"] * 3, months=3))[1]
    stages = problem.shape[1]
    wide = within(problem, Caps(np.full(stages, NEVER), np.zeros((stages, 0), dtype=np.int64)))
    assert (wide.cash.trough == problem.cash.trough).all()
    closed = within(problem, Caps(np.zeros(stages, dtype=np.int64), np.zeros((stages, 0), dtype=np.int64)))
    assert (closed.cash.allowed == 0).all()
    assert (closed.cash.floor == problem.cash.floor).all()
    assert formulate(replace(closed)).frame.lanes == 1


def early(problem: Problem, payments: np.ndarray) -> float:
    """The sum of what has been paid by each payment date, in units of the debt."""
    return float(np.cumsum(payments.sum(axis=1))[problem.pays[0]].sum()) / float(problem.scale[0])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("most", [0, 1, 2])
def test_where_all_plans_are_worth_the_same_futures_are_given_up_for_the_earliest(seed: int, most: int) -> None:
    """The bank's own rate is the debt's: whatever pays it in full is worth the debt. Every choice is tried."""
    case = make_case(
        monthly=["22000.00"] * 9, months=10, opening="15000.00", discount_rate="3.60%", step="60%", tolerance="0.5%"
    )
    problem = prepare(case)[1]
    paid = spread(problem, 6, seed)
    tried = []
    for given_up in combinations(range(6), most):
        optimum = optimize(within(problem, caps_of(paid, np.isin(np.arange(6), given_up))))
        tried.append(-np.inf if optimum is None else early(problem, optimum.payments))
    found = bounded(problem, paid, most, Chain())
    if not np.isfinite(max(tried)):
        assert found is None
        return
    assert found is not None
    settled = optimize(within(problem, caps_of(paid, found.given_up)))
    assert settled is not None
    assert early(problem, settled.payments) >= max(tried) * (1 - max(found.gap, 2e-6))
    assert found.gap < 0.02


def test_a_reserve_is_kept_of_what_is_expected_not_in_every_future() -> None:
    """Futures that leave just what the plan pays leave the plan as it is: they need not hold two payments more."""
    case = make_case(monthly=["12000.00"] * 14, months=14, opening="9000.00", reserve=2, hazard="1%")
    problem = prepare(case)[1]
    plain = optimize(problem)
    assert plain is not None
    stages = problem.shape[1]
    enough = np.ceil(np.cumsum(plain.payments.sum(axis=1))).astype(np.int64)
    held = optimize(within(problem, Caps(enough, np.zeros((stages, 0), dtype=np.int64))))
    assert held is not None
    assert held.value == pytest.approx(plain.value, rel=1e-6)
