"""Conventional contracts by hand, and what they yield."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from repayplan.debt.book import unrounded
from repayplan.debt.contract import (
    Bullet,
    Contract,
    Custom,
    Fees,
    Level,
    LevelPrincipal,
    Repayment,
    Row,
    Stepped,
    flows,
    schedule,
)
from repayplan.debt.rates import RatePath
from repayplan.debt.yields import contract_flows, effective_rate, original_rate, periodic_payment, present_value

START = dt.date(2026, 1, 20)
DATES = [dt.date(2026, month, 20) for month in range(2, 6)]
TWELVE = RatePath.fixed(Fraction("0.12"))


def loan(repayment: Repayment, **terms: object) -> Contract:
    """1,000.00 over four months at 1 % a month."""
    given: dict[str, object] = {"principal_dates": DATES[:-1], "day_count": "30E/360", **terms}
    return Contract(100_000, START, DATES[-1], TWELVE, repayment, DATES, **given)  # type: ignore[arg-type]


def figures(rows: list[Row]) -> list[tuple[float, float, float]]:
    return [(row.interest, row.principal, row.balance) for row in rows]


def test_bullet() -> None:
    assert figures(schedule(loan(Bullet()))) == [(1_000, 0, 100_000)] * 3 + [(1_000, 100_000, 0)]


def test_level_principal() -> None:
    assert figures(schedule(loan(LevelPrincipal()))) == [
        (1_000, 25_000, 75_000),
        (750, 25_000, 50_000),
        (500, 25_000, 25_000),
        (250, 25_000, 0),
    ]


def test_level_payment() -> None:
    # 1,000 × 0.01 × 1.01^4 / (1.01^4 − 1) = 256.2811 → 256.28; the last takes the rest
    assert [row.payment for row in schedule(loan(Level()))] == [25_628, 25_628, 25_628, 25_629]
    # 1,000.00 → 753.72 → 504.98 → 253.75
    assert figures(schedule(loan(Level())))[-1] == (254, 25_375, 0)


def test_interest_only_then_level() -> None:
    rows = schedule(loan(Level(), principal_dates=DATES[2:-1]))
    # two payments of 1,000 × 0.01 × 1.01² / (1.01² − 1) = 507.5124 → 507.51 after two of 10.00
    assert [row.payment for row in rows] == [1_000, 1_000, 50_751, 50_751]


def test_steps() -> None:
    rows = schedule(loan(Stepped([(DATES[0], 11_000), (DATES[2], 50_000)])))
    # 100.00 of principal, then 101.00, then 500.00 − 7.99
    assert [row.principal for row in rows] == [10_000, 10_100, 49_201, 30_699]


def test_a_payment_below_interest_grows_the_debt_only_where_agreed() -> None:
    assert [row.balance for row in schedule(loan(Level(500, fixed=True, grows=True)))] == [100_500, 101_005, 101_515, 0]
    assert [row.balance for row in schedule(loan(Level(500, fixed=True)))] == [100_000] * 3 + [0]


def test_custom_amounts_may_be_drawn() -> None:
    rows = schedule(loan(Custom({DATES[0]: -50_000, DATES[1]: 120_000})))
    assert [row.balance for row in rows] == [150_000, 30_000, 30_000, 0]
    assert [row.interest for row in rows] == [1_000, 1_500, 300, 300]


def test_a_level_payment_is_computed_anew_when_the_rate_changes() -> None:
    rate = RatePath.stepped(Fraction("0.12"), [(DATES[1], Fraction("0.24"))])
    contract = Contract(100_000, START, DATES[-1], rate, Level(), DATES, DATES[:-1], day_count="30E/360")
    # after two payments 504.98 is left: at 2 % a month 504.98 × 0.02 × 1.02² / (1.02² − 1) = 260.0897 → 260.09
    assert [row.payment for row in schedule(contract)] == [25_628, 25_628, 26_009, 26_009]


def test_interest_on_the_original_amount() -> None:
    rows = schedule(loan(LevelPrincipal(), interest_base=100_000))
    assert [row.interest for row in rows] == [1_000] * 4


def test_interest_on_an_amount_the_contract_names() -> None:
    # 400.00 at 1 % a month, whatever is repaid
    assert [row.interest for row in schedule(loan(LevelPrincipal(), interest_base=40_000))] == [400] * 4


def test_a_fee_of_an_amount_and_a_fee_on_principal() -> None:
    fees = Fees(DATES[1::2], amount=500, rate=Fraction("0.012"), accrued=30)
    paid = [(flow.date, flow.amount) for flow in flows(loan(LevelPrincipal(), fees=fees)) if flow.kind == "fee"]
    # 0.1 % a month: 1.00 + 0.75 of the first two months, 0.50 + 0.25 of the last two; 5.00 each time; 0.30 from before
    assert paid == [(DATES[1], 500 + 175 + 30), (DATES[3], 500 + 75)]


def test_a_fee_leaves_interest_and_principal_alone() -> None:
    fees = Fees([dt.date(2026, 3, 5)], rate=Fraction("0.5"))
    assert schedule(loan(Level(), fees=fees)) == schedule(loan(Level()))


def test_fees_belong_to_the_original_rate() -> None:
    fees = Fees([START + dt.timedelta(days=1)], amount=2_000)
    besides = [(fees.dates[0], 2_000.0)]
    assert original_rate(loan(Bullet(), fees=fees)) == pytest.approx(original_rate(loan(Bullet()), besides))


def test_steps_that_begin_too_late_are_refused() -> None:
    with pytest.raises(ValueError, match="no payment is named for 2026-02-20"):
        schedule(loan(Stepped([(DATES[1], 11_000)])))


def test_interest_is_capitalized_before_repayment_begins() -> None:
    terms = {"interest_dates": DATES[2:], "capitalizations": DATES[:2], "principal_dates": DATES[2:-1]}
    contract = Contract(100_000, START, DATES[-1], TWELVE, LevelPrincipal(), day_count="30E/360", **terms)
    # 1,000.00 → 1,010.00 → 1,020.10, then two halves
    assert figures(schedule(contract)) == [(1_020, 51_005, 51_005), (510, 51_005, 0)]


def test_the_original_rate_of_a_loan_with_a_fee() -> None:
    """1,000 lent, 20 taken off, 60 a year for two years of 365 days: the rate r solves 980 = 60/(1+r) + 1060/(1+r)²."""
    dates = [START + dt.timedelta(days=365 * year) for year in (1, 2)]
    rate = RatePath.fixed(Fraction("0.06"))
    contract = Contract(1000.0, START, dates[-1], rate, Bullet(), dates, day_count="ACT/365F", rounded=unrounded)
    found = original_rate(contract, [(START, 20.0)])
    root = (60 + (60**2 + 4 * 980 * 1060) ** 0.5) / (2 * 980) - 1
    assert found == pytest.approx(root, abs=1e-10)
    assert present_value(contract_flows(contract, [(START, 20.0)]), found, START) == pytest.approx(0, abs=1e-7)


def test_flows_of_one_sign_have_no_rate() -> None:
    assert effective_rate([(START, 1.0), (DATES[0], 2.0)]) is None
    assert effective_rate([]) is None


def test_a_periodic_payment_without_interest() -> None:
    assert periodic_payment(1_000, Fraction(0), 4) == 250


def test_flows_foot() -> None:
    found = flows(loan(Level()))
    assert sum(flow.amount for flow in found if flow.kind != "interest") == 0
    assert found[-1].balance == 0


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"principal": -1}, "the principal is negative: -1"),
        ({"maturity": dt.date(2026, 1, 19)}, "ends on 2026-01-19, before it starts on 2026-01-20"),
        ({"principal_dates": [*DATES, dt.date(2026, 5, 21)]}, "2026-05-21 is a principal date after"),
        ({"repayment": Custom({dt.date(2026, 2, 21): 5})}, "listed for 2026-02-21, which is no principal date"),
    ],
)
def test_what_cannot_be_a_contract_is_refused(terms: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(loan(Bullet()), **terms)


def test_more_principal_than_there_is_is_refused() -> None:
    taken = loan(Custom({DATES[0]: 60_000, DATES[1]: 40_001}))
    with pytest.raises(ValueError, match="40001 of principal is listed for 2026-03-20, where only 40000 is left"):
        schedule(taken)
