"""Variants of a case: the last day of so many installments, what a concession changes, what is nothing of its own."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from portfolios import borrower, menu

from repayplan.cases.models import Case, Grace
from repayplan.errors import InputError
from repayplan.planning.batch.plan import plan_batch
from repayplan.planning.plan import plan
from repayplan.portfolio.menu import PlanOption
from repayplan.portfolio.planner import ask_for, case_of
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


def test_a_cut_takes_the_same_points_off_every_rate_that_is_agreed() -> None:
    """8 % until May 2027, then 9 %, from 2028 on 0.5 %: one point less is 7, 8 and never less than 0 %."""
    steps = [{"date": "2028-01-20", "rate": "0.50%"}, {"date": "2027-05-20", "rate": "9%"}]
    case = borrower(loan={"rate_after_signing": "8%", "rate_steps_after_signing": steps}).case
    variant = planned_variant(case, resolve(case), option(12, rate_cut="1%"))
    assert variant is not None
    (loan,) = variant.loans
    assert loan.rate_after_signing == Decimal("0.07")
    assert [(step.date, step.rate) for step in loan.rate_steps_after_signing] == [
        (dt.date(2027, 5, 20), Decimal("0.08")),
        (dt.date(2028, 1, 20), Decimal(0)),
    ]
    assert Case.model_validate(variant.model_dump(mode="json", by_alias=True)).loans == variant.loans


def test_a_cut_goes_on_where_the_contract_itself_steps_or_floats() -> None:
    """The contract bears 8 % since 2025 and 9 % from May 2027 on. The floating one 3.5 + 1 = 4.5 % since it was fixed
    in January 2026, and what is published today, 3 %, counts from January 2027 on: 4 %, and in 2028 as well."""
    stepped = {"rate_steps": [{"date": "2025-01-01", "rate": "8%"}, {"date": "2027-05-20", "rate": "9%"}]}
    index = [{"date": "2025-12-20", "rate": "3.50%"}, {"date": "2026-10-20", "rate": "3.00%"}]
    floats = {"index": index, "spread": "1%", "resets": ["2026-01-01", "2027-01-01", "2028-01-01"]}
    wanted = {
        "stepped": (stepped, "0.07", [(dt.date(2027, 5, 20), Decimal("0.08"))]),
        "floating": ({"floating": floats}, "0.035", [(dt.date(2027, 1, 1), Decimal("0.03"))]),
    }
    for name, (contract, now, later) in wanted.items():
        case = borrower(loan={"rate": "7%", "contract": {"overdue_since": "2026-09-01", **contract}}).case
        variant = planned_variant(case, resolve(case), option(12, rate_cut="1%"))
        assert variant is not None
        (loan,) = variant.loans
        assert loan.rate_after_signing == Decimal(now), name
        assert [(step.date, step.rate) for step in loan.rate_steps_after_signing] == later, name


def test_a_cut_of_no_interest_is_no_option_of_its_own() -> None:
    for loan in ({"rate": "0%"}, {"rate": "8%", "rate_after_signing": "0%"}):
        case = borrower(loan=loan).case
        assert planned_variant(case, resolve(case), option(12, rate_cut="1%")) is None
        assert planned_variant(case, resolve(case), option(12, rate_cut="1%", waive_penalty="100%")) is not None
    later = [{"date": "2027-05-20", "rate": "0.50%"}]
    case = borrower(loan={"rate": "0%", "rate_steps_after_signing": later}).case
    variant = planned_variant(case, resolve(case), option(12, rate_cut="1%"))
    assert variant is not None
    assert variant.loans[0].rate_steps_after_signing == ()


def test_what_the_case_has_anyway_is_no_option_of_its_own() -> None:
    case = borrower(policy={"grace": {"months": 3, "interest_only": True}, "settle": "best"}).case
    for same in ({"grace_months": 3}, {"settle": "best"}, {"grace_months": 3, "settle": "best"}):
        assert planned_variant(case, resolve(case), option(12, **same)) is None
    for other in ({"grace_months": 4}, {"settle": "full"}, {"grace_months": 3, "interest_only": False}):
        assert planned_variant(case, resolve(case), option(12, **other)) is not None


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
    variant = planned_variant(
        case, resolve(case), option(12, waive_penalty="50%", waive_interest="10%", conditional=False)
    )
    assert variant is not None
    assert variant.loans[0].waiver is not None
    assert (variant.loans[0].waiver.penalty, variant.loans[0].waiver.interest) == (Decimal("400"), Decimal("150"))


@pytest.mark.parametrize("agreed", [True, False])
def test_a_waiver_that_is_agreed_stays_final_or_on_condition(agreed: bool) -> None:
    """No plan makes what was given up for good revive, or gives up for good what was to revive: such a concession does
    not fit, and where it gives up no more than is given up anyway it is none."""
    case = borrower(loan={"waiver": {"interest": "1000.00", "conditional": agreed}}).case
    same = planned_variant(case, resolve(case), option(12, waive_penalty="100%", conditional=agreed))
    assert same is not None
    assert same.loans[0].waiver is not None
    assert same.loans[0].waiver.conditional is agreed
    assert same.loans[0].waiver.interest == Decimal("1000.00")
    with pytest.raises(InputError, match="on condition"):
        planned_variant(case, resolve(case), option(12, waive_penalty="100%", conditional=not agreed))
    assert planned_variant(case, resolve(case), option(12, waive_interest="50%", conditional=not agreed)) is None
    graced = planned_variant(
        case, resolve(case), option(12, waive_interest="50%", grace_months=3, conditional=not agreed)
    )
    assert graced is not None
    assert graced.loans == case.loans


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


@pytest.mark.parametrize("every", [1, 2])
def test_planned_alone_the_case_of_an_option_gives_the_options_plan(every: int) -> None:
    """Nothing can be paid before the first receipt, at the end of April 2027: these dates are no installments."""
    source = {"kind": "monthly", "name": "Shop", "start": "2027-04", "amount": "15000.00", "months": 84}
    late = borrower(cash={"opening": "0.00", "sources": [source]}, policy={"payment_every": every}).case
    offer = menu(plans=[{"shapes": ["level"], "installments": [24]}])
    variant = planned_variant(late, resolve(late), offer.plan_options[0])
    assert variant is not None
    (found,) = plan_batch([ask_for(variant, offer.plan_options[0])])
    assert found.payments is not None
    paid = {day: int(cents) for day, cents in zip(found.days, found.payments.sum(axis=1), strict=True) if cents}
    assert len(paid) == {1: 20, 2: 22}[every]  # without January to April; every other month without January and March
    written = case_of(late, offer, "level-24")
    assert written.policy.installments == len(paid)
    assert written.policy.step == Decimal("0.25")  # that of the option, where a number of installments has none
    made = plan(written)
    assert {row.date: row.payment for row in made.installments if row.payment} == paid
    assert case_of(late, offer, "level-24", len(paid)) == written
    poor = late.model_copy(update={"cash": late.cash.model_copy(update={"operating_cost": Decimal("14000.00")})})
    assert case_of(poor, offer, "level-24").policy.installments == 24  # impossible, which planning it says
    assert plan(case_of(poor, offer, "level-24")).status == "infeasible"


def test_the_last_payment_day_allowed_holds_for_plans_of_the_menu() -> None:
    """Twelve installments from 20 January 2027 end on 20 December 2027."""
    offer = menu(plans=[{"shapes": ["level", "free"], "installments": [12]}])
    level, free = offer.plan_options
    late = borrower(policy={"maturity": "2027-12-20"}).case
    assert planned_variant(late, resolve(late), level) is not None
    early = borrower(policy={"maturity": "2027-12-19"}).case
    with pytest.raises(InputError, match="2027-12-20, comes after the last payment day allowed, 2027-12-19"):
        planned_variant(early, resolve(early), level)
    follows = planned_variant(early, resolve(early), free)
    assert follows is not None
    assert follows.policy.maturity == dt.date(2027, 12, 19)


@pytest.mark.parametrize(("every", "count", "day"), [(1, 24, (2028, 12)), (3, 8, (2028, 10)), (12, 2, (2028, 1))])
def test_a_term_in_months_is_as_long_however_far_apart_payments_are(
    every: int, count: int, day: tuple[int, int]
) -> None:
    """24 months from 20 January 2027: 24 payments, or 8 of three months each, the last of which is in October 2028."""
    case = borrower(policy={"payment_every": every}).case
    (term,) = menu(plans=[{"shapes": ["level"], "months": [24]}]).plan_options
    variant = planned_variant(case, resolve(case), term)
    assert variant is not None
    dates = payment_dates(variant, resolve(variant))
    assert (term.id, len(dates), dates[-1]) == ("level-24", count, dt.date(*day, 20))
