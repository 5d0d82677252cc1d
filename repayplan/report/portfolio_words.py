"""Words for a portfolio: kinds of option, ratings, why an overdue balance falls, amounts in short."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from repayplan.language import Message, current, tr
from repayplan.portfolio.run.choosing import LimitUse
from repayplan.portfolio.run.summary import Summary
from repayplan.risk.words import RISKS

KINDS: Mapping[str, Message] = MappingProxyType(
    {
        "plan": tr("Plan"),
        "remind": tr("Remind"),
        "visit": tr("Visit and renegotiate"),
        "guarantor": tr("Call the guarantor"),
        "agency": tr("Assign to an agency"),
        "enforce": tr("Enforce the collateral"),
        "sell": tr("Sell the claim"),
        "do_nothing": tr("Do nothing"),
    }
)

RATINGS: Mapping[str, Message] = MappingProxyType({str(level): words for level, words in RISKS.items()})

FALLS: Mapping[str, Message] = MappingProxyType(
    {
        "fall_cash": tr("Paid in cash"),
        "fall_rescheduled": tr("Rescheduled"),
        "fall_written_off": tr("Written off"),
        "fall_sold": tr("Sold"),
    }
)
"""Only the first is money; the others are shown beside it."""

COLUMNS: Mapping[str, Message] = MappingProxyType(
    {
        "case": tr("Case"),
        "option": tr("Option"),
        "kind": tr("Kind"),
        "status": tr("Status"),
        "gap": tr("Gap"),
        "solver": tr("Solver"),
        "rating": tr("Rating"),
        "industry": tr("Industry"),
        "region": tr("Region"),
        "balance": tr("Debt"),
        "overdue": tr("Overdue"),
        "recovery": tr("Expected recovery"),
        "cost": tr("Cost"),
        "haircut": tr("Given up"),
        "provision": tr("Provision"),
        "npv_loss": tr("Loss of value"),
        "miss": tr("Miss"),
        "default": tr("Default"),
        "illustrative": tr("Illustrative"),
        "table": tr("Table"),
        "row": tr("Row"),
        "field": tr("Field"),
        "value": tr("Value"),
        "limit": tr("Limit"),
        "reason": tr("Reason"),
        "remedy": tr("Remedy"),
    }
)

MONEY = ("balance", "overdue", "recovery", "cost", "haircut", "provision", "npv_loss")
"""Columns in cents."""


def word(words: Mapping[str, Message], name: str) -> str:
    """A name as people say it; a name nobody knows as it stands, nothing as such."""
    return str(words[name]) if name in words else name or str(tr("not known"))


def option_word(name: str) -> str:
    """An option as people say it: treatments in words, plans by the name that the menu makes."""
    return word(KINDS, name)


def percent(share: float | None) -> str:
    """``93.4%``; a dash where there is none."""
    return "–" if share is None else f"{share:.1%}"


def short(cents: float) -> str:
    """An amount at the size at which a portfolio is talked about: 12.3 million, 1,230万."""
    amount, zh = cents / 100, current() == "zh"
    size = abs(amount)
    steps = ((1e8, "亿"), (1e4, "万")) if zh else ((1e9, "bn"), (1e6, "m"), (1e3, "k"))
    for unit, name in steps:
        if size >= unit:
            digits = f"{amount / unit:,.1f}" if size < 1000 * unit else f"{amount / unit:,.0f}"
            return f"{digits}{name}" if zh else f"{digits} {name}"
    return f"{amount:,.0f}"


def leaning(summary: Summary) -> Message | None:
    """What must stand beside every headline that rests on the illustrative table."""
    count = summary.total.illustrative
    if not count:
        return None
    return tr(
        "Illustrative: {count} of {all} chosen options rest on the example table of what treatments and visits bring "
        "and cost; no statistics stand behind it. Put the bank's own in its place (REPAYPLAN_TREATMENTS).",
        count=f"{count:,}",
        all=f"{summary.total.borrowers:,}",
    )


def allowed(limit: LimitUse) -> str:
    """The figure of a limit with its direction."""
    return f"{'≥' if limit.least else '≤'} {figure(limit, limit.limit)}"


def figure(limit: LimitUse, value: float | None) -> str:
    """A figure in what its limit counts."""
    if value is None:
        return "–"
    if limit.measure == "cents":
        return short(value)
    return percent(value) if limit.measure == "share" else f"{value:,.1f}"


def price(limit: LimitUse) -> str:
    """What one unit more of a limit would bring, in money: for one currency unit, one visit, one percentage point."""
    if not limit.price:
        return "–"
    return f"{limit.price:,.2f}" if limit.measure == "cents" else short(limit.price)
