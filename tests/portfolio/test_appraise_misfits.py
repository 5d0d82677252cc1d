"""Options that do not fit a borrower, and a batch that breaks down: nothing is lost, and nothing is silent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from portfolios import borrower, menu, settings

from repayplan.planning.batch.asks import Ask
from repayplan.portfolio import appraise as module
from repayplan.portfolio.appraise import appraise

SHORT_AND_LONG = [{"shapes": ["level"], "installments": [6, 36]}]
PINNED = {"fixed_payments": [{"date": "2027-12-20", "amount": "1000.00"}]}
"""A payment that a plan of six installments has no date for."""


def test_an_option_that_does_not_fit_takes_no_other_with_it() -> None:
    found = appraise([borrower(policy=PINNED)], menu(plans=SHORT_AND_LONG, treatments=["do_nothing"]), settings())
    assert found.options["option"].to_pylist() == ["level-36", "do_nothing"]
    assert not found.failures
    assert found.counts["does not fit"] == 1
    (note, concerned) = next(iter(found.notes.items()))
    assert note.startswith("level-6: ")
    assert "after the end" in note
    assert concerned == ["B-1"]


def test_a_borrower_to_whom_nothing_fits_is_set_aside_with_the_reason() -> None:
    only = [{"shapes": ["level"], "installments": [6]}]
    found = appraise([borrower(policy=PINNED)], menu(plans=only), settings())
    assert found.options.num_rows == 0
    assert [(failure.case, "after the end" in failure.reason) for failure in found.failures] == [("B-1", True)]


def broken(asks: Sequence[Ask], **_: Any) -> Any:
    if len(asks) > 1:
        raise AssertionError("a row too many")
    return plan_batch(asks)


plan_batch = module.plan_batch


def test_a_batch_that_breaks_down_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "plan_batch", broken)
    two = [borrower("B-1"), borrower("B-2")]
    found = appraise(two, menu(plans=[{"shapes": ["level"], "installments": [12]}]), settings())
    assert found.options.num_rows == 2
    assert found.counts["planned in smaller batches"] == 2
    assert found.notes == {"planned in smaller batches: AssertionError: a row too many": ["B-1", "B-2"]}


def test_want_of_memory_sets_nobody_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(_: Sequence[Ask], **__: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(module, "plan_batch", short)
    with pytest.raises(MemoryError):
        appraise([borrower()], menu(plans=[{"shapes": ["level"], "installments": [12]}]), settings())


def test_what_a_failure_says_is_the_same_in_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise AssertionError(f"what is {object()}?")

    monkeypatch.setattr(module, "rate_case", failing)
    monkeypatch.setattr(module, "resolve", failing)
    found = appraise([borrower()], menu(plans=[{"shapes": ["level"], "installments": [12]}]), settings())
    assert "what is <object object at 0x…>?" in found.failures[0].reason
