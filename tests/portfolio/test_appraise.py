"""Options of a chunk: planned, treated, evaluated; what cannot be appraised is set aside, the rest is as without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from portfolios import borrower, menu, settings

from repayplan.errors import InputError
from repayplan.forecast.futures import Drawing
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.stress import stress
from repayplan.portfolio import appraise as module
from repayplan.portfolio.appraise import Appraised, appraise
from repayplan.portfolio.clock import Clock
from repayplan.portfolio.planner import case_of
from repayplan.portfolio.settings import Settings
from repayplan.portfolio.tables import FALLS, options_schema, schedules_schema

LEVEL = [{"shapes": ["level"], "installments": [12]}]
TREATMENTS = ["remind", "visit", "agency", "enforce", "sell", "do_nothing"]


def rows(found: Appraised) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(row["case"], row["option"]): row for row in found.options.to_pylist()}


def test_tables_have_the_schemas_that_runs_and_coupling_rest_on() -> None:
    found = appraise([borrower()], menu(plans=LEVEL, treatments=TREATMENTS), settings())
    assert not found.failures
    assert found.options.schema == options_schema()
    assert found.schedules.schema == schedules_schema()
    assert found.options["option"].to_pylist() == ["level-12", *TREATMENTS]
    assert found.options["kind"].to_pylist() == ["plan", *TREATMENTS]
    assert found.counts["offered"] == 7


def test_nothing_to_appraise_is_empty_tables() -> None:
    found = appraise([], menu(plans=LEVEL), settings())
    assert (found.options.num_rows, found.schedules.num_rows, found.failures) == (0, 0, [])
    assert found.options.schema == options_schema()


def test_a_plan_is_worth_what_stress_says_of_it() -> None:
    """The same futures by the same core: recovery, misses and defaults of `repayplan stress`, arrears deciding."""
    source = {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": "8900.00", "months": 84}
    book = borrower(loan={"collateral": "20000.00"}, cash={"sources": [source]})
    offer = menu(plans=LEVEL, effort="none")
    found = rows(appraise([book], offer, settings(scenarios=200)))["B-1", "level-12"]
    trial = stress(
        plan_file(plan(case_of(book.case, offer, "level-12"))),
        Drawing(1, 200),
        (),
        hazard="arrears",
        engine="numpy",
    )
    assert found["recovery"] == round(trial.recovery.value)
    assert found["miss"] == trial.missed.value
    assert trial.defaulted is not None
    assert found["default"] == trial.defaulted.value
    assert 0 < found["miss"] < 1


def test_a_borrower_does_not_depend_on_the_others_of_its_chunk() -> None:
    books = [borrower("B-1"), borrower("B-2", loan={"rate": "5.00%"}), borrower("B-3", policy={"rating": "high"})]
    offer = menu(plans=LEVEL, treatments=TREATMENTS)
    together = rows(appraise(books, offer, settings()))
    for book in books:
        alone = appraise([book], offer, settings())
        for key, row in rows(alone).items():
            how = {"gap", "solver"}  # how a plan is found and how closely it is proved may depend on its company
            assert {name: row[name] for name in row if name not in how} == {
                name: value for name, value in together[key].items() if name not in how
            }


def test_the_same_arguments_give_the_same_bytes() -> None:
    books = [borrower("B-1", loan={"collateral": "20000.00"}), borrower("B-2")]
    offer = menu(plans=LEVEL, treatments=TREATMENTS)
    first, second = (appraise(books, offer, settings()) for _ in range(2))
    assert first.options.equals(second.options)
    assert first.schedules.equals(second.schedules)
    other = appraise(books, offer, settings(seed=2))
    assert not first.options.equals(other.options)


def test_columns_of_the_overdue_balance_never_tell_more_than_there_is() -> None:
    offer = menu(
        plans=[{"shapes": ["level", "free"], "installments": [6, 24], "concessions": ["none", "relief"]}],
        concessions=[{"name": "relief", "waive_penalty": "100%", "waive_interest": "50%"}],
        treatments=TREATMENTS,
    )
    found = appraise([borrower()], offer, settings())
    for row in found.options.to_pylist():
        falls = np.array([row[name] for name in FALLS])
        assert (falls >= 0).all()
        assert (falls.sum(axis=0) <= row["overdue"]).all()
        assert (np.diff(falls[0]) >= 0).all(), "cash that has come does not go back"


def test_a_bad_borrower_is_set_aside_and_the_others_are_as_without_it() -> None:
    bad = borrower("B-2", row=3, cash={"sources": []})
    books = [borrower("B-1"), bad, borrower("B-3", row=4)]
    offer = menu(plans=LEVEL, treatments=TREATMENTS)
    found = appraise(books, offer, settings())
    without = appraise([books[0], books[2]], offer, settings())
    assert found.options.equals(without.options)
    assert found.schedules.equals(without.schedules)
    assert [(failure.case, failure.row, failure.table) for failure in found.failures] == [("B-2", 3, "borrowers")]
    assert found.failures[0].field == "cash.sources"
    assert found.failures[0].remedy


def test_a_failure_of_the_program_is_told_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = module.untreated

    def broken(case: Any, unsaid: int, like: Any) -> Any:
        if case.enterprise.id == "B-2":
            raise ZeroDivisionError("by design")
        return real(case, unsaid, like)

    monkeypatch.setattr(module, "untreated", broken)
    found = appraise([borrower("B-1"), borrower("B-2", row=3)], menu(treatments=["do_nothing"]), settings())
    assert found.options["case"].to_pylist() == ["B-1"]
    assert found.failures[0].case == "B-2"
    assert "the program failed: ZeroDivisionError: by design" in found.failures[0].reason


def test_a_failure_in_planning_is_found_borrower_by_borrower(monkeypatch: pytest.MonkeyPatch) -> None:
    real = module.plan_batch

    def broken(asks: Any) -> Any:
        if any(each.case.enterprise.id == "B-2" for each in asks):
            raise FloatingPointError("by design")
        return real(asks)

    monkeypatch.setattr(module, "plan_batch", broken)
    found = appraise([borrower("B-1"), borrower("B-2", row=3)], menu(plans=LEVEL), settings())
    assert found.options["case"].to_pylist() == ["B-1"]
    assert [failure.case for failure in found.failures] == ["B-2"]
    assert found.notes == {"planned in smaller batches: FloatingPointError: by design": ["B-1", "B-2"]}


def test_a_batch_that_fails_is_planned_in_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of eight borrowers the sixth fails: the batch, its second half and the first half of that."""
    real, asked = module.plan_batch, []

    def broken(asks: Any) -> Any:
        asked.append([each.case.enterprise.id for each in asks])
        if "B-6" in asked[-1]:
            raise FloatingPointError("by design")
        return real(asks)

    monkeypatch.setattr(module, "plan_batch", broken)
    books = [borrower(f"B-{number}", row=number + 1) for number in range(1, 9)]
    found = appraise(books, menu(plans=LEVEL), settings())
    assert found.options["case"].to_pylist() == [book.id for book in books if book.id != "B-6"]
    assert [len(batch) for batch in asked] == [8, 4, 4, 2, 1, 1, 2]
    assert found.counts["planned in smaller batches"] == 7  # of the sixth nothing is counted
    assert [(failure.case, failure.row) for failure in found.failures] == [("B-6", 7)]


def test_phases_are_timed_each_by_itself() -> None:
    clock = Clock()
    appraise([borrower()], menu(plans=LEVEL, treatments=TREATMENTS), settings(), clock)
    assert list(clock.seconds()) == ["assemble", "plan", "rows", "draw", "evaluate"]


def test_where_no_option_is_possible_the_borrower_is_set_aside_with_a_cure() -> None:
    poor = borrower(
        cash={"sources": [{"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": "10.00", "months": 9}]}
    )
    found = appraise([poor], menu(plans=LEVEL), settings())
    assert found.options.num_rows == 0
    assert found.failures[0].reason == "no option of the menu is possible for this borrower"
    assert "do_nothing" in found.failures[0].remedy
    offered = appraise([poor], menu(plans=LEVEL, treatments=["do_nothing"]), settings())
    assert offered.options["option"].to_pylist() == ["do_nothing"]
    assert offered.counts["infeasible"] == 1


def test_lists_of_the_menu_decide_what_is_open() -> None:
    offer = menu(
        plans=[{"shapes": ["level"], "installments": [12], "concessions": ["none", "cut"]}],
        concessions=[{"name": "cut", "rate_cut": "1%"}],
        treatments=["enforce", "do_nothing"],
        white_list=[{"cases": ["B-1"]}],
        black_list=[{"cases": ["B-2"], "allow": ["enforce"]}],
    )
    found = rows(appraise([borrower("B-1"), borrower("B-2"), borrower("B-3")], offer, settings()))
    assert [option for case, option in found if case == "B-1"] == ["level-12", "level-12-cut", "enforce", "do_nothing"]
    assert [option for case, option in found if case == "B-2"] == ["enforce"]
    assert [option for case, option in found if case == "B-3"] == ["level-12", "enforce", "do_nothing"]


def test_a_guarantor_is_called_where_there_is_one() -> None:
    guarantor = {"kind": "guarantor", "name": "Parent", "cap": "30000.00", "call_date": "2026-12-15"}
    source = {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": "15000.00", "months": 84}
    with_one = borrower(cash={"sources": [source, guarantor]})
    found = rows(appraise([with_one], menu(treatments=["guarantor", "do_nothing"]), settings(scenarios=200)))
    called = found["B-1", "guarantor"]
    assert 0 < called["fall_cash"][11] <= 30_000_00
    assert list(rows(appraise([borrower()], menu(treatments=["guarantor", "do_nothing"]), settings()))) == [
        ("B-1", "do_nothing")
    ]


def test_dominated_options_are_dropped_and_counted() -> None:
    """Enforcing without collateral brings less than nothing, and where no limit binds the rest nobody needs it."""
    offer = menu(plans=LEVEL, treatments=TREATMENTS)
    found = appraise([borrower()], offer, settings(keep_all=False, matters={}))
    assert found.options.num_rows == 1
    assert found.counts["dominated"] == 6
    assert set(found.schedules["option"].to_pylist()) <= set(found.options["option"].to_pylist())


def test_every_option_that_rests_on_the_example_table_says_so() -> None:
    offer = menu(plans=LEVEL, treatments=["do_nothing"])
    assert appraise([borrower()], offer, settings()).options["illustrative"].to_pylist() == [True, True]
    bare = offer.model_copy(update={"effort": "none"})
    assert appraise([borrower()], bare, settings()).options["illustrative"].to_pylist() == [False, True]


def test_settings_that_mean_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="month by month"):
        Settings(months=6)
    with pytest.raises(InputError, match="no such attribute"):
        Settings(matters={"luck": "more"})
    assert replace(Settings(), seed=3).seed == 3


def test_a_debt_that_is_cleared_sooner_than_the_last_date_has_a_plan_that_ends_sooner() -> None:
    """A debt of 1,000.00 and cash of 15,000.00 a month: one payment, not forty-eight."""
    small = {"principal": "0.00", "overdue_principal": "1000.00", "interest": "0.00", "penalty": "0.00"}
    book = borrower(loan=small, policy={"unit": "100.00"})
    found = appraise([book], menu(plans=[{"shapes": ["free"], "installments": [48]}]), settings())
    assert not found.failures
    assert found.schedules.num_rows == 1


def test_what_other_lenders_are_owed_is_not_the_banks() -> None:
    """Their loan is served out of the same cash, and is neither balance nor overdue, nor does what it gets count."""
    book = borrower()
    other = book.case.loans[0].model_copy(update={"id": "L2", "lender": "Another bank"})
    shared = replace(book, case=book.case.model_copy(update={"loans": (*book.case.loans, other)}))
    offer = menu(plans=[{"shapes": ["level"], "installments": [24]}], treatments=["do_nothing", "sell"])
    found, sole = (appraise([each], offer, settings(method="still", scenarios=2)) for each in (shared, book))
    two, one = rows(found), rows(sole)
    plan, alone = two["B-1", "level-24"], one["B-1", "level-24"]
    assert (plan["balance"], plan["overdue"]) == (100_000_00, 40_000_00)
    assert plan["recovery"] == pytest.approx(alone["recovery"], rel=0.02)
    paid = [each["payment"] for each in found.schedules.to_pylist() if each["loan"] == "L1"]
    for month, fallen in enumerate(
        plan["fall_cash"][1:], 1
    ):  # from 20 January on; interest is less than 400.00 a month
        most = min(sum(paid[:month]), 40_000_00)
        assert min(sum(paid[:month]) - 400_00 * (month + 1), 40_000_00) <= fallen <= most
    assert two["B-1", "sell"]["recovery"] == one["B-1", "sell"]["recovery"]
    assert two["B-1", "do_nothing"]["fall_cash"] == one["B-1", "do_nothing"]["fall_cash"]


EFFORT = {
    "plans": [{"shapes": ["level"], "installments": [24], "concessions": ["none", "best"]}],
    "concessions": [{"name": "best", "settle": "best"}],
}
"""A plan that settles in full, and one that pays as much as is best, which may be less."""


def earning(case: str, monthly: str) -> Any:
    source = {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": monthly, "months": 84}
    return borrower(case, cash={"sources": [source]})


def test_who_can_settle_in_full_is_offered_no_best_effort() -> None:
    """5,000.00 a month settle 100,000.00 in two years, 2,000.00 do not. Asked for its best, the first would be let off
    part of it for the lower hazard of a lower burden."""
    books = [earning("B-1", "5000.00"), earning("B-2", "2000.00")]
    found = appraise(books, menu(**EFFORT), settings())
    assert list(rows(found)) == [("B-1", "level-24"), ("B-2", "level-24-best")]
    assert rows(found)["B-1", "level-24"]["haircut"] == 0 < rows(found)["B-2", "level-24-best"]["haircut"]
    assert set(zip(*found.schedules.select(["case", "option"]).to_pydict().values(), strict=True)) == set(rows(found))
    assert (found.counts["infeasible"], found.counts["best effort not needed"]) == (1, 1)


def test_best_effort_is_offered_beside_a_plan_in_full_where_the_menu_says_so() -> None:
    always = appraise([earning("B-1", "5000.00")], menu(**EFFORT, settle_best="always"), settings())
    assert list(rows(always)) == [("B-1", "level-24"), ("B-1", "level-24-best")]
    assert rows(always)["B-1", "level-24-best"]["haircut"] > 0
    assert "best effort not needed" not in always.counts


def test_a_best_effort_that_leaves_nothing_is_a_plan_in_full() -> None:
    """15,000.00 a month: whatever is asked for, all of it is paid."""
    found = appraise([borrower("B-1")], menu(**EFFORT), settings())
    assert [row["haircut"] for row in found.options.to_pylist()] == [0, 0]
    assert "best effort not needed" not in found.counts
