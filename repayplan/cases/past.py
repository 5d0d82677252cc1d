"""What a case says of the past, and whether it is recent and whole enough to tell of the future."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

from repayplan.calendar.dates import add_months
from repayplan.cases.histories import History
from repayplan.cases.models import Case
from repayplan.cases.problems import Path, Problem
from repayplan.cases.sources import Season, Store
from repayplan.cases.statements import Statement
from repayplan.language import Message, tr

STATEMENT_MONTHS = 24
"""Accounts of a year that ended longer ago tell of another enterprise."""

STALE_MONTHS = 6
"""A history that ends longer before the case's date misses the half year in which the trouble began."""

LOW = Decimal("0.5")
"""A last month below this share of its season is more often half a month than half the sales."""

IDLE_MONTHS = 3
"""Months without sales, each with sales a year before, after which a business is taken to have ended."""

STRANGE = 4
"""A slip of the hand is ten times too much or too little; no season and no crisis moves one month so far alone."""

_AROUND = (-3, -2, -1, 1, 2, 3)

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
            for said in _doubts(source.history, case.as_of):
                yield _problem((*place, "history"), source.name, said)
        elif source.kind == "stores":
            yield from _chain(source.name, source.stores, place, case.as_of)


def _chain(name: str, stores: Sequence[Store], place: Path, as_of: dt.date) -> Iterator[Problem]:
    """One doubt of each kind for all stores together: a chain has hundreds."""
    found: dict[str, list[tuple[int, Message]]] = {}
    for index, store in enumerate(stores):
        closed = store.closing is not None and store.closing <= as_of
        for said in () if store.history is None or closed else _doubts(store.history, as_of):
            found.setdefault(said.text, []).append((index, said))
    for doubts in found.values():
        index, said = doubts[0]
        title = tr("{source}, {store}", source=name, store=stores[index].name)
        if len(doubts) > 1:
            others = len(doubts) - 1
            title = tr("{source}, {store} and {count} more", source=name, store=stores[index].name, count=others)
        yield _problem((*place, "stores", index, "history"), title, said)


def _problem(path: Path, name: Message | str, said: Message) -> Problem:
    remedy = tr("check these months; add what is missing, and leave out a month that is not over")
    return Problem(path, tr("{name}: {what}", name=name, what=said), None, remedy)


def _doubts(history: History, as_of: dt.date) -> list[Message]:
    """What is doubtful in a history: how it ends, and one month that does not go with the others."""
    return [said for said in (_ending(history, as_of), _stranger(history)) if said is not None]


def _ending(history: History, as_of: dt.date) -> Message | None:
    """What is doubtful in the last months of a history; one thing, the gravest."""
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
    if (since := idle_since(history)) is not None:
        return tr("nothing was sold since {month}; nothing is forecast", month=f"{since:%Y-%m}")
    if (share := _half_year(dict(known), month)) is not None and share < LOW:
        return tr(
            "the last six months sold {share}% of the same months a year before: is the worst over?",
            share=round(share * 100),
        )
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


def idle_since(history: History) -> dt.date | None:
    """The first of the last months without sales, where ``IDLE_MONTHS`` of them had some a year before."""
    known = [(month, amount) for month, amount in _months(history) if amount is not None]
    sold = dict(known)
    idle: list[dt.date] = []
    for month, amount in reversed(known):
        if amount:
            break
        idle.append(month)
    missed = sum(bool(sold.get(add_months(month, -12))) for month in idle[:12])
    return idle[-1] if missed >= IDLE_MONTHS and len(idle) < len(known) else None


def _half_year(known: dict[dt.date, Decimal], month: dt.date) -> Decimal | None:
    """The last six months over the same months a year before; None where too little is known."""
    months = [add_months(month, -ahead) for ahead in range(6)]
    now, then = ([known.get(add_months(each, back)) for each in months] for back in (0, -12))
    if None in now or None in then:
        return None
    before = sum((amount for amount in then if amount is not None), Decimal())
    return sum((amount for amount in now if amount is not None), Decimal()) / before if before else None


def _stranger(history: History) -> Message | None:
    """A month far above or below what the months around it and the same month of other years would have it be."""
    known = {month: amount for month, amount in _months(history) if amount}
    around = {month: _beside(known, month) for month in known}
    ratios = {month: known[month] / near for month, near in around.items() if near}
    by_month: dict[int, list[dt.date]] = {}
    for month in ratios:
        by_month.setdefault(month.month, []).append(month)
    for month, ratio in ratios.items():
        others = [ratios[other] for other in by_month[month.month] if other != month]
        if others and (ratio > STRANGE * max(others) or ratio * STRANGE < min(others)):
            return tr(
                "{month} has {amount}, more than {times} times as much or as little as in other years",
                month=f"{month:%Y-%m}",
                amount=f"{known[month]:,.2f}",
                times=STRANGE,
            )
    return None


def _beside(known: dict[dt.date, Decimal], month: dt.date) -> Decimal | None:
    """The middle of the known months around one; None where fewer than two are known."""
    near = sorted(known[at] for ahead in _AROUND if (at := add_months(month, ahead)) in known)
    return near[len(near) // 2] if len(near) > 1 else None


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
