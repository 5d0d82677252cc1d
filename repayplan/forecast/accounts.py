"""The forecast beside the borrower's own accounts."""

from __future__ import annotations

from collections.abc import Sequence

from repayplan.calendar.dates import add_months
from repayplan.cases.models import Case
from repayplan.forecast.flows import Flow
from repayplan.money import to_cents

OPERATING = ("operating", "tax")
"""Categories that a statement of cash flows counts as operations; receipts of every ordinary kind are among them."""


def compare_with_accounts(case: Case, flows: Sequence[Flow]) -> tuple[int, int, int] | None:
    """Year, its operating cash flow and the forecast's in the first twelve months (cents); None without accounts.

    The accounts are those of the last year that states its operating cash flow.
    """
    stated = [(year.year, year.operating_cash_flow) for year in case.statements if year.operating_cash_flow is not None]
    if not stated:
        return None
    year, actual = max(stated)
    end = add_months(case.as_of, 12)
    expected = sum(flow.amount for flow in flows if flow.date <= end and flow.category in OPERATING)
    return year, to_cents(actual), expected
