"""One payment on several debts: Civil Code art. 560, rank, proportion."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repayplan.cases.models import Loan
from repayplan.debt.running import running_ledger
from repayplan.debt.several import Debt, Rule, by_law, by_rank, pari_passu, pay
from repayplan.errors import LedgerError

TODAY = dt.date(2026, 12, 20)


def debt(name: str, security: int = 0, rate: str = "4%", **fields: Any) -> Debt:
    loan = Loan.model_validate({"id": name, "principal": "0", "rate": rate, **fields})
    return Debt(running_ledger(loan, TODAY, dt.date(2028, 1, 1)), security)


def shares(debts: list[Debt], cents: int, rule: Rule = by_law, designated: str | None = None) -> dict[str, int]:
    found = pay(debts, TODAY, cents, rule, designated=designated)
    return {loan: allocation.payment for loan, allocation in found.items()}


def test_what_is_due_comes_before_what_is_not() -> None:
    running = debt("A", principal="1000", contract={"maturity": "2027-12-20"})
    overdue = debt("B", 10**9, overdue_principal="1000")
    assert shares([running, overdue], 150_000) == {"A": 50_000, "B": 100_000}


def test_of_what_is_due_the_least_secured_comes_first() -> None:
    secured, bare = debt("A", 80_000, overdue_principal="1000"), debt("B", 20_000, overdue_principal="1000")
    assert shares([secured, bare], 120_000) == {"A": 20_000, "B": 100_000}


def test_equally_secured_the_heavier_burden_comes_first() -> None:
    light, heavy = debt("A", overdue_principal="1000"), debt("B", rate="6%", overdue_principal="1000")
    assert shares([light, heavy], 120_000) == {"A": 20_000, "B": 100_000}


def test_equally_heavy_what_fell_due_first_comes_first() -> None:
    late = debt("A", overdue_principal="1000", contract={"overdue_since": "2026-10-20"})
    later = debt("B", overdue_principal="1000", contract={"overdue_since": "2026-11-20"})
    assert shares([later, late], 120_000) == {"A": 100_000, "B": 20_000}


def test_of_what_is_not_due_the_earliest_due_comes_first() -> None:
    later = debt("A", principal="1000", contract={"maturity": "2029-06-20"})
    sooner = debt("B", principal="1000", contract={"maturity": "2027-06-20"})
    assert shares([later, sooner], 100_000) == {"B": 100_000}


def test_a_payment_settles_what_arrears_have_accrued() -> None:
    """Two loans of 1,000 overdue at 6 % for 62 days: 1,000 × 4 % × 1.5 × 62/360 = 10.33 of penalty each."""
    day = dt.date(2027, 2, 20)
    for rule in (by_law, by_rank, pari_passu):
        debts = [debt(name, overdue_principal="1000", contract={"maturity": "2026-06-20"}) for name in "AB"]
        found = pay(debts, day, 202_066, rule)
        assert [(part.penalty, part.overdue) for part in found.values()] == [(1_033, 100_000)] * 2
        with pytest.raises(LedgerError, match=r"0\.00 to 0\.00"):
            pay(debts, day, 1, rule)


def test_alike_in_everything_they_share_in_proportion() -> None:
    assert shares([debt("A", overdue_principal="1000"), debt("B", overdue_principal="3000")], 100_000) == {
        "A": 25_000,
        "B": 75_000,
    }


def test_the_debtor_designates_first() -> None:
    debts = [debt("A", overdue_principal="1000"), debt("B", 10**9, overdue_principal="1000")]
    assert shares(debts, 110_000, designated="B") == {"A": 10_000, "B": 100_000}


def test_by_rank_the_first_is_paid_in_full() -> None:
    debts = [debt("A", overdue_principal="1000"), debt("B", overdue_principal="1000")]
    assert shares(debts, 110_000, by_rank) == {"A": 100_000, "B": 10_000}


def test_pari_passu_is_the_same_fraction_of_every_claim_to_the_cent() -> None:
    debts = [debt("A", overdue_principal="10"), debt("B", overdue_principal="10"), debt("C", overdue_principal="10")]
    assert sorted(shares(debts, 1_000, pari_passu).values()) == [333, 333, 334]


@pytest.mark.parametrize(("cents", "designated"), [(-1, None), (200_001, None), (1, "X")])
def test_payments_that_make_no_sense_are_refused(cents: int, designated: str | None) -> None:
    debts = [debt("A", overdue_principal="1000"), debt("B", overdue_principal="1000")]
    with pytest.raises(LedgerError):
        shares(debts, cents, designated=designated)


@given(
    claims=st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**8)), min_size=1, max_size=4
    ),
    part=st.fractions(0, 1),
    rule=st.sampled_from([by_law, by_rank, pari_passu]),
)
def test_every_rule_gives_out_every_cent_and_no_more_than_is_claimed(
    claims: list[tuple[int, int, int]], part: Any, rule: Rule
) -> None:
    debts = [
        debt(f"L{n}", security, overdue_principal=f"{due / 100:.2f}", principal=f"{rest / 100:.2f}",
             contract={"maturity": "2027-12-20"})
        for n, (due, rest, security) in enumerate(claims)
    ]  # fmt: skip
    before = {d.ledger.loan: d.ledger.debt for d in debts}
    cents = int(sum(before.values()) * part)
    found = shares(debts, cents, rule)
    assert sum(found.values()) == cents
    assert all(0 < amount <= before[loan] for loan, amount in found.items())
