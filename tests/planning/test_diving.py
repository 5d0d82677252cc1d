"""Rounding by diving alone: amounts are fixed one by one and the program is solved again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from making import make_case

from repayplan.planning import exact
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.verify import verify


@pytest.fixture
def nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounding of cumulative payments proposes nothing that could be judged."""
    monkeypatch.setattr(exact, "round_payments", lambda *_: [])


@pytest.mark.usefixtures("nothing_else")
def test_a_step_in_whole_thousands() -> None:
    """10,000.00 in steps of a tenth: 3,000, 3,000 and up to 3,300 a month, the last what is left."""
    case = make_case(
        loan={"principal": "10000.00"}, monthly=["3300.00"] * 6, months=6, step="10%", unit="100.00", settle="full"
    )
    made = plan(case)
    assert made.status == "optimal"
    assert [f for f in verify(plan_file(made)) if f.result == "fail"] == []
    *before, last = [row.payment for row in made.installments]
    assert [cents % 10_000 for cents in before] == [0] * len(before)
    assert made.installments[-1].debt_after == 0
    for paid, then in pairwise(before):
        assert 9 * paid <= 10 * then <= 11 * paid
    assert 10 * last <= 11 * before[-1]


@pytest.mark.usefixtures("nothing_else")
def test_several_loans_and_a_level_of_one_amount() -> None:
    """The level is of both loans together; what settles the first loan to the cent is taken from the second."""
    case = make_case(
        loans=[{"principal": "5000.01"}, {"principal": "7000.00", "rate": "6.00%"}],
        monthly=["3000.00"] * 6,
        months=6,
        shape="level",
        unit="10.00",
    )
    made = plan(case)
    assert made.status == "optimal"
    assert [f for f in verify(plan_file(made)) if f.result == "fail"] == []
    by_date: dict[object, int] = {}
    for row in made.installments:
        by_date[row.date] = by_date.get(row.date, 0) + row.payment
    *level, last = by_date.values()
    assert len(set(level)) == 1
    assert level[0] % 1_000 == 0
    assert last <= level[0] * 11 // 10


@pytest.mark.usefixtures("nothing_else")
def test_without_any_rounding_there_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two above do rest on diving."""
    monkeypatch.setattr(exact, "dive", lambda *_: None)
    made = plan(make_case(loan={"principal": "10000.00"}, monthly=["3300.00"] * 6, months=6))
    assert made.status == "failed"
