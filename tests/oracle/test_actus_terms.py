"""ACTUS terms that none of the files at hand uses, by hand. No data needed."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from oracle_actus import Event, State, Terms, build, judge_one, ours, outside, own_day_count

LOAN = {
    "contractType": "PAM",
    "contractRole": "RPA",
    "statusDate": "2013-01-10T00:00:00",
    "initialExchangeDate": "2013-01-15T00:00:00",
    "maturityDate": "2013-04-01T00:00:00",
    "notionalPrincipal": "36500",
    "nominalInterestRate": "0.1",
    "dayCountConvention": "A365",
    "cycleAnchorDateOfInterestPayment": "2013-02-01T00:00:00",
    "cycleOfInterestPayment": "P1ML1",
}
"""36,500 at 10 % of 365 days: 10 a day."""

REPAID = {
    "contractType": "LAM",
    "cycleAnchorDateOfPrincipalRedemption": "2013-02-01T00:00:00",
    "cycleOfPrincipalRedemption": "P1ML1",
    "nextPrincipalRedemptionPayment": "6500",
}


def events(**terms: Any) -> dict[Event, State]:
    return ours(Terms({**LOAN, **terms}, {}))


def payoffs(kind: str, **terms: Any) -> list[float]:
    return [pytest.approx(state[0]) for (_, found), state in events(**terms).items() if found == kind]


def test_interest_runs_from_an_anchor_before_the_initial_exchange() -> None:
    found = events(cycleAnchorDateOfInterestPayment="2013-01-01T00:00:00")
    assert found[(dt.date(2013, 1, 15), "IED")] == pytest.approx((-36_500, 36_500, 0.1, 140))  # 14 days
    assert found[(dt.date(2013, 2, 1), "IP")][0] == pytest.approx(140 + 170)


def test_interest_given_is_owed_from_the_initial_exchange() -> None:
    assert payoffs("IP", accruedInterest="33") == [33 + 170, 280, 310]


def test_interest_on_a_base_that_is_not_the_notional() -> None:
    # 7,300 at 10 %: 2 a day, whatever is repaid
    base = {"interestCalculationBase": "NTIED", "interestCalculationBaseAmount": "7300"}
    assert payoffs("IP", **REPAID, **base) == [34, 56, 62]
    assert payoffs("IP", **REPAID, interestCalculationBase="NTIED") == [170, 280, 310]


def test_fees_of_an_amount() -> None:
    fees = {"feeBasis": "A", "feeRate": "7", "cycleAnchorDateOfFee": "2013-02-15T00:00:00", "cycleOfFee": "P1ML1"}
    assert payoffs("FP", **fees) == [7, 7, 7]  # 15 February, 15 March, maturity
    assert payoffs("IP", **fees) == [170, 280, 310]


def test_fees_on_the_notional() -> None:
    # 1 % of 36,500 is 1 a day; 0.50 from before; after 6,500 repaid on 1 February 30,000 × 1 % / 365 a day
    fees = {"feeBasis": "N", "feeRate": "0.01", "feeAccrued": "0.5", "cycleOfFee": "P2ML1"}
    assert payoffs("FP", **fees) == [0.5 + 59, 17]  # 15 January to 15 March, to 1 April
    assert payoffs("FP", **REPAID, **fees)[0].expected == pytest.approx(0.5 + 17 + 300 / 365 * 28 + 235 / 365 * 14)


@pytest.mark.parametrize(
    ("name", "start", "end", "days", "year"),
    [
        ("30E360ISDA", (2013, 2, 28), (2013, 3, 31), 30, 360),
        ("30E360ISDA", (2013, 1, 31), (2014, 2, 28), 390, 360),
        ("30E360ISDA", (2013, 1, 31), (2015, 2, 28), 748, 360),  # maturity: the 28th stays the 28th
        ("28E336", (2013, 1, 31), (2013, 3, 15), 43, 336),  # 2 × 28 + 15 − 28
    ],
)
def test_day_counts_of_their_own(
    name: str, start: tuple[int, int, int], end: tuple[int, int, int], days: int, year: int
) -> None:
    count = own_day_count(name, dt.date(2015, 2, 28))
    assert callable(count)
    assert count(dt.date(*start), dt.date(*end)) == Fraction(days, year)


def test_an_unknown_term_is_no_excuse() -> None:
    terms = {**LOAN, "gracePeriod": "P0D", "delinquencyPeriod": "P3M", "cyclePointOfInterestPayment": "E"}
    assert outside(terms, {}) is None
    assert outside({**LOAN, "purchaseDate": "2013-02-01T00:00:00"}, {}) == "a purchase of the loan by somebody else"


def test_what_cannot_be_read_fails() -> None:
    verdict = judge_one("PAM", "x", {"terms": {**LOAN, "cycleOfInterestPayment": "monthly"}, "dataObserved": {}})
    assert verdict.outside is None
    assert not verdict.passed


def test_a_loan_seen_by_the_borrower_has_the_other_sign() -> None:
    assert payoffs("IP", contractRole="RPL") == [-170, -280, -310]


def test_the_base_is_handed_to_the_contract() -> None:
    contract, _ = build(Terms({**LOAN, **REPAID, "interestCalculationBase": "NT"}, {}))
    assert contract.interest_base is None
