"""Plans small enough to be calculated by hand, every figure to the cent.

Signed on 20 November 2026, paid on the 20th: periods of 30, 31, 31, 28, 31 (and 30) days. At 3.60 % ACT/360 a day
bears one ten-thousandth, so the rates of the periods are 0.0030, 0.0031, 0.0031, 0.0028, 0.0031 (and 0.0030).
"""

from __future__ import annotations

import datetime as dt

import pytest
from making import make_case, pay

from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import Plan
from repayplan.planning.verify import verify


def columns(made: Plan, *names: str) -> list[tuple[int, ...]]:
    return [tuple(getattr(row, name) for name in names) for row in made.installments]


def closing(made: Plan) -> dict[str, int]:
    return {f"{row.date:%m-%d}": row.closing for row in made.cash}


def proven(made: Plan) -> bool:
    return made.status == "optimal" and not any(found.result == "fail" for found in verify(plan_file(made)))


@pytest.fixture(scope="module")
def capitalized() -> Plan:
    """Mode A: 90,000 + 4,000 overdue + 700 interest + 200 penalty + 100 fees become 95,000.00 of principal."""
    claimed = {"principal": "90000.00", "overdue_principal": "4000.00", "interest": "700.00"}
    return plan(
        make_case(
            loan={**claimed, "penalty": "200.00", "fees": "100.00"},
            opening="30000.00",
            floor="20000.00",
            monthly=["24000.00"] * 4,
            months=5,
            cover={"minimum": "1.20"},
            unit="100.00",
        )
    )


def test_capitalized_arrears_are_paid_as_early_as_cover_allows(capitalized: Plan) -> None:
    # The debt bears what money is valued at, so every settled plan is worth 95,000.00 and the earliest is chosen.
    # Cover 1.20 lets (receipts of the period + cash above the floor of 20,000) / 1.2 be paid, unrounded:
    #   Dec                10,000.00           / 1.2 =  8,333.33   in all  8,333.33
    #   Jan  24,000.00 +  (10,000.00 −  8,333.33) =  25,666.67 / 1.2 = 21,388.89   in all 29,722.22
    #   Feb  24,000.00 +  (25,666.67 − 21,388.89) =  28,277.78 / 1.2 = 23,564.81   in all 53,287.04
    #   Mar  24,000.00 +  (28,277.78 − 23,564.81) =  28,712.96 / 1.2 = 23,927.47   in all 77,214.51
    # In all rounded down to 100.00: 8,300, 29,700, 53,200, 77,200. April pays what is left:
    #   Dec  95,000.00 × 0.0030 = 285.00            95,285.00 −  8,300.00 = 86,985.00   principal  8,015.00
    #   Jan  86,985.00 × 0.0031 = 269.6535 → 269.65  87,254.65 − 21,400.00 = 65,854.65   principal 21,130.35
    #   Feb  65,854.65 × 0.0031 = 204.1494 → 204.15  66,058.80 − 23,500.00 = 42,558.80   principal 23,295.85
    #   Mar  42,558.80 × 0.0028 = 119.1646 → 119.16  42,677.96 − 24,000.00 = 18,677.96   principal 23,880.84
    #   Apr  18,677.96 × 0.0031 =  57.9017 →  57.90  18,735.86 paid                      principal 18,677.96
    assert proven(capitalized)
    assert capitalized.proof.mode == "A"
    assert capitalized.proof.value == pytest.approx(95_000.0, abs=1e-6)
    assert [row.date.isoformat() for row in capitalized.installments] == [
        "2026-12-20",
        "2027-01-20",
        "2027-02-20",
        "2027-03-20",
        "2027-04-20",
    ]
    assert columns(capitalized, "payment", "interest", "principal", "debt_after") == [
        (830_000, 28_500, 801_500, 8_698_500),
        (2_140_000, 26_965, 2_113_035, 6_585_465),
        (2_350_000, 20_415, 2_329_585, 4_255_880),
        (2_400_000, 11_916, 2_388_084, 1_867_796),
        (1_873_586, 5_790, 1_867_796, 0),
    ]


def test_cash_and_figures_of_the_capitalized_plan(capitalized: Plan) -> None:
    # receipts of 24,000.00 on the last day of December to March
    assert closing(capitalized) == {
        "11-30": 3_000_000,
        "12-20": 2_170_000,  # 30,000 − 8,300
        "12-31": 4_570_000,
        "01-20": 2_430_000,  # 45,700 − 21,400
        "01-31": 4_830_000,
        "02-20": 2_480_000,  # 48,300 − 23,500
        "02-28": 4_880_000,
        "03-20": 2_480_000,  # 48,800 − 24,000
        "03-31": 4_880_000,
        "04-20": 3_006_414,  # 48,800 − 18,735.86
        "04-30": 3_006_414,
    }
    figures = capitalized.metrics
    assert figures.interest_paid == 28_500 + 26_965 + 20_415 + 11_916 + 5_790
    assert figures.recovered == 9_500_000 + figures.interest_paid == 9_593_586
    assert (figures.unpaid, figures.payments, figures.largest_payment) == (0, 5, 2_400_000)
    assert figures.capitalized == 70_000 + 20_000 + 10_000
    # March: 24,000 of receipts and 4,800 carried above the floor, over 24,000 paid
    assert (figures.min_dscr, figures.min_dscr_date) == (1.2, dt.date(2027, 3, 20))
    assert (figures.min_headroom, figures.min_headroom_date) == (170_000, dt.date(2026, 12, 20))
    # Σ payment × days since signing / Σ payment / 365, on days 30, 61, 92, 120, 151
    days = 830_000 * 30 + 2_140_000 * 61 + 2_350_000 * 92 + 2_400_000 * 120 + 1_873_586 * 151
    assert figures.average_life_years == pytest.approx(days / 9_593_586 / 365, rel=1e-12)
    # what is paid is worth the debt but for the cents in which interest is booked
    assert abs(figures.expected_recovery - 9_500_000) <= 2


@pytest.fixture(scope="module")
def kept() -> Plan:
    """Mode B: arrears stay arrears and bear 7.20 %, principal bears 3.60 %, interest is current at every payment."""
    claimed = {"principal": "100000.00", "interest": "1000.00", "compound_interest": "50.00"}
    return plan(
        make_case(
            loan={**claimed, "penalty": "500.00", "fees": "200.00", "compound_rate": "7.20%"},
            opening="30000.00",
            floor="20000.00",
            monthly=["24000.00"] * 5,
            months=6,
            first_payment="2027-01-20",
            arrears="keep",
            interest_every=1,
            cover={"minimum": "1.20"},
            unit="100.00",
        )
    )


def test_arrears_kept_at_a_rate_of_their_own_are_paid_first(kept: Plan) -> None:
    # Interest settles on payment dates. Until the first, 61 days on, nothing is paid and arrears bear 7.20 %, 0.0122;
    # fees of 200.00 and penalty of 500.00 bear nothing.
    #   Jan  interest 100,000 × 0.0061 = 610.00: 1,610.00; compound 1,000 × 0.0122 + 50 × 0.0122 = 12.20 + 0.61: 62.81
    # Cover, unrounded: Jan (24,000 + 10,000) / 1.2 = 28,333.33; Feb (24,000 + 5,666.67) / 1.2 = 24,722.22;
    # Mar (24,000 + 4,944.44) / 1.2 = 24,120.37; Apr (24,000 + 4,824.07) / 1.2 = 24,020.06; in all 28,333.33, 53,055.56,
    # 77,175.93, 101,195.99, rounded down 28,300, 53,000, 77,100, 101,100. May pays what is left:
    #   Jan  28,300.00 − 200.00 − 500.00 − 62.81 − 1,610.00 = 25,927.19 of principal, 74,072.81 left
    #   Feb  74,072.81 × 0.0031 = 229.6257 → 229.63   24,700.00 − 229.63 = 24,470.37   49,602.44 left
    #   Mar  49,602.44 × 0.0028 = 138.8868 → 138.89   24,100.00 − 138.89 = 23,961.11   25,641.33 left
    #   Apr  25,641.33 × 0.0031 =  79.4881 →  79.49   24,000.00 −  79.49 = 23,920.51    1,720.82 left
    #   May   1,720.82 × 0.0030 =   5.1625 →   5.16    1,725.98 paid
    assert proven(kept)
    assert kept.proof.mode == "B"
    assert columns(kept, "payment", "fees", "penalty", "compound", "interest", "principal", "debt_after") == [
        (2_830_000, 20_000, 50_000, 6_281, 161_000, 2_592_719, 7_407_281),
        (2_470_000, 0, 0, 0, 22_963, 2_447_037, 4_960_244),
        (2_410_000, 0, 0, 0, 13_889, 2_396_111, 2_564_133),
        (2_400_000, 0, 0, 0, 7_949, 2_392_051, 172_082),
        (172_598, 0, 0, 0, 516, 172_082, 0),
    ]
    assert kept.metrics.debt_at_signing == 10_175_000
    # the value counts no gain from arrears that bear more than money is worth: it is the debt at signing
    assert kept.proof.value == pytest.approx(101_750.0, abs=1e-6)
    # all that is paid and is not principal; nothing is capitalized
    assert kept.metrics.interest_paid == 20_000 + 50_000 + 6_281 + 161_000 + 22_963 + 13_889 + 7_949 + 516
    assert kept.metrics.capitalized == 0


def test_the_cash_of_the_kept_arrears(kept: Plan) -> None:
    assert closing(kept) == {
        "11-30": 3_000_000,
        "12-31": 5_400_000,
        "01-20": 2_570_000,  # 54,000 − 28,300
        "01-31": 4_970_000,
        "02-20": 2_500_000,  # 49,700 − 24,700
        "02-28": 4_900_000,
        "03-20": 2_490_000,  # 49,000 − 24,100
        "03-31": 4_890_000,
        "04-20": 2_490_000,  # 48,900 − 24,000
        "04-30": 4_890_000,
        "05-20": 4_717_402,  # 48,900 − 1,725.98
        "05-31": 4_717_402,
    }


def test_a_level_plan_pays_one_amount_and_a_smaller_last_one() -> None:
    made = plan(
        make_case(
            opening="21030.00",
            monthly=["21030.00"] * 4,
            months=5,
            shape="level",
            unit="100.00",
        )
    )
    # Cash allows 21,030.00 on every date: the earliest level plan pays 21,000.00 four times and then what is left.
    #   Dec 100,000.00 × 0.0030 = 300.00              79,300.00 left
    #   Jan  79,300.00 × 0.0031 = 245.83              58,545.83 left
    #   Feb  58,545.83 × 0.0031 = 181.4921 → 181.49   37,727.32 left
    #   Mar  37,727.32 × 0.0028 = 105.6365 → 105.64   16,832.96 left
    #   Apr  16,832.96 × 0.0031 =  52.1822 →  52.18   16,885.14 paid
    assert proven(made)
    assert columns(made, "payment", "interest", "debt_after") == [
        (2_100_000, 30_000, 7_930_000),
        (2_100_000, 24_583, 5_854_583),
        (2_100_000, 18_149, 3_772_732),
        (2_100_000, 10_564, 1_683_296),
        (1_688_514, 5_218, 0),
    ]


def test_a_level_plan_uses_two_amounts_where_one_would_leave_too_large_a_last_installment() -> None:
    made = plan(
        make_case(
            opening="20190.00",
            monthly=["20190.00"] * 4,
            months=5,
            shape="level",
            unit="3000.00",
        )
    )
    # 20,190.00 a month is just enough. Four times 18,000.00 would leave about 28,900.00, more than a tenth above, so
    # as much as the four roundings cut off, 4 × 2,190.00 = 8,760.00, goes back in units: two payments of 21,000.00, the
    # later ones, which cash allows (36,000 + 21,000 after three receipts of 20,190.00).
    #   Dec 100,000.00 × 0.0030 = 300.00              82,300.00 left
    #   Jan  82,300.00 × 0.0031 = 255.13              64,555.13 left
    #   Feb  64,555.13 × 0.0031 = 200.1209 → 200.12   43,755.25 left
    #   Mar  43,755.25 × 0.0028 = 122.5147 → 122.51   22,877.76 left
    #   Apr  22,877.76 × 0.0031 =  70.9211 →  70.92   22,948.68 paid, less than 1.1 × 21,000.00 = 23,100.00
    assert proven(made)
    assert columns(made, "payment", "debt_after") == [
        (1_800_000, 8_230_000),
        (1_800_000, 6_455_513),
        (2_100_000, 4_375_525),
        (2_100_000, 2_287_776),
        (2_294_868, 0),
    ]


def test_the_ledger_alone_says_the_same_of_the_payments() -> None:
    replayed = pay(make_case(months=5), 2_100_000, 2_100_000, 2_100_000, 2_100_000, 1_688_514)
    assert replayed.unpaid == 0
    assert [int(replayed.debt[stage, 0]) for stage in replayed.pay_stages] == [
        7_930_000,
        5_854_583,
        3_772_732,
        1_683_296,
        0,
    ]


def after_interest_alone(time_limit: float | None) -> Plan:
    """Two months of interest alone, 4.35% on 100,000 for 30 and 31 days: 362.50 and 374.58."""
    case = make_case(
        loan={"rate": "4.35%"},
        opening="20000.00",
        monthly=["20000.00"] * 8,
        months=8,
        unit="100.00",
        interest_every=1,
        cover={"minimum": "1.2"},
        grace={"months": 2, "interest_only": True},
    )
    return plan(case, time_limit=time_limit)


@pytest.mark.parametrize("time_limit", [None, 1000.0])
def test_after_interest_in_cents_amounts_are_whole_units_again(time_limit: float | None) -> None:
    # what comes then is counted by itself, not with those cents, so that it is in hundreds; and that interest is in
    # cents is no reason to have all amounts in cents where there is a limit of time that is far away
    made = after_interest_alone(time_limit)
    amounts = [row.payment for row in made.installments if row.payment]
    assert amounts[:2] == [362_50, 374_58]
    assert all(amount % 100_00 == 0 for amount in amounts[2:-1])
    assert len(amounts) > 4
    assert not any("in units of" in str(finding.sentence) for finding in made.findings)
