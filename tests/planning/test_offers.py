"""A schedule that somebody offers: what it breaks, and the nearest one that holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case

from repayplan.cases.models import Case
from repayplan.cases.offers import Offered
from repayplan.planning import nearest
from repayplan.planning.offers import Judged, judge_offer
from repayplan.planning.plan import plan

FREE: dict[str, Any] = {"loan": {"rate": "0%"}, "unit": "100.00"}


def offer(case: Case, payments: dict[str, int], loan: str | None = "L1") -> Judged:
    """Currency units by day."""
    return judge_offer(
        case, [Offered(dt.date.fromisoformat(day), loan, 100 * units) for day, units in payments.items()]
    )


def paid(judged: Judged) -> dict[str, int]:
    assert judged.nearest is not None
    return {f"{row.date}": row.payment // 100 for row in judged.nearest.installments if row.payment}


def broken(judged: Judged) -> list[tuple[str, str]]:
    return [(finding.rule, f"{finding.date}") for finding in judged.failed]


def test_the_nearest_schedule_moves_what_the_cash_forbids_and_nothing_else() -> None:
    # 40,000 on hand and 30,000 at the end of December, January and February; 50,000 in December are 10,000 too many,
    # the others fit: 10,000 move to the last day, which makes 20,000 of difference
    case = make_case(**FREE, opening="40000.00", monthly=["30000.00"] * 3, months=4)
    judged = offer(case, {"2026-12-20": 50_000, "2027-01-20": 20_000, "2027-02-20": 20_000, "2027-03-20": 10_000})
    assert broken(judged)[0] == ("floors", "2026-12-20")
    assert paid(judged)["2026-12-20"] == 40_000
    assert sum(paid(judged).values()) == 100_000
    assert judged.moved == 20_000_00


def test_an_offer_that_holds_is_its_own_nearest() -> None:
    case = make_case(**FREE, opening="40000.00", monthly=["30000.00"] * 3, months=4)
    judged = offer(case, {"2026-12-20": 40_000, "2027-01-20": 30_000, "2027-02-20": 30_000})
    assert judged.holds
    assert (judged.moved, judged.nearest) == (0, judged.plan)


def test_a_day_of_its_own_takes_the_place_of_the_payment_day_of_its_month() -> None:
    # the 5th of January instead of the 20th; a least installment would break if the 20th still counted
    case = make_case(**FREE, opening="100000.00", months=4, minimum_installment="10000.00")
    judged = offer(case, {"2026-12-20": 40_000, "2027-01-05": 30_000, "2027-02-20": 30_000})
    assert judged.holds
    both = offer(case, {"2026-12-20": 40_000, "2027-01-05": 25_000, "2027-01-20": 5_000, "2027-02-20": 30_000})
    assert broken(both) == [("minimum", "2027-01-20")]


def test_interest_is_booked_on_the_days_of_the_offer() -> None:
    # 3.60 % ACT/360 is a ten-thousandth a day: 300.00 are due on 20 December, 160.00 more on 5 January, and 0.48 on the
    # 300.00 that were not paid: 100,460 leave 0.48
    case = make_case(opening="200000.00", months=4)
    judged = offer(case, {"2027-01-05": 100_460})
    (row,) = judged.plan.installments
    assert (row.compound, row.interest, row.principal, row.debt_after) == (48, 460_00, 100_000_00 - 48, 48)
    assert broken(judged) == [("maturity", "2027-03-31")]


def test_what_comes_after_the_term_or_is_more_than_owed_is_said() -> None:
    case = make_case(**FREE, opening="200000.00", months=3)
    late = offer(case, {"2026-12-20": 60_000, "2027-04-15": 40_000})
    assert ("maturity", "2027-04-15") in broken(late)
    assert paid(late) == {"2026-12-20": 100_000}  # wherever the 40,000 go they move as far, so the earliest day
    assert late.moved == 80_000_00
    more = offer(case, {"2026-12-20": 60_000, "2027-01-20": 50_000})
    assert broken(more) == [("ledger", "2027-01-20")]
    assert paid(more) == {"2026-12-20": 60_000, "2027-01-20": 40_000}
    assert more.moved == 10_000_00


def test_without_a_loan_the_overdue_one_is_paid_first() -> None:
    loans = [{"principal": "50000.00"}, {"principal": "0.00", "overdue_principal": "50000.00"}]
    case = make_case(loans=[{**loan, "rate": "0%"} for loan in loans], opening="100000.00", months=3, unit="100.00")
    judged = offer(case, {"2026-12-20": 60_000, "2027-01-20": 40_000}, loan=None)
    assert judged.holds
    rows = [(f"{row.date}", row.loan, row.payment // 100) for row in judged.plan.installments]
    assert rows == [("2026-12-20", "L1", 10_000), ("2026-12-20", "L2", 50_000), ("2027-01-20", "L1", 40_000)]


def test_where_the_case_is_impossible_there_is_no_nearest() -> None:
    judged = offer(make_case(**FREE, opening="50000.00", months=3), {"2026-12-20": 50_000})
    assert not judged.holds
    assert judged.nearest is None


@settings(max_examples=15)
@given(amounts=st.lists(st.integers(0, 400), min_size=6, max_size=6), step=st.sampled_from(["off", "30%"]))
def test_no_plan_is_nearer_than_the_nearest(amounts: list[int], step: str) -> None:
    case = make_case(opening="50000.00", monthly=["20000.00"] * 6, months=6, unit="1.00", step=step)
    days = ["2026-12-20", "2027-01-20", "2027-02-20", "2027-03-20", "2027-04-20", "2027-05-20"]
    wanted = {day: 100 * units for day, units in zip(days, amounts, strict=True)}
    if not any(wanted.values()):
        return
    judged = offer(case, wanted)
    best = plan(case)
    assert judged.nearest is not None
    assert all(finding.result != "fail" for finding in judged.nearest.findings)
    own = {f"{row.date}": row.payment for row in best.installments}
    away = sum(abs(own.get(day, 0) - 100 * wanted.get(day, 0)) for day in days)
    assert judged.moved <= away + 100 * len(days) * 2  # each amount is within a unit of the program's


def test_amounts_that_fit_stay_as_offered_to_the_cent() -> None:
    case = make_case(loan={"rate": "0%"}, opening="40000.00", monthly=["30000.00"] * 3, months=4, unit="100.00")
    offered = {dt.date(2026, 12, 20): 33_333_33, dt.date(2027, 1, 20): 50_000_00, dt.date(2027, 2, 20): 16_666_67}
    judged = judge_offer(case, [Offered(date, "L1", cents) for date, cents in offered.items()])
    # 70,000 are there in January: of its 50,000 no more than 36,666.67 can be paid, 36,600 in whole hundreds
    assert judged.nearest is not None
    assert [row.payment for row in judged.nearest.installments if row.payment] == [33_333_33, 36_600_00, 30_066_67]
    assert judged.moved == 13_400_00 + 13_400_00


@pytest.mark.parametrize("loan", ["L1", None])
def test_the_only_loan_need_not_be_named_and_a_missing_cent_moves_a_cent(loan: str | None) -> None:
    case = make_case(loan={"rate": "0%"}, opening="200000.00", months=4, unit="1000.00", maximum_installment="40000.00")
    days = [dt.date(2026, 12, 20), dt.date(2027, 1, 20), dt.date(2027, 2, 20)]
    judged = judge_offer(case, [Offered(day, loan, 33_333_33) for day in days])
    assert broken(judged) == [("maturity", "2027-03-31")]
    assert judged.nearest is not None
    assert [row.payment for row in judged.nearest.installments if row.payment] == [33_333_33, 33_333_33, 33_333_34]
    assert judged.moved == 1


UNEQUAL = [{"principal": "60000.00", "rate": "0%"}, {"principal": "40000.00", "rate": "0%"}]


def rows(judged: Judged) -> list[tuple[str, str | None, int]]:
    assert judged.nearest is not None
    return [(f"{row.date}", row.loan, row.payment // 100) for row in judged.nearest.installments if row.payment]


def test_without_a_loan_lenders_who_are_paid_alike_get_their_parts() -> None:
    case = make_case(loans=UNEQUAL, opening="100000.00", months=4, allocation="pari_passu", unit="100.00")
    judged = offer(case, {"2026-12-20": 50_000, "2027-01-20": 50_000}, loan=None)
    assert judged.holds
    # six tenths of everything are L1's
    assert rows(judged) == [
        ("2026-12-20", "L1", 30_000),
        ("2026-12-20", "L2", 20_000),
        ("2027-01-20", "L1", 30_000),
        ("2027-01-20", "L2", 20_000),
    ]
    short = offer(case, {"2026-12-20": 50_000, "2027-01-20": 40_000}, loan=None)
    assert {rule for rule, _ in broken(short)} == {"maturity"}
    # the 10,000 that are missing come as early as they may
    assert rows(short)[:2] == [("2026-12-20", "L1", 36_000), ("2026-12-20", "L2", 24_000)]
    assert short.moved == 10_000_00


def test_without_a_loan_the_rank_that_was_agreed_counts() -> None:
    # art. 560 would take L1 first, at 3.60 %
    loans = [{"principal": "60000.00"}, {"principal": "40000.00", "rate": "0%"}]
    policy = {"allocation": "rank", "rank": ["L2", "L1"], "unit": "100.00"}
    case = make_case(loans=loans, opening="100000.00", monthly=["10000.00"] * 3, months=4, **policy)
    judged = offer(case, {"2026-12-20": 50_000, "2027-01-20": 40_000}, loan=None)
    assert {rule for rule, _ in broken(judged)} == {"maturity"}
    assert [(row.loan, row.payment) for row in judged.plan.installments] == [
        ("L1", 10_000_00),
        ("L2", 40_000_00),
        ("L1", 40_000_00),
    ]
    assert judged.nearest is not None
    # 60,000.00 x 1.0030 − 10,000.00 = 50,180.00 are 155.56 more in January: 10,335.56 are missing of 50,335.56
    assert 10_000_00 <= judged.moved <= 10_335_56


def test_without_a_loan_interest_that_is_due_on_any_comes_first() -> None:
    # 60,000 and 40,000 at 3.60 %: 180.00 and 120.00 in December, 186.00 and 124.00 in January and in February
    loans = [{"principal": "60000.00"}, {"principal": "40000.00"}]
    case = make_case(loans=loans, opening="200000.00", months=4, interest_every=1)
    judged = offer(case, {"2026-12-20": 300, "2027-01-20": 310, "2027-02-20": 100_310}, loan=None)
    assert judged.holds
    less = offer(case, {"2026-12-20": 250, "2027-01-20": 310, "2027-02-20": 100_310}, loan=None)
    (unpaid, *_) = [finding for finding in less.failed if finding.rule == "interest"]
    assert (unpaid.loan, unpaid.date) == ("L2", dt.date(2026, 12, 20))  # 180.00 for L1, 70.00 of 120.00 for L2
    assert less.moved == 50_00


def test_without_a_loan_the_amount_of_a_day_stays_to_the_cent() -> None:
    # 40,000.00 are left for January, of which there are 36,666.67
    case = make_case(loans=UNEQUAL, opening="40000.00", monthly=["30000.00"] * 3, months=4, unit="100.00")
    offered = {dt.date(2026, 12, 20): 33_333_33, dt.date(2027, 1, 20): 50_000_00, dt.date(2027, 2, 20): 16_666_67}
    judged = judge_offer(case, [Offered(date, None, cents) for date, cents in offered.items()])
    assert judged.nearest is not None
    by_day: dict[dt.date, int] = {}
    for row in judged.nearest.installments:
        by_day[row.date] = by_day.get(row.date, 0) + row.payment
    assert by_day[dt.date(2026, 12, 20)] == 33_333_33
    assert judged.moved <= 2 * 13_400_00


def test_lenders_who_are_paid_alike_on_several_rates_have_a_nearest() -> None:
    loans = [{"principal": "50000.00", "interest": "5000.00", "compound_rate": "0%"}, {"principal": "40000.00"}]
    case = make_case(loans=loans, opening="65000.00", monthly=["20000.00"] * 4, months=5, allocation="pari_passu")
    judged = offer(case, {"2026-12-20": 55_000, "2027-01-20": 30_000}, loan=None)
    assert judged.nearest is not None
    # 95,000.00 and a little interest: no more than 500.00 of it by February
    assert 10_000_00 <= judged.moved <= 10_500_00


def test_too_many_amounts_to_fix_one_by_one_have_a_nearest_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "MOST_AMOUNTS", 0)
    case = make_case(**FREE, opening="40000.00", monthly=["30000.00"] * 3, months=4)
    judged = offer(case, {"2026-12-20": 50_000, "2027-01-20": 20_000, "2027-02-20": 20_000, "2027-03-20": 10_000})
    assert paid(judged)["2026-12-20"] == 40_000
    assert judged.moved == 20_000_00


@pytest.mark.parametrize("allocation", ["free", "legal", "pari_passu"])
@settings(max_examples=8)
@given(amounts=st.lists(st.integers(0, 400), min_size=6, max_size=6), interest=st.sampled_from(["off", 1]))
def test_of_several_loans_no_plan_is_nearer_either(allocation: str, amounts: list[int], interest: Any) -> None:
    loans = [{"principal": "60000.00"}, {"principal": "40000.00", "collateral": "40000.00"}]
    cash = {"opening": "50000.00", "monthly": ["20000.00"] * 6, "months": 6, "unit": "1.00"}
    case = make_case(loans=loans, allocation=allocation, interest_every=interest, **cash)
    days = ["2026-12-20", "2027-01-20", "2027-02-20", "2027-03-20", "2027-04-20", "2027-05-20"]
    wanted = {day: 100 * units for day, units in zip(days, amounts, strict=True)}
    if not any(wanted.values()):
        return
    judged = offer(case, wanted, loan=None)
    assert judged.nearest is not None
    own = dict.fromkeys(days, 0)
    for row in plan(case).installments:
        own[f"{row.date}"] += row.payment
    away = sum(abs(own[day] - 100 * wanted[day]) for day in days)
    assert judged.moved <= away + 100 * len(days) * 2


def test_amounts_that_are_rounded_together_stay_as_offered_too() -> None:
    # 20 months of a debt that grows: what a solver leaves open must not move a cent of the amounts that fit
    loans = [
        {"principal": "800000.00", "overdue_principal": "400000.00", "interest": "30000.00", "rate": "4.80%"},
        {"principal": "300000.00", "overdue_principal": "50000.00", "interest": "5000.00", "rate": "6.00%"},
    ]
    policy = {"allocation": "rank", "rank": ["L1", "L2"], "interest_every": 1, "cover": {"minimum": "1.20"}}
    case = make_case(loans=loans, opening="300000.00", monthly=["70000.00"] * 30, months=30, unit="100.00", **policy)
    wanted = {(row.date, row.loan): row.payment for row in plan(case).installments if row.payment}
    *_, before, last = sorted(wanted)
    wanted[before] += 5_000_00  # more than the cash of that month covers
    wanted[last] -= 5_000_00
    judged = judge_offer(case, [Offered(day, loan, cents) for (day, loan), cents in wanted.items()])
    assert judged.nearest is not None
    near = {(row.date, row.loan): row.payment for row in judged.nearest.installments if row.payment}
    assert [key for key in wanted.keys() | near.keys() if near.get(key) != wanted.get(key) and key < before] == []
    assert 0 < judged.moved <= 2 * 5_000_00
