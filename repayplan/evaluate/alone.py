"""The compiled core for the usual setting: a single loan of the bank, no accounts apart, rates that stand still.

All of a stage in one pass over a block of scenarios, so small that its state stays in the first-level cache. The same
operations in the same order as ``reference``; what a setting or a stage does not have is compiled away. Once all loans
of a block are clear or called it is done, whatever stages are left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from repayplan.compiling import compiled
from repayplan.evaluate.outcome import NOWHERE
from repayplan.evaluate.reference import HALF_UP
from repayplan.evaluate.setting import NEVER, Hazard, Setting, weights
from repayplan.problem.frozen import Real

Arrays = tuple[Any, ...]

At = tuple[int, int, int, int]
"""Case, stage, first scenario of a block and how many there are."""

LANES = 256
"""Scenarios in a block: what a stage reads and writes is 26 KB, less than a first-level cache; a fraction of that would
be lost to calling."""

STRIDE = LANES + 8
"""Places from one quantity to the next; at a whole power of two all of them would compete for the same cache lines."""

# what a block keeps of each scenario …
CASH, VALUE, COVER, MISSED, ARREARS, IDLE, COMPOUNDED, UNPAID, PRINCIPAL, FACTOR, ALIVE, DEADLINE, DEFAULTED = (
    place * STRIDE for place in range(13)
)
ON_OVERDUE, ON_COMPOUND, ON_INTEREST, ON_PRINCIPAL, AT_END, COME = (place * STRIDE for place in range(13, 19))
PLACES = 19 * STRIDE
# … and the terms of a stage, which are the same for all of them
FLOOR, SCHEDULED, PLANNED, ON_DEBT, ON_UNPAID, ON_LATE, PAYS, BOOKS = range(8)
MOST, SHARE, PAID, DEAD, TOO_OLD, SECURED, UNSECURED, REVIVED, PURSUED = range(8, 17)
TERMS = 17


def stage_terms(setting: Setting, hazard: Hazard) -> Real:
    """(N, 17, T) what the stages of a case are about, in the order of the places above; no stages where loans are
    several or there are accounts."""
    cases, stages, loans, accounts = setting.shape
    if loans != 1 or accounts:
        return np.zeros((cases, TERMS, 0))
    debts, worth, counts = setting.debts, setting.worth, weights(setting.worth, hazard)
    cleared = np.arange(stages) >= setting.clears
    terms = np.empty((cases, TERMS, stages))
    each = {
        FLOOR: setting.floor, SCHEDULED: np.where(cleared, np.inf, setting.schedule[:, :, 0]),
        PLANNED: debts.planned[:, :, 0], ON_DEBT: debts.interest[:, :, 0], ON_UNPAID: debts.compound[:, :, 0],
        ON_LATE: debts.penalty[:, :, 0], PAYS: worth.pays, BOOKS: debts.books,
        MOST: debts.collateral * counts.kept[:, None], PURSUED: counts.pursued,
        SHARE: worth.recovery[:, None], PAID: counts.paid, DEAD: counts.dead, TOO_OLD: setting.deadline,
        SECURED: counts.secured, UNSECURED: counts.unsecured, REVIVED: debts.revived[:, :, 0],
    }  # fmt: skip
    for place, values in each.items():
        terms[:, place] = values
    return terms


@compiled
def _lesser(one: float, other: float) -> float:
    return one if one < other else other


@compiled
def _above(one: float, other: float) -> float:
    return one - other if one > other else 0.0


@compiled
def _settled(
    paid: float, idle: float, compounded: float, unpaid: float, principal: float
) -> tuple[float, float, float, float]:
    """The classes of a claim after a payment, in order."""
    first = _lesser(idle, paid)
    second = _lesser(compounded, paid - first)
    third = _lesser(unpaid, paid - first - second)
    return (
        idle - first,
        compounded - second,
        unpaid - third,
        principal - _lesser(principal, paid - first - second - third),
    )


@compiled
def _call(s: Real, many: int, terms: Real, at: int) -> None:
    """What the claim brings where arrears have grown too old."""
    collateral, share, revived = terms[MOST, at], terms[SHARE, at], terms[REVIVED, at]
    secured, unsecured, pursued, now = terms[SECURED, at], terms[UNSECURED, at], terms[PURSUED, at], float(at)
    for i in range(many):
        alive, value, before, deadline = s[ALIVE + i], s[VALUE + i], s[DEFAULTED + i], s[DEADLINE + i]
        claim = s[IDLE + i] + s[COMPOUNDED + i] + s[UNPAID + i] + s[PRINCIPAL + i] + revived
        brought = _lesser(collateral * s[FACTOR + i], claim)
        worth = _above(secured * brought + unsecured * (share * (claim - brought)), pursued)
        fails = alive if now >= deadline else 0.0
        s[VALUE + i] = value + (worth if fails > 0.0 else 0.0)
        s[DEFAULTED + i] = now if fails > 0.0 else before
        s[ALIVE + i] = alive - fails


def _stage(strict: bool, pending: bool) -> Callable[..., Any]:
    """The kernel of one stage. ``strict``: arrears make defaults; ``pending``: accruals wait to be booked, before this
    stage or after it."""

    @compiled
    def stage(s: Real, come: Real, many: int, terms: Real, at: int) -> None:
        now = float(at)
        floor, scheduled, planned = terms[FLOOR, at], terms[SCHEDULED, at], terms[PLANNED, at]
        interest, compound, penalty = terms[ON_DEBT, at], terms[ON_UNPAID, at], terms[ON_LATE, at]
        collateral, share, weight, dead = terms[MOST, at], terms[SHARE, at], terms[PAID, at], terms[DEAD, at]
        too_old, pays, books, fails = terms[TOO_OLD, at], terms[PAYS, at] > 0.0, terms[BOOKS, at] > 0.0, 0
        for i in range(many):
            cash = s[CASH + i] + come[i]
            room = _above(cash, floor)
            idle, compounded, unpaid, principal = s[IDLE + i], s[COMPOUNDED + i], s[UNPAID + i], s[PRINCIPAL + i]
            arrears, cover, miss, called = s[ARREARS + i], s[COVER + i], s[MISSED + i], s[DEADLINE + i]
            overdue = _lesser(arrears, _above(principal, planned))
            late, first, second = overdue * penalty, compounded * compound, unpaid * compound
            running = (principal - overdue) * interest
            if pending:
                late, first = s[ON_OVERDUE + i] + late, s[ON_COMPOUND + i] + first
                second, running = s[ON_INTEREST + i] + second, s[ON_PRINCIPAL + i] + running
                s[ON_OVERDUE + i], s[ON_COMPOUND + i] = 0.0 if books else late, 0.0 if books else first
                s[ON_INTEREST + i], s[ON_PRINCIPAL + i] = 0.0 if books else second, 0.0 if books else running
            if books or not pending:
                idle += np.floor(late + HALF_UP)
                compounded += np.floor(first + HALF_UP) + np.floor(second + HALF_UP)
                unpaid += np.floor(running + HALF_UP)
            debt = idle + compounded + unpaid + principal
            due = _lesser(scheduled + arrears, debt)
            value, rest = s[VALUE + i], due
            if strict:
                alive = s[ALIVE + i]
                room, rest = room * alive, due * alive
            else:
                brought = _lesser(collateral * s[FACTOR + i], debt)
                value += dead * (brought + share * (debt - brought))
            if pays:
                could = room / due
                s[COVER + i] = _lesser(could if rest > 0.0 else np.inf, cover)
            paid = _lesser(rest, room)
            arrears = due - paid
            s[CASH + i], s[ARREARS + i] = cash - paid, arrears
            value += weight * paid
            idle, compounded, unpaid, principal = _settled(paid, idle, compounded, unpaid, principal)
            s[IDLE + i], s[COMPOUNDED + i], s[UNPAID + i], s[PRINCIPAL + i] = idle, compounded, unpaid, principal
            s[MISSED + i] = _lesser(now if arrears > 0.0 else np.inf, miss)
            if strict:
                reached = _lesser(called, too_old) if arrears > 0.0 else NEVER
                s[DEADLINE + i] = reached
                old = alive if now >= reached else 0.0
                fails += 1 if old > 0.0 else 0
            s[VALUE + i] = value
        if fails:
            _call(s, many, terms, at)

    return stage


_weighed, _weighed_pending, _strict, _strict_pending = (
    _stage(False, False), _stage(False, True), _stage(True, False), _stage(True, True)
)  # fmt: skip


@compiled
def run_alone(
    case: int, own: Real, factor: Real, terms: Real, plan: Arrays, claims: Real, ends: Arrays, out: Arrays, strict: bool
) -> None:
    """One case through all its scenarios. ``own`` (T, S): its cash; ``plan``: stages, the clearing stage, opening cash
    and the plan's end; ``ends``: the recovery rate, and what counts what is left then."""
    s, traced = np.empty(PLACES), out[4].shape[2] > 0
    last, clears, asked = plan[0][case], plan[1][case, 0], out[7][case]
    for start in range(0, own.shape[1], LANES):
        many = min(LANES, own.shape[1] - start)
        _open(case, start, many, s, plan[2], claims, factor)
        pending = False
        for stage in range(last):
            come, here = own[stage, start : start + many], terms[case]
            books = here[BOOKS, stage] > 0.0
            if pending or not books:
                if strict:
                    _strict_pending(s, come, many, here, stage)
                else:
                    _weighed_pending(s, come, many, here, stage)
            elif strict:
                _strict(s, come, many, here, stage)
            else:
                _weighed(s, come, many, here, stage)
            pending = not books
            if stage == plan[3][case]:
                _keep_at_end(s, many)
            if stage <= asked:
                _tell(case, out[6][case, stage], start, many, s, come, plan[2][case], out[5])
            if traced:
                _trace((case, stage, start, many), s, come, plan[2][case], out[4])
            elif stage >= clears and stage >= asked and books and _done(s, many):
                break
        _close(case, start, many, s, terms[case, MOST, 0], ends[0][case], ends[1][case], out)


@compiled
def _open(case: int, start: int, many: int, s: Real, opening: Real, claims: Real, factor: Real) -> None:
    s[:] = 0.0
    for i in range(many):
        s[CASH + i] = opening[case]
        s[COVER + i] = np.inf
        s[MISSED + i] = np.inf
        s[ALIVE + i] = 1.0
        s[DEADLINE + i] = NEVER
        s[DEFAULTED + i] = NOWHERE
        s[FACTOR + i] = factor[case, start + i] if factor.shape[1] else 1.0
        s[IDLE + i], s[COMPOUNDED + i] = claims[case, 0, 0], claims[case, 0, 1]
        s[UNPAID + i], s[PRINCIPAL + i] = claims[case, 0, 2], claims[case, 0, 3]
    _keep_at_end(s, many)


@compiled
def _keep_at_end(s: Real, many: int) -> None:
    for i in range(many):
        s[AT_END + i] = s[IDLE + i] + s[COMPOUNDED + i] + s[UNPAID + i] + s[PRINCIPAL + i]


@compiled
def _done(s: Real, many: int) -> bool:
    """Whether in all scenarios of a block the loan is clear or called: then no stage changes what comes out."""
    for i in range(many):
        if (s[IDLE + i] + s[COMPOUNDED + i] + s[UNPAID + i] + s[PRINCIPAL + i]) * s[ALIVE + i] > 0.0:
            return False
    return True


@compiled
def _trace(at: At, s: Real, come: Real, opening: float, traces: Real) -> None:
    """What has been paid is what cash lacks of what it was."""
    case, stage, start, many = at
    for i in range(many):
        before = traces[0, case, stage - 1, start + i] if stage else opening
        traces[0, case, stage, start + i] = s[CASH + i]
        traces[1, case, stage, start + i] = s[IDLE + i] + s[COMPOUNDED + i] + s[UNPAID + i] + s[PRINCIPAL + i]
        traces[2, case, stage, start + i] = s[ARREARS + i]
        traces[3, case, stage, start + i] = before + come[i] - s[CASH + i]


@compiled
def _tell(case: int, place: int, start: int, many: int, s: Real, come: Real, opening: float, told: Real) -> None:
    """What stands after a stage that is asked for, where ``place`` says so; what has come in is added up until then."""
    for i in range(many):
        s[COME + i] += come[i]
    if place >= 0:
        for i in range(many):
            told[0, case, place, start + i] = s[IDLE + i] + s[COMPOUNDED + i] + s[UNPAID + i] + s[PRINCIPAL + i]
            told[1, case, place, start + i] = s[ARREARS + i]
            told[2, case, place, start + i] = opening + s[COME + i] - s[CASH + i]


@compiled
def _close(
    case: int, start: int, many: int, s: Real, collateral: float, recovery: float, ends: Real, out: Arrays
) -> None:
    """What is left and was never due is worth at the plan's end what a default would bring of it."""
    secured, unsecured, pursued = ends[0], ends[1], ends[2]
    for i in range(many):
        debt = s[IDLE + i] + s[COMPOUNDED + i] + s[UNPAID + i] + s[PRINCIPAL + i]
        claim = _lesser(debt, s[AT_END + i])
        brought = _lesser(collateral * s[FACTOR + i], claim)
        left = _above(secured * brought + unsecured * (recovery * (claim - brought)), pursued)
        out[0][case, start + i] = s[VALUE + i] + left * s[ALIVE + i]
        out[1][case, start + i] = NOWHERE if s[MISSED + i] == np.inf else int(s[MISSED + i])
        out[2][case, start + i] = int(s[DEFAULTED + i])
        out[3][case, start + i] = s[COVER + i]
