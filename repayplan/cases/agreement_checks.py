"""What the fields of a loan's contract must be to each other, to its balances and to the case's date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from repayplan.cases.problems import Path, Problem
from repayplan.language import tr
from repayplan.money import grouped, to_cents

if TYPE_CHECKING:
    from repayplan.cases.agreements import Agreement
    from repayplan.cases.models import Case, Loan


def agreement_problems(case: Case) -> list[Problem]:
    """Everything in the loans' contracts that cannot be so."""
    found: list[Problem] = []
    for number, loan in enumerate(case.loans):
        place: Path = ("loans", number, "contract")
        found += [*_amounts(loan, place), *_days(loan.contract, case.as_of, place)]
        found += [*_rates(loan.contract, place), *_operations(loan.contract, case.as_of, place)]
    return found


def _amounts(loan: Loan, place: Path) -> Iterator[Problem]:
    """Misused principal and installments are parts of the principal not yet due."""
    agreement, principal = loan.contract, to_cents(loan.principal)
    misused = to_cents(agreement.misused_principal)
    rests: tuple[Path, ...] = ((*place[:-1], "principal"),)
    if misused > principal:
        yield Problem(
            (*place, "misused_principal"),
            tr("more principal is misused than there is"),
            tr("at most {amount}", amount=grouped(principal)),
            tr("misused principal is part of principal; correct one of the two"),
            rests,
        )
    called = sum(to_cents(part.amount) for part in agreement.installments)
    if called > max(principal - misused, 0):
        yield Problem(
            (*place, "installments"),
            tr("the installments add up to {total}", total=grouped(called)),
            tr("at most {amount}, the principal not yet due", amount=grouped(max(principal - misused, 0))),
            tr("leave out what is overdue already; it belongs to overdue_principal"),
            (*rests, (*place, "misused_principal")),
        )


def _days(agreement: Agreement, as_of: dt.date, place: Path) -> Iterator[Problem]:
    if agreement.overdue_since is not None and agreement.overdue_since > as_of:
        yield Problem(
            (*place, "overdue_since"),
            tr("nothing can be overdue since a day after the case's date"),
            tr("at most {date}", date=as_of),
            tr("give the day on which the oldest unpaid claim fell due"),
            (("as_of",),),
        )
    lists = (
        ("installments", [part.date for part in agreement.installments]),
        ("charges", [charge.date for charge in agreement.charges]),
    )
    for field, days in lists:
        for number, day in enumerate(days):
            if day <= as_of:
                yield Problem(
                    (*place, field, number, "date"),
                    tr("this day is not after the case's date"),
                    tr("after {date}", date=as_of),
                    tr("what was due by then belongs to the balances of the loan"),
                    (("as_of",),),
                )
    for number, part in enumerate(agreement.installments):
        if agreement.maturity is not None and part.date > agreement.maturity:
            yield Problem(
                (*place, "installments", number, "date"),
                tr("this installment falls due after the contract has ended"),
                tr("at most {date}", date=agreement.maturity),
                tr("correct the day, or maturity"),
                ((*place, "maturity"),),
            )


def _rates(agreement: Agreement, place: Path) -> Iterator[Problem]:
    """A floating rate can be fixed on each of its days, within bounds that leave room."""
    follow = agreement.floating
    if follow is None:
        return
    here: Path = (*place, "floating")
    if follow.cap is not None and follow.floor is not None and follow.cap < follow.floor:
        yield Problem(
            (*here, "cap"),
            tr("the highest rate is below the lowest"),
            tr("{rate} or more", rate=f"{follow.floor:.4%}"),
            tr("correct cap or floor"),
            ((*here, "floor"),),
        )
    first = min(step.date for step in follow.index)
    for number, day in enumerate(follow.resets):
        if day < first:
            yield Problem(
                (*here, "resets", number),
                tr("no published rate is known on this day"),
                tr("{date} or later, the first publication in index", date=first),
                tr("add the publication before it to index, or leave the day out"),
                ((*here, "index"),),
            )


def _operations(agreement: Agreement, as_of: dt.date, place: Path) -> Iterator[Problem]:
    for number, operation in enumerate(agreement.operations):
        here: Path = (*place, "operations", number)
        if operation.date < as_of:
            yield Problem(
                (*here, "date"),
                tr("this operation is older than the case's balances"),
                tr("{date} or later", date=as_of),
                tr("balances hold what happened before; leave the operation out"),
                (("as_of",),),
            )
        if operation.kind == "charge" and operation.due is not None and operation.due < operation.date:
            yield Problem(
                (*here, "due"),
                tr("this falls due before it is charged"),
                tr("{date} or later", date=operation.date),
                tr("correct the day, or leave it out: then it is due at once"),
                ((*here, "date"),),
            )
        if operation.kind == "reversal":
            undone = agreement.operations[operation.of - 1] if operation.of <= len(agreement.operations) else None
            if undone is None or undone.kind in ("reversal", "breach") or undone.date > operation.date:
                yield Problem(
                    (*here, "of"),
                    tr("there is no operation of this number that could be reversed"),
                    tr("an operation of this list, up to the same day, other than a reversal or a breach"),
                    tr("give the number of the operation in this list, from 1"),
                    ((*place, "operations"),),
                )
