"""What holds the installments down: the limits with a price at the optimum, each in a sentence."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from repayplan.cases.models import Case
from repayplan.compliance.replay import Replay
from repayplan.formulation.registry import limits
from repayplan.language import Message, tr
from repayplan.money import grouped, to_cents
from repayplan.planning.optimum import Optimum
from repayplan.planning.result import Binding
from repayplan.problem.terms import Terms, percent

LEAST_PRICE = 1e-6

_WHOLE: Mapping[str, Message] = {
    "term": tr("After the end of an extension nothing may be paid"),
    "charge": tr("Courts leave no higher charge than this on what was lent"),
    "npv": tr("At its original rate a loan may lose no more of its value"),
    "liquidation": tr("The plan must be worth what enforcement would bring"),
    "burden": tr("The first twelve months may take no more, or no less, of the cash they bring"),
    "waived": tr("No more may be waived"),
}
"""What limits over the whole plan say."""


def binding(plan: Replay, optimum: Optimum) -> tuple[Binding, ...]:
    """Priced limits in order of date. ``price``: by how many payment dates sooner one more unit would bring a unit.

    The price is the dual of the preference program; a limit of several loans on one date is one entry.
    """
    prices: dict[tuple[str, int], float] = defaultdict(float)
    dates = len(plan.pay_stages)
    for label, dual in zip(optimum.formulation.layout.row_labels, optimum.preferred.row_duals, strict=True):
        family = label.name.split(".")[0]
        late = plan.last is not None and label.stage > plan.last and family != "life"
        if family == "allocation" and label.stage not in plan.pay_stages:
            continue  # how debts compare is said for every stage; only a payment can be held down
        if family in limits() and family != "maturity" and not late and -dual * dates > LEAST_PRICE:
            prices[family, label.stage] += -float(dual) * dates
    return tuple(
        Binding(
            family,
            plan.days[stage] if stage >= 0 else None,
            None,
            price,
            "payment dates sooner",
            _of_futures(plan, stage) if _for_futures(plan, optimum, family, stage) else _sentence(plan, family, stage),
        )
        for (family, stage), price in sorted(prices.items(), key=lambda item: (item[0][1], item[0][0]))
    )


def _for_futures(plan: Replay, optimum: Optimum, family: str, stage: int) -> bool:
    """Whether a robust plan was held within less than what is expected, so that this is what a limit on cash says."""
    if family not in ("floors", "pledged", "guarantor"):
        return False
    held, own = optimum.formulation.frame.problem, plan.problem
    less_cash = held.cash.allowed[0, stage] < own.cash.allowed[0, stage]
    return bool(less_cash or (held.accounts.available[0, stage] < own.accounts.available[0, stage]).any())


def _of_futures(plan: Replay, stage: int) -> Message:
    return tr(
        "Up to {date} no more is scheduled: in futures that count, less has come in by then", date=plan.days[stage]
    )


def sentence(plan: Replay, family: str, stage: int) -> Message:
    """What a limit says at a stage, be it one that holds installments down or one that demands them."""
    if family == "maturity":
        return tr("By {date} the whole debt must be settled", date=plan.days[plan.pay_stages[-1]])
    if family not in limits():
        return tr("On {date} the installment must keep to the shape", date=plan.days[stage])
    return _sentence(plan, family, stage)


def _sentence(plan: Replay, family: str, stage: int) -> Message:
    """``stage`` is −1 for rows over the whole plan."""
    day = plan.days[stage]
    terms = plan.terms
    match family:
        case "floors":
            return tr(
                "Up to {date} no more can be paid: cash would fall below {floor}",
                date=day,
                floor=grouped(plan.terms.planning_floor),
            )
        case "cover":
            return tr("On {date} cash must be {ratio} times what is paid", date=day, ratio=terms.cover_minimum)
        case "maximum" | "minimum" | "interest" | "arrears" | "allocation" | "grace":
            return _dated(terms, day)[family]
        case "fixed":
            return _fixed(plan.case, day)
        case "step":
            return _stepped(terms, day)
        case "balloon":
            return tr(
                "The last three payments, to {date}, may be {share} of the debt at most",
                date=day,
                share=percent(terms.balloon or Decimal(0)),
            )
        case "reserve" | "cumulative" | "named" | "life" | "pledged" | "guarantor":
            return _paced(terms, day)[family]
        case "installments":
            return _counted(terms)
        case name if name in _WHOLE:
            return _WHOLE[name]
        case _:
            raise AssertionError(f"the limit {family} has no sentence")


def _dated(terms: Terms, day: dt.date) -> Mapping[str, Message]:
    """Sentences of limits of which the day, and an amount, say enough."""
    most, least = grouped(terms.maximum_installment or 0), grouped(terms.minimum_installment or 0)
    return {
        "maximum": tr("On {date} no more than {amount} may be paid", date=day, amount=most),
        "minimum": tr("On {date} no less than {amount} may be paid", date=day, amount=least),
        "interest": tr("By {date} interest must be paid up", date=day),
        "arrears": tr("By {date} arrears must be paid down", date=day),
        "allocation": tr("On {date} loans must share in what is paid as is laid down (policy.allocation)", date=day),
        "grace": tr("On {date} less is paid because of the grace time", date=day),
    }


def _fixed(case: Case, day: dt.date) -> Message:
    amount = sum(to_cents(payment.amount) for payment in case.policy.fixed_payments if payment.date == day)
    return tr("On {date} exactly the {amount} that is fixed must be paid", date=day, amount=grouped(amount))


def _counted(terms: Terms) -> Message:
    least = terms.minimum_installment
    if least:
        said = {"count": terms.installments, "least": grouped(least)}
        return tr("There must be {count} installments, of {least} or more each", **said)
    return tr("There must be {count} installments", count=terms.installments)


def _stepped(terms: Terms, day: dt.date) -> Message:
    said = {"date": day, "share": percent(terms.step or Decimal(0))}
    if terms.step_against == "last_year":
        return tr("On {date} the installment may differ from that of a year before by {share} at most", **said)
    return tr("On {date} the installment may differ from the one before by {share} at most", **said)


def _paced(terms: Terms, day: dt.date) -> Mapping[str, Message]:
    """Sentences of the limits on when money comes and whose it is."""
    held, years = terms.reserve, terms.average_life
    return {
        "reserve": tr(
            "What is paid up to {date} must be in reserve {count} payment dates before", date=day, count=held
        ),
        "cumulative": tr("By {date} so much of the debt must have been paid", date=day),
        "named": tr("On {date} the least amount that was named for this day is paid", date=day),
        "life": tr("On average money may be out for {years} years at most", years=years),
        "pledged": tr("By {date} all pledged proceeds that have come in are used", date=day),
        "guarantor": tr("By {date} guarantors have paid all that they can", date=day),
    }
