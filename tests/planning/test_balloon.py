"""A balloon on the last payment alone is dodged a month earlier; the last three together are not."""

from __future__ import annotations

from typing import Any

from making import make_case

from repayplan.planning.plan import plan
from repayplan.planning.result import Plan

WAITING: dict[str, Any] = {
    "loan": {"principal": "12000.00"},
    "opening": "20000.00",
    "months": 12,
    "delay": "allow",
    "discount_rate": "0.00%",
}
"""Waiting seems to gain, so everything would come at the end."""


def last(made: Plan, count: int) -> float:
    """Share of the debt at signing in the last so many payments."""
    assert made.status == "optimal"
    amounts = [row.payment for row in made.installments]
    return sum(amounts[-count:]) / made.metrics.debt_at_signing


def test_without_a_limit_all_comes_at_the_end() -> None:
    assert last(plan(make_case(**WAITING)), 1) > 1


def test_a_limit_on_the_last_payment_alone_is_dodged_a_month_earlier() -> None:
    """A last payment of 1,200.00, a tenth, is fixed: the rest is paid one month before, nine tenths of the debt."""
    made = plan(make_case(**WAITING, fixed_payments=[{"date": "2027-11-20", "amount": "1200.00"}]))
    assert last(made, 1) == 0.1
    assert len(made.installments) == 2
    assert made.installments[0].payment > 0.9 * made.metrics.debt_at_signing


def test_a_limit_on_the_last_three_together_is_not() -> None:
    """A quarter, which is what three of twelve even payments hold, in the last three: what comes before is earlier."""
    made = plan(make_case(**WAITING, balloon="25%"))
    autumn = [row.payment for row in made.installments if f"{row.date}" >= "2027-09-20"]
    assert 0.24 < sum(autumn) / made.metrics.debt_at_signing <= 0.25
    assert last(made, 12) > 1
