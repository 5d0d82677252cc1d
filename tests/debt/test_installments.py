"""Installments made again as payments come: early, late, in excess; pauses, a new rate, money lent later."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repayplan.debt.installments import (
    FlatLoan,
    Installment,
    InstallmentLoan,
    flat_installments,
    installments,
    settled_before,
    shared_out,
)
from repayplan.debt.order import Item
from repayplan.debt.rates import RatePath

START = dt.date(2026, 1, 1)
FEBRUARY, MARCH, APRIL = (dt.date(2026, month, 1) for month in (2, 3, 4))


def level(**terms: Any) -> InstallmentLoan:
    """3,000.00 at 1 % a month over three months: 1,020.07 each."""
    given: dict[str, Any] = {"rate": RatePath.fixed(Fraction("0.12")), "years": "30E/360", "period": Fraction(1, 12)}
    given |= {"principal": 300_000, "start": START, "dates": [FEBRUARY, MARCH, APRIL]}
    return InstallmentLoan(**{**given, **terms})


def halves(**terms: Any) -> InstallmentLoan:
    """3,650.00 at 10 % of 365 days, 1.00 a day, in two halves after 31 and 28 days."""
    given: dict[str, Any] = {"rate": RatePath.fixed(Fraction("0.1")), "equal_principal": True, "period": Fraction(1)}
    return InstallmentLoan(365_000, START, [FEBRUARY, MARCH], years="ACT/365F", **{**given, **terms})


def figures(rows: list[Installment]) -> list[tuple[int, int]]:
    return [(row.principal, row.interest) for row in rows]


def test_nothing_happens() -> None:
    # 3,000 × 0.01 / (1 − 1.01⁻³) = 1,020.0663; 2,009.93 and 1,009.96 are left
    assert figures(installments(level())) == [(99_007, 3_000), (99_997, 2_010), (100_996, 1_010)]


def test_how_interest_is_rounded() -> None:
    # 3,000.50 at 1 %: 30.005, halves up or to even
    assert installments(level(principal=300_050))[0].interest == 3_001
    assert installments(level(principal=300_050, rounded=round))[0].interest == 3_000


def test_whole_units() -> None:
    assert figures(installments(level(unit=100))) == [(99_000, 3_000), (99_990, 2_010), (101_010, 1_010)]


@pytest.mark.parametrize(
    ("prepayment", "later"),
    [
        ("amount", [(75_121, 1_510), (75_872, 759)]),  # 1,509.93 × 0.01 / (1 − 1.01⁻²) = 766.31 each
        ("count", [(100_497, 1_510), (50_496, 505)]),  # 1,020.07 as before, the last one smaller
        ("next", [(50_497, 1_510), (100_496, 1_005)]),  # 1,004.97 − 500 next time
    ],
)
def test_500_more_than_is_due(prepayment: str, later: list[tuple[int, int]]) -> None:
    rows = installments(level(prepayment=prepayment), [(FEBRUARY, 152_007)], FEBRUARY)
    assert figures(rows) == [(149_007, 3_000), *later]


def test_fewer_installments() -> None:
    rows = installments(level(prepayment="count"), [(FEBRUARY, 252_007)], FEBRUARY)
    assert figures(rows) == [(249_007, 3_000), (50_993, 510)]


def test_paid_ahead_for_more_than_one_installment() -> None:
    # 1,200 ahead: the second is lowered by all of its 1,012.00, the third by the rest
    rows = installments(level(prepayment="next"), [(FEBRUARY, 222_007)], FEBRUARY)
    assert figures(rows)[1:] == [(0, 810), (80_993, 810)]


def test_an_early_payment_saves_interest_from_its_day() -> None:
    paid = [(dt.date(2026, 1, 11), 100_000)]
    # ten days at 1.00, 21 at 0.726027: 10.00 + 15.25
    assert figures(installments(halves(), paid, paid[0][0])) == [(182_500, 2_525), (182_500, 1_400)]
    assert figures(installments(halves(from_day=False), paid, paid[0][0])) == [(182_500, 3_100), (182_500, 1_400)]


def test_an_early_payment_above_the_installment_goes_to_principal() -> None:
    rows = installments(halves(), [(dt.date(2026, 1, 11), 200_000)], dt.date(2026, 1, 11))
    # 2,000 is 175 above the half; 10.00 + 21 × 1,650 × 0.1 / 365 = 9.49; then 1,650 for 28 days = 12.66
    assert figures(rows) == [(200_000, 1_949), (165_000, 1_266)]


def test_late_principal_bears_interest_until_it_is_paid() -> None:
    late = dt.date(2026, 2, 11)
    # 3,650 for ten days and 1,825 for 18: 10.00 + 9.00
    assert figures(installments(halves(), [(late, 185_600)], late))[1] == (182_500, 1_900)
    assert figures(installments(halves(), [], late))[1] == (182_500, 1_900)
    assert figures(installments(halves(from_day=False), [(late, 185_600)], late))[1] == (182_500, 2_800)


def test_a_charge_is_settled_before_principal() -> None:
    late, charge = dt.date(2026, 2, 11), Item("fees", 36_500, dt.date(2026, 1, 20))
    # 365 of the payment goes to the charge: that much principal stays late, but is assumed paid the same day
    rows = installments(halves(), [(late, 213_600)], dt.date(2026, 2, 21), charges=[charge])
    # ten days of 3,650, ten of 1,825 + 85, eight of 1,825: 10.00 + 5.23 + 4.00
    assert figures(rows)[1] == (182_500, 1_923)


def test_all_is_paid_off_between_two_due_dates() -> None:
    day = dt.date(2026, 1, 11)
    rows = installments(halves(), [(day, 366_000)], day)
    assert [(row.due, row.principal, row.interest) for row in rows] == [(day, 365_000, 1_000)]


def test_pauses() -> None:
    assert figures(installments(halves(later={1}))) == [(182_500, 0), (182_500, 4_500)]
    assert figures(installments(halves(free={1}))) == [(182_500, 0), (182_500, 1_400)]
    assert figures(installments(halves(no_principal={1}))) == [(0, 3_100), (365_000, 2_800)]
    # interest that waits does not make room for principal
    assert figures(installments(level(later={1}))) == [(99_007, 0), (99_997, 5_010), (100_996, 1_010)]


def test_a_new_rate_makes_a_new_level_payment() -> None:
    rate = RatePath.stepped(Fraction("0.12"), [(FEBRUARY, Fraction("0.24"))])
    # 2,009.93 × 0.02 / (1 − 1.02⁻²) = 1,035.2129
    assert figures(installments(level(rate=rate))) == [(99_007, 3_000), (99_501, 4_020), (101_492, 2_030)]


def test_a_longer_period_earns_more() -> None:
    loan = level(dates=[FEBRUARY, dt.date(2026, 3, 16), dt.date(2026, 4, 16)])
    # a month and a half on 2,009.93: 30.15
    assert figures(installments(loan))[1] == (98_992, 3_015)


def test_money_lent_later() -> None:
    drawn = halves(drawings={dt.date(2026, 1, 11): 365_000}, sized_on=730_000)
    # ten days at 1.00, 21 at 2.00; half of 7,300 each time
    assert figures(installments(drawn)) == [(365_000, 5_200), (365_000, 2_800)]


def test_what_fell_due_before_stays_as_it_was() -> None:
    rows = installments(halves())
    kept = settled_before(rows, dt.date(2026, 2, 11))
    assert kept == rows[:1]
    again = installments(halves(), [(FEBRUARY, 285_600)], dt.date(2026, 2, 11), kept)
    assert again[0] == rows[0]


@settings(max_examples=60, deadline=None)
@given(
    paid=st.lists(st.tuples(st.dates(START, dt.date(2026, 4, 10)), st.integers(1, 200_000)), max_size=5),
    prepayment=st.sampled_from(["amount", "count", "next"]),
    from_day=st.booleans(),
    today=st.dates(START, APRIL),
)
def test_principal_is_repaid_whatever_is_paid(
    paid: list[tuple[dt.date, int]], prepayment: str, from_day: bool, today: dt.date
) -> None:
    loan = level(prepayment=prepayment, from_day=from_day, unit=100)
    rows = installments(loan, [payment for payment in paid if payment[0] <= today], today)
    assert sum(row.principal for row in rows) == loan.principal
    assert min(row.principal for row in rows) >= 0
    assert min(row.interest for row in rows) >= 0
    assert sum(row.interest for row in rows) <= 9_100 + 300  # never more than all of it for the whole time


def flat(**terms: Any) -> FlatLoan:
    """1,000.00 and 37.50 of interest over three months, in whole units."""
    return FlatLoan(100_000, START, [FEBRUARY, MARCH, APRIL], Fraction(3_750), 100, **terms)


def test_flat_interest() -> None:
    # 333.33 → 333, 12.50 → 13: 346 each, of which 333.50 is principal
    assert figures(flat_installments(flat())) == [(33_350, 1_250), (33_350, 1_250), (33_300, 1_250)]


def test_flat_interest_with_pauses() -> None:
    assert [row.interest for row in flat_installments(flat(later={1}))] == [0, 1_875, 1_875]
    assert [row.interest for row in flat_installments(flat(free={1}))] == [0, 1_250, 1_250]
    assert [row.principal for row in flat_installments(flat(no_principal={1}))] == [0, 50_050, 49_950]


def test_flat_installments_over_more_dates() -> None:
    kept = flat_installments(flat())[:1]
    dates = [FEBRUARY, MARCH, APRIL, dt.date(2026, 5, 1), dt.date(2026, 6, 1)]
    rows = flat_installments(FlatLoan(100_000, START, dates, Fraction(3_750), 1), kept)
    # 666.50 and 25.00 over four
    assert figures(rows)[1:] == [(16_663, 625), (16_663, 625), (16_663, 625), (16_661, 625)]


def test_a_part_of_a_period_is_its_share() -> None:
    count = shared_out([START, FEBRUARY, MARCH], {FEBRUARY: Fraction(1, 12), MARCH: Fraction(1, 6)})
    assert callable(count)
    assert count(START, FEBRUARY) == Fraction(1, 12)
    assert count(dt.date(2026, 1, 11), dt.date(2026, 2, 15)) == Fraction(21, 31 * 12) + Fraction(1, 12)
