"""How debts grow between stages, against sums made by hand; a month of 30 days at 3.60 % bears 0.0030."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from making import make_case, prepare

from repayplan.problem.growth import Balances, at_signing, maps, one_rate, signed_maps
from repayplan.problem.stages import stages_of


def test_a_debt_of_one_rate_grows_by_its_interest_in_every_settlement_period() -> None:
    problem = prepare(make_case(months=4, interest_every="off"))[1]
    # stages: 30 Nov, 20 Dec, 31 Dec, 20 Jan, 31 Jan, 20 Feb, 28 Feb, 20 Mar, 31 Mar; interest settles on the 20th
    assert problem.modes == ("A",)
    assert problem.debt.growth[0, :, 0] == pytest.approx([1, 1.003, 1, 1.0031, 1, 1.0031, 1, 1.0028, 1])
    assert not problem.debt.charge.any()
    assert problem.debt.unpaid[0, 3, 0] == pytest.approx(10_000_000 * 1.003 * 1.0031)
    assert problem.debt.periods.tolist() == [[0, 1, 0, 1, 0, 1, 0, 1, 0]]


def test_interest_settles_on_payment_dates() -> None:
    problem = prepare(make_case(months=7, payment_every=3))[1]
    settled = np.flatnonzero(problem.debt.periods[0])
    assert [f"{problem.days()[stage]:%m-%d}" for stage in settled] == ["12-20", "03-20", "06-20"]
    assert problem.debt.growth[0, settled, 0] == pytest.approx([1.0030, 1.0090, 1.0092])  # 30, 90 and 92 days


def test_arrears_at_their_own_rate_follow_their_course_until_interest_is_current() -> None:
    loan = {"interest": "1000.00", "compound_rate": "7.20%", "fees": "70.00"}
    problem = prepare(
        make_case(loan=loan, arrears="keep", interest_every=1, first_payment="2027-01-20", months=4, opening="9000")
    )[1]
    assert problem.modes == ("B",)
    # in 61 days 100,000 × 0.0061 + 1,000 × 0.0122 = 622.20
    charge = problem.debt.charge[0, :, 0]
    assert charge[charge > 0] == pytest.approx([62_220])
    # once interest is current there is only principal after payments
    assert problem.debt.growth[0, :, 0] == pytest.approx([1, 1, 1, 1, 1.0031, 1, 1.0028, 1])
    assert problem.debt.principal.tolist() == [[10_000_000]]
    assert problem.debt.opening.tolist() == [[10_107_000]]


def test_interest_that_settles_between_payments_is_unpaid_and_bears_its_own_rate() -> None:
    (loan,) = make_case(loan={"compound_rate": "7.20%"}).loans
    day = [dt.date(2026, 11, 20), *(dt.date(2026 + (month < 11), month, 20) for month in (12, 1, 2, 3))]
    stages = stages_of(day[0], tuple(day[1:]))  # interest settles on the 20th; nothing does at the ends of months
    pays = np.isin(stages.own, stages.dates[[0, 3]])
    first = int(stages.dates[0])
    growth, charge = maps(at_signing(loan, "keep"), signed_maps(loan, stages), pays, first, uniform=False)
    assert charge[stages.dates] == pytest.approx([30_000, 0, 0, 0])
    # after the payment of December one unit of principal: Jan 0.0031; Feb another 0.0031 and 0.0031 × 0.0062 on it;
    # Mar 0.0028 and 0.00621922 × 0.0056 on what is unpaid by then
    unpaid = 0.0031 + 0.0031 + 0.0031 * 0.0062
    grown = np.cumprod(growth)[stages.dates[1:]]
    assert grown == pytest.approx([1.0031, 1 + unpaid, 1 + unpaid + 0.0028 + unpaid * 0.0056])


@pytest.mark.parametrize(
    ("loan", "arrears", "balances", "uniform"),
    [
        ({}, "keep", Balances(0, 0, 10_000_000), True),
        ({"interest": "5.00", "compound_interest": "1.00"}, "keep", Balances(0, 600, 10_000_000), True),
        ({"fees": "5.00", "penalty": "1.00"}, "keep", Balances(600, 0, 10_000_000), False),
        ({"fees": "5.00", "penalty": "1.00"}, "capitalize", Balances(0, 0, 10_000_600), True),
        ({"overdue_principal": "8.00", "rate_after_signing": "2%"}, "keep", Balances(0, 0, 10_000_800), True),
        ({"compound_rate": "5%"}, "keep", Balances(0, 0, 10_000_000), False),
        ({"compound_rate": "5%", "rate_after_signing": "5%"}, "keep", Balances(0, 0, 10_000_000), True),
    ],
)
def test_what_is_owed_at_signing(loan: dict[str, str], arrears: str, balances: Balances, uniform: bool) -> None:
    (made,) = make_case(loan=loan, arrears=arrears).loans
    found = at_signing(made, arrears)
    assert found == balances
    assert one_rate(made, found) is uniform


def test_planning_never_lets_a_debt_outgrow_its_value() -> None:
    loans = [{"rate": "3.60%"}, {"rate": "7.20%", "day_count": "ACT/365F", "principal": "10.00"}]
    problem = prepare(make_case(loans=loans, months=3, discount_rate="1%"))[1]
    fallen = problem.value.planning / np.concatenate([np.ones((1, 1, 2)), problem.value.planning[:, :-1]], axis=1)
    assert problem.debt.growth * fallen == pytest.approx(np.ones_like(fallen))  # each loan at its own pace
    assert problem.value.discount[0, -1] == pytest.approx(1 / (1 + 0.01 / 12) / (1 + 0.31 / 360) ** 2, rel=1e-9)
    between = prepare(make_case(loans=loans, months=3, discount_rate="5%"))[1].value
    # 3.60 % is below the bank's 5 %, 7.20 % above it; 7.20 % over 92 days of a year of 365
    assert between.planning[0, :, 0] == pytest.approx(between.discount[0])
    assert between.planning[0, -1, 1] == pytest.approx(1 / (1 + 0.072 * 30 / 365) / (1 + 0.072 * 31 / 365) ** 2)
    allowed = prepare(make_case(loans=loans, months=3, discount_rate="1%", delay="allow"))[1]
    assert (allowed.value.planning == allowed.value.discount[:, :, None]).all()
