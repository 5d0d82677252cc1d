"""Many finished plans side by side: what was paid, what the ledger makes of it, and the cash that is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from repayplan.compliance.replay import Replay
from repayplan.problem.accounts import ANY_LOAN, AccountArrays
from repayplan.problem.arrays import Cents, Mask, Problem
from repayplan.problem.form import Rule
from repayplan.problem.terms import Terms

NEVER = -1


@dataclass(frozen=True)
class Plans:
    """Plans of N cases of one problem; ``paid``, ``debt`` and ``principal`` (N, T, L) cents, the latter two after the
    stage's payment. ``terms``: of each case."""

    problem: Problem
    terms: Sequence[Terms]
    paid: Cents
    debt: Cents
    principal: Cents

    @cached_property
    def total(self) -> Cents:
        """(N, T) paid over all loans."""
        return np.asarray(self.paid.sum(axis=2))

    @cached_property
    def so_far(self) -> Cents:
        """(N, T) paid by the end of each stage."""
        return np.cumsum(self.total, axis=1)

    @cached_property
    def last(self) -> NDArray[np.int64]:
        """(N,) the stage of the last payment; −1 where nothing is paid."""
        stages = self.total.shape[1]
        paid = self.total != 0
        return np.where(paid.any(axis=1), stages - 1 - paid[:, ::-1].argmax(axis=1), NEVER)

    @cached_property
    def stage(self) -> NDArray[np.int64]:
        """(1, T) stage numbers."""
        return np.arange(self.total.shape[1])[None]

    @cached_property
    def before_last(self) -> Mask:
        """(N, T) payment dates before the last payment."""
        return np.asarray(self.problem.pays & (self.stage < self.last[:, None]))

    @cached_property
    def up_to_last(self) -> Mask:
        """(N, T) payment dates up to the last payment."""
        return np.asarray(self.problem.pays & (self.stage <= self.last[:, None]))

    @cached_property
    def principal_paid(self) -> Cents:
        """(N, T, L) by how much payments bring principal down."""
        before = np.concatenate([self.problem.debt.principal[:, None], self.principal[:, :-1]], axis=1)
        return np.asarray(before - self.principal)

    @cached_property
    def drawn(self) -> Cents:
        """(N, T, K) what accounts apart have paid by the end of each stage."""
        accounts = self.problem.accounts
        taken: Cents = np.zeros(accounts.available.shape, dtype=np.int64)
        used: Cents = np.zeros((len(taken), len(accounts.loan)), dtype=np.int64)
        for stage in range(self.paid.shape[1] if used.size else 0):
            used = used + draw(accounts, accounts.available[:, stage] - used, self.paid[:, stage])
            taken[:, stage] = used
        return taken

    @cached_property
    def own(self) -> Cents:
        """(N, T) what the business itself has paid by the end of each stage."""
        return np.asarray(self.so_far - self.drawn.sum(axis=2))

    @cached_property
    def lowest(self) -> Cents:
        """(N, T) the least that cash of the business falls to from the end of a stage until the end of the next."""
        accounts = self.problem.accounts
        released = np.zeros_like(self.so_far)
        for account in np.flatnonzero(accounts.blocked).tolist():
            left = accounts.available[:, :, account] - self.drawn[:, :, account]
            released += np.where(self.debt[:, :, accounts.loan[account]] == 0, left, 0)
        return np.asarray(self.problem.cash.trough - self.own + released)

    def single(self, number: int, problem: Problem, rules: tuple[Rule, ...], terms: Terms) -> Replay:
        """One of the plans with its own ``problem``, for checks that look at no single entry of its ledger."""
        stages = problem.shape[1]
        paid, debt, principal = (each[number, :stages] for each in (self.paid, self.debt, self.principal))
        return Replay(None, terms, problem, (), paid, debt, principal, rules)  # type: ignore[arg-type]


def draw(accounts: AccountArrays, left: Cents, paid: Cents) -> Cents:
    """(N, K) what one date's payments (N, L) take from what is ``left`` (N, K), account after account; see
    :func:`repayplan.problem.accounts.draw`."""
    open_, taken = paid.copy(), np.zeros_like(left)
    for account, loan in enumerate(accounts.loan.tolist()):
        if loan != ANY_LOAN:
            taken[:, account] = np.minimum(left[:, account], open_[:, loan])
            open_[:, loan] -= taken[:, account]
            continue
        rest = np.minimum(left[:, account], open_.sum(axis=1))
        taken[:, account] = rest
        for number in range(open_.shape[1]):
            part = np.minimum(rest, open_[:, number])
            open_[:, number] -= part
            rest = rest - part
    return taken
