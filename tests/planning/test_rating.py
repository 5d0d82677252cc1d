"""Plans made with a rating: its hazards, what the plan says of it, and that a case without one is what it was."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from borrowers import borrower
from making import make_case, prepare

from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.verify import verify
from repayplan.rules.hazard import ENVIRONMENT, LEVELS, hazard_table

SIX: dict[str, Any] = {"monthly": ["25000.00"] * 6, "months": 6, "recovery": "10%"}


def test_a_rating_chooses_the_hazards_and_a_riskier_one_is_worth_less() -> None:
    # 37.6 % a year where nothing is said, and for a medium risk; six months at 32.6 % leave 0.674^0.5 = 82.1 %
    problems = {level: prepare(make_case(**SIX, rating=level))[1] for level in LEVELS}
    half = problems["low"].days().index(dt.date(2027, 5, 20))
    survival = [round(float(problem.burden.survival[0, 0, half]), 3) for problem in problems.values()]
    assert survival == [0.821, 0.79, 0.756]
    unrated = prepare(make_case(**SIX, hazard="table"))[1]
    assert unrated.burden.survival.tolist() == problems["medium"].burden.survival.tolist()
    worth = [plan(make_case(**SIX, rating=level)).metrics.expected_recovery for level in LEVELS]
    assert all(safer > riskier for safer, riskier in pairwise(worth))


def said(case: Any, rule: str = "rating") -> list[tuple[str, str]]:
    return [(finding.result, str(finding.sentence)) for finding in plan(case).findings if finding.rule == rule]


def test_a_plan_says_its_rating_where_the_case_asks_for_one() -> None:
    assert said(make_case(**SIX, hazard="table")) == []
    assert said(make_case(**SIX, rating="high")) == [("note", "The bank rates this borrower as high risk")]
    ((_, hazard),) = [each for each in said(make_case(**SIX, rating="high"), "hazard") if each[0] == "note"]
    assert "a chance of 4.56% a month" in hazard  # 42.9 % a year: 1 − 0.571^(1/12)


def test_a_computed_rating_gives_its_reasons() -> None:
    case = borrower(policy={"rating": "computed", "months": 36})
    ((result, words),) = said(case)
    assert result == "note"
    assert words.startswith("This borrower is rated as medium risk, high confidence: days past due: 92, limit 90; ")
    assert "liabilities/assets 0.91 in 2025, limit 0.752" in words


def test_a_bank_that_rates_milder_than_the_figures_is_told() -> None:
    # by hand a medium risk: tests/risk/test_rating.py
    milder, as_milder = (said(borrower(policy={"rating": level, "months": 36})) for level in ("low", "medium"))
    assert [result for result, _ in milder] == ["note", "warning"]
    assert milder[1][1].startswith("By its figures this borrower would be medium risk, high confidence: days past due")
    assert [result for result, _ in as_milder] == ["note"]


def test_a_hazard_that_the_case_states_stands() -> None:
    case = make_case(**SIX, rating="high", hazard="1%")
    terms, problem = prepare(case)
    assert (float(terms.hazard), terms.rating) == (0.01, "high")
    assert problem.burden is None
    assert ("note", "The rating changes no hazard: the case states one of its own") in said(case)


def test_a_table_that_tells_no_ratings_apart_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text('valid_from = 2027-01-01\nmonotone = true\nclause = "ours"\n[[bucket]]\nyearly = "0.1"\n', "utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(own))
    assert not hazard_table("high").tells_ratings_apart
    sentence = "The rating changes no hazard: the table of hazards tells no ratings apart"
    assert ("warning", sentence) in said(make_case(**SIX, rating="high"))


@pytest.mark.parametrize("rating", ["low", "computed"])
def test_plans_with_a_rating_verify(rating: str) -> None:
    made = plan(make_case(**SIX, rating=rating))
    assert made.status == "optimal"
    assert not [finding for finding in verify(plan_file(made)) if finding.result == "fail"]
