"""What `check` says of a case before anything is solved."""

from __future__ import annotations

from repayplan.cases.models import Case
from repayplan.planning.prospects import prospects


def case(**policy: object) -> Case:
    """1,000,000 of debt; 10,000 to start with, none to keep, and 20,000 at the end of each of 36 months."""
    return Case.model_validate(
        {
            "schema": "repayplan/case/1",
            "as_of": "2026-11-20",
            "enterprise": {"name": "Outlook"},
            "loans": [{"id": "L1", "principal": "1000000.00", "rate": "4%"}],
            "cash": {
                "opening": "10000.00",
                "sources": [{"kind": "monthly", "name": "Net", "start": "2026-12", "amount": "20000.00", "months": 36}],
            },
            "policy": policy,
        }
    )


def test_cash_that_cannot_repay_the_debt_is_a_doubt() -> None:
    """Payments 2026-12-20 to 2029-11-20; to 2029-11-30 come 10,000 + 36 × 20,000 = 730,000, short of 1,000,000."""
    (doubt,) = prospects(case(months=36))
    assert (doubt.where, doubt.value) == ("cash", "730,000.00")


def test_a_largest_installment_that_cannot_repay_the_debt_is_a_doubt() -> None:
    """36 dates × 20,000 = 720,000; 1,000,000 / 36 = 27,777.78 (rounded up) would do."""
    doubts = prospects(case(months=36, maximum_installment="20000.00"))
    assert [doubt.where for doubt in doubts] == ["cash", "policy.maximum_installment"]
    assert "27,777.78" in str(doubts[1].limit)


def test_a_business_that_lacks_cash_unpaid_is_a_doubt() -> None:
    poor = case(months=36).model_dump(mode="json", by_alias=True, exclude_none=True)
    poor["cash"]["opening"] = "-5000.00"
    doubts = prospects(Case.model_validate(poor))
    assert "lacks up to 5,000.00 from 2026-11-30 to 2026-12-20" in str(doubts[-1])
    assert "at all times 0.00 (floor and contingency)" in str(doubts[-1])
