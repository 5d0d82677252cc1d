"""Cash on the days between stages, by which floors are held: running costs leave on the 10th, receipts follow later."""

from __future__ import annotations

from decimal import Decimal

import pytest
from making import make_case, pay, prepare

from repayplan.cases.models import Case
from repayplan.compliance.registry import failures
from repayplan.planning.optimum import optimize


def dip(cost: str, *days: str) -> Case:
    """100.00 on hand and a floor of 20.00; what the 10th of December and of January take comes back on ``days``."""
    case = make_case(opening="100.00", floor="20.00", milestones=dict.fromkeys(days, cost), months=2, settle="best")
    cash = case.cash.model_copy(update={"operating_cost": Decimal(cost)})
    return case.model_copy(update={"cash": cash})


def test_the_least_cash_of_the_days_until_the_next_stage() -> None:
    # stages 30 Nov, 20 Dec, 31 Dec, 20 Jan, 31 Jan; after 30 Nov and 31 Dec cash falls to 70.00 until the 15th
    cash = prepare(dip("30.00", "2026-12-15", "2027-01-15"))[1].cash
    assert cash.unpaid.tolist() == [[10_000] * 5]
    assert cash.trough.tolist() == [[7_000, 10_000, 7_000, 10_000, 10_000]]
    assert cash.floor.tolist() == [[2_000] * 5]
    assert cash.room.tolist() == [[5_000, 8_000, 5_000, 8_000, 8_000]]
    assert cash.payable.tolist() == [[5_000, 5_000, 5_000, 8_000, 8_000]]  # 50.00 in December, to get through January
    assert not cash.unfunded.any()


def test_flows_of_one_day_are_netted() -> None:
    cash = prepare(dip("30.00", "2026-12-10", "2027-01-10"))[1].cash
    assert (cash.trough == cash.unpaid).all()
    assert cash.payable.tolist() == [[8_000] * 5]


def test_a_floor_falls_to_the_least_cash_of_its_days_and_nothing_is_paid_before() -> None:
    cash = prepare(dip("90.00", "2026-12-15", "2027-01-15"))[1].cash
    assert cash.floor.tolist() == [[1_000, 2_000, 1_000, 2_000, 2_000]]
    assert cash.unfunded.tolist() == [[1_000, 0, 1_000, 0, 0]]
    assert cash.payable.tolist() == [[0, 0, 0, 8_000, 8_000]]


def test_cover_carries_the_cash_of_the_stage_and_the_wanted_floor() -> None:
    # cover speaks of cash on the payment date; only floors look at the days between
    cash = prepare(dip("90.00", "2026-12-15", "2027-01-15"))[1].cash
    assert cash.carried.tolist() == [[8_000] * 6]


@pytest.mark.parametrize(("paid", "lowest"), [((5_000, 3_000), 2_000), ((0, 8_000), 7_000)])
def test_payments_that_leave_enough_for_the_days_between(paid: tuple[int, int], lowest: int) -> None:
    replayed = pay(dip("30.00", "2026-12-15", "2027-01-15"), *paid)
    assert failures(replayed) == []
    assert replayed.lowest[2] == lowest  # 70.00 in January less what December paid
    assert replayed.closing[2] == lowest + 3_000


def test_a_cent_too_much_breaks_the_floor_on_a_day_between_and_the_finding_says_from_when() -> None:
    (found,) = failures(pay(dip("30.00", "2026-12-15", "2027-01-15"), 5_001, 2_999))
    assert (found.rule, f"{found.date}", found.amount) == ("floors", "2026-12-31", 1)
    assert "19.99" in str(found.sentence)
    assert "20.00" in str(found.sentence)


def test_the_program_pays_what_the_days_between_leave() -> None:
    problem = prepare(dip("30.00", "2026-12-15", "2027-01-15"))[1]
    optimum = optimize(problem)
    assert optimum is not None
    assert optimum.payments[problem.pays[0], 0] == pytest.approx([5_000, 3_000], abs=0.01)
