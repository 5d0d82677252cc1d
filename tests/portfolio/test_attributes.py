"""Figures of options by hand. Futures are still: every scenario is the bank's view.

The borrower owes 60,000.00 not yet due and 40,000.00 overdue (38,000.00 principal, 1,500.00 interest, 500.00 penalty)
at 4.35 %, overdue since 1 September 2026, 80 days before the case's date; an example rating of medium.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as drawn
from hypothesis import strategies as st
from portfolios import borrower, menu, settings

from repayplan.planning.batch.asks import Batched
from repayplan.portfolio.appraise import appraise
from repayplan.portfolio.attributes import Borrower, no_effort, plan_figures
from repayplan.portfolio.book import BookCase
from repayplan.portfolio.outcomes import Outcome
from repayplan.portfolio.planner import ask_for
from repayplan.portfolio.tables import FALLS
from repayplan.portfolio.variants import planned_variant
from repayplan.problem.frozen import Real
from repayplan.problem.terms import resolve
from repayplan.rules.provision import provision_table
from repayplan.rules.treatments import treatments

RATE = 1.0435
HOUR, VISIT = 300_00, 1_500_00


def option(book: BookCase, name: str, **parts: Any) -> Mapping[str, Any]:
    found = appraise([book], menu(**parts), settings(method="still", scenarios=2))
    assert not found.failures, found.failures
    return next(row for row in found.options.to_pylist() if row["option"] == name)


UNSAID = Batched("optimal", 0.0, 0.0, 0.0, 0.0, "", (), None, None, None, None)
"""A plan whose payments do not matter."""


def outcome_of(debt: Real) -> Outcome:
    """Two futures with these debts, of which the first one has failed at once."""
    nothing, failed = np.zeros((12, 2)), np.array([[True, False]] * 12)
    return Outcome(
        value=np.zeros(2), pursued=np.zeros(2), missed=failed[0], defaulted=failed[0], paid=nothing, arrears=nothing,
        debt=debt, failed=failed, collateral=np.ones(2),
    )  # fmt: skip


def test_cash_of_a_plan_takes_the_place_of_what_signing_reschedules() -> None:
    book = borrower()
    found = appraise(
        [book],
        menu(plans=[{"shapes": ["level"], "installments": [24]}], effort="none"),
        settings(method="still", scenarios=2),
    )
    row = found.options.to_pylist()[0]
    payments = found.schedules.to_pylist()
    assert len(payments) == 24
    # the first payment is on 20 January, the last of the year on 20 November: nothing in month 1, eleven by month 12;
    # 100,000.00 bears 4.35 % ACT/360 to the cent from one payment date to the next, which payments settle first
    debts, before = [100_000_00, 100_000_00], dt.date(2026, 11, 20)
    for payment in payments[:11]:
        interest = debts[-1] * Fraction("0.0435") * (payment["date"] - before).days / 360
        debts.append(debts[-1] + int(interest + Fraction(1, 2)) - payment["payment"])
        before = payment["date"]
    paid_down = np.minimum(100_000_00 - np.array(debts[1:]), 40_000_00)
    assert row["fall_cash"] == paid_down.tolist()
    assert row["fall_rescheduled"] == (40_000_00 - paid_down).tolist()
    assert row["fall_written_off"] == row["fall_sold"] == [0] * 12
    # special mention, 2 %, on what is left after twelve months, interest paid being no principal
    assert row["provision"] == round(0.02 * debts[-1])
    assert (row["miss"], row["default"], row["haircut"], row["cost"]) == (0.0, 0.0, 0, 0)


def test_what_is_waived_is_haircut_fall_and_loss_at_the_original_rate() -> None:
    """A debt that bears its rate and is paid in full loses nothing by any schedule: the loss is the waiver."""
    row = option(
        borrower(),
        "level-24-relief",
        plans=[{"shapes": ["level"], "installments": [24], "concessions": ["relief"]}],
        concessions=[{"name": "relief", "waive_penalty": "100%", "waive_interest": "50%"}],
    )
    waived = 500_00 + 750_00
    assert row["haircut"] == waived
    assert row["fall_written_off"] == [waived] * 12
    assert row["npv_loss"] == pytest.approx(waived, abs=50)
    assert row["fall_cash"][0] + row["fall_rescheduled"][0] == 40_000_00 - waived


def test_a_rate_cut_loses_value_though_nothing_is_waived() -> None:
    """One point a year on a debt of 100,000.00 that is out for about 12.5 months on average: about 1,000.00."""
    row = option(
        borrower(),
        "level-24-cut",
        plans=[{"shapes": ["level"], "installments": [24], "concessions": ["cut"]}],
        concessions=[{"name": "cut", "rate_cut": "1%"}],
        white_list=[{}],
    )
    assert row["haircut"] == 0
    assert 900_00 < row["npv_loss"] < 1_200_00


def test_the_work_of_a_plan_is_that_of_the_table() -> None:
    bare, worked = (
        option(borrower(), "level-24", plans=[{"shapes": ["level"], "installments": [24]}], effort=effort)
        for effort in ("none", "table")
    )
    course = treatments().plan["medium"]  # 10 hours, then 1 each month; visits in months 1 and 6
    assert worked["officer_hours"] == list(course.hours) == [10.0] + [1.0] * 11
    assert worked["cost"] == 21 * HOUR + 2 * VISIT
    by_month = np.array([10 * HOUR + VISIT, *[HOUR] * 4, HOUR + VISIT, *[HOUR] * 6])
    worth = sum(cents * RATE ** (-month / 12) for month, cents in enumerate(by_month, 1))
    assert bare["recovery"] - worked["recovery"] == pytest.approx(worth, abs=1)


def test_provision_is_that_of_each_future_not_of_the_mean() -> None:
    """Who fails has paid least: 25 % (substandard) of 90,000.00 in one future, 2 % (special mention) of 10,000.00 in
    the other, on average 11,350.00; mean rate times mean debt would be 6,750.00."""
    book = borrower()
    offer = menu(plans=[{"shapes": ["level"], "installments": [24]}])
    asked = ask_for(book.case, offer.plan_options[0])
    outcome = outcome_of(np.array([[90_000_00.0, 10_000_00.0]] * 12))
    who = Borrower.of(book.case, asked.terms)
    figures = plan_figures(who, asked, UNSAID, outcome, no_effort(), provision_table())
    assert figures["provision"] == 11_350_00


def test_what_a_breach_revives_is_not_written_off_where_it_fails() -> None:
    """500.00 and 750.00 are waived until a breach. In the future that fails with a debt of 98,750.00 nothing is written
    off and 100,000.00 provided for, 25,000.00; in the other one 2 % of 58,750.00."""
    offer = menu(
        plans=[{"shapes": ["level"], "installments": [24], "concessions": ["relief"]}],
        concessions=[{"name": "relief", "waive_penalty": "100%", "waive_interest": "50%"}],
    )
    book = borrower()
    case = planned_variant(book.case, resolve(book.case), offer.plan_options[0])
    assert case is not None
    asked = ask_for(case, offer.plan_options[0])
    debt = np.array([[98_750_00.0, 58_750_00.0]] * 12)
    figures = plan_figures(
        Borrower.of(book.case, asked.terms), asked, UNSAID, outcome_of(debt), no_effort(), provision_table()
    )
    assert figures["haircut"] == 1_250_00, "given up at signing all the same"
    assert figures["fall_written_off"] == [625_00] * 12
    assert figures["provision"] == round((25_000_00 + 0.02 * 58_750_00) / 2)
    # 40,000.00 of one future are overdue still; of the other 1,250.00 are written off and 38,750.00 paid
    assert figures["fall_cash"] == [19_375_00] * 12
    assert figures["fall_rescheduled"] == [0] * 12


BEST: Mapping[str, Any] = {
    "plans": [{"shapes": ["free"], "installments": [24], "concessions": ["best"]}],
    "concessions": [{"name": "best", "settle": "best"}],
}


def best(monthly: str, **changes: Any) -> tuple[Mapping[str, Any], list[int]]:
    """A plan of 24 free installments that pays as much as can be out of so much a month, and what it pays."""
    source = {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": monthly, "months": 84}
    book = borrower(cash={"opening": "0.00", "sources": [source]}, **changes)
    found = appraise([book], menu(**BEST), settings(method="still", scenarios=2))
    assert not found.failures, found.failures
    return found.options.to_pylist()[0], [each["payment"] for each in found.schedules.to_pylist()]


def test_what_a_plan_never_pays_is_given_up_and_lost() -> None:
    """2,000.00 a month until December 2028, and settle: best: the rest of 100,000.00 is a haircut, and of what is left
    after a year that part is provided for in full, 2 % of the other."""
    row, payments = best("2000.00", loan={"rate": "0.00%"})
    # from 20 January 2027 to 20 December 2028: 24 times what has come by the end of the month before, in whole units
    assert row["haircut"] == 100_000_00 - sum(payments) == pytest.approx(52_000_00, abs=10_00)
    # eleven payments are made in the year; the later ones are restructured debt
    assert row["provision"] == round(row["haircut"] + 0.02 * sum(payments[11:]))


def test_what_is_overdue_and_never_paid_has_no_new_day() -> None:
    """1,000.00 a month from the end of December 2026 on, first paid on 20 January 2027: 24,000.00 until December 2028,
    in whole units, which settle overdue claims first. 16,000.00 of 40,000.00 are never paid, and 76,000.00 of all: they
    have no new day and are overdue still."""
    row, payments = best("1000.00", loan={"rate": "0.00%"})
    assert sum(payments) == pytest.approx(24_000_00, abs=10_00)
    assert row["haircut"] == 100_000_00 - sum(payments)
    assert row["fall_cash"] == [sum(payments[:month]) for month in range(12)]
    assert row["fall_rescheduled"] == [sum(payments[month:]) for month in range(12)]
    assert row["fall_written_off"] == row["fall_sold"] == [0] * 12


def test_no_more_is_given_up_than_is_claimed_today() -> None:
    """Of 100,000.00 at 4.35 % nothing is paid for 25 months, and some 109,000.00 are left in the end: of today's claim
    that is 100,000.00, less the 500.00 that were waived. What accrues is lost as well once it is carried: after twelve
    months 99,500.00 × (1 + 4.35 % × 365/360) = about 103,900.00, all of it a loss."""
    row, _ = best("0.01", loan={"waiver": {"penalty": "500.00"}})
    assert row["haircut"] == 99_500_00 + 500_00
    assert row["provision"] == pytest.approx(99_500_00 * (1 + 0.0435 * 365 / 360), rel=2e-3)
    assert row["fall_written_off"] == [500_00] * 12
    assert row["fall_cash"] == row["fall_rescheduled"] == [0] * 12


def test_what_is_waived_of_principal_not_yet_due_writes_off_nothing_overdue() -> None:
    """2,000.00 of 60,000.00 not yet due and 500.00 of 40,000.00 overdue are given up."""
    offer = [{"shapes": ["level"], "installments": [24]}]
    waiver = {"principal": "2000.00", "penalty": "500.00"}
    row = option(borrower(loan={"waiver": waiver}), "level-24", plans=offer)
    assert row["haircut"] == 2_500_00
    assert row["fall_written_off"] == [500_00] * 12
    assert row["fall_cash"][0] + row["fall_rescheduled"][0] == 39_500_00


def test_a_plan_that_pays_nothing_is_worth_no_more_than_enforcing() -> None:
    """100,000.00 without interest, not discounted, under collateral of 150,000.00, and a cent of cash a month. Whoever
    calls the debt, now or when the plan is over, gets all of it less 28,000.00 for pursuing it (46 hours, two visits,
    10,000.00 and 1.2 %); the plan takes its own work besides: 21 hours and two visits, 9,300.00."""
    source = {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": "0.01", "months": 84}
    book = borrower(
        loan={"rate": "0.00%", "collateral": "150000.00"},
        cash={"opening": "0.00", "sources": [source]},
        policy={"discount_rate": "0.00%"},
    )
    offer = menu(**BEST, treatments=["enforce"])
    both = appraise([book], offer, settings(method="still", scenarios=2))
    found, cents = both.options.to_pylist(), sum(both.schedules["payment"].to_pylist())
    recovered = {row["option"]: row["recovery"] for row in found}
    assert recovered == {"free-24-best": 100_000_00 - 28_000_00 - 9_300_00, "enforce": 100_000_00 - 28_000_00}
    assert {row["option"]: row["by_plan"] for row in found} == {"free-24-best": cents - 9_300_00, "enforce": 0}


def test_what_payments_bring_is_told_apart_from_what_collateral_brings() -> None:
    """Nothing bears interest and nothing is discounted. A plan that settles 100,000.00 brings all of it by payments,
    less its work of 9,300.00; of one that pays 1,000.00 a month the rest comes from collateral of 30,000.00, a fifth
    of what that leaves, and costs 28,000.00 to pursue."""
    still = {"loan": {"rate": "0.00%", "collateral": "30000.00"}, "policy": {"discount_rate": "0.00%"}}
    whole = option(borrower(**still), "level-24", plans=[{"shapes": ["level"], "installments": [24]}])
    assert whole["by_plan"] == whole["recovery"] == 100_000_00 - 9_300_00
    row, payments = best("1000.00", **still)
    left = 100_000_00 - sum(payments)
    assert row["by_plan"] == sum(payments) - 9_300_00
    assert row["recovery"] - row["by_plan"] == 30_000_00 + (left - 30_000_00) // 5 - 28_000_00


@drawn(max_examples=8, deadline=None)
@given(
    monthly=st.sampled_from(["0.01", "700.00", "2500.00", "9000.00"]),
    opening=st.sampled_from(["0.00", "30000.00"]),
    overdue=st.integers(0, 100_000_00),
    waived=st.floats(0, 1),
    conditional=st.booleans(),
    rate=st.sampled_from(["0.00%", "11.00%"]),
    count=st.sampled_from([6, 24]),
)
def test_nothing_is_given_up_twice_and_columns_foot(
    monthly: str, opening: str, overdue: int, waived: float, conditional: bool, rate: str, count: int
) -> None:
    """Of plans in full, of best effort, with waivers, in drawn futures: between nothing and the claim is given up, and
    what is overdue falls by no more than there is, month by month."""
    penalty = overdue // 2
    given = f"{int(penalty * waived) / 100:.2f}"
    loan = {
        "principal": f"{(100_000_00 - overdue) / 100:.2f}", "overdue_principal": f"{(overdue - penalty) / 100:.2f}",
        "interest": "0.00", "penalty": f"{penalty / 100:.2f}", "rate": rate, "collateral": "30000.00",
        "waiver": {"penalty": given, "conditional": conditional},
        "contract": {"overdue_since": "2026-09-01"} if overdue else {},
    }  # fmt: skip
    source = {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": monthly, "months": 84}
    book = borrower(loan=loan, cash={"opening": opening, "sources": [source]})
    shapes = {"shapes": ["level", "free"], "installments": [count], "concessions": ["none", "best", "relief"]}
    relief = {"name": "relief", "waive_penalty": "100%", "conditional": conditional}
    offer = menu(
        plans=[shapes],
        concessions=[{"name": "best", "settle": "best"}, relief],
        treatments=["do_nothing", "sell"],
        settle_best="always",
    )
    found = appraise([book], offer, settings(scenarios=6))
    assert not found.failures
    for row in found.options.to_pylist():
        assert 0 <= row["haircut"] <= row["balance"] == 100_000_00
        columns = [row[name] for name in FALLS]
        assert all(cents >= 0 for column in columns for cents in column)
        assert all(sum(month) <= row["overdue"] == overdue for month in zip(*columns, strict=True))
        assert row["fall_cash"] == sorted(row["fall_cash"])


def test_a_visit_gives_new_days_to_part_of_what_is_not_paid() -> None:
    row = option(borrower(), "visit", treatments=["visit"])
    for cash, moved in zip(row["fall_cash"], row["fall_rescheduled"], strict=True):
        assert moved == int(0.15 * (40_000_00 - cash))


def test_a_sale_by_hand() -> None:
    row = option(borrower(loan={"collateral": "20000.00"}), "sell", treatments=["sell"])
    price = round(0.60 * 20_000_00 + 0.15 * 80_000_00)
    work = sum(
        cents * RATE ** (-month / 12) for month, cents in enumerate((6 * HOUR + 5_000_00, 6 * HOUR, 4 * HOUR), 1)
    )
    assert row["recovery"] == pytest.approx(price * RATE ** (-3 / 12) - work, abs=1)
    assert row["haircut"] == row["npv_loss"] == 100_000_00 - price
    assert row["fall_sold"] == [0, 0, *[40_000_00] * 10]
    assert (row["provision"], row["miss"], row["default"]) == (0, 0.0, 0.0)
