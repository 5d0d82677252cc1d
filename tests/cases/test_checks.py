"""Fields that do not fit together, and what is allowed but doubtful."""

from __future__ import annotations

import json
from typing import Any

import pytest

from repayplan.cases.doubts import doubts
from repayplan.cases.models import Case
from repayplan.cases.readers import read_text
from repayplan.errors import InputError


def faults(data: dict[str, Any]) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_text(json.dumps(data), "x", "json")
    return [str(fault).removeprefix("x:1 ") for fault in caught.value.faults]


def doubted(data: dict[str, Any]) -> list[str]:
    return [f"{'.'.join(map(str, problem.path))}: {problem.what}" for problem in doubts(Case.model_validate(data))]


def test_the_case_is_in_order(data: dict[str, Any]) -> None:
    assert doubted(data) == []


def test_nothing_owed(data: dict[str, Any]) -> None:
    for loan in data["loans"]:
        loan["principal"] = 0
    assert faults(data) == [
        "loans: nothing is owed on any loan; limit: 0.01 or more; "
        "→ write what is owed: principal, overdue_principal, interest"
    ]
    data["loans"][0]["fees"] = "0.01"
    assert doubted(data) == ["loans.1: nothing is owed on this loan"]


def test_names_that_stand_twice(data: dict[str, Any]) -> None:
    data["loans"][1]["id"] = "L1"
    data["cash"]["sources"][1]["name"] = "Shop"
    assert faults(data) == [
        "loans[1].id: the name L1 stands twice; value: L1; → give every one a name of its own",
        "cash.sources[1].name: the name Shop stands twice; value: Shop; → give every one a name of its own",
    ]


def test_receipts_that_are_in_the_opening_cash_already(data: dict[str, Any]) -> None:
    shop, hall = data["cash"]["sources"]
    shop.update(start="2026-11", day=20)
    hall["items"] += [
        {"name": "Base", "date": "2026-11-20", "amount": 1},
        {"name": "x", "date": "2026-11-21", "amount": 1},
    ]
    assert faults(data) == [
        "cash.sources[0].start: the first amount falls on 2026-11-20, which is not after the case's date; "
        "value: 2026-11; limit: after 2026-11-20; "
        "→ begin with a later month; what has come in belongs to cash.opening",
        "cash.sources[1].items[1].date: this milestone is not after the case's date; value: 2026-11-20; "
        "limit: after 2026-11-20; → give the day on which it is now expected; what has come in belongs to cash.opening",
    ]


def test_a_series_may_begin_in_the_month_of_the_case(data: dict[str, Any]) -> None:
    data["cash"]["sources"][0].update(start="2026-11", day=21)
    Case.model_validate(data)
    del data["cash"]["sources"][0]["day"]  # the last day of the month
    Case.model_validate(data)


def test_sums_stay_below_the_largest_amount(data: dict[str, Any]) -> None:
    data["cash"]["sources"][0].update(amount="1000000000000.00", months=11)
    assert faults(data) == [
        "cash.sources[0]: these amounts add up to 11,000,000,000,000.00; limit: at most 10,000,000,000,000.00; "
        "→ check the number of zeros and the unit"
    ]


@pytest.mark.parametrize(
    ("policy", "fault"),
    [
        (
            {"first_payment": "2026-11-20"},
            "policy.first_payment: this day is not within the time a plan may cover; value: 2026-11-20; "
            "limit: after 2026-11-20, at most 2056-11-20; → give a day within 360 months of the case's date",
        ),
        (
            {"maturity": "2056-11-21"},
            "policy.maturity: this day is not within the time a plan may cover; value: 2056-11-21; "
            "limit: after 2026-11-20, at most 2056-11-20; → give a day within 360 months of the case's date",
        ),
        (
            {"first_payment": "2027-12-20", "maturity": "2027-11-20"},
            "policy.first_payment: the first payment comes after the end of the plan; value: 2027-12-20; "
            "limit: at most 2027-11-20; → give an earlier first payment or a longer term",
        ),
        (
            {"first_payment": "2027-12-20", "months": 12},
            "policy.first_payment: the first payment comes after the end of the plan; value: 2027-12-20; "
            "limit: at most 2027-11-20; → give an earlier first payment or a longer term",
        ),
        (
            {"minimum_installment": "500.01", "maximum_installment": 500},
            "policy.minimum_installment: this is more than the largest installment allowed; value: 500.01; "
            "limit: at most 500.00; → lower it, or raise maximum_installment",
        ),
        (
            {"unit": 1000, "maximum_installment": 500},
            "policy.unit: this is more than the largest installment allowed; value: 1000; "
            "limit: at most 500.00; → lower it, or raise maximum_installment",
        ),
        (
            {"cover": {"window": "period", "months": 6}},
            "policy.cover.months: a number of months means something only to a rolling window; value: 6; "
            "→ write window: rolling, or leave months out",
        ),
        (
            {"grace": {"months": 12}, "months": 12},
            "policy.grace.months: the time of reduced payments is as long as the plan; value: 12; "
            "limit: less than 12 months; → shorten it, or give the plan a longer term",
        ),
    ],
)
def test_a_policy_against_itself(data: dict[str, Any], policy: dict[str, Any], fault: str) -> None:
    data["policy"] = policy
    assert faults(data) == [fault]


def test_plans_of_absurd_size(data: dict[str, Any]) -> None:
    data["loans"] = [{"id": f"L{number}", "principal": 1, "rate": 0} for number in range(20)]
    data["policy"] = {"months": 120}  # 20 × 120 = 2,400
    Case.model_validate(data)
    data["policy"] = {"months": 121}
    assert faults(data) == [
        "policy.months: this plan could have 2,420 installments; value: 121; limit: at most 2,400; "
        "→ shorten the term, raise payment_every, or plan the loans in several cases"
    ]
    data["policy"] = {"maturity": "2056-11-20", "payment_every": 3}  # 20 × 360 / 3 = 2,400
    Case.model_validate(data)


@pytest.mark.parametrize(
    "policy",
    [
        {"minimum_installment": 500, "maximum_installment": 500},
        {"minimum_installment": 500, "maximum_installment": "off"},
        {"cover": {"window": "rolling", "months": 6}},
        {"cover": {"months": 6}},
        {"grace": {"months": 11}, "months": 12},
        {"grace": "off", "cover": "off"},
        {"first_payment": "2026-11-21", "maturity": "2056-11-20"},
    ],
)
def test_a_policy_that_fits(data: dict[str, Any], policy: dict[str, Any]) -> None:
    data["policy"] = policy
    Case.model_validate(data)


def test_wrong_fields_do_not_hide_what_does_not_fit(data: dict[str, Any]) -> None:
    data["loans"][0]["principal"] = "ten"
    data["loans"][1]["id"] = "L1"
    data["cash"]["sources"].append({"kind": "weekly"})
    data["cash"]["sources"][1]["items"][0] = {"name": "Roof", "date": "2026-10-01", "amount": -1, "extra": 1}
    places = [fault.partition(":")[0] for fault in faults(data)]
    assert sorted(places) == sorted(
        [
            "loans[0].principal",
            "loans[1].id",
            "cash.sources[2].kind",
            "cash.sources[1].items[0].amount",
            "cash.sources[1].items[0].extra",
            "cash.sources[1].items[0].date",
        ]
    )


def test_stand_ins_for_wrong_fields_are_never_blamed(data: dict[str, Any]) -> None:
    """The example that stands in for a wrong date must not be found to be before the case's date, and so on."""
    data["as_of"] = "2035-13-01"
    data["cash"]["sources"][1]["items"][0]["date"] = "soon"
    data["loans"] = [{"id": "a\tb", "principal": 0, "rate": 0}]
    places = [fault.partition(":")[0] for fault in faults(data)]
    assert places == ["as_of", "loans[0].id", "cash.sources[1].items[0].date"]


def test_doubts(data: dict[str, Any]) -> None:
    del data["cash"]["floor"]
    data["cash"].update(opening="900.00", operating_cost="1000.00")
    shop, hall = data["cash"]["sources"]
    shop.update(months=12)
    hall["items"].append({"name": "Retention", "date": "2030-01-31", "amount": "400.00"})
    data["cash"]["sources"].append({"kind": "monthly", "name": "Late", "start": "2029-12", "amount": 1, "months": 2})
    assert doubted(data) == [
        "cash.opening: cash is below what the business needs on the first day",
        "cash.sources.0.months: this series ends before the plan does; nothing is expected from 2027-12 on",
        "cash.sources.1.items.1.date: this comes after the last day of the plan and pays nothing",
        "cash.sources.2.start: this comes after the last day of the plan and pays nothing",
    ]


def doubt(data: dict[str, Any]) -> tuple[str, str, str]:
    """The only doubt: place, what and limit."""
    (problem,) = doubts(Case.model_validate(data))
    return ".".join(map(str, problem.path)), str(problem.what), str(problem.limit)


def test_a_step_beside_a_number_of_installments_is_doubted(data: dict[str, Any]) -> None:
    data["policy"] = {"installments": 6, "step": "25%"}
    (said,) = doubted(data)
    assert said.startswith("policy.step: a step compares with the payment date before: no date between two")
    data["policy"]["step"] = "off"
    assert doubted(data) == []


@pytest.mark.parametrize(
    ("rate", "limit"),
    [("0.49%", "at least 0.5% a year"), ("24.01%", "at most 24% a year, 法发〔2017〕22号"), ("0.5%", ""), ("24%", "")],
)
def test_contract_rates_that_look_like_a_slip(data: dict[str, Any], rate: str, limit: str) -> None:
    data["loans"][1]["rate"] = rate
    if limit:
        assert doubt(data) == ("loans.1.rate", "this contract rate is unusual", limit)
    else:
        assert doubted(data) == []


@pytest.mark.parametrize("field", ["interest", "compound_interest", "penalty", "fees"])
def test_claims_larger_than_their_principal(data: dict[str, Any], field: str) -> None:
    data["loans"][1].update({"principal": "40000.00", "overdue_principal": "10000.00", field: "50000.00"})
    assert doubted(data) == []
    data["loans"][1][field] = "50000.01"
    where = f"loans.1.{field}"
    assert doubt(data) == (where, "this is more than the principal of the loan", "at most 50,000.00")
    data["loans"][1].update(principal=0, overdue_principal=0)  # what is left of a loan whose principal is repaid
    assert doubted(data) == []


def test_a_business_that_needs_no_cash(data: dict[str, Any]) -> None:
    del data["cash"]["floor"]
    place, what, _ = doubt(data)
    assert (place, what[:37]) == ("cash", "the business is taken to need no cash")
    data["cash"]["operating_cost"] = "0.01"
    assert doubted(data) == []


def test_probabilities_of_a_year_given_for_a_month(data: dict[str, Any]) -> None:
    data["policy"]["hazard"] = "20%"
    assert doubted(data) == []
    data["policy"]["hazard"] = "20.1%"
    assert doubt(data)[::2] == ("policy.hazard", "at most 20% a month")


def test_a_first_payment_on_another_day_than_the_others(data: dict[str, Any]) -> None:
    data["policy"].update(first_payment="2027-01-15", payment_day=20)
    assert doubt(data)[::2] == ("policy.first_payment", "day 20 (policy.payment_day)")
    data["policy"].update(first_payment="2027-02-28", payment_day=31)
    assert doubted(data) == []
    del data["policy"]["payment_day"]
    assert doubted(data) == []
