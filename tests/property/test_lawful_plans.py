"""Random borrowers under the limits of law and value: no plan breaks one, and ``verify`` finds what the plan says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case

from repayplan.cases.models import Case
from repayplan.errors import InputError
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.verify import verify


def amounts(least: int, most: int) -> st.SearchStrategy[str]:
    return st.integers(least * 100, most * 100).map(lambda cents: f"{cents / 100:.2f}")


ASKED = {
    "max_waived": amounts(0, 4_000),
    "all_in_charge": st.just("law"),
    "npv": st.fixed_dictionaries(
        {"test": st.sampled_from(["eba", "ifrs9"]), "applied": st.sampled_from(["limit", "price"])},
        optional={"price": st.sampled_from(["0%", "10%", "100%"])},
    ),
    "liquidation_floor": st.fixed_dictionaries({"delay_months": st.sampled_from([1, 6, 24]), "costs": st.just("10%")}),
    "max_burden": st.sampled_from(["50%", "80%", "100%"]),
    "hazard": st.sampled_from(["table", "1%"]),
    "recovery": st.sampled_from(["0%", "30%"]),
    "discount_rate": st.sampled_from(["0%", "3%", "9%"]),
    "route": st.sampled_from(["extension", "restructuring", "refinancing"]),
    "arrears_cleared": st.fixed_dictionaries({"by": st.sampled_from(["doubtful", "loss"]), "left": amounts(0, 9_000)}),
    "shape": st.just("level"),
    "delay": st.sampled_from(["forbid", "allow"]),
}


@st.composite
def lawful_cases(draw: st.DrawFn) -> Case:
    """One or two loans, some of their claims waived, under a few of the limits."""
    asked: dict[str, Any] = draw(st.fixed_dictionaries({}, optional=ASKED))
    if "arrears_cleared" in asked and asked.get("route") == "refinancing":
        del asked["route"]
    loans = []
    for _ in range(draw(st.integers(1, 2))):
        loan: dict[str, Any] = {
            "principal": draw(amounts(5_000, 90_000)),
            "overdue_principal": draw(amounts(0, 9_000)),
            "interest": draw(amounts(0, 3_000)),
            "rate": draw(st.sampled_from(["0%", "3.60%", "8%", "18%"])),
            "collateral": draw(st.sampled_from(["0.00", "20000.00", "200000.00"])),
            "contract": {
                "start": "2025-09-20",
                "maturity": draw(st.sampled_from(["2026-12-20", "2027-06-20"])),
                "overdue_since": draw(st.sampled_from(["2026-08-20", "2026-11-20"])),
            },
        }
        if "arrears_cleared" not in asked:
            loan["penalty"] = draw(amounts(0, 3_000))
        given_up = [name for name in ("interest", "penalty") if name in loan and draw(st.booleans())]
        loan["waiver"] = {name: loan[name] for name in given_up} | {"conditional": draw(st.booleans())}
        loans.append(loan | draw(st.sampled_from([{}, {"rate_after_signing": "1%"}])))
    months = draw(st.integers(3, 18))
    if "max_waived" in asked:  # less than what is waived is refused
        waived = sum(Decimal(loan[name]) for loan in loans for name in loan["waiver"] if name != "conditional")
        asked["max_waived"] = f"{max(Decimal(asked['max_waived']), waived)}"
    return make_case(
        loans=loans,
        opening=draw(amounts(0, 50_000)),
        monthly=draw(st.lists(amounts(0, 60_000), min_size=1, max_size=months)),
        months=months,
        settle=draw(st.sampled_from(["full", "best"])),
        unit=draw(st.sampled_from(["0.01", "1.00", "100.00"])),
        tolerance=draw(st.sampled_from(["0%", "0.5%"])),
        **asked,
    )


def lawful(case: Case) -> None:
    try:
        made = plan(case)
    except InputError:
        return
    refused = {finding.rule for finding in verify(plan_file(made)) if finding.result == "fail"}
    broken = {finding.rule for finding in made.findings if finding.result == "fail"}
    assert refused == broken
    assert bool(broken) == (made.status not in ("optimal", "feasible"))
    assert not broken & {"term", "floors"}
    if made.proof.value is not None and made.proof.bound is not None:
        assert made.proof.bound >= made.proof.value - 1e-6 * max(abs(made.proof.value), 1)


@settings(max_examples=60)
@given(lawful_cases())
def test_no_plan_breaks_what_law_and_value_ask(case: Case) -> None:
    lawful(case)


@pytest.mark.long
@settings(max_examples=3_000)
@given(lawful_cases())
def test_no_plan_of_thousands_breaks_what_law_and_value_ask(case: Case) -> None:
    lawful(case)
