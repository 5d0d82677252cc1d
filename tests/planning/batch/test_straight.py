"""What is said without a program is what the program says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from asking import company
from borrowers_by_family import FAMILIES, borrower
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case
from random_cases import cases

from repayplan.cases.models import Case
from repayplan.formulation.build import formulate
from repayplan.formulation.frame import Frame
from repayplan.formulation.preference import earliness
from repayplan.planning.batch.asks import ask
from repayplan.planning.batch.items import Item, items
from repayplan.planning.batch.plan import plan_batch
from repayplan.planning.batch.straight import straight
from repayplan.planning.optimum import solve
from repayplan.planning.plan import plan
from repayplan.problem.arrays import Problem, Real
from repayplan.solvers.chain import Chain

CLOSE = 1e-8
"""In units of the debt."""

AS_EARLY = 1e-6
"""Of the earliness: a little value, which solvers may miss by their tolerance, buys much of it."""


def early(problem: Problem, last: int, payments: Real) -> float:
    """What stage 2 makes the most of: of payments (T,) of one loan, in units of the debt."""
    frame = Frame(problem, np.array([last]), guessed=True)
    return float(-earliness(frame)[frame.payments[0]][0] @ payments)


def compared(item: Item) -> tuple[int, int]:
    """What is said of an item, date of the last payment after date, is what its program says, of both stages; of how
    many dates it is said that there is no plan, and of how many which is the best."""
    formulation, chain = formulate(item.problem), Chain()
    never = best = 0
    if formulation.mixed:
        return never, best
    for last in item.lasts:
        known = straight(item.problem, np.array([last]))
        if not (known.impossible[0] or np.isfinite(known.bound[0])):
            continue
        lane = int(np.flatnonzero(formulation.frame.last == last)[0]) if formulation.frame.guessed else None
        optimum = solve(formulation, chain, lane)
        assert optimum is None or not known.impossible[0], last
        assert optimum is not None or not known.found[0], last
        if optimum is None:
            never += int(known.impossible[0])
            continue
        scale = float(item.problem.scale[0])
        assert known.bound[0] >= optimum.value / scale - CLOSE
        if not known.found[0]:
            continue
        best += 1
        assert known.value[0] == pytest.approx(optimum.value / scale, abs=CLOSE)
        assert known.bound[0] == pytest.approx(optimum.value / scale, abs=CLOSE)
        assert known.kept[0] >= optimum.value / scale * (1 - float(item.problem.value.tolerance[0])) - CLOSE
        as_early = early(item.problem, last, optimum.payments[:, 0] / scale)
        assert early(item.problem, last, known.payments[0]) == pytest.approx(as_early, rel=AS_EARLY, abs=AS_EARLY)
    return never, best


policies: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "months": st.sampled_from([6, 9, 12, 18]),
        "shape": st.sampled_from(
            [
                "free",
                "level",
                {"kind": "step_up", "growth": "5%", "every": 3},
                {"kind": "step_up", "growth": "-50%", "every": 1},
                {"kind": "step_up", "steps": [{"since": "2026-12-01", "multiple": "0.05"}]},
            ]
        ),
        "cover": st.sampled_from(
            ["off", {"minimum": "1.20", "carry": "100%"}, {"minimum": "1.5", "carry": "50%"}, {"minimum": "1.2"}]
        ),
        "step": st.sampled_from(["off", "25%"]),
        "balloon": st.sampled_from(["off", "40%"]),
        "interest_every": st.sampled_from(["off", 3]),
        "delay": st.sampled_from(["forbid", "allow"]),
        "discount_rate": st.sampled_from(["0%", "6%", "15%"]),
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


@settings(deadline=None, max_examples=20)
@given(
    policies, income, st.lists(st.sampled_from(["0%", "5.5%", "11%"]), min_size=1, max_size=2), st.integers(0, 60_000)
)
def test_it_is_what_the_program_says(
    policy: dict[str, Any], monthly: list[str], rates: list[str], secured: int
) -> None:
    loans = [{"rate": rate, "collateral": f"{secured}.00", "principal": f"{90_000 // len(rates)}.00"} for rate in rates]
    case = make_case(monthly=monthly, loans=loans, **policy)
    for each in company([case]):
        for item in items(each, 0):
            compared(item)


claims = st.fixed_dictionaries(
    {
        "principal": st.sampled_from(["1.00", "10000.00", "40000.00"]),
        **dict.fromkeys(("interest", "penalty", "fees"), st.sampled_from(["0.00", "10000.00", "40000.00"])),
    }
)


@settings(deadline=None, max_examples=15)
@given(policies, income, st.lists(st.tuples(st.sampled_from(["0%", "6%", "18%"]), claims), min_size=1, max_size=2))
def test_it_is_so_where_parts_of_the_debt_grow_apart(
    policy: dict[str, Any], monthly: list[str], owed: list[tuple[str, dict[str, str]]]
) -> None:
    """What the last payment takes is not known then, only what it takes at least."""
    loans = [{"rate": rate, **owed} for rate, owed in owed]
    case = make_case(monthly=monthly, loans=loans, arrears="keep", **{**policy, "interest_every": 1})
    for each in company([case]):
        for item in items(each, 0):
            compared(item)


@settings(deadline=None, max_examples=40)
@given(cases())
def test_it_is_so_whatever_the_case(case: Case) -> None:
    for each in company([case]):
        for item in items(each, 0):
            compared(item)


@pytest.mark.parametrize("turn", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 90))])
def test_it_is_so_in_every_family(turn: int) -> None:
    for each in company([borrower(turn * len(FAMILIES) + place) for place in range(len(FAMILIES))]):
        for item in items(each, 0):
            compared(item)


def said(**wanted: Any) -> tuple[int, int]:
    """Of how many dates it is said that there is no plan, and which is the best; see :func:`compared`."""
    found = [compared(item) for item in items(ask(make_case(**wanted)), 0)]
    return sum(never for never, _ in found), sum(best for _, best in found)


EVERY_DATE: dict[str, tuple[Any, int]] = {
    "free": ("free", 5),
    "level": ("level", 5),
    "rising": ({"kind": "step_up", "growth": "5%", "every": 3}, 5),
    "falling": ({"kind": "step_up", "growth": "-10%", "every": 1}, 7),
    "a part of the first": ({"kind": "step_up", "steps": [{"since": "2026-12-01", "multiple": "0.05"}]}, 5),
}


@pytest.mark.parametrize("name", EVERY_DATE)
def test_it_is_said_of_every_date(name: str) -> None:
    """Nothing on the first of twelve dates and 20,000 on each that follows, for 100,000 without interest: no plan ends
    on the first five. Falling by a tenth, 20,000 × (1 − 0.9^n) / 0.1 reaches 100,000 after seven payments, not six."""
    shape, too_soon = EVERY_DATE[name]
    found = said(monthly=["20000.00"] * 12, months=12, shape=shape, balloon="100%", loan={"rate": "0%"})
    assert found == (too_soon, 12 - too_soon)


@pytest.mark.parametrize(("shape", "most"), [("free", 100_610_93), ("level", 100_455_22.44)])
def test_where_waiting_pays_a_program_says_what_is_best(shape: str, most: float) -> None:
    """Discounted at nothing, what 100,000 brings on 20 December and 20 January is what is paid, and it grows.

    Now it is 100,000 × 1.0030 = 100,300.00, a month later 100,300 × 1.0031 = 100,610.93; in two level installments
    x × 1.0031 + x = 100,610.93, so 2 × 50,227.6122. Where waiting is forbidden, or factors fall faster than the debt
    grows (8 % against 3.60 %), as early as can be is best, and known at once.
    """
    two = {"opening": "200000.00", "monthly": ["0.00"] * 3, "months": 2, "shape": shape, "discount_rate": "0%"}
    for waiting, known in (({"delay": "allow"}, False), ({"delay": "allow", "discount_rate": "8%"}, True), ({}, True)):
        each = ask(make_case(**{**two, **waiting}), to_the_end=True)
        assert each.last is not None
        assert straight(each.problem, np.array([each.last])).found[0] == known
    (found,) = plan_batch([ask(make_case(**two, delay="allow"), to_the_end=True)])
    assert found.status == "optimal"
    assert found.solver not in ("greedy", "closed form")
    assert found.value == pytest.approx(most, abs=1.0)


def test_an_amount_of_which_a_part_is_paid_is_above_every_payment() -> None:
    """12,000 without interest, 4,000 in hand on each of three dates: 0.05 times θ, which is 80,000 (s. test_shapes)."""
    part = {"kind": "step_up", "steps": [{"since": "2026-12-01", "multiple": "0.05"}]}
    loan = {"principal": "12000.00", "rate": "0%"}
    wanted = {"opening": "4000.00", "monthly": ["4000.00"] * 3, "months": 3, "loan": loan, "shape": part}
    assert said(**wanted) == (2, 1)
    each = ask(make_case(**wanted))
    last = np.flatnonzero(each.problem.pays[0])[-1:]
    known = straight(each.problem, last)
    assert known.found[0]
    assert known.theta[0] * 12_000_00 == pytest.approx(80_000_00)
    (found,) = plan_batch([each])
    assert found.status == "optimal"
    assert found.payments is not None
    assert found.payments[each.problem.pays[0], 0].tolist() == [4_000_00] * 3


CURRENT: dict[str, Any] = {
    "minimum_installment": "500.00",
    "arrears": "keep",
    "interest_every": 1,
    "months": 24,
    "monthly": ["20000.00"] * 30,
}
KEPT: dict[str, list[dict[str, str]]] = {
    "one bears, one does not": [
        {"rate": "18%", "principal": "20000.00", "interest": "10000.00"},
        {"rate": "0%", "principal": "0.00", "interest": "50000.00"},
    ],
    "interest and fees": [
        {"rate": "12%", "principal": "0.00", "interest": "40000.00"},
        {"rate": "6%", "principal": "0.00", "fees": "10000.00"},
    ],
    "more interest than principal": [
        {"rate": "12%", "principal": "5000.00", "interest": "60000.00", "penalty": "20000.00"}
    ],
}


@pytest.mark.parametrize("name", KEPT)
def test_a_last_payment_that_is_not_known_settles_what_is_owed(name: str) -> None:
    """80,000 grow by 1,000 a month at most, so that 20,000 a month are enough after some dates; what the last payment
    takes at least, had all grown as fast as that, is less than what is owed then, and no reason against it."""
    case = make_case(**CURRENT, loans=KEPT[name])
    (item,) = items(ask(case), 0)
    compared(item)
    (found,) = plan_batch([ask(case)])
    alone = plan(case)
    assert found.status == alone.status == "optimal"
    assert found.days[found.last or 0] == alone.installments[-1].date


@pytest.mark.parametrize("shape", ["free", "level"])
def test_what_is_paid_first_after_a_year_is_no_burden(shape: str) -> None:
    """With 11 months' 12,000 and the first payment on 20 December 2027 the burden is 0, so of two buckets, up to 80 %
    of what comes in and above, none of the plans is in the second."""
    case = make_case(
        monthly=["12000.00"] * 18,
        months=16,
        first_payment="2027-12-20",
        hazard="table",
        rating="high",
        loan={"rate": "0%"},
        shape=shape,
    )
    light, heavy = items(ask(case), 0)
    assert heavy.problem.burden is not None
    assert heavy.problem.burden.low[0] == 0.8
    dates = len(light.lasts)
    assert compared(light) == (0, dates)
    assert compared(heavy) == (dates, 0)


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
