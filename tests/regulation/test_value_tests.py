"""Loss of value by a restructuring: EBA's one per cent, IFRS 9's ten, against worked figures (regulation.json)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from making import make_case, pay

from repayplan.cases.models import Case
from repayplan.compliance.registry import failures
from repayplan.compliance.worth import value_after

DATA = os.environ.get("REPAYPLAN_DATA")
MILLION = 100_000_000
"""A million in cents."""


@pytest.fixture(scope="module")
def figures() -> Any:
    if not DATA:
        pytest.skip("REPAYPLAN_DATA names no data folder")
    return json.loads((Path(DATA) / "oracles" / "regulation.json").read_text(encoding="utf-8"))


def yearly(years: int, test: str = "eba", **loan: str) -> Case:
    """A million at 5 % by 30/360, paid once a year: a year's factor is 1.05."""
    owed = {"principal": "1000000.00", "rate": "5%", "day_count": "30/360", **loan}
    policy = {"payment_every": 12, "first_payment": "2027-11-20", "settle": "best", "npv": {"test": test}}
    return make_case(loan=owed, opening="9000000.00", months=12 * years, **policy)


def loss(case: Case, *amounts: int) -> float:
    made = pay(case, *amounts)
    return 1 - float(value_after(made.problem, made.paid)[0]) / MILLION


def failed(case: Case, *amounts: int) -> set[str]:
    return {finding.rule for finding in failures(pay(case, *amounts))}


def test_a_bullet_paid_as_agreed_loses_nothing() -> None:
    assert loss(yearly(5), *[5_000_000] * 4, 105_000_000) == pytest.approx(0, abs=1e-12)


def test_a_rate_cut_loses_what_is_worked_out(figures: Any) -> None:
    cut = yearly(5, rate_after_signing="4%")
    wanted = figures["dfo_bullet5y_5pct"]["rate_cut_5_to_4"]["DO"]
    assert loss(cut, *[4_000_000] * 4, 104_000_000) == pytest.approx(wanted, abs=1e-9)
    assert failed(cut, *[4_000_000] * 4, 104_000_000) == {"npv"}


def test_the_least_coupon_is_where_the_limit_lies(figures: Any) -> None:
    least = figures["dfo_bullet5y_5pct"]["min_coupon_for_DO_1pct"]  # 4.76902… %
    coupon = round(least * 1_000_000)
    for cents, rules in ((coupon + 1, set()), (coupon - 1, {"npv"})):
        case = yearly(5, rate_after_signing=f"{cents / MILLION:.8f}")
        assert failed(case, *[cents] * 4, MILLION + cents) == rules


def test_the_largest_haircut_is_where_the_limit_lies(figures: Any) -> None:
    most = figures["dfo_bullet5y_5pct"]["max_bullet_haircut_for_DO_1pct"]  # 1 % × 1.05^5 of the principal
    assert most == pytest.approx(1.05**5)
    cents = int(most * 1_000_000)
    assert failed(yearly(5), *[5_000_000] * 4, 105_000_000 - cents) == set()
    assert failed(yearly(5), *[5_000_000] * 4, 105_000_000 - cents - 1) == {"npv"}


def test_extending_costs_nothing_where_interest_is_paid_and_much_where_it_is_not(figures: Any) -> None:
    wanted = figures["dfo_bullet5y_5pct"]
    assert loss(yearly(7), *[5_000_000] * 6, 105_000_000) == pytest.approx(wanted["extend_2y_interest_paid"], abs=1e-12)
    free = loss(yearly(7), *[5_000_000] * 5, 0, 100_000_000)
    assert free == pytest.approx(wanted["extend_2y_interest_free"]["DO"], abs=1e-9)
    shifted = loss(yearly(7), 0, 0, *[5_000_000] * 4, 105_000_000)
    assert shifted == pytest.approx(wanted["shift_all_flows_2y"]["DO"], abs=1e-9)


def test_ten_per_cent_to_six_is_a_substantial_modification(figures: Any) -> None:
    # 237,396.40 a year for five years at the original 10 % are worth 899,919.13: 10.008 % less
    wanted = figures["ifrs9_534"]["R1m_10_to_6"]
    payment = round(wanted["pmt1"] * 100)
    case = yearly(5, "ifrs9", rate="10%", rate_after_signing="6%")
    made = pay(case, *[payment] * 5)
    assert float(value_after(made.problem, made.paid)[0]) == pytest.approx(wanted["new_GCA"] * 100, abs=10)
    (found,) = failures(made)
    assert (found.rule, found.amount) == ("npv", 8_087)  # 900,000.00 − 899,919.13
    assert "B3.3.6" in found.clause


def test_more_than_ten_per_cent_more_is_a_modification_too() -> None:
    # 20 % a year after signing, at 5 % worth 1.2 / 1.05 = 1.142857 of it: 42,857.14 above 1,100,000.00
    case = yearly(1, "ifrs9", rate_after_signing="20%")
    (found,) = failures(pay(case, 120_000_000))
    assert (found.rule, found.amount) == ("npv", 4_285_715)
    assert failed(yearly(1, rate_after_signing="20%"), 120_000_000) == set()  # a gain is no default
