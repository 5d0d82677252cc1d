"""The core compiled: the steps of ``reference`` over blocks of scenarios whose state stays in the processor's cache.

The same operations in the same order, so that payments, cash and debts are the same cents and values the same floats:
nothing is reassociated. The state of a block lies in flat arrays, a quantity every ``LANES`` places, because constant
distances are what lets several scenarios be worked on at once; lanes without a scenario compute zeros. Compiled once a
machine; nothing but this module imports numba.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit

from repayplan.evaluate.outcome import NOWHERE, Fates, Run, Traces
from repayplan.evaluate.reference import HALF_UP
from repayplan.evaluate.setting import NEVER, Drawn, Hazard, Setting, Stages, weights
from repayplan.problem.frozen import Mask, Real

LANES = 128
"""Scenarios in a block: the state of one loan and its business is 29 KB, which a processor keeps close."""

# what a block keeps of the business …
CASH, ROOM, ALIVE, COVER, VALUE, MISSED, DEFAULTED, DEADLINE, STOP, FACTOR, TOTAL, APART, BEHIND, SHIFT = (
    place * LANES for place in range(14)
)
# … and of each loan
IDLE, COMPOUND, INTEREST, PRINCIPAL, ON_OVERDUE, ON_COMPOUND, ON_INTEREST, ON_PRINCIPAL = (
    place * LANES for place in range(8)
)
DEBT, ARREARS, DUE, UNPAID, PAID, AT_END, DRAWN = (place * LANES for place in range(8, 15))

Arrays = tuple[Any, ...]

compiled = njit(cache=True, nogil=True, error_model="numpy")


def run(setting: Setting, drawn: Drawn, hazard: Hazard, *, traced: bool = False, workers: int = 1) -> Run:
    """What :func:`repayplan.evaluate.reference.run` does; cases are shared out among ``workers`` threads."""
    cases, stages, _, _ = setting.shape
    shape = (cases, drawn.scenarios)
    value, cover = np.zeros(shape), np.full(shape, np.inf)
    missed, defaulted = np.full(shape, NOWHERE), np.full(shape, NOWHERE)
    traces = np.zeros((4, *((cases, stages, drawn.scenarios) if traced else (cases, 0, 0))))
    out = (value, missed, defaulted, cover, traces)
    given: Arrays = (*_futures(drawn, shape), *_terms(setting, hazard), out, hazard == "arrears")
    edges = np.linspace(0, cases, max(min(workers, cases), 1) + 1).astype(int).tolist()
    with ThreadPoolExecutor(len(edges) - 1) as pool:
        list(pool.map(lambda first, last: _cases(first, last, *given), edges[:-1], edges[1:]))
    return Run(Fates(value, missed, defaulted, cover), Traces(*traces) if traced else None)


def _futures(drawn: Drawn, shape: tuple[int, int]) -> tuple[Any, ...]:
    """What is drawn, where nothing is drawn as arrays without a place: compiled once for all."""
    cases = shape[0]
    given = (
        drawn.own,
        np.zeros((cases, 0, 0, 0)) if drawn.apart is None else drawn.apart,
        np.zeros((cases, 0, 0)) if drawn.shift is None else drawn.shift,
        np.zeros((cases, 0, 0, 0)) if drawn.due is None else drawn.due,
        np.full(shape, NEVER) if drawn.stops is None else drawn.stops,
        np.ones(shape) if drawn.collateral is None else drawn.collateral,
    )
    return tuple(map(_fixed, given))


def _terms(setting: Setting, hazard: Hazard) -> tuple[Any, ...]:
    debts, worth, factors = setting.debts, setting.worth, weights(setting.worth, hazard)
    parts = (
        (setting.stages, setting.schedule, setting.clears, setting.opening, setting.floor, setting.deadline),
        (setting.account_loan, setting.blocked),
        (debts.interest, debts.compound, debts.penalty, debts.drift, debts.compound_drift, debts.books, debts.planned),
        (debts.claims, debts.backwards, debts.revived, debts.collateral, debts.own),
        (worth.pays, worth.recovery, worth.end),
        (factors.paid, factors.dead, factors.secured, factors.unsecured, factors.end),
    )
    return tuple(tuple(map(_fixed, part)) for part in parts)


def _fixed(array: Any) -> Any:
    """One type for every array: in one piece, and not to be written to."""
    whole = np.ascontiguousarray(array)
    whole = whole.view()
    whole.setflags(write=False)
    return whole


@compiled
def _cases(
    first: int,
    last: int,
    own: Real,
    apart: Real,
    shift: Real,
    due: Real,
    stops: Stages,
    factor: Real,
    plan: Arrays,
    accounts: Arrays,
    bears: Arrays,
    claims: Arrays,
    worth: Arrays,
    counts: Arrays,
    out: Arrays,
    strict: bool,
) -> None:
    """Cases ``first`` to ``last``, block after block of scenarios; ``strict``: arrears make defaults."""
    loans, kept = plan[1].shape[2], accounts[0].shape[1]
    scenarios = own.shape[2]
    business, owed, left = np.empty(14 * LANES), np.empty((loans, 15 * LANES)), np.empty((kept, LANES))
    for case in range(first, last):
        for start in range(0, scenarios, LANES):
            many = min(LANES, scenarios - start)
            _open(case, business, owed, left, plan[3], claims[0], stops, factor, start, many)
            for stage in range(plan[0][case]):
                _move(case, stage, start, many, business, owed, left, own, apart, shift, accounts)
                _accrue(case, stage, owed, business, bears)
                _fall_due(case, stage, start, many, business, owed, due, plan)
                _draw(case, left, owed, business, accounts)
                _pay(case, stage, business, owed, claims[1], worth[0])
                _release(case, business, owed, left, accounts)
                _judge(case, stage, business, owed, claims, worth, counts, plan[5], strict)
                if out[4].shape[2]:
                    _trace(case, stage, start, many, business, owed, claims[4], out[4])
            _close(case, start, many, business, owed, claims, worth, counts, out)


@compiled
def _open(
    case: int,
    business: Real,
    owed: Real,
    left: Real,
    opening: Real,
    claims: Real,
    stops: Stages,
    factor: Real,
    start: int,
    many: int,
) -> None:
    business[:] = 0.0
    left[:] = 0.0
    for i in range(LANES):
        business[CASH + i] = opening[case]
        business[ALIVE + i] = 1.0
        business[COVER + i] = np.inf
        business[MISSED + i] = NOWHERE
        business[DEFAULTED + i] = NOWHERE
        business[DEADLINE + i] = NEVER
        business[STOP + i] = stops[case, start + i] if i < many else 0
        business[FACTOR + i] = factor[case, start + i] if i < many else 0.0
    for loan in range(len(owed)):
        owed[loan, :] = 0.0
        total = 0.0
        for part in range(4):
            total += claims[case, loan, part]
            for i in range(LANES):
                owed[loan, part * LANES + i] = claims[case, loan, part]
        for i in range(LANES):
            owed[loan, DEBT + i] = total
            owed[loan, AT_END + i] = total


@compiled
def _move(
    case: int,
    stage: int,
    start: int,
    many: int,
    business: Real,
    owed: Real,
    left: Real,
    own: Real,
    apart: Real,
    shift: Real,
    accounts: Arrays,
) -> None:
    """Cash comes and goes."""
    for i in range(many):
        business[CASH + i] += own[case, stage, start + i]
    if shift.shape[1]:
        for i in range(many):
            business[SHIFT + i] = shift[case, stage, start + i]
    for account in range(len(left)):
        if apart.shape[1]:
            for i in range(many):
                left[account, i] += apart[case, stage, account, start + i]
    _release(case, business, owed, left, accounts)


@compiled
def _release(case: int, business: Real, owed: Real, left: Real, accounts: Arrays) -> None:
    """Blocked accounts of loans that are clear."""
    for account in range(len(left)):
        loan = accounts[0][case, account]
        if accounts[1][case, account] and loan >= 0:
            debts, money = owed[loan], left[account]
            for i in range(LANES):
                freed = money[i] if debts[DEBT + i] == 0.0 else 0.0
                business[CASH + i] += freed
                money[i] -= freed


@compiled
def _accrue(case: int, stage: int, owed: Real, business: Real, bears: Arrays) -> None:
    """What classes bear is pending until it is booked, each line to the cent; overdue principal bears penalty."""
    booked = bears[5][case, stage]
    for loan in range(len(owed)):
        s = owed[loan]
        interest, compound, penalty = (
            bears[0][case, stage, loan],
            bears[1][case, stage, loan],
            bears[2][case, stage, loan],
        )
        drift, compound_drift, planned = (
            bears[3][case, stage, loan],
            bears[4][case, stage, loan],
            bears[6][case, stage, loan],
        )
        for i in range(LANES):
            beyond = s[PRINCIPAL + i] - planned
            beyond = beyond if beyond > 0.0 else 0.0
            overdue = s[ARREARS + i] if s[ARREARS + i] < beyond else beyond
            on_unpaid = compound + business[SHIFT + i] * compound_drift
            s[ON_OVERDUE + i] += overdue * penalty
            s[ON_COMPOUND + i] += s[COMPOUND + i] * on_unpaid
            s[ON_INTEREST + i] += s[INTEREST + i] * on_unpaid
            s[ON_PRINCIPAL + i] += (s[PRINCIPAL + i] - overdue) * (interest + business[SHIFT + i] * drift)
        if booked:
            for i in range(LANES):
                penal = np.floor(s[ON_OVERDUE + i] + HALF_UP)
                first = np.floor(s[ON_COMPOUND + i] + HALF_UP)
                second = np.floor(s[ON_INTEREST + i] + HALF_UP)
                running = np.floor(s[ON_PRINCIPAL + i] + HALF_UP)
                s[IDLE + i] += penal
                s[COMPOUND + i] += first + second
                s[INTEREST + i] += running
                s[DEBT + i] += penal + first + second + running
                s[ON_OVERDUE + i] = 0.0
                s[ON_COMPOUND + i] = 0.0
                s[ON_INTEREST + i] = 0.0
                s[ON_PRINCIPAL + i] = 0.0


@compiled
def _fall_due(
    case: int, stage: int, start: int, many: int, business: Real, owed: Real, drawn: Real, plan: Arrays
) -> None:
    """What falls due and arrears, at most the debt; what there is to pay it with."""
    floor = plan[4][case, stage]
    for i in range(LANES):
        room = business[CASH + i] - floor
        room = room if room > 0.0 else 0.0
        business[ROOM + i] = room * business[ALIVE + i] if stage < business[STOP + i] else 0.0
        business[TOTAL + i] = 0.0
        business[APART + i] = 0.0
    for loan in range(len(owed)):
        s = owed[loan]
        scheduled = plan[1][case, stage, loan]
        if drawn.shape[1]:
            scheduled = 0.0
            for i in range(many):
                s[DRAWN + i] = drawn[case, stage, loan, start + i]
        if stage >= plan[2][case, loan]:
            for i in range(LANES):
                s[DUE + i] = s[DEBT + i]
        else:
            for i in range(LANES):
                wanted = scheduled + s[DRAWN + i] + s[ARREARS + i]
                s[DUE + i] = wanted if wanted < s[DEBT + i] else s[DEBT + i]
        for i in range(LANES):
            business[TOTAL + i] += s[DUE + i]
            s[UNPAID + i] = s[DUE + i] * business[ALIVE + i]


@compiled
def _draw(case: int, left: Real, owed: Real, business: Real, accounts: Arrays) -> None:
    """Accounts apart pay first."""
    for account in range(len(left)):
        pays, money = accounts[0][case, account], left[account]
        for loan in range(len(owed)):
            if pays in (loan, -1):
                s = owed[loan]
                for i in range(LANES):
                    taken = money[i] if money[i] < s[UNPAID + i] else s[UNPAID + i]
                    s[UNPAID + i] -= taken
                    money[i] -= taken
                    business[APART + i] += taken


@compiled
def _pay(case: int, stage: int, business: Real, owed: Real, backwards: Mask, pays: Mask) -> None:
    """Cash above the floor pays the rest, loan after loan, and payments settle claims class by class."""
    if pays[case, stage]:
        for i in range(LANES):
            could = (business[ROOM + i] + business[APART + i]) / business[TOTAL + i]
            counts = business[TOTAL + i] > 0.0 and business[ALIVE + i] > 0.0
            could = could if counts else np.inf
            business[COVER + i] = could if could < business[COVER + i] else business[COVER + i]
    for loan in range(len(owed)):
        s = owed[loan]
        for i in range(LANES):
            unpaid, room = s[UNPAID + i], business[ROOM + i]
            cash = unpaid if unpaid < room else room
            business[ROOM + i] = room - cash
            business[CASH + i] -= cash
            paid = s[DUE + i] * business[ALIVE + i] - unpaid + cash
            s[PAID + i] = paid
            s[DEBT + i] -= paid
            s[ARREARS + i] = s[DUE + i] - paid
        if backwards[case]:
            _settle(s, PRINCIPAL, INTEREST, COMPOUND, IDLE)
        else:
            _settle(s, IDLE, COMPOUND, INTEREST, PRINCIPAL)


@compiled
def _settle(s: Real, first: int, second: int, third: int, fourth: int) -> None:
    for i in range(LANES):
        left = s[PAID + i]
        part = s[first + i] if s[first + i] < left else left
        s[first + i] -= part
        left -= part
        part = s[second + i] if s[second + i] < left else left
        s[second + i] -= part
        left -= part
        part = s[third + i] if s[third + i] < left else left
        s[third + i] -= part
        left -= part
        part = s[fourth + i] if s[fourth + i] < left else left
        s[fourth + i] -= part


@compiled
def _judge(
    case: int,
    stage: int,
    business: Real,
    owed: Real,
    claims: Arrays,
    worth: Arrays,
    counts: Arrays,
    deadlines: Stages,
    strict: bool,
) -> None:
    """First misses, defaults, and what payments and defaults are worth."""
    business[BEHIND : BEHIND + LANES] = 0.0
    recovery = worth[1][case]
    for loan in range(len(owed)):
        s, mine, collateral = owed[loan], claims[4][case, loan], claims[3][case, loan]
        paid, dead = mine * counts[0][case, stage], mine * counts[1][case, stage]
        for i in range(LANES):
            business[BEHIND + i] += mine * s[ARREARS + i]
            business[VALUE + i] += paid * s[PAID + i]
        if not strict and dead != 0.0:
            for i in range(LANES):
                claim, most = s[DEBT + i] + s[PAID + i], collateral * business[FACTOR + i]
                brought = most if most < claim else claim
                business[VALUE + i] += dead * (brought + recovery * (claim - brought))
        if stage == worth[2][case]:
            for i in range(LANES):
                s[AT_END + i] = s[DEBT + i]
    for i in range(LANES):
        behind = business[BEHIND + i] > 0.0
        new = behind and business[MISSED + i] == NOWHERE
        business[MISSED + i] = stage if new else business[MISSED + i]
    if strict:
        _default(case, stage, business, owed, claims, recovery, counts, float(deadlines[case, stage]))


@compiled
def _default(
    case: int, stage: int, business: Real, owed: Real, claims: Arrays, recovery: float, counts: Arrays, deadline: float
) -> None:
    """Arrears that have grown too old: what the claim brings, and nothing is paid any more."""
    hit = 0
    for i in range(LANES):
        reached = business[DEADLINE + i] if business[DEADLINE + i] < deadline else deadline
        reached = reached if business[BEHIND + i] > 0.0 else NEVER
        business[DEADLINE + i] = reached
        defaults = stage >= reached and business[ALIVE + i] > 0.0
        business[TOTAL + i] = 1.0 if defaults else 0.0
        hit += 1 if defaults else 0
    if hit == 0:
        return
    for loan in range(len(owed)):
        s, mine, collateral = owed[loan], claims[4][case, loan], claims[3][case, loan]
        revived, secured, unsecured = claims[2][case, stage, loan], counts[2][case, stage], counts[3][case, stage]
        for i in range(LANES):
            claim, most = s[DEBT + i] + revived, collateral * business[FACTOR + i]
            brought = most if most < claim else claim
            worth = mine * (secured * brought + unsecured * (recovery * (claim - brought)))
            business[VALUE + i] += worth if business[TOTAL + i] > 0.0 else 0.0
    for i in range(LANES):
        if business[TOTAL + i] > 0.0:
            business[DEFAULTED + i] = stage
            business[ALIVE + i] = 0.0


@compiled
def _trace(case: int, stage: int, start: int, many: int, business: Real, owed: Real, own: Real, traces: Real) -> None:
    for i in range(many):
        traces[0, case, stage, start + i] = business[CASH + i]
        for loan in range(len(owed)):
            traces[1, case, stage, start + i] += own[case, loan] * owed[loan, DEBT + i]
            traces[2, case, stage, start + i] += own[case, loan] * owed[loan, ARREARS + i]
            traces[3, case, stage, start + i] += owed[loan, PAID + i]


@compiled
def _close(
    case: int,
    start: int,
    many: int,
    business: Real,
    owed: Real,
    claims: Arrays,
    worth: Arrays,
    counts: Arrays,
    out: Arrays,
) -> None:
    """What is left and was never due is worth what the planner takes it to be, at the plan's end."""
    recovery = worth[1][case]
    for loan in range(len(owed)):
        s, weight, collateral = owed[loan], claims[4][case, loan] * counts[4][case], claims[3][case, loan]
        for i in range(LANES):
            claim, most = min(s[DEBT + i], s[AT_END + i]), collateral * business[FACTOR + i]
            brought = most if most < claim else claim
            business[VALUE + i] += (weight * business[ALIVE + i]) * (brought + recovery * (claim - brought))
    for i in range(many):
        out[0][case, start + i] = business[VALUE + i]
        out[1][case, start + i] = int(business[MISSED + i])
        out[2][case, start + i] = int(business[DEFAULTED + i])
        out[3][case, start + i] = business[COVER + i]
