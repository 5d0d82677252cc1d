"""Payments that were planned elsewhere: shown as they are, judged, with the proof that a plan made afresh gives."""

from __future__ import annotations

import datetime as dt

import pytest
from making import make_case

from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.compliance.replay import Payment
from repayplan.errors import InputError
from repayplan.planning.known import METHOD, Known, known
from repayplan.planning.plan_file import plan_file
from repayplan.planning.verify import verify

MONTHS = [dt.date(2027, 1, 20), dt.date(2027, 2, 20), dt.date(2027, 3, 20), dt.date(2027, 4, 20), dt.date(2027, 5, 20)]


def case() -> Case:
    """100,000.00 without interest, 20,000.00 a month: five payments of all that comes in are best."""
    return make_case(months=12, monthly=["20000.00"] * 12, loan={"rate": "0%"}, discount_rate="6%")


def payments(*cents: int) -> list[Payment]:
    """Payments on the only loan, on the first payment dates."""
    loan = case().loans[0].id
    return [Payment(date, loan, amount) for date, amount in zip(MONTHS, cents, strict=True) if amount]


def broken(found: Known) -> list[Finding]:
    return [finding for finding in verify(plan_file(found.plan)) if finding.result == "fail"]


def test_the_same_payments_are_the_plan_itself() -> None:
    found = known(case(), payments(*[2_000_000] * 5))
    assert found.plan is found.afresh
    assert (found.plan.status, found.better) == ("optimal", 0)


def test_payments_worth_as_much_are_shown_as_they_are_and_share_the_proof() -> None:
    mine = payments(1_990_000, 2_010_000, 2_000_000, 2_000_000, 2_000_000)  # 100.00 a month later: 0.50 less
    found = known(case(), mine)
    assert [row.payment for row in found.plan.installments] == [each.cents for each in mine]
    assert (found.plan.status, found.plan.proof.method, found.better) == ("optimal", METHOD, 0)
    assert found.plan.proof.bound == found.afresh.proof.bound
    assert found.plan.metrics.expected_recovery < found.afresh.metrics.expected_recovery
    assert not broken(found)


def test_payments_worth_less_are_shown_as_they_are_and_the_better_plan_is_told() -> None:
    mine = payments(0, 0, 0, 0, 10_000_000)
    found = known(case(), mine)
    assert [row.payment for row in found.plan.installments] == [10_000_000]
    assert (found.plan.status, found.plan.proof.gap) == ("feasible", None)
    assert found.better == found.afresh.metrics.expected_recovery - found.plan.metrics.expected_recovery
    assert found.better > 90_000
    assert f"{found.better / 100:,.2f}" in str(found.plan.proof.unproven)
    assert not broken(found)


def test_payments_that_break_a_limit_are_no_plan() -> None:
    found = known(case(), payments(3_000_000, 1_000_000, 2_000_000, 2_000_000, 2_000_000))
    assert found.plan.status == "infeasible"
    failed = [finding for finding in found.plan.findings if finding.result == "fail"]
    assert any("floor" in str(finding.sentence) for finding in failed)


def test_payments_on_days_that_the_case_does_not_have_are_refused() -> None:
    with pytest.raises(InputError, match="this payment does not fit its case"):
        known(case(), [Payment(dt.date(2027, 1, 21), case().loans[0].id, 100)])
