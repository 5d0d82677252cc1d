"""On which dates interest must be paid up, and which are let off because no cash is forecast for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from making import make_case, prepare

from repayplan.planning.plan import plan


def dates(problem: Any, mask: Any) -> list[str]:
    return [f"{problem.days()[stage]:%m-%d}" for stage in np.flatnonzero(mask[0])]


@pytest.mark.parametrize(
    ("policy", "due"),
    [
        ({"interest_every": 1}, ["12-20", "01-20", "02-20", "03-20", "04-20", "05-20"]),
        ({"interest_every": 3}, ["12-20", "03-20", "05-20"]),  # the last date of each quarter, and the last of all
        ({"interest_every": 12}, ["12-20", "05-20"]),  # of each year
        ({"interest_every": "off"}, []),
        ({"interest_every": 3, "payment_every": 2}, ["12-20", "02-20", "04-20"]),
        ({"interest_every": 3, "grace": {"months": 2}}, ["03-20", "05-20"]),  # not inside a full grace
        (
            {"interest_every": 3, "grace": {"months": 2, "interest_only": True}},
            ["12-20", "01-20", "03-20", "05-20"],  # the second month of grace ends on 20 January
        ),
    ],
)
def test_interest_is_due_on_the_last_date_of_each_period(policy: dict[str, Any], due: list[str]) -> None:
    problem = prepare(make_case(opening="90000.00", months=6, **policy))[1]
    assert dates(problem, problem.debt.current) == due
    assert not problem.debt.waived.any()


def test_dates_without_cash_are_let_off_and_said() -> None:
    # 100,000.00 bears 300.00 by December, when there are 299.99; 600.00 more comes at the end of January, when 610.93
    # is owed, and 200,000.00 at the end of March
    case = make_case(opening="299.99", monthly=["0.00", "600.00", "0.00", "200000.00"], months=6, interest_every=1)
    problem = prepare(case)[1]
    assert dates(problem, problem.debt.waived) == ["12-20", "01-20", "02-20", "03-20"]
    assert dates(problem, problem.debt.current) == ["04-20", "05-20"]
    made = plan(case)
    assert made.status == "optimal"
    sentences = [
        str(found.sentence) for found in made.findings if (found.rule, found.result) == ("interest", "warning")
    ]
    assert sentences
    assert "2026-12-20" in sentences[0]


@pytest.mark.parametrize(
    ("policy", "affordable"),
    [
        ({}, True),
        ({"cover": {"minimum": "1.00"}}, True),
        ({"cover": {"minimum": "1.01"}}, False),  # 300.07 of cash covers 297.10
        ({"maximum_installment": "300.07"}, True),
        ({"maximum_installment": "300.06"}, False),
        ({"floor": "0.01"}, False),
    ],
)
def test_floor_cover_and_the_largest_installment_decide_what_is_affordable(
    policy: dict[str, Any], affordable: bool
) -> None:
    # 300.00 is due; 7 cents stay for rounding: twice 2 cents for the loan and 1.5 for the settlement period
    problem = prepare(make_case(opening="300.07", months=1, interest_every=1, settle="best", **policy))[1]
    assert bool(problem.debt.current.any()) is affordable
    assert bool(problem.debt.waived.any()) is not affordable
