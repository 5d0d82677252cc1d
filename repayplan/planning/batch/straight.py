"""Plans without a program: one loan that is paid as early as possible, beside payments that follow one amount θ.

*Look-ahead greedy*. In terms of the debt D_t after each payment, limits on what is paid say D_t ≥ m_t + Σ n_s D_s over
earlier s with n ≥ 0: less debt before leaves no less room later. So paying on each date as much as what follows allows
makes every D_t as small as any plan can. Value and earliness fall with each D_t where planning factors fall as fast as
the debt grows, λ_t = v_t S_t − G (v_s S_s + v_s (S_t − S_s)) ≥ 0 with s the next date: then the greedy plan is the best
of those rows, and so of all if it holds the others too. The certificate is the sum of λ_t times these rows.

*One θ*. Payments of a shape are z⁰ + zθ, the last is what is left; dates that the shape leaves out are paid greedily.
All D_t are then convex in θ and the value is concave, both piecewise linear: rows that a θ breaks exclude all beyond
their tangent, two tangents of the value meet above the best there is. That is bound and proof, without a solver.

Of any case, also of several loans and of any shape, the rows are a relaxation with the fastest growth of any part of
the debt: what no θ can hold, no plan can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.formulation.frame import Frame
from repayplan.formulation.preference import earliness
from repayplan.formulation.recovery import deaths
from repayplan.formulation.shaping import guesses, least_at_last
from repayplan.problem.arrays import Mask, Problem, Real

SURE = 1e-6
"""In units of the debt: what no plan holds by so much, no solver holds within its tolerance, stage after stage."""

HELD = 1e-10
"""By so much a plan may leave a row: less than solvers are allowed."""

BEST = 1e-9
"""In units of the debt: a plan that is further from its bound is not known to be the best."""

FLAT = 1e-12
"""What floats lose of a factor."""

ONE_AMOUNT = ("level", "step_up")
OFF, FREE, TIED, LAST = 0, 1, 2, 3
"""No payment; any amount; what the shape says; what is left."""


@dataclass(frozen=True)
class Straight:
    """(N,) ``impossible``: it is proven that there is no plan; ``found``: the best plan is known. Of those, in units of
    the debt: ``value``, safe ``bound``, value of the preferred plan ``kept`` and the ``least`` it must be worth;
    ``theta`` (N,) and ``payments`` (N, T) of the preferred plan, ``valued`` (N, T) those of the most value; ``tied``
    (N,): whether θ was looked for."""

    impossible: Mask
    found: Mask
    value: Real
    bound: Real
    kept: Real
    least: Real
    theta: Real
    payments: Real
    valued: Real
    tied: Mask


@dataclass(frozen=True)
class Given:
    """N lanes over T stages in units of each case's debt; infinite where there is no such limit.

    (N, T): ``kind`` of date; ``weight`` and ``base`` of the shape; ``room`` for what has been paid, ``cover`` and the
    first stage of its window ``start``; ``growth`` of the debt and what it is ``unpaid``; ``floor`` below which it may
    not and ``due`` above which it must not be after a payment; ``least`` and ``most`` of a payment; ``demanded`` by
    then; ``before``: the stage whose payment a step is taken from, or −1; ``worth`` of a unit paid, ``lost`` of a unit
    recovered on default, ``early`` what a unit counts in stage 2.
    (N,): ``ratio`` and ``carry`` of cover; ``last`` stage, ``settled``: what is owed then; ``capped``: whether the
    last payment is at most what the shape says; ``balloon`` with the ``third`` and ``second`` last stages; ``year``:
    the last payment stage of twelve months, −1 where there is none, and ``low``: the least paid by then; ``rise``,
    ``fall``, ``spare`` of steps; ``secured`` by collateral and the ``rate`` at which the rest is recovered.
    """

    kind: NDArray[np.int64]
    weight: Real
    base: Real
    room: Real
    cover: Real
    start: NDArray[np.int64]
    growth: Real
    unpaid: Real
    floor: Real
    due: Real
    least: Real
    most: Real
    demanded: Real
    before: NDArray[np.int64]
    worth: Real
    lost: Real
    early: Real
    ratio: Real
    carry: Real
    last: NDArray[np.int64]
    settled: Real
    capped: Mask
    balloon: Real
    third: NDArray[np.int64]
    second: NDArray[np.int64]
    year: NDArray[np.int64]
    low: Real
    rise: Real
    fall: Real
    spare: Real
    secured: Real
    rate: Real

    def packed(self) -> tuple[Real, NDArray[np.int64], Real, NDArray[np.int64]]:
        """The same as kernels have it, lane after lane."""
        from repayplan.planning.batch.sweeps import BY_CASE, BY_STAGE, PLACES, WHOLE

        parts = ((BY_STAGE, float), (PLACES, np.int64), (BY_CASE, float), (WHOLE, np.int64))
        lined = (np.stack([getattr(self, name) for name in names], axis=1, dtype=kind) for names, kind in parts)
        return tuple(lined)  # type: ignore[return-value]


def straight(problem: Problem, last: NDArray[np.int64]) -> Straight:
    """What can be said of N cases, each with the stage of its ``last`` payment (N,), without a program."""
    from repayplan.planning.batch.sweeps import solved

    frame = Frame(problem, last, bool(guesses(problem).any()))
    ahead = _valued(frame)
    able = exact(frame, ahead)
    cases, stages = problem.pays.shape
    packed, highest, impossible = _proven(frame, able)
    lanes = np.flatnonzero(able & ~impossible)
    found, theta, paid = np.full((len(lanes), 5), np.inf), np.zeros((len(lanes), 2)), np.zeros((len(lanes), 2, stages))
    some = [part[lanes] for part in packed]
    solved(some[0], some[1], some[2], some[3], highest[lanes], problem.value.tolerance[lanes], found, theta, paid)
    every, amounts = np.full((4, cases), np.nan), np.zeros((cases, 2, stages))
    every[:, lanes], amounts[lanes] = found.T[:4], paid
    thetas, good = np.zeros(cases), np.zeros(cases, dtype=bool)
    # λ_t ≥ 0 was asked of each date but for a float's noise: without it the value is not concave in θ, and tangents of
    # it bound nothing. What the noise can come to over all dates is added to the bound here, and the bound is asked to
    # meet the value below, because the search for θ may also end before its tangents meet.
    every[1] += _lost(frame, ahead)
    value, bound, kept, least = every
    thetas[lanes], good[lanes] = theta[:, 1], (found[:, 4] <= HELD) & (bound <= value + BEST)[lanes]
    return Straight(impossible, good, value, bound, kept, least, thetas, amounts[:, 1], amounts[:, 0], highest > 0)


def impossible(problem: Problem, last: NDArray[np.int64]) -> Mask:
    """(N,) of which cases it is proven that there is no plan with a ``last`` payment then."""
    frame = Frame(problem, last, bool(guesses(problem).any()))
    return _proven(frame, exact(frame, _valued(frame)))[2]


def _proven(frame: Frame, able: Mask) -> tuple[tuple[Real, NDArray[np.int64], Real, NDArray[np.int64]], Real, Mask]:
    """All rows as kernels have them, (N,) the largest θ, and where no θ holds them."""
    from repayplan.planning.batch.sweeps import proofs

    given = _given(frame, able)
    weight = np.where(given.kind == TIED, given.weight, 0.0).max(axis=1)
    highest = np.divide(given.unpaid.max(axis=1), weight, out=np.zeros(len(weight)), where=weight > 0)
    never = np.zeros(len(weight), dtype=bool)
    packed = given.packed()
    proofs(*packed, highest, SURE, never)
    never &= (frame.problem.debt.claims.fastest >= 1 - FLAT).all(axis=(1, 2))
    return packed, highest, never


def exact(frame: Frame, ahead: Real) -> Mask:
    """(N,) where the greedy payments beside one θ are proven the best, if they hold every row: one loan whose debt is
    one map, settled in full, no limit that speaks of payments far apart, and nothing gained by waiting, of which the
    λ_t are ``ahead`` (N, T)."""
    problem, debt, pace, law = frame.problem, frame.problem.debt, frame.problem.pace, frame.problem.legal
    cases, _, loans = problem.shape
    form, wishes, ratio = problem.form, problem.wishes, problem.cover.minimum
    other = (law.within, law.npv, law.liquidation, law.cleared, law.charge, law.waived)
    if loans != 1 or any(part is not None for part in other) or form.streams or form.thetas > 1:
        return np.zeros(cases, dtype=bool)
    shapes = np.array([kind == "free" or kind in ONE_AMOUNT for kind in form.kinds])
    earliest = np.array([prefer == "earliest" for prefer in wishes.prefer])
    counted = ~np.isnan(wishes.installments) | (wishes.amounts != 0)
    after = (frame.stage > frame.last[:, None]) & (debt.charge[:, :, 0] != 0)
    usual = problem.limits.settle_full & debt.linear[:, 0] & debt.own[:, 0] & ~after.any(axis=1)
    usual &= (debt.growth[:, :, 0] >= 1).all(axis=1) & (debt.charge[:, :, 0] >= 0).all(axis=1)
    usual &= ~pace.settled.any(axis=1) & np.isnan(pace.life) & ~pace.yearly & ~counted & ~form.falling
    usual &= ~(problem.cash.reach > frame.stage).any(axis=1) & (problem.value.recovery <= 1)
    usual &= np.isnan(ratio) | ((problem.cover.carry >= 0) & (problem.cover.carry <= ratio))
    usual &= ~(~np.isnan(pace.named) & (frame.stage > frame.last[:, None])).any(axis=1)
    mixed = problem.accounts.blocked.any() and not problem.accounts.blocked.all()
    never_waits = (ahead >= -FLAT).all(axis=1) & (_early(frame) >= -FLAT).all(axis=1)
    return np.asarray(shapes & earliest & usual & never_waits & (not mixed))


def _early(frame: Frame) -> Real:
    """(N, T) by how much a unit paid on a date counts more in stage 2 than what it grows to on the next."""
    weight = -earliness(frame)[frame.payments[0]]
    return _ahead(frame, weight, weight)


def _valued(frame: Frame) -> Real:
    """(N, T) λ_t, by how much a unit paid on a date is worth more than what it grows to on the next: where waiting is
    allowed and the debt grows faster than planning factors fall it is below 0."""
    problem = frame.problem
    worth = problem.value.planning[:, :, 0] * problem.value.survival * problem.pays
    brought = problem.value.planning[:, :, 0] * deaths(problem) * problem.pays
    return _ahead(frame, worth, worth + brought)


def _lost(frame: Frame, ahead: Real) -> Real:
    """(N,) by how much more than the best found a plan may be worth, some λ_t being below 0: what floats lose."""
    short = np.maximum(-ahead, 0.0)
    return np.asarray((short * frame.money(frame.problem.debt.unpaid)[:, :, 0]).sum(axis=1))


def _ahead(frame: Frame, now: Real, later: Real) -> Real:
    """(N, T) what a unit counts ``now`` on a payment date up to the last less what it counts ``later``, grown to the
    next such date; 0 elsewhere."""
    found, following = np.zeros(now.shape), np.zeros(len(now))
    where, growth = frame.up_to_last, frame.problem.debt.growth[:, :, 0]
    for stage in range(now.shape[1] - 1, -1, -1):
        here = where[:, stage]
        found[:, stage] = np.where(here, now[:, stage] - following, 0.0)
        following = np.where(here, later[:, stage], following) * growth[:, stage]
    return found


# ---------------------------------------------------------------------------------------------------------------- rows


def _given(frame: Frame, able: Mask) -> Given:
    """The rows of all cases, as :class:`repayplan.planning.batch.sweeps.Given` has them."""
    problem, debt, limits = frame.problem, frame.problem.debt, frame.problem.limits
    unpaid = frame.money(debt.unpaid.sum(axis=2))
    growth = np.where(able[:, None], debt.growth[:, :, 0], debt.claims.fastest.max(axis=2))
    owed = frame.money(debt.principal.sum(axis=1))[:, None]
    inside = limits.grace & problem.pays
    resting = inside & limits.interest_only[:, None]
    kind, capped = _kinds(frame)
    least, most = _sizes(frame, kind)
    start, cover = _cover(frame)
    third, second, balloon = _balloon(frame)
    year, low = _year(frame)
    worth = np.where(problem.pays, problem.value.planning[:, :, 0], 0.0)
    sigma, spare = np.nan_to_num(limits.step), frame.money(limits.margin)
    due = np.where(debt.current & frame.up_to_last, owed, np.inf)
    return Given(
        kind=kind,
        weight=np.ascontiguousarray(problem.form.weight[:, 0]) if problem.form.thetas else np.zeros(kind.shape),
        base=frame.money(problem.form.base),
        room=_room(frame, unpaid, np.where(resting, unpaid - owed, np.inf)),
        cover=cover,
        start=start,
        growth=growth,
        unpaid=unpaid,
        floor=np.where(able[:, None], np.where(resting, owed, 0.0), -np.inf),
        due=due,
        least=least,
        most=np.where(inside & ~resting, 0.0, most),
        demanded=np.where(np.isnan(problem.pace.demanded), -np.inf, _cents(frame, problem.pace.demanded, 1.0)),
        before=np.where(frame.up_to_last & ~np.isnan(limits.step)[:, None], problem.pace.base, -1),
        worth=worth * problem.value.survival,
        lost=worth * deaths(problem),
        early=-earliness(frame)[frame.payments[0]] + np.zeros(kind.shape),
        ratio=np.nan_to_num(problem.cover.minimum, nan=1.0),
        carry=problem.cover.carry,
        last=frame.last,
        settled=_settled(frame, unpaid, growth, able),
        capped=capped,
        balloon=balloon,
        third=third,
        second=second,
        year=year,
        low=low,
        rise=1 + sigma,
        fall=1 - sigma,
        spare=(2 + sigma) * spare,
        secured=frame.money(debt.collateral)[:, 0],
        rate=problem.value.recovery,
    )


def _cents(frame: Frame, cents: Real, sign: float) -> Real:
    """(N, …) limits in units of the debt, tightened by what rounding can move."""
    margin = frame.money(frame.problem.limits.margin)
    return frame.money(np.nan_to_num(cents)) + sign * margin.reshape((-1,) + (1,) * (cents.ndim - 1))


def _kinds(frame: Frame) -> tuple[NDArray[np.int64], Mask]:
    """What is paid on each date, and whether the last payment is at most what the shape says, which holds nothing where
    it is the only one of the shape: θ is then what it pays. Dates of shapes that have more than one unknown are free,
    and so is the last where the debt need not be settled: that allows more."""
    problem, form = frame.problem, frame.problem.form
    one = np.array([kind in ONE_AMOUNT for kind in form.kinds]) & (form.thetas == 1) & (not form.streams)
    shaped = form.counted & one[:, None] & np.isnan(form.stated)[:, None]
    kind = np.where(frame.up_to_last, FREE, OFF)
    kind[frame.before_last & shaped] = TIED
    settled = np.flatnonzero(problem.limits.settle_full)
    kind[settled, frame.last[settled]] = LAST
    capped = shaped[np.arange(len(kind)), frame.last] & (kind == TIED).any(axis=1)
    return kind, np.asarray(capped)


def _sizes(frame: Frame, kind: NDArray[np.int64]) -> tuple[Real, Real]:
    """(N, T) the least and the most of each payment."""
    limits, pace = frame.problem.limits, frame.problem.pace
    small = frame.before_last & ~limits.exempt & ~np.isnan(limits.minimum)[:, None]
    least = np.where(small, _cents(frame, limits.minimum, 1.0)[:, None], 0.0)
    named = np.where(np.isnan(pace.named), 0.0, _cents(frame, pace.named, 1.0))
    least = np.maximum(least, np.where(frame.up_to_last, named, 0.0))
    if frame.guessed:
        open_ = guesses(frame.problem) & ~(pace.fixed > 0)[np.arange(len(kind)), frame.last]
        last = np.where(open_[:, None] & frame.at_last, frame.money(least_at_last(frame)), 0.0)
        least = np.maximum(least, last)
    most = np.where(np.isnan(limits.maximum), np.inf, _cents(frame, limits.maximum, -1.0))
    return least, np.repeat(most[:, None], kind.shape[1], axis=1)


def _room(frame: Frame, unpaid: Real, resting: Real) -> Real:
    """(N, T) the most that can have been paid by each stage: floors then and later, with what accounts apart hold, the
    burden of the first year, and no more than is owed. With the last payment what stands blocked is released."""
    problem, cash, held = frame.problem, frame.problem.cash, frame.problem.accounts
    rows, over = np.arange(len(unpaid)), frame.stage >= frame.last[:, None]
    over = over & problem.limits.settle_full[:, None]
    far = np.iinfo(np.int64).max // 4
    allowed = np.fmin(cash.allowed, np.nan_to_num(cash.reserved, nan=float(far))).astype(np.int64)
    own = np.where(over, far, allowed)
    own = np.minimum.accumulate(own[:, ::-1], axis=1)[:, ::-1] + cash.apart
    after = np.where(over, cash.allowed + held.released, far).min(axis=1)
    after = np.where(over.any(axis=1), after + (cash.apart - held.released)[rows, frame.last], far)
    room = frame.money(np.minimum(own, after[:, None]))
    room = np.minimum(np.minimum(room, unpaid), resting)
    burden = problem.burden
    if burden is not None:
        most = np.nan_to_num(burden.high) * np.maximum(burden.cash, 0) - problem.limits.margin
        most = frame.money(np.maximum(most, 0.0))  # paying nothing needs no room
        year = burden.first & ~np.isnan(burden.high)[:, None]
        room = np.where(year, np.minimum(room, most[:, None]), room)
    return np.minimum.accumulate(room[:, ::-1], axis=1)[:, ::-1].copy()


def _year(frame: Frame) -> tuple[NDArray[np.int64], Real]:
    """(N,) the last payment date of the first twelve months, −1 where there is none, and the least paid by then."""
    problem, burden = frame.problem, frame.problem.burden
    if burden is None:
        return np.full(len(frame.last), -1), np.full(len(frame.last), -np.inf)
    inside = burden.first & frame.up_to_last
    year = np.where(inside.any(axis=1), frame.stages - 1 - inside[:, ::-1].argmax(axis=1), -1)
    low = frame.money(np.nan_to_num(burden.low) * np.maximum(burden.cash, 0) + problem.limits.margin)
    return year, np.where(np.isnan(burden.low), -np.inf, low)


def _cover(frame: Frame) -> tuple[NDArray[np.int64], Real]:
    """(N, T) first stages of windows and what cover allows: ratio·X_t − (ratio − carry)·X_before ≤ that."""
    problem, cover = frame.problem, frame.problem.cover
    carried = np.take_along_axis(problem.cash.carried, cover.start, axis=1)
    available = frame.money(cover.cash) + cover.carry[:, None] * frame.money(carried)
    where = frame.up_to_last & ~np.isnan(cover.minimum)[:, None]
    where &= (cover.carry <= np.nan_to_num(cover.minimum))[:, None]
    return cover.start, np.where(where, available, np.inf)


def _balloon(frame: Frame) -> tuple[NDArray[np.int64], NDArray[np.int64], Real]:
    """(N,) the two payment dates before the last, −1 where there is none, and what the three may come to."""
    problem, share = frame.problem, frame.problem.limits.balloon
    rows, number = np.arange(len(share)), np.cumsum(problem.pays, axis=1)
    places = []
    for back in (2, 1):
        here = frame.before_last & (number == number[rows, frame.last][:, None] - back)
        places.append(np.where(here.any(axis=1), here.argmax(axis=1), -1))
    even = 3 / np.maximum(number[rows, frame.last], 1)
    grown = frame.money(problem.debt.unpaid.sum(axis=2))[rows, frame.last]
    beta = np.nan_to_num(share)
    most = np.where(even > beta, even * grown, beta) - 2 * frame.money(problem.limits.margin)
    return places[0], places[1], np.where(np.isnan(share) | (even >= 1), np.inf, most)


def _settled(frame: Frame, unpaid: Real, growth: Real, able: Mask) -> Real:
    """(N,) what would be owed at the last payment if nothing had been paid, or what at least has to be paid then of it
    so that nothing is left at the end; infinite where something may be."""
    later = np.where(frame.stage > frame.last[:, None], growth, 1.0).prod(axis=1)
    then = np.where(able, unpaid[np.arange(len(unpaid)), frame.last], unpaid[:, -1] / later)
    return np.asarray(np.where(frame.problem.limits.settle_full, then, np.inf))
