"""The nearest schedule to an offer: of all on its days that hold every limit, the one that moves the least money.

What is moved is Σ |x − offer| over days, or over days and loans where the offer says which loan is paid. Of schedules
equally near, the earliest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from repayplan.cases.models import Case
from repayplan.compliance.registry import failures
from repayplan.compliance.replay import Replay, replay
from repayplan.formulation.build import Formulation, formulate
from repayplan.formulation.frame import payment
from repayplan.formulation.preference import earliness
from repayplan.planning import alike
from repayplan.planning.diving import MOST_AMOUNTS, dive_into
from repayplan.planning.rounding import Grain, Rounded, aim, round_payments
from repayplan.planning.value import debt_bound
from repayplan.problem.arrays import Problem, Real
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import Terms
from repayplan.solvers.chain import Chain
from repayplan.solvers.extending import with_columns, with_rows
from repayplan.solvers.sparse import SparseProgram

SOONER = 1e-6
"""What paying early counts beside nearness: it decides only between schedules that are equally near."""

MOST_LANES = 4
"""Dates tried as the last payment, the nearest first."""

SAME = 1e-7
"""Amounts this close, in units of the debt, are the same: what a solver leaves open."""

Key = tuple[dt.date, str | None]
"""Day and loan of an amount; no loan where the offer names none."""


@dataclass(frozen=True)
class _Near:
    """The nearest unrounded schedule of a lane: ``payments`` (T, L) cents, ``theta`` (K, T), ``moved`` cents of
    ``changed`` amounts."""

    ground: Formulation
    program: SparseProgram
    payments: Real
    theta: Real
    moved: float
    changed: int


def nearest(case: Case, terms: Terms, amounts: Mapping[Key, int], chain: Chain) -> Replay | None:
    """The schedule on the terms' dates that holds every limit and moves the least; None where none is found.

    Whole units are good enough where they move less than a unit for each amount that cannot stay as it is offered.
    """
    if not terms.dates:
        return None
    problem = assemble(case, terms)
    slack = int(np.ceil(debt_bound(problem)[-1].sum()))
    found: list[Replay] = []
    least = np.inf
    for margin in (0, slack):  # what booking may move is kept free only where that is needed
        for near in _nears(problem.tightened(margin), amounts, chain):
            least = min(least, near.moved)
            for unit, rounded in _rounded(case, terms, problem, near, amounts, chain):
                result = replay(case, terms, problem, rounded.payments, rounded.rules)
                if failures(result):
                    continue
                if moved(result, amounts) <= least + unit * near.changed + slack:
                    return result
                found.append(result)
    return min(found, key=lambda result: moved(result, amounts), default=None)


def moved(schedule: Replay, amounts: Mapping[Key, int]) -> int:
    """Σ |x − offer| in cents, as the offer counts: by day, or by day and loan."""
    by_loan = _names_loans(amounts)
    away: dict[Key, int] = {}
    days, loans = schedule.problem.days(), schedule.problem.loans[0]
    for stage, number in np.argwhere(schedule.paid).tolist():
        key = days[stage], loans[number] if by_loan else None
        away[key] = away.get(key, 0) + int(schedule.paid[stage, number])
    for (date, loan), cents in amounts.items():
        key = date, loan if by_loan else None
        away[key] = away.get(key, 0) - cents
    return sum(map(abs, away.values()))


def _names_loans(amounts: Mapping[Key, int]) -> bool:
    return all(loan is not None for _, loan in amounts)


# ------------------------------------------------------------------------------------------------------ before rounding


def _nears(problem: Problem, amounts: Mapping[Key, int], chain: Chain) -> list[_Near]:
    """The nearest of every lane that has one, the nearest first; of repeated programs what the last one settles."""
    if problem.provable:
        return _lanes(problem, amounts, chain)
    found: list[_Near] = []

    def totals(approximate: Problem) -> Real | None:
        lanes = _lanes(approximate, amounts, chain)
        found.extend(lanes[:1])
        return np.asarray(lanes[0].payments.sum(axis=1)) if lanes else None

    known = alike.repeated(problem, totals)
    return [] if known is None else [replace(found[-1], payments=known[1].paid)]


def _lanes(problem: Problem, amounts: Mapping[Key, int], chain: Chain) -> list[_Near]:
    ground, scale = formulate(problem.with_any_last()), float(problem.scale[0])
    found: list[tuple[float, _Near]] = []
    for lane in range(ground.frame.lanes):
        program, differences = _near(ground, lane, amounts)
        solution = chain.solve(program)
        if solution.solved:
            away = solution.columns[differences:] * scale
            payments = np.maximum(ground.payments(lane, solution.columns), 0.0)
            near = _Near(
                ground=ground,
                program=program,
                payments=payments,
                theta=ground.thetas(solution.columns),
                moved=float(away.sum()),
                changed=int((away > SAME * scale).sum()),
            )
            found.append((round(solution.objective, 9), near))
    found.sort(key=lambda pair: pair[0])
    return [near for _, near in found[:MOST_LANES]]


def _near(ground: Formulation, lane: int, amounts: Mapping[Key, int]) -> tuple[SparseProgram, int]:
    """A lane that minimizes the money moved: for each payment date, above and below what is offered; and the first of
    the columns that say by how much."""
    problem = ground.frame.problem
    days, scale = problem.days(), float(problem.scale[0])
    program, layout = ground.valued(lane), ground.layout
    by_loan = _names_loans(amounts)
    loans = list(enumerate(problem.loans[0]))
    groups = [[entry] for entry in loans] if by_loan else [loans]
    rows: list[dict[int, float]] = []
    wanted: list[float] = []
    for stage in np.flatnonzero(problem.pays[0]).tolist():
        for group in groups:
            rows.append({layout.index(payment(loan), stage): 1.0 for loan, _ in group})
            names: set[str | None] = {name for _, name in group} | (set() if by_loan else {None})
            wanted.append(sum(amounts.get((days[stage], name), 0) for name in names) / scale)
    first = len(program.row_upper)
    early = layout.spread(dict(earliness(ground.frame)), lane)
    extended = with_rows(program, rows, wanted, wanted)
    places = np.arange(first, first + len(rows))
    room = float(program.upper.max()) + max(wanted, default=0.0)
    both, signs = np.concatenate([places, places]), np.repeat([-1.0, 1.0], len(rows))
    wide = with_columns(extended, both, signs, np.full(len(both), room))
    return replace(wide, cost=np.concatenate([SOONER * early, np.ones(len(both))])), len(early)


# ------------------------------------------------------------------------------------------------------ in whole cents


def _rounded(
    case: Case, terms: Terms, problem: Problem, near: _Near, amounts: Mapping[Key, int], chain: Chain
) -> Iterator[tuple[int, Rounded]]:
    """In whole units, then in cents: amount by amount where they can be fixed one by one, else as a whole.

    As a whole, amounts offered in cents would not stay, so these are rounded to the cent alone.
    """
    dates = int(problem.pays[0].sum())
    one_by_one = not problem.sharing.together and dates * len(case.loans) <= MOST_AMOUNTS
    wishes = _wishes(problem, amounts)
    target = aim(problem, _as_offered(near.payments, wishes, SAME * float(problem.scale[0])), near.theta, even=False)
    for unit in dict.fromkeys((terms.unit, 1)):
        if one_by_one:
            payments = dive_into(case, terms, near.ground, near.program, unit, chain, wishes)
            if payments is not None:
                yield unit, Rounded(payments, ())
        if all(cents % unit == 0 for cents in amounts.values()):
            for up in (False, True):
                yield unit, round_payments(case, terms, problem, target, Grain(unit, unit, up))


def _as_offered(payments: Real, wishes: Mapping[tuple[int, int | None], int], same: float) -> Real:
    """The payments (T, L) with what differs from the offer by no more than the ``same`` cents brought to it."""
    brought = payments.copy()
    for (stage, loan), cents in wishes.items():
        away = cents - float(brought[stage].sum() if loan is None else brought[stage, loan])
        if abs(away) <= same:
            brought[stage, int(brought[stage].argmax()) if loan is None else loan] += away
    return np.maximum(brought, 0.0)


def _wishes(problem: Problem, amounts: Mapping[Key, int]) -> dict[tuple[int, int | None], int]:
    """What is offered by stage and loan, or by stage alone where the offer does not name every loan."""
    days = problem.days()
    stages = np.flatnonzero(problem.pays[0]).tolist()
    if not _names_loans(amounts):
        totals: dict[dt.date, int] = {}
        for (date, _), cents in amounts.items():
            totals[date] = totals.get(date, 0) + cents
        return {(stage, None): totals.get(days[stage], 0) for stage in stages}
    return {
        (stage, number): amounts.get((days[stage], loan), 0)
        for stage in stages
        for number, loan in enumerate(problem.loans[0])
    }
