"""What treatments bring where other lenders are served from the same cash, by hand and within bounds.

Unless a test says otherwise the bank is owed 40,000.00, all overdue, and 1,000.00 a month comes on the last day of each
month from December 2026 on: eleven by the end of month 12, on 20 November 2027, and one more by 20 December, when what
is left falls due or is called. Nothing bears interest, nothing is discounted, futures are still, and pursuing a default
costs more than it would bring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as drawn
from hypothesis import strategies as st
from portfolios import borrower, menu, settings

from repayplan.cases.models import Case
from repayplan.portfolio.appraise import appraise
from repayplan.portfolio.book import BookCase
from repayplan.portfolio.lanes import untreated

OWN = {"principal": "0.00", "overdue_principal": "40000.00", "interest": "0.00", "penalty": "0.00", "rate": "0.00%"}

FIRST = {"allocation": "rank", "rank": ["X", "L1"]}
LAST = {"allocation": "rank", "rank": ["L1", "X"]}
ALIKE = {"allocation": "pari_passu"}

AUNT = {"kind": "guarantor", "name": "Aunt", "cap": "20000.00", "call_date": "2027-02-01", "delay_days": 0}


def beside(
    other: Mapping[str, Any] | None,
    *,
    loan: Mapping[str, Any] | None = None,
    policy: Mapping[str, Any] | None = None,
    cash: Mapping[str, Any] | None = None,
) -> BookCase:
    """The borrower, with a loan X of another lender or without."""
    source = {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": "1000.00", "months": 84}
    book = borrower(
        loan={**OWN, **(loan or {})},
        cash={"opening": "0.00", "sources": [source], **(cash or {})},
        policy={"discount_rate": "0.00%"},
    )
    data = book.case.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if other is not None:
        contract = {"overdue_since": "2026-09-01"}
        zero = {"id": "X", "principal": "0.00", "rate": "0.00%", "lender": "Another bank", "contract": contract}
        data["loans"].append({**zero, **other})
    data["policy"] |= {name: value for name, value in (policy or {}).items() if other is not None or name not in FIRST}
    return replace(book, case=Case.model_validate(data))


def options(book: BookCase, *names: str) -> dict[str, Mapping[str, Any]]:
    found = appraise([book], menu(treatments=names), settings(method="still", scenarios=2))
    assert not found.failures, found.failures
    return {row["option"]: row for row in found.options.to_pylist()}


def test_alone() -> None:
    """Left alone it pays 3, 3, 2 and 1 % of 40,000.00, 3,600.00, as cash allows. One of five comes back: on 20 December
    2027 the other 8,400.00 of twelve months, and three more before arrears of three months are a default."""
    row = options(beside(None), "do_nothing")["do_nothing"]
    assert row["fall_cash"] == [0, 1_000_00, 2_000_00, 3_000_00, *[3_600_00] * 8]
    assert row["recovery"] == round(0.2 * (12_000_00 + 3_000_00) + 0.8 * 3_600_00)


def test_arrears_of_who_comes_first_are_paid_first() -> None:
    """Ten months, December to September, are the other's 10,000.00. The bank gets October's by 20 November, and from
    who comes back November's on 20 December, when both fail: they have been in arrears for a year."""
    row = options(beside({"overdue_principal": "10000.00"}, policy=FIRST), "do_nothing")["do_nothing"]
    assert row["fall_cash"] == [*[0] * 11, 1_000_00]
    assert row["recovery"] == round(0.2 * 2_000_00 + 0.8 * 1_000_00)
    assert (row["miss"], row["default"]) == (1.0, 1.0)
    assert (row["balance"], row["overdue"]) == (40_000_00, 40_000_00)
    # after twelve months 39,000.00 are left, with arrears of September 2026: a loss
    assert row["provision"] == 39_000_00


def test_arrears_of_who_comes_last_wait_for_the_banks() -> None:
    """They fall due behind the rest of the bank's own arrears, which takes all there is."""
    alone = options(beside(None), "do_nothing", "remind", "visit", "agency", "enforce")
    found = options(
        beside({"overdue_principal": "10000.00"}, policy=LAST), "do_nothing", "remind", "visit", "agency", "enforce"
    )
    assert found == alone


def test_who_shares_alike_is_paid_the_same_shares_of_arrears() -> None:
    """The other's 40,000.00 fall due as the bank's do, 3, 3, 2 and 1 %, and each gets half of 1,000.00 a month until
    both have 3,600.00, at the end of July. Who comes back has 12,000.00 − 7,200.00 on 20 December 2027 and three more
    months until the default: half of 7,800.00."""
    row = options(beside({"overdue_principal": "40000.00"}, policy=ALIKE), "do_nothing")["do_nothing"]
    assert row["fall_cash"] == [500_00 * month for month in range(8)] + [3_600_00] * 4
    assert row["recovery"] == round(0.2 * (3_600_00 + 3_900_00) + 0.8 * 3_600_00)


@pytest.mark.parametrize(("policy", "second"), [(FIRST, 2_000_00), (ALIKE, None), (LAST, None)])
def test_contracts_of_others_are_served_beside(policy: Mapping[str, Any], second: int | None) -> None:
    """6,000.00 of the other's fall due on 20 February and on 20 May 2027. Before them the bank gets December's and
    January's money. First in rank the other takes the next twelve months. Last in rank it takes nothing of the bank's
    shares, whose last 1,600.00 are paid at the end of February and of March, as if it were alone."""
    contract = {"maturity": "2027-05-10", "installments": [{"date": "2027-02-03", "amount": "6000.00"}]}
    row = options(beside({"principal": "12000.00", "contract": contract}, policy=policy), "do_nothing")["do_nothing"]
    if second is not None:
        assert row["fall_cash"] == [0, 1_000_00, *[second] * 10]
        assert row["recovery"] == second
    elif policy is LAST:
        assert row["fall_cash"] == [0, 1_000_00, 2_000_00, 3_000_00, *[3_600_00] * 8]
    else:
        # On 28 February 1,200.00 of the bank's and 6,000.00 of the other's are unpaid, and one of six and a fifth
        # parts of 1,000.00 is the bank's, to the cent below and the odd cent with it
        assert row["fall_cash"][:3] == [0, 1_000_00, 2_000_00]
        assert row["fall_cash"][3] == 2_000_00 + 1_000_00 * 1_200 // 7_200 + 1


def test_a_guarantor_of_every_loan_pays_the_first_of_them_first() -> None:
    """The bank's view expects 70 % of a guarantor's 20,000.00. Of these 14,000.00 the other gets 5,000.00, who is first
    in rank, where every loan is guaranteed, and nothing where the bank's alone is."""
    shop = {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": "1000.00", "months": 84}
    other = {"overdue_principal": "5000.00"}
    for secures, brought in ((None, 9_000_00), ("L1", 14_000_00)):
        guarantor = AUNT if secures is None else {**AUNT, "secures": secures}
        book = beside(other, policy=FIRST, cash={"sources": [shop, guarantor]})
        assert options(book, "guarantor")["guarantor"]["fall_cash"][-1] == brought


def test_what_others_bear_is_told_from_what_is_overdue_of_them() -> None:
    """First in rank with 10,000.00 overdue and 60,000.00 that fall due in May 2028: after the first stage principal
    bears the contract rate, and the core what is overdue of it the penalty rate; the bank's own, all of which is
    overdue, bears the penalty rate until its arrears fall due."""
    contract = {"maturity": "2028-05-10", "overdue_since": "2026-09-01"}
    other = {"principal": "60000.00", "overdue_principal": "10000.00", "rate": "6.00%", "contract": contract}
    base = untreated(beside(other, loan={"rate": "6.00%"}, policy=FIRST).case, 36)
    debts = base.setting.debts
    assert base.setting.loans == (("X", "L1"),)
    np.testing.assert_array_equal(debts.interest[0, 1:, 0], base.running[1:, 0])
    np.testing.assert_array_equal(debts.interest[0, :, 1], debts.penalty[0, :, 1])
    assert debts.interest[0, 0, 0] == pytest.approx((6 * base.running[0, 0] + debts.penalty[0, 0, 0]) / 7)
    assert set(debts.planned[0, :12, 0].tolist()) == {60_000_00.0}
    assert base.dues.amounts[0].tolist() == [10_000_00.0, 0.0]


def test_whose_loan_stands_between_two_of_the_banks_is_paid_at_once() -> None:
    book = beside({"overdue_principal": "10000.00"}, policy={"allocation": "rank", "rank": ["L1", "X"]})
    loans = (*book.case.loans, book.case.loans[0].model_copy(update={"id": "L2"}))
    for rank, at_once in ((("L1", "X", "L2"), True), (("X", "L2", "L1"), True), (("L2", "L1", "X"), False)):
        policy = book.case.policy.model_copy(update={"rank": rank})
        base = untreated(book.case.model_copy(update={"loans": loans, "policy": policy}), 36)
        assert base.setting.loans == (rank,)
        assert base.at_once[rank.index("X")] == at_once
        assert base.at_once.sum() == at_once


amounts = st.sampled_from([0, 0, 5_000_00, 20_000_00, 80_000_00])


@drawn(max_examples=12, deadline=None)
@given(
    cash=st.integers(0, 6_000_00),
    mine=st.tuples(amounts, amounts).filter(any),
    theirs=st.tuples(amounts, amounts),
    rating=st.sampled_from(["low", "medium", "high"]),
    ends=st.sampled_from([None, "2027-06-30", "2029-11-20"]),
    policy=st.sampled_from([FIRST, FIRST, LAST, ALIKE]),
)
def test_no_other_lender_raises_what_the_bank_recovers(
    cash: int,
    mine: tuple[int, int],
    theirs: tuple[int, int],
    rating: str,
    ends: str | None,
    policy: Mapping[str, Any],
) -> None:
    """Neither by the end of any month nor in all, where nothing but cash brings anything and the bank's loan bears
    nothing: otherwise being late may pay. A yuan for the fee of an agency, which is discounted by months."""

    def loan(parts: tuple[int, int], rate: str) -> dict[str, Any]:
        due, overdue = (f"{cents / 100:.2f}" for cents in parts)
        contract = {"maturity": ends, **({"overdue_since": "2026-09-01"} if parts[1] else {})}
        return {"principal": due, "overdue_principal": overdue, "rate": rate, "contract": contract}

    shop = {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": f"{cash / 100:.2f}", "months": 84}
    own = {"rating": rating, "recovery": "0%", "discount_rate": "7.00%", **policy}
    names = ("remind", "agency", "enforce")
    sole, shared = (
        options(
            beside(other, loan=loan(mine, "0.00%"), policy=own, cash={"opening": "0.00", "sources": [shop]}), *names
        )
        for other in (None, loan(theirs, "6.00%"))
    )
    for name in names:
        assert shared[name]["recovery"] <= sole[name]["recovery"] + (1_00 if name == "agency" else 1)
        assert all(a <= b + 1 for a, b in zip(shared[name]["fall_cash"], sole[name]["fall_cash"], strict=True))
        assert shared[name]["default"] >= sole[name]["default"] - 1e-9
        assert shared[name]["miss"] >= sole[name]["miss"] - 1e-9
        assert shared[name]["haircut"] == 0
        if not any(theirs):
            assert shared[name] == sole[name]
