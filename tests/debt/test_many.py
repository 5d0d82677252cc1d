"""Many ledgers at once are those of single loans, cent for cent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repayplan.cases.models import Loan
from repayplan.debt.ledger import open_ledger
from repayplan.debt.many import PRINCIPAL, bearing, opening, settlement_order
from repayplan.debt.order import ORDERS
from repayplan.debt.posting import book, rounded, settle

SIGNED = dt.date(2026, 11, 20)

amounts = st.integers(0, 10**9).map(lambda cents: str(Decimal(cents) / 100))
rates = st.integers(0, 2400).map(lambda points: f"{Decimal(points) / 100}%")
loans = st.fixed_dictionaries(
    {"id": st.just("L1"), "principal": amounts, "rate": rates},
    optional={
        "overdue_principal": amounts,
        "interest": amounts,
        "compound_interest": amounts,
        "penalty": amounts,
        "fees": amounts,
        "compound_rate": rates,
        "rate_after_signing": rates,
        "day_count": st.sampled_from(["ACT/360", "ACT/365F", "ACT/ACT", "30/360", "30E/360"]),
        "rate_steps_after_signing": st.just([{"date": "2027-02-07", "rate": "5.13%"}]),
    },
)


@given(
    loans,
    st.sampled_from(["capitalize", "keep"]),
    st.sampled_from(["civil_code", "principal_first"]),
    st.lists(st.tuples(st.integers(1, 70), st.floats(0, 1)), min_size=1, max_size=8),
)
def test_postings_are_those_of_the_ledger(
    data: dict[str, Any], arrears: Any, order: str, steps: list[tuple[int, float]]
) -> None:
    loan = Loan.model_validate(data)
    days, day = [], SIGNED
    for gap, _ in steps:
        day += dt.timedelta(days=gap)
        days.append(day)
    ledger = open_ledger(loan, SIGNED, arrears, days, ORDERS[order])
    periods = list(zip([SIGNED, *days], days, strict=False))
    bears = bearing(loan, periods)
    balances, settled = np.array(opening(loan, arrears)), np.array(settlement_order(ORDERS[order]))
    assert bears.exact
    for stage, (_, part) in enumerate(steps):
        book(balances, np.stack([bears.top[stage], bears.bottom[stage]], axis=1).ravel())
        ledger.advance(days[stage])
        assert (balances.sum(), balances[PRINCIPAL]) == (ledger.debt, ledger.principal)
        paid = int(part * ledger.debt)
        ledger.pay(days[stage], paid)
        settle(balances, settled, paid)
        assert (balances.sum(), balances[PRINCIPAL]) == (ledger.debt, ledger.principal)


def test_what_is_waived_is_off_the_opening() -> None:
    loan = Loan.model_validate(
        {
            "id": "L1",
            "principal": "1000.00",
            "interest": "50.00",
            "rate": "5%",
            "waiver": {"interest": "20.00", "principal": "100.00"},
        }
    )
    ledger = open_ledger(loan, SIGNED, "keep", [])
    assert opening(loan, "keep") == [0, 0, 0, 30_00, 900_00]
    assert sum(opening(loan, "keep")) == ledger.debt
    assert opening(loan, "capitalize") == [0, 0, 0, 0, 930_00]


@pytest.mark.parametrize(
    ("base", "top", "bottom", "cents"), [(1, 1, 2, 1), (3, 1, 2, 2), (10**15, 10**9, 10**9 + 7, 999999993000000)]
)
def test_halves_are_rounded_up_and_large_products_stay_exact(base: int, top: int, bottom: int, cents: int) -> None:
    found = int(rounded(base, top, bottom))
    exact = (2 * base * top + bottom) // (2 * bottom)
    assert found == exact
    assert abs(exact - cents) <= 1
