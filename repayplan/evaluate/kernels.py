"""The kernels of the compiled core: the steps of ``reference`` over blocks of scenarios.

The same sums in the same order, so that payments, cash and debts are the same cents and values the same floats. The
state of a block lies in flat arrays, because constant distances let a processor work on several scenarios at once. Few
passes, since each costs what it reads and writes. What is usual has a kernel of its own, ``alone``.
"""

from __future__ import annotations

import numpy as np

from repayplan.compiling import compiled
from repayplan.evaluate.alone import Arrays, run_alone
from repayplan.evaluate.outcome import NOWHERE
from repayplan.evaluate.reference import HALF_UP
from repayplan.evaluate.setting import NEVER, Stages
from repayplan.problem.frozen import Real

LANES = 1024
"""Scenarios in a block: the state of one loan and its business is 230 KB, which a second-level cache holds."""

STRIDE = LANES + 24
"""Places from one quantity to the next; at a whole power of two all of them would compete for the same cache lines."""

# what a block keeps of the business …
CASH, ROOM, ALIVE, COVER, VALUE, MISSED, DEFAULTED, DEADLINE, STOP, FACTOR, TOTAL, APART, BEHIND, SHIFT = (
    place * STRIDE for place in range(14)
)
SO_FAR, BROUGHT = 14 * STRIDE, 15 * STRIDE
QUANTITIES = 16
# … and of each loan; classes first, in the order of setting
IDLE, COMPOUND, INTEREST, PRINCIPAL, ON_OVERDUE, ON_COMPOUND, ON_INTEREST, ON_PRINCIPAL = (
    place * STRIDE for place in range(8)
)
ARREARS, DUE, UNPAID, PAID, AT_END, DRAWN = (place * STRIDE for place in range(8, 14))


@compiled
def run_cases(
    first: int,
    last: int,
    own: Real,
    apart: Real,
    shift: Real,
    due: Real,
    stops: Stages,
    factor: Real,
    usual: Arrays,
    plan: Arrays,
    accounts: Arrays,
    bears: Arrays,
    claims: Arrays,
    worth: Arrays,
    counts: Arrays,
    out: Arrays,
    strict: bool,
) -> None:
    """Cases ``first`` to ``last``, block after block of scenarios. Cash that several plans of one borrower share stands
    in ``own`` and ``apart`` once; ``usual``: which cases ``alone`` can do, and the terms of their stages; ``strict``:
    arrears make defaults."""
    loans, kept = plan[1].shape[2], accounts[0].shape[1]
    business, owed, left = np.empty(QUANTITIES * STRIDE), np.empty((loans, 14 * STRIDE)), np.empty((kept, LANES))
    for case in range(first, last):
        mine, others = own[case if len(own) > 1 else 0], apart[case if len(apart) > 1 else 0]
        if usual[0][case]:
            brief = (plan[0], plan[2], plan[3], worth[2])
            run_alone(case, mine, factor, usual[1], brief, claims[0], (worth[1], counts[4]), out, strict)
            continue
        for start in range(0, mine.shape[1], LANES):
            many = min(LANES, mine.shape[1] - start)
            _open(case, business, owed, left, plan[3], claims[0], stops, factor, start, many)
            behind = False
            for stage in range(plan[0][case]):
                _move(case, stage, start, many, business, owed, left, mine, others, shift, accounts, plan[4])
                for loan in range(loans):
                    _accrue(case, stage, loan, owed[loan], business, many, bears)
                    _fall_due(case, stage, loan, start, many, business, owed[loan], due, plan)
                    _weigh_death(case, stage, loan, many, business, owed[loan], claims, worth[1], counts[1])
                _draw(case, stage, many, left, owed, business, accounts, plan[4])
                if worth[0][case, stage]:
                    _measure(business, many)
                _share_alike(business, owed, many, plan[6][case])
                late = 0
                for loan in range(loans):
                    late += _pay(case, stage, loan, owed[loan], business, many, claims, counts[0])
                _release(case, many, business, owed, left, accounts, False)
                if stage == worth[2][case]:
                    for loan in range(loans):
                        _keep_at_end(owed[loan], many)
                if late or behind:
                    behind = late > 0
                    _judge(case, stage, many, business, owed, claims, worth[1], counts, plan[5], strict)
                _note(case, stage, start, many, business, owed, claims[4], out)
                asked = stage < out[7][case] or out[4].shape[2] > 0
                if bears[5][case, stage] and not asked and _done(business, owed, many):
                    break
            _close(case, start, many, business, owed, claims, worth[1], counts[4], out)


@compiled
def _done(business: Real, owed: Real, many: int) -> bool:
    """Whether in all scenarios of a block every loan is clear or called: then no stage changes what comes out."""
    for loan in range(len(owed)):
        s = owed[loan]
        for i in range(many):
            if (s[IDLE + i] + s[COMPOUND + i] + s[INTEREST + i] + s[PRINCIPAL + i]) * business[ALIVE + i] > 0.0:
                return False
    return True


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
    for i in range(many):
        business[CASH + i] = opening[case]
        business[ALIVE + i] = 1.0
        business[COVER + i] = np.inf
        business[MISSED + i] = NOWHERE
        business[DEFAULTED + i] = NOWHERE
        business[DEADLINE + i] = NEVER
        business[STOP + i] = stops[case, start + i] if stops.shape[1] else NEVER
        business[FACTOR + i] = factor[case, start + i] if factor.shape[1] else 1.0
    for loan in range(len(owed)):
        owed[loan, :] = 0.0
        for part in range(4):
            for i in range(many):
                owed[loan, part * STRIDE + i] = claims[case, loan, part]
        _keep_at_end(owed[loan], many)


@compiled
def _keep_at_end(s: Real, many: int) -> None:
    for i in range(many):
        s[AT_END + i] = s[IDLE + i] + s[COMPOUND + i] + s[INTEREST + i] + s[PRINCIPAL + i]


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
    floors: Real,
) -> None:
    """Cash comes and goes; what of it is above the floor can be paid."""
    come = own[stage]
    for i in range(many):
        business[CASH + i] += come[start + i]
    for account in range(len(left)):
        if len(apart):
            money, brought = left[account], apart[stage, account]
            for i in range(many):
                money[i] += brought[start + i]
    _release(case, many, business, owed, left, accounts, False)
    if shift.shape[1]:
        for i in range(many):
            business[SHIFT + i] = shift[case, stage, start + i]
    _make_room(business, many, floors[case, stage], float(stage))
    for i in range(many):
        business[TOTAL + i] = 0.0
        business[APART + i] = 0.0
        business[BEHIND + i] = 0.0


@compiled
def _make_room(business: Real, many: int, floor: float, now: float) -> None:
    """Cash above the floor, of those who can and will pay."""
    for i in range(many):
        room = business[CASH + i] - floor
        room = room if room > 0.0 else 0.0
        business[ROOM + i] = room * business[ALIVE + i] if now < business[STOP + i] else 0.0


@compiled
def _release(case: int, many: int, business: Real, owed: Real, left: Real, accounts: Arrays, drawn: bool) -> None:
    """Blocked accounts of loans that are clear; ``drawn``: or are once what accounts have paid today is settled."""
    for account in range(len(left)):
        loan = accounts[0][case, account]
        if accounts[1][case, account] and loan >= 0:
            s, money = owed[loan], left[account]
            for i in range(many):
                debt = s[IDLE + i] + s[COMPOUND + i] + s[INTEREST + i] + s[PRINCIPAL + i]
                settled = s[DUE + i] * business[ALIVE + i] - s[UNPAID + i] if drawn else 0.0
                freed = money[i] if debt == settled else 0.0
                business[CASH + i] += freed
                money[i] -= freed


@compiled
def _accrue(case: int, stage: int, loan: int, s: Real, business: Real, many: int, bears: Arrays) -> None:
    """What classes bear is pending until it is booked, each line to the cent; overdue principal bears penalty."""
    interest, compound, penalty = bears[0][case, stage, loan], bears[1][case, stage, loan], bears[2][case, stage, loan]
    drift, compound_drift, planned = (
        bears[3][case, stage, loan],
        bears[4][case, stage, loan],
        bears[6][case, stage, loan],
    )
    for i in range(many):
        beyond = s[PRINCIPAL + i] - planned
        beyond = beyond if beyond > 0.0 else 0.0
        overdue = s[ARREARS + i] if s[ARREARS + i] < beyond else beyond
        on_unpaid = compound + business[SHIFT + i] * compound_drift
        s[ON_OVERDUE + i] += overdue * penalty
        s[ON_COMPOUND + i] += s[COMPOUND + i] * on_unpaid
        s[ON_INTEREST + i] += s[INTEREST + i] * on_unpaid
        s[ON_PRINCIPAL + i] += (s[PRINCIPAL + i] - overdue) * (interest + business[SHIFT + i] * drift)
    if bears[5][case, stage]:
        for i in range(many):
            s[IDLE + i] += np.floor(s[ON_OVERDUE + i] + HALF_UP)
            s[COMPOUND + i] += np.floor(s[ON_COMPOUND + i] + HALF_UP) + np.floor(s[ON_INTEREST + i] + HALF_UP)
            s[INTEREST + i] += np.floor(s[ON_PRINCIPAL + i] + HALF_UP)
            s[ON_OVERDUE + i] = 0.0
            s[ON_COMPOUND + i] = 0.0
            s[ON_INTEREST + i] = 0.0
            s[ON_PRINCIPAL + i] = 0.0


@compiled
def _fall_due(
    case: int, stage: int, loan: int, start: int, many: int, business: Real, s: Real, drawn: Real, plan: Arrays
) -> None:
    """What falls due and arrears, at most the debt."""
    scheduled = plan[1][case, stage, loan]
    if drawn.shape[1]:
        scheduled = 0.0
        for i in range(many):
            s[DRAWN + i] = drawn[case, stage, loan, start + i]
    if stage >= plan[2][case, loan]:
        scheduled = np.inf
    for i in range(many):
        debt = s[IDLE + i] + s[COMPOUND + i] + s[INTEREST + i] + s[PRINCIPAL + i]
        wanted = scheduled + s[DRAWN + i] + s[ARREARS + i]
        due = wanted if wanted < debt else debt
        s[DUE + i] = due
        s[UNPAID + i] = due * business[ALIVE + i]
        business[TOTAL + i] += due


@compiled
def _weigh_death(
    case: int, stage: int, loan: int, many: int, business: Real, s: Real, claims: Arrays, recovery: Real, dead: Real
) -> None:
    """What a default by the hazard would bring on this date, before its payment."""
    weight, collateral, share = claims[4][case, loan] * dead[case, stage], claims[3][case, loan], recovery[case]
    if weight == 0.0:
        return
    for i in range(many):
        claim = s[IDLE + i] + s[COMPOUND + i] + s[INTEREST + i] + s[PRINCIPAL + i]
        most = collateral * business[FACTOR + i]
        brought = most if most < claim else claim
        business[VALUE + i] += weight * (brought + share * (claim - brought))


@compiled
def _draw(
    case: int, stage: int, many: int, left: Real, owed: Real, business: Real, accounts: Arrays, floors: Real
) -> None:
    """Accounts apart pay first; what a blocked one does not need for its loan can pay the others on the same day."""
    for account in range(len(left)):
        pays, money = accounts[0][case, account], left[account]
        for loan in range(len(owed)):
            if pays in (loan, -1):
                s = owed[loan]
                for i in range(many):
                    taken = money[i] if money[i] < s[UNPAID + i] else s[UNPAID + i]
                    s[UNPAID + i] -= taken
                    money[i] -= taken
                    business[APART + i] += taken
    if len(left):
        _release(case, many, business, owed, left, accounts, True)
        _make_room(business, many, floors[case, stage], float(stage))


@compiled
def _measure(business: Real, many: int) -> None:
    """Cover of what is due on a payment date."""
    for i in range(many):
        could = (business[ROOM + i] + business[APART + i]) / business[TOTAL + i]
        could = could if business[TOTAL + i] * business[ALIVE + i] > 0.0 else np.inf
        business[COVER + i] = could if could < business[COVER + i] else business[COVER + i]


@compiled
def _share_alike(business: Real, owed: Real, many: int, alike: bool) -> None:
    """Every loan gets the same fraction of what accounts left, to the cent below; the rest follows in order."""
    if not alike:
        return
    for i in range(many):
        total = 0.0
        for loan in range(len(owed)):
            total += owed[loan, UNPAID + i]
        room = business[ROOM + i]
        fraction = room / total if room < total else 1.0
        for loan in range(len(owed)):
            share = np.floor(owed[loan, UNPAID + i] * fraction)
            owed[loan, UNPAID + i] -= share
            business[ROOM + i] -= share
            business[CASH + i] -= share


@compiled
def _pay(case: int, stage: int, loan: int, s: Real, business: Real, many: int, claims: Arrays, paying: Real) -> int:
    """Cash above the floor pays what accounts left; payments settle claims class by class. How many are behind."""
    backwards, mine = claims[1][case], claims[4][case, loan]
    weight = mine * paying[case, stage]
    if backwards:
        _swap(s, many)
    late = 0
    for i in range(many):
        unpaid, room = s[UNPAID + i], business[ROOM + i]
        cash = unpaid if unpaid < room else room
        business[ROOM + i] = room - cash
        business[CASH + i] -= cash
        paid = s[DUE + i] * business[ALIVE + i] - unpaid + cash
        arrears = s[DUE + i] - paid
        s[PAID + i] = paid
        s[ARREARS + i] = arrears
        business[BEHIND + i] += mine * arrears
        late += 1 if mine * arrears > 0.0 else 0
        business[VALUE + i] += weight * paid
        part = s[IDLE + i] if s[IDLE + i] < paid else paid
        s[IDLE + i] -= part
        paid -= part
        part = s[COMPOUND + i] if s[COMPOUND + i] < paid else paid
        s[COMPOUND + i] -= part
        paid -= part
        part = s[INTEREST + i] if s[INTEREST + i] < paid else paid
        s[INTEREST + i] -= part
        paid -= part
        s[PRINCIPAL + i] -= s[PRINCIPAL + i] if s[PRINCIPAL + i] < paid else paid
    if backwards:
        _swap(s, many)
    return late


@compiled
def _swap(s: Real, many: int) -> None:
    """The classes in the other order."""
    for i in range(many):
        s[IDLE + i], s[PRINCIPAL + i] = s[PRINCIPAL + i], s[IDLE + i]
        s[COMPOUND + i], s[INTEREST + i] = s[INTEREST + i], s[COMPOUND + i]


@compiled
def _judge(
    case: int,
    stage: int,
    many: int,
    business: Real,
    owed: Real,
    claims: Arrays,
    recovery: Real,
    counts: Arrays,
    deadlines: Stages,
    strict: bool,
) -> None:
    """First misses, and defaults: what the claim brings where arrears have grown too old."""
    now, deadline = float(stage), float(deadlines[case, stage])
    hit = 0
    for i in range(many):
        behind = business[BEHIND + i] > 0.0
        new = behind and business[MISSED + i] == NOWHERE
        business[MISSED + i] = now if new else business[MISSED + i]
        reached = business[DEADLINE + i] if business[DEADLINE + i] < deadline else deadline
        reached = reached if behind else NEVER
        business[DEADLINE + i] = reached
        fails = 1.0 if now >= reached else 0.0
        fails *= business[ALIVE + i]
        business[TOTAL + i] = fails
        hit += 1 if fails > 0.0 else 0
    if not strict or hit == 0:
        return
    for i in range(many):  # what a stage had to pay with is spent: its place holds what the claims bring
        business[ROOM + i] = 0.0
    for loan in range(len(owed)):
        s, mine, collateral = owed[loan], claims[4][case, loan], claims[3][case, loan]
        revived, secured, unsecured = claims[2][case, stage, loan], counts[2][case, stage], counts[3][case, stage]
        for i in range(many):
            claim = s[IDLE + i] + s[COMPOUND + i] + s[INTEREST + i] + s[PRINCIPAL + i] + revived
            most = collateral * business[FACTOR + i]
            brought = most if most < claim else claim
            business[ROOM + i] += mine * (secured * brought + unsecured * (recovery[case] * (claim - brought)))
    pursued = counts[5][case, stage]
    for i in range(many):
        if business[TOTAL + i] > 0.0:
            worth = business[ROOM + i] - pursued
            worth = worth if worth > 0.0 else 0.0
            business[VALUE + i] += worth
            business[BROUGHT + i] = worth
            business[DEFAULTED + i] = now
            business[ALIVE + i] = 0.0


@compiled
def _trace(case: int, stage: int, start: int, many: int, business: Real, owed: Real, own: Real, traces: Real) -> None:
    for i in range(many):
        traces[0, case, stage, start + i] = business[CASH + i]
    for loan in range(len(owed)):
        s, mine = owed[loan], own[case, loan]
        for i in range(many):
            debt = s[IDLE + i] + s[COMPOUND + i] + s[INTEREST + i] + s[PRINCIPAL + i]
            traces[1, case, stage, start + i] += mine * debt
            traces[2, case, stage, start + i] += mine * s[ARREARS + i]
            traces[3, case, stage, start + i] += s[PAID + i]


@compiled
def _note(case: int, stage: int, start: int, many: int, business: Real, owed: Real, own: Real, out: Arrays) -> None:
    """What is asked for of a stage."""
    if stage <= out[7][case]:
        _tell(case, out[6][case, stage], start, many, business, owed, own, out[5])
    if out[4].shape[2]:
        _trace(case, stage, start, many, business, owed, own, out[4])


@compiled
def _tell(case: int, place: int, start: int, many: int, business: Real, owed: Real, own: Real, told: Real) -> None:
    """What stands after a stage that is asked for, where ``place`` says so; what is paid is added up until then."""
    for loan in range(len(owed)):
        s, mine = owed[loan], own[case, loan]
        for i in range(many):
            business[SO_FAR + i] += mine * s[PAID + i]
    if place < 0:
        return
    for loan in range(len(owed)):
        s, mine = owed[loan], own[case, loan]
        for i in range(many):
            debt = s[IDLE + i] + s[COMPOUND + i] + s[INTEREST + i] + s[PRINCIPAL + i]
            told[0, case, place, start + i] += mine * debt
            told[1, case, place, start + i] += mine * s[ARREARS + i]
    for i in range(many):
        told[2, case, place, start + i] = business[SO_FAR + i]


@compiled
def _close(
    case: int,
    start: int,
    many: int,
    business: Real,
    owed: Real,
    claims: Arrays,
    recovery: Real,
    ends: Real,
    out: Arrays,
) -> None:
    """What is left and was never due is worth at the plan's end what a default would bring of it."""
    secured, unsecured, pursued = ends[case, 0], ends[case, 1], ends[case, 2]
    for i in range(many):
        business[ROOM + i] = 0.0
    for loan in range(len(owed)):
        s, mine, collateral = owed[loan], claims[4][case, loan], claims[3][case, loan]
        for i in range(many):
            debt = s[IDLE + i] + s[COMPOUND + i] + s[INTEREST + i] + s[PRINCIPAL + i]
            claim, most = min(debt, s[AT_END + i]), collateral * business[FACTOR + i]
            brought = most if most < claim else claim
            business[ROOM + i] += mine * (secured * brought + unsecured * (recovery[case] * (claim - brought)))
    for i in range(many):
        left = business[ROOM + i] - pursued
        left = (left if left > 0.0 else 0.0) * business[ALIVE + i]
        out[0][case, start + i] = business[VALUE + i] + left
        out[8][case, start + i] = business[BROUGHT + i] + left
        out[1][case, start + i] = int(business[MISSED + i])
        out[2][case, start + i] = int(business[DEFAULTED + i])
        out[3][case, start + i] = business[COVER + i]
