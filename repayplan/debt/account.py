"""The account of a loan line by line, with what is owed after each: the lines and the balances foot by construction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from repayplan.debt.book import BOOK_CLASSES
from repayplan.debt.ledger import Ledger
from repayplan.language import Message, tr


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One line: what changed by class (plus is owed more), then the whole debt; cents."""

    date: dt.date
    kind: str
    text: Message
    fees: int
    penalty: int
    compound: int
    interest: int
    overdue: int
    misused: int
    principal: int
    credit: int
    debt: int


def account(ledger: Ledger) -> list[AccountLine]:
    """The opening balances and every line since."""
    opening = {name: getattr(ledger.opening, name) for name in BOOK_CLASSES}
    lines = [(ledger.opened, "opening", tr("opening balance"), opening)]
    lines += [(line.date, line.kind, line.text, {n: int(v) for n, v in line.changes.items()}) for line in ledger.lines]
    debt, found = 0, []
    for date, kind, text, changes in lines:
        debt += sum(amount for name, amount in changes.items() if name != "credit")
        amounts = {name: changes.get(name, 0) for name in (*BOOK_CLASSES, "credit")}
        found.append(AccountLine(date, kind, text, **amounts, debt=debt))
    return found
