"""Waivers, routes, tests of value and hazards by burden, from the case to the plan that is verified."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from making import make_case, prepare

from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.compliance.replay import ledgers
from repayplan.debt.ledger import breach
from repayplan.planning.optimum import optimize
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import Plan
from repayplan.planning.verify import verify

DECEMBER, JANUARY = dt.date(2026, 12, 20), dt.date(2027, 1, 20)


def borrower(**fields: Any) -> Case:
    """30,000.00 on hand and 30,000.00 on the last day of each month, a year."""
    return make_case(**{"opening": "30000.00", "monthly": ["30000.00"] * 11, "months": 12, **fields})


def held(made: Plan) -> bool:
    return made.status == "optimal" and not [found for found in verify(plan_file(made)) if found.result == "fail"]


def said(made: Plan, rule: str, result: str) -> list[Finding]:
    return [found for found in made.findings if (found.rule, found.result) == (rule, result)]


def paid(made: Plan) -> list[tuple[dt.date, int]]:
    return [(row.date, row.payment) for row in made.installments]


# waivers


def waived(conditional: bool) -> Case:
    claims = {"principal": "40000.00", "penalty": "5000.00", "interest": "2000.00"}
    return borrower(loan={**claims, "waiver": {"penalty": "5000.00", "conditional": conditional}})


@pytest.mark.parametrize("conditional", [False, True])
def test_what_is_waived_is_neither_paid_nor_recovered(conditional: bool) -> None:
    # 42,000.00 × 1.0030 = 42,126.00 − 30,000.00 = 12,126.00; × 1.0031 = 12,163.59
    made = plan(waived(conditional))
    assert held(made)
    assert paid(made) == [(DECEMBER, 3_000_000), (JANUARY, 1_216_359)]
    figures = made.metrics
    assert (figures.debt_at_signing, figures.waived, figures.capitalized) == (4_200_000, 500_000, 200_000)
    assert figures.recovered == 4_216_359
    assert [dataclasses.astuple(line) for line in made.waived] == [("L1", "penalty", 500_000, conditional)]
    (warning,) = said(made, "waiver", "warning")
    assert warning.amount == 500_000
    assert ("on condition" in str(warning.sentence)) is conditional


def test_a_conditional_waiver_has_two_balances_until_it_vests() -> None:
    # without it 47,000.00 × 1.0030 = 47,141.00 − 30,000.00 = 17,141.00 would be owed in December
    two = [(row.debt_after, row.debt_if_breached) for row in plan(waived(conditional=True)).installments]
    assert two == [(1_212_600, 1_714_100), (0, 0)]
    one = [(row.debt_after, row.debt_if_breached) for row in plan(waived(conditional=False)).installments]
    assert one == [(1_212_600, None), (0, None)]


def test_a_conditional_waiver_revives_on_breach_and_a_final_one_does_not() -> None:
    for conditional, owed in ((True, 1_714_100), (False, 1_212_600)):
        case = waived(conditional)
        (ledger,) = ledgers(case, prepare(case)[0])
        ledger.pay(DECEMBER, 3_000_000)
        ledger.breach(DECEMBER)
        assert ledger.debt == owed


def test_on_a_breach_principal_bears_the_rate_agreed_for_it() -> None:
    # 47,000.00 owed, 47,141.00 − 30,000.00 = 17,141.00 after the breach; 31 days at 6.48 % are 0.00558 of it: 95.6468
    case = waived(conditional=True)
    loan = case.loans[0].model_copy(update={"rate_on_breach": Decimal("0.0648")})
    case = case.model_copy(update={"loans": (loan,)})
    (ledger,) = ledgers(case, prepare(case)[0])
    ledger.pay(DECEMBER, 3_000_000)
    breach(ledger, loan, DECEMBER)
    ledger.advance(JANUARY)
    assert ledger.debt == 1_714_100 + 9_565
    assert [str(found.sentence) for found in said(plan(case), "rate", "note")] == ["On a breach loan L1 bears 6.48%"]


def test_a_rate_steps_down_for_punctual_payment() -> None:
    # 3.60 % until 30 December, 1.80 % from then on: 10 and 21 days of 70,300.00 bear 70.30 + 73.815 = 144.115
    loan = {"rate_steps_after_signing": [{"date": "2026-12-30", "rate": "1.80%"}]}
    made = plan(borrower(loan=loan))
    assert held(made)
    assert [row.interest for row in made.installments][:2] == [30_000, 14_412]
    assert [found.date for found in said(made, "rate", "note")] == [dt.date(2026, 12, 30)]


def test_what_other_lenders_have_is_theirs_to_see_to() -> None:
    # half of each loan's claim is waived; of that the bank gives up 500.00
    claims = {"principal": "40000.00", "penalty": "500.00", "waiver": {"penalty": "500.00"}}
    case = borrower(
        loans=[claims, {**claims, "lender": "Credit union"}],
        max_waived="500.00",
        npv={"test": "ifrs9"},
        all_in_charge="law",
        allocation="pari_passu",
    )
    made = plan(case)
    assert held(made)
    assert made.metrics.waived == 50_000
    assert {found.loan for found in said(made, "value", "note")} == {"L1"}


def test_arrears_that_are_kept_apart_are_waived_class_by_class() -> None:
    # 100.00 of interest is left, 90.00 of compound interest is not: 40,000.00 and 100.00 bear a month of 0.0030
    loan = {"principal": "40000.00", "interest": "600.00", "compound_interest": "90.00"}
    waiver = {"interest": "500.00", "compound_interest": "90.00"}
    made = plan(borrower(loan={**loan, "waiver": waiver}, arrears="keep"))
    assert held(made)
    first = made.installments[0]
    assert (first.compound, first.interest) == (30, 10_000 + 12_000)
    assert [(line.claim, line.amount) for line in made.waived] == [("compound", 9_000), ("interest", 50_000)]


def test_a_waiver_that_is_told_otherwise_fails_verification() -> None:
    file = plan_file(plan(waived(conditional=True)))
    for change in (
        {"waived": (file.waived[0].model_copy(update={"amount": 500_001}),)},
        {"waived": ()},
        {"metrics": file.metrics.model_copy(update={"waived": 0})},
        {"installments": (file.installments[0].model_copy(update={"debt_if_breached": 0}), file.installments[1])},
    ):
        found = verify(file.model_copy(update=change))
        assert [finding.rule for finding in found if finding.result == "fail"] == ["figures"]


def test_more_waived_than_may_be_makes_a_plan_impossible() -> None:
    case = waived(conditional=False)
    policy = case.policy.model_copy(update={"max_waived": Decimal("4999.00")})
    made = plan(case.model_copy(update={"policy": policy}))
    assert made.status == "infeasible"
    assert [finding.amount for finding in said(made, "waived", "fail")] == [100]


# value


def test_a_test_of_value_forbids_or_has_its_price() -> None:
    # 45,000.00 were claimed, 40,000.00 are paid at the rate they bear: 44,550.00 are missed by 4,550.00
    loan = {"principal": "40000.00", "penalty": "5000.00", "waiver": {"penalty": "5000.00"}}
    hard = plan(borrower(loan=loan, npv={"test": "eba"}))
    assert hard.status == "infeasible"
    assert said(hard, "npv", "fail")[0].amount == pytest.approx(455_000, abs=2)
    priced = plan(borrower(loan=loan, npv={"test": "eba", "applied": "price", "price": "20%"}))
    assert held(priced)
    assert said(priced, "value", "warning")[0].amount == pytest.approx(455_000, abs=2)
    assert float(priced.proof.value or 0) == pytest.approx(40_000 - 0.2 * 4_550, abs=0.02)
    # at the bank's own rate nothing of this is lost
    assert priced.metrics.expected_recovery == pytest.approx(4_000_000, abs=2)


def test_a_test_of_value_moves_payments_forward_where_interest_has_been_frozen() -> None:
    # Nothing is borne after signing and money is worth 0 to the bank: any plan is worth 30,000.00, and the smoothest
    # could wait. At 20 % a month costs 1.7 %, so 1 % lets money wait for less: 15,000.00 by December, 15,000.00 in
    # January come to 30,000.00 − 2.1 %.
    loan = {"principal": "30000.00", "rate": "20%", "rate_after_signing": "0%"}
    terms: dict[str, Any] = {"opening": "15000.00", "monthly": ["30000.00"] * 11, "discount_rate": "0%"}
    assert plan(borrower(loan=loan, **terms, npv={"test": "eba"})).status == "infeasible"
    within = plan(borrower(loan=loan, **terms, npv={"test": "ifrs9"}))
    assert held(within)
    factor = 1 / (1 + 0.2 * 30 / 360)
    later = factor / (1 + 0.2 * 31 / 360)
    (note,) = said(within, "value", "note")
    assert note.amount == round(1_500_000 * (factor + later) - 3_000_000)


def test_enforcement_that_brings_more_forbids_the_plan() -> None:
    # 3 % a month default and then nothing is recovered; the collateral covers the debt and is sold at once
    terms: dict[str, Any] = {"loan": {"collateral": "100000.00"}, "opening": "0.00", "hazard": "3%"}
    at_once = plan(borrower(**terms, liquidation_floor={"costs": "0%"}))
    assert at_once.status in ("optimal", "infeasible")
    unsecured: dict[str, Any] = {"opening": "0.00", "hazard": "3%", "loan": {"collateral": "90000.00"}}
    for delay, costs, allowed in ((1, "0%", True), (12, "40%", True)):
        made = plan(borrower(**unsecured, liquidation_floor={"delay_months": delay, "costs": costs}))
        assert held(made) is allowed


# routes


def test_an_extension_ends_where_the_law_ends_it() -> None:
    # half a year may be extended by half a year: to 20 May 2027; six dates pay what eleven would have
    contract = {"start": "2026-05-20", "maturity": "2026-11-20"}
    slow: dict[str, Any] = {"opening": "10000.00", "monthly": ["10000.00"] * 11}
    impossible = plan(borrower(loan={"contract": contract}, route="extension", **slow))
    assert impossible.status == "infeasible"
    assert max(row.date for row in impossible.installments) <= dt.date(2027, 5, 20)
    within = plan(borrower(loan={"principal": "55000.00", "contract": contract}, route="extension", **slow))
    assert held(within)
    (note,) = said(within, "route", "note")
    assert note.date == dt.date(2027, 5, 20)
    assert "art. 12" in note.clause
    late = {**contract, "maturity": "2026-11-19"}
    ended = plan(borrower(loan={"principal": "55000.00", "contract": late}, route="extension", **slow))
    assert [finding.date for finding in said(ended, "route", "warning")] == [dt.date(2026, 11, 19)]


GUARANTOR = {"kind": "guarantor", "name": "Ms Li", "cap": "9000.00", "call_date": "2027-03-20"}


def guaranteed(route: str, **policy: Any) -> Case:
    case = borrower(loan={"contract": {"start": "2026-05-20", "maturity": "2026-12-20"}}, route=route, **policy)
    data = case.model_dump(mode="json", by_alias=True, exclude_none=True)
    data["cash"]["sources"].append(GUARANTOR)
    return Case.model_validate(data)


@pytest.mark.parametrize("route", ["extension", "restructuring", "settlement"])
def test_guarantors_must_agree_where_the_contract_is_changed(route: str) -> None:
    consent, *time = [finding for finding in plan(guaranteed(route)).findings if finding.rule == "guarantors"]
    assert "Ms Li" in str(consent.sentence)
    assert "695" in consent.clause
    assert [finding.date for finding in time] == [dt.date(2027, 6, 20)]  # six months after the contract ends


def test_refinancing_releases_guarantors_and_forbearance_changes_nothing() -> None:
    released = plan(guaranteed("refinancing"))
    assert "art. 16" in said(released, "route", "warning")[0].clause
    patient = plan(guaranteed("forbearance"))
    assert patient.terms.arrears == "keep"
    assert "692" in said(patient, "route", "warning")[0].clause
    assert not [finding for finding in patient.findings if finding.rule == "guarantors"]


# hazard by burden


def test_of_two_buckets_the_one_that_is_worth_more_is_taken() -> None:
    # 23 months of 10,000.00: all can be paid in the first year, or four fifths of what it brings and the rest later;
    # with a lower chance of default the latter is worth more, and it lies on the edge
    slow: dict[str, Any] = {"opening": "3000.00", "monthly": ["10000.00"] * 23, "months": 24, "unit": "100.00"}
    case = borrower(**slow, hazard="table", recovery="10%")
    made = plan(case)
    assert held(made)
    first_year = sum(cents for date, cents in paid(made) if date <= dt.date(2027, 11, 20))
    assert first_year == 9_200_000 - 400_000  # 80 % of eleven receipts of 10,000.00 are 88,000.00
    values = [found.value for bucket in prepare(case)[1].buckets() if (found := optimize(bucket)) is not None]
    assert float(made.proof.value or 0) * 100 == pytest.approx(max(values))
    (note,), (warning,) = said(made, "hazard", "note"), said(made, "hazard", "warning")
    assert "80.0%" in str(note.sentence)
    assert "edge" in str(warning.sentence)


def test_where_the_lighter_bucket_cannot_pay_all_the_heavier_one_is_taken() -> None:
    made = plan(borrower(opening="3000.00", monthly=["9500.00"] * 11, hazard="table", recovery="10%"))
    assert held(made)
    (note,) = said(made, "hazard", "note")
    assert "7.12%" in str(note.sentence)
    assert not said(made, "hazard", "warning")
