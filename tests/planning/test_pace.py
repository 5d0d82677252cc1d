"""Reserve, cumulative payments, single days, average life and yearly steps in finished plans."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from making import make_case, prepare
from numpy.typing import NDArray

from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import Plan
from repayplan.planning.verify import verify


def paid_on(made: Plan) -> dict[str, int]:
    """Cents by date over all loans."""
    totals: dict[str, int] = {}
    for row in made.installments:
        totals[f"{row.date}"] = totals.get(f"{row.date}", 0) + row.payment
    return totals


def planned(case: Case) -> Plan:
    """A plan that is proved and that ``verify`` confirms."""
    made = plan(case)
    assert made.status == "optimal"
    assert [finding for finding in verify(plan_file(made)) if finding.result == "fail"] == []
    return made


def misses(made: Plan, receipts: NDArray[np.float64], kept: NDArray[np.float64]) -> float:
    """Share of futures (S, n) in which an installment is paid late or not in full, ``kept`` (n,) not being touched."""
    due = np.array([row.payment for row in made.installments], dtype=float)
    cash, owed = np.full(len(receipts), 100.0 * float(made.case.cash.opening)), np.zeros(len(receipts))
    missed = np.zeros(len(receipts), dtype=bool)
    for month, amount in enumerate(due):
        owed += amount
        paid = np.minimum(owed, np.maximum(cash - kept[month], 0.0))
        cash, owed = cash - paid + receipts[:, month], owed - paid
        missed |= owed >= 1.0
    return float(missed.mean())


def test_a_reserve_is_kept_by_the_plan_and_must_not_cause_misses() -> None:
    """Twelve installments with two in reserve, receipts that scatter by a quarter around what was expected.

    A reserve that no one may touch is a higher floor: a month that brings less than its installment is a miss at once.
    One that may be used carries the borrower over such months. Planning keeps it, nothing else does.
    """
    case = make_case(
        loan={"principal": "115000.00"},
        opening="36000.00",
        floor="5000.00",
        monthly=["9900.00"] * 12,
        months=12,
        shape="level",
        reserve=2,
        unit="100.00",
    )
    made = planned(case)
    due = np.array([row.payment for row in made.installments], dtype=float)
    assert len(due) == 12
    floor = np.full(12, 100.0 * float(made.case.cash.floor or 0))
    ahead = np.array([due[month + 1 : month + 3].sum() for month in range(12)])
    expected = np.full((1, 12), 990_000.0)
    assert misses(made, expected, floor + ahead) == 0.0  # as expected, the reserve is never needed
    scattered = expected * (1 + 0.25 * np.random.default_rng(7).standard_normal((20_000, 12)))
    assert misses(made, scattered, floor + ahead) > 0.5
    assert misses(made, scattered, floor) < 0.01


def test_without_a_reserve_more_is_paid_earlier() -> None:
    known: dict[str, Any] = {"loan": {"principal": "20000.00"}, "opening": "9000.00", "monthly": ["6000.00"] * 4}
    free, kept = planned(make_case(**known, months=4)), planned(make_case(**known, months=4, reserve=1))
    assert paid_on(free)["2026-12-20"] == 900_000
    # X up to January is what December has in hand, up to February what January has, and so on
    totals = paid_on(kept)
    assert totals["2026-12-20"] + totals.get("2027-01-20", 0) == 900_000
    assert sum(totals.get(day, 0) for day in ("2026-12-20", "2027-01-20", "2027-02-20")) == 1_500_000


def test_fixed_payments_are_paid_to_the_cent_on_days_of_their_own() -> None:
    made = planned(
        make_case(
            loans=[{"principal": "10000.00"}, {"principal": "8000.00"}],
            opening="6000.00",
            monthly=["5000.00"] * 5,
            months=5,
            unit="100.00",
            minimum_installment="200.00",
            step="60%",
            fixed_payments=[
                {"date": "2027-01-05", "amount": "1234.56"},
                {"date": "2027-02-20", "amount": "77.77", "loan": "L2"},
                {"date": "2027-03-20", "amount": "0.00"},
            ],
        )
    )
    totals = paid_on(made)
    assert totals["2027-01-05"] == 123_456
    assert [row.payment for row in made.installments if f"{row.date}" == "2027-02-20" and row.loan == "L2"] == [7_777]
    assert "2027-03-20" not in totals
    assert made.metrics.unpaid == 0


@pytest.mark.parametrize(
    ("fixed", "said"),
    [
        ({"date": "2026-11-20", "amount": "1.00"}, "before the plan is signed"),
        ({"date": "2028-11-20", "amount": "1.00"}, "after the end of the plan"),
        ({"date": "2027-01-20", "amount": "10061.94"}, "more is fixed"),
        ({"date": "2027-01-20", "amount": "1.00", "loan": "L9"}, "the case has no loan"),
    ],
)
def test_fixed_payments_that_cannot_be_are_refused(fixed: dict[str, str], said: str) -> None:
    # 10,000.00 with 30 and 31 days of interest: 10,061.09 on 20 January, and a cent for rounding
    with pytest.raises((InputError, ValueError), match=said):
        prepare(make_case(loan={"principal": "10000.00"}, opening="20000.00", months=3, fixed_payments=[fixed]))


def test_what_is_owed_then_may_be_fixed() -> None:
    fixed = [{"date": "2027-01-20", "amount": "10061.09"}, {"date": "2026-12-20", "amount": "0.00"}]
    made = planned(make_case(loan={"principal": "10000.00"}, opening="20000.00", months=3, fixed_payments=fixed))
    assert paid_on(made) == {"2027-01-20": 1_006_109}


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({"named_payments": [{"date": "2027-01-20"}]}, "how much is paid on"),
        ({"named_payments": [{"date": "2027-01-20", "amount": "1.00"}] * 2}, "said twice"),
        (
            {"fixed_payments": [{"date": "2027-01-20", "amount": "1.00", **of} for of in ({}, {"loan": "L1"})]},
            "said twice",
        ),
        (
            {"grace": {"months": 2}, "fixed_payments": [{"date": "2027-01-20", "amount": "1.00"}]},
            "time of reduced payments",
        ),
    ],
)
def test_single_days_must_make_sense(policy: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make_case(months=6, **policy)


def test_two_named_days_bring_what_they_should_though_the_rest_comes_late() -> None:
    """With delay allowed and a debt that grows faster than money, everything waits for the end but what is named."""
    made = planned(
        make_case(
            loan={"principal": "10000.00"},
            opening="3000.00",
            monthly=["1000.00"] * 11 + ["9000.00"],
            months=12,
            delay="allow",
            discount_rate="0.00%",
            named_payments=[{"date": "2027-02-05", "amount": "500.00"}, {"date": "2027-06-20", "amount": "700.00"}],
        )
    )
    totals = paid_on(made)
    assert (totals["2027-02-05"], totals["2027-06-20"]) == (50_000, 70_000)
    assert len(totals) <= 5


def test_cumulative_payments_keep_pace_though_waiting_would_gain() -> None:
    known: dict[str, Any] = {"loan": {"principal": "12000.00"}, "opening": "20000.00", "delay": "allow"}
    made = planned(make_case(**known, months=6, discount_rate="0.00%", cumulative="50%"))
    # half of 12,000.00 over six dates, no more before the last
    assert list(paid_on(made).values())[:5] == [100_000] * 5


def test_a_season_may_step_against_last_year() -> None:
    """Off-season 1,000 and in season 5,000 a month: steps of a twentieth from month to month cannot follow that.

    1,000 growing by 5 % over 24 months comes to 1,000 x (1.05^24 − 1) / 0.05 = 44,502, and the debt is 60,000.
    """
    known: dict[str, Any] = {
        "loan": {"principal": "60000.00"},
        "opening": "1000.00",
        "monthly": [*(["1000.00"] * 6), *(["5000.00"] * 6)] * 2,
        "months": 24,
        "step": "5%",
    }
    assert plan(make_case(**known)).status == "infeasible"
    made = planned(make_case(**known, step_against="last_year"))
    totals = {dt.date.fromisoformat(day): cents for day, cents in paid_on(made).items()}
    for day, cents in totals.items():
        before = totals.get(day.replace(year=day.year - 1))
        # in December and January less than 60,000 / 24 can be spared in all: what is compared with them is free
        if before is not None and day != max(totals) and day >= dt.date(2028, 2, 20):
            assert 0.95 * before <= cents <= 1.05 * before


def test_average_life_of_payments_bounds_how_late_money_comes() -> None:
    known: dict[str, Any] = {"loan": {"principal": "12000.00"}, "opening": "20000.00", "delay": "allow"}
    made = planned(make_case(**known, months=12, discount_rate="0.00%", average_life={"years": "0.5"}))
    assert made.metrics.average_life_years is not None
    assert 0.499 < made.metrics.average_life_years <= 0.5
    assert planned(make_case(**known, months=12, discount_rate="0.00%")).metrics.final_date == dt.date(2027, 11, 20)


@pytest.mark.parametrize(("by_loan", "policy"), [(False, {}), (True, {}), (False, {"months": 5, "step": "50%"})])
@pytest.mark.parametrize("missing", [0, 1, -1])
def test_a_schedule_that_is_fixed_on_every_date_settles_to_the_cent_or_is_refused(
    missing: int, by_loan: bool, policy: dict[str, Any]
) -> None:
    """What was agreed is kept as it is: two payments of 25,748.00 and what the ledger says is left, 42 days of interest
    that no multiple of a cent equals."""
    named = {"loan": "L1"} if by_loan else {}

    def fixed(last: int) -> Case:
        amounts = {"2026-12-20": 2_000_000, "2027-01-20": 2_574_800, "2027-02-20": last}
        pins = [{"date": date, "amount": f"{cents / 100:.2f}", **named} for date, cents in amounts.items()]
        return make_case(loan=ODD, opening="90000.00", fixed_payments=pins, **{"months": 3, **policy})

    free = [{"date": "2026-12-20", "amount": "20000.00"}, {"date": "2027-01-20", "amount": "25748.00"}]
    last = paid_on(planned(make_case(loan=ODD, opening="90000.00", months=3, fixed_payments=free)))["2027-02-20"]
    made = plan(fixed(last - missing))
    if missing:
        assert made.status in ("infeasible", "failed") or len(made.installments) == 4  # a cent may come later
    else:
        assert paid_on(planned(fixed(last))) == {"2026-12-20": 2_000_000, "2027-01-20": 2_574_800, "2027-02-20": last}
        assert made.metrics.unpaid == 0


ODD = {"principal": "48734.71", "interest": "1400.36", "rate": "8%"}


def test_before_a_fixed_end_loans_that_share_are_left_with_exactly_that() -> None:
    made = plan(
        make_case(
            loans=[{"principal": "52612.15"}, {"principal": "14475.77"}],
            monthly=["22127.14", "23746.33", "28999.92", "35786.42", "23369.01", "28100.97"],
            months=6,
            allocation="rank",
            rank=["L1", "L2"],
            fixed_payments=[
                {"date": "2027-02-20", "amount": "23746.33"},
                {"date": "2027-04-20", "amount": "3971.16"},
            ],
        ),
        time_limit=600,  # then limits are tightened with the same last payment, which does not find another way
    )
    assert made.status == "optimal"
    assert paid_on(made)["2027-04-20"] == 397_116
    assert made.metrics.unpaid == 0


def test_multiples_of_one_amount_keep_to_a_step_of_the_same_share() -> None:
    """A tenth more every two months, and steps of a tenth at most: 14,007.27 · 1.1 = 15,407.997, of which 15,408.00
    would be a step of more than a tenth."""
    case = make_case(
        loan={"principal": "50966.79"},
        monthly=[
            "20617.90",
            "23273.17",
            "28289.13",
            "14410.47",
            "11372.14",
            "10561.55",
            "26566.47",
            "14389.53",
        ],
        months=8,
        shape={"kind": "step_up", "growth": "10%", "every": 2},
        step="10%",
        maximum_installment="15408.00",
    )
    made = plan(case, time_limit=600)
    assert made.status == "optimal"
    assert list(paid_on(made).values())[:3] == [1_400_727, 1_400_727, 1_540_799]


def test_a_loan_that_ends_on_a_date_of_a_shape_may_wait_for_the_next_with_its_last_cent() -> None:
    """On 20 April one loan was to be settled and the others paid their interest: a cent more than its multiple."""
    receipts = "24178.91 11949.07 14433.58 10340.69 10764.20 20610.71 27678.94 22385.28 18957.16 16481.66"
    made = planned(
        make_case(
            loans=[
                {"principal": "17898.23", "rate": "0%"},
                {"principal": "26403.29", "rate": "28%"},
                {"principal": "38156.06", "overdue_principal": "6918.47"},
            ],
            monthly=receipts.split(),
            months=10,
            tolerance="0.5%",
            shape={"kind": "step_up", "growth": "10%", "every": 2},
            interest_every=1,
        )
    )
    assert paid_on(made)["2027-03-20"] == paid_on(made)["2027-04-20"]
    assert made.metrics.unpaid == 0
