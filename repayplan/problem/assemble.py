"""From a case and its terms to arrays."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from repayplan.calendar.dates import add_months, day_in_month, month_ends
from repayplan.cases.models import Case
from repayplan.debt.rates import RatePath, contract_rate
from repayplan.forecast import Flow, Window, forecast
from repayplan.forecast.apart import is_apart
from repayplan.money import to_cents
from repayplan.problem.accounts import AccountArrays, accounts
from repayplan.problem.arrays import CashArrays, CoverArrays, DebtArrays, LimitArrays, Mask, Problem, Real, ValueArrays
from repayplan.problem.burden import Burden, first_year
from repayplan.problem.claims import CLASSES, ORDERS, ClaimArrays
from repayplan.problem.form import FormArrays
from repayplan.problem.growth import Balances, Period, accruals, at_signing, class_maps, maps, one_rate
from repayplan.problem.interest import affordable, due_dates, spare_cents
from repayplan.problem.legal import legal
from repayplan.problem.pace import PaceArrays, pace, refuse_impossible_pins, refuse_life_of_debt, reserved
from repayplan.problem.shaping import Barred, form_of, interest_dates
from repayplan.problem.sharing import FREE, FREELY, PARI_PASSU, RANK, Sharing
from repayplan.problem.terms import Terms, payment_dates, rate_after_signing, settlement_dates
from repayplan.problem.wishes import wishes
from repayplan.rules.hazard import hazard_table


def assemble(case: Case, terms: Terms) -> Problem:
    """The problem of one case (N = 1)."""
    pay_dates = payment_dates(case, terms)
    end = pay_dates[-1]
    days = sorted({*pay_dates, *month_ends(case.as_of, day_in_month(end.year, end.month, 31))})
    paid_on = set(pay_dates)
    pays = np.array([day in paid_on for day in days])
    flows = forecast(case, Window(case.as_of, days[-1], terms.receipt_day, terms.cost_day), "bank")
    apart = accounts(case, days, flows)
    cash = _cash(case, terms, days, flows, apart)
    cover = _cover(terms, days, pays, cash, _service(days, flows))
    grace = np.array([terms.grace_until is not None and day <= terms.grace_until for day in days])
    owed = sum(round(at_signing(loan, terms.arrears).total) for loan in case.loans)
    short = _short(pays, cash, owed)
    paced = pace(case, terms, days, pays, grace, grace | short, owed)
    cash = replace(cash, reach=reserved(terms, pays, grace | short)[None])
    exempt = grace | short | paced.settled[0]
    barred = Barred(grace, exempt, paced.settled[0], cash.payable[0] <= 0, terms.grace_interest_only)
    form = form_of(case, terms, days, pays, barred, flows)
    periods = _settlement_periods(case, terms, days)
    debt, mode = _debt(case, terms, days, periods, pays, grace, cash, cover, paced, apart, form)
    value, burden = _value(case, terms, days, periods, debt), _burden(case, terms, days, cash)
    return Problem(
        loans=(tuple(loan.id for loan in case.loans),),
        modes=(mode,),
        dates=np.array([days], dtype="datetime64[D]"),
        pays=pays[None],
        cash=cash,
        cover=cover,
        debt=debt,
        value=value,
        limits=_limits(terms, exempt, grace),
        pace=paced,
        form=form,
        wishes=wishes(terms),
        legal=legal(case, terms, days, pays, value.contract, debt.opening),
        burden=burden,
        accounts=apart,
        sharing=_sharing(terms, debt),
    )


def _cash(case: Case, terms: Terms, days: Sequence[dt.date], flows: Sequence[Flow], apart: AccountArrays) -> CashArrays:
    inflow, outflow = np.zeros((1, len(days)), dtype=np.int64), np.zeros((1, len(days)), dtype=np.int64)
    by_day: dict[dt.date, int] = dict.fromkeys(days, 0)
    place = {day: stage for stage, day in enumerate(days)}
    for flow in flows:
        target = inflow if flow.amount > 0 else outflow
        stage = place.get(flow.date)
        target[0, bisect_left(days, flow.date) if stage is None else stage] += abs(flow.amount)
        if not is_apart(flow):
            by_day[flow.date] = by_day.get(flow.date, 0) + flow.amount
    opening = to_cents(case.cash.opening)
    return CashArrays(
        opening=np.array([opening], dtype=np.int64),
        wanted=np.array([terms.planning_floor], dtype=np.int64),
        inflow=inflow,
        outflow=outflow,
        apart=apart.total,
        trough=_trough(opening, by_day, days)[None],
        reach=np.arange(len(days))[None],
    )


def _trough(opening: int, by_day: Mapping[dt.date, int], days: Sequence[dt.date]) -> NDArray[np.int64]:
    """(T,) the least cash from each stage's end until just before the next one's, if nothing is paid."""
    lowest = np.zeros(len(days), dtype=np.int64)
    cash, stage = opening, -1
    for day in sorted(by_day):
        cash += by_day[day]
        if stage + 1 < len(days) and day == days[stage + 1]:
            stage += 1
            lowest[stage] = cash
        elif stage >= 0:
            lowest[stage] = min(lowest[stage], cash)
    return lowest


def _service(days: Sequence[dt.date], flows: Sequence[Flow]) -> Real:
    """(T,) what goes to other lenders in each stage; cents."""
    service = np.zeros(len(days))
    for flow in flows:
        if flow.category in ("senior", "lender"):
            service[bisect_left(days, flow.date)] -= flow.amount
    return service


def _cover(terms: Terms, days: Sequence[dt.date], pays: Mask, cash: CashArrays, service: Real) -> CoverArrays:
    """Windows by kind: since the payment before, the last so many months, or since the last receipt.

    What other lenders get must be covered as well: it is out of the net cash once already, and the margin comes on top.

    Since a receipt, cash counts up to the first payment date after it: what the business spends later is protected by
    the floors, and must not take back the cover of what has been paid.
    """
    start, total = np.zeros((1, len(days)), dtype=np.int64), np.zeros((1, len(days)), dtype=np.int64)
    minimum = np.nan if terms.cover_minimum is None else float(terms.cover_minimum)
    margin = np.ceil(max(np.nan_to_num(minimum) - 1, 0) * service).astype(np.int64)
    net = np.concatenate([[0], np.cumsum(cash.inflow[0] - cash.outflow[0] - margin)])
    receipts = np.flatnonzero(cash.inflow[0] > 0)
    paid = np.flatnonzero(pays)
    for number, stage in enumerate(paid.tolist()):
        if terms.cover_window == "since_receipt":
            before = receipts[receipts <= stage]
            first = int(before[-1]) if before.size else 0
        elif terms.cover_window == "rolling":
            back = add_months(days[stage], -terms.cover_months)
            first = next(index for index, day in enumerate(days) if day > back)
        else:
            first = int(paid[number - 1]) + 1 if number else 0
        counted = int(paid[paid >= first][0]) if terms.cover_window == "since_receipt" else stage
        start[0, stage] = first
        total[0, stage] = max(net[counted + 1] - net[first], 0)
    return CoverArrays(total, start, np.array([minimum]), np.array([float(terms.counted_carry)]))


def _debt(
    case: Case,
    terms: Terms,
    days: Sequence[dt.date],
    periods: Sequence[Sequence[Period]],
    pays: Mask,
    grace: Mask,
    cash: CashArrays,
    cover: CoverArrays,
    paced: PaceArrays,
    apart: AccountArrays,
    form: FormArrays,
) -> tuple[DebtArrays, str]:
    openings = [at_signing(loan, terms.arrears) for loan in case.loans]
    can_be, must_be = interest_dates(form, pays & ~paced.settled[0])
    due = due_dates(days, can_be, terms.interest_every, grace & terms.grace_interest_only, grace)
    due |= must_be & ~(grace & (not terms.grace_interest_only))
    first = int(np.flatnonzero(due)[0]) if due.any() else len(days)
    classes = [class_maps(loan, periods) for loan in case.loans]
    claims = _claims(terms.order, openings, classes)
    uniform = np.array([[one_rate(loan, claim) for loan, claim in zip(case.loans, openings, strict=True)]])
    growth, charge = (
        np.stack(columns, axis=1)
        for columns in zip(
            *(
                maps(opening, stages, pays, first, uniform=bool(same))
                for opening, stages, same in zip(openings, classes, uniform[0], strict=True)
            ),
            strict=True,
        )
    )
    refuse_impossible_pins(case, days, claims)
    most = np.inf if terms.maximum_installment is None else float(terms.maximum_installment)
    spare = spare_cents(len(case.loans), sum(map(len, periods)))
    can = affordable(due, claims, cash, cover, most, spare, paced.fixed, apart)
    mode = _mode(uniform, claims, (due & can)[None], pays, grace & (not terms.grace_interest_only))
    arrays = DebtArrays(
        opening=np.array([[round(claim.total) for claim in openings]], dtype=np.int64),
        principal=np.array([[round(claim.principal) for claim in openings]], dtype=np.int64),
        growth=growth[None],
        charge=charge[None],
        periods=np.array([[len(ending) for ending in periods]]),
        current=(due & can)[None],
        waived=(due & ~can)[None],
        uniform=uniform,
        rank=_rank(case, terms)[None],
        linear=uniform | (mode in ("A", "B")),
        own=np.array([[loan.lender is None for loan in case.loans]]),
        claims=claims,
        collateral=np.array([[to_cents(loan.collateral) for loan in case.loans]], dtype=np.int64),
    )
    refuse_life_of_debt(terms, pays, grace & (not terms.grace_interest_only), arrays.current[0])
    return arrays, mode


def _sharing(terms: Terms, debt: DebtArrays) -> Sharing:
    """One loan shares with none. The legal order is a rank."""
    if debt.opening.shape[1] == 1 or terms.allocation == FREE:
        return FREELY
    order = tuple(np.argsort(debt.rank[0]).tolist())
    return Sharing(PARI_PASSU if terms.allocation == PARI_PASSU else RANK, order)


def _claims(order: str, openings: Sequence[Balances], maps: Sequence[Real]) -> ClaimArrays:
    """The classes of every loan in the order in which the policy settles them."""
    places = list(ORDERS[order])
    return ClaimArrays(
        opening=np.array([astuple(claim) for claim in openings], dtype=float)[None][..., places],
        maps=np.stack(maps, axis=1)[None][..., places, :][..., places],
        principal=np.array([places.index(CLASSES.index("principal"))]),
    )


def _rank(case: Case, terms: Terms) -> NDArray[np.int64]:
    """(L,) which loan comes first: as the policy ranks them, or what is due first, then least secured, then the heavier
    burden (Civil Code art. 560)."""
    if terms.allocation == "rank":
        return np.array([case.policy.rank.index(loan.id) for loan in case.loans])

    def order(number: int) -> tuple[bool, Decimal, Decimal, int]:
        loan = case.loans[number]
        owed = loan.principal + loan.overdue_principal
        secured = min(loan.collateral / owed, Decimal(1)) if owed else Decimal(0)
        return loan.overdue_principal == 0, secured, -rate_after_signing(loan), number

    first = sorted(range(len(case.loans)), key=order)
    return np.argsort(np.array(first))


def _mode(uniform: Mask, claims: ClaimArrays, current: Mask, pays: Mask, full_grace: Mask) -> str:
    """A: one rate for everything. B: interest current at every payment from the first one on. Otherwise the classes are
    told apart: by rows that bound them from above where that is exact (C), by whole numbers where not (D)."""
    if current.any() and (current[0] | ~pays | full_grace).all():
        return "B"
    if uniform.all():
        return "A"
    return "C" if claims.rising[~uniform].all() else "D"


def _settlement_periods(case: Case, terms: Terms, days: Sequence[dt.date]) -> list[list[Period]]:
    """For each stage the settlement periods that end in it."""
    periods: list[list[Period]] = [[] for _ in days]
    start, place = case.as_of, {day: stage for stage, day in enumerate(days)}
    for end in settlement_dates(case, terms):
        if end <= days[-1]:
            periods[place[end] if end in place else bisect_left(days, end)].append((start, end))
            start = end
    return periods


def _value(
    case: Case, terms: Terms, days: Sequence[dt.date], periods: Sequence[Sequence[Period]], debt: DebtArrays
) -> ValueArrays:
    """Discount factors compound on settlement days as the debt does, so that equal rates cancel exactly.

    Where the hazard depends on the burden it is that of the lightest until the payments are known.
    """
    day_count = max(case.loans, key=lambda loan: loan.principal + loan.overdue_principal).day_count
    discount = _discount(periods, day_count, RatePath.fixed(Fraction(terms.discount_rate)))
    return ValueArrays(
        discount=discount,
        contract=np.stack([_discount(periods, loan.day_count, contract_rate(loan)) for loan in case.loans], axis=2),
        planning=_planning(terms, discount, debt),
        survival=_survival(case, terms, days)[None],
        recovery=np.array([float(terms.recovery)]),
        tolerance=np.array([float(terms.tolerance)]),
    )


def _survival(case: Case, terms: Terms, days: Sequence[dt.date], bucket: int = 0) -> Real:
    """(T,) probability that the borrower has not defaulted by each stage, with the hazard of a bucket of the table
    where the case states none."""
    months = _months(case.as_of, tuple(days))
    if terms.hazard is not None:
        return np.asarray((1 - float(terms.hazard)) ** np.array(months))
    table = hazard_table(terms.rating)
    return np.asarray((1 - table.buckets[bucket].monthly) ** np.array(list(map(table.even_months, months))))


def _burden(case: Case, terms: Terms, days: Sequence[dt.date], cash: CashArrays) -> Burden | None:
    """What the first year may take, and the table of hazards by it, where either is asked for."""
    if terms.max_burden is None and terms.hazard is not None:
        return None
    first = first_year(case.as_of, days)
    net = ((cash.inflow - cash.outflow) * first).sum(axis=1)
    known = {"first": first, "cash": net, "low": np.array([np.nan]), "high": _or_nan(terms.max_burden)}
    if terms.hazard is not None:
        return Burden(**known)
    buckets = hazard_table(terms.rating).buckets
    edges = np.array([[np.inf if bucket.up_to is None else float(bucket.up_to) for bucket in buckets]])
    survival = np.array([[_survival(case, terms, days, number) for number in range(len(buckets))]])
    return Burden(**known, edges=edges, survival=survival)


def _discount(periods: Sequence[Sequence[Period]], day_count: str, rate: RatePath) -> Real:
    """(1, T) discount factors at a yearly rate."""
    borne = iter(accruals(rate, day_count, tuple(period for ending in periods for period in ending)))
    factors, factor = [], 1.0
    for ending in periods:
        for _ in ending:
            factor /= 1 + next(borne)
        factors.append(factor)
    return np.array([factors])


def _planning(terms: Terms, discount: Real, debt: DebtArrays) -> Real:
    """(N, T, L) the bank's factors; where waiting is forbidden, falling as fast in every stage as each loan grows.

    Then waiting never counts as a gain. The rates alone do not say how fast: day counts differ, and unpaid interest
    may bear more than principal does.
    """
    if terms.delay == "allow":
        return np.repeat(discount[:, :, None], debt.opening.shape[1], axis=2)
    opening = debt.opening[:, None].astype(float)
    before = np.concatenate([opening, debt.unpaid[:, :-1]], axis=1)
    grown = np.divide(debt.unpaid, before, out=np.ones_like(before), where=before > 0)
    if not debt.linear.all():
        grown = np.where(debt.linear[:, None], grown, debt.claims.fastest)
    fallen = np.concatenate([np.ones_like(discount[:, :1]), discount[:, :-1]], axis=1) / discount
    return np.asarray(np.cumprod(1 / np.maximum(grown, fallen[:, :, None]), axis=1), dtype=float)


@lru_cache(maxsize=1024)
def _months(start: dt.date, days: tuple[dt.date, ...]) -> list[float]:
    """Months from a day to each of others: the same for all cases on these dates."""
    return [_months_between(start, day) for day in days]


def _months_between(start: dt.date, end: dt.date) -> float:
    """Whole months, and days as parts of the month they fall in."""
    whole = (end.year - start.year) * 12 + end.month - start.month
    return whole + (end.day - start.day) / day_in_month(end.year, end.month, 31).day


def _limits(terms: Terms, exempt: Mask, grace: Mask) -> LimitArrays:
    return LimitArrays(
        minimum=_or_nan(terms.minimum_installment),
        maximum=_or_nan(terms.maximum_installment),
        step=_or_nan(terms.step),
        balloon=_or_nan(terms.balloon),
        unit=np.array([terms.unit], dtype=np.int64),
        margin=np.zeros(1, dtype=np.int64),
        grace=grace[None],
        exempt=exempt[None],
        interest_only=np.array([terms.grace_interest_only]),
        settle_full=np.array([terms.settle == "full"]),
    )


def _short(pays: Mask, cash: CashArrays, owed: int) -> Mask:
    """(T,) stages up to which less than an even installment, the debt over the payment dates, can be spared in all.

    A first installment that is small for lack of cash must not hold down all those compared with it.
    """
    return np.asarray(cash.payable[0] * int(pays.sum()) < owed)


def _or_nan(limit: int | Decimal | None) -> Real:
    value: NDArray[np.float64] = np.array([np.nan if limit is None else float(limit)])
    return value
