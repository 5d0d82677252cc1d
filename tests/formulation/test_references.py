"""The staged program against values that were computed elsewhere."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from months import months_problem

from repayplan.planning.optimum import optimize
from repayplan.solvers.result import Status


def real_cases() -> list[Any]:
    """LP optima on real series, computed with another program and a closed form; found through REPAYPLAN_DATA."""
    folder = os.environ.get("REPAYPLAN_DATA")
    if not folder:
        skip = pytest.mark.skip(reason="REPAYPLAN_DATA names no data folder")
        return [pytest.param(None, id="real", marks=skip)]
    text = (Path(folder) / "oracles" / "generated" / "lp_reference_real_cases.json").read_text(encoding="utf-8")
    return [pytest.param(case, id=case["case"]) for case in json.loads(text)]


@pytest.mark.parametrize("reference", real_cases())
def test_the_fastest_plan_of_a_real_series(reference: dict[str, Any]) -> None:
    """Money is worth 1 % a month and the debt earns less, so cash is paid as it comes until the debt is gone."""
    problem = months_problem(
        reference["debt"], reference["annual_rate"] / 12, reference["available_cash"], discount=0.01
    )
    optimum = optimize(problem)
    assert optimum is not None
    assert optimum.status == Status.OPTIMAL
    fastest = reference["fastest"]
    cents = len(reference["months"])  # the series is printed to the cent, half a cent off at most each month
    assert optimum.value == pytest.approx(100 * fastest["value_highs"], abs=cents)
    assert optimum.value == pytest.approx(100 * fastest["value_greedy"], abs=cents)
    assert optimum.payments[:, 0] == pytest.approx(100 * np.array(fastest["greedy_x"]), abs=cents)
    assert np.flatnonzero(optimum.payments[:, 0] > 1)[-1] + 1 == fastest["months_to_clear"]


def test_the_value_of_a_level_loan_whose_borrower_may_default() -> None:
    """1,000 at 5 % over 12 months, a default of 3.8538 % a month, 45 % of the claim recovered: 880.7768.

    That figure rests on these conventions, which are the program's: everything at 5 % / 12 a month, level payments,
    on a default the payment of the month is not made, so 45 % of D_t + x_t is recovered. 37.6 % a year is a monthly
    probability of 1 − 0.624^(1/12) = 3.85382 %; rounded to 3.8538 % it gives 880.7773.
    """
    rate = 0.05 / 12
    payment = 1000 * rate / (1 - (1 + rate) ** -12)
    assert payment == pytest.approx(85.6075, abs=5e-5)
    hazard = 1 - 0.624 ** (1 / 12)
    assert hazard == pytest.approx(0.038538, abs=5e-7)
    # cash that is just enough leaves the program no other way to pay in full; a thousand such loans, to see the digits
    cash = [math.ceil(100_000 * payment) / 100] * 12
    problem = months_problem(1_000_000, rate, cash, discount=rate, hazard=hazard, recovery=0.45, level=True)
    optimum = optimize(problem)
    assert optimum is not None
    assert optimum.payments[:, 0] == pytest.approx(100_000 * payment, abs=12)
    assert optimum.value / 100_000 == pytest.approx(880.7768, abs=5e-5)
    by_hand, alive, debt = 0.0, 1.0, 1000.0
    for month in range(1, 13):
        claim = debt * (1 + rate)
        debt = claim - payment
        by_hand += (1 + rate) ** -month * alive * ((1 - hazard) * payment + hazard * 0.45 * claim)
        alive *= 1 - hazard
    assert by_hand == pytest.approx(880.7768, abs=5e-5)
