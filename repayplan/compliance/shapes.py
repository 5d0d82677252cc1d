"""Point checks on the shape of the installments: until the debt is cleared they follow it, to the unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np

from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import check
from repayplan.compliance.replay import Replay
from repayplan.language import Message, tr
from repayplan.money import grouped

A_TENTH_ABOVE = Fraction(11, 10)
"""What rounding leaves for the last installment may put it above the others by so much."""


def has(kind: str) -> Callable[[Replay], bool]:
    """Whether a plan is to have a shape; a best effort is made without any."""
    return lambda plan: plan.problem.form.kind == kind


@check("level", tr("Installments are level"), has("level"))
def level(plan: Replay) -> Iterator[Finding]:
    """One amount, or two that differ by a unit with the smaller first; the last at most a tenth above them."""
    yield from _one_amount(plan, "level", counted(plan), plan.total)
    yield from _last_of_level(plan, "level", plan.total)


@check("level_principal", tr("The principal in each installment is the same"), has("level_principal"))
def level_principal(plan: Replay) -> Iterator[Finding]:
    """One amount of principal, or two as for level, and none before them; the last at most a tenth above them."""
    parts = principal_paid(plan)
    stages = counted(plan)
    first = next((stage for stage in plan.pay_stages if plan.problem.form.counted[0, stage]), None)
    for stage in plan.pay_stages:
        if first is not None and stage < first and parts[stage]:
            yield _no_principal(plan, "level_principal", stage, parts[stage])
    yield from _one_amount(plan, "level_principal", stages, parts)
    yield from _last_of_level(plan, "level_principal", parts)


@check("interest_only", tr("Interest alone at first, then level installments"), has("interest_only"))
def interest_only(plan: Replay) -> Iterator[Finding]:
    """In the first months no principal is paid; then one amount, or two as for level."""
    parts = principal_paid(plan)
    for stage in np.flatnonzero(plan.problem.form.interest[0]).tolist():
        if parts[stage]:
            yield _no_principal(plan, "interest_only", stage, parts[stage])
    yield from _one_amount(plan, "interest_only", counted(plan), plan.total)
    yield from _last_of_level(plan, "interest_only", plan.total)


@check("level_balloon", tr("Installments are level and the last is as stated"), has("level_balloon"))
def level_balloon(plan: Replay) -> Iterator[Finding]:
    """One amount, or two as for level; the last payment is the one stated, but for what whole units leave for it."""
    yield from _one_amount(plan, "level_balloon", counted(plan), plan.total)
    if plan.last is None:
        return
    stated = int(plan.problem.form.stated[0])
    off = abs(plan.total[plan.last] - stated)
    room = left_by_units(plan, plan.last)
    if off > room:
        sentence = tr(
            "The last payment, {paid} on {date}, is not the one stated, {stated}",
            **_said(plan, plan.last, plan.total[plan.last], stated=grouped(stated)),
        )
        yield _failure("level_balloon", plan, plan.last, sentence, off - room)


@check("step_up", tr("Installments rise as agreed"), has("step_up"))
def step_up(plan: Replay) -> Iterator[Finding]:
    """Each installment is its multiple of one amount, to the unit; the last at most a tenth above that."""
    yield from _multiples(plan, "step_up")


@check("seasonal", tr("Installments follow the season"), has("seasonal"))
def seasonal(plan: Replay) -> Iterator[Finding]:
    """The same month, or peak, has the same installment, to the unit, off the peak no more than in it."""
    yield from _multiples(plan, "seasonal")
    form = plan.problem.form
    if not form.falling[0]:
        return
    peak, rest = ([stage for stage in counted(plan) if form.weight[0, number, stage]] for number in (0, 1))
    most = max((plan.total[stage] for stage in peak), default=0)
    for stage in rest if peak else []:
        if plan.total[stage] > most:
            sentence = tr(
                "The installment of {date}, {paid}, is larger than one of the peak, {peak}",
                **_said(plan, stage, plan.total[stage], peak=grouped(most)),
            )
            yield _failure("seasonal", plan, stage, sentence, plan.total[stage] - most)


def counted(plan: Replay) -> list[int]:
    """Stages before the last payment that the shape counts."""
    form = plan.problem.form
    return [stage for stage in plan.pay_stages if plan.last and stage < plan.last and form.counted[0, stage]]


def principal_paid(plan: Replay) -> list[int]:
    """(T,) principal paid over all loans."""
    before = np.concatenate([[plan.problem.debt.principal.sum()], plan.principal.sum(axis=1)])
    return [int(cents) for cents in -np.diff(before)]


def left_by_units(plan: Replay, last: int) -> int:
    """By how much payments that are each off by less than a unit move the last one, with interest; cents."""
    growth, moved = plan.problem.debt.claims.fastest[0].max(axis=1), 0.0
    for stage in range(last + 1):
        moved = moved * float(growth[stage]) + (plan.terms.unit if stage in counted(plan) else 0)
    return math.ceil(moved)


def _one_amount(plan: Replay, name: str, stages: Sequence[int], parts: Sequence[int]) -> Iterator[Finding]:
    amounts = [parts[stage] for stage in stages]
    for stage, before, paid in zip(stages[1:], amounts, amounts[1:], strict=False):
        missed = max(before - paid, paid - amounts[0] - plan.terms.unit)
        if missed <= 0 and paid not in (amounts[0], amounts[-1]):
            missed = 1  # a third amount
        if missed > 0:
            sentence = tr(
                "The installment of {date}, {paid}, is not level with the first, {first}",
                **_said(plan, stage, paid, first=grouped(amounts[0])),
            )
            yield _failure(name, plan, stage, sentence, missed)


def _last_of_level(plan: Replay, name: str, parts: Sequence[int]) -> Iterator[Finding]:
    stages = counted(plan)
    if stages and plan.last is not None:
        yield from too_large_at_last(plan, name, parts[plan.last], Fraction(parts[stages[-1]]))


def too_large_at_last(plan: Replay, name: str, paid: int, expected: Fraction) -> Iterator[Finding]:
    """A last payment more than a tenth above what the shape says."""
    most = A_TENTH_ABOVE * expected
    if plan.last is not None and paid > most:
        sentence = tr(
            "The last installment, {paid} on {date}, is more than a tenth above the others",
            **_said(plan, plan.last, paid),
        )
        yield _failure(name, plan, plan.last, sentence, math.ceil(paid - most))


def _multiples(plan: Replay, name: str) -> Iterator[Finding]:
    """The same multiple of θ is the same amount; of different ones each is its multiple of one θ, to the unit."""
    stages = counted(plan)
    for weight in plan.problem.form.weight[0].tolist():
        times = {stage: weight[stage] for stage in stages if weight[stage]}
        amounts: dict[float, int] = {}
        for stage, multiple in times.items():
            least, most = _amounts_at(multiple, amounts, plan.terms.unit)
            paid = plan.total[stage]
            missed = max(least - paid, 0 if most is None else paid - most)
            if missed > 0:
                sentence = tr(
                    "The installment of {date}, {paid}, does not follow the shape: {expected} would",
                    **_said(plan, stage, paid, expected=grouped(math.floor(least if most is None else most))),
                )
                yield _failure(name, plan, stage, sentence, math.ceil(missed))
            else:
                amounts.setdefault(multiple, paid)
        if amounts and plan.last is not None and weight[plan.last]:
            _, most = _amounts_at(weight[plan.last], amounts, plan.terms.unit)
            yield from too_large_at_last(plan, name, plan.total[plan.last], most or Fraction(0))


def _amounts_at(weight: float, amounts: Mapping[float, int], unit: int) -> tuple[Fraction, Fraction | None]:
    """The least and the most that a multiple of θ may be, given what others are; no most where there are none."""
    if weight in amounts:
        return Fraction(amounts[weight]), Fraction(amounts[weight])
    multiple, others = Fraction(weight), [(Fraction(times), cents) for times, cents in amounts.items()]
    least = max((multiple * (cents - unit) / times for times, cents in others), default=Fraction(unit))
    most = min((multiple * (cents + unit) / times for times, cents in others), default=None)
    return max(least - unit, Fraction(0)), None if most is None else most + unit


def _no_principal(plan: Replay, name: str, stage: int, cents: int) -> Finding:
    sentence = tr(
        "On {date} {paid} of principal is paid while interest alone is due",
        date=plan.days[stage],
        paid=grouped(cents),
    )
    return _failure(name, plan, stage, sentence, cents)


def _said(plan: Replay, stage: int, cents: int, **more: str) -> dict[str, object]:
    return {"date": plan.days[stage], "paid": grouped(cents), **more}


def _failure(name: str, plan: Replay, stage: int, sentence: Message, amount: int) -> Finding:
    return Finding(name, "policy", "fail", sentence, plan.days[stage], None, amount)
