"""What can be changed in a case, in whole steps."""

from __future__ import annotations

from decimal import Decimal

from making import make_case, prepare

from repayplan.cases.models import Case
from repayplan.money import to_cents
from repayplan.planning.levers import levers, owed
from repayplan.problem.terms import resolve

LOANS = [
    {"principal": "100000.00", "penalty": "300.00", "interest": "200.00", "collateral": "50000.00"},
    {"principal": "20000.00", "penalty": "100.00", "fees": "50.00", "collateral": "8000.00"},
]


def case(**policy: object) -> Case:
    return make_case(loans=LOANS, opening="50000.00", floor="20000.00", contingency="5000.00", unit="100.00", **policy)


def test_penalty_is_waived_first_then_interest_then_fees_then_principal() -> None:
    # 400 of penalty, 200 of interest, 50 of fees: 700 takes all of them and 50 of the first loan's principal
    changed = levers(case())["waiver"].change(7)
    given = [loan.waiver for loan in changed.loans]
    assert [(w and (w.penalty, w.interest, w.fees, w.principal)) for w in given] == [
        (Decimal("300.00"), Decimal("200.00"), Decimal("0.00"), Decimal("50.00")),
        (Decimal("100.00"), Decimal("0.00"), Decimal("50.00"), Decimal("0.00")),
    ]
    assert owed(changed) == owed(case()) - 700_00
    assert int(prepare(changed)[1].debt.opening.sum()) == owed(changed)


def test_what_is_waived_already_is_not_waived_again() -> None:
    once = levers(case())["waiver"].change(3)  # 300 of the 400 of penalty
    twice = levers(once)["waiver"].change(1)
    assert owed(twice) == owed(case()) - 400_00
    assert [loan.waiver.penalty if loan.waiver else None for loan in twice.loans] == [Decimal(300), Decimal(100)]


def test_the_contingency_goes_before_the_floor() -> None:
    lever = levers(case())["floor"]
    assert lever.most == 250
    kept = [resolve(lever.change(steps)) for steps in (20, 50, 80, 250)]
    assert [(terms.floor, terms.contingency) for terms in kept] == [
        (20_000_00, 3_000_00),
        (20_000_00, 0),
        (17_000_00, 0),
        (0, 0),
    ]


def test_collateral_that_is_sold_brings_cash_and_secures_nothing_any_more() -> None:
    # 52,000 of 58,000: all of the first loan's 50,000 and 2,000 of the second's, on 20 May 2027, six months on
    before, changed = case(months=12), levers(case(months=12))["sale"].change(520)
    assert [loan.collateral for loan in changed.loans] == [Decimal(0), Decimal(6_000)]
    cash = [prepare(each)[1].cash.inflow.sum() for each in (before, changed)]
    assert cash[1] - cash[0] == 52_000_00
    assert "sale" not in levers(case(months=5))  # the money would come after the end


def test_steps_end_where_nothing_is_left_to_change() -> None:
    made = levers(case(step="97%", balloon="20%", cover={"minimum": "1.03"}, interest_every=6, months=12))
    assert {name: made[name].most for name in ("step", "balloon", "cover", "interest_every", "months", "grace")} == {
        "step": 4,  # to 100 %, and then to none at all
        "balloon": 80,
        "cover": 3,  # to 1.00
        "interest_every": 2,  # 12 months, or not before the debt
        "months": 60,
        "grace": 11,  # a month less than the term
    }
    assert resolve(made["step"].change(3)).step == 1
    assert resolve(made["step"].change(4)).step is None
    assert resolve(made["cover"].change(3)).cover_minimum == 1
    assert resolve(made["interest_every"].change(2)).interest_every is None
    assert resolve(made["months"].change(5)).months == 17


def test_a_number_of_installments_can_be_given_up_and_leaves_dates_for_grace() -> None:
    # twelve dates, nine of them paid: three may fall into a time of grace; without a number the step stays as it is
    made = levers(case(months=12, installments=9, step=None))
    assert made["grace"].most == 3
    assert resolve(made["grace"].change(3)).installments == 9
    freed = resolve(made["installments"].change(1))
    assert (freed.installments, freed.step) == (None, None)
    stepped = levers(case(months=12, installments=12, step="20%"))
    assert resolve(stepped["installments"].change(1)).step == Decimal("0.2")
    assert "grace" not in stepped


def test_a_maturity_that_is_given_is_moved() -> None:
    moved = resolve(levers(case(maturity="2028-01-31"))["months"].change(2))
    assert f"{moved.maturity}" == "2028-03-31"


def test_every_lever_of_every_limit_makes_a_case_that_can_be_read() -> None:
    rich = case(
        months=18,
        shape="level",
        step="20%",
        balloon="20%",
        minimum_installment="1000.00",
        maximum_installment="9000.00",
        cover={"minimum": "1.20"},
        interest_every=1,
        cumulative="80%",
        average_life={"years": "1.2"},
        reserve=2,
        max_burden="70%",
        grace={"months": 3, "interest_only": True},
    )
    made = levers(rich)
    assert set(made) == {
        *("shape", "step", "minimum_installment", "maximum_installment", "interest_every", "balloon", "cumulative"),
        *("average_life", "reserve", "max_burden", "grace", "cover", "floor", "months", "sale", "waiver"),
    }
    for lever in made.values():
        for steps in (1, lever.usual, lever.most):
            changed = lever.change(steps)
            assert Case.model_validate(changed.model_dump(by_alias=True, mode="json", exclude_none=True))
            assert str(lever.words(steps))
            assert changed != rich
    assert to_cents(Decimal("9100.00")) == resolve(made["maximum_installment"].change(1)).maximum_installment


def test_shares_that_are_no_whole_hundredths_end_at_their_ends_too() -> None:
    # from 1.255 to 1.00 are 25.5 hundredths, so 26 steps, the last one shorter; from 80.5 % to 100 % 19.5; from 30.5 %
    # to nothing 30.5
    made = levers(case(cover={"minimum": "1.255"}, balloon="80.5%", cumulative="30.5%", months=12))
    assert {name: made[name].most for name in ("cover", "balloon", "cumulative")} == {
        "cover": 26,
        "balloon": 20,
        "cumulative": 31,
    }
    assert resolve(made["cover"].change(26)).cover_minimum == 1
    assert resolve(made["balloon"].change(20)).balloon == 1
    assert not resolve(made["cumulative"].change(31)).cumulative


def test_no_more_is_waived_than_may_be() -> None:
    # 300.00 of 1,000.00 is waived already: seven steps of 100.00 are left, and none where all of it is
    once = levers(case())["waiver"].change(3)
    bounded = once.model_copy(update={"policy": once.policy.model_copy(update={"max_waived": Decimal(1000)})})
    assert levers(bounded)["waiver"].most == 7
    full = once.model_copy(update={"policy": once.policy.model_copy(update={"max_waived": Decimal(300)})})
    assert "waiver" not in levers(full)
