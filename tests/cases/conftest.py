"""A small case that is in order, as plain data for tests to spoil."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def data() -> dict[str, Any]:
    """A fresh copy for every test."""
    return {
        "schema": "repayplan/case/1",
        "as_of": "2026-11-20",
        "enterprise": {"name": "Shop (invented)"},
        "loans": [
            {"id": "L1", "principal": "100000.00", "rate": "4.35%"},
            {"id": "L2", "principal": "50000.00", "rate": "4.35%"},
        ],
        "cash": {
            "opening": "20000.00",
            "floor": "0.00",
            "sources": [
                {"kind": "monthly", "name": "Shop", "start": "2026-12", "amount": "9000.00", "months": 36},
                {
                    "kind": "milestones",
                    "name": "Hall",
                    "items": [{"name": "Roof", "date": "2027-03-31", "amount": "30000.00"}],
                },
            ],
        },
        "policy": {"months": 36},
    }
