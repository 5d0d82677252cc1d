"""Schedules that cash can bear, made without a solver: each date pays a part of what could be paid on it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from repayplan.cases.models import Case
from repayplan.compliance.replay import Payment, Replay, ledgers, replay
from repayplan.problem.accounts import draw
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import resolve


def greedy(case: Case, part: Callable[[], float]) -> Replay:
    """On every payment date each loan is paid ``part`` of what accounts and cash above the floor, now and later, bear.

    InputError where the case cannot be planned.
    """
    terms = resolve(case)
    problem = assemble(case, terms)
    books, days, accounts = ledgers(case, terms), problem.days(), problem.accounts
    used, own = np.zeros(len(accounts.loan), dtype=np.int64), 0
    payments = []
    for stage in np.flatnonzero(problem.pays[0]).tolist():
        for number, book in enumerate(books):
            book.advance(days[stage])
            left = accounts.available[0, stage] - used
            serves = (accounts.loan == number) | (accounts.loan < 0)
            bears = max(int(problem.cash.own_payable[0, stage]) - own, 0) + int(left[serves].sum())
            cents = min(book.debt, int(part() * bears))
            if cents:
                paid = np.zeros(len(books), dtype=np.int64)
                paid[number] = cents
                taken = draw(accounts, left, paid)
                used, own = used + taken, own + cents - int(taken.sum())
                book.pay(days[stage], cents)
                payments.append(Payment(days[stage], book.loan, cents))
    return replay(case, terms, problem, payments)
