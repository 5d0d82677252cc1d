"""What payments do, stage by stage, and what the checks make of it where several say something."""

from __future__ import annotations

import datetime as dt

import pytest
from making import make_case, pay, prepare

from repayplan.compliance.registry import checks, failures, judge
from repayplan.compliance.replay import Payment, replay
from repayplan.errors import LedgerError


def test_a_replay_holds_cash_debt_and_what_was_paid() -> None:
    loans = [{"principal": "1000.00"}, {"principal": "500.00", "interest": "10.00"}]
    made = pay(
        make_case(loans=loans, opening="400.00", monthly=["90.00"], months=2, arrears="keep"),
        [10_300, 5_000],
        [0, 2_000],
    )
    assert made.total == [0, 15_300, 0, 2_000, 0]
    assert made.closing == [40_000, 24_700, 33_700, 31_700, 31_700]
    # L1 3.00 of interest in December; L2 1.50 and 0.03 on 10.00: 50.00 − 11.53 = 38.47 of principal
    assert made.debt[1].tolist() == [90_000, 46_153]
    assert made.principal[1].tolist() == [90_000, 46_153]
    # Jan 2.79 stays unpaid on L1; L2 1.4307 → 1.43 of 20.00 is interest
    assert made.debt[3].tolist() == [90_279, 46_153 + 143 - 2_000]
    assert made.principal[3].tolist() == [90_000, 46_153 - 1_857]
    assert made.unpaid == 90_279 + 44_296
    assert (made.last, made.opening_debt, made.pay_stages) == (3, 151_000, [1, 3])
    assert [entry.allocation.interest for entry in made.settled] == [300, 1_150, 143]
    assert [entry.allocation.compound for entry in made.settled] == [0, 3, 0]


def test_a_replay_of_nothing() -> None:
    made = pay(make_case(months=2), 0, 0)
    assert (made.last, made.settled, made.total) == (None, (), [0] * 5)
    assert {finding.rule for finding in failures(made)} == {"maturity"}


def test_more_than_is_owed_is_refused() -> None:
    with pytest.raises(LedgerError, match=r"100,300\.00 at most"):
        pay(make_case(months=1), 10_030_001)


def test_what_is_paid_between_payment_dates_is_not_replayed() -> None:
    case = make_case(months=1)
    terms, problem = prepare(case)
    made = replay(case, terms, problem, [Payment(dt.date(2026, 12, 19), "L1", 100)])
    assert made.total == [0, 0, 0]


def test_only_what_the_terms_ask_for_is_judged_and_what_holds_is_said() -> None:
    made = pay(make_case(months=1, settle="best", maximum_installment="10.00"), 0)
    assert [(finding.rule, finding.result) for finding in judge(made)] == [("floors", "pass"), ("maximum", "pass")]
    assert set(checks()) > {"floors", "maximum"}


def test_all_that_is_wrong_is_told_at_once_with_date_and_amount() -> None:
    case = make_case(
        opening="50.00",
        floor="20.00",
        months=3,
        cover={"minimum": "1.25"},
        maximum_installment="30.00",
        minimum_installment="10.00",
        grace={"months": 1},
        unit="10.00",
    )
    found = {(finding.rule, f"{finding.date}", finding.amount) for finding in failures(pay(case, 500, 4_000, 100))}
    # cash 45.00, 5.00, 4.00 over a floor of 20.00; 40.00 wants 50.00 and 25.00 is carried; 1.00 wants 1.25, carried
    # are −15.00. Owed: Dec 300.00 − 5.00; Jan + 310.00 + 0.91 − 40.00; Feb + 310.00 + 1.75 − 1.00
    assert found == {
        ("floors", "2027-01-20", 1_500),
        ("floors", "2027-01-31", 1_500),
        ("floors", "2027-02-20", 1_600),
        ("floors", "2027-02-28", 1_600),
        ("cover", "2027-01-20", 2_500),
        ("cover", "2027-02-20", 125 + 1_500),
        ("maximum", "2027-01-20", 1_000),
        ("grace", "2026-12-20", 500),
        ("maturity", "2027-02-28", 10_087_666),
    }
