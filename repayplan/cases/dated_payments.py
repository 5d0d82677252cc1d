"""What single payments of a policy, fixed or named by their day, must be to each other and to the rest of a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import BaseModel

from repayplan.calendar.dates import add_months
from repayplan.cases.problems import Path, Problem
from repayplan.language import tr

if TYPE_CHECKING:
    from repayplan.cases.models import Case


def dated_payment_problems(case: Case) -> Iterator[Problem]:
    """Everything that cannot be so in ``fixed_payments`` and ``named_payments``."""
    yield from _days(case)
    yield from _loans(case)
    yield from _overlaps(case)
    yield from _amounts(case)


def _days(case: Case) -> Iterator[Problem]:
    """Days that lie before the plan begins, or in a time in which nothing is paid."""
    grace = case.policy.grace
    free = add_months(case.as_of, grace.months) if isinstance(grace, BaseModel) else case.as_of
    for name in ("fixed_payments", "named_payments"):
        for number, payment in enumerate(getattr(case.policy, name)):
            place: Path = ("policy", name, number, "date")
            if payment.date <= case.as_of:
                yield Problem(
                    place,
                    tr("this payment comes before the plan is signed"),
                    tr("after {date}", date=case.as_of),
                    tr("give a later day; what has been paid is in the balances already"),
                    (("as_of",),),
                )
            elif payment.date <= free:
                yield Problem(
                    place,
                    tr("this payment falls into the time of reduced payments"),
                    tr("after {date}", date=free),
                    tr("shorten policy.grace, or give a later day"),
                    (("policy", "grace"), ("as_of",)),
                )


def _loans(case: Case) -> Iterator[Problem]:
    known = {loan.id for loan in case.loans}
    for number, payment in enumerate(case.policy.fixed_payments):
        if payment.loan is not None and payment.loan not in known:
            yield Problem(
                ("policy", "fixed_payments", number, "loan"),
                tr("the case has no loan {loan}", loan=payment.loan),
                tr("one of: {choices}", choices=", ".join(sorted(known))),
                tr("write the id of the loan that is paid, or leave it out"),
                (("loans",),),
            )


def _overlaps(case: Case) -> Iterator[Problem]:
    """Days on which two entries speak of the same money."""
    seen: dict[tuple[object, str | None], Path] = {}
    days: dict[object, Path] = {}
    entries = [
        *(
            ("fixed_payments", number, fixed.date, fixed.loan)
            for number, fixed in enumerate(case.policy.fixed_payments)
        ),
        *(("named_payments", number, named.date, None) for number, named in enumerate(case.policy.named_payments)),
    ]
    for name, number, day, loan in entries:
        place: Path = ("policy", name, number, "date")
        other = seen.get((day, loan)) or seen.get((day, None)) or (days.get(day) if loan is None else None)
        if other is not None:
            yield Problem(
                place,
                tr("what is paid on {date} is said twice", date=day),
                None,
                tr("say it once: either all loans together, or each loan by itself"),
                (other,),
            )
        seen.setdefault((day, loan), place)
        days.setdefault(day, place)


def _amounts(case: Case) -> Iterator[Problem]:
    least = case.policy.minimum_installment
    for number, payment in enumerate(case.policy.named_payments):
        if payment.amount is None and (least is None or least == "off"):
            yield Problem(
                ("policy", "named_payments", number),
                tr("nothing says how much is paid on {date} at least", date=payment.date),
                None,
                tr("give an amount, or policy.minimum_installment"),
                (("policy", "minimum_installment"),),
            )
