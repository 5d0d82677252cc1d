"""Plans by risk aversion against the extensive program, every future written out, and what risk aversion must do."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case, prepare
from months import months_problem

from benchmarks.registry import SUBJECTS, Size, draw
from benchmarks.robust import extensive, subject
from repayplan.formulation.build import formulate
from repayplan.planning.optimum import optimize
from repayplan.planning.robust.averse import Averse, arguments, averse
from repayplan.planning.robust.means import Means, means
from repayplan.planning.robust.shortfall import Aversion
from repayplan.planning.robust.weights import followed, weights
from repayplan.problem.arrays import Problem
from repayplan.solvers.chain import Chain
from repayplan.solvers.highs import Highs

AS_OF = dt.date(2026, 11, 20)
SOME = Aversion(arrears=0.1, tail=1.0, level=0.9)


def solved(problem: Problem, paid: Means, aversion: Aversion = SOME) -> Averse:
    found = averse(problem, paid, followed(problem.days()), AS_OF, aversion, Chain())
    assert found is not None
    return found


def written_out(problem: Problem, paid: Means, aversion: Aversion = SOME) -> float:
    """The value of the extensive program, the best of all last dates, in cents."""
    formulation = formulate(problem)
    counted = weights(problem, followed(problem.days()), AS_OF)
    scale = float(problem.scale[0])
    values = []
    for lane in range(formulation.frame.lanes):
        program = extensive(formulation.valued(lane), arguments(formulation), paid, scale, counted, aversion)
        solution = Highs().solve(program)
        values.append(-solution.objective * scale if solution.solved else -np.inf)
    return max(values)


def monthly(count: int, **more: Any) -> Problem:
    return prepare(make_case(monthly=["12000.00"] * count, months=count, **more))[1]


def spread(problem: Problem, futures: int, seed: int = 3) -> Means:
    """Every month brings from a third of what is forecast up to half as much again, and the same a year longer."""
    dice = np.random.default_rng(seed)
    net = (problem.cash.inflow - problem.cash.outflow)[0]
    net = np.concatenate([net, np.full(len(followed(problem.days())) - len(net), net.max() // 3)])
    own = (net * dice.uniform(0.3, 1.5, (futures, 1)) * dice.uniform(0.5, 1.5, (futures, len(net)))).astype(np.int64)
    apart = np.zeros((*own.shape, len(problem.accounts.loan)), dtype=np.int64)
    return means(int(problem.cash.opening[0]), 0, own, apart, problem.shape[1])


@pytest.mark.parametrize(
    "size", [(Size(12, 1), 200), (Size(36, 1), 200), (Size(36, 3), 100)], ids=lambda size: f"{size[0]}, {size[1]}"
)
def test_the_value_is_that_of_the_extensive_program(size: tuple[Size, int]) -> None:
    case = next(draw(size[0], SUBJECTS[0], 1))
    problem, paid = subject(case, size[1])
    found = averse(problem, paid, followed(problem.days()), case.as_of, SOME, Chain())
    assert found is not None
    assert found.gap <= 1e-6
    assert found.value == pytest.approx(written_out(problem, paid), rel=1e-6)


@pytest.mark.parametrize("aversion", [Aversion(), Aversion(1.0), Aversion(0.0, 4.0, 0.8), SOME], ids=str)
def test_every_last_date_is_tried_where_limits_speak_of_it(aversion: Aversion) -> None:
    problem = monthly(
        10, hazard="1%", recovery="30%", minimum_installment="500.00", balloon="40%", cover={"minimum": "1.1"}
    )
    paid = spread(problem, 60)
    found = solved(problem, paid, aversion)
    assert found.formulation.frame.lanes > 1
    assert found.value == pytest.approx(written_out(problem, paid, aversion), rel=1e-6)


def test_without_noise_and_with_room_it_is_the_plan() -> None:
    """Futures that all bring what the bank counts on: nothing is ever missed, so the value is the plan's own."""
    problem = monthly(10, hazard="1%", recovery="30%")
    net = problem.cash.inflow - problem.cash.outflow
    own = np.repeat(np.concatenate([net, np.zeros((1, 12), dtype=np.int64)], axis=1), 5, axis=0)
    still = means(0, 0, own, np.zeros((*own.shape, 0), dtype=np.int64), problem.shape[1])
    plain, found = optimize(problem), solved(problem, still, Aversion(1.0, 5.0))
    assert plain is not None
    assert found.value == pytest.approx(plain.value, rel=1e-6)
    assert found.payments == pytest.approx(plain.payments, abs=2e-6 * float(problem.scale[0]))


def test_one_payment_by_hand() -> None:
    """A debt of 100 without interest, two months; every tenth future brings 60 in the first month, the others 100,
    and all have 100 in the second. The bank discounts by 1 % a month.

    A unit paid at once instead of a month later gains 0.99 − 0.98 = 0.01 and is behind in a tenth of all futures above
    60, where it loses the same 0.01: on balance 0.009 are gained, so all is scheduled at once. With a price of arrears
    of 1.2 a year, about 0.1 for a month of 30 days, 0.009 is less than a tenth of 0.0986: 60 and 40 are best. A tail
    weight of 1 on the worst tenth alone costs 0.01: 60 and 40 as well.
    """
    problem = months_problem(100.0, 0.0, [100.0, 40.0], discount=0.01)
    own = np.array([[10_000, 4_000]] * 9 + [[6_000, 4_000]])
    own = np.concatenate([own, np.zeros((10, 13), dtype=np.int64)], axis=1)  # to the end of January 2028
    paid = means(0, 0, own, np.zeros((*own.shape, 0), dtype=np.int64), 2)
    for aversion, first in ((Aversion(), 10_000), (Aversion(1.2), 6_000), (Aversion(0, 1.0, 0.9), 6_000)):
        assert solved(problem, paid, aversion).payments[:, 0] == pytest.approx([first, 10_000 - first], abs=20.0)


def test_nothing_is_gained_by_asking_for_what_is_never_there() -> None:
    """The penalty game: a debt that is due at once brings no penalty that would count. Money that comes eleven days
    after a date it was due on is there twenty days before the next; arrears are dear enough that this does not pay."""
    problem = monthly(10, hazard="1%")
    room = replace(problem, cash=replace(problem.cash, trough=problem.cash.trough + 10**8))
    net = problem.cash.inflow - problem.cash.outflow
    own = np.repeat(np.concatenate([net, np.zeros((1, 12), dtype=np.int64)], axis=1), 3, axis=0)
    paid = means(0, 0, own, np.zeros((*own.shape, 0), dtype=np.int64), problem.shape[1])
    found = solved(room, paid, Aversion(arrears=1.0))
    due = np.cumsum(found.payments.sum(axis=1))
    assert (due <= paid.total[0][: len(due)] + 1_000.0).all()  # the gap of a value of 10,000,000
    assert due[-1] >= 10_000_000


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.3]), st.lists(st.floats(0, 6), min_size=2, max_size=2))
def test_more_risk_aversion_never_has_more_expected_shortfall(seed: int, arrears: float, weights_: list[float]) -> None:
    problem = monthly(8, opening="20000.00", hazard="1%", recovery="20%")
    paid = spread(problem, 40, seed)
    less, more = (solved(problem, paid, Aversion(arrears, tail, 0.8)) for tail in sorted(weights_))
    some, none = (found.shortfall.expected_shortfall(found.scheduled) for found in (less, more))
    apart = abs(weights_[0] - weights_[1])
    assert none <= some + 4e-6 / max(apart, 1e-3)  # both are optimal to 1e-6 of a value of about 1


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.lists(st.floats(0, 3), min_size=2, max_size=2))
def test_more_futures_in_mind_never_promise_more(seed: int, prices: list[float]) -> None:
    """The optimal value falls in the weights and is convex: the greatest of functions that are linear in them."""
    problem = monthly(8, opening="20000.00", hazard="1%")
    paid = spread(problem, 30, seed)
    low, high = sorted(prices)
    values = [solved(problem, paid, Aversion(price)).value for price in (low, (low + high) / 2, high)]
    noise = 2e-6 * values[0]
    assert values[0] >= values[1] - noise
    assert values[1] >= values[2] - noise
    assert values[1] <= (values[0] + values[2]) / 2 + noise
