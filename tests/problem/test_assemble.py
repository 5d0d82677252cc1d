"""From a case to arrays: stages, cash, floors, windows, factors."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from making import make_case, prepare

from repayplan.errors import InputError
from repayplan.problem.terms import resolve


def test_stages_are_payment_dates_and_month_ends() -> None:
    problem = prepare(make_case(months=2))[1]
    assert [f"{day}" for day in problem.days()] == [
        "2026-11-30",
        "2026-12-20",
        "2026-12-31",
        "2027-01-20",
        "2027-01-31",
    ]
    assert problem.pays.tolist() == [[False, True, False, True, False]]
    last_day = prepare(make_case(months=3, payment_day=31))[1]  # the last date within three months is 31 January
    assert [f"{day}" for day in last_day.days()] == ["2026-11-30", "2026-12-31", "2027-01-31"]


def test_cash_falls_into_the_stage_that_ends_on_its_day_or_after() -> None:
    problem = prepare(
        make_case(
            opening="10.00",
            monthly=["-1.00", "2.00"],
            milestones={"2026-12-20": "4.00", "2026-12-21": "8.00", "2027-01-20": "16.00"},
            months=2,
        )
    )[1]
    # 20 Dec in its own stage; 21 Dec and −1.00 on the 31st in the next; 20 Jan; 2.00 at the end of January
    assert problem.cash.inflow.tolist() == [[0, 400, 800, 1600, 200]]
    assert problem.cash.outflow.tolist() == [[0, 0, 100, 0, 0]]
    assert problem.cash.unpaid.tolist() == [[1000, 1400, 2100, 3700, 3900]]
    assert problem.cash.payable.tolist() == [[1000, 1400, 2100, 3700, 3900]]


def test_a_floor_falls_to_the_cash_there_is_and_the_gap_is_unfunded() -> None:
    problem = prepare(
        make_case(opening="50.00", floor="20.00", contingency="10.00", monthly=["-30.00", "100.00"], months=2)
    )[1]
    assert problem.cash.unpaid.tolist() == [[5000, 5000, 2000, 2000, 12000]]
    assert problem.cash.floor.tolist() == [[3000, 3000, 2000, 2000, 3000]]
    assert problem.cash.unfunded.tolist() == [[0, 0, 1000, 1000, 0]]
    assert problem.cash.payable.tolist() == [[0, 0, 0, 0, 9000]]  # nothing may be paid before the gap is closed
    assert problem.cash.carried.tolist() == [[2000, 2000, 2000, 0, 0, 9000]]


def test_cover_windows() -> None:
    cash = {"opening": "5.00", "monthly": ["10.00"] * 3, "milestones": {"2027-01-05": "40.00"}, "months": 4}
    period = prepare(make_case(**cash, cover={"minimum": "1.20", "window": "period"}))[1].cover
    paid = [1, 3, 5, 7]  # stages of the payment dates
    assert period.start[0, paid].tolist() == [0, 2, 4, 6]
    assert period.cash[0, paid].tolist() == [0, 5000, 1000, 1000]
    since = prepare(make_case(**cash, cover={"minimum": "1.20", "window": "since_receipt", "carry": "50%"}))[1].cover
    assert since.start[0, paid].tolist() == [0, 3, 4, 6]
    assert since.cash[0, paid].tolist() == [0, 4000, 1000, 1000]
    assert since.carry.tolist() == [1.0]  # what was there before the last receipt is all there is: it counts in full
    rolling = prepare(make_case(**cash, cover={"minimum": "1.20", "window": "rolling", "months": 2}))[1].cover
    assert rolling.start[0, paid].tolist() == [0, 0, 2, 4]  # stages after the same day two months before
    assert rolling.cash[0, paid].tolist() == [0, 5000, 6000, 2000]
    off = prepare(make_case(**cash))[1].cover
    assert np.isnan(off.minimum).all()


def test_survival_and_discount_factors() -> None:
    problem = prepare(make_case(months=2, hazard="10%", discount_rate="7.20%", delay="allow"))[1]
    # whole months on the 20th; ten and eleven thirty-firsts of a month more at the month ends
    months = [10 / 30, 1, 1 + 11 / 31, 2, 2 + 11 / 31]
    assert problem.value.survival[0] == pytest.approx([0.9**count for count in months])
    assert problem.value.discount[0] == pytest.approx([1, 1 / 1.006, 1 / 1.006, 1 / 1.006 / 1.0062, 1 / 1.006 / 1.0062])
    assert problem.value.contract[0, -1] == pytest.approx(1 / 1.003 / 1.0031)


def test_tightening_takes_a_margin_from_every_limit() -> None:
    problem = prepare(
        make_case(opening="100.00", floor="20.00", monthly=["10.00"], months=2, cover={"minimum": "1.25"})
    )[1]
    tight = problem.tightened(400)
    assert (tight.cash.floor - problem.cash.floor == 400).all()
    assert tight.cover.cash[0, 3] == problem.cover.cash[0, 3] - 500
    assert tight.limits.margin.tolist() == [400]
    assert (tight.cash.payable == problem.cash.payable - 400).all()


def test_arrays_cannot_be_written_to() -> None:
    problem = prepare(make_case())[1]
    with pytest.raises(ValueError, match="read-only"):
        problem.cash.inflow[0, 0] = 1


def test_gaps_in_the_policy_are_filled_from_the_defaults_and_named() -> None:
    case = make_case(opening="1.00", monthly=["10.00"] * 3)
    bare = case.model_copy(update={"policy": type(case.policy)()})
    terms = resolve(bare)
    used = {default.field for default in terms.defaults}
    assert {"months", "payment_day", "step", "balloon", "unit", "cover_minimum", "interest_every"} <= used
    assert terms.maturity == dt.date(2029, 11, 20)
    assert terms.first_payment == dt.date(2026, 12, 20)  # the first settlement day thirty days away
    assert (terms.unit, str(terms.step), str(terms.balloon)) == (10_000, "0.25", "0.2")
    lumpy = resolve(make_case(milestones={"2027-03-31": "90.00"}, step=None, balloon=None, cover=None))
    assert (lumpy.step, lumpy.balloon, lumpy.cover_window) == (None, None, "since_receipt")
    later = resolve(bare.model_copy(update={"as_of": dt.date(2026, 11, 21)}))
    assert later.first_payment == dt.date(2027, 1, 20)  # 20 December is 29 days away


def test_a_number_of_installments_leaves_dates_out_and_so_allows_jumps() -> None:
    # a step of 25 % that nobody asked for would forbid every payment after a date that is left out
    common = {"opening": "1.00", "monthly": ["10.00"] * 12, "months": 12, "installments": 4}
    counted = resolve(make_case(step=None, **common))
    assert counted.step is None
    assert ("step", "off") in {(default.field, default.value) for default in counted.defaults}
    assert resolve(make_case(step="30%", **common)).step == Decimal("0.3")


@pytest.mark.parametrize(
    ("grace", "most"), [(None, 12), ({"months": 3}, 9), ({"months": 3, "interest_only": True}, 12)]
)
def test_more_installments_than_dates_are_refused_with_both_figures(grace, most) -> None:
    common = {"opening": "1.00", "monthly": ["10.00"] * 12, "months": 12, "grace": grace}
    assert resolve(make_case(installments=most, **common)).installments == most
    with pytest.raises(InputError) as error:
        resolve(make_case(installments=most + 1, **common))
    (fault,) = error.value.faults
    assert (fault.where, fault.value, str(fault.limit)) == ("policy.installments", f"{most + 1}", f"at most {most}")
