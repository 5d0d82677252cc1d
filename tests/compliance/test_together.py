"""Judging many plans at once says what the point checks of each say."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from greedy import greedy
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case
from random_cases import cases

from repayplan.cases.models import Case
from repayplan.compliance.registry import checks
from repayplan.compliance.replay import Replay
from repayplan.compliance.together.checks import SINGLY, can_judge, judges
from repayplan.compliance.together.plans import Plans
from repayplan.errors import InputError

FLOATS = {"balloon", "cumulative", "life", "charge", "npv", "liquidation", "burden", "level_balloon"}
"""Checks that rest on floats, by which a plan must hold its limit by a hair more."""

CASH = ("floors", "pledged", "guarantor")
"""Checks that tell the same want of cash apart."""


def together(plan: Replay) -> Plans:
    return Plans(plan.problem, [plan.terms], plan.paid[None], plan.debt[None], plan.principal[None])


def holds(plan: Replay, name: str) -> bool:
    check = checks()[name]
    return not check.active(plan) or all(finding.result != "fail" for finding in check.judge(plan))


def twins_agree(plan: Replay) -> None:
    plans = together(plan)
    cash = all(holds(plan, name) for name in CASH)
    assert cash == all(bool(judges()[name](plans)[0]) for name in CASH)
    for name, judge in judges().items():
        if name in CASH:
            continue
        alone, twin = holds(plan, name), bool(judge(plans)[0])
        assert twin == alone or (alone and name in FLOATS), name


@settings(deadline=None, max_examples=60)
@given(cases(), st.randoms(use_true_random=False))
def test_what_is_judged_together_is_judged_as_alone(case: Case, dice: random.Random) -> None:
    try:
        plan = greedy(case, lambda: dice.choice((0.0, 0.3, 1.0, 1.0)))
    except InputError:
        return
    if can_judge(plan.terms, plan.problem):
        twins_agree(plan)


def test_every_point_check_has_a_twin_or_is_asked_singly() -> None:
    assert {*judges(), *SINGLY, "installments"} == {*checks()}


@pytest.mark.parametrize(
    ("amounts", "good"),
    [
        ([500, 500, 500, 499], True),
        ([500, 501, 501, 550], True),
        ([501, 500, 501, 1], False),
        ([500, 502, 502, 1], False),
        ([500, 500, 500, 551], False),
    ],
)
def test_level_installments_together(amounts: list[int], good: bool) -> None:
    """Two amounts a unit apart, the smaller first, the last no more than a tenth above the one before it."""
    case = make_case(loan={"principal": "1000.00"}, opening="5000.00", shape="level", months=4, unit="0.01")
    plan = greedy(case, lambda: 0.0)
    paid = plan.paid.copy()
    paid[np.flatnonzero(plan.problem.pays[0])[: len(amounts)], 0] = amounts
    plan = replace(plan, paid=paid)
    assert bool(judges()["level"](together(plan))[0]) is good
    assert holds(plan, "level") is good


def test_shares_that_are_too_fine_are_left_to_the_single_check() -> None:
    fine = greedy(make_case(months=4, monthly=["100.00"], cover={"minimum": "1.20"}), lambda: 1.0)
    finer = greedy(make_case(months=4, monthly=["100.00"], cover={"minimum": "1.200001"}), lambda: 1.0)
    assert can_judge(fine.terms, fine.problem)
    assert not can_judge(finer.terms, finer.problem)


def test_who_has_no_cash_in_the_first_year_and_pays_nothing_then_is_not_too_heavily_burdened() -> None:
    case = make_case(months=14, monthly=["-10.00"] * 11 + ["90000.00"] * 4, opening="2000.00", max_burden="80%")
    plan = greedy(case, lambda: 0.0)
    assert int(plan.problem.burden.cash[0]) < 0
    assert bool(judges()["burden"](together(plan))[0])
    assert holds(plan, "burden")
