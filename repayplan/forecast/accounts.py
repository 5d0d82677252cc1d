"""The forecast beside the borrower's own accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from repayplan.calendar.dates import add_months
from repayplan.cases.models import Case
from repayplan.cases.past import recent
from repayplan.cases.statements import Statement
from repayplan.forecast.flows import Flow
from repayplan.money import to_cents

Basis = Literal["operating_cash_flow", "ebitda", "net_profit", "revenue"]

MONTHS = 12
"""Whole months from the one after the case's date on, so that costs and receipts count equally often."""

_AFTER_TAX, _BEFORE_TAX = ("operating", "tax"), ("operating",)
"""Categories that accounts count as operations; receipts of every ordinary kind are among them."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of the accounts of a year and what is expected in its place over twelve months; cents."""

    basis: Basis
    year: int
    actual: int
    expected: int


def compare_with_accounts(case: Case, flows: Sequence[Flow]) -> Compared | None:
    """Twelve whole months of the forecast beside the accounts; None without recent ones that say enough.

    Those of the latest year count that state an operating cash flow, else EBITDA, else net profit to which interest
    is added back. Where no year states any of them, revenue is compared with receipts.
    """
    years = sorted((year for year in case.statements if recent(year, case.as_of)), key=lambda year: -year.year)
    found = [next(_results(year), None) for year in years]
    profits = [(year, *result) for year, result in zip(years, found, strict=True) if result is not None]
    revenues: list[tuple[Statement, Basis, Decimal]] = [
        (year, "revenue", year.revenue) for year in years if year.revenue is not None
    ]
    for year, basis, actual in [*profits, *revenues]:
        return Compared(basis, year.year, to_cents(actual), _expected(basis, flows, case.as_of))
    return None


def _results(year: Statement) -> Iterator[tuple[Basis, Decimal]]:
    """What the accounts of a year say of its cash, the best figure first."""
    if year.operating_cash_flow is not None:
        yield "operating_cash_flow", year.operating_cash_flow
    if year.ebitda is not None:
        yield "ebitda", year.ebitda
    if year.net_profit is not None:
        yield "net_profit", year.net_profit + (year.interest or 0)


def _expected(basis: Basis, flows: Sequence[Flow], as_of: dt.date) -> int:
    """What the forecast has in the place of a figure; EBITDA is before tax, revenue before costs."""
    first = add_months(as_of.replace(day=1), 1)
    end = add_months(first, MONTHS)
    counted = _AFTER_TAX if basis in ("operating_cash_flow", "net_profit") else _BEFORE_TAX
    amounts = (flow.amount for flow in flows if first <= flow.date < end and flow.category in counted)
    return sum(amount for amount in amounts if basis != "revenue" or amount > 0)
