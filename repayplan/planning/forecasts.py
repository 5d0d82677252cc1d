"""What must be said of the forecast under a plan: the two views in money, the accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from repayplan.calendar.dates import add_months, day_in_month
from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.compliance.replay import Replay
from repayplan.forecast import Flow, View, Window, forecast
from repayplan.forecast.accounts import compare_with_accounts
from repayplan.forecast.monthly import OPERATING_COST
from repayplan.language import tr
from repayplan.money import grouped
from repayplan.problem.terms import UsedDefault, payment_dates, resolve

ALARM = 1.40
"""A forecast above this multiple of last year's operating cash flow is more hope than expectation."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast of a case over its term, in both views, and what must be said of it."""

    case: Case
    window: Window
    borrower: tuple[Flow, ...]
    bank: tuple[Flow, ...]
    findings: tuple[Finding, ...]
    defaults: tuple[UsedDefault, ...]

    @property
    def sources(self) -> list[str]:
        """Names of the sources in the order of the case, the running cost last where there is one."""
        names = [source.name for source in self.case.cash.sources]
        return [*names, OPERATING_COST] if self.case.cash.operating_cost else names

    @property
    def months(self) -> list[dt.date]:
        """First days of the months from the case's date to the end of the term."""
        first, last = self.window.after.replace(day=1), self.window.until
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        return [add_months(first, ahead) for ahead in range(count)]


def outlook(case: Case) -> Outlook:
    """What a case will have, up to the end of its term. InputError where the case cannot be planned."""
    terms = resolve(case)
    end = payment_dates(case, terms)[-1]
    window = Window(case.as_of, day_in_month(end.year, end.month, 31), terms.receipt_day, terms.cost_day)
    return Outlook(
        case,
        window,
        tuple(forecast(case, window, "borrower")),
        tuple(forecast(case, window, "bank")),
        tuple(forecast_findings(case, window)),
        tuple(default for default in terms.defaults if default.field.startswith("bank.")),
    )


def totals(flows: Iterable[Flow]) -> dict[tuple[str, dt.date], int]:
    """What each source brings in each month (its first day); cents, only where it is not zero."""
    found: dict[tuple[str, dt.date], int] = {}
    for flow in flows:
        key = flow.source, flow.date.replace(day=1)
        found[key] = found.get(key, 0) + flow.amount
    return {key: amount for key, amount in found.items() if amount}


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

