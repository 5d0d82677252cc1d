"""Pledged proceeds and guarantors in finished plans: whose money pays what, and when it becomes the business's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_case, pay, prepare

from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.verify import verify
from repayplan.problem.accounts import ANY_LOAN, AccountArrays, drawn

STOCK = {"2027-01-10": "2000.00", "2027-02-10": "2000.00"}


def test_both_accounts_are_booked_and_add_up_to_all_cash() -> None:
    """3,000 on hand, 2,000 of pledged proceeds in January and in February, 1,000 a month from the business."""
    case = make_case(
        loan={"principal": "10000.00"},
        opening="3000.00",
        monthly=["1000.00"] * 3,
        pledged=STOCK,
        months=3,
        settle="best",
    )
    made = pay(case, 50_000, 150_000, 300_000)
    # December 500 of the business; January 1,500 of the 2,000; February 500 + 2,000 of the account, 500 of the business
    assert made.own == [0, 50_000, 0, 0, 0, 50_000, 0]
    assert made.blocked == [0, 0, 0, 50_000, 50_000, 0, 0]
    assert made.closing == [300_000, 250_000, 350_000, 350_000, 450_000, 400_000, 500_000]
    together = [closing + blocked for closing, blocked in zip(made.closing, made.blocked, strict=True)]
    assert together == [int(cents) for cents in made.problem.cash.unpaid[0] - np.cumsum(made.paid.sum(axis=1))]


def test_what_is_left_is_released_once_the_loan_is_clear() -> None:
    case = make_case(loan={"principal": "1000.00"}, opening="0.00", monthly=["0.00"], pledged=STOCK, months=3)
    made = pay(case, 0, 100_611, 0)
    # 1,000.00 with 30 days, then 31 days of interest on 1,003.00: 3.00 + 3.11
    assert made.debt[3, 0] == 0
    assert made.blocked == [0] * 7
    assert made.closing == [0, 0, 0, 99_389, 99_389, 299_389, 299_389]


def test_the_business_is_not_paid_from_pledged_proceeds() -> None:
    """The business loses 1,000 in February; the loan could be paid sooner if proceeds were its own."""
    known: dict[str, Any] = {
        "loan": {"principal": "5000.00"},
        "opening": "1500.00",
        "monthly": ["0.00", "0.00", "0.00", "0.00", "3000.00"],
        "losses": {"2027-02-05": "-1000.00"},
        "months": 6,
    }
    made = plan(make_case(**known, pledged=STOCK))
    assert made.status == "optimal"
    assert [finding for finding in verify(plan_file(made)) if finding.result == "fail"] == []
    totals = {f"{row.date}": row.payment for row in made.installments}
    assert totals["2026-12-20"] == 50_000  # 1,500 less the loss of February, though 4,000 of proceeds are to come
    assert (totals["2027-01-20"], totals["2027-02-20"]) == (200_000, 200_000)
    assert [row.blocked for row in made.cash] == [0] * len(made.cash)
    free = plan(make_case(**known, milestones=STOCK))
    assert {f"{row.date}": row.payment for row in free.installments}["2026-12-20"] == 150_000


def test_an_account_pays_its_own_loan_alone() -> None:
    """All proceeds are pledged to the cheaper loan: the dearer one, which would be paid first, waits for other cash."""
    made = plan(
        make_case(
            loans=[{"principal": "4000.00"}, {"principal": "4000.00", "rate": "9.00%"}],
            opening="500.00",
            monthly=["1000.00"] * 6,
            pledged=STOCK,
            months=7,
            discount_rate="3.60%",
        )
    )
    assert made.status == "optimal"
    paid = {(f"{row.date}", row.loan): row.payment for row in made.installments}
    assert paid["2027-01-20", "L1"] == 200_000
    assert paid["2027-01-20", "L2"] == 100_000
    assert [finding for finding in verify(plan_file(made)) if finding.result == "fail"] == []


def test_a_guarantor_pays_what_is_owed_and_the_business_keeps_none_of_it() -> None:
    made = plan(
        make_case(
            loan={"principal": "3000.00"},
            opening="1000.00",
            monthly=["100.00"] * 3,
            guaranteed={"2027-01-10": "9000.00"},
            months=3,
        )
    )
    assert made.status == "optimal"
    assert made.metrics.final_date is not None
    assert f"{made.metrics.final_date}" == "2027-01-20"
    assert [row.closing for row in made.cash][-1] == 30_000  # three months of 100.00; the cap is not the business's
    assert [row.blocked for row in made.cash][-1] == 900_000 - (made.metrics.recovered - 100_000)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=8))
def test_the_business_pays_what_runs_ahead_of_the_proceeds(months: list[tuple[int, int]]) -> None:
    """With one account the business has paid max_s (X_s − A_s)⁺: a closed form that knows nothing of drawing."""
    come, paid = (np.array(column, dtype=np.int64) for column in zip(*months, strict=True))
    arrays = AccountArrays(
        ("L1",), np.cumsum(come)[None, :, None], np.array([0]), np.array([True]), np.array([int(come.sum())])
    )
    own = np.cumsum(paid) - drawn(arrays, paid[:, None])[:, 0]
    assert own.tolist() == np.maximum.accumulate(np.maximum(np.cumsum(paid) - np.cumsum(come), 0)).tolist()


@pytest.mark.parametrize(
    ("paid", "taken"),
    [
        ((300, 0), (200, 50, 50)),  # the loan's own account, its guarantor, the guarantor of all
        ((0, 300), (0, 0, 100)),
        ((250, 80), (200, 50, 80)),
        ((260, 200), (200, 50, 100)),
    ],
)
def test_what_serves_fewer_loans_is_drawn_first(paid: tuple[int, int], taken: tuple[int, int, int]) -> None:
    held = AccountArrays(
        ("L1", "Aunt", "Uncle"),
        np.array([[[200, 50, 100]]]),
        np.array([0, 0, ANY_LOAN]),
        np.array([True, False, False]),
        np.array([200, 50, 100]),
    )
    assert tuple(drawn(held, np.array([paid]))[0]) == taken


def test_money_of_no_loan_in_need_of_it_is_no_cash_to_plan_with() -> None:
    """A guarantor of one loan does not make the even installment of both payable."""
    case = make_case(loans=[{"principal": "100.00"}, {"principal": "9900.00"}], guaranteed={"2026-12-01": "5000.00"})
    made = plan(case)
    assert made.status == "infeasible"
    assert made.metrics.recovered == 10_030  # the first loan with a month's interest of 0.30
    assert prepare(case)[1].cash.own_payable.max() == 0


def test_an_account_pays_though_the_business_lacks_cash_and_cover_does_not_turn_against_it() -> None:
    """The business is short up to February, so nothing of its own is paid; the 2,000 of January are not its own.

    Cover of 1.25 on all cash lets 1,600 of them be paid; in February nothing need be paid for that to hold.
    """
    case = make_case(
        loan={"principal": "3000.00"},
        opening="0.00",
        floor="500.00",
        monthly=["0.00", "0.00", "9000.00"],
        pledged={"2027-01-10": "2000.00"},
        months=5,
        cover={"minimum": "1.25"},
    )
    made = plan(case)
    assert made.status == "optimal"
    totals = {f"{row.date}": row.payment for row in made.installments}
    assert totals["2027-01-20"] == 160_000
    assert totals["2027-02-20"] == 32_000  # 400 carried on the account, over 1.25
    assert [finding for finding in verify(plan_file(made)) if finding.result == "fail"] == []


def test_what_is_released_after_the_last_payment_pays_costs_that_come_after_it_for_one_installment_too() -> None:
    """The whole 100,000.00 goes to the loan on 20 December; on the last of the month 5,000.00 of costs and 6,000.00 of
    pledged proceeds, which nobody claims any more, come together."""
    case = make_case(
        loan={"principal": "100000.00", "rate": "0%"},
        opening="100000.00",
        months=1,
        losses={"2026-12-31": "-5000.00"},
        pledged={"2026-12-31": "6000.00"},
        installments=1,
    )
    made = plan(case)
    assert made.status == "optimal"
    assert [row.payment for row in made.installments] == [10_000_000]
