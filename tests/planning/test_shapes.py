"""Each shape calculated by hand, to the cent: 100,000.00 at one ten-thousandth a day, paid on the 20th.

Periods from 20 November 2026 have 30, 31, 31, 28, 31, 30, 31 … days. Each plan is verified from its file as well, where
the ledger books it and every check judges it. Debt bears what money is valued at, so plans are as early as they can be.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from making import make_case
from pydantic import ValidationError

from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import Plan
from repayplan.planning.verify import verify
from repayplan.report.shapes import shape_sentences


def planned(case: Case) -> Plan:
    """An optimal plan that verify confirms."""
    made = plan(case)
    assert made.status == "optimal"
    assert [str(found.sentence) for found in verify(plan_file(made)) if found.result == "fail"] == []
    return made


def paid(made: Plan) -> list[int]:
    return [row.payment for row in made.installments]


def parts(made: Plan, *names: str) -> list[tuple[int, ...]]:
    return [tuple(getattr(row, name) for name in names) for row in made.installments]


def words(made: Plan) -> list[str]:
    return [str(sentence) for sentence in shape_sentences(made)]


def test_level_principal_is_one_amount_of_principal_and_interest_on_the_rest() -> None:
    # December is the tightest, 20,430.00 for θ and 300.00 of interest.
    #   Dec 100,000.00 × 0.0030 = 300.00   θ + 300.00 ≤ 20,430.00, so θ ≤ 20,130.00, in units of 100.00: 20,100.00
    #   Dec 20,100.00 + 300.00 = 20,400.00                       79,900.00 left
    #   Jan 79,900.00 × 0.0031 = 247.69      20,347.69            59,800.00 left
    #   Feb 59,800.00 × 0.0031 = 185.38      20,285.38            39,700.00 left
    #   Mar 39,700.00 × 0.0028 = 111.16      20,211.16            19,600.00 left
    #   Apr 19,600.00 × 0.0031 =  60.76      19,660.76
    case = make_case(opening="20430.00", monthly=["21000.00"] * 4, months=5, shape="level_principal", unit="100.00")
    made = planned(case)
    assert parts(made, "payment", "interest", "principal") == [
        (2_040_000, 30_000, 2_010_000),
        (2_034_769, 24_769, 2_010_000),
        (2_028_538, 18_538, 2_010_000),
        (2_021_116, 11_116, 2_010_000),
        (1_966_076, 6_076, 1_960_000),
    ]
    assert words(made) == [
        "20,100.00 from 2026-12-20 to 2027-03-20, 4 times of principal, and interest on what is left",
        "19,600.00 on 2027-04-20 of principal, and interest on what is left",
    ]


def test_step_up_by_a_share_each_quarter() -> None:
    # 10 % more every three months, first 10,030.00 on hand and 10,030.00 a month, later enough: θ = 10,000.00
    #   Dec 100,000.00 + 300.00 − 10,000.00 = 90,300.00
    #   Jan  90,300.00 × 1.0031 − 10,000.00 = 80,579.93      90,300.00 × 0.0031 = 279.93
    #   Feb  80,579.93 × 1.0031 − 10,000.00 = 70,829.73      80,579.93 × 0.0031 = 249.7978 → 249.80
    #   Mar  70,829.73 × 1.0028 − 11,000.00 = 60,028.05      70,829.73 × 0.0028 = 198.3232 → 198.32
    #   Apr  60,028.05 × 1.0031 − 11,000.00 = 49,214.14      60,028.05 × 0.0031 = 186.0870 → 186.09
    #   May  49,214.14 × 1.0030 − 11,000.00 = 38,361.78      49,214.14 × 0.0030 = 147.6424 → 147.64
    #   Jun  38,361.78 × 1.0031 − 12,100.00 = 26,380.70      38,361.78 × 0.0031 = 118.9215 → 118.92
    #   Jul  26,380.70 × 1.0030 − 12,100.00 = 14,359.84      26,380.70 × 0.0030 =  79.1421 →  79.14
    #   Aug  14,359.84 × 1.0031 − 12,100.00 =  2,304.36      14,359.84 × 0.0031 =  44.5155 →  44.52
    #   Sep   2,304.36 × 1.0031              =  2,311.50      2,304.36 × 0.0031 =   7.1435 →   7.14
    case = make_case(
        opening="10030.00",
        monthly=["10030.00"] * 2 + ["20000.00"] * 8,
        months=12,
        unit="100.00",
        shape={"kind": "step_up", "growth": "10%", "every": 3},
    )
    made = planned(case)
    assert paid(made) == [1_000_000] * 3 + [1_100_000] * 3 + [1_210_000] * 3 + [231_150]
    assert words(made) == [
        "10,000.00 from 2026-12-20 to 2027-02-20, 3 times",
        "11,000.00 from 2027-03-20 to 2027-05-20, 3 times",
        "12,100.00 from 2027-06-20 to 2027-08-20, 3 times",
        "2,311.50 on 2027-09-20",
    ]


def test_step_up_of_multiples_below_one() -> None:
    # 0.05 times the first amount from the first date on: 4,000.00 is in hand each time, so it is 80,000.00, though
    # 12,000.00 is all that is owed; three payments of 4,000.00 settle it.
    case = make_case(
        opening="4000.00",
        monthly=["4000.00"] * 2,
        months=3,
        loan={"principal": "12000.00", "rate": "0%"},
        shape={"kind": "step_up", "steps": [{"since": "2026-12-01", "multiple": "0.05"}]},
    )
    assert paid(planned(case)) == [400_000] * 3


def test_step_up_that_falls_by_half_each_month() -> None:
    # The largest multiple is the first: 80,000 + 40,000 + 20,000 … of 157,500.00, 2,500.00 of it in June (1/32).
    # θ is what is paid first, 80,000.00, so no box of 2^5 times that is needed.
    case = make_case(
        opening="80000.00",
        monthly=["40000.00", "20000.00", "10000.00", "5000.00", "2500.00"],
        months=6,
        loan={"principal": "157500.00", "rate": "0%"},
        shape={"kind": "step_up", "growth": "-50%", "every": 1},
    )
    assert paid(planned(case)) == [8_000_000, 4_000_000, 2_000_000, 1_000_000, 500_000, 250_000]


def test_step_up_as_stated() -> None:
    # One and a half from March on. Until then 12,040.00 a month is all there is.
    #   Dec 88,300.00   Jan 88,300.00 × 1.0031 − 12,000.00 = 76,573.73   Feb 76,573.73 × 1.0031 − 12,000.00 = 64,811.11
    #   Mar 64,811.11 × 1.0028 − 18,000.00 = 46,992.58   Apr 46,992.58 × 1.0031 − 18,000.00 = 29,138.26
    #   May 29,138.26 × 1.0030 − 18,000.00 = 11,225.67   Jun 11,225.67 × 1.0031 = 11,260.47
    # (273.73, 237.3786 → 237.38, 181.4711 → 181.47, 145.6770 → 145.68, 87.4148 → 87.41, 34.7996 → 34.80 of interest)
    case = make_case(
        opening="12040.00",
        monthly=["12040.00"] * 2 + ["30000.00"] * 8,
        months=12,
        unit="100.00",
        shape={"kind": "step_up", "steps": [{"since": "2027-03-01", "multiple": "1.5"}]},
    )
    assert paid(planned(case)) == [1_200_000] * 3 + [1_800_000] * 3 + [1_126_047]


def test_off_the_peak_no_more_is_paid_than_in_it_where_the_peak_is_over_before() -> None:
    """Peak dates in January and February, the others after them: 44,000.00 by February is 22,000.00 a date, and no more
    is paid from March on, whatever comes in."""
    case = make_case(
        loan={"principal": "100000.00", "rate": "0%"},
        milestones={"2026-12-30": "44000.00", "2027-02-25": "60000.00"},
        months=6,
        first_payment="2027-01-20",
        settle="best",
        shape={"kind": "seasonal", "peak": [1, 2]},
    )
    assert paid(planned(case)) == [2_200_000] * 4 + [1_200_000]


def test_peak_and_off_peak_installments() -> None:
    # 3,000.00 on hand, then 12,000.00 and twice 3,000.00: each payment is what came in, 12,000.00 in January, April, ….
    case = make_case(
        loan={"principal": "30000.00"},
        opening="3000.00",
        monthly=["12000.00", "3000.00", "3000.00"] * 4,
        months=12,
        unit="100.00",
        shape={"kind": "seasonal", "peak": [1, 4, 7, 10]},
    )
    # Dec 30,000.00 × 0.0030 =  90.00   27,090.00      Jan 27,090.00 × 0.0031 =  83.98   15,173.98
    # Feb 15,173.98 × 0.0031 =  47.04   12,221.02      Mar 12,221.02 × 0.0028 =  34.22    9,255.24
    # Apr  9,255.24 × 0.0031 =  28.69    9,283.93 settles it, less than the peak's 12,000.00
    made = planned(case)
    assert paid(made) == [300_000, 1_200_000, 300_000, 300_000, 928_393]
    assert words(made) == [
        "12,000.00 in the months 1 of the year",
        "3,000.00 in the months 2, 3, 12 of the year",
        "9,283.93 on 2027-04-20",
    ]


def test_each_month_of_the_year_has_its_installment() -> None:
    # The same in both Decembers, Januaries … : with 40,000.00 on hand that no later receipt follows, earliest means as
    # much as can be paid twice. Receipts of the first year come again in the second.
    receipts = ["4000.00", "1000.00", "2500.00", "1000.00"] * 3
    case = make_case(
        loan={"principal": "45000.00"},
        opening="1000.00",
        monthly=receipts * 2,
        months=24,
        unit="100.00",
        shape="seasonal",
    )
    made = planned(case)
    by_month: dict[int, set[int]] = {}
    for row in made.installments[:-1]:
        by_month.setdefault(row.date.month, set()).add(row.payment)
    assert {len(amounts) for amounts in by_month.values()} == {1}
    # what a month brings is paid on the 20th of the next
    assert [by_month[month].pop() for month in (1, 2, 3, 4, 5)] == [400_000, 100_000, 250_000, 100_000, 400_000]


def test_a_month_of_the_season_comes_to_the_interest_of_its_first_year() -> None:
    # Interest is paid each month and everything comes in January, so that the other months pay interest alone, which is
    # the most in the first year; what is on hand goes in December.
    #   Dec 60,000.00 × 0.0030 = 180.00      1,000.00            59,180.00 left
    #   Jan 59,180.00 × 0.0031 = 183.46     28,900.00            30,463.46 left: 30,000.00 less eleven other months
    #   Feb 30,463.46 × 0.0031 =  94.44        100.00, in whole hundreds
    case = make_case(
        loan={"principal": "60000.00"},
        opening="1000.00",
        monthly=(["30000.00"] + ["0.00"] * 11) * 3,
        months=36,
        unit="100.00",
        shape="seasonal",
        interest_every=1,
    )
    made = planned(case)
    by_month: dict[int, set[int]] = {}
    for row in made.installments[1:-1]:
        by_month.setdefault(row.date.month, set()).add(row.payment)
    assert [(row.payment, row.interest) for row in made.installments[:3]] == [
        (100_000, 18_000),
        (2_890_000, 18_346),
        (10_000, 9_444),
    ]
    assert by_month == {1: {2_890_000}} | {month: {10_000} for month in range(2, 13)}
    assert len(made.installments) == 26


def test_principal_is_level_over_two_loans_while_a_guarantor_pays() -> None:
    # Interest need not be current where the business has no cash of its own, but the shape has it paid on each loan:
    # L1 30 × 6.00 = 180.00, L2 at 5.00 % a year 30 × 8.3333 = 250.00 in December.
    case = make_case(
        loans=[{"principal": "60000.00"}, {"principal": "60000.00", "rate": "5.00%"}],
        monthly=["0.00"] * 4 + ["18000.00"] * 20,
        months=9,
        unit="100.00",
        shape="level_principal",
        interest_every=1,
        source={"kind": "guarantor", "cap": "70000.00", "call_date": "2026-12-01"},
    )
    made = planned(case)
    principal: dict[object, int] = {}
    for row in made.installments:
        principal[row.date] = principal.get(row.date, 0) + row.principal
    assert list(principal.values())[:-1] == [1_360_000] * 8
    assert [row.interest for row in made.installments][:2] == [18_000, 25_000]


def test_interest_alone_at_first() -> None:
    # Dec 300.00, Jan 310.00, Feb 310.00 of interest. Cash until March: 30,000.00 + 3 × 12,000.00 − 920.00, so the first
    # level payment is bound by the second and third: 65,080.00, 77,080.00 / 2, 89,080.00 / 3 = 29,693.33 → 29,600.00
    #   Mar 100,000.00 × 1.0028 − 29,600.00 = 70,680.00      Apr 70,680.00 × 0.0031 = 219.108 → 219.11   41,299.11
    #   May  41,299.11 × 0.0030 = 123.8973 → 123.90   11,823.01      Jun 11,823.01 × 0.0031 = 36.65   11,859.66
    case = make_case(
        opening="30000.00",
        monthly=["12000.00"] * 12,
        months=12,
        unit="100.00",
        shape={"kind": "interest_only", "months": 3},
    )
    made = planned(case)
    assert paid(made) == [30_000, 31_000, 31_000, 2_960_000, 2_960_000, 2_960_000, 1_185_966]
    assert words(made)[:2] == [
        "Interest alone until 2027-02-20, 920.00 in all",
        "29,600.00 from 2027-03-20 to 2027-05-20, 3 times",
    ]


def test_level_with_a_stated_last_payment() -> None:
    # To leave 25,000.00 for January, 100,300.00 − θ = 24,922.74, December would take more than the 60,000.00 there are.
    # For February 100,300.00 × 1.0031² − θ (1.0031² + 1.0031) = 25,000.00, θ = 75,922.82 / 2.00931 = 37,785.53.
    #   Dec 100,300.00 − 37,700.00 = 62,600.00                    Jan 62,600.00 × 0.0031 = 194.06    25,094.06
    #   Feb  25,094.06 × 0.0031 = 77.7916 → 77.79   25,171.85, 25,000.00 but for what rounding θ down leaves
    case = make_case(
        opening="60000.00",
        monthly=["30000.00"] * 4,
        months=4,
        unit="100.00",
        shape={"kind": "level_balloon", "share": "25%"},
    )
    assert paid(planned(case)) == [3_770_000, 3_770_000, 2_517_185]


def milestones(**shape: Any) -> Case:
    items = {"2026-12-10": "30000.00", "2027-02-10": "40000.00", "2027-04-10": "60000.00"}
    return make_case(
        opening="0.00",
        floor="0.00",
        milestones=items,
        months=6,
        cover={"minimum": "1.25"},
        unit="100.00",
        shape={"kind": "milestone_share", "account": "Escrow 0110", **shape},
    )


def test_a_share_of_each_milestone() -> None:
    # Cover 1.25 leaves 80 % of the first receipt, then of what the second brings and the first left over:
    #   Dec 0.8 × 30,000.00 = 24,000.00, 6,000.00 left
    #   Feb (40,000.00 + 6,000.00) / 1.25 = 36,800.00, 92 % of the receipt, 9,200.00 left
    #   Apr at least 92 % of 60,000.00 = 55,200.00, of which only what is left of the debt is needed:
    #   Dec 100,300.00 − 24,000.00 = 76,300.00      Jan + 76,300.00 × 0.0031 (236.53), due on no day of receipts
    #   Feb + 76,536.53 × 0.0031 (unpaid interest bears the same: 237.26)  − 36,800.00 = 39,973.79
    #   Mar × 1.0028 (111.93)   40,085.72      Apr × 1.0031 (124.27)   40,209.99 is paid
    made = planned(milestones())
    assert [(rule.part, rule.share) for rule in made.rules] == [
        ("2026-12-10", Decimal("0.8")),
        ("2027-02-10", Decimal("0.92")),
        ("2027-04-10", Decimal("0.92")),
    ]
    assert paid(made)[:2] == [2_400_000, 3_680_000]
    assert paid(made)[2] == pytest.approx(4_020_999, abs=2)
    rule = made.rules[1]
    assert (rule.pay_within_days, rule.long_stop.isoformat(), rule.account) == (10, "2027-08-09", "Escrow 0110")
    assert str(rule.sentence) == (
        "92% of what Hall, 2027-02-10 brings, collected in Escrow 0110, is paid within 10 days; what is expected by "
        "2027-02-10 falls due on 2027-08-09 in any case"
    )


def test_a_least_amount_on_days_without_receipts() -> None:
    case = milestones(minimum="500.00")
    policy = case.policy.model_copy(update={"cover": "off"})
    made = planned(case.model_copy(update={"policy": policy}))
    # Nothing comes in for January and March: 500.00 each. 29,500.00 in December leaves that of January, 39,500.00 in
    # February that of March: 29,500.00 / 30,000.00 = 98.33 % rounded down, 0.9833 × 30,000.00 = 29,499.00, and 0.9875
    assert paid(made)[:4] == [2_949_900, 50_000, 3_950_000, 50_000]
    assert [rule.share for rule in made.rules][:2] == [Decimal("0.9833"), Decimal("0.9875")]
    assert {rule.minimum for rule in made.rules} == {50_000}
    assert "at least 500.00 in all" in str(made.rules[0].sentence)


CHAIN = {
    "kind": "stores",
    "day": 10,
    "stores": [{"name": "Corner", "monthly": "10000.00"}, {"name": "Mall", "monthly": "20000.00"}],
    "indices": [1.2, 0.8] * 6,
}


def test_one_share_of_the_stores() -> None:
    # 30,000.00 a month, 0.8 of it in December, 1.2 in January …: 24,000.00, 36,000.00, 24,000.00, 36,000.00.
    # Cover 2 leaves half of each, and what was carried; the share is one, so December decides: 50 %.
    #   Dec 100,300.00 − 12,000.00 = 88,300.00           Jan 88,300.00 × 0.0031 = 273.73    70,573.73
    #   Feb  70,573.73 × 0.0031 = 218.78   58,792.51      Mar 58,792.51 × 0.0028 = 164.62    40,957.13
    #   Apr  40,957.13 × 0.0031 = 126.97   29,084.10      May 29,084.10 × 0.0030 =  87.25    11,171.35
    #   Jun  11,171.35 × 0.0031 =  34.63   11,205.98, less than half of 24,000.00
    case = make_case(source=CHAIN, months=9, cover={"minimum": "2.00"}, unit="100.00", shape="store_share")
    made = planned(case)
    assert [(rule.source, rule.part, rule.share) for rule in made.rules] == [("Source", None, Decimal("0.5"))]
    assert paid(made) == [1_200_000, 1_800_000, 1_200_000, 1_800_000, 1_200_000, 1_800_000, 1_120_598]


def test_a_share_for_each_group_of_stores() -> None:
    groups = [{"name": "Town", "stores": ["Corner"]}, {"name": "Outskirts", "stores": ["Mall"]}]
    shape = {"kind": "store_share", "groups": groups}
    made = planned(make_case(source=CHAIN, months=9, cover={"minimum": "2.00"}, unit="100.00", shape=shape))
    shares = {rule.part: rule.share for rule in made.rules}
    assert set(shares) == {"Town", "Outskirts"}
    # 0.8 × (10,000.00 s₁ + 20,000.00 s₂) = 12,000.00 in December, whatever the split
    assert 8_000 * shares["Town"] + 16_000 * shares["Outskirts"] == pytest.approx(Decimal(12_000), abs=Decimal("2.4"))


def test_stores_that_bring_less_than_the_minimum_at_first() -> None:
    # 1,000.00 in December, less than the 2,000.00 due, which cash on hand pays; from January on 25,000.00 a month, all
    # of which can be paid. The share is that of January and later.
    store = {"name": "Mall", "opened": "2027-01", "monthly": "24000.00"}
    corner = {"name": "Corner", "monthly": "1000.00"}
    source = {"kind": "stores", "day": 10, "stores": [store, corner]}
    shape = {"kind": "store_share", "minimum": "2000.00"}
    made = planned(make_case(source=source, opening="2000.00", months=10, unit="100.00", shape=shape))
    assert paid(made)[0] == 200_000
    (rule,) = made.rules
    assert rule.share == 1
    assert paid(made)[1:3] == [2_500_000, 2_500_000]


def test_small_milestones_after_large_ones_keep_the_share() -> None:
    # the retention of 300.00 is less than the 400.00 due on every payment day, whatever its share is
    items = {"2026-12-10": "30000.00", "2027-01-10": "300.00", "2027-02-10": "90000.00"}
    shape = {"kind": "milestone_share", "minimum": "400.00"}
    made = planned(make_case(milestones=items, opening="500.00", months=4, unit="100.00", shape=shape))
    assert paid(made)[1] == 40_000
    assert made.rules[0].share <= made.rules[1].share <= made.rules[2].share


def test_a_share_of_receivables() -> None:
    # Cover 1.25 leaves 80,000.00 / 1.25 = 64,000.00, 80 %, of the first; what is left takes 53 % of the second.
    items = [
        {"debtor": "Jiangnan", "amount": "80000.00", "due": "2026-12-15"},
        {"debtor": "Jiangbei", "amount": "70000.00", "due": "2027-02-15"},
    ]
    source = {"kind": "receivables", "items": items}
    made = planned(
        make_case(source=source, months=4, cover={"minimum": "1.25"}, unit="100.00", shape="receivable_share")
    )
    # Dec 100,300.00 − 64,000.00 = 36,300.00; × 1.0031 × 1.0031 = 36,525.41
    assert [rule.share for rule in made.rules] == [Decimal("0.8")]
    assert paid(made)[0] == 6_400_000
    assert paid(made)[1] == pytest.approx(3_652_541, abs=2)


# until cleared


def test_more_cash_never_makes_a_level_plan_worse() -> None:
    # Had level payments to go on to the end of the term, 100,000.00 could not be paid sooner than in twelve.
    poor = make_case(opening="9000.00", monthly=["9000.00"] * 11, months=12, shape="level")
    rich = make_case(opening="40000.00", monthly=["40000.00"] * 11, months=12, shape="level")
    ends = [planned(case).metrics.final_date for case in (poor, rich)]
    assert [str(end) for end in ends] == ["2027-11-20", "2027-02-20"]


def test_more_cash_never_makes_a_milestone_share_worse() -> None:
    # 50,000.00 in December and about 50,500.00 of January's 60,000.00 settle the debt. A third milestone of 100,000.00
    # in March changes nothing. Had it to be shared out as well, at no less than what December gave, December could
    # give only s with s (50,000 + 60,000 + 100,000) ≤ 101,200: 48.2 %, 24,095.00 in place of 50,000.00.
    items = {"2026-12-10": "50000.00", "2027-01-10": "60000.00"}
    poor = planned(make_case(milestones=items, months=5, shape="milestone_share"))
    rich = planned(make_case(milestones={**items, "2027-03-10": "100000.00"}, months=5, shape="milestone_share"))
    assert paid(poor) == paid(rich)
    assert paid(rich)[0] == 5_000_000
    assert [rule.part for rule in rich.rules] == ["2026-12-10", "2027-01-10"]


@pytest.mark.parametrize("extra", [0, 10_000, 40_000, 70_000])
def test_more_cash_ends_a_milestone_share_no_later(extra: int) -> None:
    items = {"2026-12-10": f"{40_000 + extra}.00", "2027-01-10": "60000.00", "2027-03-10": "50000.00"}
    made = planned(make_case(milestones=items, months=5, shape="milestone_share"))
    assert str(made.metrics.final_date) == {0: "2027-03-20", 70_000: "2026-12-20"}.get(extra, "2027-01-20")


# what is refused


def refused(case: dict[str, Any] | None = None, **policy: Any) -> str:
    """What is said against a case."""
    try:
        plan(make_case(**(case or {}), months=6, **policy))
    except ValidationError as error:
        return " ".join(
            str(problem.what) for detail in error.errors() for problem in detail["ctx"].get("problems", ())
        ) or str(error)
    except InputError as error:
        return str(error)
    raise AssertionError("nothing is said")


def test_a_rule_that_promises_too_much_is_refused() -> None:
    shape = {"kind": "milestone_share", "pay_within_days": 9}
    told = refused({"milestones": {"2026-12-10": "30000.00", "2027-02-10": "40000.00"}}, shape=shape)
    assert "the receipt of 2026-12-10 from Hall waits for the payment day 2026-12-20" in told
    assert "at least 10" in told


def test_store_groups_hold_every_store_once() -> None:
    twice = [{"name": "A", "stores": ["Corner"]}, {"name": "B", "stores": ["Corner", "Pier"]}]
    told = refused({"source": CHAIN}, shape={"kind": "store_share", "groups": twice})
    for part in ("not in the case: Pier", "in no group: Mall", "in groups twice: Corner"):
        assert part in told


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ("milestone_share", "a share of sources of the kind milestones, and the case has none"),
        ({"kind": "store_share", "source": "Elsewhere"}, "no such source of the kind stores"),
        ({"kind": "step_up"}, "either a growth, or the steps"),
        ({"kind": "step_up", "growth": "5%", "steps": [{"since": "2027-01-01", "multiple": 2}]}, "either a growth"),
        ({"kind": "level_balloon"}, "either as an amount or as a share"),
        ({"kind": "seasonal", "peak": [1, 1]}, "a month stands here twice"),
        ({"kind": "interest_only", "months": 6}, "as long as the plan"),
    ],
)
def test_shapes_that_cannot_be(shape: Any, told: str) -> None:
    assert told in refused({"source": CHAIN}, shape=shape)
