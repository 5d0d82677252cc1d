"""Waivers and routes that cannot be so, with the field to be mended."""

from __future__ import annotations

from typing import Any

import pytest
from making import make_case
from pydantic import ValidationError

REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "more than is claimed": ({"penalty": "5.00", "waiver": {"penalty": "5.01"}}, {}, "more is waived than is claimed"),
    "everything": ({"waiver": {"principal": "100000.00"}}, {}, "nothing is left to be repaid"),
    # 5.00 is waived and 4.99 may be
    "more than may be": (
        {"penalty": "6.00", "waiver": {"penalty": "5.00"}},
        {"max_waived": "4.99"},
        "which is more than may be waived.*'amount': '5.00'.*'amount': '0.01'",
    ),
    "extension without a term": ({}, {"route": "extension"}, "depends on its original term"),
    "start after the end": (
        {"contract": {"start": "2026-12-20", "maturity": "2026-12-20"}},
        {},
        "paid out after it was to end",
    ),
    "extended backwards": (
        {"contract": {"first_maturity": "2027-12-20", "maturity": "2026-12-20"}},
        {},
        "the first end is later",
    ),
    "refinancing keeps arrears": ({}, {"route": "refinancing", "arrears": "keep"}, "leaves no arrears"),
    "forbearance cures": ({}, {"route": "forbearance", "arrears": "capitalize"}, "arrears stay what they are"),
    "forbearance waives": (
        {"penalty": "5.00", "waiver": {"penalty": "5.00"}},
        {"route": "forbearance"},
        "forbearance waives nothing",
    ),
    "forbearance cuts": ({"rate_after_signing": "1%"}, {"route": "forbearance"}, "the rate stays what it is"),
    "arrears are gone": (
        {},
        {"arrears": "capitalize", "arrears_cleared": {"by": "loss"}},
        "not overdue any more",
    ),
    "principal first": (
        {"overdue_principal": "5.00"},
        {"order": "principal_first", "arrears_cleared": {"by": "loss"}},
        "leaves arrears overdue",
    ),
    "a contract without end": ({}, {"npv": {"test": "eba", "basis": "contract"}}, "depends on its end"),
    "hazard in words": ({}, {"hazard": "tables"}, "policy"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_so_is_refused(name: str) -> None:
    loan, policy, words = REFUSED[name]
    with pytest.raises(ValidationError, match=words):
        make_case(loan=loan, months=3, **policy)


def test_what_can_be_so_is_read() -> None:
    case = make_case(
        loan={"penalty": "5.00", "waiver": {"penalty": "5.00", "conditional": True}},
        hazard="table",
        npv={"test": "ifrs9", "applied": "price", "price": "25%"},
        liquidation_floor={"delay_months": 18, "costs": "5%"},
        max_waived="5.00",
        months=3,
    )
    assert case.policy.hazard == "table"
    assert make_case(hazard="0.5%").policy.hazard is not None
