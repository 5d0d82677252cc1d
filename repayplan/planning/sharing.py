"""Whole cents of several loans that do not share freely: what is paid on a date, and what each loan gets of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from repayplan.debt.ledger import Ledger
from repayplan.debt.several import Debt, pari_passu
from repayplan.problem.arrays import Problem
from repayplan.problem.sharing import RANK


def least_total(problem: Problem, books: Sequence[Ledger], stage: int) -> int:
    """The least that can be paid on a date: interest that is due, of every loan, within its part of the payment."""
    if not problem.debt.current[0, stage]:
        return 0
    due = [book.debt - book.principal for book in books]
    if problem.sharing.rule == RANK:
        return sum(due)
    claimed = sum(book.debt for book in books)
    needed = [Fraction(owed * claimed, book.debt) for owed, book in zip(due, books, strict=True) if owed]
    # a cent more of each loan's part makes up for what rounding the parts may take from it
    spare = [Fraction(claimed, book.debt) for owed, book in zip(due, books, strict=True) if owed]
    exact = math.ceil(max(needed, default=Fraction(0)))
    if all(part >= owed for part, owed in zip(share(problem, books, stage, exact), due, strict=True)):
        return exact
    return min(math.ceil(max(a + b for a, b in zip(needed, spare, strict=True))), claimed)


def share(problem: Problem, books: Sequence[Ledger], stage: int, total: int) -> list[int]:
    """What each loan gets of a total that is at least the least and at most everything owed."""
    if problem.sharing.rule != RANK:
        parts = pari_passu([Debt(book) for book in books], total)
        return [parts[book.loan] for book in books]
    current = bool(problem.debt.current[0, stage])
    amounts = [book.debt - book.principal if current else 0 for book in books]
    left = total - sum(amounts)
    for loan in problem.sharing.order:
        more = min(max(left, 0), books[loan].debt - amounts[loan])
        amounts[loan] += more
        left -= more
    return amounts
