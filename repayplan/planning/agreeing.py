"""What must be said of how a plan is agreed: its route, who signs, what is waived, what that costs in value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import chain

import numpy as np

from repayplan.calendar.dates import add_months
from repayplan.cases.concession_checks import WAIVABLE, waived
from repayplan.cases.models import Case, Loan
from repayplan.cases.sources import Guarantor
from repayplan.compliance.findings import Finding
from repayplan.compliance.replay import Replay
from repayplan.compliance.worth import value_after, value_missed
from repayplan.debt.terms import class_name
from repayplan.language import Message, listed, tr
from repayplan.money import grouped, to_cents
from repayplan.planning.rating import rating_findings
from repayplan.planning.result import Waiving
from repayplan.problem.legal import extension_end, parameter
from repayplan.problem.terms import percent, rate_after_signing
from repayplan.rules.hazard import hazard_table

NEAR = 0.01
"""A burden closer to the edge of its bucket than this is said to be on it."""

_CLASSES = {"compound_interest": "compound", "overdue_principal": "overdue"}


def agreeing(plan: Replay) -> Iterator[Finding]:
    """Findings about the agreement that a plan needs."""
    yield from chain(_route(plan), _signatures(plan), _rates(plan), _waivers(plan), _value(plan))
    yield from chain(rating_findings(plan.case, plan.terms), _burden(plan))


def waivings(case: Case) -> tuple[Waiving, ...]:
    """What is given up at signing, by loan and class."""
    return tuple(
        Waiving(loan.id, _CLASSES.get(name, name), to_cents(getattr(loan.waiver, name)), loan.waiver.conditional)
        for loan in case.loans
        if loan.waiver is not None
        for name in WAIVABLE
        if getattr(loan.waiver, name)
    )


def _route(plan: Replay) -> Iterator[Finding]:
    """What the route allows and what it leaves open."""
    case, on = plan.case, plan.case.as_of
    match plan.terms.route:
        case "extension":
            yield from chain.from_iterable(_extension(loan, on) for loan in case.loans if loan.lender is None)
        case "refinancing":
            rule = parameter("guarantor_release", on)
            sentence = tr(
                "A new loan repays the old one: guarantors and mortgagors of the old one who do not sign for the new "
                "one are released"
            )
            yield Finding("route", rule.clause, "warning", sentence)
        case "settlement":
            sentence = tr(
                "Settled in court, the schedule binds only as the court records it, and can be enforced from then on"
            )
            yield Finding("route", "policy.route", "note", sentence)
        case "forbearance":
            sentence = tr(
                "No contract is changed: arrears stay overdue, the contract's penalty runs on beside this plan, "
                "and so does the time of guarantees"
            )
            yield Finding("route", parameter("guarantee_period", on).clause, "warning", sentence)


def _extension(loan: Loan, on: dt.date) -> Iterator[Finding]:
    end, rule = extension_end(loan, on)
    sentence = tr("Loan {loan} may be extended to {date} at most, earlier extensions included", loan=loan.id, date=end)
    yield Finding("route", rule.clause, "note", sentence, end, loan.id)
    last = loan.contract.maturity
    if last is not None and last < on:
        sentence = tr(
            "Loan {loan} ended on {date}: an extension is asked for before the end, after it take another route",
            loan=loan.id,
            date=last,
        )
        yield Finding("route", rule.clause, "warning", sentence, last, loan.id)


def _signatures(plan: Replay) -> Iterator[Finding]:
    """Who must sign beside the borrower where the contract is changed."""
    case, on = plan.case, plan.case.as_of
    if plan.terms.route not in ("extension", "restructuring", "settlement"):
        return
    guarantors = [source.name for source in case.cash.sources if isinstance(source, Guarantor)]
    if guarantors:
        sentence = tr(
            "{names} must agree in writing: without it a guarantee covers nothing that is made heavier and lasts no "
            "longer than before",
            names=listed(guarantors),
        )
        yield Finding("guarantors", parameter("guarantor_consent", on).clause, "warning", sentence)
    for loan in case.loans:
        end = loan.contract.maturity
        if guarantors and end is not None:
            months = int(parameter("guarantee_period", on).most)
            last = add_months(end, months)
            sentence = tr(
                "Where nothing else is agreed, the guarantee of loan {loan} must be claimed by {date}",
                loan=loan.id,
                date=last,
            )
            clause = parameter("guarantee_period", on).clause
            ends_first = last < plan.days[-1]
            yield Finding("guarantors", clause, "warning" if ends_first else "note", sentence, last, loan.id)
    secured = [loan.id for loan in case.loans if loan.collateral]
    if secured and plan.terms.route == "extension":
        sentence = tr("Mortgagors and pledgors of {loans} must agree in writing as well", loans=listed(secured))
        yield Finding("guarantors", parameter("extension_short", on).clause, "note", sentence)


def _rates(plan: Replay) -> Iterator[Finding]:
    """What each loan bears from now on where that is not the contract rate, and what it would bear on a breach."""
    for loan in plan.case.loans:
        signed = rate_after_signing(loan)
        if signed != loan.rate:
            names = {"loan": loan.id, "rate": percent(signed), "before": percent(loan.rate)}
            cut = tr("Loan {loan} bears {rate} once signed; its contract says {before}", **names)
            frozen = tr("Loan {loan} bears no interest once signed; its contract says {before}", **names)
            sentence = cut if signed else frozen
            yield Finding("rate", "loans.rate_after_signing", "note", sentence, None, loan.id)
        for step in loan.rate_steps_after_signing:
            said = {"date": step.date, "loan": loan.id, "rate": percent(step.rate)}
            sentence = tr("From {date} on loan {loan} bears {rate} where it has been paid on time", **said)
            yield Finding("rate", "loans.rate_steps_after_signing", "note", sentence, step.date, loan.id)
        if loan.rate_on_breach is not None:
            sentence = tr("On a breach loan {loan} bears {rate}", loan=loan.id, rate=percent(loan.rate_on_breach))
            yield Finding("rate", "loans.rate_on_breach", "note", sentence, None, loan.id)


def _waivers(plan: Replay) -> Iterator[Finding]:
    for loan in plan.case.loans:
        total = waived(loan)
        if loan.waiver is None or not total:
            continue
        said = {"loan": loan.id, "amount": grouped(total), "classes": listed(_classes(loan))}
        if loan.waiver.conditional:
            sentence = tr(
                "{amount} of loan {loan} is waived on condition ({classes}): final with the last payment, owed again "
                "on breach",
                **said,
            )
        else:
            sentence = tr("{amount} of loan {loan} is waived at signing ({classes})", **said)
        yield Finding("waiver", "loans.waiver", "warning", sentence, None, loan.id, total)


def _classes(loan: Loan) -> list[Message]:
    return [
        tr("{what} {amount}", what=class_name(_CLASSES.get(name, name)), amount=grouped(to_cents(amount)))
        for name in WAIVABLE
        if (amount := getattr(loan.waiver, name))
    ]


def _value(plan: Replay) -> Iterator[Finding]:
    """NPV before and after at the original rate, what of it is lost, and what a missed test costs."""
    tested = plan.problem.legal.npv
    if tested is None:
        return
    rule = parameter(f"npv_{plan.terms.npv_test}", plan.case.as_of)
    after, missed = value_after(plan.problem, plan.paid), value_missed(plan.problem, plan.paid)
    basis = tr("claims due now") if plan.terms.npv_basis == "claims" else tr("what the contract has still to bring")
    for number, loan in enumerate(plan.case.loans):
        before = float(tested.before[0, number])
        if not before or loan.lender is not None:
            continue
        sentence = tr(
            "Loan {loan} at its original rate: {before} before ({basis}), {after} by the plan, {change}",
            loan=loan.id,
            before=grouped(round(before)),
            basis=basis,
            after=grouped(round(float(after[number]))),
            change=f"{float(after[number]) / before - 1:+.2%}",
        )
        change = round(float(after[number]) - before)
        yield Finding("value", rule.clause, "note", sentence, None, loan.id, change)
        if missed[number] and plan.terms.npv_price is not None:
            sentence = tr(
                "Loan {loan} misses the test of its value by {missed}; that was counted as a cost, not forbidden",
                loan=loan.id,
                missed=grouped(round(float(missed[number]))),
            )
            yield Finding("value", rule.clause, "warning", sentence, None, loan.id, round(float(missed[number])))


def _burden(plan: Replay) -> Iterator[Finding]:
    """The hazard that was taken and, close below an edge, what a little more would change."""
    burden = plan.problem.burden
    if burden is None or burden.edges is None:
        return
    table, bucket, share = hazard_table(plan.terms.rating), burden.bucket(plan.total), burden.of(plan.total)
    said = {"share": f"{share:.1%}", "hazard": f"{table.buckets[bucket].monthly:.2%}"}
    even = tr(
        "The first twelve months pay {share} of the cash they bring: a default is taken to have a chance of {hazard} a "
        "month",
        **said,
    )
    uneven = tr(
        "The first twelve months pay {share} of the cash they bring: a default is taken to have a chance of {hazard} a "
        "month on average of the first year, by the course of the table",
        **said,
    )
    yield Finding("hazard", table.clause, "note", uneven if table.course else even)
    edge = float(burden.edges[0, bucket])
    below = float(burden.edges[0, bucket - 1]) if bucket else -np.inf
    near = edge if edge - share <= NEAR else below if share - below <= NEAR else None
    if near is not None and np.isfinite(near):
        number = bucket if near == edge else bucket - 1
        sentence = tr(
            "This is on the edge of a bucket, {edge}: below it a chance of {below} a month is taken, above it {above}",
            edge=f"{near:.1%}",
            below=f"{table.buckets[number].monthly:.2%}",
            above=f"{table.buckets[number + 1].monthly:.2%}",
        )
        yield Finding("hazard", table.clause, "warning", sentence)
