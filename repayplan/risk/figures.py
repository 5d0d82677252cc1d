"""What a case says of its borrower, measure by measure, or what it would have to say.

A figure that is not known is never taken to be in order: it is named, with the fields that would tell it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from repayplan.cases.checks import owed
from repayplan.cases.models import Case, Loan
from repayplan.cases.past import recent
from repayplan.cases.statements import Statement
from repayplan.language import Message, tr
from repayplan.money import to_cents

ENDLESS = Decimal("Infinity")
"""A debt over earnings that there are none of."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is not known, and which fields of the case would tell it."""

    what: Message
    fields: str


@dataclass(frozen=True, slots=True)
class Figure:
    """What is known of one measure; ``said``: what its sentence tells besides, such as the year it is of.

    ``besides``: what is not known and could only make it worse, so that a figure in order would say nothing.
    """

    value: Decimal
    said: Mapping[str, Any] = field(default_factory=dict)
    besides: Unknown | None = None


Known = Figure | Unknown

YEARS = 2
"""So many years tell whether losses go on; on the last day of a year the accounts of three are recent."""


def figures(case: Case, cover: Decimal | None) -> dict[str, Known]:
    """Every measure of :data:`repayplan.rules.rating.SENSES` by its code. ``cover``: what the cash forecast is worth
    over what is owed; None where none is forecast."""
    years = sorted((year for year in case.statements if recent(year, case.as_of)), key=lambda year: -year.year)
    return {
        **_accounts(case, years),
        "revenue": _revenue(case, years),
        "days_overdue": _days_overdue(case),
        "late_payments": _late_payments(case),
        "restructured": _restructured(case),
        "cover": Unknown(tr("cash forecast"), "cash.sources") if cover is None else Figure(cover),
    }


def _accounts(case: Case, years: Sequence[Statement]) -> dict[str, Known]:
    """What the accounts of recent years say, the latest year first that says it."""
    return {
        "leverage": next(
            (Figure(debt / year.total_assets, _of(year)) for year, debt in _debts(years) if year.total_assets),
            Unknown(tr("liabilities/assets"), "statements: total_assets, total_liabilities"),
        ),
        "interest_cover": next(
            (
                Figure(year.ebitda / year.interest, _of(year))
                for year in years
                if year.ebitda is not None and year.interest
            ),
            Unknown(tr("EBITDA/interest"), "statements: ebitda, interest"),
        ),
        "debt_to_ebitda": next(
            (Figure(_over(_owed(case), year.ebitda), _of(year)) for year in years if year.ebitda is not None),
            Unknown(tr("debt/EBITDA"), "statements: ebitda"),
        ),
        "operating_cash_flow": _bad_years(
            [year.operating_cash_flow for year in years],
            Unknown(tr("operating cash flow of two years"), "statements: operating_cash_flow"),
        ),
        "losses": _bad_years(
            [year.net_profit for year in years], Unknown(tr("net profit of two years"), "statements: net_profit")
        ),
    }


def _of(year: Statement) -> dict[str, Any]:
    return {"year": str(year.year)}


def _debts(years: Sequence[Statement]) -> Iterator[tuple[Statement, Decimal]]:
    """Years with their liabilities, as stated or as assets less equity."""
    for year in years:
        if year.total_liabilities is not None:
            yield year, year.total_liabilities
        elif year.total_assets is not None and year.equity is not None:
            yield year, year.total_assets - year.equity


def _owed(case: Case) -> Decimal:
    return Decimal(sum(map(owed, case.loans))) / 100


def _over(debt: Decimal, earned: Decimal) -> Decimal:
    return debt / earned if earned > 0 else ENDLESS


def _bad_years(results: Sequence[Decimal | None], unknown: Unknown) -> Known:
    """How many of the last two years ended below nothing; one year alone is known only where it did."""
    known = [result for result in results if result is not None][:YEARS]
    bad = sum(result < 0 for result in known)
    return Figure(Decimal(bad), {"years": len(known)}) if len(known) > 1 or bad else unknown


def _revenue(case: Case, years: Sequence[Statement]) -> Known:
    """The change of revenue to the latest year from the one before it, however old that is."""
    before = {year.year: year.revenue for year in case.statements}
    for year in years:
        earlier = before.get(year.year - 1)
        if year.revenue is not None and earlier:
            said = {"year": str(year.year), "before": str(year.year - 1)}
            return Figure(year.revenue / earlier - 1, said)
    return Unknown(tr("revenue of two years"), "statements: revenue")


def _days_overdue(case: Case) -> Known:
    """Days since the oldest unpaid claim of any loan fell due."""
    days = [_days(loan, case.as_of) for loan in case.loans]
    silent = [number for number, each in enumerate(days) if each is None]
    fields = ", ".join(f"loans[{number}].contract.overdue_since" for number in silent)
    return _at_least(max, days, Unknown(tr("days past due"), fields))


def _at_least(most: Callable[[list[int]], int], of_loans: Sequence[int | None], unknown: Unknown) -> Known:
    """What is known of some loans, where nobody speaks of the others; they can only make it worse."""
    known = [each for each in of_loans if each is not None]
    if len(known) == len(of_loans):
        return Figure(Decimal(most(known)))
    return Figure(Decimal(most(known)), besides=unknown) if any(known) else unknown


def _days(loan: Loan, as_of: dt.date) -> int | None:
    since = [day for day in (loan.contract.overdue_since, _fell_due(loan)) if day is not None and day <= as_of]
    if since:
        return (as_of - min(since)).days
    unpaid = (loan.overdue_principal, loan.interest, loan.compound_interest, loan.penalty, loan.fees)
    return None if any(map(to_cents, unpaid)) else 0


def _fell_due(loan: Loan) -> dt.date | None:
    """The day on which all of a loan fell due, where principal is owed: nothing owed after that is on time."""
    return loan.contract.maturity if to_cents(loan.principal + loan.overdue_principal) else None


def _late_payments(case: Case) -> Known:
    """Late payments of all loans."""
    stated = [loan.conduct.late_payments for loan in case.loans]
    return _at_least(sum, stated, Unknown(tr("late payments of twelve months"), "loans[].conduct.late_payments"))


def _restructured(case: Case) -> Known:
    """Earlier changes of the loan with most of them; a first maturity before the present one is one."""
    unknown = Unknown(tr("earlier extensions and restructurings"), "loans[].conduct.restructured")
    return _at_least(max, [_changes(loan) for loan in case.loans], unknown)


def _changes(loan: Loan) -> int | None:
    first, last = loan.contract.first_maturity, loan.contract.maturity
    extended = 1 if first is not None and last is not None and first < last else None
    stated = loan.conduct.restructured
    return extended if stated is None else max(stated, extended or 0)
