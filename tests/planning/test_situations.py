"""Plans for the situations an officer meets: what is paid, and what is said where something is not possible."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from making import make_case

from repayplan.cases.models import Case
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import Plan
from repayplan.planning.verify import verify


def proven(case: Case) -> Plan:
    """The plan of a case that has one, verified."""
    made = plan(case)
    assert made.status == "optimal", [str(found.sentence) for found in made.findings if found.result == "fail"]
    assert made.proof.gap is not None
    assert made.proof.gap <= 1e-6
    assert not [found for found in verify(plan_file(made)) if found.result == "fail"]
    return made


def payments(made: Plan, loan: str = "L1") -> list[int]:
    return [row.payment for row in made.installments if row.loan == loan]


def by_date(made: Plan) -> dict[str, int]:
    totals: dict[str, int] = {}
    for row in made.installments:
        totals[f"{row.date}"] = totals.get(f"{row.date}", 0) + row.payment
    return totals


def said(made: Plan, rule: str, result: str) -> list[str]:
    return [str(found.sentence) for found in made.findings if (found.rule, found.result) == (rule, result)]


def months(amount: str, count: int) -> Sequence[str]:
    return [amount] * count


# what cannot be done


def test_a_debt_that_cannot_be_settled_is_infeasible_and_shows_the_best_effort() -> None:
    made = plan(make_case(opening="20000.00", floor="5000.00", monthly=months("10000.00", 4), months=5, unit="100.00"))
    # Cash above the floor: 15,000.00, then 10,000.00 a month.
    #   Dec 100,000.00 × 0.0030 = 300.00              85,300.00 left after 15,000.00
    #   Jan  85,300.00 × 0.0031 = 264.43              75,564.43 left after 10,000.00
    #   Feb  75,564.43 × 0.0031 = 234.2497 → 234.25   65,798.68
    #   Mar  65,798.68 × 0.0028 = 184.2363 → 184.24   55,982.92
    #   Apr  55,982.92 × 0.0031 = 173.5471 → 173.55   46,156.47
    assert made.status == "infeasible"
    assert payments(made) == [1_500_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000]
    assert made.metrics.unpaid == 4_615_647
    assert said(made, "maturity", "fail") == [
        "46,156.47 of loan L1 is still owed after the last payment date 2027-04-20"
    ]
    assert min(row.closing - row.floor for row in made.cash) == 0
    assert {found.rule for found in made.findings if found.result == "fail"} == {"maturity"}


def test_a_best_effort_keeps_cover_and_the_largest_installment() -> None:
    made = plan(
        make_case(
            opening="20000.00",
            monthly=months("12000.00", 5),
            months=6,
            cover={"minimum": "1.20"},
            maximum_installment="15000.00",
            step="25%",
            minimum_installment="14000.00",
            shape="level",
            unit="100.00",
        )
    )
    broken = {found.rule for found in made.findings if found.result == "fail"}
    assert made.status == "infeasible"
    assert "maturity" in broken
    assert not broken & {"floors", "cover", "maximum"}
    assert payments(made)[0] == 1_500_000  # (20,000 / 1.2 = 16,666.67, but 15,000.00 at most)


def test_a_debt_without_any_cash_is_infeasible_but_paying_nothing_is_the_best_there_is() -> None:
    full = plan(make_case(months=5))
    assert (full.status, full.installments, full.metrics.unpaid) == ("infeasible", (), 10_151_915)
    # interest of 300 + 310 + 310 + 280 + 310 = 1,510.00; compound interest of 0.93 in January, 1.89 in February,
    # 2.58 + 0.01 in March, 3.72 + 0.02 in April
    best = plan(make_case(months=5, settle="best"))
    assert (best.status, best.installments) == ("optimal", ())
    stepped = plan(make_case(months=5, settle="best", step="25%", shape="level"))
    assert stepped.installments == ()
    assert stepped.status in ("optimal", "feasible")
    assert not [found for found in stepped.findings if found.result == "fail"]


def test_parts_of_the_debt_may_bear_different_rates_though_interest_is_not_current() -> None:
    loan = {"interest": "1000.00", "compound_rate": "7.20%"}
    made = proven(
        make_case(
            loan=loan, opening="50000.00", monthly=months("20000.00", 5), arrears="keep", months=6, interest_every=3
        )
    )
    assert made.proof.mode == "D"
    # 1,000.00 at 7.20 % and 100,000.00 at 3.60 % for 30 days: 6.00 and 300.00; the rest of 50,000.00 is principal
    first = made.installments[0]
    assert (first.payment, first.compound, first.interest, first.principal_after) == (
        5_000_000,
        600,
        130_000,
        5_130_600,
    )


# what can only just be done


def test_a_case_that_only_works_in_cents_is_planned_in_cents_and_says_so() -> None:
    # Two installments of at most 50,227.62 have to settle 100,000.01. Dec 300.00 of interest: 100,300.01.
    #   after 50,227.62:  50,072.39 × 0.0031 = 155.2244 → 155.22; 50,227.61 is left to pay
    #   after 50,227.61:  50,072.40, 155.22; 50,227.62;  after 50,227.60 it would be 50,227.63, a cent too much
    made = proven(
        make_case(
            loan={"principal": "100000.01"},
            opening="200000.00",
            months=2,
            maximum_installment="50227.62",
            unit="100.00",
        )
    )
    assert by_date(made) == {"2026-12-20": 5_022_762, "2027-01-20": 5_022_761}
    (warning,) = said(made, "unit", "warning")
    assert "units of 0.01" in warning
    assert "100.00" in warning
    less = make_case(loan={"principal": "100000.01"}, opening="200000.00", months=2, maximum_installment="50227.60")
    assert plan(less).status == "infeasible"


def test_what_is_exactly_enough_is_enough() -> None:
    # Dec 100,300.00 − 50,000.00 = 50,300.00;  Jan 50,300.00 × 0.0031 = 155.93
    made = proven(make_case(opening="50000.00", monthly=["50455.93"], months=2, unit="1000.00"))
    assert by_date(made) == {"2026-12-20": 5_000_000, "2027-01-20": 5_045_593}
    assert made.cash[-1].closing == 0
    assert plan(make_case(opening="50000.00", monthly=["50455.92"], months=2)).status == "infeasible"


@pytest.mark.parametrize(
    ("unit", "expected"), [("0.01", 3_012_345), ("1.00", 3_012_300), ("100.00", 3_010_000), ("10000.00", 3_000_000)]
)
def test_installments_are_multiples_of_the_unit_but_the_last(unit: str, expected: int) -> None:
    made = proven(make_case(opening="30123.45", monthly=months("40000.00", 4), months=5, unit=unit))
    first, *_, last = payments(made)
    assert first == expected
    assert all(cents % (int(float(unit) * 100)) == 0 for cents in payments(made)[:-1])
    assert made.metrics.unpaid == 0
    assert last > 0


# loans, dates and grace


def test_two_loans_are_settled_together_from_one_purse() -> None:
    loans = [{"principal": "60000.00", "rate": "3.60%"}, {"principal": "40000.00", "rate": "7.20%"}]
    made = proven(make_case(loans=loans, opening="30000.00", monthly=months("30000.00", 5), months=6, unit="100.00"))
    assert made.metrics.unpaid == 0
    # All is valued at 7.20 %: what waits on L2 keeps its worth, what waits on L1 loses, so L1 is paid first.
    #   L1  Dec 60,180.00 − 30,000.00 = 30,180.00;  Jan × 0.0031 = 93.56: 30,273.56 − 30,000.00 = 273.56;
    #       Feb 0.8480 → 0.85: 274.41 settles it, and 29,700.00 of the 30,000.00 goes to L2, in units of 100.00
    dates = [dt.date(2026, 12, 20), dt.date(2027, 1, 20), dt.date(2027, 2, 20)]
    first, second, third = ({row.loan: row.payment for row in made.installments if row.date == date} for date in dates)
    assert (first, second, third) == ({"L1": 3_000_000}, {"L1": 3_000_000}, {"L1": 27_441, "L2": 2_970_000})
    assert made.metrics.final_date == dt.date(2027, 3, 20)
    assert min(row.closing for row in made.cash) >= 0


def test_of_loans_that_both_keep_their_worth_the_dearer_is_paid_first() -> None:
    loans = [{"principal": "60000.00", "rate": "3.60%"}, {"principal": "40000.00", "rate": "7.20%"}]
    made = proven(
        make_case(loans=loans, opening="30000.00", monthly=months("30000.00", 5), months=6, discount_rate="3.60%")
    )
    # Valued at 3.60 %, waiting would be a gain on L2 alone; as it is forbidden, neither gains and L2 costs more.
    #   L2  Dec 40,240.00 − 30,000.00 = 10,240.00;  Jan × 0.0062 = 63.488 → 63.49: 10,303.49 settles it
    #   L1  Dec 60,180.00;  Jan × 0.0031 = 186.558 → 186.56: 60,366.56 − 19,696.51 = 40,670.05
    #       Feb × 0.0031 = 126.08: 40,796.13 − 30,000.00 = 10,796.13;  Mar × 0.0028 = 30.23: 10,826.36 settles it
    assert payments(made, "L2") == [3_000_000, 1_030_349]
    assert payments(made, "L1") == [1_969_651, 3_000_000, 1_082_636]


def test_level_installments_over_two_loans_stay_level_when_one_is_settled() -> None:
    # half of what is left at the end is recovered, and more is left of the dearer loan: the other one goes first
    loans = [{"principal": "20000.00", "rate": "1%"}, {"principal": "200000.00", "rate": "7.20%"}]
    made = proven(
        make_case(
            loans=loans,
            opening="15000.00",
            monthly=months("15000.00", 7),
            months=8,
            shape="level",
            settle="best",
            recovery="50%",
            unit="100.00",
        )
    )
    settled = max(row.date for row in made.installments if row.loan == "L1")
    assert settled < max(row.date for row in made.installments)
    *before, last = by_date(made).values()
    assert before == [1_500_000] * 7
    assert 1_490_000 <= last <= 1_500_000
    assert not said(made, "unit", "warning")


def test_cash_that_just_covers_interest_leaves_cents_for_rounding() -> None:
    # Interest of 300.00, 310.00, 310.00 ... bears no compound rate while current; the first date leaves 2 cents over.
    loan = {"compound_rate": "7.20%"}
    policy = {"arrears": "keep", "interest_every": 1, "months": 3, "settle": "best"}
    tight = proven(make_case(loan=loan, opening="920.02", **policy))
    assert [str(found.sentence) for found in tight.findings if (found.rule, found.result) == ("interest", "warning")]
    made = proven(make_case(loan=loan, opening="920.30", **policy))
    assert [row.interest for row in made.installments] == [30_000, 31_000, 31_000]


def test_payments_every_quarter_settle_the_interest_of_the_quarter() -> None:
    made = proven(
        make_case(opening="40000.00", monthly=months("10000.00", 11), months=12, payment_every=3, unit="100.00")
    )
    assert list(by_date(made)) == ["2026-12-20", "2027-03-20", "2027-06-20", "2027-09-20"]
    # Dec 100,300.00 − 40,000.00 = 60,300.00, and 90 days of interest on that: 542.70
    second = made.installments[1]
    assert (second.compound, second.interest, second.payment) == (0, 54_270, 3_000_000)


@pytest.mark.parametrize("interest_only", [False, True])
def test_grace(interest_only: bool) -> None:
    made = proven(
        make_case(
            opening="20000.00",
            monthly=months("20000.00", 8),
            months=8,
            grace={"months": 2, "interest_only": interest_only},
            unit="100.00",
        )
    )
    dates = by_date(made)
    if interest_only:
        # 30 and 31 days on 100,000.00, to the cent: no principal is due
        assert [dates["2026-12-20"], dates["2027-01-20"]] == [30_000, 31_000]
        assert all(row.principal == 0 for row in made.installments[:2])
    else:
        assert next(iter(dates)) == "2027-02-20"
        # 300.00 + 310.00 + 0.93 + 310.00 + 0.93 + 0.96 of it unpaid until February: by then 60,000.00 has come in
        assert dates["2027-02-20"] == 6_000_000
    assert made.metrics.unpaid == 0


# cash


def test_cover_over_a_rolling_year_spreads_what_one_period_may_pay() -> None:
    case = {"opening": "0.00", "monthly": ["60000.00", "0.00", "0.00", "0.00", "60000.00", "0.00", "0.00"], "months": 8}
    rolling = proven(make_case(**case, cover={"minimum": "1.10", "window": "rolling", "months": 12, "carry": "0%"}))
    # January: 60,000 / 1.1 in all; nothing more until the receipt of April; then 120,000 / 1.1 in all
    assert by_date(rolling)["2027-01-20"] == 5_454_545
    assert list(by_date(rolling)) == ["2027-01-20", "2027-05-20"]
    # with each period on its own and nothing carried, what the period of a receipt could not pay is lost
    period = plan(make_case(**case, cover={"minimum": "1.25", "carry": "0%"}))
    assert period.status == "infeasible"
    assert sum(by_date(period).values()) == 2 * 4_800_000


def test_with_cover_off_everything_above_the_floor_can_be_paid() -> None:
    made = proven(make_case(opening="70000.00", floor="10000.00", monthly=months("50000.00", 3), months=4))
    assert payments(made) == [6_000_000, 4_042_493]  # 40,300.00 × 1.0031 = 40,424.93
    assert made.cash[1].closing == 1_000_000


def test_collateral_makes_a_default_worth_something_and_waiting_cheaper() -> None:
    case = {
        "opening": "20000.00",
        "monthly": months("20000.00", 5),
        "months": 6,
        "hazard": "2%",
        "recovery": "30%",
        "settle": "best",
    }
    bare = proven(make_case(**case))
    secured = proven(make_case(loan={"collateral": "80000.00"}, **case))
    covered = proven(make_case(loan={"collateral": "500000.00"}, **case))
    values = [made.proof.value for made in (bare, secured, covered)]
    assert values == sorted(values)
    assert values[0] < values[1] < values[2]
    # fully covered, the debt is worth what is owed whether it is paid or called
    assert covered.proof.value == pytest.approx(100_000.0, rel=2e-4)
    assert covered.metrics.expected_recovery <= 10_002_000


def test_a_hazard_makes_waiting_costly_even_at_equal_rates() -> None:
    made = proven(
        make_case(
            opening="30000.00", monthly=months("30000.00", 5), months=6, hazard="1%", settle="best", delay="allow"
        )
    )
    assert payments(made)[:3] == [3_000_000, 3_000_000, 3_000_000]


def test_cash_below_the_floor_is_an_unfunded_need_and_nothing_is_paid_before() -> None:
    made = proven(
        make_case(opening="50000.00", floor="20000.00", monthly=["-40000.00", "80000.00", "60000.00"], months=6)
    )
    # without payments 10,000.00 at the end of December: 10,000.00 short, so nothing is paid in December and January
    assert next(iter(by_date(made))) == "2027-02-20"
    (need,) = said(made, "unfunded", "warning")
    assert "10,000.00" in need
    cash = {row.date: (row.closing, row.floor) for row in made.cash}
    assert cash[dt.date(2026, 12, 31)] == (1_000_000, 2_000_000)
    assert cash[dt.date(2027, 2, 20)] == (2_000_000, 2_000_000)
    assert made.metrics.min_headroom == -1_000_000


# installments


def test_the_largest_installment_is_never_exceeded() -> None:
    made = proven(make_case(opening="200000.00", months=6, maximum_installment="20200.00", unit="100.00"))
    assert payments(made)[:4] == [2_020_000] * 4
    assert max(payments(made)) == 2_020_000
    assert {entry.limit for entry in made.binding} == {"maximum"}


def test_the_least_installment_is_paid_on_every_date_before_the_last() -> None:
    case = make_case(
        loan={"rate": "6.525%"},
        opening="200000.00",
        months=6,
        minimum_installment="15000.00",
        delay="allow",
        discount_rate="1%",
    )
    made = proven(case)
    # waiting pays, so no more than the least is paid before the last date
    assert payments(made)[:-1] == [1_500_000] * 5


def test_the_last_three_payments_stay_within_the_balloon() -> None:
    made = proven(
        make_case(
            loan={"rate": "6.525%"},
            opening="200000.00",
            months=12,
            balloon="30%",
            delay="allow",
            discount_rate="1%",
            unit="100.00",
        )
    )
    # Waiting pays: 30,000.00 less a few units for rounding waits until the last date, 20 November, and the rest until
    # the last date that is not one of those three, 20 August.
    dates = by_date(made)
    assert list(dates) == ["2027-08-20", "2027-11-20"]
    assert 2_970_000 <= dates["2027-11-20"] <= 3_000_000


def test_three_of_few_payments_may_hold_their_even_share_of_the_debt() -> None:
    made = proven(make_case(opening="200000.00", months=8, balloon="30%", delay="allow", discount_rate="1%"))
    # Waiting pays. Three of eight payments may hold 37.5 % of the debt as it would stand by then had nothing been paid:
    # 100,000.00 × 1.0030 × 1.0031 × 1.0031 × 1.0028 × 1.0031 × 1.0030 × 1.0031 × 1.0030 = 102,445.7735, so 38,417.16
    # less twice what rounding can move: a cent, and 13 cents of eight periods with three accrual lines each.
    dates = by_date(made)
    assert list(dates) == ["2027-04-20", "2027-07-20"]
    assert 3_841_716 - 2 * 14 <= dates["2027-07-20"] <= 3_841_716


def test_a_debt_that_is_settled_at_once_is_no_balloon() -> None:
    # three dates hold all of the debt, to the cent that the ledger makes of it
    loans = [{"principal": "12743.77"}, {"principal": "1852.43", "rate": "6.73%"}]
    made = proven(make_case(loans=loans, milestones={"2027-02-15": "90000.00"}, months=6, balloon="20%", unit="1.00"))
    assert list(by_date(made)) == ["2027-02-20"]


def test_installments_step_up_by_a_quarter_at_most() -> None:
    made = proven(
        make_case(opening="20000.00", monthly=["10000.00", *months("40000.00", 7)], months=8, step="25%", unit="100.00")
    )
    paid = payments(made)
    assert all(0.75 * before <= after <= 1.25 * before for before, after in pairwise(paid[:-1]))
    assert paid[-1] <= 1.25 * paid[-2]


def test_a_plan_says_what_of_the_contract_it_does_not_count() -> None:
    contract = {
        "maturity": "2027-06-30",
        "floating": {"index": [{"date": "2026-01-01", "rate": "3%"}], "resets": ["2027-01-01"]},
        "charges": [{"name": "Valuation", "date": "2027-03-01", "amount": "8.00"}],
        "operations": [{"kind": "payment", "date": "2026-12-01", "amount": "5.00"}],
    }
    made = plan(make_case(loan={"contract": contract}, monthly=months("60000.00", 3), months=3))
    assert said(made, "contract", "note") == [
        f"Loan L1: {what} are in the account of the loan, not in this plan"
        for what in ("claims known beforehand", "operations since the case's date")
    ]
    silent = plan(make_case(loan={"contract": {"maturity": "2027-06-30"}}, monthly=months("60000.00", 3), months=3))
    assert said(silent, "contract", "note") == []


def test_a_plan_says_what_holds_it_down() -> None:
    made = proven(make_case(opening="30000.00", monthly=months("30000.00", 4), months=5, unit="100.00"))
    entry = made.binding[0]
    assert (entry.limit, entry.price > 0) == ("floors", True)
    assert "cash would fall below 0.00" in str(entry.sentence)


@pytest.mark.parametrize(
    "policy",
    [
        {"minimum_installment": "905.00", "maximum_installment": "905.00"},
        {"minimum_installment": "905.00", "fixed_payments": [{"date": "2027-11-20", "amount": "45.00"}]},
        {"shape": "level_principal", "fixed_payments": [{"date": "2027-11-20", "amount": "45.00"}]},
        # beside a limit on the last payments together, what is fixed stays what it is
        {"balloon": "30%", "step": "1%", "fixed_payments": [{"date": "2027-11-20", "amount": "45.00"}]},
    ],
)
def test_a_small_last_payment_is_better_than_none_where_nothing_else_is_possible(policy: dict[str, Any]) -> None:
    loan = {"principal": "10000.00", "rate": "0%"}
    made = proven(make_case(loan=loan, opening="20000.00", monthly=["0.00"], months=12, **policy))
    assert list(by_date(made).values())[-1] == 4_500
    assert sum(payments(made)) == 1_000_000
