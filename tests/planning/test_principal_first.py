"""Principal before everything else, and contract rates that change after signing: by hand, to the cent."""

from __future__ import annotations

from typing import Any

import pytest
from making import make_case, pay, prepare

from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.verify import verify

FIRST: dict[str, Any] = {"arrears": "keep", "order": "principal_first"}


def test_payments_settle_principal_then_interest_then_fees() -> None:
    loan = {"principal": "1000.00", "interest": "20.00", "fees": "5.00", "compound_rate": "0%"}
    made = pay(make_case(loan=loan, months=3, **FIRST), 60_000, 41_000, 1_500)
    # Dec: 3.00 of interest; 600.00 of principal, 400.00 are left. Jan: 1.24; 400.00 of principal and 10.00 of interest.
    # Nothing bears then: 20.00 + 3.00 + 1.24 − 10.00 = 14.24 of interest, and 0.76 of the fees
    parts = [(entry.allocation.principal, entry.allocation.interest, entry.allocation.fees) for entry in made.settled]
    assert parts == [(60_000, 0, 0), (40_000, 1_000, 0), (0, 1_424, 76)]
    assert made.unpaid == 424


def test_a_plan_with_principal_first_is_the_ledgers() -> None:
    # 5,000.00 now, then 20,000.00 a month. 10,000.00 of interest bears nothing, principal 3.60 %
    loan = {"interest": "1000.00", "compound_rate": "0%"}
    made = plan(make_case(loan=loan, opening="5000.00", monthly=["20000.00"] * 8, months=8, unit="100.00", **FIRST))
    assert (made.status, made.proof.mode) == ("optimal", "D")
    assert not [finding for finding in verify(plan_file(made)) if finding.result == "fail"]
    # 100,000.00: 300.00 in December, 95,000.00 × 0.0031 = 294.50, 75,000.00 × 0.0031 = 232.50, 55,000.00 × 0.0028 =
    # 154.00, 35,000.00 × 0.0031 = 108.50, 15,000.00 × 0.0030 = 45.00: 1,134.50 and the 1,000.00 that were unpaid
    assert sum(row.principal for row in made.installments) == 10_000_000
    assert [row.interest for row in made.installments] == [0, 0, 0, 0, 0, 213_450]
    assert made.installments[-1].payment == 1_500_000 + 213_450


@pytest.mark.parametrize(
    "policy",
    [
        {"interest_every": 3},
        {"grace": {"months": 1, "interest_only": True}},
        {"shape": "level_principal"},
        {"shape": {"kind": "interest_only", "months": 2}},
        {"all_in_charge": "law"},
    ],
)
def test_what_settles_principal_first_may_not_ask_for_what_needs_interest_first(policy: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="principal first"):
        make_case(**{**policy, "order": "principal_first"})


def test_a_contract_rate_that_changes_after_signing_is_in_the_plan() -> None:
    # 3.60 % to 5 January, 7.20 % from then: December 300.00; January 16 nights at 1 and 15 at 2 ten-thousandths a day,
    # 46 in all: 460.00; February 31 nights at 2: 620.00
    contract = {"rate_steps": [{"date": "2027-01-05", "rate": "7.20%"}]}
    policy = {"months": 3, "interest_every": 1, "settle": "best"}
    case = make_case(loan={"contract": contract}, opening="1380.30", **policy)
    problem = prepare(case)[1]
    assert problem.debt.growth[0, problem.pays[0], 0] == pytest.approx([1.0030, 1.0046, 1.0062])
    made = plan(case)
    assert (made.status, [row.interest for row in made.installments]) == ("optimal", [30_000, 46_000, 62_000])
    assert not [finding for finding in verify(plan_file(made)) if finding.result == "fail"]
    assert made.metrics.npv_at_eir == pytest.approx(
        30_000 / 1.0030 + 46_000 / 1.0030 / 1.0046 + 62_000 / 1.0030 / 1.0046 / 1.0062, abs=32
    )


def test_a_rate_agreed_for_the_plan_stands_whatever_the_contract_says() -> None:
    contract = {"rate_steps": [{"date": "2027-01-05", "rate": "7.20%"}]}
    problem = prepare(make_case(loan={"contract": contract, "rate_after_signing": "3.60%"}, months=2))[1]
    assert problem.debt.growth[0, problem.pays[0], 0] == pytest.approx([1.0030, 1.0031])
    floating = {"index": [{"date": "2026-12-01", "rate": "7.20%"}], "resets": ["2027-01-05"]}
    follows = prepare(make_case(loan={"contract": {"floating": floating}}, months=2))[1]
    assert follows.debt.growth[0, follows.pays[0], 0] == pytest.approx([1.0030, 1.0046])


@pytest.mark.parametrize(
    ("loans", "policy", "words"),
    [
        ([{}, {}], {"allocation": "rank"}, "does not name every loan once"),
        ([{}, {}], {"allocation": "rank", "rank": ["L1", "L1"]}, "does not name every loan once"),
        ([{}, {}], {"rank": ["L1", "L2"]}, "only where loans are paid by rank"),
        ([{}, {"lender": "Other"}], {}, "how this lender shares"),
        ([{}, {"lender": "Other"}], {"allocation": "legal"}, "how this lender shares"),
        ([{"lender": "Other"}], {"allocation": "pari_passu"}, "the bank itself lends nothing"),
    ],
)
def test_what_does_not_fit_is_refused(loans: list[dict[str, str]], policy: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make_case(loans=loans, **policy)
