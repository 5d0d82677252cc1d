"""Futures calculated by hand. A loan of 10,000.00 bears one ten-thousandth a day, overdue principal half as much again.

The plan: 30 days to 20 December make 30.00; 3,030.00 leaves 7,000.00. 31 days to 20 January make 21.70; 3,021.70
leaves 4,000.00. 31 days to 20 February make 12.40; 4,012.40 leaves nothing. Stages end on 30 November (0), 20 December
(1), 31 December, 20 January (3), 31 January, 20 February (5), 28 February, 20 March (7), 31 March, 20 April (9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from futures import setting_of
from making import make_case, pay

from repayplan.evaluate import compiled
from repayplan.evaluate.outcome import Run
from repayplan.evaluate.reference import run
from repayplan.evaluate.setting import NEVER, Drawn, Hazard

DEC, DEC_END, JAN, JAN_END, FEB, FEB_END, MAR, MAR_END, APR, APR_END, MAY = range(1, 12)

PAID = (303_000, 302_170, 401_240)
DAYS = (30, 31, 31, 28, 31)
"""From one payment date to the next, until 20 April."""


def fate(
    cash: Mapping[int, int],
    decides: Hazard = "arrears",
    *,
    apart: Mapping[int, int] | None = None,
    shift: float | None = None,
    stops: int = NEVER,
    loan: Mapping[str, Any] | None = None,
    **policy: Any,
) -> Run:
    """What becomes of the plan when so many cents come in which stages."""
    pledged = {"pledged": {"2027-01-15": "2000.00"}} if apart is not None else {}
    case = make_case(
        loan={"principal": "10000.00", **(loan or {})},
        monthly=["5000.00"] * 4,
        months=3,
        discount_rate="3.60%",
        **pledged,
        **policy,
    )
    setting, over, keys = setting_of(pay(case, *PAID))
    shape = (1, len(over.days), 1)
    own, kept = np.zeros(shape), np.zeros((1, len(over.days), len(keys), 1))
    for stage, cents in cash.items():
        own[0, stage, 0] = cents
    for stage, cents in (apart or {}).items():
        kept[0, stage, 0, 0] = cents
    rates = None if shift is None else np.full(shape, shift)
    return run(setting, Drawn(own, kept, rates, np.array([[stops]])), decides, traced=True)


def trace(found: Run, name: str) -> list[int]:
    return [int(cents) for cents in getattr(found.traces, name)[0, :, 0]]


def factor(dates: int) -> float:
    """The discount factor of a payment date at one ten-thousandth a day."""
    return float(np.prod([1 / (1 + days / 10_000) for days in DAYS[:dates]]))


def test_what_comes_late_is_paid_late_with_penalty() -> None:
    # 20 January: 1,021.70 of 3,021.70 is there; it pays 21.70 of interest and 1,000.00 of principal, 6,000.00 is left,
    # 2,000.00 more than planned. 31 January: 2,000.00 come and are paid. Eleven days of penalty: 2,000 × 11 × 1.5
    # = 3.30; interest 4,000 × (11 + 20) = 12.40. 20 February: 4,000.00 + 12.40 + 3.30 = 4,015.70 is due, of 4,020.00.
    found = fate({DEC: 303_000, JAN: 102_170, JAN_END: 200_000, FEB: 402_000})
    assert trace(found, "paid")[DEC : FEB_END + 1] == [303_000, 0, 102_170, 200_000, 401_570, 0]
    assert trace(found, "arrears")[DEC : FEB_END + 1] == [0, 0, 200_000, 0, 0, 0]
    assert trace(found, "debt")[DEC : FEB_END + 1] == [700_000, 700_000, 600_000, 400_000, 0, 0]
    assert trace(found, "cash")[FEB] == 402_000 - 401_570
    assert found.fates.missed[0, 0] == JAN
    assert found.fates.defaulted[0, 0] == -1
    # cover on 20 January: 1,021.70 over 3,021.70
    assert found.fates.cover[0, 0] == pytest.approx(102_170 / 302_170, rel=1e-12)
    worth = factor(1) * 303_000 + factor(2) * (102_170 + 200_000) + factor(3) * 401_570
    assert found.fates.value[0, 0] == pytest.approx(worth, rel=1e-12)


def test_three_months_of_arrears_are_a_default_and_collateral_comes_a_year_later() -> None:
    # Nothing comes after December. 20 January: 21.70 is booked, 3,021.70 unpaid, 3,000.00 of it principal.
    # 20 February: 4,000 × 31 = 12.40, penalty 3,000 × 31 × 1.5 = 13.95, on unpaid interest 21.70 × 31 = 0.07:
    # 7,048.12. 20 March: everything is overdue: 7,000 × 28 × 1.5 = 29.40, on 34.10 of interest 0.10: 7,077.62.
    # 20 April: 7,000 × 31 × 1.5 = 32.55, on 34.10 0.11: 7,110.28. Three months after 20 January that is the claim.
    found = fate({DEC: 303_000}, loan={"collateral": "5000.00"}, recovery="30%")
    assert trace(found, "debt")[JAN : APR + 1] == [702_170, 702_170, 704_812, 704_812, 707_762, 707_762, 711_028]
    assert trace(found, "arrears")[JAN : FEB + 1] == [302_170, 302_170, 704_812]
    assert found.fates.missed[0, 0] == JAN
    assert found.fates.defaulted[0, 0] == APR
    brought = 500_000 / 1.036 + 0.30 * (711_028 - 500_000)
    assert found.fates.value[0, 0] == pytest.approx(factor(1) * 303_000 + factor(5) * brought, rel=1e-12)
    assert found.fates.pursued[0, 0] == pytest.approx(factor(5) * brought, rel=1e-12)


def test_delay_and_costs_of_enforcement_are_those_the_case_gives() -> None:
    # half a year, 10 % of the collateral; a claim of 7,110.28 is more than it
    policy = {"liquidation_floor": {"delay_months": 6, "costs": "10%"}}
    found = fate({DEC: 303_000}, loan={"collateral": "5000.00"}, **policy)
    brought = 0.9 * 500_000 * 1.036**-0.5
    assert found.fates.value[0, 0] == pytest.approx(factor(1) * 303_000 + factor(5) * brought, rel=1e-12)


def test_costs_besides_are_taken_off_the_collateral_before_the_claim_bounds_it() -> None:
    # 8,000.00 less 10 % are 7,200.00 and still cover the claim of 7,110.28; 7,500.00 less 10 % are 6,750.00
    policy = {"liquidation_floor": {"delay_months": 6, "costs": "10%"}}
    for collateral, brought in (("8000.00", 711_028), ("7500.00", 675_000)):
        found = fate({DEC: 303_000}, loan={"collateral": collateral}, **policy)
        worth = factor(1) * 303_000 + factor(5) * brought * 1.036**-0.5
        assert found.fates.value[0, 0] == pytest.approx(worth, rel=1e-12)


@pytest.mark.parametrize("pursuit", [50_000, 400_000])
def test_pursuing_a_default_costs_once_and_is_left_where_it_brings_less(pursuit: int) -> None:
    # half of a claim of 7,110.28 is 3,555.14, less 500.00 discounted as it is; for 4,000.00 nobody goes to court
    case = make_case(
        loan={"principal": "10000.00"}, monthly=["5000.00"] * 4, months=3, discount_rate="3.60%", recovery="50%"
    )
    setting, over, _ = setting_of(pay(case, *PAID))
    costly = replace(setting, worth=replace(setting.worth, pursuit=np.array([float(pursuit)])))
    own = np.zeros((1, len(over.days), 1))
    own[0, DEC, 0] = 303_000
    brought = max(0.5 * 711_028 - pursuit, 0)
    for engine in (run, compiled.run):
        fates = engine(costly, Drawn(own), "arrears").fates
        assert fates.value[0, 0] == pytest.approx(factor(1) * 303_000 + factor(5) * brought, rel=1e-12)
        assert fates.pursued[0, 0] == pytest.approx(factor(5) * brought, rel=1e-12)


@pytest.mark.parametrize("pursuit", [0, 50_000, 600_000])
def test_what_a_plan_leaves_is_pursued_as_a_default_is(pursuit: int) -> None:
    # The plan is 3,030.00 in December and nothing more: 7,000.00 × 31 make 21.70 in January and again in February, and
    # the first 21.70 bear 0.07: 7,043.47 is left on 20 February. Of that 5,000.00 are brought by the collateral a year
    # later and 30 % of 2,043.47, 613.04, at once, less what it costs; for 6,000.00 nobody goes to court. By the hazard
    # as a weight, here none, both come at once and cost nothing, as the planner has it.
    case = make_case(
        loan={"principal": "10000.00", "collateral": "5000.00"}, monthly=["5000.00"] * 4, months=3,
        discount_rate="3.60%", recovery="30%", settle="best",
    )  # fmt: skip
    setting, over, _ = setting_of(pay(case, PAID[0], 0, 0))
    costly = replace(setting, worth=replace(setting.worth, pursuit=np.array([float(pursuit)])))
    beside = replace(
        costly, debts=replace(costly.debts, own=np.zeros((1, 1)))
    )  # another lender's: no money of the bank
    assert setting.clears.tolist() == [[NEVER]]
    assert setting.worth.end.tolist() == [FEB_END]  # nothing is booked nor discounted between payment dates
    own = np.zeros((1, len(over.days), 1))
    own[0, DEC, 0] = 303_000
    rest = 0.30 * (704_347 - 500_000)
    for engine in (run, compiled.run):
        found = engine(costly, Drawn(own), "arrears").fates
        assert (found.missed[0, 0], found.defaulted[0, 0]) == (-1, -1)
        left = max(500_000 / 1.036 + rest - pursuit, 0)
        assert found.value[0, 0] == pytest.approx(factor(1) * 303_000 + factor(3) * left, rel=1e-12)
        weighed = engine(costly, Drawn(own), "weight").fates.value[0, 0]
        assert weighed == pytest.approx(factor(1) * 303_000 + factor(3) * (500_000 + rest), rel=1e-12)
        assert engine(beside, Drawn(own), "arrears").fates.value[0, 0] == 0


def test_pursuing_what_several_loans_are_left_with_costs_once() -> None:
    # Two loans of 10,000.00 without interest under collateral of 6,000.00 each; nothing is paid. 12,000.00 come a year
    # after 20 February, less 1,000.00 for one court; the third loan is another lender's.
    loans = [{"principal": "10000.00", "rate": "0%", "collateral": "6000.00"} for _ in range(3)]
    loans[2]["lender"] = "Another bank"
    policy = {"discount_rate": "3.60%", "recovery": "0%", "settle": "best", "allocation": "pari_passu"}
    case = make_case(loans=loans, months=3, **policy)
    setting, over, _ = setting_of(pay(case, *[(0, 0, 0)] * 3))
    costly = replace(setting, worth=replace(setting.worth, pursuit=np.array([100_000.0])))
    for engine in (run, compiled.run):
        value = engine(costly, Drawn(np.zeros((1, len(over.days), 1))), "arrears").fates.value[0, 0]
        assert value == pytest.approx(factor(3) * (1_200_000 / 1.036 - 100_000), rel=1e-12)


def test_what_was_waived_on_condition_is_claimed_again() -> None:
    # 500.00 of fees waived, nothing borne by them: the claim is 7,110.28 + 500.00, half of it is recovered
    loan = {"fees": "500.00", "waiver": {"fees": "500.00", "conditional": True}}
    found = fate({DEC: 303_000}, loan=loan, recovery="50%", arrears="keep")
    worth = factor(1) * 303_000 + factor(5) * 0.5 * (711_028 + 50_000)
    assert found.fates.value[0, 0] == pytest.approx(worth, rel=1e-12)


def test_after_a_default_nothing_is_paid() -> None:
    found = fate({DEC: 303_000, APR: 300_000, MAY: 900_000})
    # 20 April: 3,000.00 of 7,110.28 are paid, then the claim is called; what comes in May stays with the business
    assert trace(found, "paid")[APR] == 300_000
    assert not any(trace(found, "paid")[APR + 1 :])
    assert trace(found, "cash")[MAY] == 900_000
    assert found.fates.defaulted[0, 0] == APR


def test_the_hazard_as_a_weight_makes_no_default_of_arrears() -> None:
    # one percent a month, S at 20 December, January, February: 0.99, 0.99², 0.99³; it stays after the plan's end
    found = fate({DEC: 303_000, MAY: 900_000}, "weight", hazard="1%")
    assert found.fates.missed[0, 0] == JAN
    assert found.fates.defaulted[0, 0] == -1
    assert trace(found, "debt")[MAY] == 0
    paid = trace(found, "paid")[MAY]
    setting = 0.99 ** (3 + 8 / 28)  # 28 February is 3 months and 8 of 28 days after 20 November
    end = float(np.prod([1 / (1 + days / 10_000) for days in (*DAYS, 30)]))
    worth = factor(1) * 0.99 * 303_000 + end * setting * paid
    assert found.fates.value[0, 0] == pytest.approx(worth, rel=1e-9)


def test_pledged_money_pays_first_and_the_rest_is_released() -> None:
    # 20 December 3,030.00 of cash; 20 January 3,500.00 from the account: 478.30 stay on it. 20 February: the account
    # and 3,600.00 of cash pay 4,012.40, what is left is the business's: 478.30 + 3,600.00 − 4,012.40 = 65.90
    found = fate({DEC: 303_000, FEB: 360_000}, apart={JAN: 350_000})
    assert trace(found, "paid")[DEC : FEB + 1] == [303_000, 0, 302_170, 0, 401_240]
    assert trace(found, "cash")[DEC : FEB + 1] == [0, 0, 0, 0, 6_590]
    assert found.fates.missed[0, 0] == -1


def test_a_business_that_stops_pays_nothing_but_its_account_does() -> None:
    found = fate({DEC: 303_000, JAN: 500_000, FEB: 500_000}, apart={JAN: 100_000}, stops=JAN)
    assert trace(found, "paid")[DEC : FEB + 1] == [303_000, 0, 100_000, 0, 0]
    assert trace(found, "cash")[FEB] == 1_000_000


def test_the_operating_floor_stays_but_the_contingency_is_used() -> None:
    # 20 December: 4,000.00 less the floor of 1,000.00 pays 3,000.00 of 3,030.00; the plan would keep 500.00 more
    case = make_case(loan={"principal": "10000.00"}, opening="4000.00", floor="1000.00", contingency="500.00", months=3)
    setting, over, _ = setting_of(pay(case, *PAID))
    found = run(setting, Drawn(np.zeros((1, len(over.days), 1))), "arrears", traced=True)
    assert trace(found, "paid")[DEC] == 300_000
    assert trace(found, "arrears")[DEC] == 3_000


def test_rates_that_rise_cost_floating_loans_alone() -> None:
    # one percent more a year is 30/360 % of 10,000.00 in December: 8.33, which is due with the last payment
    cash = {DEC: 900_000, JAN: 900_000}
    floating = {
        "contract": {
            "floating": {
                "index": [{"date": "2026-05-20", "rate": "3.00%"}],
                "resets": ["2026-06-20"],
                "spread": "0.60%",
            }
        }
    }
    fixed = fate(cash, shift=0.01)
    moved = fate(cash, shift=0.01, loan=floating)
    assert trace(fixed, "paid")[DEC : FEB + 1] == [303_000, 0, 302_170, 0, 401_240]
    # December: 8.33 of principal is not repaid, 7,008.33 is left. January: 7,008.33 × 31 × (3.6 + 1)/36000 = 27.76,
    # 4,014.39 left; February: 4,014.39 × 31 × 4.6/36000 = 15.90: 4,030.29
    assert trace(moved, "debt")[DEC : JAN + 1] == [700_833, 700_833, 401_439]
    assert trace(moved, "paid")[FEB] == 403_029
    assert moved.fates.missed[0, 0] == -1


def test_loans_that_share_alike_lack_the_same_fraction() -> None:
    # December: 4,000.00 are due without interest, 3,000.00 on the bank's loan, 1,000.00 on another lender's. 2,000.01
    # are there: half of each is 1,500.00 and 500.00, and the cent goes to the first
    loans = [
        {"principal": "60000.00", "rate": "0%"},
        {"principal": "20000.00", "rate": "0%", "lender": "Union"},
    ]
    case = make_case(loans=loans, opening="2000.01", months=3, allocation="pari_passu", settle="best")
    setting, over, _ = setting_of(pay(case, (300_000, 100_000), (0, 0), (0, 0)))
    nothing = Drawn(np.zeros((1, len(over.days), 1)))
    found = run(setting, nothing, "arrears", traced=True)
    assert trace(found, "paid")[DEC] == 200_001
    assert trace(found, "arrears")[DEC] == 300_000 - 150_001
    assert trace(found, "cash")[DEC] == 0
    # of what has been paid the bank's part is told
    for engine in (run, compiled.run):
        told = engine(setting, nothing, "arrears", tell=np.array([[DEC - 1, DEC]])).told
        assert told is not None
        assert told.paid[0, :, 0].tolist() == [0, 150_001]
        assert told.arrears[0, :, 0].tolist() == [0, 300_000 - 150_001]
