"""Rates over time."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from repayplan.debt.rates import RatePath, floating

JANUARY, FEBRUARY, MARCH = dt.date(2027, 1, 1), dt.date(2027, 2, 1), dt.date(2027, 3, 1)
FIVE, SIX, NINE = Fraction(5, 100), Fraction(6, 100), Fraction(9, 100)


def test_a_step_holds_from_its_day() -> None:
    path = RatePath.stepped(FIVE, [(FEBRUARY, SIX)])
    assert (path.at(FEBRUARY - dt.timedelta(1)), path.at(FEBRUARY)) == (FIVE, SIX)
    assert path.pieces(JANUARY, MARCH) == [(JANUARY, FEBRUARY, FIVE), (FEBRUARY, MARCH, SIX)]


def test_one_path_may_follow_another() -> None:
    path = RatePath.fixed(FIVE).then(FEBRUARY, RatePath.stepped(SIX, [(MARCH, NINE)]))
    assert [path.at(day) for day in (JANUARY, FEBRUARY, MARCH)] == [FIVE, SIX, NINE]


def test_the_higher_of_two_is_taken_day_by_day() -> None:
    path = RatePath.stepped(FIVE, [(FEBRUARY, NINE)]).highest(RatePath.fixed(SIX))
    assert [path.at(day) for day in (JANUARY, FEBRUARY)] == [SIX, NINE]
    assert RatePath.fixed(SIX).scaled(Fraction(3, 2)).at(MARCH) == NINE


def test_a_reset_takes_the_last_publication() -> None:
    index = {JANUARY: Fraction(3, 100), MARCH: Fraction(4, 100)}
    path = floating(NINE, index, [dt.date(2026, 12, 1), FEBRUARY, MARCH], spread=Fraction(1, 100))
    assert [path.at(day) for day in (JANUARY, FEBRUARY, MARCH)] == [NINE, Fraction(4, 100), FIVE]


def test_caps_and_floors_bound_the_rate_and_its_change() -> None:
    index = {JANUARY: Fraction(20, 100), FEBRUARY: Fraction(0)}
    bounded = floating(FIVE, index, [JANUARY, FEBRUARY], cap=NINE, floor=SIX)
    assert [bounded.at(JANUARY), bounded.at(FEBRUARY)] == [NINE, SIX]
    slow = floating(FIVE, index, [JANUARY, FEBRUARY], change=(Fraction(-2, 100), Fraction(1, 100)))
    assert [slow.at(JANUARY), slow.at(FEBRUARY)] == [SIX, Fraction(4, 100)]
