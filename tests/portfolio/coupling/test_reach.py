"""Limits that cannot be kept: which not even alone, and how near a choice comes, against every choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from coupling import choices, coupled, invented, limits_of, options_table
from hypothesis import given, settings
from hypothesis import strategies as st

from repayplan.portfolio.coupling import Coupled, decide, sentences
from repayplan.portfolio.coupling.dual import dual, priced
from repayplan.portfolio.coupling.posing import Posed, pose
from repayplan.portfolio.coupling.reach import best_figure, impossible, nearest
from repayplan.solvers.result import Status


def missed(problem: Coupled, option: np.ndarray, soft: np.ndarray) -> float:
    over = np.maximum(problem.used(option) - problem.most, 0) / problem.scale
    return float(over[soft].sum()) if (over[~soft] <= 1e-9).all() else np.inf


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), hard=st.booleans())
def test_no_choice_comes_nearer(seed: int, hard: bool) -> None:
    problem = invented(seed, 4, 3, 2)
    use = np.array([problem.use[0], -problem.use[1]])  # at most of one, at least of the other
    problem = replace(problem, use=use, most=np.array([60.0, -260.0]))
    soft = np.array([False, True]) if hard else np.array([True, True])
    near = nearest(problem, soft)
    known = min(missed(problem, option, soft) for option in choices(problem))
    assert near.soft.tolist() == soft.tolist()
    assert near.violation == pytest.approx(known, abs=1e-6)
    assert known - 2e-6 <= near.least <= known + 1e-9
    assert missed(problem, near.option, soft) == pytest.approx(near.violation)


def test_the_bound_of_the_nearest_choice_meets_it_where_a_limit_is_out_of_reach_alone() -> None:
    # two borrowers, of whose options only one brings anything: 2,999.39 of 10,000.00, so 7,000.61 are missing, 70.01%;
    # at a low price all options but that one are alike, so that nothing is blurred, but the price is not the last one
    problem = replace(
        coupled([[0, 0], [0, 0, 0]], [[[-2_999_39, 0], [0, 0, 0]]], [-10_000_00]),
        value=np.array([63_20.0, 0, 1_234_56, 0, 90_00]),
    )
    near = nearest(problem, np.array([True]))
    assert near.violation == pytest.approx(0.700061)
    assert near.least == pytest.approx(0.700061)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), cases=st.integers(1, 40), flat=st.floats(0, 1))
def test_no_prices_within_their_bounds_prove_more(seed: int, cases: int, flat: float) -> None:
    random = np.random.default_rng(seed)
    problem = invented(seed, cases, 4, 3)
    use = -problem.use * (random.random(problem.use.shape) >= flat)  # of many options nothing is used
    posed = replace(
        problem, value=np.zeros(4 * cases), use=use, most=0.6 * use.sum(axis=1), ceiling=random.random(3) / 40
    )
    found = dual(posed, 1e-9)
    parts = np.concatenate([[np.ones(3)], random.random((30, 3)).round(1)])
    assert found.bound <= min(priced(posed, part * posed.dearest).bound for part in parts) + 2e-9


def test_limits_that_contradict_each_other_are_all_missed_a_little() -> None:
    # at most 1 and at least 3 of the same: only the second is a target, but a third limit forbids both options
    problem = coupled([[0, 0], [0, 0]], [[[1, 2], [1, 2]], [[-1, -2], [-1, -2]]], [1, -3])
    near = nearest(problem, np.array([False, True]))
    assert near.soft.all()
    assert near.proven


def posed(rows: list[dict[str, object]], **limits: object) -> Posed:
    return pose(limits_of(**limits), [options_table(*rows)])


ROWS: list[dict[str, object]] = [
    {"case": "A", "provision": 20_00, "balance": 100_00, "recovery": 60_00, "fall_cash": [20_00] * 12},
    {"case": "A", "provision": 30_00, "balance": 100_00, "recovery": 80_00},
    {"case": "B", "provision": 10_00, "balance": 300_00, "recovery": 20_00, "fall_cash": [10_00] * 12},
    {"case": "B", "provision": 90_00, "balance": 300_00, "recovery": 90_00},
]


def test_a_limit_that_is_impossible_alone_is_named_with_the_best_in_reach() -> None:
    found = posed(
        ROWS,
        limits=[
            {"name": "Provision", "sum": "provision", "at_most": 25},
            {"name": "Ratio", "sum": "provision", "over": "balance", "at_most": "5%"},
            {"name": "Possible", "sum": "provision", "at_most": 30},
        ],
        targets=[{"name": "Down", "fall": "50%", "month": 6}],
    )
    # the least are 20.00 + 10.00, of 400.00; in cash 30.00 of 100.00
    assert impossible(found) == pytest.approx({0: 30_00, 1: 0.075, 3: 0.3})
    told = "\n".join(map(str, sentences(decide(found))))
    assert "Provision: 25.00 cannot be kept whatever is chosen; 30.00 is the least" in told
    assert "Ratio: 5.00% cannot be kept whatever is chosen; 7.50% is the least" in told
    assert "Down: 50.00% cannot be reached whatever is chosen; 30.00% is the most" in told


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), least=st.booleans())
def test_the_best_ratio_is_that_of_all_choices(seed: int, least: bool) -> None:
    # at most 0.1% of what options cost, or at least ten times that; half of the options have nothing to divide by
    random = np.random.default_rng(seed)
    rows = [
        {
            "case": case,
            "npv_loss": int(random.integers(-200, -1) if least else random.integers(1, 100)),
            "cost": int(random.integers(0, 2) * random.integers(1, 100)),
        }
        for case in "ABC"
        for _ in range(3)
    ]
    figure = {"at_least": "1000%"} if least else {"at_most": "0.1%"}
    found = posed(rows, limits=[{"name": "Loss", "sum": "npv_loss", "over": "cost", **figure}])
    figures = [found.figures(option)[0] for option in choices(found.coupled)]
    known = [figure for figure in figures if not np.isnan(figure)]
    best = (max if least else min)(known, default=np.nan)
    assert impossible(found) == pytest.approx({0: best}, nan_ok=True)
    assert best_figure(found, 0) == pytest.approx(best, nan_ok=True)


def test_the_best_ratio_is_none_that_no_choice_has() -> None:
    # 50.00 without a visit or 80.00 for one: 80.00 a visit is the least, at most 1.00 was told as such
    visit = [1.0] + [0.0] * 11
    rows = [{"case": "A", "cost": 50_00}, {"case": "A", "cost": 80_00, "visits": visit}]
    limit = {"name": "Visits", "sum": "cost", "over": "visits", "months": [1], "at_most": 1}
    assert impossible(posed(rows, limits=[limit])) == {0: 80_00}
    assert np.isnan(impossible(posed(rows[:1], limits=[limit]))[0])


@pytest.mark.parametrize(
    ("limit", "figure", "words"),
    [
        ({"sum": "cases", "at_least": 1}, 0.0, "1 cannot be reached whatever is chosen; 0 is the most"),
        ({"sum": "npv_loss", "at_most": "-1.00"}, 0.0, "-1.00 cannot be kept whatever is chosen; 0.00 is the least"),
    ],
)
def test_a_limit_that_counts_nobody_comes_to_nothing(limit: dict[str, object], figure: float, words: str) -> None:
    rows = [{"case": "A", "region": "North", "rating": "high"}, {"case": "B", "region": "South", "rating": "low"}]
    nobody = {"name": "Nobody", "regions": ["South"], "ratings": ["high"], **limit}
    found = posed(rows, limits=[nobody, {"name": "All", "sum": "cases", "at_least": 2}])
    assert impossible(found) == {0: figure}
    told = decide(found)
    assert [use.kept for use in told.uses] == [False, True]
    assert f"Nobody: {words}" in "\n".join(map(str, sentences(told)))


def test_a_target_out_of_reach_under_the_limits_is_come_near_to_and_priced() -> None:
    # one visit for two borrowers; only what is visited pays in cash: 20.00 or 10.00 of 100.00 overdue, 40% are wanted
    visits = [1.0] + [0.0] * 11
    rows = [{**row, "visits": visits} if "fall_cash" in row else row for row in ROWS]
    found = decide(
        posed(
            rows,
            limits=[{"name": "Visits", "sum": "visits", "at_most": 1}],
            targets=[{"name": "Down", "fall": "25%", "month": 6}],
        )
    )
    assert found.choice.status is Status.INFEASIBLE
    assert found.choice.option.tolist() == [0, 3]
    assert [use.kept for use in found.uses] == [True, False]
    assert found.uses[1].figure == pytest.approx(0.2)
    assert found.near is not None
    assert found.near.proven
    # without the target both keep their best: 80.00 + 90.00 against 60.00 + 90.00
    assert found.price_of_nearness == pytest.approx(20_00)
    assert [use.price for use in found.uses] == [0, 0]
    # without the target nobody is visited and the limits take nothing: B brings 70.00, A 20.00 more than the other
    assert [(each.case, each.difference) for each in found.matter] == [(1, pytest.approx(70_00))]
    told = "\n".join(map(str, sentences(found)))
    assert "would bring" not in told
    assert "No choice keeps all limits" in told
    assert "this one misses Down" in told
    assert "Coming so near costs 20.00 of expected recovery" in told
    assert "Down: 20.00%; at least 25.00% is wanted, 5 percentage points are missing" in told


def test_limits_that_contradict_each_other_without_the_target_are_said_to() -> None:
    # at most 35.00 of provision leaves 20.00 + 10.00, which recovers 80.00; at least 120.00 of recovery is wanted
    limits = [
        {"name": "Provision", "sum": "provision", "at_most": 35},
        {"name": "Recovery", "sum": "recovery", "at_least": 120},
    ]
    said = "No choice was found that keeps the limits even without the targets"
    target = {"name": "Down", "fall": "10%", "month": 6}
    assert said in "\n".join(map(str, sentences(decide(posed(ROWS, limits=limits, targets=[target])))))
    assert said not in "\n".join(map(str, sentences(decide(posed(ROWS, limits=limits)))))


def test_what_is_taken_beside_the_nearest_choice_is_told() -> None:
    # 30.00 of 10.00 is 200% too much; 0.10 more is within 1% of it (1% of 20.00 is 0.20) and recovers 5.00 more
    rows = [*ROWS[:2], {**ROWS[2], "provision": 10_10, "recovery": 25_00}, *ROWS[2:]]
    found = decide(posed(rows, limits=[{"name": "Provision", "sum": "provision", "at_most": 10}]))
    told = "\n".join(map(str, sentences(found)))
    assert "at least 200.00%, relative to them; this one misses Provision by 201.00%" in told
    assert "The nearest choice known misses them by 200.00%; of those that come within 1% of it, the one found" in told


def test_a_limit_that_is_impossible_alone_takes_no_other_with_it() -> None:
    found = decide(
        posed(
            ROWS,
            limits=[
                {"name": "Provision", "sum": "provision", "at_most": 25},
                {"name": "Recovery", "sum": "recovery", "at_most": 170},
            ],
        )
    )
    assert [use.kept for use in found.uses] == [False, True]
    assert found.choice.option.tolist() == [0, 2]  # the least provision; a little more of it is not worth the rest
    assert found.missed == pytest.approx(0.2)
