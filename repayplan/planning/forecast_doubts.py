"""How much more the forecast of a source sells than its own last year, and what comes too late for the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from repayplan.calendar.dates import add_months, day_in_month
from repayplan.cases.histories import History
from repayplan.cases.models import Case
from repayplan.cases.problems import Path, Problem
from repayplan.cases.sources import Milestones, Season, Source, Store, Stores
from repayplan.forecast import KINDS, Window, difference
from repayplan.forecast.season import expected_sales, next_month
from repayplan.forecast.stores import Chain, sector_season, store_sales
from repayplan.language import Message, tr
from repayplan.money import grouped
from repayplan.problem.terms import Terms, payment_dates, resolve

ALARM = 1.4
"""A year of sales above this multiple of the last year known needs a reason."""

FAR = 120
"""Months after the term that are looked at for money that comes too late."""

MONTHS = 12


def forecast_doubts(case: Case) -> list[Problem]:
    """Everything in a forecast that a second look should be taken at. InputError where no plan can be tried."""
    return [*growth_doubts(case), *late_doubts(case, window_of_case(case, resolve(case)))]


def window_of_case(case: Case, terms: Terms) -> Window:
    """From the case's date to the end of the month of the last payment date."""
    end = payment_dates(case, terms)[-1]
    return Window(case.as_of, day_in_month(end.year, end.month, 31), terms.receipt_day, terms.cost_day)


def growth_doubts(case: Case) -> Iterator[Problem]:
    """Sources whose first year sells far more than the last year of their own history; of a chain the first store."""
    for number, source in enumerate(case.cash.sources):
        place: Path = ("cash", "sources", number)
        if isinstance(source, Season) and source.history is not None:
            start = source.start or next_month(case.as_of)
            sales = expected_sales(source, start)
            ahead = sum(sales(month) for month in _year(start))
            yield from _told(source.name, _last_year(source.history), ahead / MONTHS, (*place, "history"), 0)
        elif isinstance(source, Stores):
            yield from _chain(source, place, next_month(case.as_of))


def _chain(source: Stores, place: Path, start: dt.date) -> Iterator[Problem]:
    chain, months = Chain(source, sector_season(source), start), _year(start)
    found: list[tuple[int, Store, float, float]] = []
    for index, store in enumerate(source.stores):
        before = 0.0 if store.history is None or store.monthly else _last_year(store.history)
        ahead = sum(store_sales(chain, store, months)) / MONTHS if before else 0.0
        if ahead > before * ALARM:
            found.append((index, store, before, ahead))
    if found:
        index, store, before, ahead = max(found, key=lambda each: each[3] / each[2])
        at = (*place, "stores", index, "history")
        yield from _told(f"{source.name}, {store.name}", before, ahead, at, len(found) - 1)


def _told(name: str, before: float, ahead: float, path: Path, others: int) -> Iterator[Problem]:
    if not 0 < before * ALARM < ahead:
        return
    said = {"name": name, "ahead": f"{ahead:,.0f}", "before": f"{before:,.0f}", "times": f"{ahead / before:.1f}"}
    what = tr("{name}: {ahead} a month are forecast for the first year, {times} times the {before} sold before", **said)
    if others:
        what = tr("{what}; {count} more stores rise too far", what=what, count=others)
    remedy = tr("give a reason, or bound it: trend for a season, monthly for a store that has just opened")
    yield Problem(path, what, tr("{times} times", times=ALARM), remedy)


def _year(start: dt.date) -> list[dt.date]:
    return [add_months(start, ahead) for ahead in range(MONTHS)]


def _last_year(history: History) -> float:
    """An average month of the last twelve known ones; 0 where nothing is known."""
    known = [amount for amount in history.series if amount is not None][-MONTHS:]
    return float(sum(known, Decimal()) / len(known)) if known else 0.0


def late_doubts(case: Case, window: Window) -> Iterator[Problem]:
    """Sources of which something comes after the plan: in the borrower's view, or as the bank counts on it."""
    for number, source in enumerate(case.cash.sources):
        after = 0 if source.kind in ("season", "stores", "monthly") else _after(source, window)
        moved = difference(source, window).beyond
        if after:
            words = tr("{amount} of it comes after the last month of the plan and pays nothing", amount=grouped(after))
            yield _late(number, words)
        if moved > 0:
            words = tr(
                "{amount} of it comes after the last month of the plan as the bank counts on it, and pays nothing",
                amount=grouped(moved),
            )
            yield _late(number, words)


def _after(source: Source, window: Window) -> int:
    """What the borrower expects after the window; cents."""
    far = Window(window.until, add_months(window.until, FAR), window.receipt_day, window.cost_day)
    stages = {item.name for item in source.items} if isinstance(source, Milestones) else set()  # told one by one
    flows = (flow for flow in KINDS[source.kind](source, far) if far.holds(flow) and flow.part not in stages)
    return sum(flow.amount for flow in flows if flow.amount > 0)


def _late(number: int, what: Message) -> Problem:
    return Problem(
        ("cash", "sources", number),
        what,
        None,
        tr("give the plan a longer term if it should count: policy.months"),
    )
