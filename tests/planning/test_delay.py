"""The delay trap: a debt that earns more than money is worth to the bank makes the best plan one payment at the end."""

from __future__ import annotations

import datetime as dt

import pytest
from making import make_case, prepare

from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.result import Plan
from repayplan.planning.verify import verify

DATES = [dt.date(2026, 12, 20), *(dt.date(2027, month, 20) for month in range(1, 12))]
"""Payment dates of a year that begins on 20 November 2026."""


def trap(**policy: str) -> Case:
    """100,000.00 at 6.525 %, valued at 4.35 %; 30,000.00 on hand and 30,000.00 on the last day of every month."""
    return make_case(
        loan={"rate": "6.525%"},
        opening="30000.00",
        monthly=["30000.00"] * 11,
        months=12,
        discount_rate="4.35%",
        **policy,
    )


def paid(made: Plan) -> list[tuple[dt.date, int]]:
    return [(row.date, row.payment) for row in made.installments]


def said(made: Plan, rule: str) -> list[Finding]:
    return [finding for finding in made.findings if finding.rule == rule]


def half_up(cents: float) -> int:
    return int(cents + 0.5)


def test_where_waiting_is_a_gain_everything_is_paid_on_the_last_day() -> None:
    # A month earns 6.525 % and costs 4.35 %: each cent is worth most on the last date, and 360,000.00 is there by then.
    # Principal, interest and compound interest bear days × 6.525 % / 360, each line booked to the cent.
    interest = compound = 0
    for before, date in zip([dt.date(2026, 11, 20), *DATES], DATES, strict=False):
        rate = 0.06525 * (date - before).days / 360
        compound += half_up(interest * rate) + half_up(compound * rate)
        interest += half_up(10_000_000 * rate)
    made = plan(trap(delay="allow"))
    assert (made.status, paid(made)) == ("optimal", [(dt.date(2027, 11, 20), 10_000_000 + interest + compound)])
    assert not [found for found in verify(plan_file(made)) if found.result == "fail"]


def test_the_earliest_plan_pays_whatever_there_is() -> None:
    # On hand: 30,000.00 on each of the first three dates. Interest, at 0.018125 % a day:
    #   Dec 100,000.00 × 30 × 0.00018125 = 543.75                  70,543.75 left
    #   Jan  70,543.75 × 31 × 0.00018125 = 396.3678 → 396.37       40,940.12 left
    #   Feb  40,940.12 × 31 × 0.00018125 = 230.0317 → 230.03       11,170.15 left
    #   Mar  11,170.15 × 28 × 0.00018125 =  56.6885 →  56.69       11,226.84 paid
    made = plan(trap(delay="forbid"))
    assert paid(made) == [
        (DATES[0], 3_000_000),
        (DATES[1], 3_000_000),
        (DATES[2], 3_000_000),
        (DATES[3], 1_122_684),
    ]
    (note,) = said(made, "delay")
    assert note.result == "note"
    assert "6.525%" in str(note.sentence)
    assert "4.35%" in str(note.sentence)
    # what waiting would have brought is what the plan that waits is worth more
    (warning,) = said(plan(trap(delay="allow")), "delay")
    assert note.amount == pytest.approx(warning.amount, abs=2)


def test_the_earliest_plan_stands_beside_the_one_that_waits_with_the_difference_in_money() -> None:
    late, soon = plan(trap(delay="allow")), plan(trap(delay="forbid"))
    (warning,) = said(late, "delay")
    assert warning.result == "warning"
    # both valued at 4.35 %, compounding on settlement days
    factor, factors = 1.0, {}
    for before, date in zip([dt.date(2026, 11, 20), *DATES], DATES, strict=False):
        factor /= 1 + 0.0435 * (date - before).days / 360
        factors[date] = factor
    worth = [sum(cents * factors[date] for date, cents in paid(made)) for made in (late, soon)]
    assert warning.amount == round(worth[0]) - round(worth[1])
    assert 150_000 < warning.amount < 200_000  # a year at 2.175 % less on what would have been paid by March
    sentence = str(warning.sentence)
    assert "2027-11-20" in sentence
    assert "2027-03-20" in sentence


def test_nothing_is_said_where_waiting_changes_nothing() -> None:
    case = make_case(loan={"rate": "4.35%"}, opening="200000.00", months=6, discount_rate="6%", delay="allow")
    made = plan(case)
    assert [date for date, _ in paid(made)] == DATES[:1]
    assert not said(made, "delay")


@pytest.mark.parametrize(("recovery", "waits"), [("0%", False), ("50%", False), ("70%", True), ("90%", True)])
def test_waiting_pays_only_if_the_rate_outweighs_what_a_default_would_take(recovery: str, waits: bool) -> None:
    # a ≈ 6.525 % / 12 = 0.544 %, d ≈ 4.35 % / 12 = 0.3625 %, h = 0.5 % a month:
    # (1 + a)(1 − h(1 − ρ)) − (1 + d) = +0.18 % − 0.5 % × (1 − ρ), above nothing from ρ = 64 % on
    made = plan(trap(delay="allow", hazard="0.5%", recovery=recovery, settle="best"))
    assert (made.installments[0].date == DATES[-1]) is waits


def test_arrears_that_bear_more_than_principal_are_no_reason_to_wait() -> None:
    # Until the first payment arrears bear 21.60 %, and all is valued at 3.60 %: the earliest plan is still wanted.
    made = plan(
        make_case(
            loan={"interest": "20000.00", "compound_rate": "21.60%"},
            opening="40000.00",
            monthly=["40000.00"] * 11,
            months=12,
            arrears="keep",
            payment_every=3,
            interest_every=1,
        )
    )
    # Dec 100,300.00 and 20,000 × (1 + 0.0180) = 20,360.00 of arrears: 120,660.00 − 40,000.00 = 80,660.00, all principal
    # Mar 80,660.00 × 0.0090 = 725.94, and 120,000.00 has come in
    assert made.proof.mode == "B"
    assert paid(made) == [(DATES[0], 4_000_000), (DATES[3], 8_066_000 + 72_594)]


def test_a_day_count_that_earns_more_is_no_reason_to_wait() -> None:
    # ACT/360 earns 365/360 of ACT/365F at the same rate; the larger loan, in whose days money is valued, is the other
    loans = [{"principal": "200000.00", "day_count": "ACT/365F"}, {"principal": "100000.00", "day_count": "ACT/360"}]
    made = plan(make_case(loans=loans, opening="400000.00", months=12))
    assert paid(made) == [(DATES[0], 20_059_178), (DATES[0], 10_030_000)]  # 200,000 × 3.60 % × 30/365 = 591.78


@pytest.mark.parametrize(
    ("hazard", "recovery", "collateral", "told"),
    [
        ("0%", "0%", "0.00", True),
        ("0.5%", "0%", "0.00", False),  # 0.544 % − 0.5 % < 0.3625 % a month
        ("0.5%", "0%", "200000.00", True),  # collateral covers whatever the debt grows to
        ("0.5%", "0%", "60000.00", True),  # once 60,000.00 is owed, it covers whatever that grows to
        ("0.5%", "70%", "0.00", True),  # 0.544 % − 0.5 % × 0.3 > 0.3625 %
        ("0.1%", "0%", "0.00", True),  # 0.544 % − 0.1 % > 0.3625 %
    ],
)
def test_the_trap_is_told_where_it_is_one(hazard: str, recovery: str, collateral: str, told: bool) -> None:
    case = make_case(
        loan={"rate": "6.525%", "collateral": collateral},
        opening="30000.00",
        monthly=["30000.00"] * 11,
        months=12,
        discount_rate="4.35%",
        hazard=hazard,
        recovery=recovery,
    )
    made = plan(case)
    assert bool(said(made, "delay")) is told
    waiting = plan(case.model_copy(update={"policy": case.policy.model_copy(update={"delay": "allow"})}))
    assert (waiting.installments != made.installments) is told


def test_of_two_loans_only_the_one_in_the_trap_is_named() -> None:
    loans = [{"rate": "6.525%"}, {"rate": "4.35%"}]
    made = plan(make_case(loans=loans, opening="300000.00", months=6, discount_rate="4.35%"))
    (note,) = said(made, "delay")
    assert "L1" in str(note.sentence)
    assert "L2" not in str(note.sentence)


@pytest.mark.parametrize(
    ("parts", "mode"),
    [
        ({"rate": "9%"}, "A"),
        ({"rate": "9%", "penalty": "1000.00"}, "C"),
        ({"rate": "9%", "interest": "5000.00", "compound_rate": "13.5%"}, "D"),
        ({"rate": "3.6%", "interest": "60000.00", "compound_rate": "13.5%"}, "D"),  # the arrears alone are in the trap
        ({"rate": "3.6%", "interest": "5000.00", "compound_rate": "4.8%"}, None),  # the mix is not
        ({"rate": "3.6%", "penalty": "1000.00"}, None),
    ],
)
def test_the_trap_is_told_where_parts_of_the_debt_bear_different_rates(parts: dict[str, str], mode: str | None) -> None:
    # 9 % a year is 0.75 % a month, money is worth 0.33 % less, and a default takes 0.1 % × 60 % = 0.06 %
    case = make_case(
        loan=parts,
        monthly=["18000.00"] * 14,
        months=12,
        hazard="0.1%",
        recovery="40%",
        discount_rate="4%",
        arrears="keep",
    )
    made = plan(case)
    notes = said(made, "delay")
    assert bool(notes) is (mode is not None)
    if mode is not None:
        assert prepare(case)[1].modes == (mode,)
        assert notes[0].amount is not None
        assert notes[0].amount > 100_000
        assert ("unpaid interest 13.5%" in str(notes[0].sentence)) is ("compound_rate" in parts)
