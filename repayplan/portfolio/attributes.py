"""What an option is worth, costs and takes: every figure that a limit of the bank can bind, from its outcome.

Today's overdue balance falls in four columns that foot with what is left of it: cash that is expected to be paid
(payments settle what fell due first), what signing or a new day makes not yet due, what is waived, what is sold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from repayplan.cases.checks import owed
from repayplan.cases.concession_checks import WAIVABLE, waived, waived_by_bank
from repayplan.cases.models import Case, Loan
from repayplan.money import to_cents
from repayplan.planning.batch.asks import Ask, Batched
from repayplan.portfolio.lanes import OVERDUE, Treated, Untreated, overdue_of
from repayplan.portfolio.outcomes import Outcome
from repayplan.problem.frozen import Cents, Real, fixed
from repayplan.problem.original import original_factors, value_before
from repayplan.problem.stages import Places
from repayplan.problem.terms import Terms
from repayplan.rules.provision import AssetClass, ProvisionTable, place_in
from repayplan.rules.treatments import MONTHS, Course, Treatments

CENTS = 100


@dataclass(frozen=True)
class Borrower:
    """What is the same for all options of a borrower; cents, on the bank's own loans. ``days``: past due today;
    ``yearly``: the bank's discount rate."""

    case: Case
    balance: int
    overdue: int
    days: int
    yearly: float

    @classmethod
    def of(cls, case: Case, terms: Terms) -> Borrower:
        """The figures of one case."""
        own = [loan for loan in case.loans if loan.lender is None]
        overdue = sum(map(overdue_of, own))
        since = [loan.contract.overdue_since for loan in own if overdue_of(loan)]
        days = max(((case.as_of - day).days for day in since if day is not None), default=0)
        return cls(case, sum(map(owed, own)), overdue, max(days, int(overdue > 0)), float(terms.discount_rate))

    @cached_property
    def monthly(self) -> Real:
        """(MONTHS,) discount factors at the end of each month."""
        return np.asarray((1 + self.yearly) ** (-np.arange(1, MONTHS + 1) / 12))


@dataclass(frozen=True)
class Fall:
    """By how much today's overdue balance has fallen by the end of each month, (MONTHS,) cents by reason."""

    cash: Cents
    rescheduled: Cents
    written_off: Cents
    sold: Cents


@dataclass(frozen=True)
class Effort:
    """Work by month, (MONTHS,): officer ``hours``, ``visits``, ``legal`` cents; ``cost`` of all of it, and what it is
    worth today; cents."""

    hours: Real = field(repr=False)
    visits: Real = field(repr=False)
    legal: Cents = field(repr=False)
    cost: float
    worth: float


def effort(borrower: Borrower, course: Course, table: Treatments) -> Effort:
    """The work of a course and what it costs."""
    hours, visits, cents, legal = _worked(course, table.hour, table.visit)
    if course.legal_share:
        legal = legal.copy()
        legal[0] += course.legal_share * borrower.balance
    legal = np.rint(legal)
    by_month = cents + legal
    return Effort(hours, visits, legal.astype(np.int64), float(by_month.sum()), float(by_month @ borrower.monthly))


@lru_cache(maxsize=256)
def _worked(course: Course, hour: float, visit: float) -> tuple[Real, Real, Real, Real]:
    """(MONTHS,) hours, visits, cents that both cost, and legal cents but for the share of the debt."""
    hours, visits = np.array(course.hours), np.array(course.visits)
    cents = (hours * hour + visits * visit) * CENTS
    return fixed(hours), fixed(visits), fixed(cents), fixed(np.array(course.legal) * CENTS)


def no_effort() -> Effort:
    """Where nothing is known of the work."""
    nothing = np.zeros(MONTHS)
    return Effort(nothing, nothing, nothing.astype(np.int64), 0.0, 0.0)


def plan_figures(
    borrower: Borrower, asked: Ask, found: Batched, outcome: Outcome, work: Effort, provisions: ProvisionTable
) -> dict[str, Any]:
    """Attributes of a plan. Payments settle interest since signing first: the debt falls by what is left of them, and
    by that much today's overdue balance has been paid in cash. What of it the plan never pays has no new day."""
    given, revives = waived_by_bank(asked.case), _waived(asked.case, WAIVABLE, revives=True)
    of_it, back = _waived(asked.case, OVERDUE), _waived(asked.case, OVERDUE, revives=True)
    written = np.where(outcome.failed, of_it - back, of_it) if back else np.full((MONTHS, 1), of_it)
    open_, forgone = borrower.overdue - written, _forgone(asked, found)
    cash = _never_falling(np.clip(borrower.balance - given - outcome.debt, 0.0, open_))
    by_cash, given_up, left = _mean(cash), _mean(written), open_ - cash
    undated = np.maximum(open_ - (borrower.balance - given - forgone), 0)
    missing = np.where(outcome.failed, left, np.minimum(outcome.arrears + undated, left))
    rescheduled = np.maximum(borrower.overdue - by_cash - given_up - _mean(missing), 0)
    fall = Fall(by_cash, rescheduled, given_up, np.zeros(MONTHS, dtype=np.int64))
    by, unpaid = provisions.after_months - 1, never_paid(asked, found)
    better = max(provisions.place(borrower.days), provisions.restructured)
    worse = max(better, provisions.failed)
    failed = outcome.failed[by]
    owed_then = outcome.debt[by] + np.where(failed, revives, 0)
    lost = np.minimum(unpaid, owed_then)
    rate = np.where(failed, provisions.rate(worse), provisions.rate(better))
    provision = rate * (owed_then - lost) + provisions.rate(len(provisions.classes) - 1) * lost
    recovery = round(float(outcome.value.mean()) - work.worth)
    return {
        "recovery": recovery,
        "by_plan": recovery - round(float(outcome.pursued.mean())),
        "cost": round(work.cost),
        "haircut": given + forgone,
        "provision": round(float(provision.mean())),
        "npv_loss": _npv_loss(borrower.case, asked, found),
        "miss": float(outcome.missed.mean()),
        "default": float(outcome.defaulted.mean()),
        **_monthly(work, fall),
    }


def treatment_figures(
    borrower: Borrower,
    base: Untreated,
    course: Course,
    came: Sequence[tuple[Treated, Outcome]],
    work: Effort,
    provisions: ProvisionTable,
) -> dict[str, Any]:
    """Attributes of a treatment that leaves the loans with the bank: expected over what may become of the borrower."""
    arrears = [_on_arrears(borrower, treated, outcome) for treated, outcome in came]
    brought = [_brought(base, course, outcome) for _, outcome in came]
    gathered_by = [paid.mean(axis=1) for paid in arrears]
    cash_by = [
        gathered if more is None else np.minimum(paid + more, borrower.overdue).mean(axis=1)
        for paid, more, gathered in zip(arrears, brought, gathered_by, strict=True)
    ]

    def expected(values: Iterable[Real]) -> Real:
        return np.asarray(sum(treated.share * each for (treated, _), each in zip(came, values, strict=True)))

    by_cash = np.floor(expected(cash_by) + 1e-6).astype(np.int64)
    rescheduled = np.floor(course.rescheduled * (borrower.overdue - by_cash)).astype(np.int64)
    nothing = np.zeros(MONTHS, dtype=np.int64)
    gathered = np.diff(expected(gathered_by), prepend=0.0)
    fee, fee_worth = course.fee * float(gathered.sum()), course.fee * float(gathered @ borrower.monthly)
    provided = (
        _provided(borrower, treated, outcome, more, provisions).mean()
        for (treated, outcome), more in zip(came, brought, strict=True)
    )
    return {
        "recovery": round(float(expected(outcome.value.mean() for _, outcome in came)) - work.worth - fee_worth),
        "by_plan": 0,
        "cost": round(work.cost + fee),
        "haircut": 0,
        "provision": round(float(expected(provided))),
        "npv_loss": 0,
        "miss": float(expected(outcome.missed.mean() for _, outcome in came)),
        "default": float(expected(outcome.defaulted.mean() for _, outcome in came)),
        **_monthly(work, Fall(by_cash, rescheduled, nothing, nothing)),
    }


def _on_arrears(borrower: Borrower, treated: Treated, outcome: Outcome) -> Real:
    """(MONTHS, S) what has been paid on today's arrears: not what serves the contract as it falls due anew."""
    anew = treated.called[:, None] if treated.served else 0.0
    paid = np.clip(outcome.paid - anew, 0.0, borrower.overdue)
    return _never_falling(paid)


def _never_falling(values: Real) -> Real:
    """(MONTHS, S) the most so far, in place."""
    for before, now in pairwise(values):
        np.maximum(before, now, out=now)
    return values


def _provided(
    borrower: Borrower, treated: Treated, outcome: Outcome, brought: Real | None, provisions: ProvisionTable
) -> Real:
    """(S,) provision on what is left, by the age of the oldest unpaid claim: what fell due first was paid first."""
    by = provisions.after_months - 1
    due = np.concatenate([[0.0], treated.called[: by + 1]]) + borrower.overdue
    more = 0.0 if brought is None else brought[by]
    oldest = np.searchsorted(due, outcome.paid[by] + more + CENTS, side="left")
    places = _places(provisions.classes, by, borrower.days)[oldest]
    places = np.where(outcome.failed[by], np.maximum(places, provisions.failed), places)
    rates = np.array([provisions.rate(place) for place in range(len(provisions.classes))])[places]
    return np.asarray(rates * np.maximum(outcome.debt[by] - more, 0.0))


@lru_cache(maxsize=1_024)
def _places(classes: tuple[AssetClass, ...], by: int, days: int) -> Places:
    """(by + 3,) the class of a claim by the month of which its oldest unpaid part is, today's arrears being so many
    ``days`` old; the last is that of a claim of which nothing is unpaid."""
    old = np.rint((by + 1 - np.arange(by + 3)) * 365 / 12)
    old[0], old[-1] = old[0] + days, 0.0
    return fixed(np.array([place_in(classes, int(each)) for each in old]))


def sale_figures(borrower: Borrower, course: Course, work: Effort) -> dict[str, Any]:
    """Attributes of a sale of the loans: the buyer pays in the month in which it ends, the bank is rid of them."""
    own = [loan for loan in borrower.case.loans if loan.lender is None]
    secured = sum(min(to_cents(loan.collateral), owed(loan)) for loan in own)
    price = course.price_secured * secured + course.price_unsecured * (borrower.balance - secured)
    sold = np.where(np.arange(1, MONTHS + 1) >= course.ends, borrower.overdue, 0).astype(np.int64)
    nothing = np.zeros(MONTHS, dtype=np.int64)
    lost = max(borrower.balance - round(price), 0)
    return {
        "recovery": round(price * (1 + borrower.yearly) ** (-course.ends / 12) - work.worth),
        "by_plan": 0,
        "cost": round(work.cost),
        "haircut": lost,
        "provision": 0,
        "npv_loss": lost,
        "miss": 0.0,
        "default": 0.0,
        **_monthly(work, Fall(nothing, nothing, nothing, sold)),
    }


def _monthly(work: Effort, fall: Fall) -> dict[str, Any]:
    return {
        "officer_hours": work.hours.tolist(),
        "visits": work.visits.tolist(),
        "legal": work.legal.tolist(),
        "fall_cash": fall.cash.tolist(),
        "fall_rescheduled": fall.rescheduled.tolist(),
        "fall_written_off": fall.written_off.tolist(),
        "fall_sold": fall.sold.tolist(),
    }


def _mean(values: Real) -> Cents:
    """(MONTHS,) expected cents, rounded down: no column tells more than there is."""
    return np.asarray(np.floor(values.mean(axis=1) + 1e-6), dtype=np.int64)


def _brought(base: Untreated, course: Course, outcome: Outcome) -> Real | None:
    """(MONTHS, S) what pursuing a default has brought by the end of each month: collateral first, then the rest; None
    where nothing comes by then."""
    if course.delay_months is None or course.ends + course.delay_months > MONTHS:
        return None
    brought = np.zeros_like(outcome.paid)
    since, worth, debts = course.ends + course.delay_months - 1, base.setting.worth, base.setting.debts
    claim = outcome.debt[course.ends - 1]
    parts = debts.claims[0].sum(axis=1) * debts.own[0]  # each loan's part of the claim, as it is today
    each = parts[:, None] / max(parts.sum(), 1.0) * claim
    secured = np.minimum((debts.collateral[0] * worth.kept[0])[:, None] * outcome.collateral, each).sum(axis=0)
    rest = min(float(worth.recovery[0]) * course.unsecured, 1.0) * (claim - secured)
    brought[since:] = np.where(outcome.failed[since:], secured + rest, 0.0)
    return brought


def _waived(case: Case, classes: Iterable[str], *, revives: bool = False) -> int:
    """What is waived of classes of the bank's loans, or only what a breach revives; cents."""
    waivers = [loan.waiver for loan in case.loans if loan.lender is None and loan.waiver is not None]
    counted = [waiver for waiver in waivers if waiver.conditional or not revives]
    return sum(to_cents(getattr(waiver, name)) for waiver in counted for name in classes)


def never_paid(asked: Ask, found: Batched) -> int:
    """What a plan that settles as much as can be leaves of the bank's loans in the end, with its interest; cents."""
    return sum(cents for _, cents in _left(asked, found))


def _forgone(asked: Ask, found: Batched) -> int:
    """How much of today's claims it leaves: interest until the end is no claim yet; cents."""
    return sum(min(cents, owed(loan) - waived(loan)) for loan, cents in _left(asked, found))


def _left(asked: Ask, found: Batched) -> list[tuple[Loan, int]]:
    """The bank's loans and what a plan leaves of each in the end; cents."""
    if found.debt is None:
        return []
    ends = zip(asked.case.loans, found.debt[-1], strict=True)
    return [(loan, int(cents)) for loan, cents in ends if loan.lender is None]


def _npv_loss(case: Case, asked: Ask, found: Batched) -> int:
    """What the bank's loans lose by a plan, claim against scheduled payments, both at the original effective rate; a
    loan that gains makes up for none (EBA/GL/2016/07 §51)."""
    if found.payments is None:
        return 0
    factors = original_factors(asked.case, found.days, asked.problem.value.contract)[0]
    after = (factors * found.payments).sum(axis=0)
    return sum(
        max(round(value_before(case, loan, "claims") - float(worth)), 0)
        for loan, worth in zip(case.loans, after, strict=True)
        if loan.lender is None
    )
