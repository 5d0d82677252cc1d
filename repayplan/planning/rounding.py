"""From an unrounded optimum to payments in whole units that the ledger and every limit confirm.

Cumulative payments are rounded down to the unit: each payment moves by less than a unit and cash only gains, while
rounding each payment to the nearest unit breaks most plans. Where interest has to be paid up, the payment is raised
to the next unit; the last payment of a loan is whatever the ledger says is left.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from repayplan.cases.models import Case
from repayplan.compliance.replay import Payment, ledgers
from repayplan.debt.ledger import Ledger
from repayplan.money import floor_to
from repayplan.planning.closing import fixed_end, fixed_ends, leaving, leaving_together
from repayplan.planning.courses import NOISE, Course, Fineness, Unknowns, courses, interest_dates, looked_up
from repayplan.planning.evening import even_amounts
from repayplan.planning.room import Room
from repayplan.planning.sharing import least_total, share
from repayplan.planning.value import linear_debt
from repayplan.problem.arrays import Problem, Real
from repayplan.problem.form import Rule
from repayplan.problem.terms import Terms


@dataclass(frozen=True)
class Target:
    """What rounding aims at: (T, L) cumulative payments in cents, and the stage of each loan's last payment.

    ``last`` is −1 where a loan is not settled.
    """

    cumulative: Real
    last: tuple[int, ...]
    unknowns: Unknowns | None = None
    even: Real | None = None

    @property
    def final(self) -> int:
        """The stage of the last payment on any loan."""
        paid = np.flatnonzero(np.diff(self.cumulative.sum(axis=1), prepend=0.0) > 0)
        return int(paid[-1]) if paid.size else -1

    def pays(self, stage: int, loan: int) -> bool:
        """Whether anything is paid on a loan at a stage."""
        before = self.cumulative[stage - 1, loan] if stage else 0.0
        return bool(self.cumulative[stage, loan] > before)


@dataclass(frozen=True, slots=True)
class Rounded:
    """Payments, the rules that make them where they follow receipts, and whether a shape has them in whole units."""

    payments: list[Payment]
    rules: tuple[Rule, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Grain:
    """How rounding is done, in cents: to the ``unit``, a loan running ``ahead`` of what is planned for it by so much at
    most; ``up`` where cumulative payments are rounded up, not down."""

    unit: int
    ahead: int
    up: bool = False


def aim(problem: Problem, payments: Real, theta: Real, *, even: bool) -> Target:
    """The target of unrounded ``payments`` (T, L); where they follow a shape, of its unknowns ``theta`` (K, T); else
    with ``even`` the payments of a date are rounded together, so that like amounts stay alike."""
    noise = NOISE * float(problem.scale[0])
    payments = np.where(payments > 10 * noise, payments, 0.0)
    left = linear_debt(problem, payments)[-1]
    last = tuple(
        int(stages[-1]) if left[loan] <= 100 * noise and stages.size else -1
        for loan, stages in enumerate(np.flatnonzero(column) for column in payments.T)
    )
    cumulative = np.cumsum(payments, axis=0)
    target = Target(np.where(cumulative > 0, cumulative + noise, 0.0), last)
    if target.final < 0:
        return target
    if problem.form.is_free:
        return replace(target, even=payments.sum(axis=1)) if even else target
    return replace(target, unknowns=Unknowns(theta, target.final, float(payments[target.final].sum())))


def round_payments(case: Case, terms: Terms, problem: Problem, target: Target, grain: Grain) -> Rounded:
    """Payments in multiples of the grain's unit, except those that settle a loan or exactly its interest.

    Where they have a shape, its θ is rounded, a second way if the first leaves too much for the last installment.
    """
    if target.unknowns is None:
        alike = None
        if target.even is not None:
            amounts = even_amounts(problem, target.even, grain.unit, up=grain.up)
            alike = looked_up(amounts)
        return Rounded(_walk(case, terms, problem, target, grain, alike), ())
    made, stage = Rounded([], ()), {day: stage for stage, day in enumerate(problem.days())}
    for course in courses(problem, target.unknowns, Fineness(grain.unit, terms.unit, grain.up)):
        payments = _walk(case, terms, problem, target, grain, course)
        paid = [0] * problem.shape[1]
        for payment in payments:
            paid[stage[payment.date]] += payment.cents
        raised = course.paying(paid)
        made = Rounded(
            _walk(case, terms, problem, target, grain, raised) if raised else payments, course.rules, course.whole
        )
        if not _too_large_at_last(made.payments):
            break
    return made


def _walk(
    case: Case, terms: Terms, problem: Problem, target: Target, grain: Grain, course: Course | None
) -> list[Payment]:
    books = ledgers(case, terms)
    paid = [0] * len(books)
    payments: list[Payment] = []
    days = problem.days()
    room = Room(terms, problem, target.final)
    pinned = _pinned(problem)
    pays = np.diff(target.cumulative, axis=0, prepend=0.0) > 0
    ends, end = fixed_ends(problem, target.last, pays), fixed_end(problem, target.last, pays)
    for stage in np.flatnonzero(problem.pays[0]).tolist():
        for ledger in books:
            ledger.advance(days[stage])
        shaped = course.amount(stage, books) if course is not None and stage < target.final else None
        fixed = pinned.get(stage, shaped)
        if problem.sharing.together:
            if end is not None and stage == end[0]:
                fixed = leaving_together(problem, books, stage, end[1])
            amounts = _shared(problem, target, books, stage, sum(paid), grain, room, fixed)
        else:
            ranges = [_range(problem, target, book, stage, number) for number, book in enumerate(books)]
            for number, book in enumerate(books):
                exact = leaving(book, days[stage], ends[stage, number]) if (stage, number) in ends else None
                ranges[number] = ranges[number] if exact is None else (exact, exact)
            amounts = [_amount(target, stage, loan, paid[loan], grain, ranges[loan]) for loan in range(len(books))]
            total = _within(room, stage, sum(amounts), grain) if fixed is None else fixed
            _spread(amounts, total, ranges)
            if fixed is not None:  # what was to be settled may then wait for a date, for want of some cents
                due = [_due(problem, target, book, stage) for book in books]
                _spread(amounts, total, [(min(least, due[loan]), most) for loan, (least, most) in enumerate(ranges)])
        room.pay(stage, amounts)
        for loan, (ledger, cents) in enumerate(zip(books, amounts, strict=True)):
            if cents:
                ledger.pay(days[stage], cents)
                paid[loan] += cents
                payments.append(Payment(days[stage], ledger.loan, cents))
    return payments


def _shared(
    problem: Problem,
    target: Target,
    books: Sequence[Ledger],
    stage: int,
    paid: int,
    grain: Grain,
    room: Room,
    fixed: int | None,
) -> list[int]:
    """What each loan is paid at one date where the total says it: the total is rounded, not the parts."""
    owed, least = sum(book.debt for book in books), least_total(problem, books, stage)
    most = 0 if problem.limits.grace[0, stage] and not problem.limits.interest_only[0] else owed
    if problem.limits.grace[0, stage] and problem.limits.interest_only[0]:
        most = least
    planned = int(target.cumulative[stage].sum())
    raised = math.ceil(least / grain.unit) * grain.unit
    if paid + raised > planned + grain.ahead:
        raised = least
    upward = grain.unit - 1 if grain.up else 0
    pays = any(target.pays(stage, loan) for loan in range(len(books)))
    wanted = floor_to(planned + upward - paid, grain.unit) if pays else 0
    if min(target.last) >= 0 and stage == target.final:
        return share(problem, books, stage, owed)
    total = _within(room, stage, min(max(wanted, raised), most), grain) if fixed is None else fixed
    return share(problem, books, stage, min(max(total, least), most))


def _amount(target: Target, stage: int, loan: int, paid: int, grain: Grain, between: tuple[int, int]) -> int:
    """What one loan is paid at one date, given what has been paid on it, ``between`` the least and the most.

    Interest that has to be paid up is raised to the next unit unless that runs too far ahead of the plan: month after
    month of it adds up, because what is paid above the interest never comes back. Where the plan pays nothing, cents
    left over from earlier dates are not made up: limits may leave no room for any.
    """
    least, most = between
    planned = int(target.cumulative[stage, loan])
    raised = math.ceil(least / grain.unit) * grain.unit
    if paid + raised > planned + grain.ahead:
        raised = least
    upward = grain.unit - 1 if grain.up else 0
    wanted = floor_to(planned + upward - paid, grain.unit) if target.pays(stage, loan) else 0
    return min(max(wanted, raised), most)


def _within(room: Room, stage: int, total: int, grain: Grain) -> int:
    """The total of a date brought within its limits, in whole units where they leave room for one."""
    least, most = room.least(stage), room.most(stage)
    if total > most:
        return max(floor_to(most, grain.unit), min(least, most))
    if total < least:
        raised = math.ceil(least / grain.unit) * grain.unit
        return raised if raised <= most else min(least, most)
    return total


def _range(problem: Problem, target: Target, ledger: Ledger, stage: int, loan: int) -> tuple[int, int]:
    """The least and the most that may be paid on one loan at one date."""
    single = float(problem.pace.pinned_loan[0, stage, loan])
    if not math.isnan(single):
        return min(int(single), ledger.debt), min(int(single), ledger.debt)
    if 0 <= target.last[loan] <= stage:
        return ledger.debt, ledger.debt
    due = _due(problem, target, ledger, stage)
    if problem.limits.grace[0, stage]:
        interest = ledger.debt - ledger.principal
        return (due, due) if problem.limits.interest_only[0] and due else (0, interest)
    return due, ledger.debt


def _due(problem: Problem, target: Target, ledger: Ledger, stage: int) -> int:
    """What has to be paid on one loan at one date: all but principal where interest is to be current, or the shape has
    it paid."""
    shaped = stage < target.final and interest_dates(problem)[0, stage]
    return ledger.debt - ledger.principal if problem.debt.current[0, stage] or shaped else 0


def _pinned(problem: Problem) -> dict[int, int]:
    """What is fixed for all loans together, by stage."""
    return {
        stage: int(problem.pace.pinned[0, stage])
        for stage in np.flatnonzero(~np.isnan(problem.pace.pinned[0])).tolist()
    }


def _spread(amounts: list[int], total: int, ranges: list[tuple[int, int]]) -> None:
    """Give or take what is missing to ``total``, from the loan with the most room on."""
    for loan in sorted(range(len(amounts)), key=lambda number: ranges[number][0] - ranges[number][1]):
        least, most = ranges[loan]
        amounts[loan] = min(max(amounts[loan] + total - sum(amounts), least), most)


def _too_large_at_last(payments: Sequence[Payment]) -> bool:
    """Whether the last day's payments are more than a tenth above those of the payment day before."""
    totals: Counter[dt.date] = Counter()
    for payment in payments:
        totals[payment.date] += payment.cents
    days = sorted(totals)[-2:]
    return len(days) == 2 and 10 * totals[days[1]] > 11 * totals[days[0]]
