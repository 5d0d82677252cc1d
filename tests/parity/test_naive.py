"""A plain model in PuLP, a Python loop per row, solved by CBC: it must find the same value and the same preference."""

from __future__ import annotations

import pytest
from making import make_case, prepare

from benchmarks import naive
from benchmarks.registry import SIZES, SUBJECTS, Subject, draw
from repayplan.cases.models import Case
from repayplan.planning.optimum import optimize

pytestmark = pytest.mark.filterwarnings(
    "ignore:Constructing LpVariable:DeprecationWarning", "ignore::DeprecationWarning:pulp"
)

SEASON = ["9000.00", "1000.00", "15000.00", "0.00", "22000.00", "30000.00", "12000.00", "9000.00", "26000.00"]

CASES = {
    "cover by period": make_case(opening="20000.00", monthly=["24000.00"] * 6, months=7, cover={"minimum": "1.20"}),
    "cover by period, half carried": make_case(
        opening="60000.00", monthly=["24000.00"] * 6, months=7, cover={"minimum": "1.20", "carry": "50%"}
    ),
    "rolling cover": make_case(
        opening="20000.00",
        monthly=SEASON,
        months=10,
        settle="best",
        tolerance="1%",
        cover={"minimum": "1.20", "window": "rolling", "months": 4, "carry": "40%"},
    ),
    "cover since the last receipt": make_case(
        opening="20000.00",
        milestones={"2026-12-15": "40000.00", "2027-03-15": "90000.00"},
        months=8,
        cover={"minimum": "1.30", "window": "since_receipt"},
    ),
    "hazard, collateral, two loans": make_case(
        loans=[{"principal": "40000.00", "collateral": "30000.00"}, {"rate": "7.20%", "collateral": "9000.00"}],
        opening="20000.00",
        monthly=SEASON,
        months=10,
        hazard="1.5%",
        recovery="35%",
        settle="best",
        interest_every=3,
        tolerance="0.5%",
    ),
    "arrears at their own rate": make_case(
        loan={"interest": "2500.00", "fees": "300.00", "compound_rate": "7.20%"},
        opening="30000.00",
        monthly=["24000.00"] * 6,
        months=7,
        arrears="keep",
        interest_every=1,
        maximum_installment="26000.00",
    ),
    "step and balloon": make_case(
        opening="20000.00",
        monthly=["14000.00", "18000.00"] * 5,
        months=11,
        step="20%",
        balloon="35%",
        tolerance="0.5%",
        delay="allow",
        discount_rate="2%",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_value_and_preference_are_those_of_a_plain_model(name: str) -> None:
    agree(CASES[name])


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_the_cases_of_the_benchmark(subject: Subject) -> None:
    for case in draw(SIZES[0], subject, 2):
        agree(case)


def agree(case: Case) -> None:
    problem = prepare(case)[1]
    optimum, answer = optimize(problem), naive.solve_case(problem)
    assert optimum is not None
    assert answer is not None
    assert optimum.value / 100 == pytest.approx(answer.value, rel=1e-6)
    scale = float(problem.scale[0]) / 100
    assert -optimum.preferred.objective * scale == pytest.approx(answer.earliness, rel=1e-4)
