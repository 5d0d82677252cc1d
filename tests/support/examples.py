"""For every limit and shape a small case, payments that keep it and payments that break it by the smallest step.

Everything is in a case of 10,000.00 at one ten-thousandth a day, whose interest comes out in whole cents: 30.00 in
December, 31.00 in January and February, 28.00 in March on the full principal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from making import make_case, pay

from repayplan.cases.models import Case
from repayplan.compliance.replay import Replay

Paid = int | tuple[int, ...]
"""What is paid on a date: on the one loan, or on each of several."""


@dataclass(frozen=True)
class Example:
    """``good`` and ``bad`` payments in cents on the payment dates one by one; each ``bad`` with what it misses in
    cents, None where that is not money.

    ``shares``: what is signed of each stream of receipts. ``allowed``: kept by the check alone, where rounding needs
    room that the program does not use. ``worse``: the policy of the bad points, where it is not payments that break
    the limit; no case that is read has it.
    """

    limit: str
    good: tuple[Paid, ...]
    bad: Mapping[tuple[Paid, ...], int | None]
    policy: Mapping[str, Any]
    allowed: tuple[tuple[Paid, ...], ...] = ()
    cash: Mapping[str, Any] = field(default_factory=dict)
    settle: str = "best"
    shares: tuple[str, ...] = ()
    loan: Mapping[str, Any] = field(default_factory=dict)
    worse: Mapping[str, Any] | None = None
    spoilt: bool = False
    loans: tuple[str, ...] = ()

    @property
    def nothing(self) -> tuple[Paid, ...]:
        """No payment on any date."""
        return tuple(0 if isinstance(paid, int) else (0,) * len(paid) for paid in self.good)

    def pay(self, *amounts: int) -> Replay:
        """What the payments do."""
        return pay(self.case(), *amounts, shares=self.shares)

    def case(self) -> Case:
        """The case: 5,000.00 on hand, a floor of 2,000.00 and 1,000.00 a month where nothing else is said."""
        cash = {"opening": "5000.00", "floor": "2000.00", "monthly": ["1000.00"] * len(self.good), **self.cash}
        months = len(self.good)
        policy = {"months": months, "settle": self.settle, **self.policy}
        loans = [{"principal": principal} for principal in self.loans]
        case = make_case(loans=loans or [{"principal": "10000.00", **self.loan}], **cash, **policy)
        changes = (self.worse or {}) if self.spoilt else {}
        return case.model_copy(update={"policy": case.policy.model_copy(update=changes)})

    def spoiled(self) -> Example:
        """The same with the policy of the bad points."""
        return replace(self, spoilt=True)


CHAIN = {"kind": "stores", "stores": [{"name": "Corner", "monthly": "1000.00"}], "day": 10}
INVOICES = {
    "kind": "receivables",
    "items": [
        {"debtor": "Jiangnan", "amount": "1000.00", "due": "2026-12-10"},
        {"debtor": "Jiangbei", "amount": "2000.00", "due": "2027-01-10"},
        {"debtor": "Jiangnan", "amount": "1000.00", "due": "2027-02-10"},
    ],
}

EXAMPLES: Mapping[str, Example] = {
    # 5,000 − 3,000 leaves the floor; each month brings another 1,000
    "floors": Example(
        "floors",
        good=(300_000, 100_000, 100_000),
        bad={(300_001, 99_999, 100_000): 1, (300_000, 100_000, 100_001): 1},
        policy={},
    ),
    # half of what is carried counts: 0.5 × 3,000 / 1.25 = 1,200; (1,000 + 0.5 × 1,800) / 1.25 = 1,520;
    # (1,000 + 0.5 × 1,280) / 1.25 = 1,312; a cent too much wants 1.25 cents more, and leaves less for the next
    "cover": Example(
        "cover",
        good=(120_000, 152_000, 131_200),
        bad={(120_001, 151_900, 131_200): 2, (120_000, 152_000, 131_201): 2},
        policy={"cover": {"minimum": "1.25", "carry": "50%"}},
    ),
    # two months together, nothing carried counts: Dec 1,250 / 1.25; Jan 2,250 / 1.25 = 1,800 with December;
    # Feb 2,000 / 1.25 = 1,600 with January
    "cover.rolling": Example(
        "cover",
        good=(100_000, 80_000, 80_000),
        bad={(100_001, 79_999, 80_000): 2, (100_000, 80_000, 80_001): 2},
        policy={"cover": {"minimum": "1.25", "window": "rolling", "months": 2, "carry": "0%"}},
        cash={
            "opening": "3000.00",
            "monthly": [],
            "milestones": {"2026-12-10": "1250.00", "2027-01-10": "1000.00", "2027-02-10": "1000.00"},
        },
    ),
    # all cash since the receipt of 3,000 in December and what was there before, 500 above the floor:
    # 3,500 / 1.25 = 2,800 over all three dates
    "cover.since_receipt": Example(
        "cover",
        good=(100_000, 100_000, 80_000),
        bad={(100_000, 100_000, 80_001): 2},
        policy={"cover": {"minimum": "1.25", "window": "since_receipt"}},
        cash={"opening": "2500.00", "monthly": [], "milestones": {"2026-12-10": "3000.00"}},
    ),
    # 1,000 over the floor in December, and a loss of 500 in February: the business may pay 500. The 2,000 of proceeds
    # that come in January pay the loan and nothing else, as long as there is one
    "pledged": Example(
        "pledged",
        good=(50_000, 100_000, 0),
        bad={(50_001, 99_999, 0): 1},
        policy={},
        cash={
            "opening": "3000.00",
            "monthly": ["0.00"],
            "pledged": {"2027-01-10": "2000.00"},
            "losses": {"2027-02-05": "-500.00"},
        },
    ),
    # the same with a guarantor of 2,000, called in January
    "guarantor": Example(
        "guarantor",
        good=(50_000, 100_000, 0),
        bad={(50_001, 99_999, 0): 1},
        policy={},
        cash={
            "opening": "3000.00",
            "monthly": ["0.00"],
            "guaranteed": {"2027-01-10": "2000.00"},
            "losses": {"2027-02-05": "-500.00"},
        },
    ),
    "minimum": Example(
        "minimum",
        good=(50_000, 50_000, 40_000),
        bad={(49_999, 50_000, 40_000): 1, (50_000, 49_999, 40_000): 1},
        policy={"minimum_installment": "500.00"},
        cash={"opening": "9000.00"},
    ),
    "maximum": Example(
        "maximum",
        good=(80_000, 80_000, 80_000),
        bad={(80_001, 80_000, 80_000): 1, (80_000, 80_000, 80_001): 1},
        policy={"maximum_installment": "800.00"},
    ),
    # two of three dates; the third is left out
    "installments": Example(
        "installments",
        good=(200_000, 0, 100_000),
        bad={(200_000, 100_000, 100_000): None, (300_000, 0, 0): None},
        policy={"installments": 2},
    ),
    # a quarter up, then a quarter down, and the last may fall as it likes, if it is more than a token: 250.00
    "step": Example(
        "step",
        good=(100_000, 125_000, 93_750, 30_000),
        bad={
            (100_000, 125_001, 93_760, 30_000): 1,
            (100_000, 125_000, 93_749, 30_000): 1,
            (100_000, 125_000, 93_760, 117_201): 1,
        },
        policy={"step": "25%"},
        cash={"opening": "9000.00"},
    ),
    # every half year: December against December, June against June, which say nothing of each other
    "step.last_year": Example(
        "step",
        good=(100_000, 20_000, 125_000, 15_000),
        bad={
            (100_000, 20_000, 125_001, 15_000): 1,
            (100_000, 20_000, 74_999, 15_000): 1,
            (100_000, 20_000, 125_000, 25_001): 1,
        },
        policy={"step": "25%", "step_against": "last_year", "payment_every": 6, "months": 19},
        cash={"opening": "9000.00"},
    ),
    # four fifths of 10,000 in the last three of four, where an even schedule has three quarters
    "balloon": Example(
        "balloon",
        good=(100_000, 266_666, 266_667, 266_667),
        bad={(100_000, 266_667, 266_667, 266_667): 1, (0, 0, 770_000, 30_001): 1},
        policy={"balloon": "80%"},
        cash={"opening": "12000.00"},
    ),
    # three of four may hold three quarters of the debt as it would stand by March,
    # 10,000 × 1.0030 × 1.0031 × 1.0031 × 1.0028 = 10,120.5407: 7,590.4055
    "balloon.even": Example(
        "balloon",
        good=(100_000, 253_000, 253_000, 253_040),
        bad={(100_000, 253_000, 253_000, 253_041): 1},
        policy={"balloon": "20%"},
        cash={"opening": "12000.00"},
    ),
    # 9,000 on hand and a floor of 2,000: in December 7,000 must hold December's and January's payment, in January
    # 8,000 those up to February
    "reserve": Example(
        "reserve",
        good=(300_000, 400_000, 100_000),
        bad={(300_000, 400_001, 99_999): 1, (300_000, 400_000, 100_001): 1},
        policy={"reserve": 1},
        cash={"opening": "9000.00"},
    ),
    # 60 % of 10,000 over three dates: 2,000 by each
    "cumulative": Example(
        "cumulative",
        good=(200_000, 200_000, 200_000),
        bad={(199_999, 200_001, 200_000): 1, (200_000, 200_000, 199_999): 1},
        policy={"cumulative": "60%"},
        cash={"opening": "9000.00"},
    ),
    "named": Example(
        "named",
        good=(10_000, 50_000, 10_000),
        bad={(10_000, 49_999, 10_000): 1},
        policy={"named_payments": [{"date": "2027-01-20", "amount": "500.00"}]},
    ),
    "fixed": Example(
        "fixed",
        good=(10_000, 50_000, 10_000),
        bad={(10_000, 49_999, 10_000): 1, (10_000, 50_001, 10_000): 1},
        policy={"fixed_payments": [{"date": "2027-01-20", "amount": "500.00"}]},
    ),
    # a fifth of a year is 73 days; the dates are 30, 61 and 92 days away: −43 x 1,900 + 19 x 4,300 = 0
    "life": Example(
        "life",
        good=(190_000, 0, 430_000),
        bad={(190_000, 0, 430_001): 1},
        policy={"average_life": {"years": "0.2"}},
        cash={"opening": "9000.00"},
    ),
    # the same principal, and interest of 30.00, then 31 days on 8,100: 25.11
    "life.principal": Example(
        "life",
        good=(193_000, 2_511, 432_511),
        bad={(193_000, 2_511, 432_512): 1},
        policy={"average_life": {"years": "0.2", "of": "principal"}, "interest_every": 1},
        cash={"opening": "9000.00"},
    ),
    # every second month: Dec 30.00; by February 31.00 + 31.00 and 0.10 on January's
    "interest": Example(
        "interest",
        good=(3_000, 0, 6_210),
        bad={(2_999, 0, 6_211): 1, (3_000, 0, 6_209): 1},
        policy={"interest_every": 2},
    ),
    # the first payment date, 20 December, is the last day of a month's grace
    "grace": Example(
        "grace",
        good=(0, 50_000, 50_000),
        bad={(1, 50_000, 50_000): 1},
        policy={"grace": {"months": 1}},
    ),
    "grace.interest_only": Example(
        "grace",
        good=(3_000, 50_000, 50_000),
        bad={(3_001, 50_000, 50_000): 1},
        policy={"grace": {"months": 1, "interest_only": True}},
    ),
    # 10,030.00 − 1,030.00 = 9,000.00; + 27.90 − 1,027.90 = 8,000.00; + 24.80
    "maturity": Example(
        "maturity",
        good=(103_000, 102_790, 802_480),
        bad={(103_000, 102_790, 802_479): 1},
        policy={},
        cash={"opening": "12000.00"},
        settle="full",
    ),
    # one amount, and a last one that is smaller; two amounts a unit apart and a last one up to a tenth above them
    # are allowed for the sake of rounding
    "level": Example(
        "level",
        good=(50_000, 50_000, 50_000, 30_000),
        bad={
            (50_001, 50_000, 50_000, 30_000): 1,
            (50_000, 50_002, 50_002, 30_000): 1,
            (50_000, 50_000, 50_000, 55_001): 1,
        },
        policy={"shape": "level"},
        allowed=((50_000, 50_001, 50_001, 30_000), (50_000, 50_000, 50_000, 55_000)),
        cash={"opening": "9000.00"},
    ),
    # 2,000.00 of principal with 30.00, 24.80 (on 8,000.00) and 18.60 (on 6,000.00) of interest, then 1,000.00 with
    # 11.20
    "level_principal": Example(
        "level_principal",
        good=(203_000, 202_480, 201_860, 101_120),
        bad={
            (203_001, 202_480, 201_860, 101_120): 1,
            (203_000, 202_480, 201_860, 221_121): 1,  # a tenth above 2,000.00 is 2,200.00
        },
        policy={"shape": "level_principal"},
        allowed=((203_000, 202_480, 201_861, 101_120), (203_000, 202_480, 201_860, 221_120)),
        cash={"opening": "9000.00"},
    ),
    # 30.00 and 31.00 of interest, then one amount
    "interest_only": Example(
        "interest_only",
        good=(3_000, 3_100, 50_000, 50_000, 30_000),
        bad={
            (3_001, 3_100, 50_000, 50_000, 30_000): 1,
            (3_000, 3_100, 50_001, 50_000, 30_000): 1,
            (3_000, 3_100, 50_000, 50_000, 55_001): 1,
        },
        policy={"shape": {"kind": "interest_only", "months": 2}},
        allowed=((3_000, 3_100, 50_000, 50_001, 30_000), (3_000, 3_100, 50_000, 50_000, 55_000)),
        cash={"opening": "9000.00"},
    ),
    # the last is 600.00, but for a cent of rounding in each of the three before it, with interest: 3.03, four cents
    "level_balloon": Example(
        "level_balloon",
        good=(50_000, 50_000, 50_000, 60_000),
        bad={(50_001, 50_000, 50_000, 60_000): 1, (50_000, 50_000, 50_000, 60_005): 1, (50_000,) * 3 + (59_995,): 1},
        policy={"shape": {"kind": "level_balloon", "last": "600.00"}},
        allowed=((50_000, 50_000, 50_000, 60_004), (50_000, 50_000, 50_001, 59_996)),
        cash={"opening": "9000.00"},
    ),
    # 500.00, 550.00, 605.00 and at most 665.50; rounding leaves a cent on each: 1.1 x 500.01 and a cent is 550.021,
    # and 1.331 x 605.01 / 1.21 and a cent, 665.521, a tenth above which is 732.0731
    "step_up": Example(
        "step_up",
        good=(50_000, 55_000, 60_500, 40_000),
        bad={(50_000, 55_003, 60_500, 40_000): 1, (50_000, 55_000, 60_500, 73_208): 1},
        policy={"shape": {"kind": "step_up", "growth": "10%", "every": 1}},
        allowed=((50_000, 55_001, 60_500, 40_000), (50_000, 55_000, 60_500, 73_207)),
        cash={"opening": "9000.00"},
    ),
    "seasonal": Example(
        "seasonal",
        good=(30_000, 60_000, 30_000, 60_000, 20_000),
        bad={
            (30_000, 60_000, 30_001, 60_000, 20_000): 1,
            (30_001, 30_000, 30_001, 30_000, 20_000): 1,
            (30_000, 60_000, 30_000, 60_000, 33_001): 1,
        },
        policy={"shape": {"kind": "seasonal", "peak": [1, 3]}},
        allowed=((30_000, 60_000, 30_000, 60_000, 33_000),),
        cash={"opening": "9000.00"},
    ),
    # half of 1,000.00, then 60 % of 1,000.00 and of 2,000.00; the check knows the shares, the program only that they
    # do not fall and are none above 100 %
    "milestone_share": Example(
        "milestone_share",
        good=(50_000, 60_000, 90_000),
        bad={(60_000, 50_000, 90_000): 10_000, (50_000, 60_000, 200_001): 68_001},
        policy={"shape": "milestone_share"},
        allowed=((50_000, 60_000, 132_000),),
        cash={
            "opening": "9000.00",
            "monthly": [],
            "milestones": {"2026-12-10": "1000.00", "2027-01-10": "1000.00", "2027-02-10": "2000.00"},
        },
        shares=("0.5", "0.6", "0.6"),
    ),
    # half of 1,000.00 a month
    "store_share": Example(
        "store_share",
        good=(50_000, 50_000, 30_000),
        bad={(50_001, 50_000, 30_000): 1, (50_000, 50_000, 55_001): 1},
        policy={"shape": "store_share"},
        allowed=((50_000, 50_000, 55_000),),
        cash={"opening": "9000.00", "monthly": [], "source": CHAIN},
        shares=("0.5",),
    ),
    # 70 % of 1,000.00 where at least 600.00 is due
    "store_share.minimum": Example(
        "store_share",
        good=(70_000, 70_000, 30_000),
        bad={(50_000, 50_000, 30_000): 20_000},
        policy={"shape": {"kind": "store_share", "minimum": "600.00"}},
        cash={"opening": "9000.00", "monthly": [], "source": CHAIN},
        shares=("0.7",),
    ),
    # half of 1,000.00, of 2,000.00 and of 1,000.00
    "receivable_share": Example(
        "receivable_share",
        good=(50_000, 100_000, 30_000),
        bad={(50_001, 100_000, 30_000): 1, (50_000, 100_000, 55_001): 1},
        policy={"shape": "receivable_share"},
        allowed=((50_000, 100_000, 55_000),),
        cash={"opening": "9000.00", "monthly": [], "source": INVOICES},
        shares=("0.5",),
    ),
    # L1 owes 6,000.00 and is first, L2 4,000.00. December: 6,018.00 clear L1, and 500.00 are left for L2; with a cent
    # still owed on L1 none of them may go there
    "allocation.rank": Example(
        "allocation",
        good=((601_800, 50_000), (0, 100_000), (0, 100_000)),
        bad={((601_799, 50_000), (1, 100_000), (0, 100_000)): 50_000},
        policy={"allocation": "rank", "rank": ["L1", "L2"]},
        cash={"opening": "9000.00"},
        loans=("6000.00", "4000.00"),
    ),
    # where interest is due on every date, L2 gets its own: 12.00, then 12.40 twice, and not a cent more. L1: 18.00 of
    # interest in December; 5,018.00 × 0.0031 = 15.56 in January; 4,045.96 × 0.0031 = 12.54 in February
    "allocation.interest": Example(
        "allocation",
        good=((100_000, 1_200), (98_760, 1_240), (98_760, 1_240)),
        bad={((100_000, 1_201), (98_760, 1_240), (98_760, 1_240)): 1},
        policy={"allocation": "rank", "rank": ["L1", "L2"], "interest_every": 1},
        loans=("6000.00", "4000.00"),
    ),
    # at one rate six tenths of what is owed stay on L1
    "allocation.alike": Example(
        "allocation",
        good=((60_000, 40_000), (60_000, 40_000), (60_000, 40_000)),
        bad={((60_001, 39_999), (60_000, 40_000), (60_000, 40_000)): 1},
        policy={"allocation": "pari_passu"},
        loans=("6000.00", "4000.00"),
    ),
    # two months of term, two months of extension: from 20 October to 20 December, then to 20 February
    "term": Example(
        "term",
        good=(100_000, 100_000, 100_000, 0),
        bad={(100_000, 100_000, 100_000, 1): 1},
        policy={"route": "extension"},
        loan={"contract": {"start": "2026-10-20", "maturity": "2026-12-20"}},
    ),
    # 90 days from 25 October are 23 January. 8,000.00 is not yet due, 10.00 may be left; interest falls due too:
    # 10,000.00 + 30.00 − 1,030.00 = 9,000.00; + 27.90 − 1,017.90 = 8,010.00. Or 10,030.00 + 31.09 − 2,000.00
    "arrears": Example(
        "arrears",
        good=(103_000, 101_790, 0),
        bad={(103_000, 101_789, 0): 1, (0, 200_000, 100_000): 5_109},
        policy={"arrears_cleared": {"by": "substandard", "left": "10.00"}},
        loan={"principal": "8000.00", "overdue_principal": "2000.00", "contract": {"overdue_since": "2026-10-25"}},
        cash={"opening": "9000.00"},
    ),
    # the penalty is charge; 24 % of 1,000.00 over 30 days is 19.7260; 1,053.15 − 1,019.00 = 34.15 over 31 days brings
    # 0.6961; 34.15 + 0.11 − 2.24 = 32.02 over 31 and 8 days 0.8211: 21.2432 in all, and 21.24 is charged. A cent more
    # leaves 32.01, which brings 0.8209: 21.2430 against 21.25
    "charge": Example(
        "charge",
        good=(101_900, 224, 0),
        bad={(101_900, 225, 0): 1},
        policy={"all_in_charge": "law"},
        loan={"principal": "1000.00", "penalty": "50.00"},
    ),
    "waived": Example(
        "waived",
        good=(50_000, 50_000),
        bad={(50_000, 50_000): 1},
        policy={"max_waived": "100.00"},
        worse={"max_waived": Decimal("99.99")},
        loan={"penalty": "150.00", "waiver": {"penalty": "100.00"}},
    ),
    # worth 10,000.00 before the waiver, 9,900.00 may remain: 5,000 / 1.0030 = 4,985.0449 and
    # 4,944.99 / 1.0030 / 1.0031 = 4,914.9630 are 9,900.0079; a cent less 9,899.9980
    "npv": Example(
        "npv",
        good=(500_000, 494_499),
        bad={(500_000, 494_498): 1},
        policy={"npv": {"test": "eba"}},
        loan={"principal": "9800.00", "fees": "200.00", "waiver": {"fees": "60.00"}},
        cash={"opening": "12000.00"},
    ),
    # at the end the collateral still brings 6,000 / 1.0030 / 1.0031 / 1.0031 = 5,945.1369, now 6,000.00: 54.8631 more
    # is 55.03 / 1.0030 in December = 54.8654; a cent less is 54.8554
    "liquidation": Example(
        "liquidation",
        good=(5_503, 0, 0),
        bad={(5_502, 0, 0): 1},
        policy={"liquidation_floor": {"costs": "0%"}},
        loan={"collateral": "6000.00"},
    ),
    # three receipts of 1,000.00 in the first twelve months: 80 % is 2,400.00
    "burden": Example(
        "burden",
        good=(100_000, 100_000, 40_000),
        bad={(100_000, 100_000, 40_001): 1, (240_001, 0, 0): 1},
        policy={"max_burden": "80%"},
    ),
}
