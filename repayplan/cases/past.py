"""What a case says of the past, and whether it is recent and whole enough to tell of the future."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

from repayplan.calendar.dates import add_months
from repayplan.cases.models import Case
from repayplan.cases.problems import Path, Problem
from repayplan.cases.sources import History, Season, Store
from repayplan.cases.statements import Statement
from repayplan.language import Message, tr

STATEMENT_MONTHS = 24
"""Accounts of a year that ended longer ago tell of another enterprise."""

STALE_MONTHS = 6
"""A history that ends longer before the case's date misses the half year in which the trouble began."""

LOW = Decimal("0.5")
"""A last month below this share of its season is more often half a month than half the sales."""

_BEFORE = 3
"""Months before the last one by which the level of this year is told from that of the year before."""


def recent(statement: Statement, as_of: dt.date) -> bool:
    """Whether the year of a statement is over and ended within ``STATEMENT_MONTHS`` before the case's date."""
    return add_months(as_of, -STATEMENT_MONTHS) <= dt.date(statement.year, 12, 31) <= as_of


def statement_doubts(case: Case) -> Iterator[Problem]:
    """Statements with which no forecast is compared, because they are too old or their year is not over."""
    for number, statement in enumerate(case.statements):
        if not recent(statement, case.as_of):
            old = dt.date(statement.year, 12, 31) < case.as_of
            yield Problem(
                ("statements", number, "year"),
                tr("these accounts are too old to be compared with the forecast")
                if old
                else tr("this year is not over on the case's date; the forecast is not compared with it"),
                tr(
                    "years that ended from {first} to {last}",
                    first=add_months(case.as_of, -STATEMENT_MONTHS),
                    last=case.as_of,
                ),
                tr("give the accounts of the last full year"),
            )


def history_doubts(case: Case) -> Iterator[Problem]:
    """Histories that end too early, or with a month that seems unfinished; of the stores of a chain the first one."""
    for number, source in enumerate(case.cash.sources):
        place: Path = ("cash", "sources", number)
        if isinstance(source, Season) and source.history is not None:
            said = _doubt(source.history, case.as_of)
            if said is not None:
                yield _problem((*place, "history"), source.name, said)
        elif source.kind == "stores":
            yield from _chain(source.name, source.stores, place, case.as_of)


def _chain(name: str, stores: Sequence[Store], place: Path, as_of: dt.date) -> Iterator[Problem]:
    """One doubt of each kind for all stores together: a chain has hundreds."""
    found: dict[str, list[tuple[int, Message]]] = {}
    for index, store in enumerate(stores):
        closed = store.closing is not None and store.closing <= as_of
        said = None if store.history is None or closed else _doubt(store.history, as_of)
        if said is not None:
            found.setdefault(said.text, []).append((index, said))
    for doubts in found.values():
        index, said = doubts[0]
        title = tr("{source}, {store}", source=name, store=stores[index].name)
        if len(doubts) > 1:
            others = len(doubts) - 1
            title = tr("{source}, {store} and {count} more", source=name, store=stores[index].name, count=others)
        yield _problem((*place, "stores", index, "history"), title, said)


def _problem(path: Path, name: Message | str, said: Message) -> Problem:
    remedy = tr("add the months since, or leave out a month that is not over; what is missing cannot be forecast from")
    return Problem(path, tr("{name}: {what}", name=name, what=said), None, remedy)


def _doubt(history: History, as_of: dt.date) -> Message | None:
    """What is doubtful in a history; one thing, the gravest."""
    known = [(month, amount) for month, amount in _months(history) if amount is not None]
    if not known:
        return None
    month, amount = known[-1]
    if add_months(month, 1 + STALE_MONTHS) <= as_of:
        return tr(
            "the history ends with {month}, more than {months} months ago", month=f"{month:%Y-%m}", months=STALE_MONTHS
        )
    if add_months(month, 1) > as_of + dt.timedelta(days=1):
        return tr("the last month of the history, {month}, was not over on {date}", month=f"{month:%Y-%m}", date=as_of)
    usual = _usual(dict(known), month)
    if usual is not None and amount < LOW * usual:
        return tr(
            "the last month of the history, {month}, has {amount}, less than half of its season ({usual}): "
            "is it complete?",
            month=f"{month:%Y-%m}",
            amount=f"{amount:,.2f}",
            usual=f"{usual:,.2f}",
        )
    return None


def _usual(known: dict[dt.date, Decimal], month: dt.date) -> Decimal | None:
    """What the month would have if this year followed the last one; None where too little is known."""
    last_year = known.get(add_months(month, -12))
    before = [add_months(month, -ahead) for ahead in range(1, 1 + _BEFORE)]
    now, then = ([known.get(add_months(each, back)) for each in before] for back in (0, -12))
    if last_year is None or None in now or None in then:
        return None
    level = sum((amount for amount in then if amount is not None), Decimal())
    reached = sum((amount for amount in now if amount is not None), Decimal())
    return last_year * reached / level if level else None


def _months(history: History) -> Iterator[tuple[dt.date, Decimal | None]]:
    start = history.start or dt.date.min
    return ((add_months(start, ahead), amount) for ahead, amount in enumerate(history.series))
