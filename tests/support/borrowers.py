"""Borrowers to be rated: a case of which everything is known, from which tests take away."""

from __future__ import annotations

from typing import Any

from repayplan.cases.models import Case

RECENT = {
    "year": 2025,
    "revenue": "1000000.00",
    "ebitda": "30000.00",
    "interest": "20000.00",
    "net_profit": "-5000.00",
    "operating_cash_flow": "10000.00",
    "total_assets": "1000000.00",
    "total_liabilities": "910000.00",
}
EARLIER = {"year": 2024, "revenue": "1250000.00", "net_profit": "2000.00", "operating_cash_flow": "-1.00"}

LOAN = {
    "id": "L1",
    "principal": "90000.00",
    "overdue_principal": "10000.00",
    "rate": "3.60%",
    "contract": {"overdue_since": "2026-08-20"},
    "conduct": {"late_payments": 3, "restructured": 0},
}


def borrower(
    *,
    loans: list[dict[str, Any]] | None = None,
    statements: list[dict[str, Any]] | None = None,
    industry: str | None = "construction",
    cash: dict[str, Any] | None = None,
    policy: dict[str, Any] | None = None,
) -> Case:
    """A builder on 20 November 2026 that owes 100,000.00 and expects 4,000.00 a month for three years."""
    shop = {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": "4000.00", "months": 36}
    return Case.model_validate(
        {
            "schema": "repayplan/case/1",
            "as_of": "2026-11-20",
            "enterprise": {"name": "Invented", **({"industry": industry} if industry else {})},
            "loans": [LOAN] if loans is None else loans,
            "cash": {"opening": "0.00", "floor": "0.00", "sources": [shop]} if cash is None else cash,
            "statements": [RECENT, EARLIER] if statements is None else statements,
            "policy": policy or {},
        }
    )
