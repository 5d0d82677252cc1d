"""Which of several loans comes first where nothing else decides (Civil Code art. 560)."""

from __future__ import annotations

from typing import Any

import pytest
from making import make_case, prepare

Loans = list[dict[str, Any]]
OVERDUE = {"principal": "50000.00", "overdue_principal": "50000.00"}


@pytest.mark.parametrize(
    ("loans", "rank"),
    [
        ([{}, {}], [0, 1]),  # all equal: as they are listed
        ([{}, OVERDUE], [1, 0]),
        ([{"collateral": "1.00"}, {}], [1, 0]),
        ([{"rate": "3.60%"}, {"rate": "3.61%"}], [1, 0]),
        ([{}, {"rate": "3.00%", "rate_after_signing": "4.00%"}], [1, 0]),  # by what it bears under the plan
        ([{}, {**OVERDUE, "collateral": "100000.00", "rate": "1.00%"}], [1, 0]),  # overdue before least secured
        ([{"collateral": "1.00", "rate": "9.00%"}, {}], [1, 0]),  # least secured before dearer
        # half of either is secured: a share, not an amount
        ([{"collateral": "50000.00"}, {"principal": "10.00", "collateral": "5.00", "rate": "4.00%"}], [1, 0]),
        # more than all of it is all of it
        ([{"collateral": "100000.00"}, {"collateral": "300000.00", "rate": "4.00%"}], [1, 0]),
        ([{"collateral": "100000.00"}, {}, OVERDUE, {"rate": "4.00%"}], [3, 2, 0, 1]),
    ],
)
def test_overdue_then_least_secured_then_dearer(loans: Loans, rank: list[int]) -> None:
    assert prepare(make_case(loans=loans))[1].debt.rank.tolist() == [rank]
