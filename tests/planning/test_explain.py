"""Why these amounts: what holds them down, and what a change brings, equal to a plan made with the change."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from making import make_case
from rich.console import Console

import repayplan
from repayplan.cases.models import Case
from repayplan.cases.readers import read_case
from repayplan.language import speaking, tr
from repayplan.planning.explain import Effect, Explanation, effect, explain
from repayplan.planning.levers import levers
from repayplan.planning.plan import plan
from repayplan.planning.remedies import remedies
from repayplan.planning.result import Plan
from repayplan.planning.watch import OutOfTimeError, Watch
from repayplan.report.explanation import show_explanation

SCENARIOS = Path(repayplan.__file__).parents[1] / "scenarios"


def paid_by(made: Plan, date: Any) -> int:
    return sum(row.payment for row in made.installments if row.date <= date)


def only(found: Explanation, lever: str) -> Effect:
    return next(entry for entry in found.effects if entry.lever == lever)


@pytest.mark.parametrize("story", ["trade", "two-lenders", "logistics"])
def test_the_figures_of_a_change_are_those_of_a_plan_made_with_it(story: str) -> None:
    case = read_case(SCENARIOS / story / "case.yaml")
    found = explain(case)
    known = levers(case)
    assert {"cover", "floor", "step"} <= {entry.lever for entry in found.effects}
    for entry in found.effects:
        again = plan(known[entry.lever].change(known[entry.lever].usual))
        assert entry.interest == found.plan.metrics.interest_paid - again.metrics.interest_paid
        assert entry.final_date == again.metrics.final_date
        for date, more in entry.paid_by.items():
            assert more == min(paid_by(again, date), found.plan.metrics.recovered) - paid_by(found.plan, date)


def test_interest_that_waiting_adds_is_not_told_as_paid_sooner() -> None:
    # a month in which nothing is paid: less by every day but the last, on which the month's interest is paid as well
    case = make_case(opening="30000.00", monthly=["30000.00"] * 6, months=6)
    made = plan(case)
    told = effect(made, levers(case)["grace"])
    assert told.interest < 0
    assert max(told.paid_by.values()) <= 0
    assert "sooner" not in str(told.sentence)
    assert "is paid later" in str(told.sentence)


def test_a_change_that_pays_much_later_before_it_pays_some_sooner_says_both() -> None:
    # what is missing from the last payment of the changed plan on is interest that nobody owes any more
    told = Effect(
        lever="grace",
        words=tr("one month of grace in which nothing is paid"),
        limits=("step",),
        plan=plan(make_case(opening="60000.00", monthly=["20000.00"] * 4, months=5)),
        paid_by={dt.date(2026, 12, 20): -30_000_00, dt.date(2027, 1, 20): 25_000_00, dt.date(2027, 2, 20): -40_000_00},
        interest=0,
        final_date=dt.date(2027, 2, 20),
        months=0,
    )
    assert str(told.sentence) == (
        "With one month of grace in which nothing is paid: up to 25,000.00 is paid sooner (by 2027-01-20), "
        "up to 30,000.00 is paid later (after 2026-12-20)."
    )


def test_a_lower_floor_is_told_in_money_days_and_interest() -> None:
    # no interest, 40,000 above the floor of 20,000 and 20,000 on each 31st: 40,000 on 20 December, 20,000 each in
    # January and February, the last 20,000 in March; a floor 1,000 lower (a twentieth) brings 1,000 at once, and the
    # end stays, as 1,000 less than 20,000 are then due
    case = make_case(
        loan={"rate": "0%"}, opening="60000.00", floor="20000.00", monthly=["20000.00"] * 5, months=6, unit="100.00"
    )
    found = explain(case)
    assert [(f"{row.date}", row.payment) for row in found.reasons] == [
        ("2026-12-20", 40_000_00),
        ("2027-01-20", 20_000_00),
        ("2027-02-20", 20_000_00),
        ("2027-03-20", 20_000_00),
    ]
    assert [[entry.limit for entry in row.held_by] for row in found.reasons] == [["floors"]] * 3 + [[]]
    assert [row.settles for row in found.reasons] == [False, False, False, True]
    assert [row.sooner for row in found.reasons] == [{"floor": 1_000_00}] * 3 + [{}]
    assert str(only(found, "floor").sentence) == (
        "With 1,000.00 less kept in cash (floor 19,000.00, contingency 0.00): "
        "up to 1,000.00 is paid sooner (by 2026-12-20)."
    )
    with speaking("zh"):
        assert str(only(found, "floor").sentence) == (
            "少留现金 1,000.00（最低现金 19,000.00，备用金 0.00）：最多有 1,000.00 提前偿还（至 2026-12-20）。"
        )


def test_a_change_can_bring_the_end_nearer() -> None:
    # 20,200 at most on each of five dates; 21,200 on the same five would leave less than one more, and 101,000 / 20,200
    # is five: at 25,250 (50 units of 5,050 / 100 more) four are enough
    case = make_case(loan={"rate": "0%"}, opening="500000.00", months=8, unit="100.00", maximum_installment="24000.00")
    sooner = only(explain(case), "maximum_installment")
    # 24,000 takes five dates, the twentieth more (25,200) takes four: 100,000 / 25,200 < 4
    assert (sooner.months, f"{sooner.final_date}") == (1, "2027-03-20")
    assert "the last payment comes a month earlier, on 2027-03-20" in str(sooner.sentence)


def test_what_other_limits_hold_as_well_changes_nothing() -> None:
    case = make_case(opening="60000.00", monthly=["20000.00"] * 5, months=6, interest_every=1)
    made = plan(case)
    unchanged = effect(made, levers(case)["interest_every"])
    assert unchanged.interest == 0
    assert "nothing would change" in str(unchanged.sentence)


def impossible() -> Case:
    return make_case(loan={"rate": "0%"}, monthly=["30000.00"] * 3, months=4, unit="100.00")


def test_an_impossible_case_is_explained_by_its_conflict_and_its_remedies() -> None:
    found = explain(impossible())
    assert [line.clause for line in found.conflict] == ["", "floors", "maturity"]
    assert found.remedies is not None
    assert [remedy.pulls[0].lever for remedy in found.remedies.alone] == ["waiver"]
    assert not found.reasons
    assert not found.effects


def test_every_piece_of_work_is_told() -> None:
    told: list[int] = []
    explain(impossible(), told.append)
    assert told == [len(told)] * len(told)
    told.clear()
    found = explain(make_case(opening="60000.00", monthly=["20000.00"] * 5, months=6), told.append)
    assert told == [len(found.effects)] * len(found.effects)


def test_what_there_is_no_time_for_is_named_and_not_called_helpless() -> None:
    found = remedies(impossible(), watch=Watch(0.0))
    assert (found.helpless, found.alone, found.mix) == ((), (), None)
    assert set(found.untried) == {*levers(impossible()), "mix"}


def test_no_time_for_a_plan_is_no_reason_why_there_is_none() -> None:
    found = explain(impossible(), time_limit=0.0)
    assert found.plan.status == "failed"
    assert (found.conflict, found.remedies) == ((), None)
    assert set(found.untried) == {*levers(impossible()), "mix"}
    screen = Console(record=True, width=100)
    show_explanation(found, screen)
    said = screen.export_text()
    assert "No plan was found within 0 seconds" in said
    assert "There was no time for: " in said
    assert "Why there is no plan" not in said


def test_a_change_that_there_is_no_time_for_is_not_said_to_have_no_plan() -> None:
    case = make_case(opening="60000.00", monthly=["20000.00"] * 5, months=6)
    with pytest.raises(OutOfTimeError):
        effect(plan(case), levers(case)["floor" if "floor" in levers(case) else "months"], Watch(0.0))
    again = explain(case, time_limit=60.0)
    assert again.untried == ()
    assert again.effects == explain(case).effects
