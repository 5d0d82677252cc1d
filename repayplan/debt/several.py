"""One payment on several debts of one debtor: by law, by rank, or in proportion to what is claimed.

What is claimed includes what arrears have accrued, as a payment on one debt finds it.
"""

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

    @property
    def loan(self) -> str:
        """The loan's name."""
        return self.ledger.loan

    @property
    def claimed(self) -> int:
        """What a payment can settle; cents."""
        return int(self.ledger.payable().debt)


Shares = dict[str, int]
"""What each loan is given of a payment, by loan, cents."""

Rule = Callable[[Sequence[Debt], int], Shares]
"""Shares a payment among debts whose ledgers stand on the day of the payment."""


def by_rank(debts: Sequence[Debt], cents: int) -> Shares:
    """Loan after loan in the order given, each until nothing is claimed on it."""
    shares = {}
    for debt in debts:
        shares[debt.loan] = min(cents, debt.claimed)
        cents -= shares[debt.loan]
    return shares


def pari_passu(debts: Sequence[Debt], cents: int) -> Shares:
    """The same fraction of every outstanding claim, whole cents; the cents left over go to the largest remainders."""
    return _in_proportion({debt.loan: debt.claimed for debt in debts}, cents)


def by_law(debts: Sequence[Debt], cents: int) -> Shares:
    """Civil Code art. 560, where the debtor designates nothing: what is due first; of that, the least secured; then
    the heavier burden; then what fell due first; then in proportion. What is not due follows in the same order."""
    shares = dict.fromkeys((debt.loan for debt in debts), 0)
    for claims in _due_and_not(debts):
        ranked = sorted(claims, key=lambda claim: claim.rank)
        for _, group in groupby(ranked, key=lambda claim: claim.rank):
            claimed = {claim.loan: claim.cents for claim in group}
            given = _in_proportion(claimed, cents)
            for loan, amount in given.items():
                shares[loan] += amount
            cents -= sum(given.values())
    return shares


@dataclass(frozen=True, slots=True)
class _Claims:
    """What is due, or what is not, of one debt, and its place: cover of the whole claim, its daily cost, the first day
    on which something of it falls due."""

    loan: str
    cents: int
    rank: tuple[Fraction, Fraction, dt.date]


def _due_and_not(debts: Sequence[Debt]) -> tuple[list[_Claims], list[_Claims]]:
    """What is due today of each debt, and what is not."""
    due, rest = [], []
    for debt in debts:
        book, today = debt.ledger.payable(), debt.ledger.day
        claimed = int(book.debt) or 1
        cover = min(Fraction(debt.security, claimed), Fraction(1))
        burden = -sum(debt.ledger.per_day().values(), Fraction(0)) / claimed
        days = [item.due or today for item in book.items]
        first = min((day for day in days if day <= today), default=today)
        next_ = min((day for day in days if day > today), default=today)
        owed = int(book.due(today))
        due.append(_Claims(debt.loan, owed, (cover, burden, first)))
        rest.append(_Claims(debt.loan, int(book.debt) - owed, (cover, burden, next_)))
    return due, rest


def pay(
    debts: Sequence[Debt], date: dt.date, cents: int, rule: Rule = by_law, *, designated: str | None = None
) -> Mapping[str, Allocation]:
    """Share a payment among debts and settle each in its own order; a debt the debtor designates comes first.

    LedgerError for a negative amount, for more than everything claimed, or for a designated loan that is not there.
    """
    for debt in debts:
        debt.ledger.advance(date)
    claims = {debt.loan: debt.claimed for debt in debts}
    _check(claims, cents, designated)
    first = min(cents, claims[designated]) if designated else 0
    others = [debt for debt in debts if debt.loan != designated]
    shares = {**rule(others, cents - first), **({designated: first} if designated else {})}
    return {debt.loan: debt.ledger.pay(date, shares[debt.loan]) for debt in debts if shares[debt.loan]}


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


def _check(claims: Mapping[str, int], cents: int, designated: str | None) -> None:
    total = sum(claims.values())
    if not 0 <= cents <= total:
        raise LedgerError(
            Fault(
                tr("the payment is negative or more than everything claimed"),
                ", ".join(claims),
                grouped(cents),
                tr("0.00 to {amount}", amount=grouped(total)),
                tr("pay no more than is owed"),
            )
        )
    if designated is not None and designated not in claims:
        raise LedgerError(
            Fault(
                tr("the designated loan is not among the debts"),
                value=designated,
                limit=tr("one of {names}", names=", ".join(claims)),
                remedy=tr("correct the name"),
            )
        )
