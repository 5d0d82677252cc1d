"""What a schedule that is not kept costs: by hand, against the published figures of CVaR, and that it is convex."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repayplan.planning.robust.means import means
from repayplan.planning.robust.shortfall import Aversion, Shortfall

NONE = np.zeros((1, 4, 0), dtype=np.int64)


def test_later_costs_are_protected_and_what_comes_after_the_end_makes_up() -> None:
    # 100 at first, floor 20; months: +50, −90, +30 in the plan, +200 after it
    # above the floor: 130, 40, 70, 270; later costs protected: min(130, 40, 70) = 40, 40, 70; after the end: 270
    own = np.array([[50, -90, 30, 200]])
    assert means(100, 20, own, NONE, 3).own.tolist() == [[40, 40, 70, 270]]


def test_what_goes_out_after_the_end_takes_nothing_back() -> None:
    # above the floor: 60, 100, then 30 after the end: what was behind could have been paid at 100
    assert means(0, 0, np.array([[60, 40, -70, 0]]), NONE, 2).own.tolist() == [[60, 100, 100, 100]]


def test_accounts_apart_pay_though_the_business_cannot() -> None:
    # the business is 30 below its floor all along; a guarantor brings 50 in the second month
    apart = np.array([[[0], [50], [0], [0]]])
    known = means(0, 30, np.zeros((1, 4), dtype=np.int64), apart, 4)
    assert known.own.tolist() == [[-30] * 4]
    assert known.total.tolist() == [[0, 50, 50, 50]]


def by_hand(aversion: Aversion) -> Shortfall:
    """Two futures, two dates and a stage after them: in one all can be paid, in the other 40, 60 and 90.

    A unit behind loses 0.02, 0.03 and, at the end, 0.90; stages last a tenth of a year.
    """
    paid = np.array([[200.0, 200.0, 200.0], [40.0, 60.0, 90.0]])
    lost, years = np.array([0.02, 0.03, 0.90]), np.full(3, 0.1)
    return Shortfall(paid, np.array([0, 1, 1]), lost, years, aversion, np.full(2, 200.0))


def test_a_schedule_by_hand() -> None:
    # 50, then 100 in all: behind by 10, 40 and 10 in the second future.
    # lost: (0.02·10 + 0.03·40 + 0.90·10) = 10.4, expected 5.2; arrears: 0.5 · 0.1 · (10 + 40 + 10)/2 = 1.5
    function = by_hand(Aversion(arrears=0.5))
    assert function.losses(np.array([50.0, 100.0])) == pytest.approx([0.0, 10.4])
    tangents = function.at(np.array([50.0, 100.0]))
    assert tangents.values.sum() == pytest.approx(5.2 + 1.5)
    # one unit more by the first date: (0.02 + 0.05)/2; by the second: (0.03 + 0.05 + 0.90 + 0.05)/2
    assert np.diag(tangents.slopes) == pytest.approx([0.035, 0.515])


@pytest.mark.parametrize(
    ("level", "tail"),
    [(0.5, 10.4), (0.75, 10.4), (0.25, 10.4 / 1.5), (0.0, 5.2)],
    ids=["half", "a quarter", "three quarters: the good future counts by a half", "all"],
)
def test_the_tail_by_hand(level: float, tail: float) -> None:
    function = by_hand(Aversion(tail=3.0, level=level))
    tangents = function.at(np.array([50.0, 100.0]))
    assert function.expected_shortfall(np.array([50.0, 100.0])) == pytest.approx(tail)
    assert tangents.values[-1] == pytest.approx(3 * tail)
    assert tangents.slopes[-1] == pytest.approx(3 * tail / 10.4 * np.array([0.02, 0.93]))


def figures() -> list[Any]:
    folder = os.environ.get("REPAYPLAN_DATA")
    if not folder:
        return [pytest.param(None, marks=pytest.mark.skip(reason="REPAYPLAN_DATA names no data folder"))]
    return [json.loads((Path(folder) / "oracles" / "regulation.json").read_text(encoding="utf-8"))]


@pytest.mark.parametrize("known", figures())
def test_published_expected_shortfalls(known: dict[str, Any]) -> None:
    """Losses of 1 to 10: the futures can pay that much less than 100, all of which is lost."""
    losses = np.arange(1.0, 11.0)
    for level, cvar in known["cvar_losses_1to10"].items():
        function = Shortfall(
            100 - losses[:, None],
            np.array([0]),
            np.array([1.0]),
            np.array([1.0]),
            Aversion(tail=1.0, level=float(level)),
            np.array([100.0]),
        )
        assert function.expected_shortfall(np.array([100.0])) == pytest.approx(cvar)


@st.composite
def functions(draw: st.DrawFn) -> Shortfall:
    futures, stages = draw(st.integers(1, 12)), draw(st.integers(1, 6))
    dice = np.random.default_rng(draw(st.integers(0, 10**6)))
    paid = np.sort(dice.uniform(0, 2, (futures, stages)).round(1), axis=1)
    group = np.sort(dice.integers(-1, 3, stages))
    aversion = Aversion(draw(st.sampled_from([0.0, 0.2])), draw(st.sampled_from([0.0, 1.5])), draw(st.floats(0, 0.99)))
    return Shortfall(paid, group, dice.uniform(0, 1, stages), np.full(stages, 0.1), aversion, np.full(3, 2.0))


@given(
    functions(), st.lists(st.floats(0, 2), min_size=3, max_size=3), st.lists(st.floats(0, 2), min_size=3, max_size=3)
)
def test_every_tangent_lies_below_the_function(function: Shortfall, here: list[float], there: list[float]) -> None:
    groups = function.groups
    one, two = np.array(here)[:groups], np.array(there)[:groups]
    at_one, at_two = function.at(one), function.at(two)
    assert (at_one.values + at_one.slopes @ (two - one) <= at_two.values + 1e-12).all()
    assert (at_one.values >= 0).all()
