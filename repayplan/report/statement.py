"""A running loan on paper: what settles it on a day, and its account line by line."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from repayplan.debt.account import AccountLine
from repayplan.debt.claim import Claim
from repayplan.debt.payoff import Payoff
from repayplan.errors import Fault
from repayplan.language import Message, tr
from repayplan.money import grouped, plain, round_half_up
from repayplan.publishing import publish
from repayplan.report.layout import say
from repayplan.report.words import HEADINGS

ACCOUNT = "account.csv"
CLASSES = ("fees", "penalty", "compound", "interest", "overdue", "misused", "principal")
_AMOUNTS = ("received", *CLASSES, "credit", "credit_after", "debt")
_COLUMNS = ("date", "loan", "operation", "text", *_AMOUNTS)

_ENTRIES = ("text", "split", "story")

Accounts = Mapping[str, Sequence[AccountLine]]
"""The account of each loan, by its name."""


def show_payoffs(payoffs: Sequence[Payoff], currency: str, console: Console) -> None:
    """Print what settles each loan, by class, and what each further day adds."""
    for payoff in payoffs:
        heading = tr("To settle {loan} on {date}, {currency}", loan=payoff.loan, date=payoff.date, currency=currency)
        say(heading, console, "bold")
        _grid(_lines(payoff), console)
    if len(payoffs) > 1:
        say(tr("All loans"), console, "bold")
        total, daily = sum(payoff.total for payoff in payoffs), sum((p.daily for p in payoffs), Fraction(0))
        _grid([_demand(total), (tr("Each further day"), _cents(daily))], console)


def payoff_document(
    payoffs: Sequence[Payoff], provisional: Sequence[dt.date] = (), doubts: Sequence[Fault] = ()
) -> dict[str, Any]:
    """The same for programs: amounts as decimal strings, daily ones to six places, classes named as in plan files;
    ``provisional`` days may still be moved by an announcement of holidays."""
    loans = [
        {
            "loan": payoff.loan,
            "claim": _by_class(payoff.claim),
            "accrued": _by_class(payoff.accrued),
            "credit": plain(payoff.credit),
            "total": plain(payoff.total),
            "per_day": {name: _exact(amount) for name, amount in payoff.per_day.items()},
            "daily": _exact(payoff.daily),
            "changes_on": None if payoff.changes_on is None else f"{payoff.changes_on}",
            "days_past_due": payoff.days_past_due,
            "if_breached": plain(payoff.if_breached),
        }
        for payoff in payoffs
    ]
    daily = sum((payoff.daily for payoff in payoffs), Fraction(0))
    on = f"{payoffs[0].date}" if payoffs else None
    return {
        "on": on,
        "loans": loans,
        "total": plain(sum(p.total for p in payoffs)),
        "daily": _exact(daily),
        **_reservations(provisional, doubts),
    }


def show_accounts(accounts: Accounts, console: Console) -> None:
    """Print the accounts, with a column for each class where the terminal is wide enough."""
    for loan, lines in accounts.items():
        say(tr("Account of {loan}", loan=loan), console, "bold")
        for columns in _layouts(lines):
            table = _table(lines, columns)
            if Measurement.get(console, console.options.update_width(1_000), table).maximum <= console.width:
                break
        console.print(table)
        label, amount = _demand(lines[-1].debt - lines[-1].credit_after)
        say(tr("{label} on {date}: {amount}", label=label, date=lines[-1].date, amount=amount), console, "bold")
        console.print()


def show_provisional(days: Sequence[dt.date], console: Console) -> None:
    """Print which settlement days an announcement of holidays may still move, if any."""
    if days:
        words = tr("Provisional until holidays are announced: {days}", days=", ".join(map(str, days)))
        say(words, console, "yellow")


def accounts_document(
    accounts: Accounts, provisional: Sequence[dt.date] = (), doubts: Sequence[Fault] = ()
) -> dict[str, Any]:
    """The same for programs: ``operation`` is the number of the case's operation, from 1, that made a line."""
    return {
        "loans": [
            {
                "loan": loan,
                "lines": [
                    {"date": f"{line.date}", "kind": line.kind, "operation": line.operation, "text": str(line.text)}
                    | {name: plain(getattr(line, name)) for name in _AMOUNTS}
                    for line in lines
                ],
                "total": plain(lines[-1].debt - lines[-1].credit_after),
            }
            for loan, lines in accounts.items()
        ],
        **_reservations(provisional, doubts),
    }


def _reservations(provisional: Sequence[dt.date], doubts: Sequence[Fault]) -> dict[str, Any]:
    return {"provisional": [f"{day}" for day in provisional], "doubts": [doubt.as_dict() for doubt in doubts]}


def write_accounts(accounts: Accounts, directory: Path) -> list[Path]:
    """``account.csv``: every line of every loan. InputError where the directory cannot take it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([str(HEADINGS[name]) for name in _COLUMNS])
    for loan, lines in accounts.items():
        for line in lines:
            amounts = [plain(getattr(line, name)) for name in _AMOUNTS]
            number = "" if line.operation is None else line.operation
            writer.writerow([f"{line.date}", _text(loan), number, _text(str(line.text)), *amounts])
    return publish(directory, {ACCOUNT: text.getvalue().encode("utf-8-sig")})


def _lines(payoff: Payoff) -> Iterator[tuple[Message, str]]:
    for name in CLASSES:
        amount = getattr(payoff.claim, name)
        if amount or name == "principal":
            yield HEADINGS[name], grouped(amount)
    if payoff.accrued.total:
        yield tr("of it accrued since the last settlement"), grouped(payoff.accrued.total)
    if payoff.credit:
        yield tr("less paid in advance"), grouped(-payoff.credit)
    yield _demand(payoff.total)
    if payoff.changes_on is None:
        yield tr("Each further day"), _cents(payoff.daily)
    else:
        yield tr("Each further day, until {date}", date=payoff.changes_on), _cents(payoff.daily)
    if payoff.days_past_due:
        yield tr("Days past due"), str(payoff.days_past_due)
    if payoff.if_breached != payoff.claim.total:
        yield tr("With conditional waivers revived"), grouped(payoff.if_breached)


def _demand(cents: int) -> tuple[Message, str]:
    """What is to be paid, or given back where more has been paid than is owed."""
    return (tr("To be returned"), grouped(-cents)) if cents < 0 else (tr("To pay"), grouped(cents))


def _grid(lines: Iterator[tuple[Message, str]] | Sequence[tuple[Message, str]], console: Console) -> None:
    grid = Table.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(justify="right", no_wrap=True)
    for label, figure in lines:
        style = "bold" if label.text in ("To pay", "To be returned") else ""
        grid.add_row(Text(str(label), style), Text(figure, style))
    console.print(grid)
    console.print()


def _layouts(lines: Sequence[AccountLine]) -> Iterator[tuple[str, ...]]:
    """Columns from the widest choice to the narrowest: classes apart, then told in the entry, then everything is."""

    def used(*names: str) -> list[str]:
        return [name for name in names if any(getattr(line, name) for line in lines)]

    number, received, credit = used("operation"), used("received"), used("credit_after")
    yield ("date", *number, "text", *received, *used(*CLASSES), *credit, "debt")
    yield ("date", *number, "split", *received, "change", *credit, "debt")
    yield ("date", "story", "change", "debt")


def _table(lines: Sequence[AccountLine], columns: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False)
    for name in columns:
        entry = name in _ENTRIES
        heading = HEADINGS["text" if entry else name]
        table.add_column(str(heading), justify="left" if entry or name == "date" else "right", no_wrap=not entry)
    for line in lines:
        table.add_row(*(Text(_cell(line, name)) for name in columns))
    return table


def _cell(line: AccountLine, name: str) -> str:
    if name == "date":
        return f"{line.date}"
    if name in _ENTRIES:
        return "\n".join(_entry(line, name))
    if name == "operation":
        return "" if line.operation is None else str(line.operation)
    cents = sum(getattr(line, part) for part in CLASSES) if name == "change" else int(getattr(line, name))
    return grouped(cents) if cents or name == "debt" else "–"


def _entry(line: AccountLine, name: str) -> Iterator[str]:
    """The entry in words: alone, with the classes it touches, or with everything that has no column of its own."""
    told = name == "story"
    yield f"{line.operation}. {line.text}" if told and line.operation else str(line.text)
    if told and line.received:
        yield f"{HEADINGS['received']} {grouped(line.received)}"
    touched = [part for part in CLASSES if getattr(line, part)]
    if name != "text" and len(touched) > 1:
        yield from (f"{HEADINGS[part]} {grouped(getattr(line, part))}" for part in touched)
    if told and line.credit_after:
        yield f"{HEADINGS['credit_after']} {grouped(line.credit_after)}"


def _by_class(claim: Claim) -> dict[str, str]:
    return {name: plain(getattr(claim, name)) for name in CLASSES} | {"total": plain(claim.total)}


def _cents(amount: Fraction) -> str:
    return grouped(round_half_up(amount))


def _exact(cents: Fraction) -> str:
    return f"{Decimal(round_half_up(cents * 10_000)).scaleb(-6):f}"


def _text(text: str) -> str:
    """Text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
