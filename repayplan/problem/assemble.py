"""From a case and its terms to arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from repayplan.calendar.dates import add_months
from repayplan.cases.models import Case
from repayplan.debt.rates import RatePath, contract_rate
from repayplan.forecast import ahead_of
from repayplan.money import to_cents
from repayplan.problem.arrays import CashArrays, DebtArrays, LimitArrays, Mask, Problem, Real, ValueArrays
from repayplan.problem.burden import FIRST_YEAR, Burden
from repayplan.problem.cash import Expected, Prospect, reserved
from repayplan.problem.claims import CLASSES, ORDERS, ClaimArrays
from repayplan.problem.form import FormArrays
from repayplan.problem.frozen import fixed
from repayplan.problem.growth import Balances, at_signing, discounts, maps, one_rate, signed_maps
from repayplan.problem.interest import affordable, due_dates, spare_cents
from repayplan.problem.legal import legal
from repayplan.problem.pace import PaceArrays, pace, refuse_impossible_pins, refuse_life_of_debt
from repayplan.problem.shaping import Barred, form_of, interest_dates
from repayplan.problem.sharing import FREE, FREELY, PARI_PASSU, RANK, Sharing
from repayplan.problem.stages import Stages, stages_of
from repayplan.problem.terms import Terms, payment_dates, rate_after_signing
from repayplan.problem.wishes import wishes
from repayplan.rules.hazard import HazardTable, hazard_table


def assemble(case: Case, terms: Terms, prospect: Prospect | None = None) -> Problem:
    """The problem of one case (N = 1). ``prospect``: what it has in common with other variants of the case, where those
    are assembled too; the problem is the same without."""
    stages = stages_of(case.as_of, tuple(payment_dates(case, terms)))
    prospect = prospect or Prospect(case, ahead=ahead_of(case))
    expected = prospect.expected(terms, stages)
    openings = [at_signing(loan, terms.arrears) for loan in case.loans]
    owed = sum(round(opening.total) for opening in openings)
    pays, grace = stages.pays, stages.by(terms.grace_until)
    short = _short(pays, expected.cash, owed)
    paced = pace(case, terms, stages, grace, grace | short, owed)
    cash = reserved(terms, stages, expected.cash, grace | short)
    exempt = grace | short | paced.settled[0]
    barred = Barred(grace, exempt, paced.settled[0], cash.payable[0] <= 0, terms.grace_interest_only)
    form = form_of(case, terms, stages, barred, expected.flows)
    debt, mode = _debt(case, terms, stages, openings, grace, replace(expected, cash=cash), paced, form)
    value = _value(case, terms, stages, debt)
    return Problem(
        loans=(tuple(loan.id for loan in case.loans),),
        modes=(mode,),
        dates=stages.calendar,
        pays=pays[None],
        cash=cash,
        cover=expected.cover,
        debt=debt,
        value=value,
        limits=_limits(terms, exempt, grace),
        pace=paced,
        form=form,
        wishes=wishes(terms),
        legal=legal(case, terms, stages.days, pays, value.contract, debt.opening),
        burden=_burden(case, terms, stages, cash),
        accounts=expected.accounts,
        sharing=_sharing(terms, debt),
    )


def _debt(
    case: Case,
    terms: Terms,
    stages: Stages,
    openings: Sequence[Balances],
    grace: Mask,
    expected: Expected,
    paced: PaceArrays,
    form: FormArrays,
) -> tuple[DebtArrays, str]:
    full_grace = grace & (not terms.grace_interest_only)
    can_be, must_be = interest_dates(form, stages.pays & ~paced.settled[0])
    due = due_dates(stages, can_be, terms.interest_every, grace & terms.grace_interest_only, grace)
    due |= must_be & ~full_grace
    classes = [signed_maps(loan, stages) for loan in case.loans]
    claims = _claims(terms.order, openings, classes)
    uniform = np.array([[one_rate(loan, claim) for loan, claim in zip(case.loans, openings, strict=True)]])
    growth, charge = _growth(stages, openings, classes, uniform, due)
    refuse_impossible_pins(case, stages.days, claims)
    most = np.inf if terms.maximum_installment is None else float(terms.maximum_installment)
    spare = spare_cents(len(case.loans), len(stages.paid))
    can = affordable(due, claims, expected, most, spare, paced.fixed)
    mode = _mode(uniform, claims, (due & can)[None], stages.pays, full_grace)
    arrays = DebtArrays(
        opening=np.array([[round(claim.total) for claim in openings]], dtype=np.int64),
        principal=np.array([[round(claim.principal) for claim in openings]], dtype=np.int64),
        growth=growth,
        charge=charge,
        periods=stages.settling,
        current=(due & can)[None],
        waived=(due & ~can)[None],
        uniform=uniform,
        rank=_rank(case, terms)[None],
        linear=uniform | (mode in ("A", "B")),
        own=np.array([[loan.lender is None for loan in case.loans]]),
        claims=claims,
        collateral=np.array([[to_cents(loan.collateral) for loan in case.loans]], dtype=np.int64),
    )
    refuse_life_of_debt(terms, stages.pays, full_grace, arrays.current[0])
    return arrays, mode


def _growth(
    stages: Stages, openings: Sequence[Balances], classes: Sequence[Real], uniform: Mask, due: Mask
) -> tuple[Real, Real]:
    """(1, T, L) how each debt grows and what is charged on it, interest being current from the first ``due`` date."""
    first = int(due.argmax()) if due.any() else len(stages)
    found = [
        maps(opening, own, stages.pays, first, uniform=same)
        for opening, own, same in zip(openings, classes, uniform[0].tolist(), strict=True)
    ]
    return (
        np.stack([growth for growth, _ in found], axis=1)[None],
        np.stack([charge for _, charge in found], axis=1)[None],
    )


def _sharing(terms: Terms, debt: DebtArrays) -> Sharing:
    """One loan shares with none. The legal order is a rank."""
    if debt.opening.shape[1] == 1 or terms.allocation == FREE:
        return FREELY
    order = tuple(np.argsort(debt.rank[0]).tolist())
    return Sharing(PARI_PASSU if terms.allocation == PARI_PASSU else RANK, order)


def _claims(order: str, openings: Sequence[Balances], maps: Sequence[Real]) -> ClaimArrays:
    """The classes of every loan in the order in which the policy settles them."""
    places = list(ORDERS[order])
    opening = np.array([claim.by_class for claim in openings], dtype=float)[None]
    by_loan = np.stack(maps, axis=1)[None]
    if places != sorted(places):
        opening, by_loan = opening[..., places], by_loan[..., places, :][..., places]
    return ClaimArrays(
        opening=opening,
        maps=by_loan,
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


def _value(case: Case, terms: Terms, stages: Stages, debt: DebtArrays) -> ValueArrays:
    """Where the hazard depends on the burden it is that of the lightest until the payments are known."""
    day_count = max(case.loans, key=lambda loan: loan.principal + loan.overdue_principal).day_count
    discount = discounts(RatePath.fixed(Fraction(terms.discount_rate)), day_count, stages)[None]
    contract = [discounts(contract_rate(loan), loan.day_count, stages) for loan in case.loans]
    return ValueArrays(
        discount=discount,
        contract=np.stack(contract, axis=1)[None],
        planning=_planning(terms, discount, debt),
        survival=_survivals(terms, stages)[:1],
        recovery=np.array([float(terms.recovery)]),
        tolerance=np.array([float(terms.tolerance)]),
    )


def _survivals(terms: Terms, stages: Stages) -> Real:
    """(B, T) probability that the borrower has not defaulted by each stage: by bucket of the table, or at the hazard that
    the case states."""
    if terms.hazard is not None:
        return _at_hazard(float(terms.hazard), stages)[None]
    return _by_bucket(hazard_table(terms.rating), stages)


@lru_cache(maxsize=512)
def _at_hazard(monthly: float, stages: Stages) -> Real:
    return fixed(np.asarray((1 - monthly) ** np.array(stages.months)))


@lru_cache(maxsize=512)
def _by_bucket(table: HazardTable, stages: Stages) -> Real:
    even = np.array(list(map(table.even_months, stages.months)))
    return fixed(np.stack([(1 - bucket.monthly) ** even for bucket in table.buckets]))


def _burden(case: Case, terms: Terms, stages: Stages, cash: CashArrays) -> Burden | None:
    """What the first year may take, and the table of hazards by it, where either is asked for."""
    if terms.max_burden is None and terms.hazard is not None:
        return None
    first = stages.by(add_months(case.as_of, FIRST_YEAR))[None]
    net = ((cash.inflow - cash.outflow) * first).sum(axis=1)
    known = {"first": first, "cash": net, "low": np.array([np.nan]), "high": _or_nan(terms.max_burden)}
    if terms.hazard is not None:
        return Burden(**known)
    buckets = hazard_table(terms.rating).buckets
    edges = np.array([[np.inf if bucket.up_to is None else float(bucket.up_to) for bucket in buckets]])
    return Burden(**known, edges=edges, survival=_survivals(terms, stages)[None])


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
