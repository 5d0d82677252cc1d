"""The use case: what comes out holds every limit and passes verify, and fares better where it was not made for."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from making import make_case
from rich.console import Console

from repayplan.cases.models import Case
from repayplan.cases.readers import read_case
from repayplan.errors import InputError
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import Plan
from repayplan.planning.robust.attempts import Ground
from repayplan.planning.robust.confidence import at_most, fewest_futures, most_misses
from repayplan.planning.robust.judging import misses, tried
from repayplan.planning.robust.plan import Robust, or_by_aversion, robust_plan
from repayplan.planning.robust.samples import JUDGED_ON, TUNED_ON, Samples
from repayplan.planning.robust.wish import Wish
from repayplan.planning.stress import stress
from repayplan.planning.verify import verify
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import resolve
from repayplan.report.terminal import show_plan
from repayplan.solvers.chain import Chain

SCENARIOS = Path(__file__).parents[3] / "scenarios"


def shop(**given: Any) -> Case:
    """A shop that brings 12,000 a month, and a year more than it needs to repay 100,000 in."""
    usual: dict[str, Any] = {"monthly": ["12000.00"] * 20, "months": 20, "opening": "15000.00", "unit": "100.00"}
    return make_case(**{**usual, "hazard": "1%", "recovery": "20%", **given})


def judged(case: Case, wish: Wish) -> Robust:
    made = robust_plan(case, wish)
    assert made.plan.status in ("optimal", "feasible")
    assert [finding for finding in verify(plan_file(made.plan)) if finding.result == "fail"] == []
    return made


def due(made: Plan) -> dict[Any, int]:
    """What is to have been paid by each day; cents."""
    days = sorted({row.date for row in made.installments})
    return {day: sum(row.payment for row in made.installments if row.date <= day) for day in days}


@pytest.mark.parametrize("limits", [{}, {"cover": {"minimum": "1.10"}, "balloon": "40%", "step": "30%"}], ids=str)
def test_risk_aversion_misses_less_and_loses_less_in_the_worst_futures(limits: dict[str, Any]) -> None:
    made = judged(shop(**limits), Wish(risk_aversion=2.0, scenarios=200))
    assert made.holds
    assert made.plan.status == "optimal"
    assert made.plan.proof.method.startswith("cutting planes over 200 futures, risk aversion 2;")
    assert made.trial is not None
    assert made.plain_trial is not None
    assert made.trial.missed.value < made.plain_trial.missed.value
    said = [str(finding.sentence) for finding in made.plan.findings if finding.rule == "robust"]
    assert f"{made.trial.missed.value:.1%}" in said[0]
    assert f"{made.plain_trial.missed.value:.1%}" in said[0]


@pytest.mark.parametrize("name", ["construction", "logistics"])
def test_amounts_are_whole_units_but_those_that_settle_a_loan(name: str) -> None:
    """With the least slack alone construction pays 0.02 on a day, and interest to the cent on others."""
    made = robust_plan(read_case(SCENARIOS / name / "case.yaml"), Wish(scenarios=100))
    assert made.plan.status == "optimal"
    unit = made.plan.terms.unit
    assert [row for row in made.plan.installments if row.payment % unit and row.debt_after] == []


def test_it_is_judged_as_a_stress_test_judges_it() -> None:
    """Arrears decide on default: that penalty comes in late is no gain where the borrower fails."""
    case, wish = shop(hazard="0%"), Wish(scenarios=200)
    made = robust_plan(case, wish)
    for one, trial in ((made.plan, made.trial), (made.plain, made.plain_trial)):
        assert trial is not None
        assert trial.hazard == "arrears"
        again = stress(plan_file(one), trial.drawing, [], hazard="arrears")
        assert (again.missed, again.recovery) == (trial.missed, trial.recovery)


def test_a_bound_on_misses_holds_out_of_sample_at_its_confidence() -> None:
    """The bound is 10 %: the plan is tuned until at most 12 of 200 futures of a second sample miss it (by Clopper and
    Pearson 9.5 % at most, with 13 it would be 10.1 %), and in third samples it stays below 10 %."""
    assert most_misses(0.10, 200, 0.95) == 12
    case = shop()
    made = judged(case, Wish(max_miss=0.10, scenarios=200))
    assert made.holds
    assert "given up" in made.plan.proof.method
    terms = resolve(case)
    for seed in (5, 6):
        samples = Samples.of(case, terms, assemble(case, terms), 500, seed, "plain")
        assert misses(tried(made.plan, samples, JUDGED_ON)) / 500 <= 0.10


def test_a_bound_that_cannot_be_kept_says_so_and_gives_the_least_missed() -> None:
    """Eight months of 12,000 and 15,000 at hand, for a debt of 100,000: many futures bring less than the debt."""
    made = judged(shop(months=9, monthly=["12000.00"] * 9), Wish(max_miss=0.04, scenarios=100))
    assert not made.holds
    failed = [finding for finding in made.plan.findings if finding.rule == "robust" and finding.result == "fail"]
    assert len(failed) == 1
    assert "No plan was found that is missed with a probability of 4.0% at most" in str(failed[0].sentence)


def test_where_no_choice_of_futures_keeps_the_bound_the_plan_by_aversion_stands_if_it_is_missed_less_often() -> None:
    """The plain plan stands for what came of giving up futures: as if missed in all 100 of them, then as if never."""
    case, chain = shop(), Chain()
    terms = resolve(case)
    problem = assemble(case, terms)
    ground = Ground.of(case, terms, problem, Samples.of(case, terms, problem, 100, 1, "plain"), chain)
    plain = plan(case)
    missed, made = or_by_aversion(ground, (100, plain))
    assert missed == misses(tried(made, ground.samples, TUNED_ON)) < 100
    assert "risk aversion" in made.proof.method
    assert (made.status, made.proof.gap, made.proof.unproven is None) == ("feasible", None, False)
    assert or_by_aversion(ground, (0, plain)) == (0, plain)


def test_without_any_plan_the_plain_answer_stands() -> None:
    made = robust_plan(shop(months=3, monthly=["12000.00"] * 3), Wish(scenarios=100))
    assert made.plan.status == "infeasible"
    assert made.plan.installments == plan(shop(months=3, monthly=["12000.00"] * 3)).installments
    assert (made.trial, made.holds) == (None, False)


def test_the_same_seed_makes_the_same_plan_and_another_seed_other_futures() -> None:
    one, two = (robust_plan(shop(), Wish(scenarios=100, seed=3)) for _ in range(2))
    assert one.plan.installments == two.plan.installments
    assert one.trial is not None
    assert two.trial is not None
    assert np.array_equal(one.trial.evaluation.fates.value, two.trial.evaluation.fates.value)
    other = robust_plan(shop(), Wish(scenarios=100, seed=4)).trial
    assert other is not None
    assert not np.array_equal(one.trial.evaluation.fates.value, other.evaluation.fates.value)


def test_several_loans_and_a_guarantor() -> None:
    loans = [{"principal": "60000.00"}, {"principal": "30000.00", "rate": "7.20%"}]
    case = shop(loans=loans, guaranteed={"2027-03-15": "20000.00"})
    made = judged(case, Wish(scenarios=100))
    assert {row.loan for row in made.plan.installments} == {"L1", "L2"}
    bounded = judged(case, Wish(max_miss=0.3, scenarios=100))
    assert bounded.plan.installments


@pytest.mark.parametrize("shape", ["level", "level_principal", "seasonal"])
def test_shapes_are_kept(shape: str) -> None:
    made = judged(shop(shape=shape), Wish(scenarios=60))
    assert made.plan.installments


@pytest.mark.parametrize("prefer", ["smoothest", "fewest"])
def test_preferences_do_not_run_ahead_of_the_robust_schedule(prefer: str) -> None:
    robust = judged(shop(), Wish(scenarios=60, risk_aversion=3.0))
    made = judged(shop(prefer=prefer, tolerance="0.5%"), Wish(scenarios=60, risk_aversion=3.0))
    earliest, last = due(robust.plan), max(due(robust.plan))
    slack = 12 * 10_000
    for day, cents in due(made.plan).items():
        if day < last:
            assert cents <= max((paid for known, paid in earliest.items() if known <= day), default=0) + slack


def test_shares_of_receipts_are_searched_and_called_unproven() -> None:
    items = {"2026-12-10": "40000.00", "2027-02-10": "50000.00", "2027-04-10": "80000.00"}
    case = make_case(milestones=items, months=8, shape="milestone_share", hazard="1%")
    made = judged(case, Wish(scenarios=60))
    assert made.plan.status == "feasible"
    assert made.plan.proof.gap is None
    assert made.plan.proof.method.startswith("search over")
    assert made.plan.rules
    none_better = [finding for finding in made.plan.findings if "None of the smaller shares" in str(finding.sentence)]
    assert bool(none_better) == (made.plan.rules == made.plain.rules)
    bounded = judged(case, Wish(scenarios=60, max_miss=0.5))
    assert bounded.plan.rules


def test_debts_paid_alike_at_different_rates_are_refused() -> None:
    loans = [
        {"principal": "60000.00", "overdue_principal": "10000.00", "interest": "5000.00"},
        {"principal": "30000.00", "rate": "7.20%", "interest": "2000.00", "compound_rate": "9%"},
    ]
    case = shop(loans=loans, allocation="pari_passu", arrears="keep")
    assert not assemble(case, resolve(case)).provable
    with pytest.raises(InputError, match="paid alike"):
        robust_plan(case, Wish(scenarios=60))


def test_no_time_leaves_the_plain_answer() -> None:
    made = robust_plan(shop(), Wish(scenarios=60), time_limit=0.0)
    assert made.plan.status == "failed"
    assert not made.holds


def test_a_plain_plan_in_place_of_a_robust_one_is_called_so_at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("repayplan.planning.robust.plan._chosen", lambda *_: None)
    made = robust_plan(shop(), Wish(scenarios=60))
    assert (made.plan.status, made.holds, made.trial) == ("optimal", False, None)
    console = Console(record=True, width=100, file=StringIO())
    show_plan(made.plan, console)
    top = console.export_text().split("Schedule")[0]
    assert "No robust plan was found that holds every limit: this is the plain one" in top


@pytest.mark.parametrize(
    ("missed", "futures", "upper"),
    [(0, 100, 0.0295), (0, 59, 0.0495), (1, 100, 0.0466), (5, 100, 0.1023), (100, 100, 1.0)],
)
def test_bounds_of_clopper_and_pearson(missed: int, futures: int, upper: float) -> None:
    """Without a miss 1 − 0.05^(1/n): 0.0295 of 100, and 59 trials are the fewest for 5 %."""
    assert at_most(missed, futures, 0.95) == pytest.approx(upper, abs=5e-5)
    if missed == 0:
        assert at_most(0, futures, 0.95) == pytest.approx(1 - 0.05 ** (1 / futures))


def test_the_most_misses_are_those_that_still_keep_the_bound() -> None:
    assert most_misses(0.05, 58, 0.95) == -1  # not even none at all: 1 − 0.05^(1/58) = 5.03 %
    assert most_misses(0.05, 59, 0.95) == 0
    assert fewest_futures(0.05, 0.95) == 59
    for bound, futures in ((0.05, 1000), (0.2, 300)):
        most = most_misses(bound, futures, 0.95)
        assert at_most(most, futures, 0.95) <= bound < at_most(most + 1, futures, 0.95)


def test_everything_wrong_with_a_wish_is_told_at_once() -> None:
    with pytest.raises(InputError) as error:
        Wish(risk_aversion=-1.0, max_miss=1.5, scenarios=10, method="sobol")
    assert len(error.value.faults) == 5


def test_a_bound_needs_as_many_futures_as_can_show_it() -> None:
    """0.99^n is no more than 5 % from n = 299 on."""
    with pytest.raises(InputError, match="so few futures") as error:
        Wish(max_miss=0.01, scenarios=298)
    assert "299" in str(error.value.faults[0].limit)
    assert Wish(max_miss=0.01, scenarios=299).fewest == 299


def test_where_none_is_found_time_is_not_blamed_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("repayplan.planning.robust.plan._chosen", lambda *_: None)
    made = robust_plan(shop(), Wish(scenarios=200))
    assert not made.holds
    assert (
        str(made.plan.findings[-1].sentence) == "No robust plan was found that holds every limit: this is the plain one"
    )


def test_where_nothing_keeps_the_bound_the_least_missed_is_shown_and_soon() -> None:
    """A contractor whose milestones are nearly always late: more futures are given up than the fewest in theory, until
    whole cents hold, and nobody waits for a search that cannot help."""
    made = robust_plan(read_case(SCENARIOS / "construction" / "case.yaml"), Wish(max_miss=0.10, scenarios=200))
    assert not made.holds
    assert made.trial is not None
    assert made.plain_trial is not None
    assert made.trial.missed.value <= made.plain_trial.missed.value
    assert any(finding.rule == "robust" and finding.result == "fail" for finding in made.plan.findings)
