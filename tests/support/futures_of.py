"""A case of sources alone, its stages and its window, for tests of futures."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from repayplan.calendar.dates import month_ends
from repayplan.cases.models import Case
from repayplan.forecast import Window, forecast
from repayplan.forecast.apart import account_keys, account_of, is_apart
from repayplan.forecast.futures.expected import Cents
from repayplan.rules.futures import Shared, Spread, Spreads, spreads

AS_OF = dt.date(2026, 11, 20)
WINDOW = Window(AS_OF, dt.date(2029, 12, 31), receipt_day=31, cost_day=10)
DAYS = month_ends(AS_OF, WINDOW.until)
"""38 stages, each a month: 30 November 2026 is the first."""


MILESTONES = {
    "kind": "milestones", "collected_on_time": "80%", "late_days": 60, "bank": {"haircut": "7%", "delay_days": 45},
    "items": [
        {"name": "Roof", "date": "2027-03-31", "amount": "1000.01", "retention": "5%", "release": "2028-03-31"},
        {"name": "Hall", "date": "2027-09-30", "amount": "900.00", "cost_to_complete": "333.33"},
    ],
}  # fmt: skip
SOURCES: dict[str, dict[str, Any]] = {
    "milestones": MILESTONES,
    "season": {"kind": "season", "indices": list(range(1, 13)), "yearly": "120000.37", "bank": {"haircut": "10%"}},
    "stores": {"kind": "stores", "stores": [{"name": "A", "monthly": "100.01"}, {"name": "B", "monthly": "7.77"}]},
    "receivables": {
        "kind": "receivables", "bank": {"haircut": "3%", "delay_days": 31},
        "items": [
            {"debtor": "X", "amount": "340.07", "due": "2026-09-30", "delay_days": 240, "dilution": "5%"},
            {
                "debtor": "Y", "amount": "99.99", "due": "2027-09-30",
                "factoring": {"date": "2027-01-15", "discount": "9%"},
            },
        ],
    },
    "assets": {
        "kind": "assets", "bank": {"haircut": "20%", "delay_days": 61},
        "lots": [
            {
                "name": "Yarn", "price": "99.99", "units": 5, "units_per_month": 2,
                "first_sale": "2027-01-31", "secures": "L1",
            },
        ],
    },
    "guarantor": {
        "kind": "guarantor", "cap": "1500.01", "call_date": "2027-01-15", "bank": {"haircut": "30%", "delay_days": 90},
    },
    "monthly": {
        "kind": "monthly", "start": "2026-12", "amounts": ["100.01", "-20.00", "70.07"], "bank": {"haircut": "1%"},
    },
    "flows": {
        "kind": "flows",
        "items": [
            {"name": "Sale", "date": "2027-05-31", "amount": "20.03"},
            {"name": "Tax", "date": "2027-06-15", "amount": "-7.00"},
        ],
    },
}  # fmt: skip
"""One source of each kind, with cents that do not divide."""


def case_with(*sources: dict[str, Any], **more: Any) -> Case:
    """A borrower with one loan and these sources; ``bank`` of each is what it says, or no less and no later."""
    plain = {"haircut": "0%", "delay_days": 0}
    loan = {"id": "L1", "principal": "1000000.00", "rate": "4.35%", **more.pop("loan", {})}
    return Case.model_validate(
        {
            "schema": "repayplan/case/1",
            "as_of": f"{AS_OF}",
            "enterprise": {"name": "Hengtai (invented)", "id": "C-1", "industry": "construction"},
            "loans": [loan],
            "cash": {"opening": "0.00", "sources": [{"name": "It", "bank": plain, **source} for source in sources]},
            **more,
        }
    )


def bank_view(case: Case, days: Sequence[dt.date] = DAYS, window: Window = WINDOW) -> tuple[Cents, Cents]:
    """(T,) cash of the business and (T, K) of accounts apart, straight from the forecast."""
    keys = account_keys(case)
    own, apart = np.zeros(len(days), dtype=np.int64), np.zeros((len(days), len(keys)), dtype=np.int64)
    for flow in forecast(case, window, "bank"):
        stage = bisect_left(days, flow.date)
        if is_apart(flow):
            apart[stage, keys.index(account_of(flow))] += flow.amount
        else:
            own[stage] += flow.amount
    return own, apart


def quiet_but(kind: str, shared: Shared | None = None, **figures: float) -> Spreads:
    """The shipped table without any spread but these figures of one kind, which share as it says or as given."""
    still, usual = spreads().still(), spreads()
    one = Spread({**still[kind].figures, **figures}, shared or usual[kind].shared, usual[kind].reason)
    return replace(still, kinds={**still.kinds, "paths": usual["paths"], kind: one})
