"""Every limit on many plans at once, under the name of its point check; see the checks of single plans for formulas.

Shares are fractions in whole numbers, so that amounts are compared exactly; where a limit rests on floats a plan must
hold it by a hair more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from repayplan.compliance.together.plans import Plans
from repayplan.compliance.together.worth import recovered
from repayplan.compliance.worth import NOISE
from repayplan.problem.arrays import Cents, Mask, Problem, Real
from repayplan.problem.terms import Terms

Judge = Callable[[Plans], Mask]
"""(N,) which of the plans hold the limit; all do where it is off."""

HAIR = 0.01
"""Cents by which limits that rest on floats are held."""

MOST_CENTS, FINEST = 10**12, 10**3
"""Amounts, and numerators and denominators of shares, whose products stay within 64 bits."""

_judges: dict[str, Judge] = {}


def together(name: str) -> Callable[[Judge], Judge]:
    """Register the twin of a point check."""

    def register(judge: Judge) -> Judge:
        _judges[name] = judge
        return judge

    return register


def judges() -> Mapping[str, Judge]:
    """Every twin by the name of its check."""
    return MappingProxyType(_judges)


SINGLY = ("step_up", "seasonal", "milestone_share", "store_share", "receivable_share", "allocation")
"""Checks that have no twin; they are asked plan by plan, and need no entry of the ledger for it."""


def can_judge(terms: Terms, problem: Problem) -> bool:
    """Whether a plan on these terms can be judged here: not where products would be too large, nor for the average
    life of principal and a count of installments, which are rare."""
    shares = (terms.cover_minimum, terms.counted_carry, terms.step, terms.cumulative, terms.balloon)
    fine = all(max(share.as_integer_ratio()) <= FINEST for share in shares if share is not None)
    large = max(int(problem.cash.inflow.sum()), int(problem.debt.opening.sum()), int(problem.cash.opening.max()))
    rare = terms.installments is not None or (terms.average_life is not None and terms.average_life_of == "principal")
    return fine and large < MOST_CENTS and not rare


def hold(plans: Plans) -> Mask:
    """(N,) which of the plans hold every limit that has a twin."""
    held = np.ones(len(plans.paid), dtype=bool)
    for judge in judges().values():
        held &= judge(plans)
    return held


def ratios(shares: Sequence[Decimal | None]) -> tuple[Cents, Cents]:
    """(N, 1) numerators and denominators; 0 where there is none."""
    parts = [(0, 1) if share is None else share.as_integer_ratio() for share in shares]
    found = np.array(parts, dtype=np.int64).reshape(-1, 2)
    return found[:, :1], found[:, 1:]


def _off(shares: Sequence[object]) -> Mask:
    """(N,) where a limit is off."""
    return np.array([share is None for share in shares], dtype=bool)


def _everywhere(holds: Mask, where: Mask) -> Mask:
    """(N,) whether something holds at every stage ``where`` (N, T) it is asked for."""
    return np.asarray((holds | ~where).all(axis=1))


# ---------------------------------------------------------------------------------------------------------------- cash


@together("floors")
@together("pledged")
def floors(plans: Plans) -> Mask:
    """Cash of the business keeps its floor, without what others hold for its loans."""
    return np.asarray((plans.lowest >= plans.problem.cash.floor).all(axis=1))


@together("guarantor")
def guarantor(plans: Plans) -> Mask:
    """Guarantors are counted on for no more than their caps; that cash keeps its floor is told by ``floors``."""
    accounts = plans.problem.accounts
    counted = accounts.available[:, -1] > np.where(accounts.blocked, np.iinfo(np.int64).max, accounts.cap)
    return np.asarray(~counted.any(axis=1))


@together("cover")
def cover(plans: Plans) -> Mask:
    """DSCR_min × paid in the window ≤ its cash + α × cash carried above the floor, wherever anything is paid."""
    arrays, cash = plans.problem.cover, plans.problem.cash
    off = _off([terms.cover_minimum for terms in plans.terms])
    if off.all():
        return off
    top, bottom = ratios([terms.cover_minimum for terms in plans.terms])
    share, whole = ratios([terms.counted_carry for terms in plans.terms])
    before = np.concatenate([np.zeros_like(plans.so_far[:, :1]), plans.so_far], axis=1)
    earlier = np.take_along_axis(before, arrays.start, axis=1)
    paid = plans.so_far - earlier
    carried = np.take_along_axis(cash.carried, arrays.start, axis=1) - earlier
    covered = top * whole * paid <= bottom * (whole * arrays.cash + share * carried)
    return np.asarray(_everywhere(covered, plans.up_to_last & (paid > 0)) | off)


@together("reserve")
def reserve(plans: Plans) -> Mask:
    """Cash above the floor is at least what the business pays on the next dates, once it has begun to."""
    cash, problem = plans.problem.cash, plans.problem
    kept = cash.reach > plans.stage
    if not kept.any():
        return np.ones(len(kept), dtype=bool)
    begun = np.maximum.accumulate(problem.pays & kept, axis=1)
    wanted = np.take_along_axis(plans.own, cash.reach, axis=1) - plans.own
    return _everywhere(plans.lowest - cash.floor >= wanted, begun & (wanted > 0))


# -------------------------------------------------------------------------------------------------------- installments


@together("minimum")
def minimum(plans: Plans) -> Mask:
    """Every installment before the last, once an even installment can be spared, is at least the least amount."""
    least = plans.problem.limits.minimum[:, None]
    return _everywhere(plans.total >= least, plans.before_last & ~plans.problem.limits.exempt & ~np.isnan(least))


@together("maximum")
def maximum(plans: Plans) -> Mask:
    """No installment is larger than the largest amount."""
    most = plans.problem.limits.maximum[:, None]
    return _everywhere(plans.total <= most, plans.problem.pays & ~np.isnan(most))


@together("step")
def step(plans: Plans) -> Mask:
    """Each installment lies within a share σ of the one it is compared with; the last may be smaller."""
    base = plans.problem.pace.base
    top, bottom = ratios([terms.step for terms in plans.terms])
    before = np.take_along_axis(plans.total, np.maximum(base, 0), axis=1)
    asked = ~_off([terms.step for terms in plans.terms])[:, None] & (base >= 0)
    rises = _everywhere(bottom * plans.total <= (bottom + top) * before, asked & plans.up_to_last)
    return np.asarray(rises & _everywhere(bottom * plans.total >= (bottom - top) * before, asked & plans.before_last))


@together("balloon")
def balloon(plans: Plans) -> Mask:
    """The last three payments together are at most β of the debt, or their even share of the debt grown to then."""
    share = plans.problem.limits.balloon
    if np.isnan(share).all():
        return np.ones(len(share), dtype=bool)
    pays, rows = plans.problem.pays, np.arange(len(share))
    number = np.cumsum(pays, axis=1)
    dates = np.where(plans.last >= 0, number[rows, plans.last], 0)
    among = pays & (number > dates[:, None] - 3) & (number <= dates[:, None])
    paid = np.where(among, plans.total, 0).sum(axis=1)
    grown = plans.problem.debt.unpaid[rows, plans.last].sum(axis=1)
    opening = plans.problem.debt.opening.sum(axis=1)
    even = 3 / np.maximum(dates, 1)
    top, bottom = ratios([terms.balloon for terms in plans.terms])
    within = np.where(even > share, paid <= even * grown - HAIR, bottom[:, 0] * paid <= top[:, 0] * opening)
    return np.asarray(np.isnan(share) | (dates <= 3) | within)


# ---------------------------------------------------------------------------------------------------------------- debt


@together("interest")
def interest(plans: Plans) -> Mask:
    """After the payment on an interest date nothing is owed but principal."""
    paid_up = (plans.debt == plans.principal).all(axis=2)
    return _everywhere(paid_up, plans.problem.debt.current & plans.problem.pays)


@together("grace")
def grace(plans: Plans) -> Mask:
    """In a full grace nothing is paid, in an interest-only grace no principal."""
    limits = plans.problem.limits
    principal = (plans.principal_paid == 0).all(axis=2)
    return _everywhere(np.where(limits.interest_only[:, None], principal, plans.total == 0), limits.grace)


@together("maturity")
def maturity(plans: Plans) -> Mask:
    """No cent is left on any loan at the end."""
    return np.asarray((plans.debt[:, -1] == 0).all(axis=1) | ~plans.problem.limits.settle_full)


# ---------------------------------------------------------------------------------------------------------------- pace


@together("cumulative")
def cumulative(plans: Plans) -> Mask:
    """By each of the n payment dates after grace at least φ of the debt at signing, times its share of n, is paid."""
    off = _off([terms.cumulative for terms in plans.terms])
    if off.all():
        return off
    top, bottom = ratios([terms.cumulative for terms in plans.terms])
    dates = plans.problem.pays & ~plans.problem.limits.grace
    number, count = np.cumsum(dates, axis=1), dates.sum(axis=1, keepdims=True)
    wanted = plans.problem.debt.opening.sum(axis=1)[:, None] * number / np.maximum(count, 1) * (top / bottom)
    return np.asarray(_everywhere(plans.so_far >= wanted + HAIR, dates) | off)


@together("named")
def named(plans: Plans) -> Mask:
    """The payments of a named day are together at least its amount."""
    least = plans.problem.pace.named
    return _everywhere(plans.total >= least, ~np.isnan(least))


@together("fixed")
def fixed(plans: Plans) -> Mask:
    """On a fixed day exactly its amount is paid, on the loan it names or on all together."""
    pace = plans.problem.pace
    single = (plans.paid == pace.pinned_loan) | np.isnan(pace.pinned_loan)
    return np.asarray(_everywhere(plans.total == pace.pinned, ~np.isnan(pace.pinned)) & single.all(axis=(1, 2)))


@together("life")
def life(plans: Plans) -> Mask:
    """Σ (t − A) × what is paid is not above zero."""
    pace = plans.problem.pace
    excess = ((pace.day - pace.life[:, None]) * plans.total).sum(axis=1)
    return np.asarray(np.isnan(pace.life) | (plans.last < 0) | (excess <= -HAIR * pace.day[:, -1]))


# ----------------------------------------------------------------------------------------------------------------- law


@together("term")
def term(plans: Plans) -> Mask:
    """Nothing is paid on a loan after the last day to which it may be extended."""
    within = plans.problem.legal.within
    if within is None:
        return np.ones(len(plans.paid), dtype=bool)
    return np.asarray(((plans.paid == 0) | within).all(axis=(1, 2)))


@together("arrears")
def arrears(plans: Plans) -> Mask:
    """By the day a loan owes no more than its principal not yet due and what may be left."""
    cleared = plans.problem.legal.cleared
    if cleared is None:
        return np.ones(len(plans.paid), dtype=bool)
    return np.asarray(((plans.debt <= cleared.debt[:, None]) | ~cleared.due).all(axis=(1, 2)))


@together("charge")
def charge(plans: Plans) -> Mask:
    """What a loan pays beyond what was lent is at most the rate of law on what is left of it."""
    arrays, own = plans.problem.legal.charge, plans.problem.debt.own
    if arrays is None:
        return np.ones(len(plans.paid), dtype=bool)
    left = np.minimum.accumulate(np.minimum(plans.principal, arrays.lent[:, None]), axis=1)
    before = np.concatenate([arrays.lent[:, None], left[:, :-1]], axis=1)
    years = np.atleast_2d(arrays.years)[:, :, None]
    allowed = arrays.allowed + arrays.rate[:, None] * (before * years).sum(axis=1)
    charged = plans.paid.sum(axis=1) - arrays.lent
    return np.asarray(((charged <= allowed - HAIR) | ~own).all(axis=1))


@together("waived")
def waived(plans: Plans) -> Mask:
    """What is given up at signing is no more than may be."""
    amounts = plans.problem.legal.waived
    return np.ones(len(plans.paid), dtype=bool) if amounts is None else np.asarray(amounts[:, 0] <= amounts[:, 1])


# --------------------------------------------------------------------------------------------------------------- worth


@together("npv")
def npv(plans: Plans) -> Mask:
    """What is paid on each loan, at its original rate, lies within the test's share of what it was worth before."""
    tested, own = plans.problem.legal.npv, plans.problem.debt.own
    if tested is None:
        return np.ones(len(plans.paid), dtype=bool)
    after = (tested.factors * plans.paid).sum(axis=1)
    missed = np.maximum(tested.least - after, after - tested.most)
    priced = ~np.isnan(tested.price)
    return np.asarray(priced | ((missed <= NOISE / 2) | ~own).all(axis=1))


@together("liquidation")
def liquidation(plans: Plans) -> Mask:
    """Expected recovery at the bank's rate is at least net collateral, less costs, after its delay."""
    floor = plans.problem.legal.liquidation
    if floor is None:
        return np.ones(len(plans.paid), dtype=bool)
    every = np.arange(len(plans.paid))
    factors: Real = np.repeat(plans.problem.value.discount[:, :, None], plans.paid.shape[2], axis=2)
    return np.asarray(recovered(plans.problem, every, plans.paid, plans.debt, factors) >= floor)


@together("burden")
def burden(plans: Plans) -> Mask:
    """The first twelve months pay a share of the cash they bring within what is given and the bucket planned for."""
    bound = plans.problem.burden
    if bound is None:
        return np.ones(len(plans.paid), dtype=bool)
    paid = np.where(bound.first, plans.total, 0).sum(axis=1)
    cash = np.maximum(bound.cash, 0)
    below = np.isnan(bound.high) | (paid == 0) | (paid <= bound.high * cash - HAIR)
    above = np.isnan(bound.low) | (paid >= bound.low * cash + HAIR)
    return np.asarray(below & above)


# -------------------------------------------------------------------------------------------------------------- shapes


def _of(plans: Plans, kind: str) -> Mask:
    """(N,) which plans are to have a shape."""
    return np.array([each == kind for each in plans.problem.form.kinds], dtype=bool)


@together("level")
def level(plans: Plans) -> Mask:
    """One amount, or two that differ by a unit with the smaller first; the last at most a tenth above them."""
    here = _of(plans, "level")
    return ~here if not here.any() else np.asarray(~here | _level(plans, plans.total, last=True))


@together("level_principal")
def level_principal(plans: Plans) -> Mask:
    """One amount of principal, or two as for level, and none before them."""
    here = _of(plans, "level_principal")
    if not here.any():
        return ~here
    parts = plans.principal_paid.sum(axis=2)
    early = plans.problem.pays & (np.cumsum(plans.problem.form.counted, axis=1) == 0)
    early &= plans.problem.form.counted.any(axis=1, keepdims=True)
    return np.asarray(~here | (_everywhere(parts == 0, early) & _level(plans, parts, last=True)))


@together("interest_only")
def interest_only(plans: Plans) -> Mask:
    """In the first months no principal is paid; then one amount, or two as for level."""
    here = _of(plans, "interest_only")
    if not here.any():
        return ~here
    parts = plans.principal_paid.sum(axis=2)
    none = _everywhere(parts == 0, plans.problem.form.interest)
    return np.asarray(~here | (none & _level(plans, plans.total, last=True)))


@together("level_balloon")
def level_balloon(plans: Plans) -> Mask:
    """One amount, or two as for level; the last payment is the one stated, but for what whole units leave for it."""
    here = _of(plans, "level_balloon")
    if not here.any():
        return ~here
    unit, counted = plans.problem.limits.unit, _counted(plans)
    growth, moved = plans.problem.debt.claims.fastest.max(axis=2), np.zeros(len(here))
    room = np.zeros(len(here))
    for stage in range(growth.shape[1]):
        moved = moved * growth[:, stage] + np.where(counted[:, stage], unit, 0)
        room = np.where(stage == plans.last, moved, room)
    paid = plans.total[np.arange(len(here)), plans.last]
    near = np.abs(paid - plans.problem.form.stated) <= room
    return np.asarray(~here | (_level(plans, plans.total, last=False) & (near | (plans.last < 0))))


def _counted(plans: Plans) -> Mask:
    """(N, T) stages before the last payment that the shape counts."""
    counted: Mask = plans.before_last & plans.problem.form.counted
    return counted


def _level(plans: Plans, parts: Cents, *, last: bool) -> Mask:
    """(N,) whether ``parts`` (N, T) are one amount before the last, or two a unit apart and the smaller first;
    ``last``: and the last one at most a tenth above them."""
    counted, rows = _counted(plans), np.arange(len(parts))
    some = counted.any(axis=1)
    first: NDArray[np.int64] = counted.argmax(axis=1)
    final = counted.shape[1] - 1 - counted[:, ::-1].argmax(axis=1)
    least, most = parts[rows, first][:, None], parts[rows, final][:, None]
    two = _everywhere((parts == least) | (parts == most), counted)
    falls = (counted & (parts == least) & (np.cumsum(counted & (parts != least), axis=1) > 0)).any(axis=1)
    apart = most[:, 0] - least[:, 0]
    holds = two & ~falls & (apart >= 0) & (apart <= plans.problem.limits.unit)
    if last:
        holds &= 10 * parts[rows, plans.last] <= 11 * most[:, 0]
    return np.asarray(holds | ~some)
