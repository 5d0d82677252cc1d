"""From a case and its terms to arrays."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from repayplan.calendar.dates import add_months
from repayplan.cases.models import Case
from repayplan.problem.arrays import CashArrays, DebtArrays, LimitArrays, Mask, Problem, Real
from repayplan.problem.burden import FIRST_YEAR, Burden
from repayplan.problem.cash import expected_cash, reserved
from repayplan.problem.form import FormArrays
from repayplan.problem.interest import due_dates
from repayplan.problem.legal import legal
from repayplan.problem.owed import debt_of, owed_on, rank_of
from repayplan.problem.pace import pace, refuse_impossible_pins, refuse_life_of_debt
from repayplan.problem.prospect import Prospect
from repayplan.problem.shaping import Barred, form_of, interest_dates
from repayplan.problem.sharing import FREE, FREELY, PARI_PASSU, RANK, Sharing
from repayplan.problem.stages import Stages, stages_of
from repayplan.problem.terms import Terms, payment_dates
from repayplan.problem.wishes import wishes
from repayplan.problem.worth import survivals_of, worth
from repayplan.rules.hazard import RiskLevel, hazard_table


def assemble(case: Case, terms: Terms, prospect: Prospect | None = None) -> Problem:
    """The problem of one case (N = 1).

    ``prospect``: what the case has in common with its other variants, where those are assembled too. The problem is the
    same without. InputError where the case asks for what cannot be.
    """
    prospect, stages = prospect or Prospect(case), stages_of(case.as_of, tuple(payment_dates(case, terms)))
    cover = (terms.cover_minimum, terms.cover_window, terms.cover_months, terms.counted_carry)
    dating = (terms.receipt_day, terms.cost_day)
    expected = prospect.once(
        expected_cash, prospect.case, prospect.ahead, stages, *dating, terms.planning_floor, *cover
    )
    owed = prospect.once(owed_on, case.loans, stages, terms.arrears, terms.order)
    grace = stages.by(terms.grace_until)
    short = _short(stages, expected.cash, owed.total)
    paced = pace(case, terms, stages, grace, grace | short, owed.total)
    if terms.reserve:
        expected = replace(expected, cash=reserved(terms.reserve, stages, expected.cash, grace | short))
    settled, cash = paced.settled[0], expected.cash
    barred = Barred(grace, grace | short | settled, settled, cash.payable[0] <= 0, terms.grace_interest_only)
    form = form_of(case, terms, stages, barred, expected.flows)
    due, unpaid = _due(terms, stages, barred, form), grace & (not terms.grace_interest_only)
    rank = prospect.once(rank_of, case.loans, case.policy.rank if terms.allocation == RANK else None)
    most = np.inf if terms.maximum_installment is None else float(terms.maximum_installment)
    debt, mode = prospect.once(debt_of, owed, expected, due, unpaid, most, paced.fixed, rank)
    refuse_impossible_pins(case, stages.days, owed.claims)
    refuse_life_of_debt(terms, stages.pays, unpaid, debt.current[0])
    survivals = survivals_of(terms, stages)
    wanted = (terms.discount_rate, terms.delay, terms.recovery, terms.tolerance)
    value = prospect.once(worth, case.loans, stages, debt, survivals, *wanted)
    return Problem(
        loans=(tuple(loan.id for loan in case.loans),),
        modes=(mode,),
        dates=stages.calendar,
        pays=stages.pays[None],
        cash=cash,
        cover=expected.cover,
        debt=debt,
        value=value,
        limits=_limits(terms, barred),
        pace=paced,
        form=form,
        wishes=wishes(terms),
        legal=legal(case, terms, stages.days, stages.pays, value.contract, debt.opening),
        burden=prospect.once(_burden, stages, cash, survivals, terms.max_burden, terms.hazard, terms.rating),
        accounts=expected.accounts,
        sharing=_sharing(terms, debt),
    )


def _due(terms: Terms, stages: Stages, barred: Barred, form: FormArrays) -> Mask:
    """(T,) dates on which interest is to be current: as often as the policy says, in a grace in which it alone is paid,
    and where the shape has it."""
    full_grace = barred.grace & (not terms.grace_interest_only)
    can_be, must_be = interest_dates(form, stages.pays & ~barred.settled)
    due = due_dates(stages, can_be, terms.interest_every, barred.grace & terms.grace_interest_only, barred.grace)
    return due | (must_be & ~full_grace)


def _sharing(terms: Terms, debt: DebtArrays) -> Sharing:
    """One loan shares with none. The legal order is a rank."""
    if debt.opening.shape[1] == 1 or terms.allocation == FREE:
        return FREELY
    order = tuple(np.argsort(debt.rank[0]).tolist())
    return Sharing(PARI_PASSU if terms.allocation == PARI_PASSU else RANK, order)


def _burden(
    stages: Stages,
    cash: CashArrays,
    survivals: Real,
    most: Decimal | None,
    hazard: Decimal | None,
    rating: RiskLevel | None,
) -> Burden | None:
    """What the first year may take (at ``most``), and the table of hazards by it, where either is asked for."""
    if most is None and hazard is not None:
        return None
    first = stages.by(add_months(stages.as_of, FIRST_YEAR))[None]
    net = ((cash.inflow - cash.outflow) * first).sum(axis=1)
    known = {"first": first, "cash": net, "low": np.array([np.nan]), "high": _or_nan(most)}
    if hazard is not None:
        return Burden(**known)
    buckets = hazard_table(rating).buckets
    edges = np.array([[np.inf if bucket.up_to is None else float(bucket.up_to) for bucket in buckets]])
    return Burden(**known, edges=edges, survival=survivals[None])


def _limits(terms: Terms, barred: Barred) -> LimitArrays:
    return LimitArrays(
        minimum=_or_nan(terms.minimum_installment),
        maximum=_or_nan(terms.maximum_installment),
        step=_or_nan(terms.step),
        balloon=_or_nan(terms.balloon),
        unit=np.array([terms.unit], dtype=np.int64),
        margin=np.zeros(1, dtype=np.int64),
        grace=barred.grace[None],
        exempt=barred.exempt[None],
        interest_only=np.array([terms.grace_interest_only]),
        settle_full=np.array([terms.settle == "full"]),
    )


def _short(stages: Stages, cash: CashArrays, owed: int) -> Mask:
    """(T,) stages up to which less than an even installment, the debt over the payment dates, can be spared in all.

    A first installment that is small for lack of cash must not hold down all those compared with it.
    """
    return np.asarray(cash.payable[0] * len(stages.paid) < owed)


def _or_nan(limit: int | Decimal | None) -> Real:
    value: NDArray[np.float64] = np.array([np.nan if limit is None else float(limit)])
    return value
