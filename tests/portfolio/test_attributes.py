"""Figures of options by hand. Futures are still: every scenario is the bank's view.

The borrower owes 60,000.00 not yet due and 40,000.00 overdue (38,000.00 principal, 1,500.00 interest, 500.00 penalty)
at 4.35 %, overdue since 1 September 2026, 80 days before the case's date; an example rating of medium.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from portfolios import borrower, menu, settings

from repayplan.portfolio.appraise import appraise
from repayplan.portfolio.book import BookCase
from repayplan.rules.treatments import treatments

RATE = 1.0435
HOUR, VISIT = 300_00, 1_500_00


def option(book: BookCase, name: str, **parts: Any) -> Mapping[str, Any]:
    found = appraise([book], menu(**parts), settings(method="still", scenarios=2))
    assert not found.failures, found.failures
    return next(row for row in found.options.to_pylist() if row["option"] == name)


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
    # the first payment is on 20 January, the last of the year on 20 November: nothing in month 1, eleven by month 12
    paid = np.cumsum([0, *(payment["payment"] for payment in payments[:11])])
    assert row["fall_cash"] == np.minimum(paid, 40_000_00).tolist()
    assert row["fall_rescheduled"] == (40_000_00 - np.minimum(paid, 40_000_00)).tolist()
    assert row["fall_written_off"] == row["fall_sold"] == [0] * 12
    # special mention, 2 %, on what is left after twelve months
    assert row["provision"] == round(0.02 * (100_000_00 - int(paid[-1])))
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


def test_who_is_left_alone_pays_a_little_and_fails() -> None:
    row = option(borrower(), "do_nothing", treatments=["do_nothing"])
    # 3, 3, 2 and 1 % of 40,000.00
    assert row["fall_cash"] == [1_200_00, 2_400_00, 3_200_00, *[3_600_00] * 9]
    assert (row["miss"], row["default"], row["cost"]) == (1.0, 1.0, 0)
    # 80 + 365 days past due: loss, all of what is left
    assert row["provision"] == 96_400_00
    # 40 % of 60,000.00 goes on by contract; the rest fails after a year at half of 20 %
    claim = 100_000_00 - 24_000_00 - 3_600_00
    least = 24_000_00 + 0.96 * (3_600_00 + 0.10 * claim)
    most = 24_000_00 + 3_600_00 + 0.10 * (claim + 0.0652 * 100_000_00)
    assert least < row["recovery"] < most


def test_enforcement_brings_collateral_late_and_dear_and_part_of_the_rest() -> None:
    row = option(borrower(loan={"collateral": "20000.00"}), "enforce", treatments=["enforce"])
    course = treatments().kinds["enforce"]["medium"]  # 12 months, 10 %, unsecured 1.3 × 20 %
    legal = 10_000_00 + round(0.012 * 100_000_00)
    hours, visits = sum(course.hours), sum(course.visits)
    assert row["legal"] == [legal, *[0] * 11]
    assert row["cost"] == round(hours * HOUR + visits * VISIT + legal)
    collateral = 20_000_00 * 0.9 / RATE
    least = 0.996 * (collateral + 0.26 * 80_000_00) - row["cost"]
    most = collateral + 0.26 * 81_000_00 - 0.95 * row["cost"]
    assert least < row["recovery"] < most
    assert row["fall_cash"] == [0] * 12, "the court takes longer than the year that is told"


def test_enforcement_within_the_year_is_cash() -> None:
    book = borrower(loan={"collateral": "20000.00"}, policy={"rating": "low"})
    row = option(book, "enforce", treatments=["enforce"])
    # called after month 1, 10 months until the collateral has brought its money, 8 % of it for costs; 1.2 × 20 % of the
    # rest, which is 80,000.00 and what a month bears
    assert row["fall_cash"][:10] == [0] * 10
    assert row["fall_cash"][10:] == [row["fall_cash"][10]] * 2
    assert row["fall_cash"][10] == pytest.approx(20_000_00 * 0.92 + 0.24 * 80_000_00, abs=120_00)


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


def test_an_agency_keeps_its_fee() -> None:
    row = option(borrower(), "agency", treatments=["agency"])
    course = treatments().kinds["agency"]["medium"]
    assert row["fall_cash"][-1] == round(sum(course.cash) * 40_000_00)
    work = sum(course.hours) * HOUR
    assert row["cost"] == pytest.approx(work + 0.28 * row["fall_cash"][-1], abs=1)


def test_a_visit_gives_new_days_to_part_of_what_is_not_paid() -> None:
    row = option(borrower(), "visit", treatments=["visit"])
    for cash, moved in zip(row["fall_cash"], row["fall_rescheduled"], strict=True):
        assert moved == int(0.15 * (40_000_00 - cash))


def test_a_borrower_without_cash_cannot_be_moved_to_pay() -> None:
    source = {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": "1.00", "months": 84}
    poor = borrower(cash={"opening": "0.00", "sources": [source]})
    row = option(poor, "visit", treatments=["visit"])
    assert row["fall_cash"][-1] <= 12_00
