"""Words and figures as people read them: headings, terms, statuses, short amounts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from repayplan.language import Message, current, plural, tr
from repayplan.money import grouped
from repayplan.planning.result import Plan, Proof
from repayplan.rules import defaults

HEADINGS: Mapping[str, Message] = MappingProxyType(
    {
        "number": tr("No."),
        "date": tr("Date"),
        "loan": tr("Loan"),
        "payment": tr("Payment"),
        "day_total": tr("Total of the day"),
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
        "debt_if_breached": tr("Debt on a breach"),
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
        "lowest": tr("Lowest cash"),
        "floor": tr("Floor"),
        "blocked": tr("Kept for loans"),
    }
)

DEFAULTS: Mapping[str, Message] = MappingProxyType(
    {
        "months": tr("Term (months)"),
        "payment_day": tr("Payment day"),
        "payment_every": tr("Payments every (months)"),
        "days_to_first_payment": tr("First payment"),
        "shape": tr("Shape"),
        "long_stop_days": tr("Long stop after (days)"),
        "prefer": tr("Preference"),
        "tolerance": tr("Given up for it, at most"),
        "delay": tr("Gain from waiting"),
        "settle": tr("Debt settled"),
        "arrears": tr("Arrears at signing"),
        "order": tr("Payments settle"),
        "allocation": tr("Loans share payments"),
        "discount_rate": tr("Discount rate"),
        "hazard": tr("Default risk a month"),
        "recovery": tr("Recovery rate"),
        "floor_months": tr("Operating floor"),
        "cover_minimum": tr("Least cover"),
        "cover_window": tr("Cover counted"),
        "cover_months": tr("Rolling cover (months)"),
        "cover_carry": tr("Carried cash counted"),
        "grace": tr("Grace"),
        "interest_every": tr("Interest every (months)"),
        "minimum_installment": tr("Least installment"),
        "maximum_installment": tr("Largest installment"),
        "step": tr("Step, at most"),
        "balloon": tr("Last three, at most"),
        "unit": tr("Unit of amounts"),
        "receipt_day": tr("Day of receipts"),
        "cost_day": tr("Day of costs"),
        "bank.milestones": tr("Bank on milestones"),
        "bank.season": tr("Bank on seasons"),
        "bank.stores": tr("Bank on stores"),
        "bank.receivables": tr("Bank on receivables"),
        "bank.assets": tr("Bank on assets for sale"),
        "bank.guarantor": tr("Bank on guarantors"),
        "bank.monthly": tr("Bank on monthly series"),
        "bank.flows": tr("Bank on single amounts"),
    }
)
"""What each default of ``rules/defaults.toml``, and each kind of source of ``rules/views.toml``, is called."""

_CHOICES: Mapping[str, Message] = MappingProxyType(
    {
        "off": tr("off"),
        "free": tr("free"),
        "level": tr("level"),
        "level_principal": tr("level principal"),
        "step_up": tr("rising in steps"),
        "seasonal": tr("seasonal"),
        "interest_only": tr("interest alone at first"),
        "level_balloon": tr("level with a stated last payment"),
        "milestone_share": tr("a share of each milestone"),
        "store_share": tr("a share of the stores' cash"),
        "receivable_share": tr("a share of receivables"),
        "earliest": tr("earliest"),
        "forbid": tr("not counted"),
        "allow": tr("counted"),
        "full": tr("in full"),
        "best": tr("best effort"),
        "capitalize": tr("capitalized"),
        "keep": tr("kept apart"),
        "period": tr("by period"),
        "rolling": tr("rolling"),
        "since_receipt": tr("since receipt"),
    }
)

_UNITS = {
    "en": ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K")),
    "zh": ((10**12, "万亿"), (10**8, "亿"), (10**4, "万")),
}

_AMOUNTS = ("floor_months", "minimum_installment", "maximum_installment", "unit")

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


def default_words(field: str, value: str) -> tuple[str, str]:
    """The name of a default and its value, as people say them."""
    name = DEFAULTS.get(field, field)
    if field == "floor_months":
        months = defaults()[field].value
        named = tr("Operating floor ({months} months of cost)", months=months)
        name = plural(tr("Operating floor (1 month of cost)"), named, months)
    if field.startswith("bank."):
        return str(name), _view(value)
    amount = field in _AMOUNTS and value not in _CHOICES
    return str(name), f"{Decimal(value):,.2f}" if amount else str(_CHOICES.get(value, value))


def shape_name(kind: str) -> Message:
    """What a shape is called."""
    return _CHOICES[kind]


def _view(value: str) -> str:
    """``haircut 5%, delay_days 60`` in words."""
    share, days = (part.split()[1] for part in value.split(", "))
    if (share, days) == ("0%", "0"):
        return str(tr("in full, on its day"))
    return str(tr("{share} less, {days} days later", share=share, days=days))


WORTH_A_WORD = 100
"""Cents from which on the cost of rounding is told."""


def status_words(plan: Plan) -> str:
    """What was proved, in one sentence, and what whole amounts cost of it where that is worth a word."""
    cost = plan.proof.rounding_cost or 0
    if plan.status != "optimal" or cost < WORTH_A_WORD:
        return str(_status(plan))
    return str(tr("{status}; whole amounts cost {amount} of it", status=_status(plan), amount=grouped(cost)))


def _status(plan: Plan) -> Message:
    match plan.status:
        case "optimal":
            return tr("Optimal: proven to be within {gap} of the best that these terms allow", gap=_gap(plan.proof))
        case "feasible" if plan.proof.unproven is not None and plan.proof.gap is None:
            return tr("Feasible, unproven: {why}", why=plan.proof.unproven)
        case "feasible" if plan.proof.gap is not None:
            return tr("Feasible: a better plan may be worth up to {gap} more", gap=_gap(plan.proof))
        case "feasible":
            return tr("Feasible: how much better a plan could be is not proven")
        case "infeasible" if plan.metrics.unpaid > 0 and not plan.out_of_time:
            unpaid = grouped(plan.metrics.unpaid)
            return tr(
                "Impossible: {amount} stays unpaid at the end. What follows is the best effort, not to be signed",
                amount=unpaid,
            )
        case "infeasible" if plan.installments:
            return tr("Impossible: the limits contradict each other. What follows is the best effort, not to be signed")
        case "infeasible":
            return tr("Impossible: the limits contradict each other")
        case _ if plan.installments:
            return tr("Failed: no plan was found. What follows is the best effort, not to be signed")
        case _:
            return tr("Failed: no plan was found")


def _gap(proof: Proof) -> str:
    gap = proof.gap or 0.0
    return f"{max(gap, SMALLEST_GAP):.4%}"
