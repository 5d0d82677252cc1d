"""Variants of a case: the last day of so many installments, what a concession changes, what is nothing of its own."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from portfolios import borrower, menu

from repayplan.cases.models import Grace
from repayplan.errors import InputError
from repayplan.portfolio.menu import PlanOption
from repayplan.portfolio.planner import case_of
from repayplan.portfolio.variants import last_day, planned_variant, treated_variant
from repayplan.problem.terms import payment_dates, resolve


def option(count: int = 12, **concession: object) -> PlanOption:
    if not concession:
        return PlanOption("level", "level", count, None)
    parsed = menu(
        plans=[{"shapes": ["level"], "installments": [count], "concessions": ["it"]}],
        concessions=[{"name": "it", **concession}],
        white_list=[{}],
    )
    return parsed.plan_options[0]


@pytest.mark.parametrize(
    ("count", "grace", "every", "day"),
    [
        (1, None, 1, dt.date(2027, 1, 20)),
        (12, None, 1, dt.date(2027, 12, 20)),
        (12, 3, 1, dt.date(2028, 2, 20)),  # nothing, or interest alone, until 20 February 2027
        (4, None, 3, dt.date(2027, 10, 20)),
        (120, None, 1, dt.date(2036, 12, 20)),
    ],
)
def test_the_last_of_so_many_installments(count: int, grace: int | None, every: int, day: dt.date) -> None:
    case = borrower(policy={"payment_every": every}).case
    terms = resolve(case)
    assert last_day(case, terms, Grace(months=grace) if grace else None, count) == day


def test_a_variant_ends_on_the_last_installment_whatever_the_case_says() -> None:
    case = borrower(policy={"months": 60, "shape": "free", "installments": 30}).case
    variant = planned_variant(case, resolve(case), option(24))
    assert variant is not None
    assert variant.policy.shape == "level"
    assert len(payment_dates(variant, resolve(variant))) == 24


def test_concessions_change_the_banks_loans_alone() -> None:
    case = borrower().case
    other = case.loans[0].model_copy(update={"id": "L2", "lender": "Another bank"})
    case = case.model_copy(update={"loans": (case.loans[0], other)})
    given = option(12, rate_cut="1%", waive_penalty="50%", waive_interest="100%", conditional=False)
    variant = planned_variant(case, resolve(case), given)
    assert variant is not None
    ours, theirs = variant.loans
    assert theirs == other
    assert ours.rate_after_signing == Decimal("0.0335")
    assert ours.waiver is not None
    assert (ours.waiver.penalty, ours.waiver.interest, ours.waiver.conditional) == (
        Decimal("250"),
        Decimal("1500"),
        False,
    )


def test_a_rate_is_never_cut_below_zero() -> None:
    case = borrower(loan={"rate": "0.50%"}).case
    variant = planned_variant(case, resolve(case), option(12, rate_cut="1%"))
    assert variant is not None
    assert variant.loans[0].rate_after_signing == 0


def test_a_waiver_of_nothing_is_no_option_of_its_own() -> None:
    case = borrower(loan={"penalty": "0.00"}).case
    assert planned_variant(case, resolve(case), option(12, waive_penalty="100%")) is None
    assert planned_variant(case, resolve(case), option(12, waive_penalty="100%", grace_months=3)) is not None


def test_no_more_is_waived_than_may_be() -> None:
    case = borrower(policy={"max_waived": "400.00"}).case
    assert planned_variant(case, resolve(case), option(12, waive_penalty="100%")) is None
    assert planned_variant(case, resolve(case), option(12, waive_penalty="50%")) is not None


def test_what_was_waived_before_stays_waived() -> None:
    case = borrower(loan={"waiver": {"penalty": "400.00"}}).case
    variant = planned_variant(case, resolve(case), option(12, waive_penalty="50%", waive_interest="10%"))
    assert variant is not None
    assert variant.loans[0].waiver is not None
    assert (variant.loans[0].waiver.penalty, variant.loans[0].waiver.interest) == (Decimal("400"), Decimal("150"))


def test_without_a_plan_nothing_is_agreed() -> None:
    case = borrower(
        loan={"rate_after_signing": "2.00%", "waiver": {"penalty": "400.00"}},
        policy={"named_payments": [{"date": "2027-03-20", "amount": "100.00"}], "npv": {"test": "eba"}},
    ).case
    variant = treated_variant(case)
    terms = resolve(variant)
    assert (variant.loans[0].waiver, variant.loans[0].rate_after_signing) == (None, None)
    assert terms.arrears == "keep"
    assert (terms.npv_test, variant.policy.named_payments) == (None, ())


def test_the_case_of_an_option_is_complete() -> None:
    case = borrower().case
    offer = menu(
        plans=[{"shapes": ["level", "free"], "installments": [24], "concessions": ["none", "relief"]}],
        concessions=[{"name": "relief", "waive_compound": "100%"}],
    )
    assert case_of(case, offer, "level-24").policy.installments == 24
    assert case_of(case, offer, "free-24").policy.installments == "off"
    with pytest.raises(InputError, match="the menu has no such plan"):
        case_of(case, offer, "level-36")
    with pytest.raises(InputError, match="nothing of its own"):
        case_of(case, offer, "level-24-relief")
