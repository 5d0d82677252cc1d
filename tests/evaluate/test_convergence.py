"""Estimates come to closed forms, and the faster the more futures there are."""

from __future__ import annotations

from dataclasses import replace
from math import erf, sqrt

import numpy as np
import pytest
from futures import setting_of
from making import make_case, pay

from repayplan.evaluate.core import evaluate
from repayplan.evaluate.outcome import NOWHERE
from repayplan.evaluate.setting import Drawn, Setting
from repayplan.evaluate.statistics import mean

PAID = (303_000, 302_170, 401_240)
SPREAD = 30_000
"""Cents by which the cash of December is off, one standard deviation."""


def december(scenarios: int, seed: int) -> tuple[Setting, Drawn]:
    """The installment of 3,030.00 comes with a normal error of 300.00, and enough for everything in January."""
    case = make_case(loan={"principal": "10000.00"}, months=3, discount_rate="0%")
    setting, over, _ = setting_of(pay(case, *PAID))
    own = np.zeros((1, len(over.days), scenarios))
    own[0, 1] = np.rint(PAID[0] + SPREAD * np.random.default_rng(seed).standard_normal(scenarios))
    own[0, 3] = 5_000_000
    return setting, Drawn(own)


def test_the_probability_of_a_miss_is_that_of_too_little_cash() -> None:
    # a cent too little is a miss: half of all futures, less half the probability of the cent itself
    setting, drawn = december(200_000, 1)
    found = evaluate(setting, drawn, hazard="arrears")
    missed = mean(found.fates.missed[0] != NOWHERE)
    exact = 0.5 * (1 + erf(-0.5 / SPREAD / sqrt(2)))
    assert missed.value == pytest.approx(exact, abs=4 * missed.error)
    assert missed.error == pytest.approx(0.5 / sqrt(200_000), rel=1e-2)


def test_the_mean_of_what_is_short_is_that_of_a_normal_and_errors_fall_with_the_root() -> None:
    # E max(−X, 0) = σ/√(2π) is short in December and paid in January. At no discount a future is worth what is paid:
    # 10,064.10, and interest for 31 days on what was short, the penalty rate being no higher here
    errors = []
    for count in (2_000, 32_000):
        setting, drawn = december(count, 2)
        still = replace(setting, debts=replace(setting.debts, penalty=setting.debts.interest))
        found = evaluate(still, drawn, bands=True)
        more = mean(found.fates.value[0] - sum(PAID))
        exact = SPREAD / sqrt(2 * np.pi) * 31e-4
        assert more.value == pytest.approx(exact, abs=4 * more.error + 1)
        errors.append(more.error)
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.1)
