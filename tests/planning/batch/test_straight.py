"""What is said without a program is what the program says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from borrowers_by_family import FAMILIES, borrower
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case
from random_cases import cases

from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.formulation.build import formulate
from repayplan.planning.batch.asks import Ask, ask
from repayplan.planning.batch.items import Item, items
from repayplan.planning.batch.kinds import why_alone
from repayplan.planning.batch.plan import plan_batch
from repayplan.planning.batch.straight import straight
from repayplan.planning.optimum import solve
from repayplan.solvers.chain import Chain

CLOSE = 1e-8
"""In units of the debt."""


def asked(made: list[Case]) -> list[Ask]:
    """Those that can be planned with others."""
    found = []
    for case in made:
        try:
            each = ask(case)
        except InputError:
            continue
        if why_alone(each.problem, each.terms) is None:
            found.append(each)
    return found


def compared(item: Item) -> None:
    """What is said of an item, date of the last payment after date, is what its program says."""
    formulation, chain = formulate(item.problem), Chain()
    if formulation.mixed:
        return
    for last in item.lasts:
        known = straight(item.problem, np.array([last]))
        if not (known.impossible[0] or np.isfinite(known.bound[0])):
            continue
        lane = int(np.flatnonzero(formulation.frame.last == last)[0]) if formulation.frame.guessed else None
        optimum = solve(formulation, chain, lane)
        assert optimum is None or not known.impossible[0], last
        assert optimum is not None or not known.found[0], last
        if optimum is None:
            continue
        scale = float(item.problem.scale[0])
        assert known.bound[0] >= optimum.value / scale - CLOSE
        if not known.found[0]:
            continue
        assert known.value[0] == pytest.approx(optimum.value / scale, abs=CLOSE)
        assert known.bound[0] == pytest.approx(optimum.value / scale, abs=CLOSE)
        assert known.kept[0] >= optimum.value / scale * (1 - float(item.problem.value.tolerance[0])) - CLOSE


policies: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "months": st.sampled_from([6, 9, 12, 18]),
        "shape": st.sampled_from(["free", "level", {"kind": "step_up", "growth": "5%", "every": 3}]),
        "cover": st.sampled_from(
            ["off", {"minimum": "1.20", "carry": "100%"}, {"minimum": "1.5", "carry": "50%"}, {"minimum": "1.2"}]
        ),
        "step": st.sampled_from(["off", "25%"]),
        "balloon": st.sampled_from(["off", "40%"]),
        "interest_every": st.sampled_from(["off", 3]),
    },
    optional={
        "minimum_installment": st.sampled_from(["500.00", "2000.00"]),
        "maximum_installment": st.sampled_from(["9000.00", "20000.00"]),
        "grace": st.sampled_from([{"months": 2}, {"months": 3, "interest_only": True}]),
        "cumulative": st.sampled_from(["30%", "70%"]),
        "max_burden": st.sampled_from(["60%", "90%"]),
    },
)

income = st.lists(st.integers(6_000, 60_000).map(lambda amount: f"{amount}.00"), min_size=18, max_size=18)


@settings(deadline=None, max_examples=40)
@given(
    policies, income, st.lists(st.sampled_from(["0%", "5.5%", "11%"]), min_size=1, max_size=2), st.integers(0, 60_000)
)
def test_it_is_what_the_program_says(
    policy: dict[str, Any], monthly: list[str], rates: list[str], secured: int
) -> None:
    loans = [{"rate": rate, "collateral": f"{secured}.00", "principal": f"{90_000 // len(rates)}.00"} for rate in rates]
    case = make_case(monthly=monthly, loans=loans, **policy)
    for each in asked([case]):
        for item in items(each, 0):
            compared(item)


@settings(deadline=None, max_examples=40)
@given(cases())
def test_it_is_so_whatever_the_case(case: Case) -> None:
    for each in asked([case]):
        for item in items(each, 0):
            compared(item)


@pytest.mark.parametrize("turn", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 90))])
def test_it_is_so_in_every_family(turn: int) -> None:
    for each in asked([borrower(turn * len(FAMILIES) + place) for place in range(len(FAMILIES))]):
        for item in items(each, 0):
            compared(item)


def test_one_payment_of_a_shape_is_what_is_owed() -> None:
    """60,000 without interest on 20 February, the first date after grace, is best: what the shape says then is what is
    paid, so it holds nothing, though no other payment says how large its amount is."""
    after = {"grace": {"months": 2}, "loan": {"principal": "60000.00", "rate": "0%"}}
    case = make_case(opening="200000.00", monthly=["0.00"] * 6, months=6, shape="level", **after)
    (found,) = plan_batch([ask(case)])
    assert found.status == "optimal"
    assert found.payments is not None
    paid = dict(zip([day.isoformat() for day in found.days], found.payments[:, 0].tolist(), strict=True))
    assert {day: cents for day, cents in paid.items() if cents} == {"2027-02-20": 60_000_00}


def test_where_it_pays_to_wait_the_earliest_plan_is_not_the_best() -> None:
    """At a ten-thousandth a day, 30 days and then 31, and nothing discounted, 100,000 are worth 100,300 in December and
    100,300 × 1.0031 = 100,610.93 in January. Greedy plans pay at once."""
    policy = {"months": 2, "delay": "allow", "discount_rate": "0%"}
    (found,) = plan_batch([ask(make_case(opening="200000.00", **policy))])
    assert (found.status, found.gap <= 1e-8) == ("optimal", True)
    assert found.value == pytest.approx(100_610_93)
    assert found.solver != "greedy"


def test_who_found_a_plan_is_told() -> None:
    paid = {"monthly": ["30000.00"] * 12, "months": 12}
    free, level = make_case(**paid), make_case(**paid, shape="level")
    two = make_case(**paid, shape="level", loans=[{}, {"principal": "20000.00"}])
    stepped = make_case(**{**paid, "monthly": ["30000.00", "1000.00"] * 6}, step="10%")
    found = plan_batch([ask(case, to_the_end=True) for case in (free, level, two, stepped)])
    assert [plan.solver for plan in found[:2]] == ["greedy", "closed form"]
    assert not {plan.solver for plan in found[2:]} & {"greedy", "closed form"}
    assert all(plan.gap <= 1e-9 for plan in found[:2])


def test_greedy_pays_what_later_costs_leave() -> None:
    """20,000 in hand a month, and 45,000 of costs in March: by February no more than 3 × 20,000 − 45,000 + 20,000."""
    case = make_case(monthly=["20000.00"] * 12, losses={"2027-03-31": "-45000.00"}, months=12, payment_day=31)
    (found,) = plan_batch([ask(case, to_the_end=True)])
    assert found.solver == "greedy"
    assert found.payments is not None
    by_day = dict(zip(found.days, found.payments.sum(axis=1).tolist(), strict=True))
    so_far = [
        sum(paid for day, paid in by_day.items() if day.isoformat() <= end) for end in ("2027-02-28", "2027-03-31")
    ]
    assert so_far == [35_000_00, 35_000_00]


def test_level_installments_are_as_large_as_the_token_that_comes_last_allows() -> None:
    """Without interest, 100,000 in 12 installments: the last is a tenth of an even one at least, 100,000 / 120."""
    case = make_case(opening="30000.00", monthly=["30000.00"] * 12, months=12, shape="level", loan={"rate": "0%"})
    each = ask(case, to_the_end=True)
    known = straight(each.problem, np.flatnonzero(each.problem.pays[0])[-1:])
    assert known.found[0]
    amounts = known.payments[0][each.problem.pays[0]]
    count = len(amounts)
    assert amounts[-1] == pytest.approx(1 / (10 * count))
    assert amounts[:-1] == pytest.approx(np.full(count - 1, (1 - 1 / (10 * count)) / (count - 1)))


def test_a_plan_does_not_depend_on_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("repayplan.planning.batch.engine.FEW", 0)  # a program of one lane goes elsewhere otherwise
    paid = {"monthly": [f"{9_000 + 1_500 * (n % 5)}.00" for n in range(18)], "interest_every": 3}
    made = [
        make_case(**paid, months=months, shape=shape, step=step)
        for months in (12, 18)
        for shape in ("free", "level", {"kind": "step_up", "growth": "5%", "every": 3})
        for step in ("off", "25%")
    ]
    asks = [ask(case, to_the_end=True) for case in made]
    plans = plan_batch(asks)
    assert sum(plan.solver == "closed form" for plan in plans) >= 4
    for each, together in zip(asks, plans, strict=True):
        (alone,) = plan_batch([each])
        known = together.solver in ("closed form", "greedy")
        assert alone.status == together.status
        assert (alone.solver == together.solver) or not known  # a single lane is given to HiGHS
        if alone.payments is not None:
            assert together.value == pytest.approx(alone.value, rel=1e-12 if known else 1e-8)
        if alone.payments is not None and known:
            assert together.payments is not None
            assert (alone.payments == together.payments).all()
