"""The account of a loan line by line, with what is owed after each: the lines and the balances foot by construction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from repayplan.debt.ledger import Ledger
from repayplan.debt.terms import BOOK_CLASSES, Line
from repayplan.language import Message, tr

AMOUNTS = (*BOOK_CLASSES, "credit")


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One line: what changed by class (plus is owed more), then what stands after it; cents.

    ``operation`` is the number of the case's operation that made it, from 1. ``received`` is the whole amount of a
    payment, what became credit included. ``debt`` is the whole claim, ``credit_after`` what was paid for which nothing
    is owed yet.
    """

    date: dt.date
    kind: str
    operation: int | None
    text: Message
    received: int
    fees: int
    penalty: int
    compound: int
    interest: int
    overdue: int
    misused: int
    principal: int
    credit: int
    credit_after: int
    debt: int


def account(ledger: Ledger) -> list[AccountLine]:
    """The opening balances and every line since."""
    opening = {name: getattr(ledger.opening, name) for name in BOOK_CLASSES}
    return _running([Line(ledger.opened, "opening", tr("opening balance"), opening), *ledger.lines])


def statement(ledger: Ledger) -> list[AccountLine]:
    """The account with, as its last line, what has accrued by the ledger's day and is not booked yet: its debt less its
    credit is what a payoff on that day demands."""
    booked = account(ledger)
    ahead = ledger.peek(ledger.day).balances
    standing = {name: sum(getattr(line, name) for line in booked) for name in AMOUNTS}
    changes = {name: int(ahead[name]) - standing[name] for name in AMOUNTS}
    if not any(changes.values()):
        return booked
    last = _line(Line(ledger.day, "accrued", tr("accrued to this day, not booked yet"), changes), booked[-1])
    return [*booked, last]


def _running(lines: list[Line]) -> list[AccountLine]:
    found: list[AccountLine] = []
    for line in lines:
        found.append(_line(line, found[-1] if found else None))
    return found


def _line(line: Line, before: AccountLine | None) -> AccountLine:
    amounts = {name: int(line.changes.get(name, 0)) for name in AMOUNTS}
    claimed = sum(amounts[name] for name in BOOK_CLASSES)
    return AccountLine(
        date=line.date,
        kind=line.kind,
        operation=line.operation,
        text=line.text,
        received=_received(amounts) if line.kind == "payment" else 0,
        **amounts,
        credit_after=amounts["credit"] + (before.credit_after if before else 0),
        debt=claimed + (before.debt if before else 0),
    )


def _received(amounts: Mapping[str, int]) -> int:
    """What a payment settled and what of it was kept."""
    return amounts["credit"] - sum(amounts[name] for name in BOOK_CLASSES)
