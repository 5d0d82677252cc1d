"""What law, regulators and the worth of a plan ask of it, as arrays; each part is None where nothing is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from repayplan.calendar.dates import add_months
from repayplan.cases.concession_checks import waived_by_bank
from repayplan.cases.models import Case, Loan
from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.money import to_cents
from repayplan.problem.frozen import Cents, Mask, Real
from repayplan.problem.original import original_factors, value_before
from repayplan.problem.terms import Terms
from repayplan.rules.law import Rule, rule

YEAR = 365


@dataclass(frozen=True)
class Npv:
    """``factors`` (N, T, L) at the original rate; the value of each loan's payments lies from ``least`` to ``most``.

    ``before``, ``least``, ``most`` (N, L) cents, ``most`` infinite where more is no harm. ``price`` (N,): what a cent
    outside costs; NaN where no plan may be outside.
    """

    factors: Real
    before: Real
    least: Real
    most: Real
    price: Real


@dataclass(frozen=True)
class Cleared:
    """``due`` (N, T, L): the stage by which arrears are paid down, ``debt`` (N, L) cents: the most owed then."""

    due: Mask
    debt: Cents


@dataclass(frozen=True)
class Charge:
    """The most that may be paid in all: what was ``lent`` (N, L) and is still owed, what the past ``allowed`` (N, L),
    and ``rate`` (N,) a year on what is left of it over the ``years`` (T,) of each stage, (N, T) of several cases.
    Cents."""

    lent: Cents
    allowed: Real
    rate: Real
    years: Real


@dataclass(frozen=True)
class Legal:
    """``within`` (N, T, L): when a loan may be paid at all. ``liquidation`` (N,) cents that a plan must be worth.

    ``waived`` (N, 2) cents: what is given up, and the most that may be.
    """

    within: Mask | None = None
    npv: Npv | None = None
    liquidation: Real | None = None
    cleared: Cleared | None = None
    charge: Charge | None = None
    waived: Cents | None = None

    def undemanding(self) -> Legal:
        """The same without what demands money: paying nothing holds the rest."""
        return replace(self, npv=None, liquidation=None, cleared=None, waived=None)


def legal(case: Case, terms: Terms, days: Sequence[dt.date], pays: Mask, contract: Real, opening: Cents) -> Legal:
    """What the terms ask for of the bank's own loans.

    ``contract`` (N, T, L): factors at the contract rates, ``opening`` (N, L) the debt. InputError where a day of law
    comes before anything can be paid.
    """
    most = terms.max_waived
    return Legal(
        within=_within(case, days) if terms.route == "extension" else None,
        npv=_npv(case, terms, days, contract) if terms.npv_test else None,
        liquidation=_liquidation(case, terms, opening) if terms.liquidation_floor else None,
        cleared=_cleared(case, terms, days, pays) if terms.arrears_cleared else None,
        charge=_charge(case, days) if terms.all_in_charge else None,
        waived=None if most is None else np.array([[waived_by_bank(case), most]], dtype=np.int64),
    )


def parameter(name: str, on: dt.date) -> Rule:
    """A rule of law on a day; InputError before there was one."""
    found = rule(name, on)
    if found is None:
        raise InputError(
            Fault(
                tr("no rule of this name was in force on the case's date"),
                "as_of",
                f"{on}",
                tr("{name} in rules/law.toml", name=name),
                tr("switch the limit off, or check the date"),
            )
        )
    return found


def extension_end(loan: Loan, on: dt.date) -> tuple[dt.date, Rule]:
    """The last day to which a loan may be extended, extensions before included, and the rule that says so.

    ``loan.contract`` must name its start and its maturity.
    """
    start, first = loan.contract.start, loan.contract.first_maturity or loan.contract.maturity
    if start is None or first is None:
        raise ValueError("an extension needs the loan's original term")
    if first <= add_months(start, 12 * int(parameter("short_term", on).most)):
        cap, months = parameter("extension_short", on), _months(start, first)
    elif first <= add_months(start, 12 * int(parameter("medium_term", on).most)):
        cap, months = parameter("extension_medium", on), _months(start, first)
    else:
        cap, months = parameter("extension_long", on), Decimal(12)
    whole, part = divmod(cap.most * months, 1)
    end = add_months(first, int(whole))
    return end + dt.timedelta(days=int(part * (add_months(end, 1) - end).days)), cap


def arrears_day(case: Case, loan: Loan, terms: Terms) -> dt.date:
    """The last day on which a loan's arrears are not yet of the class to be avoided."""
    since = loan.contract.overdue_since or case.as_of
    return since + dt.timedelta(days=int(parameter(terms.arrears_cleared or "", case.as_of).most))


def _within(case: Case, days: Sequence[dt.date]) -> Mask:
    ends = [extension_end(loan, case.as_of)[0] if loan.lender is None else dt.date.max for loan in case.loans]
    return np.array([[[day <= end for end in ends] for day in days]])


def _npv(case: Case, terms: Terms, days: Sequence[dt.date], contract: Real) -> Npv:
    test = parameter(f"npv_{terms.npv_test}", case.as_of)
    basis = terms.npv_basis
    before = np.array([[0.0 if loan.lender else value_before(case, loan, basis) for loan in case.loans]])
    others = np.array([[loan.lender is not None for loan in case.loans]])
    unbounded = others | (terms.npv_test == "eba")
    most = np.where(unbounded, np.inf, before * (1 + float(test.most)))
    return Npv(
        factors=original_factors(case, days, contract),
        before=before,
        least=before * (1 - float(test.most)),
        most=most,
        price=np.array([np.nan if terms.npv_price is None else float(terms.npv_price)]),
    )


def _liquidation(case: Case, terms: Terms, opening: Cents) -> Real:
    """Net collateral less costs, no more than each claim, discounted over the time enforcement takes."""
    kept = 1 - float(terms.liquidation_costs)
    secured = sum(
        min(to_cents(loan.collateral) * kept, int(owed))
        for loan, owed in zip(case.loans, opening[0], strict=True)
        if loan.lender is None
    )
    later = (1 + float(terms.discount_rate)) ** (-terms.liquidation_delay / 12)
    return np.array([secured * later])


def _cleared(case: Case, terms: Terms, days: Sequence[dt.date], pays: Mask) -> Cleared:
    """By the last payment date up to the day a loan owes no more than its principal not yet due and what may be left.

    Payments settle what is overdue before principal that is not, so that is when nothing overdue is left.
    """
    due = np.zeros((1, len(days), len(case.loans)), dtype=bool)
    most = np.zeros((1, len(case.loans)), dtype=np.int64)
    faults = []
    for number, loan in enumerate(case.loans):
        last = arrears_day(case, loan, terms)
        stages = [stage for stage in np.flatnonzero(pays).tolist() if days[stage] <= last]
        most[0, number] = not_due(loan) + terms.arrears_left
        if loan.lender is not None:
            continue
        if stages:
            due[0, stages[-1], number] = True
        elif _overdue(loan) > terms.arrears_left:
            faults.append(_too_late(loan, number, last))
    if faults:
        raise InputError(faults)
    return Cleared(due, most)


def _too_late(loan: Loan, number: int, last: dt.date) -> Fault:
    return Fault(
        tr("no payment date comes before the day by which arrears are to be paid down"),
        f"loans[{number}]",
        loan.id,
        tr("{date} at the latest", date=last),
        tr("move policy.first_payment forward, or avoid the next class (policy.arrears_cleared)"),
    )


def not_due(loan: Loan) -> int:
    """Principal that falls due only later, less what of it is waived at signing; cents."""
    return to_cents(loan.principal) - (to_cents(loan.waiver.principal) if loan.waiver else 0)


def _overdue(loan: Loan) -> int:
    """Everything claimed at signing but principal not yet due; cents."""
    names = ("overdue_principal", "interest", "compound_interest", "penalty", "fees")
    given = sum(to_cents(getattr(loan.waiver, name)) for name in names) if loan.waiver else 0
    return sum(to_cents(getattr(loan, name)) for name in names) - given


def _charge(case: Case, days: Sequence[dt.date]) -> Charge:
    """Interest, penalty, compound interest and fees claimed so far are part of the charge, and the time since the
    loan is overdue counts; where that is not said, time counts from the case's date alone."""
    rate = parameter("all_in_charge", case.as_of).most
    lent = [lent_at_signing(loan) for loan in case.loans]
    past = [(case.as_of - (loan.contract.overdue_since or case.as_of)).days for loan in case.loans]
    spans = [(end - start).days for start, end in zip([case.as_of, *days], days, strict=False)]
    return Charge(
        lent=np.array([lent], dtype=np.int64),
        allowed=np.array([[float(rate) * cents * ago / YEAR for cents, ago in zip(lent, past, strict=True)]]),
        rate=np.array([float(rate)]),
        years=np.array(spans) / YEAR,
    )


def lent_at_signing(loan: Loan) -> int:
    """Principal of every kind, less what is waived of it; cents. What arrears add to it when they are capitalized is
    charged, not lent."""
    given = loan.waiver.principal + loan.waiver.overdue_principal if loan.waiver else Decimal(0)
    return to_cents(loan.principal + loan.overdue_principal - given)


def _months(start: dt.date, end: dt.date) -> Decimal:
    """Whole months, and days as parts of thirty."""
    whole = (end.year - start.year) * 12 + end.month - start.month
    if end < add_months(start, whole):
        whole -= 1
    return whole + Decimal((end - add_months(start, whole)).days) / 30
