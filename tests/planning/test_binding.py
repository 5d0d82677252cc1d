"""The price of a limit is what a little more room brings, measured by planning again with a little more room."""

from __future__ import annotations

from typing import Any

import pytest
from making import make_case, prepare

from repayplan.cases.models import Case
from repayplan.compliance.replay import replay
from repayplan.formulation.registry import limits
from repayplan.formulation.shaping import shapes
from repayplan.planning.binding import _sentence, sentence
from repayplan.planning.plan import plan
from repayplan.planning.result import Plan
from repayplan.problem.terms import payment_dates

CASE: dict[str, Any] = {"opening": "9000.00", "monthly": ["31000.00", "17000.00", "26000.00", "33000.00"], "months": 5}


def days_ahead(made: Plan) -> float:
    """Currency units paid, each as often as there are payment dates from its own on."""
    dates = [row.date for row in made.cash if row.date.day == 20]
    return sum(row.payment * (len(dates) - dates.index(row.date)) for row in made.installments) / 100


def gain(case: Case, richer: Case, amount: float) -> float:
    return (days_ahead(plan(richer)) - days_ahead(plan(case))) / amount


def priced(case: Case, limit: str) -> float:
    return sum(entry.price for entry in plan(case).binding if entry.limit == limit)


@pytest.mark.parametrize("extra", [{}, {"maximum_installment": "30000.00"}, {"step": "60%"}])
def test_the_price_of_the_floors_is_what_a_hundred_more_on_hand_brings(extra: dict[str, Any]) -> None:
    case = make_case(**CASE, **extra)
    richer = make_case(**{**CASE, "opening": "9100.00"}, **extra)
    assert priced(case, "floors") == pytest.approx(gain(case, richer, 100.0), abs=2e-3)


def test_the_price_of_the_largest_installment_is_what_a_hundred_more_of_it_brings() -> None:
    cash = {"opening": "200000.00", "months": 6}
    case = make_case(**cash, maximum_installment="21000.00")
    richer = make_case(**cash, maximum_installment="21100.00")
    price = priced(case, "maximum")
    assert price > 0
    assert price == pytest.approx(gain(case, richer, 100.0), abs=2e-3)


def test_cover_that_holds_is_priced_where_it_does_and_nowhere_else() -> None:
    made = plan(make_case(opening="30000.00", monthly=["30000.00"] * 4, months=5, cover={"minimum": "1.20"}))
    # cash 30,000 / 1.2 = 25,000, then (30,000 + 5,000) / 1.2 and so on until the last payment, which is what is left
    held = [f"{entry.date}" for entry in made.binding if entry.limit == "cover"]
    assert held == ["2026-12-20", "2027-01-20", "2027-02-20"]
    assert {entry.limit for entry in made.binding} == {"cover"}
    assert "1.20 times" in str(made.binding[0].sentence)


def test_limits_on_when_money_comes_and_whose_it_is_are_told_with_a_price() -> None:
    known: dict[str, Any] = {"loan": {"principal": "10000.00"}, "months": 4}
    kept = plan(make_case(**known, opening="6000.00", monthly=["4000.00"] * 3, reserve=1))
    assert "reserve" in {entry.limit for entry in kept.binding}
    pledged = plan(make_case(**known, monthly=["4000.00"] * 3, pledged={"2027-01-10": "3000.00"}))
    told = {(entry.limit, f"{entry.date}"): str(entry.sentence) for entry in pledged.binding}
    assert ("floors", "2026-12-20") in told
    assert told["pledged", "2027-01-20"] == "By 2027-01-20 all pledged proceeds that have come in are used"


def test_how_loans_share_holds_payments_down_and_no_month_ends() -> None:
    # shares are written for every stage, also for 30 November, on which nothing can be paid
    loans = [{"id": "A", "principal": "60000.00"}, {"id": "B", "principal": "40000.00"}]
    made = plan(make_case(loans=loans, monthly=["20000.00"] * 3, months=4, allocation="pari_passu"))
    told = {entry.date for entry in made.binding if entry.limit == "allocation"}
    assert told <= set(payment_dates(made.case, made.terms))


def test_every_limit_and_shape_has_a_sentence_of_its_own() -> None:
    case = make_case(months=6, installments=3, step="20%", cover={"minimum": "1.2"}, grace={"months": 1}, reserve=1)
    terms, problem = prepare(case)
    replayed = replay(case, terms, problem, [])
    said = {family: sentence(replayed, family, 1).text for family in limits()}
    assert len(set(said.values())) == len(said)
    assert "grace" in said["grace"]
    for shape in shapes():
        assert "shape" in sentence(replayed, shape, 1).text
    with pytest.raises(AssertionError):
        _sentence(replayed, "unheard_of", 1)
