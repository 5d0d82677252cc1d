"""What treatments bring, by hand and within bounds. Futures are still: every scenario is the bank's view.

Unless a test says otherwise the borrower owes 60,000.00 not yet due and 40,000.00 overdue, no contract says when the
rest ends, nothing bears interest and nothing is discounted, so that every figure can be added up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as drawn
from hypothesis import strategies as st
from portfolios import borrower, menu, settings

from repayplan.portfolio.appraise import appraise
from repayplan.portfolio.lanes import untreated
from repayplan.rules.treatments import treatments

STAYING = ("remind", "visit", "agency", "enforce", "do_nothing")
"""Treatments that leave the loans with the bank."""

PURSUED = 46 * 300_00 + 2 * 1_500_00 + 10_000_00 + 1_200_00
"""What pursuing a default of 100,000.00 of medium risk costs: 46 hours, two visits, 10,000.00 and 1.2 % for lawyers."""


def options(
    *names: str,
    monthly: str = "15000.00",
    loan: Mapping[str, Any] | None = None,
    policy: Mapping[str, Any] | None = None,
) -> dict[str, Mapping[str, Any]]:
    source = {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": monthly, "months": 84}
    opening = "5000.00" if float(monthly) > 1_000 else "0.00"
    book = borrower(
        loan={"rate": "0.00%", **(loan or {})},
        cash={"opening": opening, "sources": [source]},
        policy={"discount_rate": "0.00%", **(policy or {})},
    )
    found = appraise([book], menu(treatments=names), settings(method="still", scenarios=2))
    assert not found.failures, found.failures
    return {row["option"]: row for row in found.options.to_pylist()}


def test_who_is_left_alone_comes_back_or_fails() -> None:
    """Of medium risk one of five comes back and pays everything. The others pay 3, 3, 2 and 1 % of 40,000.00, and half
    of 20 % of the 96,400.00 that are left, 9,640.00, is less than pursuing it costs."""
    row = options("do_nothing")["do_nothing"]
    assert row["fall_cash"] == [1_200_00, 2_400_00, 3_200_00, *[3_600_00] * 9]
    assert row["recovery"] == round(0.2 * 100_000_00 + 0.8 * 3_600_00)
    assert (row["miss"], row["default"], row["cost"]) == (0.8, 0.8, 0)
    # Who comes back has, after a year, paid 3,600.00 of the arrears and eleven parts of 35 of what was not yet due,
    # 60,000.00 / 35 = 1,714.28 each: 22,457.08, and what fell due first is paid first, so that claims of November 2026
    # are open still, 80 + 365 days. Both are losses: 100 % of what is left.
    served = 11 * 1_714_28
    assert row["provision"] == pytest.approx(0.2 * (96_400_00 - served) + 0.8 * 96_400_00, abs=20)


def test_a_default_brings_collateral_and_the_rest_less_what_pursuing_it_costs() -> None:
    """50,000.00 of 96,400.00 by collateral, half of 20 % of the rest: 54,640.00 less 28,000.00."""
    row = options("do_nothing", loan={"collateral": "50000.00"})["do_nothing"]
    assert PURSUED == 28_000_00
    assert row["recovery"] == round(0.2 * 100_000_00 + 0.8 * (3_600_00 + 54_640_00 - PURSUED))


def test_what_is_not_yet_due_and_arrears_are_paid_out_of_the_same_cash() -> None:
    """1,000.00 a month from the end of December 2026 on: eleven by the end of month 12, and one more on the day on
    which the rest of the arrears falls due, 20 December 2027, when both fail. Nobody can pay more than came."""
    row = options("do_nothing", monthly="1000.00")["do_nothing"]
    assert row["recovery"] == round(0.2 * 12_000_00 + 0.8 * 3_600_00)
    assert (row["miss"], row["default"]) == (1.0, 1.0)
    # the contract takes all of it where it is served: that is no fall of today's overdue balance
    assert row["fall_cash"][-1] == 0.8 * 3_600_00


def test_one_yuan_a_month_is_no_recovery() -> None:
    """The reviewer's borrower: 900,000.00 not yet due, 100,000.00 overdue, low risk, no collateral."""
    loan = {"principal": "900000.00", "overdue_principal": "100000.00", "interest": "0.00", "penalty": "0.00"}
    for recovery in ("0%", "30%"):
        policy = {"rating": "low", "recovery": recovery}
        found = options(*STAYING, "sell", monthly="1.00", loan=loan, policy=policy)
        for name in STAYING:
            row = found[name]
            share = float(recovery.rstrip("%")) / 100 * treatments().kinds[name]["low"].unsecured  # type: ignore[index]
            assert row["recovery"] <= share * 1_000_000_00 + 13_00 - row["cost"] + 1
            assert (row["miss"], row["default"]) == (1.0, 1.0)
        assert found["sell"]["recovery"] > 0


def test_waiting_and_enforcing_cost_the_same_once() -> None:
    """1,000,000.00 under collateral of 1,500,000.00: whoever calls it gets all of it, less one time the work, which is
    46 hours, two visits, 10,000.00 and 1.2 % in legal costs: 38,800.00."""
    loan = {"principal": "0.00", "overdue_principal": "1000000.00", "interest": "0.00", "penalty": "0.00"}
    found = options(
        "do_nothing", "remind", "enforce", monthly="0.01", loan={**loan, "collateral": "1500000.00"},
        policy={"rating": "medium"},
    )  # fmt: skip
    assert found["enforce"]["cost"] == 46 * 300_00 + 3_000_00 + 10_000_00 + 12_000_00
    assert found["enforce"]["recovery"] == 1_000_000_00 - 38_800_00
    assert found["do_nothing"]["recovery"] == pytest.approx(1_000_000_00 - 38_800_00, abs=1)
    assert found["remind"]["recovery"] == pytest.approx(1_000_000_00 - 38_800_00 - 1_200_00, abs=1)


@pytest.mark.parametrize(("collateral", "brought"), [("1500000.00", 1_000_000_00), ("1050000.00", 966_000_00)])
def test_costs_besides_are_of_the_collateral_not_of_the_claim(collateral: str, brought: int) -> None:
    """8 %: 1,500,000.00 less 120,000.00 still covers 1,000,000.00; of 1,050,000.00 966,000.00 are left."""
    loan = {"principal": "0.00", "overdue_principal": "1000000.00", "interest": "0.00", "penalty": "0.00"}
    policy = {"recovery": "0%", "liquidation_floor": {"delay_months": 1, "costs": "8%"}}
    row = options("enforce", monthly="0.01", loan={**loan, "collateral": collateral}, policy=policy)["enforce"]
    assert row["recovery"] == brought - 38_800_00


def test_enforcement_by_hand() -> None:
    """Called after month 1, 20,000.00 of collateral a year later, 26 % of the other 80,000.00 at once."""
    row = options("enforce", loan={"collateral": "20000.00"}, policy={"discount_rate": "4.35%"})["enforce"]
    assert row["legal"] == [11_200_00, *[0] * 11]
    assert row["cost"] == PURSUED
    least = 0.99 * (20_000_00 / 1.0435 + 20_800_00) - PURSUED
    most = 20_000_00 / 1.0435 + 20_800_00 - 0.95 * PURSUED
    assert least < row["recovery"] < most
    assert row["fall_cash"] == [0] * 12, "the court takes longer than the year that is told"


def test_enforcement_within_the_year_is_cash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A bank that has its money ten months after the call: 10,000.00, and 26 % of 90,000.00."""
    text = (files("repayplan.rules") / "treatments.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(text.replace('unsecured = "1.3", ends = 1', 'unsecured = "1.3", delay_months = 10, ends = 1'))
    monkeypatch.setenv("REPAYPLAN_TREATMENTS", str(own))
    row = options("enforce", loan={"collateral": "10000.00"})["enforce"]
    assert row["fall_cash"] == [*[0] * 10, 33_400_00, 33_400_00]


def test_an_agency_keeps_its_fee_of_what_comes_on_arrears() -> None:
    row = options("agency")["agency"]
    course = treatments().kinds["agency"]["medium"]
    assert row["fall_cash"][-1] == round(sum(course.cash) * 40_000_00)
    work = sum(course.hours) * 300_00
    assert row["cost"] == pytest.approx(work + 0.28 * row["fall_cash"][-1], abs=1)


def test_contracts_call_up_what_they_say() -> None:
    """20,000.00 on 3 February and the rest on 10 May 2027: due on the payment dates after them, with interest."""
    contract = {"maturity": "2027-05-10", "installments": [{"date": "2027-02-03", "amount": "20000.00"}]}
    base = untreated(borrower(loan={"contract": contract}).case, 36)
    due = {day: cents for day, cents in zip(base.over.days, base.dues.amounts[:, 0].tolist(), strict=True) if cents}
    # 4.35 % ACT/360 of 60,000.00 over 61 days to 20 January and 31 to 20 February, then of 40,000.00 over 28, 31, 30
    rate = 0.0435 / 360
    assert due == {
        dt.date(2027, 1, 20): round(60_000_00 * rate * 61),
        dt.date(2027, 2, 20): 20_000_00 + round(60_000_00 * rate * 31),
        dt.date(2027, 3, 20): round(40_000_00 * rate * 28),
        dt.date(2027, 4, 20): round(40_000_00 * rate * 31),
        dt.date(2027, 5, 20): 40_000_00 + round(40_000_00 * rate * 30),
    }


def test_a_contract_that_runs_longer_than_is_looked_at_is_worth_what_a_default_would_bring() -> None:
    """Nothing of 60,000.00 falls due within five years; the arrears are paid. Half of 20 % of it, 6,000.00, is less
    than pursuing it costs. Under collateral of 50,000.00 a default brings that and a tenth of the other 10,000.00,
    51,000.00 less 28,000.00; of the 96,400.00 of those who fail at once 54,640.00 less 28,000.00."""
    loan = {"contract": {"maturity": "2036-06-30", "overdue_since": "2026-09-01"}}
    row = options("do_nothing", loan=loan)["do_nothing"]
    assert row["recovery"] == round(0.2 * 40_000_00 + 0.8 * 3_600_00)
    assert row["default"] == 0.8
    row = options("do_nothing", loan={**loan, "collateral": "50000.00"})["do_nothing"]
    assert row["recovery"] == round(0.2 * (40_000_00 + 51_000_00 - PURSUED) + 0.8 * (3_600_00 + 54_640_00 - PURSUED))


@drawn(max_examples=20, deadline=None)
@given(
    cash=st.integers(0, 6_000_00),
    more=st.integers(0, 3_000_00),
    split=st.floats(0, 1),
    secured=st.sampled_from([0, 0, 20_000_00, 150_000_00]),
    rating=st.sampled_from(["low", "medium", "high"]),
    ends=st.sampled_from([None, "2027-06-30", "2029-11-20", "2040-01-01"]),
)
def test_no_treatment_brings_more_than_cash_and_collateral(
    cash: int, more: int, split: float, secured: int, rating: str, ends: str | None
) -> None:
    """And more cash never brings less where nothing but cash does, at a discount above the penalty rate."""
    overdue = round(100_000_00 * split)
    loan = {
        "principal": f"{(100_000_00 - overdue) / 100:.2f}", "overdue_principal": f"{overdue / 100:.2f}",
        "interest": "0.00", "penalty": "0.00", "rate": "4.35%", "collateral": f"{secured / 100:.2f}",
        "contract": {"maturity": ends, **({"overdue_since": "2026-09-01"} if overdue else {})},
    }  # fmt: skip
    policy = {"rating": rating, "recovery": "0%", "discount_rate": "7.00%"}
    poor, richer = (
        options(*STAYING, monthly=f"{monthly / 100:.2f}", loan=loan, policy=policy) for monthly in (cash, cash + more)
    )
    for name in STAYING:
        row = poor[name]
        come = (5_000_00 if cash > 1_000_00 else 0) + 84 * cash
        work = row["cost"] * 0.93  # at most; paid in the first year
        assert row["recovery"] <= come + secured - work + 1
        assert row["fall_cash"][-1] <= min(come, overdue) + 1
        assert row["provision"] <= 1.15 * 100_000_00
        if not secured:
            assert richer[name]["recovery"] >= row["recovery"] - 1_00
