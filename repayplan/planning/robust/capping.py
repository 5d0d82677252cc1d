"""A problem held within what some futures allow: then everything that plans for the expected case plans for these.

Whole cents, shapes, preferences and the ledger's own check need not know of futures: they see less cash.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from repayplan.problem.accounts import drawn
from repayplan.problem.arrays import Cents, Problem, Real


@dataclass(frozen=True)
class Caps:
    """The most that may have been paid by each stage of the plan, cents: ``own`` (T,) out of the business's cash,
    ``apart`` (T, K) out of each account."""

    own: Cents
    apart: Cents


def within(problem: Problem, caps: Caps) -> Problem:
    """The same case with no more room above its floors, and no more on its accounts, than ``caps`` leave.

    Floors and reserve are kept of what is expected: what futures leave is to be paid with, down to the last cent.
    """
    most = np.maximum(caps.own, 0)[None]
    known = problem.cash.most
    available = np.minimum(problem.accounts.available, caps.apart[None])
    accounts = replace(problem.accounts, available=available)
    cash = replace(problem.cash, most=most if known is None else np.minimum(known, most), apart=accounts.total)
    return replace(problem, accounts=accounts, cash=cash)


def no_sooner(problem: Problem, payments: Real, slack: int) -> Caps:
    """Caps under which cumulative payments run ahead of ``payments`` (T, L; cents) by ``slack`` cents at most, in all
    and out of every account; from the last one on, when whatever is left is paid, only cash limits them."""
    whole = np.round(np.cumsum(payments, axis=0)).astype(np.int64)
    taken = drawn(problem.accounts, np.diff(whole, axis=0, prepend=0))
    own = whole.sum(axis=1) - taken.sum(axis=1) + slack
    apart = taken + slack
    paid = np.flatnonzero(payments.sum(axis=1) > 0)
    if paid.size:
        own[paid[-1] :] = np.iinfo(np.int64).max // 4
        apart[paid[-1] :] = np.iinfo(np.int64).max // 4
    return Caps(own, apart)
