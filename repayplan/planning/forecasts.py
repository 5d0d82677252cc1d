"""What must be said of the forecast under a plan: the two views in money, the accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from repayplan.calendar.dates import add_months
from repayplan.cases.documents import spell
from repayplan.cases.models import Case
from repayplan.cases.past import history_doubts
from repayplan.cases.sources import Season
from repayplan.compliance.findings import Finding
from repayplan.compliance.replay import Replay
from repayplan.forecast import Difference, Flow, View, Window, difference, forecast
from repayplan.forecast.accounts import MONTHS, Basis, compare_with_accounts
from repayplan.forecast.monthly import OPERATING_COST
from repayplan.forecast.season import lunar_choice
from repayplan.forecast.views import seen
from repayplan.language import Message, tr
from repayplan.money import grouped
from repayplan.planning.forecast_doubts import growth_doubts, window_of_case
from repayplan.problem.terms import UsedDefault, resolve

ALARM = 1.40
"""A forecast above this multiple of what last year's accounts show is more hope than expectation."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast of a case over its term, in both views, and what must be said of it."""

    case: Case
    window: Window
    borrower: tuple[Flow, ...]
    bank: tuple[Flow, ...]
    differences: Mapping[str, Difference]
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
    window = window_of_case(case, terms)
    return Outlook(
        case,
        window,
        tuple(forecast(case, window, "borrower")),
        tuple(forecast(case, window, "bank")),
        _differences(case, window),
        (*forecast_findings(case, window), *_lunar(case)),
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
    yield from _views(case, window, _received(borrower), _received(bank))
    yield from _accounts(case, window)
    yield from _histories(case)
    yield from _dated(case)


def _received(flows: list[Flow]) -> int:
    return sum(flow.amount for flow in flows if flow.amount > 0)


def _differences(case: Case, window: Window) -> dict[str, Difference]:
    """What lies between the views of every source, by its name."""
    return {source.name: difference(source, window) for source in case.cash.sources}


def _views(case: Case, window: Window, borrower: int, bank: int) -> Iterator[Finding]:
    """The two views in money: what the bank counts less, and what it counts later, within the term and after it."""
    apart = sum(_differences(case, window).values(), Difference())
    if apart != Difference():
        yield Finding(
            "views",
            "cash.sources",
            "note",
            tr(
                "The borrower expects {borrower} over the term, the bank counts on {bank}: {apart}",
                borrower=grouped(borrower),
                bank=grouped(bank),
                apart=_in_words(apart),
            ),
            amount=borrower - bank,
        )


def _in_words(apart: Difference) -> Message:
    """The parts of a difference that are not zero."""
    parts = (
        (apart.less, tr("{amount} is not counted on", amount=grouped(apart.less))),
        (apart.beyond, tr("{amount} comes only after the term", amount=grouped(apart.beyond))),
        (apart.later, tr("{amount} comes later, but within the term", amount=grouped(apart.later))),
    )
    return reduce(lambda first, second: tr("{first}; {second}", first=first, second=second), [w for a, w in parts if a])


_BASES: Mapping[Basis, Message] = {
    "operating_cash_flow": tr(
        "The first twelve months bring {expected} from operations; the accounts of {year} show an operating cash flow "
        "of {actual}; more than 40% above needs a reason"
    ),
    "ebitda": tr(
        "The first twelve months bring {expected} from operations before tax; the accounts of {year} show no "
        "operating cash flow, but an EBITDA of {actual}; more than 40% above needs a reason"
    ),
    "net_profit": tr(
        "The first twelve months bring {expected} from operations; the accounts of {year} show neither an operating "
        "cash flow nor an EBITDA, but net profit and interest of {actual} together; more than 40% above needs a reason"
    ),
    "revenue": tr(
        "The first twelve months bring receipts of {expected}; the accounts show no profit and no cash flow, but "
        "a revenue of {actual} in {year}; more than 40% above needs a reason"
    ),
}
"""The sentence for every figure of the accounts with which a forecast is compared."""


def _accounts(case: Case, window: Window) -> Iterator[Finding]:
    """A year of the forecast beside the accounts, however short the term is."""
    year = replace(window, until=max(window.until, add_months(case.as_of, MONTHS + 1)))
    compared = compare_with_accounts(case, forecast(case, year, "borrower"))
    if compared is not None and compared.expected > max(compared.actual, 0) * ALARM:
        said = {
            "expected": grouped(compared.expected),
            "year": str(compared.year),
            "actual": grouped(compared.actual),
        }
        sentence = Message(_BASES[compared.basis].text, said)
        yield Finding("accounts", "statements", "warning", sentence, amount=compared.expected - compared.actual)


def _histories(case: Case) -> Iterator[Finding]:
    """What is doubtful in the histories from which sales are forecast, each with its place in the case."""
    for doubt in (*history_doubts(case), *growth_doubts(case)):
        yield Finding("history", spell(doubt.path), "warning", doubt.what)


def _dated(case: Case) -> Iterator[Finding]:
    """Whether the bank's table of views was in force on the case's date."""
    used = [default for source in case.cash.sources if (default := seen(source).default) is not None]
    if used and case.as_of < (since := max(default.valid_from for default in used)):
        sentence = tr(
            "The bank's views are those of {since}; none are known for the case's date, {date}",
            since=since,
            date=case.as_of,
        )
        yield Finding("views", "cash.sources.bank", "note", sentence)


def _lunar(case: Case) -> Iterator[Finding]:
    """What was chosen for Lunar New Year where the case leaves the choice."""
    for number, source in enumerate(case.cash.sources):
        if isinstance(source, Season) and (chosen := lunar_choice(source)) is not None:
            yield Finding("lunar_new_year", f"cash.sources[{number}].lunar_new_year", "note", chosen)
