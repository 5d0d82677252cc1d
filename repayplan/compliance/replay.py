"""What a list of payments does: the ledger of every loan and the borrower's cash, stage by stage, in whole cents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from repayplan.cases.models import Case
from repayplan.debt.claim import Allocation, Claim
from repayplan.debt.ledger import Ledger, open_ledger
from repayplan.debt.order import ORDERS
from repayplan.problem.accounts import drawn
from repayplan.problem.arrays import Problem
from repayplan.problem.form import Rule
from repayplan.problem.frozen import Cents
from repayplan.problem.terms import Terms, settlement_dates


@dataclass(frozen=True, slots=True)
class Payment:
    """Cents paid on one loan on one day."""

    date: dt.date
    loan: str
    cents: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A payment as the ledger allocates it, the claim that is left, and the debt that it would be on a breach (cents):
    more where a waiver has not vested."""

    payment: Payment
    allocation: Allocation
    claim: Claim
    if_breached: int


@dataclass(frozen=True)
class Replay:
    """The consequences of payments on payment dates.

    ``paid``, ``debt`` and ``principal`` are (T, L) cents, the latter two after the stage's payment. ``rules``: what is
    signed in place of amounts, where payments follow receipts.
    """

    case: Case
    terms: Terms
    problem: Problem
    settled: tuple[Settled, ...]
    paid: Cents
    debt: Cents
    principal: Cents
    rules: tuple[Rule, ...] = ()

    @cached_property
    def days(self) -> list[dt.date]:
        """Stage dates."""
        return self.problem.days()

    @cached_property
    def total(self) -> list[int]:
        """(T,) paid over all loans."""
        return [int(cents) for cents in self.paid.sum(axis=1)]

    @cached_property
    def closing(self) -> list[int]:
        """(T,) cash of the business at the end of each stage."""
        everything = self.problem.cash.unpaid[0] - np.cumsum(self.paid.sum(axis=1))
        return [int(cents) for cents in everything - self._held.sum(axis=1)]

    @cached_property
    def lowest(self) -> list[int]:
        """(T,) the least that cash of the business falls to from the end of a stage until the end of the next.

        What comes in on an account that is released counts from the end of its stage on.
        """
        accounts = self.problem.accounts
        released = accounts.available[0] - self._drawn - self._held
        own = np.cumsum(self.paid.sum(axis=1)) - self._drawn.sum(axis=1)
        return [int(cents) for cents in self.problem.cash.trough[0] - own + released.sum(axis=1)]

    @cached_property
    def own(self) -> list[int]:
        """(T,) what the business itself pays, accounts apart having paid the rest."""
        taken = np.diff(self._drawn, axis=0, prepend=0).sum(axis=1)
        return [int(cents) for cents in self.paid.sum(axis=1) - taken]

    @cached_property
    def blocked(self) -> list[int]:
        """(T,) pledged proceeds that are kept for the loans they secure."""
        return [int(cents) for cents in self._held[:, self.problem.accounts.blocked].sum(axis=1)]

    @cached_property
    def guaranteed(self) -> list[int]:
        """(T,) what guarantors who have been asked can still pay."""
        return [int(cents) for cents in self._held[:, ~self.problem.accounts.blocked].sum(axis=1)]

    @cached_property
    def _drawn(self) -> Cents:
        return drawn(self.problem.accounts, self.paid)

    @cached_property
    def _held(self) -> Cents:
        """(T, K) what each account holds; nothing once a blocked one is released, its loan being clear."""
        accounts = self.problem.accounts
        left = accounts.available[0] - self._drawn
        clear = np.zeros_like(left, dtype=bool)
        for account in np.flatnonzero(accounts.blocked).tolist():
            clear[:, account] = self.debt[:, accounts.loan[account]] == 0
        return np.where(clear, 0, left)

    @cached_property
    def floor(self) -> list[int]:
        """(T,) what planning respects."""
        return [int(cents) for cents in self.problem.cash.floor[0]]

    @cached_property
    def pay_stages(self) -> list[int]:
        """Stages that end on a payment date."""
        return [int(stage) for stage in np.flatnonzero(self.problem.pays[0])]

    @cached_property
    def last(self) -> int | None:
        """Stage of the last payment; None where nothing is paid."""
        stages = [stage for stage, cents in enumerate(self.total) if cents]
        return stages[-1] if stages else None

    @cached_property
    def opening_debt(self) -> int:
        """The whole debt at signing."""
        return int(self.problem.debt.opening.sum())

    @property
    def unpaid(self) -> int:
        """Debt left at the end of the horizon."""
        return int(self.debt[-1].sum())

    def service(self, stage: int) -> tuple[int, int, int]:
        """Cover at a payment date: paid in its window, cash of the window, cash carried above the floor; cents."""
        start = int(self.problem.cover.start[0, stage])
        paid = sum(self.total[start : stage + 1])
        carried = int(self.problem.cash.carried[0, start]) - sum(self.total[:start])
        return paid, int(self.problem.cover.cash[0, stage]), carried


def replay(
    case: Case, terms: Terms, problem: Problem, payments: Iterable[Payment], rules: tuple[Rule, ...] = ()
) -> Replay:
    """Run ``payments``, all on payment dates, through the ledgers; LedgerError where one is larger than the debt."""
    by_day = {(payment.date, payment.loan): payment for payment in payments}
    days = problem.days()
    shape = (len(days), len(case.loans))
    paid, debt, principal = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    settled: list[Settled] = []
    for number, ledger in enumerate(ledgers(case, terms)):
        for stage, day in enumerate(days):
            payment = by_day.get((day, ledger.loan))
            if payment is not None and payment.cents:
                allocation = ledger.pay(day, payment.cents)
                breached = ledger.debt_if_breached if ledger.conditional else ledger.debt
                settled.append(Settled(payment, allocation, ledger.claim, breached))
                paid[stage, number] = payment.cents
            else:
                ledger.advance(day)
            debt[stage, number], principal[stage, number] = ledger.debt, ledger.principal
    order = {loan.id: number for number, loan in enumerate(case.loans)}
    settled.sort(key=lambda entry: (entry.payment.date, order[entry.payment.loan]))
    problem = problem.as_paid([int(cents) for cents in paid.sum(axis=1)])
    return Replay(case, terms, problem, tuple(settled), paid, debt, principal, rules)


def ledgers(case: Case, terms: Terms) -> Sequence[Ledger]:
    """The loans as they run once the plan is signed."""
    settlements = settlement_dates(case, terms)
    return [open_ledger(loan, case.as_of, terms.arrears, settlements, ORDERS[terms.order]) for loan in case.loans]
