"""The kernel of :mod:`repayplan.planning.batch.rounding`, compiled: one case after the other, date by date.

What is borne is booked, then on a payment date each loan is paid what is planned so far in whole units, no less than is
due, and the total is brought within what limits demand and leave. All in cents, so that every figure is exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from repayplan.compiling import compiled
from repayplan.debt.many import PRINCIPAL
from repayplan.debt.posting import book, settle
from repayplan.problem.accounts import ANY_LOAN

Array = Any

FAR = 2**60
"""More cents than anybody has."""

PAYS, SETTLES, CURRENT, GRACE, SAID, AMOUNT, LEAST, DEMANDED, BASE, OWN, AFTER, START, COVERED, CARRIED = range(14)
"""Fields of a date."""

PLANNED, PLANS, PINNED, BEARS = range(4)
"""Fields of a loan on a date; PINNED is −1 where nothing is, and four fields say what is borne."""

UNIT, AHEAD, FINAL, INTEREST_ONLY, LARGEST, RELEASED, RATIO, BY_RATIO, SHARE, BY_SHARE, STEP, BY_STEP = range(12)
"""Fields of a case; RATIO is 0 where no cover is asked for."""

NOTHING_SAID, A_TOTAL, ON_INTEREST = range(3)
"""What is SAID of a date: nothing, what is paid, or what is paid on top of the interest that the books have."""


@compiled
def draw(available: Array, used: Array, loan: Array, amounts: Array) -> None:
    """What accounts apart pay of one date's ``amounts`` (L,), onto what they have ``used`` (K,) before."""
    open_ = amounts.copy()
    for account in range(len(loan)):
        left = available[account] - used[account]
        if loan[account] != ANY_LOAN:
            part = min(left, open_[loan[account]])
            open_[loan[account]] -= part
            used[account] += part
            continue
        rest = min(left, open_.sum())
        used[account] += rest
        for number in range(len(open_)):
            part = min(rest, open_[number])
            open_[number] -= part
            rest -= part


@compiled
def demanded(t: int, s: Array, c: Array, before: Array) -> int:
    """What limits demand of a date: the least installment, the largest fall, the day's own amount, what is behind."""
    least: int = max(s[t, LEAST], s[t, DEMANDED] - before[t], 0)
    base = s[t, BASE]
    if t < c[FINAL] and base >= 0:
        paid = before[base + 1] - before[base]
        least = max(least, -((c[STEP] - c[BY_STEP]) * paid // c[BY_STEP]))
    return least


@compiled
def allowed(t: int, s: Array, c: Array, before: Array, available: Array, used: Array) -> int:
    """What limits allow on a date: floors and reserve from now on, with all that accounts apart hold, which from the
    last payment on is the business's own; cover, the largest installment, the largest rise."""
    so_far, drawn = before[t], used.sum()
    if c[RELEASED] and t >= c[FINAL]:
        most = s[t, AFTER] - so_far
    else:
        most = s[t, OWN] - (so_far - drawn) + available.sum() - drawn
    most = min(most, c[LARGEST])
    base = s[t, BASE]
    if base >= 0:
        paid = before[base + 1] - before[base]
        most = min(most, (c[BY_STEP] + c[STEP]) * paid // c[BY_STEP])
    if c[RATIO]:
        earlier = before[s[t, START]]
        carried = s[t, CARRIED] - earlier
        cash = (c[BY_SHARE] * s[t, COVERED] + c[SHARE] * carried) * c[BY_RATIO]
        most = min(most, cash // (c[BY_SHARE] * c[RATIO]) - (so_far - earlier))
    allows: int = max(most, 0)
    return allows


@compiled
def due(t: int, s: Array, balances: Array) -> int:
    """What has to be paid on a loan: all but principal where interest is to be current."""
    return balances.sum() - balances[PRINCIPAL] if s[t, CURRENT] else 0


@compiled
def between(t: int, s: Array, c: Array, loan: Array, last: int, balances: Array) -> tuple[int, int]:
    """The least and the most that may be paid on a loan."""
    owed, owes = balances.sum(), due(t, s, balances)
    if loan[PINNED] >= 0:
        exact = min(loan[PINNED], owed)
        return exact, exact
    if 0 <= last <= t:
        return owed, owed
    if s[t, GRACE]:
        return (owes, owes) if c[INTEREST_ONLY] and owes > 0 else (0, owed - balances[PRINCIPAL])
    return owes, owed


@compiled
def wanted(c: Array, loan: Array, so_far: int, least: int, most: int, up: bool) -> int:
    """What the plan and interest that is due come to in whole units."""
    unit = c[UNIT]
    raised = -(-least // unit) * unit
    if so_far + raised > loan[PLANNED] + c[AHEAD]:
        raised = least
    upward = unit - 1 if up else 0
    planned = (loan[PLANNED] + upward - so_far) // unit * unit if loan[PLANS] else 0
    amount: int = min(max(planned, raised), most)
    return amount


@compiled
def within(total: int, least: int, most: int, unit: int, single: bool) -> int:
    """A total brought within its limits, in whole units where they leave room for one."""
    tight = min(least, most)
    if total > most:
        return max(most // unit * unit, tight) if single else most
    if total < least:
        raised = -(-least // unit) * unit
        return raised if raised <= most else tight
    return total


@compiled
def spread(amounts: Array, total: int, least: Array, most: Array, unit: int) -> None:
    """What is missing to ``total`` given or taken, from the loan with the most room on; of several loans in whole units
    where they leave room for that, so that a loan that is settled makes no other's amount odd."""
    if len(amounts) == 1:
        amounts[0] = min(max(total, least[0]), most[0])
        return
    taken = total < amounts.sum()
    for loan in np.argsort(least - most, kind="mergesort"):
        missing = total - amounts.sum()
        moved = amounts[loan] + missing
        if taken:
            moved = moved // unit * unit if missing < 0 else amounts[loan]
        amounts[loan] = min(max(moved, least[loan]), most[loan])


@compiled
def pay(t: int, case: Any, state: Any, up: bool) -> None:
    """What each loan is paid on a date, into ``amounts``."""
    s, loans, c, last, available = case
    books, so_far, before, used, amounts, bounds = state
    least, most, lenient = bounds[0], bounds[1], bounds[2]
    unit, number = c[UNIT], len(amounts)
    for loan in range(number):
        least[loan], most[loan] = between(t, s, c, loans[t, loan], last[loan], books[loan])
        lenient[loan] = min(least[loan], due(t, s, books[loan]))
        amounts[loan] = wanted(c, loans[t, loan], so_far[loan], least[loan], most[loan], up)
    highest = allowed(t, s, c, before, available[t], used)
    said = s[t, SAID]
    if said == NOTHING_SAID:
        total = within(amounts.sum(), demanded(t, s, c, before), highest, unit, number == 1)
    else:
        total, unit = s[t, AMOUNT], 1
        if said == ON_INTEREST:
            for loan in range(number):
                total += books[loan].sum() - books[loan, PRINCIPAL]
    spread(amounts, total, least, most, unit)
    if said != NOTHING_SAID or amounts.sum() > highest:  # what was to be settled may then wait, for want of some cents
        spread(amounts, total, lenient, most, unit)


@compiled
def walk(fields: Any, accounts: Array, order: Array, up: bool, found: Any) -> None:
    """Walk all cases: ``fields`` of dates (N, T, 14), of loans (N, T, L, 7), of cases (N, 12), each loan's last stage
    (N, L), what accounts have (N, T, K), and opening balances (N, L, 5). ``accounts`` (K,): which loan each pays;
    ``order`` (5,) of settlement; ``up`` as in :class:`repayplan.planning.batch.rounding.Grains`. ``found``: payments,
    debt and principal (N, T, L) to be filled."""
    dates, loans, cases, lasts, available, opening = fields
    paid, debt, principal = found
    count, stages, number, _ = loans.shape
    for n in range(count):
        s, c, books = dates[n], cases[n], opening[n].copy()
        so_far, before = np.zeros(number, np.int64), np.zeros(stages + 1, np.int64)
        used = np.zeros(len(accounts), np.int64)
        amounts, bounds = np.zeros(number, np.int64), np.zeros((3, number), np.int64)
        case = s, loans[n], c, lasts[n], available[n]
        state = books, so_far, before, used, amounts, bounds
        for t in range(stages):
            if s[t, SETTLES]:
                for loan in range(number):
                    book(books[loan], loans[n, t, loan, BEARS:])
            before[t + 1] = before[t]
            if s[t, PAYS]:
                pay(t, case, state, up)
                draw(available[n, t], used, accounts, amounts)
                for loan in range(number):
                    settle(books[loan], order, amounts[loan])
                    so_far[loan] += amounts[loan]
                    paid[n, t, loan] = amounts[loan]
                before[t + 1] += amounts.sum()
            for loan in range(number):
                debt[n, t, loan], principal[n, t, loan] = books[loan].sum(), books[loan, PRINCIPAL]
