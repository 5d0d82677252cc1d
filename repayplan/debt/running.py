"""A loan as it runs under its contract, before any plan is signed: what is claimed, what accrues, what falls due.

Chinese practice, 银发〔2003〕251号 art. 3 and 银发〔1999〕77号 arts 20-21: overdue principal bears the penalty rate in
place of the contract rate, misused principal the higher misuse rate and never both; unpaid interest bears compound
interest at the contract rate within the term and at the penalty rate after it; penalty interest bears none unless
agreed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from repayplan.calendar.business import bank_days
from repayplan.calendar.dates import add_months, recurring
from repayplan.cases.agreements import (
    Accelerated,
    Agreement,
    Breached,
    Charged,
    Operation,
    Paid,
    Repriced,
    Rescheduled,
    Reversed,
    Waived,
)
from repayplan.cases.documents import spell
from repayplan.cases.models import Case, Loan
from repayplan.cases.problems import Path
from repayplan.debt.book import Book
from repayplan.debt.ledger import Ledger
from repayplan.debt.order import CHINESE_BANK, ORDERS, ByArrears, Item, Order, order
from repayplan.debt.rates import contract_rate
from repayplan.debt.terms import DefaultTerms, Planned, Terms
from repayplan.errors import Fault, InputError, LedgerError
from repayplan.language import Message, tr
from repayplan.money import to_cents

CLAIMS: Mapping[str, str] = {"compound_interest": "compound", "overdue_principal": "overdue"}
"""What the case calls a class, where the book calls it otherwise."""


def ledgers(case: Case, until: dt.date, where: Callable[[Path], str] = spell) -> list[Ledger]:
    """The account of every loan of a case with its operations to ``until`` entered, standing on that day.

    InputError for a day before the case's; LedgerError for operations the ledger refuses, on each loan the first:
    ``where`` says how their places in the case are told.
    """
    if until < case.as_of:
        raise InputError(
            Fault(
                tr("this day is before the case's date"),
                value=f"{until}",
                limit=tr("{date} or later", date=case.as_of),
                remedy=tr("give a later day, or a case with earlier balances"),
            )
        )
    found: list[Ledger] = []
    faults: list[Fault] = []
    for number, loan in enumerate(case.loans):
        ledger = running_ledger(loan, case.as_of, add_months(until, 12))
        above: Path = ("loans", number, "contract", "operations")
        try:
            enter(ledger, loan.contract, loan.contract.operations, until=until, above=above, where=where)
        except LedgerError as error:
            faults += error.faults
            continue
        ledger.advance(until)
        found.append(ledger)
    if faults:
        raise LedgerError(faults)
    return found


def last_day(case: Case) -> dt.date:
    """The day of the last operation on any loan; a year after the case's date where there is none."""
    days = [operation.date for loan in case.loans for operation in loan.contract.operations]
    return max(days, default=add_months(case.as_of, 12))


def running_ledger(loan: Loan, as_of: dt.date, until: dt.date) -> Ledger:
    """The loan's ledger on ``as_of`` with everything set for the days to ``until``; what is paid in excess is kept.

    No operation is entered yet. Balances are those of the case and hold everything accrued by ``as_of``.
    """
    agreement = loan.contract
    default = _default(agreement)
    terms = Terms(
        loan=loan.id,
        day_count=loan.day_count,
        accruals=default.accruals(contract_rate(loan), default.end),
        settlements=settlement_days(agreement, as_of, until),
        capitalizations=[bank_day(agreement, date) for date in agreement.capitalize_on],
        charges=_planned(agreement),
        order=settlement_order(agreement),
        default=default,
    )
    return Ledger(Book(terms, _items(loan, as_of), as_of), excess="credit")


def _planned(agreement: Agreement) -> list[Planned]:
    return [
        Planned(bank_day(agreement, fee.date), book_class(fee.claim), to_cents(fee.amount), Message(fee.name))
        for fee in agreement.charges
    ]


def settlement_order(agreement: Agreement) -> Order | ByArrears:
    """The order a contract names, or the classes it lists."""
    if not isinstance(agreement.order, str):
        return order(*(book_class(name) for name in agreement.order))
    return CHINESE_BANK if agreement.order == "by_arrears" else ORDERS[agreement.order]


def settlement_days(agreement: Agreement, as_of: dt.date, until: dt.date) -> list[dt.date]:
    """Days after ``as_of`` to ``until`` on which interest is settled; it is on maturity too."""
    every, day, first = agreement.settle_every, agreement.settlement_day, agreement.first_settlement
    before = add_months(as_of, -1)  # a day before the case's may have moved behind it
    if first is None:
        days = [date for date in recurring(day, 1, before, until) if date.month % every == 0]
    else:
        days = recurring(day, every, before, until, first)
    days = [bank_day(agreement, date) for date in days]
    return sorted({date for date in days if as_of < date <= until})


def bank_day(agreement: Agreement, date: dt.date) -> dt.date:
    """Where a day of the contract moves that banks do not work."""
    return bank_days(agreement.business_days).adjust(date, agreement.adjustment)


def maturity(agreement: Agreement) -> dt.date | None:
    """The day on which the contract ends, moved like every other."""
    return None if agreement.maturity is None else bank_day(agreement, agreement.maturity)


def provisional_days(case: Case, until: dt.date) -> list[dt.date]:
    """Days of the contracts after the case's date to ``until`` that a holiday announcement still to come may move."""
    found: set[dt.date] = set()
    for agreement in (loan.contract for loan in case.loans):
        if agreement.adjustment != "none":
            banks = bank_days(agreement.business_days)
            days = [*settlement_days(agreement, case.as_of, until), *_own_days(agreement)]
            found |= {day for day in days if case.as_of < day <= until and banks.is_provisional(day)}
    return sorted(found)


def _own_days(agreement: Agreement) -> list[dt.date]:
    """The days a contract names itself, moved."""
    days = [part.date for part in agreement.installments] + [fee.date for fee in agreement.charges]
    days += agreement.capitalize_on
    for operation in agreement.operations:
        if isinstance(operation, Rescheduled):
            days += [part.date for part in operation.installments]
        elif isinstance(operation, Charged) and operation.due is not None:
            days.append(operation.due)
    if agreement.maturity is not None:
        days.append(agreement.maturity)
    return [bank_day(agreement, day) for day in days]


def book_class(name: str) -> str:
    """The book's name for a class of the case."""
    return CLAIMS.get(name, name)


def enter(
    ledger: Ledger,
    agreement: Agreement,
    operations: Iterable[Operation],
    *,
    until: dt.date = dt.date.max,
    above: Path = (),
    where: Callable[[Path], str] = spell,
) -> None:
    """Enter operations to ``until`` in the order of their days; on one day as they are listed. LedgerError at the first
    refused, with its place as ``where`` tells it; ``above`` is where the list stands.

    Their numbers, which reversals name and lines of the account carry, are their places in the list, from 1.
    """
    dated = sorted(enumerate(operations, 1), key=lambda pair: pair[1].date)
    entered: dict[int, int] = {}
    for number, operation in ((number, entry) for number, entry in dated if entry.date <= until):
        ledger.advance(operation.date)  # what comes by itself is no operation's
        before, ledger.operation = ledger.operations, number
        try:
            _enter(ledger, agreement, operation, entered)
        except LedgerError as error:
            place = where((*above, number - 1))
            raise LedgerError(replace(fault, where=place) for fault in error.faults) from error
        finally:
            ledger.operation = None
        if ledger.operations > before:
            entered[number] = before


def _enter(ledger: Ledger, agreement: Agreement, operation: Operation, entered: Mapping[int, int]) -> None:
    match operation:
        case Paid(date=date, amount=amount, order=name):
            ledger.pay(date, to_cents(amount), ORDERS[name] if name else None)
        case Charged(date=date, amount=amount, claim=claim, name=name, due=due):
            moved = None if due is None else bank_day(agreement, due)
            ledger.charge(date, book_class(claim), to_cents(amount), Message(name), moved)
        case Waived(date=date, conditional=conditional):
            ledger.waive(date, _waived(operation), conditional=conditional)
        case Breached(date=date):
            ledger.breach(date)
        case Repriced(date=date, rate=rate):
            ledger.reprice(date, Fraction(rate))
        case Rescheduled(date=date, installments=installments, with_overdue=overdue):
            dues = [(bank_day(agreement, part.date), to_cents(part.amount)) for part in installments]
            ledger.reschedule(date, dues, overdue=overdue)
        case Accelerated(date=date):
            ledger.accelerate(date)
        case Reversed(date=date, of=number):
            text = tr("reversal of operation {number}", number=number)
            ledger.reverse(date, entered.get(number, -1), text)


def _waived(waiver: Waived) -> dict[str, int]:
    names = ("fees", "penalty", "compound_interest", "interest", "overdue_principal", "principal")
    amounts = {book_class(name): to_cents(getattr(waiver, name)) for name in names}
    return {name: cents for name, cents in amounts.items() if cents}


def _default(agreement: Agreement) -> DefaultTerms:
    """What the contract provides for default."""
    compounding = ("penalty", "compound", "interest") if agreement.compound_on_penalty else ("compound", "interest")
    return DefaultTerms(
        penalty=Fraction(agreement.penalty_multiple),
        misuse=Fraction(agreement.misuse_multiple),
        compounding=compounding,
        end=maturity(agreement),
    )


def _items(loan: Loan, as_of: dt.date) -> list[Item]:
    """What is claimed on ``as_of``: arrears due since the oldest of them, principal when it falls due."""
    agreement = loan.contract
    since = agreement.overdue_since or as_of
    names = ("fees", "penalty", "compound_interest", "interest", "overdue_principal")
    items = [Item(book_class(name), to_cents(getattr(loan, name)), since, since) for name in names]
    misused = to_cents(agreement.misused_principal)
    end = maturity(agreement)
    items.append(Item("misused", misused, end, end))
    left = to_cents(loan.principal) - misused
    for part in agreement.installments:
        cents = min(to_cents(part.amount), left)
        items.append(_principal(cents, bank_day(agreement, part.date), as_of))
        left -= cents
    items.append(_principal(left, end, as_of))
    return items


def _principal(cents: int, due: dt.date | None, as_of: dt.date) -> Item:
    """Principal due before the case's day is overdue, whatever the case calls it."""
    return Item("overdue" if due is not None and due < as_of else "principal", cents, due, due)
