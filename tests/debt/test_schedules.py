"""Many schedules at once are the scalar contract, to the cent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repayplan.calendar.dates import add_months
from repayplan.debt import schedules
from repayplan.debt.contract import Bullet, Contract, Custom, Level, LevelPrincipal, Repayment, Row, Stepped, schedule
from repayplan.debt.rates import RatePath
from repayplan.debt.schedules import Cents, Periods, Schedules, millionths, periods

START = dt.date(2026, 1, 31)
Vector = Callable[[Cents, Cents, Periods], Schedules]

KINDS: dict[str, tuple[Vector, Callable[[list[dt.date]], Repayment], int]] = {
    "level": (schedules.level, lambda _: Level(), 0),
    "level after 3": (lambda p, r, o: schedules.level(p, r, o, first=3), lambda _: Level(), 3),
    "level principal": (schedules.level_principal, lambda _: LevelPrincipal(), 0),
    "level principal after 2": (
        lambda p, r, o: schedules.level_principal(p, r, o, first=2),
        lambda _: LevelPrincipal(),
        2,
    ),
    "bullet": (schedules.bullet, lambda _: Bullet(), 0),
    "step": (
        lambda p, r, o: schedules.stepped(p, r, o, np.arange(1, len(o.days) + 1) * 100_000),
        lambda dates: Stepped([(day, (k + 1) * 100_000) for k, day in enumerate(dates)]),
        0,
    ),
    "negative amortizer": (
        lambda p, r, o: schedules.stepped(p, r, o, np.full(len(o.days), 1_000), grows=True),
        lambda _: Level(1_000, fixed=True, grows=True),
        0,
    ),
    "custom": (
        lambda p, r, o: schedules.custom(p, r, o, np.arange(len(o.days)) * 7_777),
        lambda dates: Custom({day: k * 7_777 for k, day in enumerate(dates)}, capped=True),
        0,
    ),
}


def scalar(
    principal: int, rate: Fraction, dates: list[dt.date], day_count: str, rule: Repayment, first: int
) -> list[Row]:
    contract = Contract(
        principal, START, dates[-1], RatePath.fixed(rate), rule, dates, dates[first:-1], day_count=day_count
    )
    return schedule(contract)


@pytest.mark.parametrize("kind", KINDS)
@given(
    loans=st.lists(st.tuples(st.integers(1, 10**12), st.integers(0, 240_000)), min_size=1, max_size=5),
    count=st.integers(4, 15),
    day_count=st.sampled_from(["ACT/360", "ACT/365F", "30/360", "30E/360"]),
)
@settings(max_examples=25)
def test_arrays_equal_the_scalar_contract(kind: str, loans: list[tuple[int, int]], count: int, day_count: str) -> None:
    vector, rule, first = KINDS[kind]
    dates = [add_months(START, month) for month in range(1, count + 1)]
    rates = [Fraction(rate, 10**6) for _, rate in loans]
    principal = np.array([amount for amount, _ in loans], dtype=np.int64)
    found = vector(principal, millionths(rates), periods(START, dates, day_count))
    for number, (amount, _) in enumerate(loans):
        rows = scalar(amount, rates[number], dates, day_count, rule(dates), first)
        for name in ("payment", "interest", "principal", "balance"):
            assert getattr(found, name)[number].tolist() == [getattr(row, name) for row in rows], name


def test_level_payments_of_a_year_by_hand() -> None:
    dates = [add_months(dt.date(2026, 1, 20), month) for month in range(1, 13)]
    over = periods(dt.date(2026, 1, 20), dates, "30E/360")
    found = schedules.level(np.array([100_000_000]), millionths([Fraction("0.0435")]), over)
    # 1,000,000 × 0.003625 × 1.003625^12 / (1.003625^12 − 1) = 85,309.90; the last takes what rounding left
    assert found.payment[0, :11].tolist() == [8_530_990] * 11
    assert found.payment[0, 11] == 8_530_989
    assert found.balance[0, -1] == 0


def test_what_arrays_cannot_do_exactly_is_refused() -> None:
    with pytest.raises(ValueError, match="ACT/ACT"):
        periods(START, [add_months(START, 1)], "ACT/ACT")
    with pytest.raises(ValueError, match="millionth"):
        millionths([Fraction(1, 3)])


@pytest.mark.parametrize("first", [-1, 3])
def test_a_first_repayment_outside_the_term_is_refused(first: int) -> None:
    over = periods(START, [add_months(START, month) for month in (1, 2, 3)], "30E/360")
    for vector in (schedules.level, schedules.level_principal):
        with pytest.raises(ValueError, match=f"in period {first}"):
            vector(np.array([100_000]), millionths([Fraction("0.06")]), over, first=first)
