"""Days and amounts of law: how far a loan may be extended, until when arrears may wait, what a loan was worth."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from making import make_case, pay, prepare

from repayplan.cases.models import Case
from repayplan.compliance.law import charges
from repayplan.errors import InputError
from repayplan.problem.burden import Burden
from repayplan.problem.legal import arrears_day, extension_end
from repayplan.problem.original import remaining_flows, value_before
from repayplan.problem.terms import resolve

SIGNED = dt.date(2026, 11, 20)


def contract(**fields: str) -> Case:
    return make_case(loan={"contract": fields}, months=3)


@pytest.mark.parametrize(
    ("start", "maturity", "first", "end"),
    [
        ("2026-06-20", "2026-12-20", None, dt.date(2027, 6, 20)),  # six months, and six more
        ("2025-12-20", "2026-12-20", None, dt.date(2027, 12, 20)),  # exactly a year is short-term
        (
            "2025-12-19",
            "2026-12-20",
            None,
            dt.date(2027, 6, 20),
        ),  # a day longer is not: half of twelve months and a day
        ("2021-12-20", "2026-12-20", None, dt.date(2029, 6, 20)),  # five years: half of sixty months
        ("2021-12-19", "2026-12-20", None, dt.date(2029, 12, 20)),  # longer: three years
        ("2025-12-20", "2027-06-20", "2026-12-20", dt.date(2027, 12, 20)),  # extended by six months of twelve already
    ],
)
def test_how_far_a_loan_may_be_extended(start: str, maturity: str, first: str | None, end: dt.date) -> None:
    fields = {"start": start, "maturity": maturity, **({"first_maturity": first} if first else {})}
    found, rule = extension_end(contract(**fields).loans[0], SIGNED)
    assert found == end
    assert "12" in rule.clause


@pytest.mark.parametrize(
    ("by", "day"),
    [("substandard", dt.date(2026, 12, 9)), ("doubtful", dt.date(2027, 6, 7)), ("loss", dt.date(2027, 9, 5))],
)
def test_until_when_arrears_may_wait(by: str, day: dt.date) -> None:
    # 10 September 2026 and 90, 270, 360 days
    loan = {"overdue_principal": "10.00", "contract": {"overdue_since": "2026-09-10"}}
    case = make_case(loan=loan, months=3, arrears_cleared={"by": by})
    assert arrears_day(case, case.loans[0], resolve(case)) == day


def test_a_day_of_law_before_the_first_payment_is_refused_where_something_is_overdue() -> None:
    loan: dict[str, Any] = {"overdue_principal": "10.00", "contract": {"overdue_since": "2026-09-10"}}
    with pytest.raises(InputError, match="no payment date comes before") as caught:
        prepare(make_case(loan=loan, months=3, arrears_cleared={"by": "substandard"}))
    assert "2026-12-09" in str(caught.value)
    prepare(make_case(loan=loan, months=3, arrears_cleared={"by": "substandard", "left": "10.00"}))


def test_what_a_contract_has_still_to_bring() -> None:
    # 3.60 %, a ten-thousandth a day, settled on 20 December and March; 40,000.00 falls due on 1 January
    loan = {
        "interest": "500.00",
        "contract": {"maturity": "2027-03-20", "installments": [{"date": "2027-01-01", "amount": "40000.00"}]},
    }
    case = make_case(loan=loan, months=3)
    flows = [(day, float(amount)) for day, amount in remaining_flows(case.loans[0], SIGNED)]
    # 100,000 × 30 days; then 100,000 × 12 days and 60,000 × 78 days, in all 120.00 + 468.00
    assert flows == [
        (dt.date(2026, 12, 20), pytest.approx(30_000)),
        (dt.date(2027, 1, 1), pytest.approx(4_000_000)),
        (dt.date(2027, 3, 20), pytest.approx(6_000_000 + 58_800)),
    ]
    assert value_before(case, case.loans[0], "claims") == 10_050_000
    # at its own rate a contract is worth its principal, but for interest on interest within a settlement period
    assert value_before(case, case.loans[0], "contract") == pytest.approx(10_050_000, abs=150)
    dear = make_case(loan={**loan, "contract": {**loan["contract"], "effective_rate": "4.60%"}}, months=3)  # type: ignore[dict-item]
    by_hand = sum(amount * 1.046 ** -((day - SIGNED).days / 365) for day, amount in flows)
    assert value_before(dear, dear.loans[0], "contract") == pytest.approx(50_000 + by_hand)


def test_a_contract_that_has_ended_is_due_now() -> None:
    case = make_case(loan={"contract": {"maturity": "2026-10-20"}}, months=3)
    assert value_before(case, case.loans[0], "contract") == 10_000_000


def test_the_charge_counts_what_was_claimed_before_signing_and_the_time_since() -> None:
    # 1,000.00 lent and 60.00 claimed besides; 24 % of it over 91 days before signing and 30 after: 59.8356 + 19.7260
    loan = {"principal": "1000.00", "penalty": "60.00", "contract": {"overdue_since": "2026-08-21"}}
    case = make_case(loan=loan, opening="2000.00", months=1, all_in_charge="law")
    charged, allowed = charges(pay(case, 106_318), 0)
    assert charged == 6_318  # 1,060.00 × 0.0030 = 3.18
    assert float(allowed) == pytest.approx(1000 * 100 * 0.24 * (91 + 30) / 365)


def test_a_burden_lies_in_the_bucket_below_its_edge() -> None:
    first = np.array([[True, True, False]])
    off, edges = np.array([np.nan]), np.array([[0.5, 0.8, np.inf]])
    burden = Burden(first, np.array([1_000]), off, np.array([0.7]), edges, np.ones((1, 3, 3)))
    assert [burden.bucket([paid, 0, 9_999]) for paid in (0, 500, 501, 800, 801, 5_000)] == [0, 0, 1, 1, 2, 2]
    kept = [burden.kept_in(bucket) for bucket in range(3)]
    assert [(float(one.low[0]), float(one.high[0])) for one in kept[1:]] == [(0.5, 0.7), (0.8, 0.7)]
    assert np.isnan(kept[0].low[0])
    assert kept[0].high[0] == 0.5
    nothing = Burden(first, np.array([-5]), off, off, edges, np.ones((1, 3, 3)))
    assert [nothing.bucket([paid, 0, 0]) for paid in (0, 1)] == [0, 2]
