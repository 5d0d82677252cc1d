"""What must be said of the forecast under a plan: the two views in money, the accounts, what is pledged."""

from __future__ import annotations

from collections.abc import Iterator

from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.compliance.replay import Replay
from repayplan.forecast import Flow, View, Window, forecast
from repayplan.forecast.accounts import compare_with_accounts
from repayplan.language import tr
from repayplan.money import grouped

ALARM = 1.40
"""A forecast above this multiple of last year's operating cash flow is more hope than expectation."""


def window_of(plan: Replay) -> Window:
    """The days over which the forecast under a plan runs."""
    return Window(plan.case.as_of, plan.days[-1], plan.terms.receipt_day, plan.terms.cost_day)


def receipts(plan: Replay, view: View) -> int:
    """All that comes in over the term of a plan in one view; cents."""
    return _received(forecast(plan.case, window_of(plan), view))


def forecast_findings(case: Case, window: Window) -> Iterator[Finding]:
    """Findings about the forecast itself, whatever is planned on it."""
    borrower, bank = forecast(case, window, "borrower"), forecast(case, window, "bank")
    yield from _views(_received(borrower), _received(bank))
    yield from _accounts(case, borrower)
    yield from _pledged(bank)


def _received(flows: list[Flow]) -> int:
    return sum(flow.amount for flow in flows if flow.amount > 0)


def _views(borrower: int, bank: int) -> Iterator[Finding]:
    if borrower != bank:
        yield Finding(
            "views",
            "cash.sources",
            "note",
            tr(
                "The borrower expects {borrower} over the term, the bank counts on {bank}: {difference} less",
                borrower=grouped(borrower),
                bank=grouped(bank),
                difference=grouped(borrower - bank),
            ),
            amount=borrower - bank,
        )


def _accounts(case: Case, borrower: list[Flow]) -> Iterator[Finding]:
    compared = compare_with_accounts(case, borrower)
    if compared is None:
        return
    year, actual, expected = compared
    if expected > max(actual, 0) * ALARM:
        yield Finding(
            "accounts",
            "statements",
            "warning",
            tr(
                "The first twelve months bring {expected} from operations, the accounts of {year} show {actual}; "
                "more than 40% above needs a reason",
                expected=grouped(expected),
                year=str(year),
                actual=grouped(actual),
            ),
            amount=expected - actual,
        )


def _pledged(bank: list[Flow]) -> Iterator[Finding]:
    totals: dict[tuple[str, str], int] = {}
    for flow in bank:
        if flow.secures is not None:
            key = flow.secures, flow.source
            totals[key] = totals.get(key, 0) + flow.amount
    for (loan, source), amount in sorted(totals.items()):
        yield Finding(
            "pledged",
            "cash.sources",
            "warning",
            tr(
                "{amount} from {source} is pledged to loan {loan}; this plan counts it as cash of the business, "
                "so see that it reaches that loan",
                amount=grouped(amount),
                source=source,
                loan=loan,
            ),
            loan=loan,
            amount=amount,
        )
