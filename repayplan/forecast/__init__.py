"""What the borrower will have: every cash source as dated flows."""

from __future__ import annotations

from repayplan.cases.models import Case, Milestones
from repayplan.forecast.flows import Flow, Window
from repayplan.forecast.milestones import milestone_flows
from repayplan.forecast.monthly import monthly_flows, operating_cost_flows
from repayplan.money import to_cents

__all__ = ["Flow", "Window", "forecast"]


def forecast(case: Case, window: Window) -> list[Flow]:
    """All expected flows of a case inside ``window``, in order of date."""
    flows = list(operating_cost_flows(to_cents(case.cash.operating_cost), window))
    for source in case.cash.sources:
        flows += milestone_flows(source, window) if isinstance(source, Milestones) else monthly_flows(source, window)
    return sorted(flows, key=lambda flow: flow.date)
