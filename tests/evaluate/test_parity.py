"""The compiled core against its reference, blocks against the whole, and both against loan ledgers and plain Python."""

from __future__ import annotations

import random as chance
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from math import floor

import numpy as np
import pytest
from futures import noisy, setting_of, still, together
from greedy import greedy
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from making import make_case
from random_cases import cases

from repayplan.cases.models import Case
from repayplan.compliance.replay import Replay
from repayplan.debt.ledger import open_ledger
from repayplan.debt.order import ORDERS
from repayplan.errors import InputError
from repayplan.evaluate import compiled, reference
from repayplan.evaluate.bearing import Horizon
from repayplan.evaluate.core import evaluate
from repayplan.evaluate.kernels import run_cases
from repayplan.evaluate.outcome import Run
from repayplan.evaluate.setting import NEVER, Drawn, Hazard, Setting, stack

SCENARIOS = 7


def prepared(case: Case, seed: int, size: float) -> tuple[Replay, Setting, Horizon, Drawn]:
    """A schedule of a case and noisy futures."""
    draw = chance.Random(seed)
    try:
        found = greedy(case, lambda: draw.choice([0.0, 0.6, 1.0]))
    except InputError:
        assume(False)
        raise
    setting, over, keys = setting_of(found)
    return found, setting, over, noisy(still(found, over, keys, SCENARIOS), np.random.default_rng(seed), size)


def costly(setting: Setting, seed: int) -> Setting:
    """Enforcement takes part of the collateral, and pursuing a default costs something, or more than it brings."""
    kept, pursuit = [(1.0, 0.0), (0.9, 500_00.0), (0.5, 5_000_00.0), (0.0, 1e12)][seed % 4]
    return replace(setting, worth=replace(setting.worth, kept=np.array([kept]), pursuit=np.array([pursuit])))


def same(one: Run, other: Run) -> None:
    """Payments and cash to the cent, values to the last digits."""
    assert one.traces is not None
    assert other.traces is not None
    for name in ("cash", "debt", "arrears", "paid"):
        np.testing.assert_array_equal(getattr(one.traces, name), getattr(other.traces, name))
    same_fates(one, other)


def same_fates(one: Run, other: Run) -> None:
    """How it ends: stages, and values to the last digits."""
    for name in ("missed", "defaulted"):
        np.testing.assert_array_equal(getattr(one.fates, name), getattr(other.fates, name))
    for name in ("value", "cover", "pursued"):
        np.testing.assert_allclose(getattr(one.fates, name), getattr(other.fates, name), rtol=1e-12, atol=1e-6)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(cases(), st.integers(0, 2**32)), min_size=1, max_size=3), st.sampled_from([0.05, 0.4, 0.9]))
def test_compiled_and_reference_are_the_same_over_ragged_cases(drawn: list[tuple[Case, int]], size: float) -> None:
    made = [
        (plan, costly(setting, seed), *rest)
        for case, seed in drawn
        for plan, setting, *rest in [prepared(case, seed, size)]
    ]
    whole, futures = stack([each[1] for each in made]), together([each[3] for each in made])
    hazards: tuple[Hazard, ...] = ("weight", "arrears")
    for hazard in hazards:
        found = reference.run(whole, futures, hazard, traced=True)
        same(compiled.run(whole, futures, hazard, traced=True, workers=2), found)
        for number, (_, setting, over, alone) in enumerate(made):  # padding changes nothing
            single = reference.run(setting, alone, hazard, traced=True)
            assert single.traces is not None
            assert found.traces is not None
            np.testing.assert_array_equal(found.traces.paid[number, : len(over.days)], single.traces.paid[0])
            np.testing.assert_array_equal(found.fates.defaulted[number], single.fates.defaulted[0])
            np.testing.assert_allclose(found.fates.value[number], single.fates.value[0], rtol=1e-12, atol=1e-6)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(cases(), st.integers(0, 2**32)), min_size=1, max_size=3), st.data())
def test_what_is_told_of_some_stages_is_what_the_whole_course_says(
    drawn: list[tuple[Case, int]], data: st.DataObject
) -> None:
    """Also where a stage is asked for twice, and where every loan is clear before the last one; what is paid is told of
    the bank's own loans alone."""
    made = [prepared(case, seed, 0.4) for case, seed in drawn]
    whole, futures = stack([each[1] for each in made]), together([each[3] for each in made])
    asked = [
        sorted(data.draw(st.lists(st.integers(0, len(over.days) - 1), min_size=4, max_size=4)))
        for _, _, over, _ in made
    ]
    tell = np.array(asked)
    hazards: tuple[Hazard, ...] = ("weight", "arrears")
    for hazard in hazards:
        course = reference.run(whole, futures, hazard, traced=True).traces
        brief = reference.run(whole, futures, hazard, tell=tell)
        found = compiled.run(whole, futures, hazard, tell=tell)
        assert course is not None
        assert brief.told is not None
        assert found.told is not None
        at = tell[:, :, None]
        for name in ("debt", "arrears"):
            wanted = np.take_along_axis(getattr(course, name), at, axis=1)
            np.testing.assert_array_equal(getattr(brief.told, name), wanted)
            np.testing.assert_array_equal(getattr(found.told, name), wanted)
        np.testing.assert_array_equal(found.told.paid, brief.told.paid)
        whole_paid = np.take_along_axis(np.cumsum(course.paid, axis=1), at, axis=1)
        alone = np.array([all(loan.lender is None for loan in case.loans) for case, _ in drawn])
        np.testing.assert_array_equal(found.told.paid[alone], whole_paid[alone])
        assert (found.told.paid <= whole_paid).all()
        same_fates(brief, compiled.run(whole, futures, hazard))
        plain = compiled.run(whole, futures, hazard).fates
        np.testing.assert_array_equal(found.fates.value, plain.value)
        np.testing.assert_array_equal(found.fates.defaulted, plain.defaulted)


def test_it_is_compiled_once() -> None:
    assert len(run_cases.signatures) <= 1


def shop(months: int = 6, **policy: object) -> Case:
    """Two loans, a shop, a guarantor and pledged stock."""
    loans = [
        {"principal": "30000.00", "collateral": "9000.00", "interest": "250.00", "compound_rate": "9%"},
        {"principal": "12000.00", "rate": "7.2%", "fees": "120.00"},
    ]
    apart = {"pledged": {"2027-01-15": "2500.00"}, "guaranteed": {"2027-02-15": "3000.00"}}
    terms = {"hazard": "1%", "recovery": "30%", "arrears": "keep", "months": months}
    return make_case(loans=loans, opening="2000.00", monthly=["6500.00"] * months, **apart, **terms, **policy)


@pytest.mark.parametrize("cells", [1, 97, 400, 10**9])
@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_blocks_and_workers_change_nothing(cells: int, engine: str) -> None:
    made = [prepared(shop(months), seed, 0.4) for months, seed in ((4, 1), (6, 2), (5, 3))]
    whole, futures = stack([each[1] for each in made]), together([each[3] for each in made])
    told: list[int] = []
    once = evaluate(whole, futures, hazard="arrears", engine="numpy", bands=True)
    found = evaluate(
        whole, futures, hazard="arrears", engine=engine, bands=True, cells=cells, workers=2, told=told.append
    )
    assert len(told) == told[0]
    assert found.engine == engine
    for name in ("value", "missed", "defaulted", "cover", "pursued"):
        np.testing.assert_array_equal(getattr(found.fates, name), getattr(once.fates, name))
    assert found.bands is not None
    assert once.bands is not None
    for item in fields(once.bands):
        np.testing.assert_array_equal(getattr(found.bands, item.name), getattr(once.bands, item.name))


def test_futures_are_drawn_block_by_block() -> None:
    _, setting, _, futures = prepared(shop(), 5, 0.4)
    asked: list[tuple[int, int]] = []

    def draw(block: slice, first: int, count: int) -> Drawn:
        asked.append((first, count))
        parts = {item.name: getattr(futures, item.name) for item in fields(Drawn)}
        return Drawn(**{k: None if v is None else v[block][..., first : first + count] for k, v in parts.items()})

    found = evaluate(setting, draw, SCENARIOS, cells=3 * setting.shape[1])
    assert asked == [(0, 3), (3, 3), (6, 1)]
    np.testing.assert_array_equal(found.fates.value, evaluate(setting, futures).fates.value)
    with pytest.raises(ValueError, match="how many"):
        evaluate(setting, draw)


@settings(max_examples=40)
@given(cases(), st.integers(0, 2**32), st.sampled_from([0.1, 0.6]))
def test_ledgers_and_plain_python_say_the_same(case: Case, seed: int, size: float) -> None:
    found, setting, over, futures = prepared(case, seed, size)
    # ledgers know neither penalty on what a plan leaves overdue nor rates that move
    endless = replace(setting.debts, planned=np.full_like(setting.debts.planned, np.inf))
    futures = replace(futures, shift=None)
    told = reference.run(replace(setting, debts=endless), futures, "weight", traced=True)
    assert told.traces is not None
    for scenario in range(2):
        rows = list(twin(found, setting, over, futures, scenario))
        for name, column in zip(("paid", "cash", "debt", "arrears"), zip(*rows, strict=True), strict=True):
            assert getattr(told.traces, name)[0, :, scenario].astype(int).tolist() == list(column), name


def twin(
    found: Replay, setting: Setting, over: Horizon, futures: Drawn, scenario: int
) -> Iterator[tuple[int, int, int, int]]:
    """Paid, cash, the bank's debt and its arrears stage by stage, in integers and by the loans' own ledgers."""
    case, terms = found.case, found.terms
    loans = [next(loan for loan in case.loans if loan.id == name) for name in setting.loans[0]]
    books = [open_ledger(loan, case.as_of, terms.arrears, over.pays, ORDERS[terms.order]) for loan in loans]
    accounts = list(zip(setting.account_loan[0].tolist(), setting.blocked[0].tolist(), strict=True))
    cash, left, arrears = int(setting.opening[0]), [0] * len(accounts), [0] * len(books)
    for stage, day in enumerate(over.days):
        cash += int(futures.own[0, stage, scenario])
        for number, (loan, blocked) in enumerate(accounts):
            left[number] += int(futures.apart[0, stage, number, scenario])
            if blocked and not books[loan].debt:
                cash, left[number] = cash + left[number], 0
        due = []
        for number, book in enumerate(books):
            book.advance(day)
            wanted = int(setting.schedule[0, stage, number]) + arrears[number]
            due.append(book.debt if stage >= setting.clears[0, number] else min(wanted, book.debt))
        open_ = list(due)
        for number, (loan, _) in enumerate(accounts):
            for place in range(len(books)) if loan < 0 else [loan]:
                taken = min(left[number], open_[place])
                open_[place], left[number] = open_[place] - taken, left[number] - taken
        stopped = futures.stops is not None and stage >= futures.stops[0, scenario]
        room = 0 if stopped else max(cash - int(terms.floor), 0)
        total = 0
        if setting.alike[0] and sum(open_):
            shares = [floor(part * min(room / sum(open_), 1.0)) for part in open_]
            open_ = [part - share for part, share in zip(open_, shares, strict=True)]
            cash, room = cash - sum(shares), room - sum(shares)
        for number, book in enumerate(books):
            own = min(open_[number], room)
            cash, room, arrears[number] = cash - own, room - own, open_[number] - own
            total += due[number] - arrears[number]
            book.pay(day, due[number] - arrears[number])
        for number, (loan, blocked) in enumerate(accounts):
            if blocked and not books[loan].debt:
                cash, left[number] = cash + left[number], 0
        mine = [number for number, loan in enumerate(loans) if loan.lender is None]
        yield total, cash, sum(books[number].debt for number in mine), sum(arrears[number] for number in mine)


def single(months: int = 9, **policy: object) -> Case:
    """One loan, paid on the 20th, so that month ends come between; cash that is short now and then."""
    terms = {"hazard": "1%", "recovery": "30%", "months": months, **policy}
    loans = [{"principal": "30000.00", "collateral": "9000.00", "interest": "250.00", "compound_rate": "9%"}]
    return make_case(loans=loans, opening="2000.00", monthly=["4500.00"] * months, arrears="keep", **terms)


@pytest.mark.parametrize("hazard", ["weight", "arrears"])
@pytest.mark.parametrize("traced", [True, False])
def test_the_usual_setting_has_a_kernel_of_its_own_that_does_the_same(
    monkeypatch: pytest.MonkeyPatch, hazard: Hazard, traced: bool
) -> None:
    made = [prepared(single(months), seed, 0.6) for months, seed in ((9, 1), (4, 2), (7, 3))]
    whole, futures = stack([each[1] for each in made]), together([each[3] for each in made])
    futures = replace(futures, shift=None, stops=None)
    assert not whole.debts.books.all()
    assert compiled._usual(whole, futures).all()
    found = compiled.run(whole, futures, hazard, traced=traced)
    monkeypatch.setattr(compiled, "_usual", lambda setting, _: np.zeros(setting.shape[0], dtype=bool))
    for other in (
        compiled.run(whole, futures, hazard, traced=True),
        reference.run(whole, futures, hazard, traced=True),
    ):
        for item in fields(found.fates):
            np.testing.assert_array_equal(getattr(found.fates, item.name), getattr(other.fates, item.name))
        if traced:
            same(found, other)
    assert (found.fates.missed >= 0).any()


@pytest.mark.parametrize("stops", [3, NEVER])
def test_only_what_is_usual_goes_to_that_kernel(stops: int) -> None:
    _, setting, _, futures = prepared(single(), 4, 0.4)
    futures = replace(futures, shift=None, stops=np.full((1, SCENARIOS), stops))
    assert compiled._usual(setting, futures).all() == (stops == NEVER)
    assert not compiled._usual(setting, replace(futures, shift=np.zeros_like(futures.own))).any()
    assert not compiled._usual(prepared(shop(), 4, 0.4)[1], futures).any()
    backwards = replace(setting, debts=replace(setting.debts, backwards=np.array([True])))
    assert not compiled._usual(backwards, futures).any()


@pytest.mark.parametrize("hazard", ["weight", "arrears"])
def test_what_is_done_early_ends_as_it_would_in_all_stages(hazard: Hazard) -> None:
    # plenty of cash in half of the futures, none in the others: clear or called long before the last stage
    _, setting, _, futures = prepared(single(4), 6, 0.1)
    own = futures.own.copy()
    own[..., ::2] += 1e6
    own[..., 1::2] = 0.0
    futures = replace(futures, own=own, shift=None, stops=None)
    whole = reference.run(setting, futures, hazard, traced=True)
    for early in (reference.run(setting, futures, hazard), compiled.run(setting, futures, hazard)):
        for item in fields(early.fates):
            np.testing.assert_array_equal(getattr(early.fates, item.name), getattr(whole.fates, item.name))


@pytest.mark.parametrize("made", [single, shop])
def test_plans_of_one_borrower_share_its_cash(made: Callable[[], Case]) -> None:
    _, setting, _, futures = prepared(made(), 8, 0.4)
    later = replace(setting, schedule=np.roll(setting.schedule, 1, axis=1))
    whole = stack([setting, later])
    twice = {
        item.name: None if (value := getattr(futures, item.name)) is None else np.concatenate([value, value])
        for item in fields(Drawn)
    }
    copied = compiled.run(whole, Drawn(**twice), "arrears", traced=True)
    twice["own"] = np.broadcast_to(futures.own, twice["own"].shape)
    same(compiled.run(whole, Drawn(**twice), "arrears", traced=True), copied)
