"""Stages mean the same in whatever order they are written."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import permutations

from repayplan.cases.sources import Milestones
from repayplan.forecast.flows import Window
from repayplan.forecast.milestones import milestone_flows


def test_costs_do_not_depend_on_the_order_of_rows() -> None:
    items = [
        {"name": "Roof", "date": "2027-03-31", "amount": "3000.00", "cost_to_complete": "900.00"},
        {"name": "Hall", "date": "2027-06-30", "amount": "3000.00", "cost_to_complete": "600.00"},
        {"name": "Yard", "date": "2027-06-30", "amount": "1000.00", "cost_to_complete": "300.00"},
    ]
    window = Window(dt.date(2026, 11, 20), dt.date(2028, 12, 31), receipt_day=31, cost_day=10)
    found = [
        Counter(milestone_flows(Milestones.model_validate({"kind": "milestones", "name": "S", "items": rows}), window))
        for rows in permutations(items)
    ]
    assert all(each == found[0] for each in found)
    # three cost days between 31 March and 30 June: 60,000 cents in three even parts, for the yard 30,000
    yard = [flow.amount for flow in found[0] if flow.part == "Yard (cost)"]
    assert yard == [-10_000] * 3
