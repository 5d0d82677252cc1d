"""Small borrowers of a book, and the menus and settings with which tests appraise them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from repayplan.cases.models import Case
from repayplan.portfolio.book import BookCase
from repayplan.portfolio.menu import Menu
from repayplan.portfolio.settings import Settings

AS_OF = dt.date(2026, 11, 20)


def borrower(
    case: str = "B-1", *, row: int = 2, industry: str | None = "trade", region: str | None = None, **changes: Any
) -> BookCase:
    """A borrower with one loan of 100,000.00, of which 40,000.00 is overdue, and 15,000.00 of cash a month.

    ``loan``, ``cash`` and ``policy`` change fields; the policy asks for as little as can be.
    """
    loan = {
        "id": "L1",
        "principal": "60000.00",
        "overdue_principal": "38000.00",
        "interest": "1500.00",
        "penalty": "500.00",
        "rate": "4.35%",
        "contract": {"overdue_since": "2026-09-01"},
        **changes.get("loan", {}),
    }
    source = {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": "15000.00", "months": 84}
    cash = {"opening": "5000.00", "floor": "0.00", "sources": [source], **changes.get("cash", {})}
    policy = {"rating": "medium", "recovery": "20%", "cover": "off", "first_payment": "2027-01-20", "unit": "1.00"}
    return BookCase(
        id=case,
        row=row,
        case=Case.model_validate(
            {
                "schema": "repayplan/case/1",
                "as_of": AS_OF,
                "enterprise": {"name": case, "id": case, "industry": industry},
                "loans": [loan],
                "cash": cash,
                "policy": {**policy, **changes.get("policy", {})},
            }
        ),
        industry=industry,
        region=region,
    )


def menu(**parts: Any) -> Menu:
    """A menu of these parts."""
    return Menu.model_validate({"schema": "repayplan/menu/1", **parts})


def settings(**changes: Any) -> Settings:
    """Few futures, in NumPy, and no option dropped."""
    return Settings(**{"scenarios": 40, "engine": "numpy", "keep_all": True, **changes})
