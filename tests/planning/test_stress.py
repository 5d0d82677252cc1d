"""A plan in futures: what was forecast is paid as planned, rules follow what is drawn, stresses break plans."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from making import make_case

from repayplan.cases.models import Case
from repayplan.cases.stresses import Change, Stress
from repayplan.evaluate.core import Engine, evaluate
from repayplan.forecast.futures import Drawing
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import PlanFile, plan_file
from repayplan.planning.stress import Prepared, Trial, stress

ITEMS = {"2026-12-10": "30000.00", "2027-02-10": "40000.00", "2027-04-10": "60000.00"}
CHAIN = {
    "kind": "stores",
    "stores": [{"name": "North", "monthly": "9000.00"}, {"name": "South", "monthly": "16000.00"}],
    "day": 10,
}
GROUPS = [{"name": "Town", "stores": ["North"]}, {"name": "Outskirts", "stores": ["South"]}]
INVOICES = {
    "kind": "receivables",
    "items": [
        {"debtor": "Jiangnan", "amount": "50000.00", "due": "2026-12-10"},
        {"debtor": "Jiangbei", "amount": "90000.00", "due": "2027-02-10"},
    ],
}
TWO = [{"principal": "60000.00"}, {"principal": "40000.00", "rate": "7.20%"}]


def planned(**given: Any) -> PlanFile:
    """A plan, and its file."""
    made = plan(make_case(**{"unit": "100.00", "hazard": "0.5%", "recovery": "20%", **given}))
    assert made.status in ("optimal", "feasible")
    return plan_file(made)


def tried(file: PlanFile, *changes: Change, **given: Any) -> Trial:
    """The plan in still futures and under one stress made of changes."""
    named = [Stress(name="Changed", changes=changes)] if changes else []
    return stress(file, Drawing(method="still", scenarios=3), named, **given)


CONTINGENT: dict[str, dict[str, Any]] = {
    "milestones": {"milestones": ITEMS, "months": 6, "cover": {"minimum": "1.25"}, "shape": "milestone_share"},
    "stores": {"source": CHAIN, "months": 9, "cover": {"minimum": "1.50"}, "shape": "store_share"},
    "groups": {"source": CHAIN, "months": 9, "shape": {"kind": "store_share", "groups": GROUPS}},
    "minimum": {
        "milestones": ITEMS,
        "opening": "20000.00",
        "months": 6,
        "shape": {"kind": "milestone_share", "minimum": "2000.00"},
    },
    "receivables": {"source": INVOICES, "months": 5, "cover": {"minimum": "1.25"}, "shape": "receivable_share"},
    "two loans": {"milestones": ITEMS, "loans": TWO, "months": 6, "shape": "milestone_share"},
    "two loans by rank": {
        "milestones": ITEMS,
        "loans": TWO,
        "months": 6,
        "shape": "milestone_share",
        "allocation": "rank",
        "rank": ["L2", "L1"],
    },
    "fixed": {"milestones": ITEMS, "months": 6, "monthly": ["9000.00"] * 6, "shape": "free"},
}


@pytest.mark.parametrize("name", CONTINGENT)
@pytest.mark.parametrize("hazard", ["weight", "arrears"])
def test_where_everything_comes_as_forecast_the_plan_is_kept(name: str, hazard: Any) -> None:
    file = planned(**CONTINGENT[name])
    assert bool(file.rules) == (name != "fixed")
    found = tried(file, hazard=hazard)
    assert found.missed.value == 0
    assert found.evaluation.bands is not None
    np.testing.assert_array_equal(found.bands["debt_50%"][len(file.cash) - 1 :], 0)
    closing = [row.closing for row in file.cash]
    assert found.bands["cash_5%"][: len(closing)].tolist() == closing
    if hazard == "weight":
        assert found.recovery.value == pytest.approx(file.metrics.expected_recovery, abs=0.5)
        assert found.expected == file.metrics.expected_recovery


def test_a_share_of_what_comes_later_is_paid_later_and_is_no_miss() -> None:
    # 30,000.00 come in December, 40,000.00 of February in March, 60,000.00 of April in May: nothing is missed
    file = planned(**CONTINGENT["milestones"])
    late = tried(file, Change(kinds=("milestones",), late_days=30, from_month=2)).named[0]
    assert (late.missed, late.defaulted, late.missing) == (None, None, 0)


def test_what_was_expected_falls_due_on_the_long_stop() -> None:
    # the second milestone, expected on 10 February, never comes: 180 days later, on 9 August, its share falls due
    shape = {"kind": "milestone_share", "long_stop_days": 180}
    file = planned(**{**CONTINGENT["milestones"], "shape": shape, "months": 12})
    change = Change(kinds=("milestones",), share=Decimal(0), from_month=2, to_month=4)
    lost = tried(file, change).named[0]
    assert [line.long_stop for line in file.rules][1] == dt.date(2027, 8, 9)
    assert lost.missed is not None
    assert dt.date(2027, 8, 9) <= lost.missed <= dt.date(2027, 8, 31)


def test_a_long_stop_after_the_year_beyond_the_plan_is_seen() -> None:
    """The last installment is due in spring 2027, the long stop 600 days after the term: in between nothing comes."""
    shape = {"kind": "store_share", "long_stop_days": 600}
    file = planned(**{**CONTINGENT["stores"], "shape": shape})
    assert file.metrics.final_date is not None
    stop = max(line.long_stop for line in file.rules)
    assert stop > file.metrics.final_date + dt.timedelta(days=366)
    closed = tried(file, Change(share=Decimal(0), from_month=3), hazard="arrears").named[0]
    assert closed.missed is not None
    assert stop <= closed.missed <= stop + dt.timedelta(days=31)
    assert closed.defaulted is not None


def test_amounts_that_are_fixed_are_missed_where_their_milestone_is_late() -> None:
    file = planned(milestones=ITEMS, months=6, shape="free")
    late = tried(file, Change(kinds=("milestones",), late_days=30, from_month=2)).named[0]
    assert late.missed == dt.date(2027, 2, 20)
    due = sum(row.payment for row in file.installments if row.date == late.missed)
    spare = next(row.closing for row in file.cash if row.date == dt.date(2027, 2, 10) or row.date == late.missed)
    assert 0 < late.missing <= due
    assert spare >= 0


def test_less_and_later_cash_never_misses_less() -> None:
    file = planned(monthly=["24000.00"] * 6, months=6, shape="level")
    whole, less, nothing = (
        tried(file, Change(kinds=("monthly",), share=Decimal(share))).named[0] for share in ("0.99", "0.7", "0")
    )
    assert whole.value >= less.value > nothing.value
    assert less.missed is not None
    assert nothing.missed is not None
    assert nothing.missed <= less.missed
    assert nothing.unpaid > less.unpaid >= whole.unpaid == 0


def test_figures_of_futures_agree_with_each_other() -> None:
    case = make_case(milestones=ITEMS, opening="9000.00", months=6, recovery="30%")
    found = stress(plan_file(plan(case)), Drawing(seed=5, scenarios=400), [], hazard="arrears")
    assert found.defaulted is not None
    assert 0 < found.defaulted.value <= found.missed.value < 1
    assert sum(share.value for _, share in found.first_misses) == pytest.approx(found.missed.value)
    assert found.worst.value < found.recovery.value
    assert found.cover[0] <= found.cover[1]
    frame = found.futures
    assert frame["missed"].notna().mean() == pytest.approx(found.missed.value)
    assert (frame["defaulted"].dropna() >= frame["missed"][frame["defaulted"].notna()]).all()
    bands = found.bands
    assert (bands["cash_5%"] <= bands["cash_95%"]).all()
    assert bands["planned"].sum() == sum(row.payment for row in plan_file(plan(case)).installments)
    again = stress(plan_file(plan(case)), Drawing(seed=5, scenarios=400), [], hazard="arrears", engine="numba")
    np.testing.assert_allclose(again.evaluation.fates.value, found.evaluation.fates.value, rtol=1e-12)


def test_what_does_not_apply_is_said() -> None:
    case: Case = make_case(monthly=["24000.00"] * 6, opening="2000.00", months=6)
    stresses = [Stress(name="Stock", changes=(Change(kinds=("assets",), share=Decimal("0.5")),))]
    found = stress(plan_file(plan(case)), Drawing(method="still", scenarios=1), stresses)
    assert found.named == ()
    assert [idle.name for idle in found.idle] == ["Stock"]


@pytest.mark.parametrize("name", ["milestones", "groups", "two loans", "two loans by rank"])
def test_both_engines_apply_rules_alike(name: str) -> None:
    file = planned(**CONTINGENT[name])
    engines: tuple[Engine, ...] = ("numpy", "numba")
    one, other = (
        stress(file, Drawing(seed=3, scenarios=64), [], hazard="arrears", engine=engine).evaluation
        for engine in engines
    )
    np.testing.assert_array_equal(one.fates.missed, other.fates.missed)
    np.testing.assert_array_equal(one.fates.defaulted, other.fates.defaulted)
    np.testing.assert_allclose(one.fates.value, other.fates.value, rtol=1e-12)
    assert one.bands is not None
    assert other.bands is not None
    np.testing.assert_array_equal(one.bands.debt, other.bands.debt)


def test_blocks_of_draws_change_nothing() -> None:
    file = planned(milestones=ITEMS, opening="9000.00", months=6)
    prepared = Prepared.of(file)
    whole = evaluate(prepared.setting, prepared.futures(Drawing(seed=5, scenarios=301)), 301, bands=True)
    parts = evaluate(prepared.setting, prepared.futures(Drawing(seed=5, scenarios=301)), 301, bands=True, cells=1_000)
    for name in ("value", "missed", "defaulted", "cover"):
        np.testing.assert_array_equal(getattr(whole.fates, name), getattr(parts.fates, name))
    assert whole.bands is not None
    assert parts.bands is not None
    np.testing.assert_array_equal(whole.bands.cash, parts.bands.cash)


def test_where_every_month_is_like_the_others_there_is_no_peak() -> None:
    file = planned(monthly=["24000.00"] * 6, months=6, shape="level")
    (idle,) = tried(file, Change(kinds=("monthly",), peak=True, share=Decimal("0.7"))).idle
    assert str(idle.why) == "does not apply: the case has no peak season"
