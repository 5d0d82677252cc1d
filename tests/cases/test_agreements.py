"""What a loan's contract may say, and what it may not."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from repayplan.cases import agreements
from repayplan.cases.base import Model
from repayplan.cases.doubts import doubts
from repayplan.cases.models import Case
from repayplan.cases.readers import read_text
from repayplan.cases.writers import case_to_dict
from repayplan.errors import InputError
from repayplan.problem.terms import resolve

FIELDS = [
    pytest.param(model, name, id=f"{model.__name__}.{name}")
    for model in vars(agreements).values()
    if isinstance(model, type) and issubclass(model, Model) and model is not Model
    for name in model.model_fields
]

CASE: dict[str, Any] = {
    "schema": "repayplan/case/1",
    "as_of": "2026-11-20",
    "enterprise": {"name": "Invented Co."},
    "loans": [{"id": "L1", "principal": "1000.00", "interest": "10.00", "rate": "4.35%"}],
    "cash": {
        "opening": "0.00",
        "sources": [{"kind": "monthly", "name": "Shops", "start": "2026-12", "amount": "100.00", "months": 12}],
    },
}

COSTS = {"kind": "charge", "date": "2026-12-10", "name": "Court costs", "amount": "8.00"}
LPR = {"index": [{"date": "2026-01-01", "rate": "3%"}], "resets": ["2027-01-01"]}


def case(**contract: object) -> dict[str, Any]:
    data = copy.deepcopy(CASE)
    data["loans"][0]["contract"] = contract
    return data


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_every_example_can_be_read(model: type[BaseModel], name: str) -> None:
    info = model.model_fields[name]
    assert info.examples
    for example in info.examples:
        faults = []
        try:
            model.model_validate({name: example})
        except ValidationError as error:
            faults = [detail["msg"] for detail in error.errors() if detail["loc"][:1] == (name,)]
        assert faults == []


@pytest.mark.parametrize(
    ("contract", "path", "words"),
    [
        ({"misused_principal": "1000.01"}, "misused_principal", "more principal is misused than there is"),
        (
            {"installments": [{"date": "2027-01-20", "amount": "1000.01"}]},
            "installments",
            "the installments add up to 1,000.01",
        ),
        ({"overdue_since": "2026-11-21"}, "overdue_since", "nothing can be overdue since"),
        ({"installments": [{"date": "2026-11-20", "amount": "1"}]}, "date", "not after the case's date"),
        ({"charges": [{"name": "x", "date": "2026-11-19", "amount": "1"}]}, "date", "not after the case's date"),
        ({"operations": [{"kind": "breach", "date": "2026-11-19"}]}, "date", "older than the case's balances"),
        ({"operations": [{"kind": "reversal", "date": "2026-11-21", "of": 1}]}, "of", "no operation of this number"),
        ({"operations": [{"kind": "reversal", "date": "2026-11-21", "of": 2}]}, "of", "no operation of this number"),
        (
            {"maturity": "2027-06-30", "installments": [{"date": "2027-07-01", "amount": "1"}]},
            "date",
            "after the contract has ended",
        ),
        ({"operations": [{**COSTS, "due": "2026-12-09"}]}, "due", "falls due before it is charged"),
        ({"floating": {**LPR, "cap": "2%", "floor": "3%"}}, "cap", "the highest rate is below the lowest"),
        ({"floating": {**LPR, "resets": ["2026-12-01", "2025-12-31"]}}, 1, "no published rate is known"),
    ],
)
def test_contracts_that_cannot_be_so(contract: dict[str, Any], path: str | int, words: str) -> None:
    with pytest.raises(ValidationError) as error:
        Case.model_validate(case(**contract))
    problems = error.value.errors()[0]["ctx"]["problems"]
    assert [problem.path[-1] for problem in problems] == [path]
    assert words in str(problems[0].what)


@pytest.mark.parametrize(
    ("contract", "words"),
    [
        ({"penalty_multiple": "3.1"}, "1 to 3"),
        ({"settle_every": 4}, ""),
        ({"order": ["fees", "fees", "penalty", "interest", "principal"]}, "fees stands twice"),
        ({"order": ["fees", "penalty"]}, ""),
        ({"operations": [{"kind": "gift", "date": "2026-12-20"}]}, ""),
        (
            {
                "rate_steps": [{"date": "2027-01-01", "rate": "3%"}],
                "floating": {"index": [{"date": "2026-01-01", "rate": "3%"}], "resets": ["2027-01-01"]},
            },
            "either stepped or floating",
        ),
        (
            {
                "floating": {
                    "index": [{"date": "2026-01-01", "rate": "3%"}],
                    "resets": ["2027-01-01"],
                    "spread": "101%",
                }
            },
            "this is not a spread",
        ),
    ],
)
def test_fields_that_cannot_be_read(contract: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as error:
        Case.model_validate(case(**contract))
    context = error.value.errors()[0].get("ctx", {})
    assert words in f"{context.get('what', '')} {context.get('limit', '')}"


def test_a_case_that_says_nothing_of_the_contract_is_written_as_before() -> None:
    written = case_to_dict(Case.model_validate(CASE))
    assert "contract" not in written["loans"][0]
    with_contract = case_to_dict(Case.model_validate(case(maturity="2027-06-30")))
    assert with_contract["loans"][0]["contract"] == {"maturity": "2027-06-30"}
    assert case_to_dict(Case.model_validate(with_contract)) == with_contract


def test_multiples_outside_the_range_allowed_are_doubted() -> None:
    found = doubts(Case.model_validate(case(penalty_multiple="1.6", misuse_multiple="2.5")))
    places = [problem.path[-1] for problem in found]
    assert places[:2] == ["penalty_multiple", "misuse_multiple"]
    assert "1.3 to 1.5" in str(found[0].limit)
    assert not {"penalty_multiple", "misuse_multiple"} & {p.path[-1] for p in doubts(Case.model_validate(case()))}


@pytest.mark.parametrize(
    ("contract", "words"),
    [
        ({"order": "civil"}, ["loans[0].contract.order: this word cannot stand here; value: civil"]),
        (
            {"order": ["fees", "interest", "principal", "penalty", "fees"]},
            ["loans[0].contract.order: fees stands twice in the order of settlement"],
        ),
        (
            {"operations": [{"kind": "gift", "date": "2026-12-20"}]},
            ["loans[0].contract.operations[0].kind: there is no such kind; value: gift"],
        ),
        (
            {"order": "civil", "operations": [{"kind": "reversal", "date": "2026-12-20", "of": 3}]},
            [
                "loans[0].contract.order: this word cannot stand here; value: civil",
                "loans[0].contract.operations[0].of: there is no operation of this number that could be reversed",
            ],
        ),
    ],
)
def test_one_mistake_is_told_once_with_what_was_written(contract: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_text(json.dumps(case(**contract)), "x", "json")
    told = [str(fault).removeprefix("x:1 ") for fault in caught.value.faults]
    assert [text[: len(start)] for text, start in zip(told, words, strict=True)] == words


@pytest.mark.parametrize(
    ("contract", "path", "words"),
    [
        ({"adjustment": "following"}, ("adjustment",), "banks are taken to work every day"),
        (
            {"operations": [{**COSTS, "date": day} for day in ("2027-01-20", "2027-01-20", "2027-01-19")]},
            ("operations", 2, "date"),
            "earlier than the one before it",
        ),
    ],
)
def test_what_has_no_effect_or_stands_out_of_order_is_doubted(
    contract: dict[str, Any], path: tuple[object, ...], words: str
) -> None:
    (found,) = (problem for problem in doubts(Case.model_validate(case(**contract))) if "contract" in problem.path)
    assert found.path == ("loans", 0, "contract", *path)
    assert words in str(found.what)
    moving = doubts(Case.model_validate(case(adjustment="following", business_days="china")))
    assert not [problem for problem in moving if "contract" in problem.path]


def test_an_account_needs_no_cash_and_a_plan_says_that_it_does() -> None:
    bare = {name: value for name, value in CASE.items() if name != "cash"}
    read = Case.model_validate(bare)
    assert doubts(read) == []
    assert Case.model_validate(case_to_dict(read)) == read
    with pytest.raises(InputError) as caught:
        resolve(read)
    assert caught.value.faults[0].where == "cash.sources"
