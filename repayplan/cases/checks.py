"""What the fields of a case must be to each other. Each check looks at the whole case and computes no plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import BaseModel

from repayplan.calendar.dates import add_months
from repayplan.cases.dated_payments import dated_payment_problems
from repayplan.cases.fields import MAX_MONTHS
from repayplan.cases.problems import Path, Problem, bounded, twice
from repayplan.cases.shape_checks import shape_problems
from repayplan.cases.shapes import shape_of
from repayplan.cases.source_checks import source_problems, statement_problems
from repayplan.language import tr
from repayplan.money import to_cents

if TYPE_CHECKING:
    from repayplan.cases.models import Case, Loan, Policy

MAX_INSTALLMENTS = 2_400
"""Twenty loans over ten years: a larger plan would keep a machine busy for hours, and no committee reads it."""


def problems(case: Case) -> list[Problem]:
    """Everything in a case that cannot be so, in no particular order."""
    return [
        *_loans(case),
        *_names(case),
        *source_problems(case),
        *statement_problems(case),
        *_amounts(case),
        *_dates(case.policy, case.as_of),
        *_limits(case.policy),
        *_order(case.policy),
        *_sharing(case),
        *shape_problems(case),
        *dated_payment_problems(case),
        *_size(case),
    ]


def owed(loan: Loan) -> int:
    """Everything claimed on a loan, in cents."""
    classes = (
        loan.principal,
        loan.overdue_principal,
        loan.interest,
        loan.compound_interest,
        loan.penalty,
        loan.fees,
    )
    return sum(map(to_cents, classes))


def _loans(case: Case) -> Iterator[Problem]:
    path: Path = ("loans",)
    yield from twice([(*path, number, "id") for number in range(len(case.loans))], [loan.id for loan in case.loans])
    if not sum(map(owed, case.loans)):
        yield Problem(
            path,
            tr("nothing is owed on any loan"),
            tr("0.01 or more"),
            tr("write what is owed: principal, overdue_principal, interest"),
        )


def _names(case: Case) -> Iterator[Problem]:
    sources = case.cash.sources
    places: list[Path] = [("cash", "sources", number, "name") for number in range(len(sources))]
    yield from twice(places, [source.name for source in sources])
    for place, source in zip(places, sources, strict=True):
        if source.name == "operating_cost":
            what = tr("the name {name} stands for the running cost of the enterprise", name=source.name)
            yield Problem(place, what, None, tr("give this source another name"))


def _amounts(case: Case) -> Iterator[Problem]:
    yield from bounded(("loans",), sum(map(owed, case.loans)))


def _dates(policy: Policy, as_of: dt.date) -> Iterator[Problem]:
    last = add_months(as_of, MAX_MONTHS)
    for field, date in (("first_payment", policy.first_payment), ("maturity", policy.maturity)):
        if date is not None and not as_of < date <= last:
            yield Problem(
                ("policy", field),
                tr("this day is not within the time a plan may cover"),
                tr("after {first}, at most {last}", first=as_of, last=last),
                tr("give a day within {months} months of the case's date", months=MAX_MONTHS),
                (("as_of",),),
            )
    end = policy.maturity or (None if policy.months is None else add_months(as_of, policy.months))
    if policy.first_payment is not None and end is not None and policy.first_payment > end:
        yield Problem(
            ("policy", "first_payment"),
            tr("the first payment comes after the end of the plan"),
            tr("at most {date}", date=end),
            tr("give an earlier first payment or a longer term"),
            (("as_of",), ("policy", "maturity"), ("policy", "months")),
        )


def _limits(policy: Policy) -> Iterator[Problem]:
    least, most = policy.minimum_installment, policy.maximum_installment
    amounts_rest: tuple[Path, ...] = (("policy", "maximum_installment"),)
    for field, amount in (("minimum_installment", least), ("unit", policy.unit)):
        if isinstance(amount, Decimal) and isinstance(most, Decimal) and amount > most:
            yield Problem(
                ("policy", field),
                tr("this is more than the largest installment allowed"),
                tr("at most {limit}", limit=f"{most:,.2f}"),
                tr("lower it, or raise maximum_installment"),
                amounts_rest,
            )
    cover, grace = policy.cover, policy.grace
    if isinstance(cover, BaseModel) and cover.months is not None and cover.window not in (None, "rolling"):
        yield Problem(
            ("policy", "cover", "months"),
            tr("a number of months means something only to a rolling window"),
            None,
            tr("write window: rolling, or leave months out"),
            (("policy", "cover", "window"),),
        )
    term = policy.months if policy.maturity is None else None
    if isinstance(grace, BaseModel) and term is not None and grace.months >= term:
        yield Problem(
            ("policy", "grace", "months"),
            tr("the time of reduced payments is as long as the plan"),
            tr("less than {months} months", months=term),
            tr("shorten it, or give the plan a longer term"),
            (("policy", "months"),),
        )


def _order(policy: Policy) -> Iterator[Problem]:
    """Where principal comes before interest, interest cannot be current, and principal falls faster than the debt."""
    if policy.order != "principal_first":
        return
    rest: tuple[Path, ...] = (("policy", "order"),)
    if isinstance(policy.interest_every, int):
        yield Problem(
            ("policy", "interest_every"),
            tr("payments settle principal first: interest cannot be brought current before principal is paid"),
            None,
            tr("leave interest_every out, or write order: civil_code"),
            rest,
        )
    if isinstance(policy.grace, BaseModel) and policy.grace.interest_only:
        yield Problem(
            ("policy", "grace", "interest_only"),
            tr("payments settle principal first: there is no time in which only interest is paid"),
            None,
            tr("write interest_only: false, or order: civil_code"),
            rest,
        )
    shape = None if policy.shape is None else shape_of(policy.shape).kind
    if shape in ("level_principal", "interest_only"):
        yield Problem(
            ("policy", "shape"),
            tr("payments settle principal first: the shape {shape} needs interest settled before it", shape=shape),
            None,
            tr("choose another shape, or write order: civil_code"),
            rest,
        )
    if policy.all_in_charge == "law":
        yield Problem(
            ("policy", "all_in_charge"),
            tr("payments settle principal first: what may be charged on the principal left is not planned for"),
            None,
            tr("leave all_in_charge out, or write order: civil_code"),
            rest,
        )


def _sharing(case: Case) -> Iterator[Problem]:
    """A rank names every loan once; other lenders do not lend to be paid as the bank finds best."""
    policy, names = case.policy, [loan.id for loan in case.loans]
    if policy.allocation == "rank" and sorted(policy.rank) != sorted(names):
        yield Problem(
            ("policy", "rank"),
            tr("the rank does not name every loan once"),
            tr("each of {names}", names=", ".join(names)),
            tr("list the loans in the order in which they are paid"),
            (("policy", "allocation"), ("loans",)),
        )
    if policy.rank and policy.allocation != "rank":
        yield Problem(
            ("policy", "rank"),
            tr("a rank means something only where loans are paid by rank"),
            None,
            tr("write allocation: rank, or leave rank out"),
            (("policy", "allocation"),),
        )
    foreign = [number for number, loan in enumerate(case.loans) if loan.lender is not None]
    if len(foreign) == len(names):
        yield Problem(
            ("loans",), tr("the bank itself lends nothing"), None, tr("leave lender out for the bank's loans")
        )
    elif foreign and policy.allocation not in ("rank", "pari_passu"):
        yield Problem(
            ("loans", foreign[0], "lender"),
            tr("it is not said how this lender shares in what is paid"),
            None,
            tr("write policy.allocation: rank or pari_passu; for fixed installments, a source of category lender"),
            (("policy", "allocation"),),
        )


def _size(case: Case) -> Iterator[Problem]:
    policy = case.policy
    end = policy.maturity or add_months(case.as_of, policy.months or 1)
    months = (end.year - case.as_of.year) * 12 + end.month - case.as_of.month
    installments = len(case.loans) * (months // (policy.payment_every or 1))
    if installments > MAX_INSTALLMENTS:
        yield Problem(
            ("policy", "maturity" if policy.maturity else "months"),
            tr("this plan could have {count} installments", count=f"{installments:,}"),
            tr("at most {count}", count=f"{MAX_INSTALLMENTS:,}"),
            tr("shorten the term, raise payment_every, or plan the loans in several cases"),
            (("as_of",), ("loans",), ("policy", "payment_every")),
        )
