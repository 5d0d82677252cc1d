"""What may stand in a case and is still likely to be a mistake: ``repayplan check`` says so and goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from repayplan.calendar.dates import add_months, day_in_month
from repayplan.cases.checks import owed
from repayplan.cases.models import Case
from repayplan.cases.past import history_doubts, statement_doubts
from repayplan.cases.problems import Path, Problem
from repayplan.cases.sources import Assets, Flows, Guarantor, Milestones, Monthly, Season, Stores
from repayplan.language import Message, tr
from repayplan.money import grouped, to_cents
from repayplan.rules import defaults
from repayplan.rules.law import rule

LEAST_RATE = Decimal("0.005")
"""No bank lends to an enterprise for less; 0.0435% is what 4.35% looks like after one step too many."""

MOST_HAZARD = Decimal("0.20")
"""A month; beyond it nine borrowers in ten default within the year, and nobody plans with them."""


def doubts(case: Case) -> list[Problem]:
    """Everything in a case that a second look should be taken at, in no particular order."""
    end = case.policy.maturity or add_months(case.as_of, case.policy.months or defaults()["months"].value)
    loans = [*_loans(case), *_contract_rates(case), *_claims(case)]
    contracts = [*_multiples(case), *_unmoved(case), *_out_of_order(case)]
    if not case.cash.sources:  # only the account is asked for, not a plan
        return [*loans, *contracts, *_balance_sheets(case)]
    past = [*_balance_sheets(case), *statement_doubts(case), *history_doubts(case)]
    cash = [*_opening(case), *_needs_nothing(case)]
    receipts = [*_receipts(case, end), *_taxes(case), *_guarantors(case), *_margins(case), *_sold_collateral(case)]
    return [*loans, *contracts, *cash, *receipts, *past, *_hazard(case), *_payment_days(case), *_stepped(case)]


def _loans(case: Case) -> Iterator[Problem]:
    for number, loan in enumerate(case.loans):
        if not owed(loan):
            yield Problem(
                ("loans", number), tr("nothing is owed on this loan"), None, tr("leave it out if it is settled")
            )


def _contract_rates(case: Case) -> Iterator[Problem]:
    """Rates that look like a percentage with its point in the wrong place."""
    charge = rule("all_in_charge", case.as_of)
    for number, loan in enumerate(case.loans):
        said = (("loans", number, "rate"), tr("this contract rate is unusual"))
        remedy = tr("write a percentage such as 4.35% or a fraction such as 0.0435")
        if loan.rate < LEAST_RATE:
            yield Problem(*said, tr("at least {rate} a year", rate=_percent(LEAST_RATE)), remedy)
        if charge is not None and loan.rate > charge.most:
            limit = tr("at most {rate} a year, {clause}", rate=_percent(charge.most), clause=charge.clause)
            yield Problem(*said, limit, remedy)


def _claims(case: Case) -> Iterator[Problem]:
    for number, loan in enumerate(case.loans):
        principal = loan.principal + loan.overdue_principal
        for field in ("interest", "compound_interest", "penalty", "fees"):
            if 0 < principal < getattr(loan, field):
                yield Problem(
                    ("loans", number, field),
                    tr("this is more than the principal of the loan"),
                    tr("at most {limit}", limit=f"{principal:,.2f}"),
                    tr("check the number of zeros, and which amount belongs to which field"),
                )


def _multiples(case: Case) -> Iterator[Problem]:
    """Multiples outside what the central bank allows: a court would cut them."""
    for number, loan in enumerate(case.loans):
        for field in ("penalty_multiple", "misuse_multiple"):
            multiple, allowed = getattr(loan.contract, field), rule(field, case.as_of)
            if allowed is not None and not allowed.least <= multiple <= allowed.most:
                yield Problem(
                    ("loans", number, "contract", field),
                    tr("this multiple of the contract rate is outside the range allowed"),
                    tr("{least} to {most}, {clause}", least=allowed.least, most=allowed.most, clause=allowed.clause),
                    tr("look it up in the contract"),
                )


def _unmoved(case: Case) -> Iterator[Problem]:
    for number, loan in enumerate(case.loans):
        if loan.contract.adjustment != "none" and loan.contract.business_days == "every_day":
            yield Problem(
                ("loans", number, "contract", "adjustment"),
                tr("no day moves: banks are taken to work every day"),
                None,
                tr("write business_days: china or weekdays, or leave adjustment out"),
            )


def _out_of_order(case: Case) -> Iterator[Problem]:
    for number, loan in enumerate(case.loans):
        for index, (earlier, later) in enumerate(pairwise(loan.contract.operations), 1):
            if later.date < earlier.date:
                yield Problem(
                    ("loans", number, "contract", "operations", index, "date"),
                    tr("this operation is earlier than the one before it"),
                    tr("{date} or later", date=earlier.date),
                    tr("check the day; operations take effect in order of their days, wherever they stand"),
                )


def _opening(case: Case) -> Iterator[Problem]:
    floor = case.cash.operating_cost if case.cash.floor is None else case.cash.floor
    if case.cash.opening < floor:
        yield Problem(
            ("cash", "opening"),
            tr("cash is below what the business needs on the first day"),
            tr("at least {floor}", floor=f"{floor:,.2f}"),
            tr("check opening, floor and operating_cost; nothing can be paid until cash is above"),
        )


def _needs_nothing(case: Case) -> Iterator[Problem]:
    """Only a floor that is not written is missing: 0.00 is somebody's decision."""
    if case.cash.floor is None and not case.cash.operating_cost:
        yield Problem(
            ("cash",),
            tr("the business is taken to need no cash: neither operating_cost nor floor is given"),
            None,
            tr("write operating_cost, or floor where the sources are net of it (floor: 0 where it needs none)"),
        )


def _receipts(case: Case, end: dt.date) -> Iterator[Problem]:
    for number, source in enumerate(case.cash.sources):
        place: Path = ("cash", "sources", number)
        if isinstance(source, Milestones):
            for index, item in enumerate(source.items):
                if item.date > end:
                    yield _late((*place, "items", index, "date"), end)
        elif isinstance(source, Season | Monthly) and source.start is not None and source.start > end:
            yield _late((*place, "start"), end)
        elif isinstance(source, Monthly):
            yield from _short(source, place, end)
        elif isinstance(source, Season | Stores):
            yield from _short_sales(source, place, case.as_of, end)


def _late(place: Path, end: dt.date) -> Problem:
    return Problem(
        place,
        tr("this comes after the last day of the plan and pays nothing"),
        tr("at most {date}", date=end),
        tr("give the plan a longer term if it should count: policy.months"),
    )


def _short(source: Monthly, place: Path, end: dt.date) -> Iterator[Problem]:
    after = add_months(source.start, len(source.series))
    if len(source.series) > 1 and after <= end.replace(day=1):
        path = (*place, "amounts" if source.amounts is not None else "months")
        limit = tr("through {month}", month=f"{end:%Y-%m}")
        if all(amount <= 0 for amount in source.figures):
            what = tr(
                "these payments end before the plan does; nothing is paid from {month} on", month=f"{after:%Y-%m}"
            )
            yield Problem(path, what, limit, tr("nothing, where it ends by then; otherwise add months"))
        else:
            yield _ends(path, after, limit)


def _ends(path: Path, after: dt.date, limit: Message) -> Problem:
    what = tr("this series ends before the plan does; nothing is expected from {month} on", month=f"{after:%Y-%m}")
    return Problem(path, what, limit, tr("add the months that are missing"))


def _short_sales(source: Season | Stores, place: Path, as_of: dt.date, end: dt.date) -> Iterator[Problem]:
    """Sales that are counted for fewer months than the plan has."""
    start = source.start if isinstance(source, Season) else None
    after = add_months(start or add_months(as_of.replace(day=1), 1), source.months or 0)
    if source.months is not None and after <= end.replace(day=1):
        yield _ends((*place, "months"), after, tr("through {month}", month=f"{end:%Y-%m}"))


def _taxes(case: Case) -> Iterator[Problem]:
    for number, source in enumerate(case.cash.sources):
        if isinstance(source, Monthly | Flows) and source.category == "tax" and _brings(source):
            yield Problem(
                ("cash", "sources", number),
                tr("this tax brings cash on the whole"),
                tr("0.00 or less"),
                tr("write what is paid with a minus sign; a refund may stand as it is"),
            )


def _guarantors(case: Case) -> Iterator[Problem]:
    """A guarantor pays the bank, and never more than is owed."""
    for number, source in enumerate(case.cash.sources):
        if isinstance(source, Guarantor):
            debts = [owed(loan) for loan in case.loans if source.secures in (None, loan.id)]
            if to_cents(source.cap) > sum(debts):
                yield Problem(
                    ("cash", "sources", number, "cap"),
                    tr("this is more than is owed on what is guaranteed; the guarantor will not pay the rest"),
                    tr("at most {limit}", limit=grouped(sum(debts))),
                    tr("write what the guarantor can be called for"),
                )


def _sold_collateral(case: Case) -> Iterator[Problem]:
    """The same goods as collateral, which a default brings, and as proceeds of a sale, which the plan spends."""
    for number, loan in enumerate(case.loans):
        lots = (lot for source in case.cash.sources if isinstance(source, Assets) for lot in source.lots)
        if loan.collateral and any(lot.secures == loan.id for lot in lots):
            yield Problem(
                ("loans", number, "collateral"),
                tr("lots that secure this loan are sold in the forecast; its collateral must not hold them as well"),
                None,
                tr("leave out of the collateral what is sold there"),
            )


def _margins(case: Case) -> Iterator[Problem]:
    """Sales of which nothing is said to be spent on goods and wages."""
    for number, source in enumerate(case.cash.sources):
        stores = source.stores if isinstance(source, Stores) else ()
        own = [store.margin is not None for store in stores]
        if isinstance(source, Season | Stores) and "margin" not in source.model_fields_set and not (own and all(own)):
            yield Problem(
                ("cash", "sources", number, "margin"),
                tr("all sales count as cash: no margin is given"),
                None,
                tr("write the share of sales that stays as cash; margin: 100% where the figures are net already"),
            )


def _brings(source: Monthly | Flows) -> bool:
    return sum(map(to_cents, source.figures)) > 0


def _balance_sheets(case: Case) -> Iterator[Problem]:
    """Assets are liabilities and equity, to the last unit but for rounding to thousands."""
    for number, year in enumerate(case.statements):
        if year.total_assets is None or year.total_liabilities is None or year.equity is None:
            continue
        other_side = year.total_liabilities + year.equity
        if abs(year.total_assets - other_side) > max(abs(other_side) / 1000, Decimal(1)):
            yield Problem(
                ("statements", number, "total_assets"),
                tr("assets are not what liabilities and equity add up to"),
                tr("together {total}", total=f"{other_side:,.2f}"),
                tr("check the three figures of {year}", year=str(year.year)),
            )


def _hazard(case: Case) -> Iterator[Problem]:
    hazard = case.policy.hazard
    if isinstance(hazard, Decimal) and hazard > MOST_HAZARD:
        yield Problem(
            ("policy", "hazard"),
            tr("this probability of default is unusual for one month"),
            tr("at most {rate} a month", rate=_percent(MOST_HAZARD)),
            tr("write the probability of one month; that of a year is about twelve times as large"),
        )


def _stepped(case: Case) -> Iterator[Problem]:
    """A step holds between payment dates, and one that is left out pays nothing: from nothing no step leads on."""
    policy = case.policy
    if isinstance(policy.installments, int) and policy.step not in (None, "off"):
        yield Problem(
            ("policy", "step"),
            tr("a step compares with the payment date before: no date between two installments can then be left out"),
            None,
            tr("write policy.step: off, or leave out policy.installments"),
        )


def _payment_days(case: Case) -> Iterator[Problem]:
    """The last day of a shorter month stands for a later payment day."""
    first, day = case.policy.first_payment, case.policy.payment_day
    if first is not None and day is not None and first != day_in_month(first.year, first.month, day):
        yield Problem(
            ("policy", "first_payment"),
            tr("the first payment falls on another day of the month than the others"),
            tr("day {day} (policy.payment_day)", day=day),
            tr("give both the same day unless this is meant"),
        )


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"
