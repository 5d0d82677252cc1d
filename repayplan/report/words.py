"""Words and figures as people read them: headings, statuses, short amounts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from repayplan.language import Message, current, tr
from repayplan.money import grouped
from repayplan.planning.result import Plan, Proof

HEADINGS: Mapping[str, Message] = MappingProxyType(
    {
        "number": tr("No."),
        "date": tr("Date"),
        "loan": tr("Loan"),
        "payment": tr("Payment"),
        "fees": tr("Fees"),
        "penalty": tr("Penalty"),
        "compound": tr("Compound interest"),
        "charges": tr("Interest, charges"),
        "interest": tr("Interest"),
        "overdue": tr("Overdue principal"),
        "misused": tr("Misused principal"),
        "principal": tr("Principal"),
        "principal_after": tr("Principal after"),
        "debt_after": tr("Debt after"),
        "text": tr("Entry"),
        "operation": tr("No."),
        "received": tr("Received"),
        "credit": tr("Credit"),
        "credit_after": tr("Credit after"),
        "change": tr("Change"),
        "debt": tr("Debt"),
        "inflow": tr("Cash in"),
        "outflow": tr("Cash out"),
        "closing": tr("Cash after"),
        "floor": tr("Floor"),
    }
)

_UNITS = {
    "en": ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K")),
    "zh": ((10**12, "万亿"), (10**8, "亿"), (10**4, "万")),
}

SMALLEST_GAP = 1e-6


def compact(cents: int) -> str:
    """Three digits for an axis: ``12.3M``, ``1230万``."""
    amount = abs(cents) / 100
    size, unit = next((pair for pair in _UNITS[current()] if amount >= pair[0]), (1, ""))
    scaled = amount / size
    places = 0 if scaled >= 100 or not unit else 1 if scaled >= 10 else 2
    text = f"{scaled:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{'-' if cents < 0 else ''}{text}{unit}"


def status_words(plan: Plan) -> Message:
    """What was proved, in one sentence."""
    match plan.status:
        case "optimal":
            return tr("Optimal: proven to be within {gap} of the best that these terms allow", gap=_gap(plan.proof))
        case "feasible" if plan.proof.gap is not None:
            return tr("Feasible: a better plan may be worth up to {gap} more", gap=_gap(plan.proof))
        case "feasible":
            return tr("Feasible: how much better a plan could be is not proven")
        case "infeasible" if plan.metrics.unpaid > 0:
            unpaid = grouped(plan.metrics.unpaid)
            return tr("Impossible: {amount} stays unpaid at the end. What follows is the best effort", amount=unpaid)
        case "infeasible":
            return tr("Impossible: the limits contradict each other")
        case _:
            return tr("Failed: no plan was found")


def _gap(proof: Proof) -> str:
    gap = proof.gap or 0.0
    return f"{max(gap, SMALLEST_GAP):.4%}"
