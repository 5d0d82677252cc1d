"""An option of the menu planned with others is the plan that its case has alone."""

from __future__ import annotations

import pytest
from portfolios import borrower, menu

from repayplan.planning.batch.plan import plan_batch
from repayplan.planning.plan import plan
from repayplan.portfolio.planner import ask_for, case_of
from repayplan.portfolio.variants import planned_variant
from repayplan.problem.terms import resolve


@pytest.mark.parametrize("count", [24, 36])
def test_amounts_that_follow_cash_end_as_soon_as_the_planner_of_single_cases_ends_them(count: int) -> None:
    """The debt can be cleared within a year: a plan of 24 or 36 installments that trickles on is worth no more."""
    case = borrower(loan={"collateral": "20000.00"}).case
    offer = menu(plans=[{"shapes": ["free"], "installments": [count]}])
    (option,) = offer.plan_options
    variant = planned_variant(case, resolve(case), option)
    assert variant is not None
    (found,) = plan_batch([ask_for(variant, option)])
    alone = plan(case_of(case, offer, option.id))
    assert found.payments is not None
    paid = {day: int(row.sum()) for day, row in zip(found.days, found.payments, strict=True) if row.any()}
    expected = {item.date: item.payment for item in alone.installments}
    assert paid == expected
    assert len(paid) < count
