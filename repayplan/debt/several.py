"""One payment on several debts of one debtor: by law, by rank, or in proportion to what is claimed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from repayplan.debt.claim import Allocation
from repayplan.debt.ledger import Ledger
from repayplan.errors import Fault, LedgerError
from repayplan.language import tr
from repayplan.money import grouped


@dataclass(frozen=True, slots=True)
class Debt:
    """A loan among others. ``security``: net value of what secures it, cents."""

    ledger: Ledger
    security: int = 0


Shares = dict[str, int]
"""What each loan is given of a payment, by loan, cents."""

Rule = Callable[[Sequence[Debt], int], Shares]
"""Shares a payment among debts whose ledgers stand on the day of the payment."""


def by_rank(debts: Sequence[Debt], cents: int) -> Shares:
    """Loan after loan in the order given, each until nothing is claimed on it."""
    shares = {}
    for debt in debts:
        shares[debt.ledger.loan] = min(cents, debt.ledger.debt)
        cents -= shares[debt.ledger.loan]
    return shares


def pari_passu(debts: Sequence[Debt], cents: int) -> Shares:
    """The same fraction of every outstanding claim, whole cents; the cents left over go to the largest remainders."""
    return _in_proportion({debt.ledger.loan: debt.ledger.debt for debt in debts}, cents)


def by_law(debts: Sequence[Debt], cents: int) -> Shares:
    """Civil Code art. 560, where the debtor designates nothing: what is due first; of that, the least secured; then
    the heavier burden; then what fell due first; then in proportion. What is not due follows in the same order."""
    shares = dict.fromkeys((debt.ledger.loan for debt in debts), 0)
    due = {debt.ledger.loan: debt.ledger.due(debt.ledger.day) for debt in debts}
    rest = {debt.ledger.loan: debt.ledger.debt - due[debt.ledger.loan] for debt in debts}
    for claims in (due, rest):
        ranked = sorted(debts, key=lambda debt: _rank(debt))
        for _, group in groupby(ranked, key=lambda debt: _rank(debt)):
            claimed = {debt.ledger.loan: claims[debt.ledger.loan] for debt in group}
            given = _in_proportion(claimed, min(cents, sum(claimed.values())))
            for loan, amount in given.items():
                shares[loan] += amount
            cents -= sum(given.values())
    return shares


def pay(
    debts: Sequence[Debt], date: dt.date, cents: int, rule: Rule = by_law, *, designated: str | None = None
) -> Mapping[str, Allocation]:
    """Share a payment among debts and settle each in its own order; a debt the debtor designates comes first.

    LedgerError for a negative amount, for more than everything claimed, or for a designated loan that is not there.
    """
    for debt in debts:
        debt.ledger.advance(date)
    ledgers = {debt.ledger.loan: debt.ledger for debt in debts}
    _check(ledgers, cents, designated)
    first = min(cents, ledgers[designated].debt) if designated else 0
    others = [debt for debt in debts if debt.ledger.loan != designated]
    shares = {**rule(others, cents - first), **({designated: first} if designated else {})}
    return {loan: ledger.pay(date, shares[loan]) for loan, ledger in ledgers.items() if shares[loan]}


def _rank(debt: Debt) -> tuple[Fraction, Fraction, int]:
    """Least secured, heaviest, earliest due first: cover of the claim, its daily cost, days it has been due."""
    claimed = debt.ledger.debt or 1
    cost = sum(debt.ledger.per_day().values(), Fraction(0))
    return (
        min(Fraction(debt.security, claimed), Fraction(1)),
        -cost / claimed,
        -debt.ledger.days_past_due(debt.ledger.day),
    )


def _in_proportion(claims: Mapping[str, int], cents: int) -> Shares:
    total = sum(claims.values())
    if not total:
        return dict.fromkeys(claims, 0)
    cents = min(cents, total)
    shares = {loan: cents * claim // total for loan, claim in claims.items()}
    remainders = sorted(claims, key=lambda loan: -(cents * claims[loan] % total))
    for loan in remainders[: cents - sum(shares.values())]:
        shares[loan] += 1
    return shares


def _check(ledgers: Mapping[str, Ledger], cents: int, designated: str | None) -> None:
    total = sum(ledger.debt for ledger in ledgers.values())
    if not 0 <= cents <= total:
        raise LedgerError(
            Fault(
                tr("the payment is negative or more than everything claimed"),
                ", ".join(ledgers),
                grouped(cents),
                tr("0.00 to {amount}", amount=grouped(total)),
                tr("pay no more than is owed"),
            )
        )
    if designated is not None and designated not in ledgers:
        raise LedgerError(
            Fault(
                tr("the designated loan is not among the debts"),
                value=designated,
                limit=tr("one of {names}", names=", ".join(ledgers)),
                remedy=tr("correct the name"),
            )
        )
