"""Point checks on when money comes: reserve, cumulative payments, single days, average life."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import check
from repayplan.compliance.replay import Replay
from repayplan.language import tr
from repayplan.money import grouped, to_cents

DAYS_A_YEAR = 365


@check("reserve", tr("Cash holds the coming installments in reserve"), lambda plan: plan.terms.reserve is not None)
def reserve(plan: Replay) -> Iterator[Finding]:
    """From the first installment on, cash above the floor is at least what the business pays on the next k dates."""
    starts = [stage for stage in plan.pay_stages if plan.problem.cash.reach[0, stage] > stage]
    for stage, day in enumerate(plan.days):
        if not starts or stage < starts[0]:
            continue
        ahead = [later for later in plan.pay_stages if later > stage][: plan.terms.reserve]
        wanted = sum(plan.own[later] for later in ahead)
        held = plan.lowest[stage] - plan.floor[stage]
        if wanted and held < wanted:
            sentence = tr(
                "From {date} on cash above the floor comes to {held}; the next installments want {wanted} in reserve",
                date=day,
                held=grouped(held),
                wanted=grouped(wanted),
            )
            yield Finding("reserve", "policy", "fail", sentence, day, None, wanted - held)


@check("cumulative", tr("Payments keep pace with the term"), lambda plan: plan.terms.cumulative is not None)
def cumulative(plan: Replay) -> Iterator[Finding]:
    """By each of the n payment dates after grace at least φ of the debt at signing, times its share of n, is paid."""
    grace = plan.terms.grace_until
    dates = [stage for stage in plan.pay_stages if grace is None or plan.days[stage] > grace]
    for number, stage in enumerate(dates, 1):
        wanted = Fraction(plan.terms.cumulative or 0) * plan.opening_debt * Fraction(number, len(dates))
        paid = sum(plan.total[: stage + 1])
        if paid < wanted:
            sentence = tr(
                "By {date} {paid} has been paid in all; the debt and the term want {wanted}",
                date=plan.days[stage],
                paid=grouped(paid),
                wanted=grouped(math.ceil(wanted)),
            )
            yield Finding("cumulative", "policy", "fail", sentence, plan.days[stage], None, math.ceil(wanted - paid))


@check("named", tr("On every named day enough is paid"), lambda plan: bool(plan.case.policy.named_payments))
def named(plan: Replay) -> Iterator[Finding]:
    """The payments of a named day are together at least its amount, or the least installment."""
    for payment in plan.case.policy.named_payments:
        least = plan.terms.minimum_installment or 0 if payment.amount is None else to_cents(payment.amount)
        paid = sum(entry.payment.cents for entry in plan.settled if entry.payment.date == payment.date)
        if paid < least:
            sentence = tr(
                "On {date} {paid} is paid; at least {least} was named for this day",
                date=payment.date,
                paid=grouped(paid),
                least=grouped(least),
            )
            yield Finding("named", "policy.named_payments", "fail", sentence, payment.date, None, least - paid)


@check("fixed", tr("What is fixed is paid"), lambda plan: bool(plan.case.policy.fixed_payments))
def fixed(plan: Replay) -> Iterator[Finding]:
    """On a fixed day exactly its amount is paid, on the loan it names or on all together."""
    for payment in plan.case.policy.fixed_payments:
        paid = sum(
            entry.payment.cents
            for entry in plan.settled
            if entry.payment.date == payment.date and payment.loan in (None, entry.payment.loan)
        )
        wanted = to_cents(payment.amount)
        if paid != wanted:
            sentence = tr(
                "On {date} {paid} is paid; {wanted} is fixed for this day",
                date=payment.date,
                paid=grouped(paid),
                wanted=grouped(wanted),
            )
            missed = abs(paid - wanted)
            yield Finding("fixed", "policy.fixed_payments", "fail", sentence, payment.date, payment.loan, missed)


@check("life", tr("The average life is within its limit"), lambda plan: plan.terms.average_life is not None)
def life(plan: Replay) -> Iterator[Finding]:
    """Σ (t − A) × what is paid, or the principal that is paid, is not above zero; years of 365 days."""
    of_principal = plan.terms.average_life_of == "principal"
    longest = Fraction(plan.terms.average_life or 0) * DAYS_A_YEAR
    paid = [
        (entry.payment.date, entry.allocation.principal if of_principal else entry.payment.cents)
        for entry in plan.settled
    ]
    total = sum(cents for _, cents in paid)
    excess = sum((((day - plan.case.as_of).days - longest) * cents for day, cents in paid), Fraction(0))
    if total and excess > 0:
        sentence = tr(
            "The average life is {years} years, above {most}",
            years=f"{float(excess / total + longest) / DAYS_A_YEAR:.4f}",
            most=plan.terms.average_life,
        )
        # what would have to be paid on the day of signing instead of at the longest average life
        yield Finding("life", "policy.average_life", "fail", sentence, None, None, math.ceil(excess / longest))
