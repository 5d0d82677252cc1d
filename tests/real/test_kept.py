"""Contractors planned on the planned ends of their buildings, tried on the ends that came: were the plans kept?

What was drawn beforehand is held against what happened. Runs of ten overlap, so ten contractors are not ten trials.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from contractor import contractors

from repayplan.cases.models import Case
from repayplan.evaluate.core import evaluate
from repayplan.evaluate.outcome import NOWHERE
from repayplan.evaluate.setting import Drawn
from repayplan.forecast import Window, forecast
from repayplan.forecast.futures import Drawing
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import Plan
from repayplan.planning.robust.plan import robust_plan
from repayplan.planning.robust.wish import Wish
from repayplan.planning.stress import Prepared

EVERY = 4


@dataclass(frozen=True)
class Kept:
    """Whether a plan was missed and failed on the ends that came, and how often in futures drawn before."""

    missed: bool
    failed: bool
    expected_misses: float
    expected_failures: float


def tried(made: Plan, happened: Case, scenarios: int = 500) -> Kept:
    """A plan on what came in another case, and in futures that it was not made for."""
    prepared = Prepared.of(plan_file(made))
    days = prepared.over.days
    own = np.zeros((1, len(days), 1))
    for flow in forecast(happened, Window(happened.as_of, days[-1], 31, 31), "bank"):
        own[0, bisect_left(days, flow.date), 0] += flow.amount
    real = evaluate(prepared.setting, Drawn(own), hazard="arrears").fates
    futures = prepared.futures(Drawing(seed=1, scenarios=scenarios, sample=2))
    drawn = evaluate(prepared.setting, futures, scenarios, hazard="arrears").fates
    return Kept(
        bool(real.missed[0, 0] != NOWHERE),
        bool(real.defaulted[0, 0] != NOWHERE),
        float((drawn.missed != NOWHERE).mean()),
        float((drawn.defaulted != NOWHERE).mean()),
    )


def test_a_plan_on_planned_ends_is_missed_and_draws_said_so(real_data: Path) -> None:
    found = tried(plan(contractors(real_data)[0]), contractors(real_data, "actual")[0])
    assert found.missed
    assert found.expected_misses > 0.4


def test_on_the_ends_that_were_planned_for_it_is_kept(real_data: Path) -> None:
    happened = contractors(real_data, "actual")[0]
    found = tried(plan(happened), happened)
    assert not found.missed


@pytest.mark.long
def test_how_many_plans_are_kept(real_data: Path) -> None:
    """The table of docs/evaluation.md."""
    pairs = list(zip(contractors(real_data), contractors(real_data, "actual"), strict=True))[::EVERY]
    for name, make, kept in (
        ("plain", plan, 0),
        ("robust", lambda case: robust_plan(case, Wish(scenarios=1_000)).plan, 1),
    ):
        found = [tried(make(planned), happened, 2_000) for planned, happened in pairs]
        missed, failed, expected, failures = np.array([list(vars(one).values()) for one in found], dtype=float).T
        print(name, len(found), missed.sum(), failed.sum(), expected.mean().round(2), failures.mean().round(2))  # noqa: T201
        assert missed.sum() == failed.sum() == len(found) - kept
        assert expected.mean() > 0.5
