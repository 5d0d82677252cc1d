"""What one borrower's options have fall due, as settings of the scenario core: one lane an option.

Plans run as they are signed. A treatment has no plan: what the borrower is ready to pay falls due month by month, in
the end all of it does, and what is left is a default by the core's own rules. What other lenders have coming falls due
beside it, and money that is short is shared as the case has it.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

import numpy as np

from repayplan.calendar.dates import add_months
from repayplan.cases.models import Case, Loan
from repayplan.compliance.replay import Payment, replay
from repayplan.evaluate.bearing import Horizon
from repayplan.evaluate.build import Planned as Signed
from repayplan.evaluate.build import horizon, payment_order, setting
from repayplan.evaluate.rules import until_the_long_stops
from repayplan.evaluate.setting import NEVER, PRINCIPAL, Setting, Stages, Worth
from repayplan.forecast.apart import AccountKey, account_keys
from repayplan.money import to_cents
from repayplan.planning.batch.asks import Ask, Batched
from repayplan.planning.stress import Prepared
from repayplan.portfolio.cutting import first_stages
from repayplan.portfolio.running import Dues, dues_of, horizon_of
from repayplan.portfolio.variants import TREATED_MONTHS, treated_variant
from repayplan.problem.assemble import assemble
from repayplan.problem.frozen import Mask, Real, changed
from repayplan.problem.terms import Terms, resolve
from repayplan.rules.treatments import MONTHS, Course, TreatmentName

OVERDUE = ("overdue_principal", "interest", "compound_interest", "penalty", "fees")
"""What of a loan's claims is overdue on the case's date."""


@dataclass(frozen=True)
class Lane:
    """An option in the core: its ``setting`` (N = 1) on stages that end on ``days``, and which accounts pay at all,
    (K,). ``rules``: where what falls due follows receipts, what it is drawn from."""

    days: tuple[dt.date, ...]
    setting: Setting
    pays: Mask
    rules: Prepared | None = None


@dataclass(frozen=True)
class Untreated:
    """A borrower without a plan: what every treatment starts from.

    Loans in order of payment. ``dues``: what contracts call up, with the arrears of loans that are paid ``at_once``
    (L,), see :func:`_at_once`; ``overdue`` (L,) cents of all others, which fall due as the treatment has it: in
    ``shares`` (L,) that the borrower is ready to pay, or when these end. ``running`` (T, L): what loans bear by their
    contracts, whereas in ``setting`` overdue principal bears its penalty; ``months``: the last stage of each month of
    which options tell.
    """

    case: Case
    terms: Terms
    over: Horizon
    setting: Setting
    at_once: Mask
    overdue: Real
    shares: Mask
    dues: Dues
    running: Real
    keys: tuple[AccountKey, ...]
    months: tuple[int, ...]


@dataclass(frozen=True)
class Treated:
    """What may become of a borrower that is treated, with a chance of ``share``. ``called`` (MONTHS,): what contracts
    with the bank have called up anew by the end of each month, cents; ``served``: that is paid too, not the arrears
    alone."""

    share: float
    lane: Lane
    called: Real
    served: bool


def plan_lanes(made: Sequence[tuple[Ask, Batched]], pursuit: float = 0.0) -> list[Lane]:
    """The lanes of one borrower's plans, in order. What loans bear is found once for all plans that agree the same of
    them, over the longest. ``pursuit``: cents that pursuing a default costs then. ValueError where one is no plan."""
    overs = [_horizon(asked, found) for asked, found in made]
    known: dict[tuple[object, ...], tuple[Horizon, Setting]] = {}
    lanes: dict[int, Lane] = {}
    for number in sorted(range(len(made)), key=lambda number: -len(overs[number].days)):
        (asked, found), over = made[number], overs[number]
        keys = account_keys(asked.case)
        alike = (asked.case.loans, asked.terms.arrears, asked.terms.order, asked.terms.floor, asked.problem.sharing)
        long, setting_of_all = known.get(alike, (None, None))
        signed = _signed(found)
        if long is None or setting_of_all is None or not _begins(long, over):
            own = setting(asked.case, asked.terms, asked.problem, signed, over, keys)
            known[alike] = over, own
        else:
            own = _shortened(setting_of_all, asked, signed, over)
        own = changed(own, worth=changed(own.worth, pursuit=np.array([pursuit])))
        lanes[number] = _lane(asked, found, signed, over, own, len(keys))
    return [lanes[number] for number in range(len(made))]


def _horizon(asked: Ask, found: Batched) -> Horizon:
    if found.payments is None:
        raise ValueError("there is no plan")
    stop = max((rule.long_stop for rule in found.rules), default=None)
    return horizon(asked.terms, asked.problem, found.payments, stop)


def _signed(found: Batched) -> Signed:
    if found.payments is None or found.debt is None or found.principal is None:
        raise ValueError("there is no plan")
    return Signed(found.payments, found.debt, found.principal)


def _begins(long: Horizon, short: Horizon) -> bool:
    """Whether the longer horizon begins with the shorter one."""
    return long.days[: len(short.days)] == short.days and long.pays[: len(short.pays)] == short.pays


def _shortened(long: Setting, asked: Ask, signed: Signed, over: Horizon) -> Setting:
    """The setting of a plan from that of a longer one whose loans bear the same."""
    order, stages = payment_order(asked.problem), len(over.days)
    cut = first_stages(long, stages)
    schedule = np.zeros((1, stages, len(order)))
    schedule[0, : over.plan] = signed.paid[:, order]
    clear = signed.debt[:, order] == 0
    before = np.concatenate([cut.debts.claims[0, None, :, PRINCIPAL], signed.principal[:, order].astype(float)])
    at = np.minimum(np.arange(stages), over.plan)
    survival = asked.problem.value.survival[0][np.minimum(np.arange(stages), over.plan - 1)]
    return changed(
        cut,
        stages=np.array([stages]),
        schedule=schedule,
        clears=np.where(clear.any(axis=0), clear.argmax(axis=0), NEVER)[None],
        deadline=np.minimum(cut.deadline, stages - 1),
        debts=changed(cut.debts, planned=before[at][None]),
        worth=changed(cut.worth, survival=survival[None], end=np.array([over.plan - 1])),
    )


def _lane(asked: Ask, found: Batched, signed: Signed, over: Horizon, own: Setting, accounts: int) -> Lane:
    """With the rules of a plan that follows receipts, where it does."""
    pays = np.ones(accounts, dtype=bool)
    if not found.rules:
        return Lane(over.days, own, pays)
    own = until_the_long_stops(own, found.rules, over)
    names = [loan.id for loan in asked.case.loans]
    paid = [
        Payment(day, name, int(cents))
        for day, row in zip(found.days, signed.paid, strict=True)
        for name, cents in zip(names, row, strict=True)
    ]
    course = replay(asked.case, asked.terms, asked.problem, paid, found.rules)
    return Lane(over.days, own, pays, Prepared(course, over, signed, own, found.rules))


def untreated(case: Case, unsaid: int, like: Ask | None = None) -> Untreated:
    """What treatments of a borrower start from. ``unsaid``: months until a contract runs out that does not say when;
    ``like``: one of its plans, whose stages and terms serve where they are the same. InputError where the case cannot
    be read as a running debt."""
    variant = treated_variant(case)
    agreed = case.policy.named_payments or case.policy.fixed_payments  # on dates that are the plan's alone
    if like is None or agreed:
        terms = resolve(variant)
        problem = assemble(variant, terms)
    else:
        terms, problem = replace(like.terms, arrears="keep"), like.problem
    loans = [variant.loans[number] for number in payment_order(problem)]
    over = horizon_of(loans, case.as_of, problem, terms, TREATED_MONTHS, unsaid)
    shape = (over.plan, len(variant.loans))
    principal = np.array([to_cents(loan.principal + loan.overdue_principal) for loan in variant.loans], dtype=np.int64)
    nothing = np.zeros(shape, dtype=np.int64)
    signed = Signed(nothing, np.ones(shape, dtype=np.int64), np.broadcast_to(principal, shape))
    keys = account_keys(variant)
    made = setting(variant, terms, problem, signed, over, keys)
    own, alike = made.debts.own[0] > 0, bool(made.alike[0])
    at_once = _at_once(own, alike)
    overdue = np.array([float(overdue_of(loan)) for loan in loans])
    running = made.debts.interest[0]
    dues = dues_of(loans, case.as_of, over, running, unsaid)
    dues.amounts[0] += np.where(at_once, overdue, 0.0)
    return Untreated(
        case=variant,
        terms=terms,
        over=over,
        setting=_running(_with_penalty(made, loans), at_once, running, dues),
        at_once=at_once,
        overdue=np.where(at_once, 0.0, overdue),
        shares=own | alike,
        dues=dues,
        running=running,
        keys=keys,
        months=month_stages(over.days, case.as_of),
    )


def _at_once(own: Mask, alike: bool) -> Mask:
    """(L,) loans of other lenders whose arrears are paid at once: those that come before a loan of the bank's ``own``.

    What comes behind all of them waits until all arrears of the bank have fallen due, and where all share ``alike`` no
    lender is paid a larger share of its arrears than the others.
    """
    places = np.arange(len(own))
    return np.asarray(~own & (places < places[own].max(initial=0)) & (not alike))


def _running(made: Setting, loans: Mask, running: Real, dues: Dues) -> Setting:
    """Of ``loans`` whose arrears are paid at once, principal bears what the contract says and the core tells what is
    overdue; in the first stage, of which it cannot, they bear the mean of both."""
    debts, since = made.debts, (np.arange(len(running)) > 0)[:, None]
    interest = np.where(loans & since, running, debts.interest)
    return changed(made, debts=changed(debts, interest=interest, planned=np.where(loans, dues.before, debts.planned)))


def overdue_of(loan: Loan) -> int:
    """What is overdue on a loan; cents."""
    return sum(to_cents(getattr(loan, name)) for name in OVERDUE)


def treatment_lanes(base: Untreated, kind: TreatmentName, course: Course, pursuit: float) -> list[Treated]:
    """What may become of a borrower by the course that is expected of a treatment: it comes back to its contract, or
    the debt is called. ``pursuit``: cents that pursuing a default costs then."""
    called = np.cumsum(base.dues.amounts @ base.setting.debts.own[0])[list(base.months)]
    back, lanes = course.performing, []
    if back > 0:
        lanes.append(Treated(back, _back_to_contract(base, course, pursuit), called, served=True))
    if back < 1:
        cost = 0.0 if kind == "enforce" else pursuit  # enforcement is that work itself
        lanes.append(Treated(1 - back, _called(base, kind, course, cost), called, served=False))
    return lanes


def _back_to_contract(base: Untreated, course: Course, pursuit: float) -> Lane:
    """Contracts are served beside shares of the arrears, whose rest falls due in the end; what is in arrears then for
    too long is a default of everything."""
    made, ends, debts = base.setting, ending(base, course), base.setting.debts
    before = (np.arange(len(base.over.days)) <= ends)[:, None]
    shares = _shares(base, course) * before
    shares[ends] += base.overdue - shares.sum(axis=0)
    own = changed(
        made,
        schedule=(shares + base.dues.amounts)[None],
        clears=_settled(base, ends)[None],
        deadline=np.maximum(made.deadline, ends),
        debts=changed(
            debts,
            interest=np.where(before, debts.interest, base.running),
            planned=np.where(before, debts.planned, base.dues.before),
        ),
        worth=changed(_worth_of(base, course, pursuit), end=np.array([max(base.dues.end, ends)])),
    )
    return Lane(base.over.days, own, np.array([name is None for name, _ in base.keys], dtype=bool))


def _called(base: Untreated, kind: TreatmentName, course: Course, pursuit: float) -> Lane:
    """Shares of the arrears are paid, then all of the debt is called, of which nothing is. Other lenders' contracts are
    served meanwhile."""
    ends, days = ending(base, course), base.over.days
    count = max(ends, base.months[-1]) + 1
    made = first_stages(changed(base.setting, worth=_worth_of(base, course, pursuit)), count)
    floor = np.array(made.floor)
    floor[0, ends] = np.inf  # what is left is called, not paid
    mine = base.setting.debts.own[0] > 0
    clears = np.where(mine, ends, _settled(base, ends))
    guaranteed = kind == "guarantor"
    if guaranteed:  # the guarantor owes all of it at once; of the borrower nothing is expected
        floor[:], clears[base.shares] = np.inf, 0
    others = np.where(mine, 0.0, base.dues.amounts)
    own = changed(
        made,
        schedule=(_shares(base, course) + others)[None, :count],
        clears=clears[None],
        floor=floor,
        deadline=np.full((1, count), ends),
    )
    return Lane(days[:count], own, np.array([guaranteed or name is None for name, _ in base.keys], dtype=bool))


def _shares(base: Untreated, course: Course) -> Real:
    """(T, L) shares of today's arrears that the borrower is ready to pay."""
    schedule = np.zeros(base.setting.schedule.shape[1:])
    for stage, share in zip(base.months, course.cash, strict=True):
        if share:
            schedule[stage] += np.floor(share * np.where(base.shares, base.overdue, 0.0))
    return schedule


def _settled(base: Untreated, ends: int) -> Stages:
    """(L,) the stage from which on all of a loan is due that goes by its contract: where neither its last installment
    nor the rest of its arrears is still to come."""
    return np.maximum(base.dues.last, np.where(base.at_once, 0, ends))


def stage_of(days: tuple[dt.date, ...], as_of: dt.date, month: int) -> int:
    """The last stage that ends in the first so many months."""
    return max(bisect_right(days, add_months(as_of, month)) - 1, 0)


def ending(base: Untreated, course: Course) -> int:
    """The stage in which what is left is called and is a default."""
    return min(stage_of(base.over.days, base.case.as_of, course.ends) + 1, len(base.over.days) - 1)


@lru_cache(maxsize=512)
def month_stages(days: tuple[dt.date, ...], as_of: dt.date) -> tuple[int, ...]:
    """The last stage of each of the months of which options tell."""
    return tuple(stage_of(days, as_of, month) for month in range(1, MONTHS + 1))


def _worth_of(base: Untreated, course: Course, pursuit: float) -> Worth:
    """What a default is worth by the course of a treatment."""
    worth, rate = base.setting.worth, float(base.terms.discount_rate)
    late = worth.late if course.delay_months is None else np.array([(1 + rate) ** (-course.delay_months / 12)])
    recovery = np.minimum(worth.recovery * course.unsecured, 1.0)
    return changed(worth, late=late, pursuit=np.array([pursuit]), recovery=recovery)


def _with_penalty(made: Setting, loans: list[Loan]) -> Setting:
    """Without a plan overdue principal goes on bearing penalty: each loan bears the mean of both rates, by how much of
    its principal is overdue today."""
    parts = np.array([float(_overdue_part(loan)) for loan in loans])
    debts = made.debts
    interest = debts.interest * (1 - parts) + debts.penalty * parts
    return changed(made, debts=changed(debts, interest=interest))


def _overdue_part(loan: Loan) -> Decimal:
    whole = loan.principal + loan.overdue_principal
    return loan.overdue_principal / whole if whole else Decimal(0)
