"""The rating of a case's borrower, with what its cash forecast is worth over what it owes."""

from __future__ import annotations

from decimal import Decimal

from repayplan.calendar.dates import add_months
from repayplan.cases.checks import owed
from repayplan.cases.models import Case
from repayplan.forecast import Window, forecast
from repayplan.money import to_cents
from repayplan.risk.rating import Rating, rate
from repayplan.rules import defaults
from repayplan.rules.hazard import RiskLevel

YEAR = 365

APART = ("guarantor",)
"""Kinds of source that are not the borrower's own cash: what a guarantor pays lessens a loss and not its likelihood."""


def rate_case(case: Case) -> Rating:
    """The rating by the bank's table of limits. InputError where that cannot be used."""
    return rate(case, loan_life_cover(case))


def rating_of(case: Case) -> RiskLevel | None:
    """The rating that a case asks its plans to be made with: as the bank states it, or computed; None where it asks
    for none."""
    stated = case.policy.rating
    return rate_case(case).level if stated == "computed" else stated


def loan_life_cover(case: Case) -> Decimal | None:
    """Cash above the floor and what the bank counts on over the term, net of costs, over what is owed on the loans.

    The loan life cover ratio of project finance: below 1 the debt cannot be repaid in the term. Discounted by days over
    365 at the contract rates, weighted by what is owed on each loan. What guarantors pay is left out. None where the
    case names no cash.
    """
    if not case.cash.sources:
        return None
    table = defaults()
    until = case.policy.maturity or add_months(case.as_of, case.policy.months or table["months"].value)
    window = Window(case.as_of, until, table["receipt_day"].value, table["cost_day"].value)
    debt = sum(map(owed, case.loans))
    rate_of_all = float(sum(owed(loan) * loan.rate for loan in case.loans) / debt)
    worth = float(to_cents(case.cash.opening) - _floor(case)) + sum(
        flow.amount / (1 + rate_of_all) ** ((flow.date - case.as_of).days / YEAR)
        for flow in forecast(case, window, "bank")
        if flow.kind not in APART
    )
    return Decimal(f"{worth / debt:.6f}")


def _floor(case: Case) -> int:
    """What the business needs to run, in cents."""
    if case.cash.floor is not None:
        return to_cents(case.cash.floor)
    return to_cents(case.cash.operating_cost) * int(defaults()["floor_months"].value)
