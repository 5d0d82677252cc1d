"""What would make an impossible case possible: the least of each, verified; a step less is not enough."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from making import make_case

from repayplan.cases.models import Case
from repayplan.planning import remedies as room
from repayplan.planning.levers import levers
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.remedies import Remedy, alone_with, remedies, smallest
from repayplan.planning.verify import verify

POSSIBLE = ("optimal", "feasible")
FREE_DEBT: dict[str, Any] = {"loan": {"rate": "0%"}, "unit": "100.00"}


def alone(case: Case, lever: str) -> Remedy | None:
    return alone_with(case, levers(case)[lever])


def test_the_smallest_waiver_is_what_the_cash_does_not_pay() -> None:
    # no interest: 90,050 of cash pay 90,050 of 100,000; waived is 9,950 or, in hundreds, 10,000
    found = alone(make_case(**FREE_DEBT, monthly=["30050.00", "30000.00", "30000.00"], months=4), "waiver")
    assert found is not None
    assert found.pulls[0].steps == 100
    assert found.plan.metrics.recovered == 90_000_00
    assert found.cost == 10_000_00  # nothing is discounted, as the debt bears nothing


def test_the_term_is_lengthened_until_the_cash_has_come() -> None:
    # 10,000 on each month's end from December on: 100,000 are there on 30 September, paid on 20 October 2027, which is
    # the 11th payment date; 8 months reach 20 July, so 3 more are needed
    found = alone(make_case(**FREE_DEBT, monthly=["10000.00"] * 12, months=8), "months")
    assert found is not None
    assert (found.pulls[0].steps, f"{found.plan.metrics.final_date}") == (3, "2027-10-20")


def test_less_cash_is_kept_as_far_as_needed() -> None:
    # 95,000 above the floor of 20,000: 5,000 of the floor must go
    case = make_case(**FREE_DEBT, opening="115000.00", floor="20000.00", months=3)
    found = alone(case, "floor")
    assert found is not None
    assert found.pulls[0].steps == 50
    assert "5,000.00 less kept in cash (floor 15,000.00, contingency 0.00)" in str(found.pulls[0].words)


def test_cover_is_lowered_by_hundredths() -> None:
    # one payment of 100,000 against 108,500 of cash: cover 1.085, so from 1.20 down to 1.08
    case = make_case(
        **FREE_DEBT, milestones={"2026-12-10": "108500.00"}, months=1, cover={"minimum": "1.20", "window": "period"}
    )
    found = alone(case, "cover")
    assert found is not None
    assert str(found.pulls[0].words) == "cover of 1.08 instead of 1.20"


def test_what_cannot_help_says_so_and_a_mix_is_cheaper_than_the_waiver() -> None:
    case = make_case(**FREE_DEBT, opening="60000.00", floor="20000.00", monthly=["10000.00"] * 3, months=4)
    found = remedies(case)
    assert [remedy.pulls[0].lever for remedy in found.alone] == ["waiver"]
    assert [pull.lever for pull in found.helpless] == ["grace", "floor", "months"]
    # 70,000 can be paid, 80,000 with half the floor, 90,000 with no floor: 10,000 to be waived instead of 30,000
    assert found.alone[0].cost == 30_000_00
    assert found.mix is not None
    assert [(pull.lever, pull.steps) for pull in found.mix.pulls] == [("floor", 200), ("waiver", 100)]
    assert found.cheapest == found.mix
    assert found.mix.cost == 10_000_00


def test_a_mix_needs_both_of_its_parts() -> None:
    case = make_case(**FREE_DEBT, opening="60000.00", floor="20000.00", monthly=["10000.00"] * 3, months=4)
    mix = remedies(case).mix
    assert mix is not None
    first, second = mix.pulls
    for less, more in ((first.steps - 1, second.steps), (first.steps, second.steps - 1)):
        half = levers(case)[first.lever].change(less)
        assert plan(levers(half)[second.lever].change(more)).status not in POSSIBLE


def test_doubling_and_halving_finds_a_step_that_suffices_while_one_less_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def enough(steps: int) -> bool:
        asked.append(steps)
        return steps >= 777

    assert smallest(1_000_000, enough) == 777
    assert len(asked) < 25
    assert smallest(776, enough) is None
    assert smallest(40, lambda steps: steps in (7, 30)) == 7
    monkeypatch.setattr(room, "SCANNED", 5)
    assert smallest(10, lambda steps: steps >= 10) == 10


receipts = st.lists(st.integers(0, 17), min_size=3, max_size=6)
policies = st.fixed_dictionaries(
    {
        "step": st.sampled_from(["off", "20%"]),
        "balloon": st.sampled_from(["off", "30%"]),
        "cover": st.sampled_from(["off", {"minimum": "1.20", "window": "period", "carry": "100%"}]),
        "maximum_installment": st.sampled_from(["off", "15000.00"]),
        "interest_every": st.sampled_from(["off", 3]),
        "unit": st.sampled_from(["1.00", "100.00"]),
    }
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.filter_too_much])
@given(months=st.integers(4, 7), receipts=receipts, floor=st.integers(0, 20), policy=policies, data=st.data())
def test_a_step_less_than_proposed_is_not_enough(
    months: int, receipts: list[int], floor: int, policy: dict[str, Any], data: st.DataObject
) -> None:
    case = make_case(
        loan={"collateral": "30000.00"},
        opening="25000.00",
        floor=f"{1_000 * floor}.00",
        monthly=[f"{1_000 * amount}.00" for amount in receipts],
        months=months,
        **policy,
    )
    assume(plan(case).status == "infeasible")
    known = levers(case)
    lever = known[data.draw(st.sampled_from(sorted({"waiver", "months", "sale", "floor", "cover"} & known.keys())))]
    found = alone_with(case, lever)
    assume(found is not None)
    assert found is not None
    steps = found.pulls[0].steps
    assert found.plan.status in POSSIBLE
    assert not [finding for finding in verify(plan_file(found.plan)) if finding.result == "fail"]
    assert steps == 1 or plan(lever.change(steps - 1)).status not in POSSIBLE
