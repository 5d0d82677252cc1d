"""What sources and statements must be to the case around them; each check yields problems with their places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from repayplan.calendar.dates import add_months, day_in_month
from repayplan.cases.problems import Path, Problem, bounded, twice
from repayplan.language import tr
from repayplan.money import to_cents

if TYPE_CHECKING:
    from repayplan.cases.histories import History
    from repayplan.cases.models import Case
    from repayplan.cases.sources import (
        Assets,
        Flows,
        Guarantor,
        Milestones,
        Monthly,
        Receivables,
        Season,
        Store,
        Stores,
    )

ONLY_OUT = ("senior", "lender")
"""Categories that only ever take cash."""


def source_problems(case: Case) -> Iterator[Problem]:
    """Everything about the sources of a case that cannot be so."""
    loans = frozenset(loan.id for loan in case.loans)
    for number, source in enumerate(case.cash.sources):
        place: Path = ("cash", "sources", number)
        yield from _CHECKS[source.kind](source, place, case.as_of)
        yield from bounded(place, sum(abs(to_cents(amount)) for amount in source.figures))
        yield from _pledges(source, place, loans)


def statement_problems(case: Case) -> Iterator[Problem]:
    """Statements of one year twice, or of a year to come."""
    years = [statement.year for statement in case.statements]
    for number, year in enumerate(years):
        place: Path = ("statements", number, "year")
        if year in years[:number]:
            yield Problem(
                place,
                tr("the year {year} stands twice", year=str(year)),
                None,
                tr("keep one of the two"),
                (("statements", years.index(year), "year"),),
            )
        if year > case.as_of.year:
            yield Problem(
                place,
                tr("this year is not over on the case's date"),
                tr("at most {year}", year=str(case.as_of.year)),
                tr("give past accounts only; what is expected belongs to the sources"),
                (("as_of",),),
            )


def _milestones(source: Milestones, place: Path, as_of: dt.date) -> Iterator[Problem]:
    for number, item in enumerate(source.items):
        at: Path = (*place, "items", number)
        if item.date <= as_of:
            yield Problem(
                (*at, "date"),
                tr("this milestone is not after the case's date"),
                tr("after {date}", date=as_of),
                tr("give the day on which it is now expected; what has come in belongs to cash.opening"),
                (("as_of",),),
            )
        if item.release is not None and item.release < item.date:
            yield Problem(
                (*at, "release"),
                tr("what is kept back is released before the stage itself is paid"),
                tr("{date} or later", date=item.date),
                tr("give the day on which the guarantee period ends"),
                ((*at, "date"),),
            )


def _season(source: Season, place: Path, as_of: dt.date) -> Iterator[Problem]:
    if source.start is not None:
        yield from _starts(source.start, source.day, place, as_of)
    if source.history is not None:
        yield from _past(source.history, (*place, "history"), as_of)


def _stores(source: Stores, place: Path, as_of: dt.date) -> Iterator[Problem]:
    places: list[Path] = [(*place, "stores", number, "name") for number in range(len(source.stores))]
    yield from twice(places, [store.name for store in source.stores])
    for number, store in enumerate(source.stores):
        if store.history is not None:
            yield from _past(store.history, (*place, "stores", number, "history"), as_of)
            yield from _sold_closed(store, store.history, (*place, "stores", number))


def _sold_closed(store: Store, history: History, place: Path) -> Iterator[Problem]:
    """Sales before the opening or after the closing: one of the two is not so."""
    if history.start is None:
        return
    sold = [add_months(history.start, ahead) for ahead, amount in enumerate(history.series) if amount]
    if store.opened is not None and sold and sold[0] < store.opened:
        yield Problem(
            (*place, "opened"),
            tr("this store sold before it opened: its history has sales in {month}", month=f"{sold[0]:%Y-%m}"),
            tr("{month} or earlier", month=f"{sold[0]:%Y-%m}"),
            tr("check the opening, or leave the months before it out of the history"),
            ((*place, "history"),),
        )
    if store.closing is not None and sold and sold[-1] > store.closing:
        yield Problem(
            (*place, "closing"),
            tr("this store sold after it closed: its history has sales in {month}", month=f"{sold[-1]:%Y-%m}"),
            tr("{month} or later", month=f"{sold[-1]:%Y-%m}"),
            tr("check the closing, or leave the months after it out of the history"),
            ((*place, "history"),),
        )


def _receivables(source: Receivables, place: Path, as_of: dt.date) -> Iterator[Problem]:
    for number, item in enumerate(source.items):
        at: Path = (*place, "items", number)
        if item.factoring is not None:
            if item.factoring.date <= as_of:
                yield _not_after((*at, "factoring", "date"), as_of)
        elif (expected := item.due + dt.timedelta(days=item.delay_days)) <= as_of:
            yield Problem(
                (*at, "delay_days"),
                tr("this receivable is expected on {date}, which is not after the case's date", date=expected),
                tr("after {date}", date=as_of),
                tr("say by how many days it is late, or leave it out where nothing more will come"),
                (("as_of",), (*at, "due")),
            )


def _assets(source: Assets, place: Path, as_of: dt.date) -> Iterator[Problem]:
    for number, lot in enumerate(source.lots):
        if lot.first_sale <= as_of:
            yield _not_after((*place, "lots", number, "first_sale"), as_of)


def _guarantor(source: Guarantor, place: Path, as_of: dt.date) -> Iterator[Problem]:
    if source.call_date + dt.timedelta(days=source.delay_days) <= as_of:
        yield _not_after((*place, "call_date"), as_of)


def _monthly(source: Monthly, place: Path, as_of: dt.date) -> Iterator[Problem]:
    yield from _starts(source.start, source.day, place, as_of)
    yield from _only_out(source, place, "amounts" if source.amounts is not None else "amount")


def _flows(source: Flows, place: Path, as_of: dt.date) -> Iterator[Problem]:
    for number, item in enumerate(source.items):
        if item.date <= as_of:
            yield _not_after((*place, "items", number, "date"), as_of)
    yield from _only_out(source, place, "items")


_CHECKS: Mapping[str, Callable[[Any, Path, dt.date], Iterator[Problem]]] = {
    "milestones": _milestones,
    "season": _season,
    "stores": _stores,
    "receivables": _receivables,
    "assets": _assets,
    "guarantor": _guarantor,
    "monthly": _monthly,
    "flows": _flows,
}


def _starts(start: dt.date, day: int | None, place: Path, as_of: dt.date) -> Iterator[Problem]:
    """Money on or before the case's day is in the opening cash already; planning with it would count it twice."""
    first = day_in_month(start.year, start.month, day or 31)
    if first <= as_of:
        yield Problem(
            (*place, "start"),
            tr("the first amount falls on {date}, which is not after the case's date", date=first),
            tr("after {date}", date=as_of),
            tr("begin with a later month; what has come in belongs to cash.opening"),
            (("as_of",), (*place, "day")),
        )


def _not_after(path: Path, as_of: dt.date) -> Problem:
    return Problem(
        path,
        tr("this day is not after the case's date"),
        tr("after {date}", date=as_of),
        tr("give the day on which it is now expected; what has come in belongs to cash.opening"),
        (("as_of",),),
    )


def _past(history: History, place: Path, as_of: dt.date) -> Iterator[Problem]:
    if history.start is None:
        return
    behind = (as_of.year - history.start.year) * 12 + as_of.month - history.start.month
    if len(history.series) - 1 > behind:
        yield Problem(
            place,
            tr("this history goes on after the month of the case's date"),
            tr("at most {count} months from {start}", count=behind + 1, start=f"{history.start:%Y-%m}"),
            tr("check its first month; what is expected is worked out from it"),
            (("as_of",),),
        )


def _only_out(source: Monthly | Flows, place: Path, field: str) -> Iterator[Problem]:
    if source.category in ONLY_OUT and any(amount > 0 for amount in source.figures):
        yield Problem(
            (*place, field),
            tr("this category only takes cash, and an amount brings some"),
            tr("0.00 or less"),
            tr("write what goes out with a minus sign"),
            ((*place, "category"),),
        )


def _pledges(source: Any, place: Path, loans: frozenset[str]) -> Iterator[Problem]:
    """Every loan that a source names is a loan of the case."""
    named: list[tuple[Path, str | None]] = []
    if source.kind == "assets":
        named = [((*place, "lots", number, "secures"), lot.secures) for number, lot in enumerate(source.lots)]
    elif source.kind == "guarantor":
        named = [((*place, "secures"), source.secures)]
    for path, loan in named:
        if loan is not None and loan not in loans:
            yield Problem(
                path,
                tr("there is no loan {loan}", loan=loan),
                tr("one of: {choices}", choices=", ".join(sorted(loans))),
                tr("write the id of the loan that it secures"),
                (("loans",),),
            )
