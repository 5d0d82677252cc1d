"""Lanes of one borrower: what is shared between its plans changes nothing."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from portfolios import borrower, menu

from repayplan.planning.batch.plan import plan_batch
from repayplan.portfolio.cutting import first_stages
from repayplan.portfolio.lanes import Lane, ending, plan_lanes, untreated
from repayplan.portfolio.planner import ask_for
from repayplan.portfolio.variants import planned_variant
from repayplan.problem.terms import resolve
from repayplan.rules.treatments import treatments


def same(first: object, second: object, place: str = "setting") -> None:
    for item in fields(first):  # type: ignore[arg-type]
        a, b = getattr(first, item.name), getattr(second, item.name)
        if isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b, err_msg=f"{place}.{item.name}")
        elif isinstance(a, tuple):
            assert a == b, f"{place}.{item.name}"
        else:
            same(a, b, f"{place}.{item.name}")


def test_plans_of_one_borrower_share_what_loans_bear_and_nothing_else() -> None:
    """Every lane is, to the last bit, what it is when its plan is alone."""
    book = borrower(loan={"collateral": "20000.00", "waiver": {"penalty": "100.00", "conditional": True}})
    offer = menu(
        plans=[{"shapes": ["level", "free"], "installments": [12, 24, 36], "concessions": ["none", "relief", "cut"]}],
        concessions=[
            {"name": "relief", "waive_penalty": "100%", "grace_months": 3},
            {"name": "cut", "rate_cut": "1%"},
        ],
        white_list=[{}],
    )
    terms = resolve(book.case)
    made = []
    for option in offer.plan_options:
        variant = planned_variant(book.case, terms, option)
        assert variant is not None
        made.append(ask_for(variant, option))
    planned = [(asked, found) for asked, found in zip(made, plan_batch(made), strict=True) if found.planned]
    assert len(planned) > 12
    together = plan_lanes(planned)
    for lane, pair in zip(together, planned, strict=True):
        alone: Lane = plan_lanes([pair])[0]
        assert lane.days == alone.days
        same(lane.setting, alone.setting)


def test_what_treatments_start_from_does_not_depend_on_the_plans_beside_them() -> None:
    """Through the stage in which a treatment may end, with a plan's stages and without."""
    for policy in ({}, {"payment_every": 3}, {"liquidation_floor": {"delay_months": 18}, "arrears": "keep"}):
        book = borrower(loan={"collateral": "20000.00", "rate_after_signing": "3.00%"}, policy=policy)
        offer = menu(
            plans=[{"shapes": ["level"], "installments": [24], "concessions": ["relief"]}],
            concessions=[{"name": "relief", "waive_penalty": "100%", "grace_months": 3}],
        )
        variant = planned_variant(book.case, resolve(book.case), offer.plan_options[0])
        assert variant is not None
        alone, beside = untreated(book.case, 36), untreated(book.case, 36, ask_for(variant, offer.plan_options[0]))
        ends = ending(alone, treatments().kinds["do_nothing"]["low"])
        assert alone.over.days[: ends + 1] == beside.over.days[: ends + 1]
        first, second = (first_stages(each.setting, ends + 1) for each in (alone, beside))
        same(
            replace(first, deadline=second.deadline, worth=replace(first.worth, survival=second.worth.survival)), second
        )
