"""Where the last payment of a loan is fixed, the payment before it must leave exactly what that settles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from copy import deepcopy

import numpy as np

from repayplan.debt.ledger import Ledger
from repayplan.planning.sharing import least_total, share
from repayplan.problem.arrays import Mask, Problem

TRIES = 8
"""Each try leaves an error of the interest on the error before; what cents cannot reach is not reached by more."""


def fixed_ends(
    problem: Problem, last: Sequence[int], payments: Mask
) -> dict[tuple[int, int], list[tuple[dt.date, int]]]:
    """By stage and loan the fixed payments after it, where they are all that comes and the loan ends with them.

    ``last`` (L,): stages of the last payments; ``payments`` (T, L): whether a loan is paid at a stage.
    """
    days = problem.days()
    found = {}
    for loan, end in enumerate(last):
        pinned = problem.pace.pinned_loan[0, :, loan] if problem.shape[2] > 1 else problem.pace.fixed_or_nan[0]
        free = [
            stage for stage in np.flatnonzero(payments[:, loan]).tolist() if np.isnan(pinned[stage]) and stage < end
        ]
        if end >= 0 and not np.isnan(pinned[end]) and free:
            later = [stage for stage in np.flatnonzero(~np.isnan(pinned)).tolist() if free[-1] < stage <= end]
            found[free[-1], loan] = [(days[stage], int(pinned[stage])) for stage in later]
    return found


def fixed_end(problem: Problem, last: Sequence[int], payments: Mask) -> tuple[int, list[int]] | None:
    """Where the total of a date says what each loan gets: the last stage that is free, and the fixed ones after it with
    which every loan ends; None where that is not so."""
    pinned = problem.pace.pinned[0]
    if not problem.sharing.together or min(last) < 0 or np.isnan(pinned[max(last)]):
        return None
    free = [stage for stage in np.flatnonzero(payments.any(axis=1)).tolist() if np.isnan(pinned[stage])]
    if not free:
        return None
    return free[-1], [stage for stage in np.flatnonzero(~np.isnan(pinned)).tolist() if free[-1] < stage <= max(last)]


def leaving_together(problem: Problem, books: Sequence[Ledger], stage: int, later: Sequence[int]) -> int | None:
    """Cents to pay on all loans at a stage so that what is fixed ``later`` settles them; None where none do."""
    days, pinned = problem.days(), problem.pace.pinned[0]
    least = amount = least_total(problem, books, stage)
    for _ in range(TRIES):
        tried, left = deepcopy(list(books)), 0
        _pay(tried, days[stage], share(problem, tried, stage, amount))
        for after in later:
            for book in tried:
                book.advance(days[after])
            owed = sum(book.debt for book in tried)
            left = owed - int(pinned[after])
            _pay(tried, days[after], share(problem, tried, after, min(int(pinned[after]), owed)))
        if left == 0:
            return amount
        amount = min(max(amount + left, least), sum(book.debt for book in books))
    return None


def _pay(books: Sequence[Ledger], today: dt.date, amounts: Sequence[int]) -> None:
    for book, cents in zip(books, amounts, strict=True):
        if cents:
            book.pay(today, cents)


def leaving(ledger: Ledger, today: dt.date, later: Sequence[tuple[dt.date, int]]) -> int | None:
    """Cents to pay today so that the ``later`` payments settle the loan to the cent; None where none do."""
    amount = 0
    for _ in range(TRIES):
        book, left = deepcopy(ledger), 0
        if amount:
            book.pay(today, amount)
        for day, cents in later:
            book.advance(day)
            left = book.debt - cents
            if min(cents, book.debt):
                book.pay(day, min(cents, book.debt))
        if left == 0:
            return amount
        amount = min(max(amount + left, 0), ledger.debt)
    return None
