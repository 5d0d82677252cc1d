"""What must be said beside a plan: what was let off, what the forecast lacks, what waiting would seem to gain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np

from repayplan.cases.agreements import Agreement
from repayplan.cases.models import Case, Loan
from repayplan.compliance.findings import Finding
from repayplan.compliance.replay import Replay
from repayplan.language import Message, listed, plural, tr
from repayplan.money import grouped
from repayplan.problem.terms import Terms, percent, rate_after_signing

MOST_DATES = 6
"""More dates than this are told by their number, the first and the last."""

IDLE = Fraction(1, 10)
"""Share of the debt from which on idle cash is worth a word."""


def notes(plan: Replay, unit: int, given_up: int) -> Iterator[Finding]:
    """Findings about one plan that are not limits; ``unit`` of its amounts and value ``given_up``, both cents."""
    yield from _not_in_the_plan(plan.case)
    yield from _waived_interest(plan)
    yield from _unfunded(plan)
    yield from _idle(plan)
    yield from _short_forecast(plan)
    yield from _preference(plan, given_up)
    yield from _amounts(plan)
    yield from _exempt_dates(plan)
    if unit != plan.terms.unit:
        yield Finding(
            "unit",
            "policy.unit",
            "warning",
            tr(
                "Amounts are in units of {used}: with units of {wished} a limit would break or too much be lost",
                wished=grouped(plan.terms.unit),
                used=grouped(unit),
            ),
        )


def waiting_note(case: Case, terms: Terms, trapped: Sequence[int], gain: int) -> Finding:
    """Where waiting would pay on the loans at places ``trapped``: what it would seem to bring, in cents."""
    named = [_bears(case.loans[number]) for number in trapped]
    sentence = tr(
        "Waiting would seem to bring {amount} and is not counted: {loans}, money is valued at {discount}",
        amount=grouped(gain),
        loans=listed(named),
        discount=percent(terms.discount_rate),
    )
    return Finding("delay", "policy.delay", "note", sentence, amount=gain)


def _bears(loan: Loan) -> Message:
    """What a loan bears, and what its unpaid interest does where that is more."""
    rate, compound = rate_after_signing(loan), loan.compound_rate
    if compound is None or compound <= rate:
        return tr("{loan} bears {rate}", loan=loan.id, rate=percent(rate))
    said = {"loan": loan.id, "rate": percent(rate), "compound": percent(compound)}
    return tr("{loan} bears {rate} (its unpaid interest {compound})", **said)


def delay_warning(chosen: dt.date | None, sooner: dt.date | None, difference: int) -> Finding:
    """Where delay is allowed: the earliest plan beside the chosen one, and what waiting is said to be worth (cents)."""
    sentence = tr(
        "Waiting is counted as a gain: this plan ends on {late}, the earliest on {soon}, worth {amount} less",
        late=chosen,
        soon=sooner,
        amount=grouped(difference),
    )
    return Finding("delay", "policy.delay", "warning", sentence, amount=difference)


_UNPLANNED: Mapping[str, Message] = {
    "charges": tr("claims known beforehand"),
    "operations": tr("operations since the case's date"),
    "misused_principal": tr("the rates on misused principal"),
    "capitalize_on": tr("days on which interest becomes principal"),
    "order": tr("its rules of settlement"),
}
"""Parts of a contract that its account counts and a plan does not; what else it says ends where a plan is signed."""


def _not_in_the_plan(case: Case) -> Iterator[Finding]:
    """What a contract says or has seen that the figures of a plan leave out."""
    silent = Agreement()
    for loan in case.loans:
        for field, what in _UNPLANNED.items():
            if getattr(loan.contract, field) != getattr(silent, field):
                yield Finding(
                    "contract",
                    f"loans.contract.{field}",
                    "note",
                    tr("Loan {loan}: {what} are in the account of the loan, not in this plan", loan=loan.id, what=what),
                    loan=loan.id,
                )


def _exempt_dates(plan: Replay) -> Iterator[Finding]:
    """Payment dates, outside a grace time, on which limits on the size of installments do not count."""
    terms = plan.terms
    shaped = not plan.problem.form.is_free and not plan.problem.form.streams
    sized = terms.step is not None or terms.minimum_installment is not None or shaped
    limits = plan.problem.limits
    dates = [stage for stage in plan.pay_stages if limits.exempt[0, stage] and not limits.grace[0, stage]]
    if sized and dates:
        sentence = tr(
            "Up to {date} less than an even installment can be spared: step, least amount and shape count after it",
            date=plan.days[dates[-1]],
        )
        yield Finding("exempt", "policy", "warning", sentence, plan.days[dates[-1]])


_PREFERENCES: Mapping[str, Message] = {
    "earliest": tr("paid as early as possible"),
    "smoothest": tr("installments as even as possible"),
    "fewest": tr("as few different amounts as possible"),
}


def _amounts(plan: Replay) -> Iterator[Finding]:
    """How many different amounts there are, where they should be few."""
    if plan.terms.prefer != "fewest" or plan.last is None:
        return
    left_out = plan.problem.limits.grace[0] | plan.problem.pace.settled[0]
    dates = [stage for stage in plan.pay_stages if stage < plan.last and not left_out[stage]]
    different = {plan.total[stage] for stage in dates if plan.total[stage]}
    one = tr("All installments are of one amount, but for the last")
    several = tr("Installments are of {count} different amounts, besides the last", count=len(different))
    yield Finding("amounts", "policy.prefer", "note", plural(one, several, len(different)))


def _preference(plan: Replay, given_up: int) -> Iterator[Finding]:
    """What the preference costs, in money, where it costs a unit or more."""
    if given_up >= plan.terms.unit:
        yield Finding(
            "tolerance",
            "policy.tolerance",
            "note",
            tr(
                "The preference ({words}) gives up {amount} of present value; {share} of it may be given up",
                words=_PREFERENCES[plan.terms.prefer],
                amount=grouped(given_up),
                share=percent(plan.terms.tolerance),
            ),
            amount=given_up,
        )


def _waived_interest(plan: Replay) -> Iterator[Finding]:
    stages = np.flatnonzero(plan.problem.debt.waived[0]).tolist()
    if stages:
        days = [plan.days[stage] for stage in stages]
        sentence = tr(
            "Interest need not be paid up on {dates}: the cash forecast up to then does not suffice for it",
            dates=listed(days)
            if len(days) <= MOST_DATES
            else tr("{count} dates from {first} to {last}", **_ends(days)),
        )
        yield Finding("interest", "policy.interest_every", "warning", sentence, days[0])


def _ends(days: Sequence[dt.date]) -> dict[str, object]:
    return {"count": len(days), "first": days[0], "last": days[-1]}


def _idle(plan: Replay) -> Iterator[Finding]:
    """Cash that no floor needs, now or later, and that other limits keep from paying the debt while there is one."""
    if plan.last is None:
        return
    spare = np.minimum.accumulate((np.array(plan.lowest) - plan.floor)[::-1])[::-1]
    idle = {
        stage: min(int(spare[stage]), int(plan.debt[stage].sum())) for stage in plan.pay_stages if stage < plan.last
    }
    most = max(idle, key=lambda stage: idle[stage], default=None)
    if most is not None and idle[most] >= IDLE * plan.opening_debt:
        yield Finding(
            "idle",
            "policy",
            "note",
            tr(
                "On {date} {amount} could be paid beyond the installment and every floor still be held; "
                "limits other than cash hold it back",
                date=plan.days[most],
                amount=grouped(idle[most]),
            ),
            plan.days[most],
            amount=idle[most],
        )


def _unfunded(plan: Replay) -> Iterator[Finding]:
    """The deepest point of each spell in which cash without any payment is below the floor."""
    missing = plan.problem.cash.unfunded[0]
    spells = np.split(np.arange(len(missing)), np.flatnonzero(np.diff(missing > 0)) + 1)
    for spell in spells:
        worst = int(spell[np.argmax(missing[spell])])
        if missing[worst]:
            yield Finding(
                "unfunded",
                "policy",
                "warning",
                tr(
                    "Unfunded need: from {first} to {last} the business lacks up to {amount} without any payment; "
                    "nothing is paid before it is over",
                    first=plan.days[spell[0]],
                    last=plan.days[spell[-1]],
                    amount=grouped(int(missing[worst])),
                ),
                plan.days[worst],
                amount=int(missing[worst]),
            )


def _short_forecast(plan: Replay) -> Iterator[Finding]:
    """A forecast that ends long before the term does."""
    inflow = np.flatnonzero(plan.problem.cash.inflow[0])
    last = plan.days[int(inflow[-1])] if inflow.size else plan.case.as_of
    if (plan.days[-1] - last).days > 31 and plan.unpaid:
        yield Finding(
            "forecast",
            "cash.sources",
            "warning",
            tr("No cash is forecast after {last}, but the term runs to {end}", last=last, end=plan.days[-1]),
            last,
        )
