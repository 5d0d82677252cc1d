"""Money that is not the borrower's to spend: blocked accounts of pledged proceeds, and what guarantors owe.

A payment on a loan takes what its blocked account holds first, then what a guarantor of that loan alone can still pay,
then a guarantor of every loan, and only then cash of the business. That leaves the business the most cash at every
time. What a blocked account holds is released to the business once its loan is clear; a guarantor keeps what is not
called.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.cases.models import Case
from repayplan.forecast import Flow
from repayplan.forecast.apart import account_keys, account_of, is_apart
from repayplan.money import to_cents
from repayplan.problem.frozen import Cents, Frozen, Mask

ANY_LOAN = -1


@dataclass(frozen=True)
class AccountArrays(Frozen):
    """K accounts in the order in which they are drawn on; ``names`` as the case calls the loan or the guarantor.

    ``available`` (N, T, K): cents that have come in by the end of a stage. ``loan`` (K,): which it may pay, or any.
    ``blocked`` (K,): pledged proceeds; the others are guarantors. ``cap`` (K,), of
    several cases (N, K): cents that may be drawn at most.
    """

    names: tuple[str, ...]
    available: Cents
    loan: NDArray[np.int64]
    blocked: Mask
    cap: Cents

    @classmethod
    def none(cls, cases: int, stages: int) -> AccountArrays:
        """All money is the borrower's."""
        empty = np.zeros(0, dtype=np.int64)
        return cls((), np.zeros((cases, stages, 0), dtype=np.int64), empty, empty.astype(bool), empty)

    @property
    def total(self) -> Cents:
        """(N, T) cents available in all."""
        return np.asarray(self.available.sum(axis=2))

    @property
    def released(self) -> Cents:
        """(N, T) cents that have come in on blocked accounts: the business's once every loan is clear."""
        return np.asarray(self.available[:, :, self.blocked].sum(axis=2))


def accounts(case: Case, days: Sequence[dt.date], flows: Sequence[Flow]) -> AccountArrays:
    """The accounts of one case, one for each loan that something is pledged to and one for each guarantor, whether or
    not anything comes by the last day: futures go on for longer."""
    loans = [loan.id for loan in case.loans]
    apart = [flow for flow in flows if is_apart(flow)]
    keys = account_keys(case)
    if not keys:
        return AccountArrays.none(1, len(days))
    arrived: Cents = np.zeros((len(days), len(keys)), dtype=np.int64)
    for flow in apart:
        arrived[bisect_left(days, flow.date), keys.index(account_of(flow))] += flow.amount
    come: Cents = np.cumsum(arrived, axis=0)
    caps = {source.name: to_cents(source.cap) for source in case.cash.sources if source.kind == "guarantor"}
    last = come[-1].tolist()
    return AccountArrays(
        names=tuple(name or str(loan) for name, loan in keys),
        available=come[None],
        loan=np.array([ANY_LOAN if loan is None else loans.index(loan) for _, loan in keys], dtype=np.int64),
        blocked=np.array([name is None for name, _ in keys], dtype=bool),
        cap=np.array([last[k] if name is None else caps[name] for k, (name, _) in enumerate(keys)], dtype=np.int64),
    )


def drawn(accounts: AccountArrays, paid: Cents, case: int = 0) -> Cents:
    """(T, K) cents drawn by the end of each stage when ``paid`` (T, L) is paid on the loans."""
    used: Cents = np.zeros(len(accounts.loan), dtype=np.int64)
    taken: Cents = np.zeros((len(paid), len(used)), dtype=np.int64)
    for stage in range(len(paid)):
        if paid[stage].any():
            used = used + draw(accounts, accounts.available[case, stage] - used, paid[stage])
        taken[stage] = used
    return taken


def draw(accounts: AccountArrays, left: Cents, paid: Cents) -> Cents:
    """(K,) what one date's payments (L,) take from what is ``left`` (K,)."""
    return np.array(draw_whole(accounts, left.tolist(), paid.tolist()), dtype=np.int64)


def draw_whole(accounts: AccountArrays, left: list[int], paid: list[int]) -> list[int]:
    """The same in plain numbers, which are quicker of a few loans and accounts."""
    open_, taken = list(paid), []
    for loan, has in zip(accounts.loan.tolist(), left, strict=True):
        rest = has
        for number in range(len(open_)) if loan == ANY_LOAN else (loan,):
            part = min(rest, open_[number])
            open_[number] -= part
            rest -= part
        taken.append(has - rest)
    return taken
