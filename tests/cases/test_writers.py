"""A case written down reads back as the same case, and two cases that are the same have one fingerprint."""

from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from repayplan.cases.fields import said
from repayplan.cases.models import Case
from repayplan.cases.readers import read_text
from repayplan.cases.writers import case_to_dict, case_to_json, fingerprint

AS_OF = dt.date(2026, 11, 20)

amounts = st.decimals(0, 10**9, places=2)
signed = st.decimals(-(10**9), 10**9, places=2)
shares = st.decimals(0, 1, places=6) | st.integers(0, 10_000).map(lambda points: f"{points / 100:.2f}%")
rates = shares.map(lambda rate: rate if isinstance(rate, str) else said(rate))
parts = shares.filter(lambda share: share != 1)
dates = st.dates(dt.date(2026, 11, 21), dt.date(2050, 12, 31))
names = st.text(st.characters(blacklist_categories=("C", "Zl", "Zp")), min_size=1, max_size=20).filter(str.strip)
identifiers = st.from_regex(r"[\w.\-（）()/# ]{1,10}", fullmatch=True).filter(str.strip)


def fields(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


def or_off(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return strategy | st.just("off")


loans = fields(
    {"id": identifiers, "principal": amounts.filter(bool), "rate": rates},
    {
        "overdue_principal": amounts,
        "interest": amounts,
        "penalty": amounts,
        "rate_after_signing": rates,
        "day_count": st.sampled_from(["ACT/360", "ACT/365F", "ACT/ACT", "30/360", "30E/360"]),
        "collateral": amounts,
    },
)
milestones = fields(
    {
        "kind": st.just("milestones"),
        "name": names,
        "items": st.lists(
            fields({"name": names, "date": dates, "amount": amounts.filter(bool)}, {}), min_size=1, max_size=3
        ),
    },
    {},
)
series = fields(
    {
        "kind": st.just("monthly"),
        "name": names,
        "start": dates.filter(lambda date: date >= dt.date(2026, 12, 1)).map(lambda date: f"{date:%Y-%m}"),
        "amounts": st.lists(signed, min_size=1, max_size=4),
    },
    {"day": st.integers(1, 31)},
)
policies = fields(
    {},
    {
        "months": st.integers(13, 360),
        "payment_every": st.sampled_from([1, 2, 3, 6, 12]),
        "tolerance": parts,
        "cover": or_off(fields({}, {"minimum": st.decimals(1, 10, places=3), "carry": shares})),
        "grace": or_off(fields({"months": st.integers(0, 12)}, {"interest_only": st.booleans()})),
        "interest_every": or_off(st.sampled_from([1, 2, 3, 6, 12])),
        "minimum_installment": or_off(amounts),
        "step": or_off(parts),
        "unit": st.just("100"),
    },
)
cases = fields(
    {
        "schema": st.just("repayplan/case/1"),
        "as_of": st.just(AS_OF),
        "enterprise": fields({"name": names}, {"id": identifiers, "industry": names}),
        "loans": st.lists(loans, min_size=1, max_size=3, unique_by=lambda loan: loan["id"].strip()),
        "cash": fields(
            {
                "opening": signed,
                "sources": st.lists(
                    milestones | series, min_size=1, max_size=3, unique_by=lambda source: source["name"].strip()
                ),
            },
            {"operating_cost": amounts, "floor": amounts, "contingency": amounts},
        ),
    },
    {"currency": st.sampled_from(["CNY", "EUR"]), "policy": policies},
)


@settings(max_examples=150)
@given(cases)
def test_what_is_written_reads_back_the_same(data: dict[str, Any]) -> None:
    case = Case.model_validate(data)
    again = read_text(case_to_json(case), "x", "json")
    assert again == case
    assert case_to_json(again) == case_to_json(case)
    assert fingerprint(again) == fingerprint(case)


@settings(max_examples=50)
@given(cases)
def test_yaml_reads_back_the_same(data: dict[str, Any]) -> None:
    case = Case.model_validate(data)
    text = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.width = 100
    writer.dump(case_to_dict(case), text)
    assert read_text(text.getvalue(), "x", "yaml") == case


def test_the_fingerprint_is_of_the_case_not_of_its_spelling(data: dict[str, Any]) -> None:
    case = Case.model_validate(data)
    data["loans"][0].update(rate="0.04350", principal="100,000", interest=0)
    data["currency"] = "CNY"
    data["policy"]["step"] = None
    assert fingerprint(Case.model_validate(data)) == fingerprint(case)
    data["loans"][0]["principal"] = "100000.01"
    assert fingerprint(Case.model_validate(data)) != fingerprint(case)


def test_the_canonical_text(data: dict[str, Any]) -> None:
    data["loans"] = [{"id": 7, "principal": "1,000", "rate": "4.350%", "fees": Decimal("-0.00")}]
    data["cash"] = {"opening": "-0.5", "sources": [data["cash"]["sources"][0]]}
    assert json.loads(case_to_json(Case.model_validate(data))) == {
        "schema": "repayplan/case/1",
        "as_of": "2026-11-20",
        "enterprise": {"name": "Shop (invented)"},
        "loans": [{"id": "7", "principal": "1000.00", "rate": "0.0435"}],
        "cash": {
            "opening": "-0.50",
            "sources": [{"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": "9000.00", "months": 36}],
        },
        "policy": {"months": 36},
    }
