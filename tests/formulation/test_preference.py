"""Stage 2: what a unit counts by date and loan, and that the last payment of a lane is one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from making import make_case, prepare

from repayplan.formulation.build import Formulation, formulate
from repayplan.formulation.preference import TIE, earliness
from repayplan.planning.optimum import optimize


def weights(**known: Any) -> list[list[float]]:
    """(dates, loans) what a unit paid on each counts."""
    problem = prepare(make_case(**known))[1]
    costs = earliness(formulate(problem).frame)
    return [[-float(cost[0, stage]) for cost in costs.values()] for stage in np.flatnonzero(problem.pays[0])]


def test_one_loan_counts_the_dates_that_are_left() -> None:
    assert np.array(weights(loan={"rate": "9.00%"}, months=4)) == pytest.approx(np.array([[1], [0.75], [0.5], [0.25]]))


def test_a_unit_on_the_dearer_loan_counts_for_more_while_it_still_spares_interest() -> None:
    # 3.60 % and 7.20 %, which is first in rank, over 31 days to January and 31 to February: what a unit paid in
    # December keeps from standing on the three dates is 1 + 1.0031 + 1.0031² against 1 + 1.0062 + 1.0062²
    found = weights(loans=[{}, {"rate": "7.20%"}], months=3)
    december, january = (1 + 1.0062 + 1.0062**2) / (1 + 1.0031 + 1.0031**2), (1 + 1.0062) / (1 + 1.0031)
    wanted = [[1 - TIE, december], [2 / 3 * (1 - TIE), 2 / 3 * january], [1 / 3 * (1 - TIE), 1 / 3]]
    assert np.array(found) == pytest.approx(np.array(wanted), rel=1e-9)


def test_where_loans_are_alike_the_first_in_rank_counts_for_more_on_every_date() -> None:
    overdue = {"principal": "0.00", "overdue_principal": "100000.00"}
    for first, second in weights(loans=[{}, overdue], months=3):
        assert first == pytest.approx(second * (1 - TIE), rel=1e-12)
        assert first < second


@pytest.mark.parametrize(
    "loans",
    [
        [{}, {"rate": "7.20%"}],
        [{}, {"principal": "60000.00", "overdue_principal": "40000.00"}],
        [{"collateral": "70000.00"}, {"collateral": "60000.00"}],
    ],
)
def test_the_earliest_plan_pays_the_second_loan_first(loans: list[dict[str, str]]) -> None:
    # value does not tell loans of one rate apart, and a tolerance leaves the others to the preference
    problem = prepare(make_case(loans=loans, opening="50000.00", monthly=["90000.00"] * 2, months=4, tolerance="1%"))[1]
    optimum = optimize(problem)
    assert optimum is not None
    december = optimum.payments[problem.pays[0]][0]
    assert december == pytest.approx([0, 5_000_000], abs=1)


@pytest.mark.parametrize(
    ("known", "least"),
    [
        ({}, [100_000, 50_000, 33_333.33]),  # a tenth of 10,000.00 over one, two and three payments
        ({"unit": "600.00"}, [100_000, 60_000, 60_000]),  # a unit
        ({"unit": "20000.00"}, [1_000_000, 1_000_000, 1_000_000]),  # no more than the debt
        ({"floor": "11700.00"}, [30_000, 30_000, 30_000]),  # nor than the cash that can be spared
    ],
)
def test_a_last_payment_is_at_least_a_tenth_of_an_even_installment(known: dict[str, str], least: list[float]) -> None:
    problem = prepare(make_case(loan={"principal": "10000.00"}, opening="12000.00", months=3, step="50%", **known))[1]
    formulation = formulate(problem)
    assert formulation.frame.lanes == 3
    assert [demanded(formulation, lane) for lane in range(3)] == pytest.approx(least, abs=0.01)


def test_where_nothing_speaks_of_the_last_payment_none_is_demanded() -> None:
    labels = formulate(prepare(make_case(months=3))[1]).layout.row_labels
    assert not [label for label in labels if label.name == "last"]


def demanded(formulation: Formulation, lane: int) -> float:
    """Cents that the last payment of a lane must be at least."""
    sparse, labels = formulation.valued(lane), formulation.layout.row_labels
    limits = [
        sparse.row_upper[number]
        for number, label in enumerate(labels)
        if label.name == "last" and np.isfinite(sparse.row_upper[number])
    ]
    (limit,) = limits
    return -float(limit) * float(formulation.frame.problem.scale[0])
