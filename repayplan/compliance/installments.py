"""Point checks on installments, over all loans together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import check
from repayplan.compliance.replay import Replay
from repayplan.language import Message, tr
from repayplan.money import grouped


@check("minimum", tr("No installment is too small"), lambda plan: plan.terms.minimum_installment is not None)
def minimum(plan: Replay) -> Iterator[Finding]:
    """Every installment before the last, once an even installment can be spared, is at least the least amount."""
    least = plan.terms.minimum_installment or 0
    for stage in _before_last(plan):
        paid = plan.total[stage]
        left_out = plan.terms.installments is not None and not paid
        if not _exempt(plan, stage) and not left_out and paid < least:
            sentence = tr(
                "The installment of {date}, {paid}, is below the least amount {least}",
                **_said(plan, stage, least=grouped(least)),
            )
            yield _failure("minimum", plan, stage, sentence, least - paid)


@check("maximum", tr("No installment is too large"), lambda plan: plan.terms.maximum_installment is not None)
def maximum(plan: Replay) -> Iterator[Finding]:
    """No installment is larger than the largest amount."""
    most = plan.terms.maximum_installment or 0
    for stage in plan.pay_stages:
        paid = plan.total[stage]
        if paid > most:
            sentence = tr(
                "The installment of {date}, {paid}, is above the largest amount {most}",
                **_said(plan, stage, most=grouped(most)),
            )
            yield _failure("maximum", plan, stage, sentence, paid - most)


@check("step", tr("Installments change gradually"), lambda plan: plan.terms.step is not None)
def step(plan: Replay) -> Iterator[Finding]:
    """Each installment lies within a share σ of the one before, or of that of a year before.

    The last may be smaller; the first after grace, or after dates that cannot spare an even installment, is free, and
    so is what is fixed.
    """
    share = Fraction(plan.terms.step or 0)
    before_last = set(_before_last(plan))
    for stage in plan.pay_stages:
        previous = int(plan.problem.pace.base[0, stage])
        if plan.last is None or stage > plan.last or previous < 0:
            continue
        paid, paid_before = plan.total[stage], plan.total[previous]
        too_high = paid - (1 + share) * paid_before
        too_low = (1 - share) * paid_before - paid if stage in before_last else 0
        if too_high > 0 or too_low > 0:
            said = _said(plan, stage, before=grouped(paid_before), share=f"{float(share):.1%}")
            sentence = tr(
                "The installment of {date}, {paid}, differs from the one before, {before}, by more than {share}", **said
            )
            if plan.problem.pace.yearly[0]:
                sentence = tr(
                    "The installment of {date}, {paid}, differs from that of a year before, {before}, "
                    "by more than {share}",
                    **said,
                )
            yield _failure("step", plan, stage, sentence, math.ceil(max(too_high, too_low)))


@check("balloon", tr("The last payments are not too large"), lambda plan: plan.terms.balloon is not None)
def balloon(plan: Replay) -> Iterator[Finding]:
    """The payments on the last payment date and the two before it are together at most β of the debt at signing.

    Of so few dates that an even schedule would break that, three may hold their even share of the debt as it would
    stand by then had nothing been paid: an even schedule is no balloon. Up to three dates hold all of it.
    """
    if plan.last is None:
        return
    dates = [stage for stage in plan.pay_stages if stage <= plan.last]
    if len(dates) <= 3:
        return
    three = dates[-3:]
    share, even = Fraction(plan.terms.balloon or 0), Fraction(3, len(dates))
    most = share * plan.opening_debt
    if even > share:
        most = even * Fraction(float(plan.problem.debt.unpaid[0, plan.last].sum()))
    paid = sum(plan.total[stage] for stage in three)
    if paid > most:
        sentence = tr(
            "The last three payments come to {paid}, above {share} of the debt, {most}",
            paid=grouped(paid),
            share=f"{float(most / plan.opening_debt):.1%}",
            most=grouped(int(most)),
        )
        yield _failure("balloon", plan, plan.last, sentence, math.ceil(paid - most))


@check("level", tr("Installments are level"), lambda plan: plan.terms.shape == "level")
def level(plan: Replay) -> Iterator[Finding]:
    """One amount, or two that differ by a unit with the smaller first; the last at most a tenth above them."""
    stages = [stage for stage in _before_last(plan) if not _exempt(plan, stage)]
    amounts = [plan.total[stage] for stage in stages]
    for stage, before, paid in zip(stages[1:], amounts, amounts[1:], strict=False):
        missed = max(before - paid, paid - amounts[0] - plan.terms.unit)
        if missed <= 0 and paid not in (amounts[0], amounts[-1]):
            missed = 1  # a third amount
        if missed > 0:
            sentence = tr(
                "The installment of {date}, {paid}, is not level with the first, {first}",
                **_said(plan, stage, first=grouped(amounts[0])),
            )
            yield _failure("level", plan, stage, sentence, missed)
    if amounts and plan.last is not None and 10 * plan.total[plan.last] > 11 * amounts[-1]:
        sentence = tr(
            "The last installment, {paid} on {date}, is more than a tenth above the others", **_said(plan, plan.last)
        )
        yield _failure(
            "level", plan, plan.last, sentence, math.ceil(plan.total[plan.last] - Fraction(11, 10) * amounts[-1])
        )


def _before_last(plan: Replay) -> list[int]:
    return [stage for stage in plan.pay_stages if plan.last is not None and stage < plan.last]


def _exempt(plan: Replay, stage: int) -> bool:
    return bool(plan.problem.limits.exempt[0, stage])


def _said(plan: Replay, stage: int, **more: str) -> dict[str, object]:
    return {"date": plan.days[stage], "paid": grouped(plan.total[stage]), **more}


def _failure(name: str, plan: Replay, stage: int, sentence: Message, amount: int) -> Finding:
    return Finding(name, "policy", "fail", sentence, plan.days[stage], None, amount)
