"""Variants of a case assembled with what they have in common are, bit for bit, what each is alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case
from portfolios import borrower, menu
from random_cases import cases

from repayplan.calendar.dates import add_months, month_ends, recurring
from repayplan.cases.models import Case
from repayplan.cases.readers import read_case
from repayplan.errors import InputError
from repayplan.forecast import CashAhead, View, Window
from repayplan.portfolio.planner import ask_for
from repayplan.portfolio.variants import farthest, planned_variant
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.prospect import Prospect
from repayplan.problem.stages import stages_of
from repayplan.problem.terms import Terms, resolve

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*/case.yaml"))

SEVERAL = menu(
    plans=[
        {"shapes": ["level", "free", "level_principal", "seasonal"], "installments": [6, 24]},
        {"shapes": [{"kind": "step_up", "growth": "10%"}], "installments": [30]},
        {"shapes": ["level", "free"], "installments": [12], "concessions": ["relief", "longer", "cut"]},
    ],
    concessions=[
        {"name": "relief", "waive_penalty": "100%", "waive_interest": "50%", "grace_months": 3},
        {"name": "longer", "more_installments": 18, "settle": "best"},
        {"name": "cut", "rate_cut": "1%"},
    ],
    white_list=[{}],
)

OTHERWISE: tuple[dict[str, Any], ...] = (
    {"months": 4},
    {"months": 15, "shape": "level"},
    {"shape": "level_principal", "step": "off"},
    {"delay": "allow", "discount_rate": "1.00%"},
    {"recovery": "35%", "tolerance": "1%", "hazard": "1%"},
    {"hazard": "table", "max_burden": "70%"},
    {"interest_every": 1, "maximum_installment": "40000.00"},
    {"interest_every": "off", "grace": {"months": 1}},
    {"arrears": "keep"},
    {"cover": "off", "reserve": 2},
    {"cover": {"minimum": "1.50", "window": "rolling", "months": 3}},
    {"settle": "best", "unit": "0.01"},
    {"payment_every": 2},
    {"fixed_payments": [{"date": "2027-01-08", "amount": "12.50"}]},
)


def flat(made: Any, where: str = "problem") -> dict[str, object]:
    """Everything in a problem by its place, arrays as their bytes."""
    if isinstance(made, np.ndarray):
        return {where: (str(made.dtype), made.shape, made.tobytes())}
    if is_dataclass(made) and not isinstance(made, type):
        parts = (flat(getattr(made, item.name), f"{where}.{item.name}") for item in fields(made))
        return {place: value for part in parts for place, value in part.items()}
    return {where: made}


def alone(case: Case) -> tuple[Terms, Problem]:
    """A case that shares nothing with any other."""
    copy = case.model_copy(update={"cash": case.cash.model_copy()})
    terms = resolve(copy)
    return terms, assemble(copy, terms)


def tried(case: Case, prospect: Prospect | None = None) -> dict[str, object]:
    """What a case becomes, or why it is refused."""
    try:
        terms, problem = alone(case) if prospect is None else _beside(case, prospect)
    except InputError as error:
        return {"refused": [(str(fault.what), fault.where, fault.value) for fault in error.faults]}
    return flat(terms, "terms") | flat(problem)


def _beside(case: Case, prospect: Prospect) -> tuple[Terms, Problem]:
    terms = resolve(case)
    return terms, assemble(case, terms, prospect)


def otherwise(case: Case, policy: dict[str, Any]) -> Case:
    """The case with another policy, and its cash."""
    data = case.policy.model_dump(mode="json", exclude_none=True) | policy
    try:
        other = type(case.policy).model_validate(data)
    except ValueError:
        return case
    return case.model_copy(update={"policy": other})


@settings(max_examples=25)
@given(cases(), st.lists(st.sampled_from(OTHERWISE), min_size=2, max_size=5), st.integers(0, 30))
def test_variants_of_random_cases(case: Case, changes: list[dict[str, Any]], ahead: int) -> None:
    variants = [case, *(otherwise(case, change) for change in changes), case]
    prospect = Prospect(case, add_months(case.as_of, ahead))
    for variant in variants:
        assert tried(variant, prospect) == tried(variant)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.parent.name)
def test_variants_of_the_shipped_cases(path: Path) -> None:
    case = read_case(path)
    prospect = Prospect(case)
    for variant in (case, *(otherwise(case, change) for change in OTHERWISE)):
        assert tried(variant, prospect) == tried(variant)


def test_options_of_a_menu() -> None:
    book = borrower(policy={"rating": "medium"}, loan={"collateral": "9000.00"})
    terms, options = resolve(book.case), SEVERAL.plan_options
    shared = Prospect(book.case, farthest(book.case, options))
    variants = [(planned_variant(book.case, terms, option), option) for option in options]
    made = [ask_for(variant, option, shared) for variant, option in variants if variant is not None]
    assert len(made) == len(options)
    for asked in made:
        expected, problem = alone(asked.case)
        assert flat(asked.terms, "terms") | flat(asked.problem) == flat(expected, "terms") | flat(problem)
    level, free = (made[number].problem for number in (1, 3))  # both of 24 installments on the same loans
    assert level.debt is free.debt
    assert level.value is free.value


def test_what_options_share_cannot_be_written_to() -> None:
    case = make_case(monthly=["900.00"] * 6)
    problem = assemble(case, resolve(case))
    for array in (problem.pays, problem.dates, problem.debt.periods, problem.value.survival, problem.cash.inflow):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_all_options_of_a_borrower_look_ahead_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dt.date] = []
    find = CashAhead._find
    monkeypatch.setattr(CashAhead, "_find", lambda ahead, window: asked.append(window.until) or find(ahead, window))
    prospect = Prospect(made := borrower(policy={"rating": "medium"}).case, farthest(made, SEVERAL.plan_options))
    for option in SEVERAL.plan_options:
        variant = planned_variant(made, resolve(made), option)
        assert variant is None or ask_for(variant, option, prospect)
    assert len(asked) == 1


def test_who_asks_less_far_does_not_mind_a_forecast_that_outgrows_every_enterprise_later() -> None:
    # 10,000,000 a month, half as much again each year: 10 trillion, the most of a month, are passed after 35
    grown = {"kind": "season", "indices": ["1"] * 12, "yearly": "120000000.00", "trend": "50%"}
    case = make_case(source=grown)
    near = Window(case.as_of, add_months(case.as_of, 12), 31, 31)
    far = CashAhead(case.cash)
    far.reach(add_months(case.as_of, 600))
    assert far.flows(near, "borrower") == CashAhead(case.cash).flows(near, "borrower")
    with pytest.raises(InputError, match="comes to more than"):
        far.flows(replace(near, until=add_months(case.as_of, 600)), "borrower")


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.parent.name)
def test_a_forecast_that_reaches_farther_begins_as_a_nearer_one(path: Path) -> None:
    cash, as_of = read_case(path).cash, read_case(path).as_of
    far = CashAhead(cash)
    far.reach(add_months(as_of, 90))
    for months in (1, 7, 40):
        window = Window(as_of, add_months(as_of, months), 31, 10)
        for view in get_args(View):
            assert far.flows(window, view) == CashAhead(cash).flows(window, view)


def test_stages_by_hand() -> None:
    as_of = dt.date(2027, 1, 15)
    paid = tuple(recurring(20, 1, as_of, dt.date(2027, 3, 20)))
    stages = stages_of(as_of, paid)
    assert stages is stages_of(as_of, paid)
    assert [f"{day:%m-%d}" for day in stages.days] == ["01-20", "01-31", "02-20", "02-28", "03-20", "03-31"]
    assert set(month_ends(as_of, stages.days[-1])) <= set(stages.days)
    assert stages.pays.tolist() == [True, False] * 3
    assert stages.periods == ((as_of, paid[0]), (paid[0], paid[1]), (paid[1], paid[2]))
    assert stages.since.tolist() == [5, 16, 36, 44, 64, 75]
    assert stages.months == pytest.approx([5 / 31, 16 / 31, 1 + 5 / 28, 1 + 13 / 28, 2 + 5 / 31, 2 + 16 / 31])
    assert stages.by(dt.date(2027, 2, 20)).tolist() == [True, True, True, False, False, False]
    assert not stages.by(None).any()
    assert stages.months_back(1).tolist() == [0, 0, 1, 1, 3, 4]  # of 20 February it is what ends after 20 January
