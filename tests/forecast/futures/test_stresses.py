"""Named stresses by hand; month 1 is the first after 20 November 2026."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from futures_of import DAYS, SOURCES, WINDOW, bank_view, case_with

from repayplan.cases.stresses import Stress, shipped_stresses
from repayplan.forecast.futures import NEVER, Stressed, stressed

BANK = {"haircut": "10%", "delay_days": 0}
FLOATING = {
    "contract": {"floating": {"index": [{"date": "2025-05-20", "rate": "3.00%"}], "resets": ["2027-01-01"]}},
}


def under(*sources: dict[str, Any], loan: dict[str, Any] | None = None, **said: Any) -> Stressed:
    stress = Stress.model_validate({"name": "S", **said})
    return stressed(case_with(*sources, loan=loan or {}), DAYS, WINDOW, [stress])


def change(**said: Any) -> list[dict[str, Any]]:
    return [said]


def months(made: Stressed) -> dict[str, int]:
    """What is not zero, by month."""
    return {f"{day:%Y-%m}": cents for day, cents in zip(DAYS, made.futures.own[0].tolist(), strict=True) if cents}


SALES = {"kind": "season", "indices": ["1"] * 11 + ["2.5"], "yearly": "1350.00", "months": 14, "bank": BANK}
# indices add up to 13.5, so 100.00 a month and 250.00 in December; the bank counts on nine tenths: 90.00 and 225.00
USUAL = {
    "2026-12": 22_500,
    **{f"2027-{month:02}": 9_000 for month in range(1, 12)},
    "2027-12": 22_500,
    "2028-01": 9_000,
}


def test_milestones_come_later_than_the_bank_s_day() -> None:
    stage = {"name": "Roof", "date": "2027-03-31", "amount": "1000.00", "cost_to_complete": "400.00"}
    source = {"kind": "milestones", "items": [stage], "bank": {"haircut": "10%", "delay_days": 15}}
    # four cost days of 100.00 each stay; 900.00 expected on 15 April comes 30 days later, on 15 May
    costs = {f"{month}": -10_000 for month in ("2026-12", "2027-01", "2027-02", "2027-03")}
    assert months(under(source, changes=change(kinds=["milestones"], late_days=30))) == {**costs, "2027-05": 90_000}


def test_a_share_is_left_in_months_of_the_year_and_in_months_from_the_start() -> None:
    assert months(under(SALES, changes=change(share="70%", months=[12]))) == {
        **USUAL, "2026-12": 15_750, "2027-12": 15_750,
    }  # fmt: skip
    # month 3 ends on 20 February 2027 and month 4 on 20 March: the receipts of 31 January and 28 February
    touched = under(SALES, changes=change(share="50%", from_month=3, to_month=4))
    assert months(touched) == {**USUAL, "2027-01": 4_500, "2027-02": 4_500}


def test_the_peak_is_the_months_that_bring_a_tenth_more_than_usual() -> None:
    assert months(under(SALES, changes=change(share="0%", peak=True))) == {
        month: cents for month, cents in USUAL.items() if not month.endswith("-12")
    }
    even = {**SALES, "indices": ["1"] * 12, "yearly": "1200.00"}
    assert [idle.name for idle in under(even, changes=change(share="0%", peak=True)).idle] == ["S"]


def test_shares_follow_one_another_month_by_month() -> None:
    # month 1 has the receipt of none (30 November brings nothing), month 2 that of 31 December, month 3 of 31 January
    made = under(SALES, changes=change(shares=["10%", "50%", "0%"]))
    assert months(made) == {
        month: cents // 2 if month == "2026-12" else cents for month, cents in USUAL.items() if month != "2027-01"
    }


def test_the_largest_part_of_a_source_is_lost() -> None:
    stores = {
        "kind": "stores",
        "stores": [{"name": "A", "monthly": "10.00"}, {"name": "B", "monthly": "30.00"}],
        "months": 2,
    }
    assert months(under(stores, changes=change(only="largest", share="0%"))) == {"2026-12": 1_000, "2027-01": 1_000}
    invoices = {
        "kind": "receivables",
        "items": [
            {"debtor": "X", "amount": "50.00", "due": "2027-01-10"},
            {"debtor": "Y", "amount": "80.00", "due": "2027-02-10"},
            {
                "debtor": "Z", "amount": "90.00", "due": "2027-03-10",
                "factoring": {"date": "2027-01-05", "discount": "10%"},
            },
        ],
    }  # fmt: skip
    # Z's 90.00 has been sold: 81.00 are certain, and the largest that can be lost is Y's
    made = under(invoices, changes=change(kinds=["receivables"], only="largest", share="0%"))
    assert months(made) == {"2027-01": 13_100}


def test_the_largest_is_one_of_all_sources() -> None:
    def owed(name: str, debtor: str, amount: str) -> dict[str, Any]:
        items = [{"debtor": debtor, "amount": amount, "due": "2027-01-10"}]
        return {"kind": "receivables", "name": name, "items": items}

    two = (owed("P", "X", "100.00"), owed("Q", "Y", "30.00"))
    made = under(*two, changes=change(kinds=["receivables"], only="largest", share="0%"))
    assert months(made) == {"2027-01": 3_000}
    assert made.futures.receipts("P").sum() == 0
    assert made.futures.receipts("Q").sum() == 3_000
    # of one source alone where the change names it
    other = under(*two, changes=change(source="Q", only="largest", share="0%"))
    assert months(other) == {"2027-01": 10_000}


def test_the_largest_stage_is_lost_with_its_late_part_and_what_was_kept_back() -> None:
    items = [
        {"name": "Roof", "date": "2027-03-31", "amount": "1000.00", "retention": "5%", "release": "2028-03-31"},
        {"name": "Door", "date": "2027-06-30", "amount": "10.00"},
    ]
    source = {"kind": "milestones", "items": items, "collected_on_time": "100%"}
    late = {**source, "collected_on_time": "80%", "late_days": 60}
    for each in (source, late):
        made = under(each, changes=change(kinds=["milestones"], only="largest", share="0%"))
        assert made.futures.own.sum() == 1_000


def test_a_month_late_is_never_in_the_same_month() -> None:
    (stress,) = (each for each in shipped_stresses() if each.name == "every milestone a month late")
    for month in range(1, 13):
        stage = {"name": "Roof", "date": f"2027-{month:02}-01", "amount": "10.00"}
        made = stressed(case_with({"kind": "milestones", "items": [stage]}), DAYS, WINDOW, [stress])
        assert months(made) == {f"{2027 + month // 12}-{month % 12 + 1:02}": 1_000}


def test_why_a_stress_does_not_apply_names_what_is_missing() -> None:
    (idle,) = under(SALES, changes=change(source="Shop", share="0%")).idle
    assert str(idle.why) == "does not apply: no source of the case is called Shop"
    case = case_with(SALES, enterprise={"name": "A"})
    (idle,) = stressed(case, DAYS, WINDOW, [each for each in shipped_stresses() if each.industries]).idle
    assert "the case names none" in str(idle.why)


def test_pledged_stock_at_half_price_brings_half_to_its_account() -> None:
    case = case_with(SOURCES["assets"])
    whole = bank_view(case)[1]
    made = under(SOURCES["assets"], changes=change(kinds=["assets"], share="50%"))
    assert made.futures.keys == ((None, "L1"),)
    assert (made.futures.apart[0] == whole // 2).all()
    assert not made.futures.own.any()


def test_changes_of_one_stress_work_together() -> None:
    two = [{"share": "50%"}, {"share": "50%", "late_days": 31, "months": [12]}]
    flow = {"kind": "flows", "items": [{"name": "Sale", "date": "2026-12-31", "amount": "100.01"}]}
    # a quarter of 100.01 is 25.0025, to the cent below, 31 days after 31 December
    assert months(under(flow, changes=two)) == {"2027-01": 2_500}


def test_a_borrower_who_pays_nothing_stops_in_the_stage_after_that_month_begins() -> None:
    made = under(SALES, nothing_paid_from_month=7)
    # month 7 begins after 20 May 2027: the stage that ends on 31 May
    assert f"{DAYS[made.futures.stops[0]]}" == "2027-05-31"
    assert months(made) == USUAL
    assert under(SALES, nothing_paid_from_month=60).futures.stops.tolist() == [NEVER]


def test_rates_and_collateral_move_where_there_are_any() -> None:
    made = under(SALES, loan=FLOATING, rates="1%")
    assert made.futures.shift is not None
    assert np.unique(made.futures.shift).tolist() == [0.01]
    assert under(SALES, loan={"collateral": "500.00"}, collateral="40%").futures.collateral.tolist() == [0.4]
    fixed = {**FLOATING, "rate_after_signing": "3%"}
    for loan, said in (({}, {"rates": "1%"}), (fixed, {"rates": "1%"}), ({}, {"collateral": "40%"})):
        assert len(under(SALES, loan=loan, **said).idle) == 1


@pytest.mark.parametrize(
    ("industry", "applies"), [("餐饮", True), ("restaurants", True), ("steel", False), (None, False)]
)
def test_a_stress_of_a_trade_applies_to_that_trade_however_it_is_written(industry: str | None, applies: bool) -> None:
    case = case_with(SALES, enterprise={"name": "A", "industry": industry})
    stress = next(stress for stress in shipped_stresses() if stress.industries)
    made = stressed(case, DAYS, WINDOW, [stress])
    assert bool(made.stresses) is applies
    assert made.futures.scenarios == int(applies)


def test_receipts_of_a_stress_are_those_of_its_futures() -> None:
    made = under(SALES, {**SOURCES["monthly"], "name": "Other"}, changes=change(kinds=["season"], share="30%"))
    both = made.futures.receipts("It") + made.futures.receipts("Other")
    costs = -2_000  # what goes out of the plain series is no receipt
    assert (made.futures.own.sum() - both.sum()) == costs


def test_every_shipped_stress_applies_to_some_case_and_to_none_without_its_ground() -> None:
    lively = case_with(
        *({**source, "name": kind} for kind, source in SOURCES.items()),
        loan={**FLOATING, "collateral": "500.00"},
        enterprise={"name": "A", "industry": "餐厅"},
    )
    shipped = shipped_stresses()
    assert stressed(lively, DAYS, WINDOW, shipped).stresses == shipped
    bare = stressed(case_with(SOURCES["flows"]), DAYS, WINDOW, shipped)
    assert {stress.nothing_paid_from_month for stress in bare.stresses} == {7}
    assert all(str(idle.why) for idle in bare.idle)


@pytest.mark.parametrize("stress", shipped_stresses(), ids=lambda stress: str(stress.name))
def test_no_shipped_stress_ever_helps(stress: Stress) -> None:
    case = case_with(*({**source, "name": kind} for kind, source in SOURCES.items()), loan={"collateral": "1.00"})
    made = stressed(case, DAYS, WINDOW, [stress])
    own, apart = bank_view(case)
    if made.stresses:
        assert (np.cumsum(made.futures.own[0]) <= np.cumsum(own)).all()
        assert (np.cumsum(made.futures.apart[0], axis=0) <= np.cumsum(apart, axis=0)).all()
        assert (made.futures.collateral <= 1).all()
