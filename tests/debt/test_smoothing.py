"""Cents that rounding leaves are spread over the payments where that helps."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

from repayplan.calendar.dates import add_months
from repayplan.debt.contract import Bullet, Contract, Level, schedule
from repayplan.debt.rates import RatePath
from repayplan.debt.smoothing import smoothed

START = dt.date(2026, 1, 15)


def contract(cents: int, months: int, rate: str = "0") -> Contract:
    dates = [add_months(START, month) for month in range(1, months + 1)]
    path = RatePath.fixed(Fraction(rate))
    return Contract(cents, START, dates[-1], path, Level(), dates, dates[:-1], day_count="30E/360")


def test_cents_are_spread() -> None:
    # 10.55 over 12: 0.88 each and 0.87 at last is off by one: nothing to do
    assert [row.payment for row in smoothed(contract(1_055, 12))] == [88] * 11 + [87]
    # 10.49 over 100: 0.10 each leaves 0.59 for the last, off by 49, less than 50: nothing to do
    assert [row.payment for row in smoothed(contract(1_049, 100))] == [10] * 99 + [59]


def test_a_difference_that_is_large_is_spread() -> None:
    loan = contract(1_005, 4, "6")
    # half a month's interest: 10.05 × 0.5 / (1 − 1.5⁻⁴) = 6.2619; 8.82, 6.97 and 4.20 are left: the last is 6.30
    assert [row.payment for row in schedule(loan)] == [626, 626, 626, 630]
    # off by 4, more than two: one cent more each leaves 8.81, 6.95 and 4.16, off by 3
    assert [row.payment for row in smoothed(loan)] == [627, 627, 627, 624]


def test_smoothing_never_makes_it_worse() -> None:
    for cents in range(1_000, 1_400, 3):
        loan = contract(cents, 6, "2.4")
        before, now = (abs(rows[-1].payment - rows[-2].payment) for rows in (schedule(loan), smoothed(loan)))
        assert now <= before
        assert sum(row.principal for row in smoothed(loan)) == cents


def test_one_payment_and_another_rule() -> None:
    assert [row.payment for row in smoothed(contract(1_000, 1))] == [1_000]
    loan = contract(1_000, 4)
    assert smoothed(replace(loan, repayment=Bullet())) == smoothed(loan)
