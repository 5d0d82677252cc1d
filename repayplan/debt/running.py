"""A loan as it runs under its contract, before any plan is signed: what is claimed, what accrues, what falls due.

Chinese practice, 银发〔2003〕251号 art. 3 and 银发〔1999〕77号 arts 20-21: overdue principal bears the penalty rate in
place of the contract rate, misused principal the higher misuse rate and never both; unpaid interest bears compound
interest at the contract rate within the term and at the penalty rate after it; penalty interest bears none unless
agreed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
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
from repayplan.cases.models import Case, Loan
from repayplan.debt.book import Accrual, Book, Planned, Terms
from repayplan.debt.ledger import Ledger
from repayplan.debt.order import CHINESE_BANK, ORDERS, ByArrears, Item, Order, order
from repayplan.debt.rates import BEGINNING, RatePath, floating
from repayplan.errors import Fault, InputError, LedgerError
from repayplan.language import Message, tr
from repayplan.money import to_cents

CLAIMS: Mapping[str, str] = {"compound_interest": "compound", "overdue_principal": "overdue"}
"""What the case calls a class, where the book calls it otherwise."""


def ledgers(case: Case, until: dt.date) -> list[Ledger]:
    """The account of every loan of a case with its operations to ``until`` entered, standing on that day.

    InputError for a day before the case's; LedgerError, with its place, for an operation the ledger refuses.
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
    found = []
    for loan in case.loans:
        ledger = running_ledger(loan, case.as_of, add_months(until, 12))
        enter(ledger, loan.contract, [entry for entry in loan.contract.operations if entry.date <= until])
        ledger.advance(until)
        found.append(ledger)
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
    terms = Terms(
        loan=loan.id,
        day_count=loan.day_count,
        accruals=_accruals(agreement, contract_rate(loan)),
        settlements=settlement_days(agreement, as_of, until),
        capitalizations=agreement.capitalize_on,
        charges=[
            Planned(charge.date, book_class(charge.claim), to_cents(charge.amount), Message(charge.name))
            for charge in agreement.charges
        ],
        order=settlement_order(agreement),
        arrears_on_payment=True,
        penal_when_called=_compounding(agreement),
    )
    return Ledger(Book(terms, _items(loan, as_of), as_of), excess="credit")


def settlement_order(agreement: Agreement) -> Order | ByArrears:
    """The order a contract names, or the classes it lists."""
    if not isinstance(agreement.order, str):
        return order(*(book_class(name) for name in agreement.order))
    return CHINESE_BANK if agreement.order == "by_arrears" else ORDERS[agreement.order]


def contract_rate(loan: Loan) -> RatePath:
    """The contract rate over time: fixed, stepped or floating."""
    agreement, first = loan.contract, Fraction(loan.rate)
    if agreement.floating is not None:
        follow = agreement.floating
        return floating(
            first,
            {step.date: Fraction(step.rate) for step in follow.index},
            follow.resets,
            spread=Fraction(follow.spread),
            cap=None if follow.cap is None else Fraction(follow.cap),
            floor=None if follow.floor is None else Fraction(follow.floor),
        )
    return RatePath.stepped(first, [(step.date, Fraction(step.rate)) for step in agreement.rate_steps])


def settlement_days(agreement: Agreement, as_of: dt.date, until: dt.date) -> list[dt.date]:
    """Days after ``as_of`` to ``until`` on which interest is settled; the last is maturity where that comes first."""
    every, day, first = agreement.settle_every, agreement.settlement_day, agreement.first_settlement
    before = add_months(as_of, -1)  # a day before the case's may have moved behind it
    if first is None:
        days = [date for date in recurring(day, 1, before, until) if date.month % every == 0]
    else:
        days = recurring(day, every, before, until, first)
    days = [bank_day(agreement, date) for date in days]
    end = maturity(agreement)
    if end is not None:
        days.append(end)
    return sorted({date for date in days if as_of < date <= until})


def bank_day(agreement: Agreement, date: dt.date) -> dt.date:
    """Where a day of the contract moves that banks do not work."""
    return bank_days(agreement.business_days).adjust(date, agreement.adjustment)


def maturity(agreement: Agreement) -> dt.date | None:
    """The day on which the contract ends, moved like every other."""
    return None if agreement.maturity is None else bank_day(agreement, agreement.maturity)


def provisional_days(case: Case, until: dt.date) -> list[dt.date]:
    """Settlement days to ``until`` that a holiday announcement still to come may move."""
    found = set()
    for agreement in (loan.contract for loan in case.loans):
        if agreement.adjustment != "none":
            banks = bank_days(agreement.business_days)
            found |= {day for day in settlement_days(agreement, case.as_of, until) if banks.is_provisional(day)}
    return sorted(found)


def book_class(name: str) -> str:
    """The book's name for a class of the case."""
    return CLAIMS.get(name, name)


def enter(ledger: Ledger, agreement: Agreement, operations: Iterable[Operation]) -> None:
    """Enter operations in the order of their days; on one day as they are listed. LedgerError at the first refused,
    with its number in the list.

    Their numbers, which reversals name, are their places in the list.
    """
    listed = list(operations)
    entered: dict[int, int] = {}
    for number, operation in sorted(enumerate(listed, 1), key=lambda pair: pair[1].date):
        before = ledger.operations
        try:
            _enter(ledger, agreement, operation, entered)
        except LedgerError as error:
            where = f"{ledger.loan}: operations[{number}]"
            raise LedgerError(replace(fault, where=where) for fault in error.faults) from error
        if ledger.operations > before:
            entered[number] = before


def _enter(ledger: Ledger, agreement: Agreement, operation: Operation, entered: Mapping[int, int]) -> None:
    match operation:
        case Paid(date=date, amount=amount, order=name):
            ledger.pay(date, to_cents(amount), ORDERS[name] if name else None)
        case Charged(date=date, amount=amount, claim=claim, name=name, due=due):
            ledger.charge(date, book_class(claim), to_cents(amount), Message(name), due)
        case Waived(date=date, conditional=conditional):
            ledger.waive(date, _waived(operation), conditional=conditional)
        case Breached(date=date):
            ledger.breach(date)
        case Repriced(date=date, rate=rate):
            accruals = _accruals(agreement, RatePath.fixed(Fraction(rate)), called=ledger.called)
            ledger.change_rates(date, {accrual.source: accrual.rate for accrual in accruals})
        case Rescheduled(date=date, installments=installments):
            ledger.reschedule(date, [(part.date, to_cents(part.amount)) for part in installments])
        case Accelerated(date=date):
            ledger.accelerate(date)
        case Reversed(date=date, of=number):
            text = tr("reversal of operation {number}", number=number)
            ledger.reverse(date, entered.get(number, -1), text)


def _waived(waiver: Waived) -> dict[str, int]:
    names = ("fees", "penalty", "compound_interest", "interest", "overdue_principal", "principal")
    amounts = {book_class(name): to_cents(getattr(waiver, name)) for name in names}
    return {name: cents for name, cents in amounts.items() if cents}


def _accruals(agreement: Agreement, rate: RatePath, *, called: bool = False) -> tuple[Accrual, ...]:
    """What accrues where, from the contract rate; ``called``: the loan has been called due before its term."""
    end = BEGINNING if called else maturity(agreement)
    penalty = rate.scaled(Fraction(agreement.penalty_multiple))
    misuse = rate.scaled(Fraction(agreement.misuse_multiple)).highest(penalty)
    unpaid = rate if end is None else rate.then(end, penalty)
    compounding = [Accrual(name, "compound", unpaid) for name in _compounding(agreement)]
    return (
        *compounding,
        Accrual("overdue", "penalty", penalty),
        Accrual("misused", "penalty", misuse),
        Accrual("principal", "interest", rate),
    )


def _compounding(agreement: Agreement) -> tuple[str, ...]:
    return ("penalty", "compound", "interest") if agreement.compound_on_penalty else ("compound", "interest")


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
