"""Point checks on what law and regulators set: extension, the whole charge, arrears paid down, what is waived."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from repayplan.cases.concession_checks import waived_by_bank
from repayplan.cases.models import Loan
from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import check
from repayplan.compliance.replay import Replay
from repayplan.language import tr
from repayplan.money import grouped
from repayplan.problem.legal import YEAR, arrears_day, extension_end, lent_at_signing, not_due, parameter


@check("term", tr("No loan is extended beyond what the law allows"), lambda plan: plan.terms.route == "extension")
def term(plan: Replay) -> Iterator[Finding]:
    """On the route of an extension nothing is paid on a loan after the last day to which it may be extended."""
    for number, loan in _own(plan):
        end, rule = extension_end(loan, plan.case.as_of)
        for stage in plan.pay_stages:
            paid = int(plan.paid[stage, number])
            if paid and plan.days[stage] > end:
                sentence = tr(
                    "{paid} is paid on loan {loan} on {date}; it may be extended to {end} at most",
                    paid=grouped(paid),
                    loan=loan.id,
                    date=plan.days[stage],
                    end=end,
                )
                yield Finding("term", rule.clause, "fail", sentence, plan.days[stage], loan.id, paid)


@check("arrears", tr("Arrears are paid down in time"), lambda plan: plan.terms.arrears_cleared is not None)
def arrears(plan: Replay) -> Iterator[Finding]:
    """By the last payment date before the class to be avoided no more stays overdue on a loan than may be left."""
    rule = parameter(plan.terms.arrears_cleared or "", plan.case.as_of)
    for number, loan in _own(plan):
        last = arrears_day(plan.case, loan, plan.terms)
        stages = [stage for stage in plan.pay_stages if plan.days[stage] <= last]
        if not stages:
            continue
        overdue = max(int(plan.debt[stages[-1], number]) - not_due(loan), 0)
        if overdue > plan.terms.arrears_left:
            sentence = tr(
                "After the payment of {date} {overdue} of loan {loan} is overdue; after {last} it is classed worse",
                date=plan.days[stages[-1]],
                overdue=grouped(overdue),
                loan=loan.id,
                last=last,
            )
            missing = overdue - plan.terms.arrears_left
            yield Finding("arrears", rule.clause, "fail", sentence, plan.days[stages[-1]], loan.id, missing)


@check("charge", tr("The whole charge stays within what courts leave"), lambda plan: plan.terms.all_in_charge)
def charge(plan: Replay) -> Iterator[Finding]:
    """What a loan pays beyond what was lent, past charges included, is at most the rate of law on what is left."""
    rule = parameter("all_in_charge", plan.case.as_of)
    for number, loan in _own(plan):
        charged, allowed = charges(plan, number)
        if charged > allowed:
            sentence = tr(
                "Loan {loan} is charged {charged} in all, above {share} a year, {allowed}",
                loan=loan.id,
                charged=grouped(charged),
                share=f"{float(rule.most):.0%}",
                allowed=grouped(math.floor(allowed)),
            )
            missing = math.ceil(charged - allowed)
            yield Finding("charge", rule.clause, "fail", sentence, plan.days[-1], loan.id, missing)


def _own(plan: Replay) -> Iterator[tuple[int, Loan]]:
    """The bank's own loans and their places: what other lenders may do is theirs to see to."""
    return ((number, loan) for number, loan in enumerate(plan.case.loans) if loan.lender is None)


def charges(plan: Replay, number: int) -> tuple[int, Fraction]:
    """What a loan pays beyond what was lent, and what the law allows; cents."""
    loan, start = plan.case.loans[number], plan.case.as_of
    rate = Fraction(parameter("all_in_charge", start).most)
    left = lent = lent_at_signing(loan)
    allowed = rate * lent * (start - (loan.contract.overdue_since or start)).days / YEAR
    for stage, day in enumerate(plan.days):
        allowed += rate * left * (day - start).days / YEAR
        left, start = min(left, int(plan.principal[stage, number])), day
    return int(plan.paid[:, number].sum()) - lent, allowed


@check("waived", tr("No more is waived than may be"), lambda plan: plan.terms.max_waived is not None)
def waived(plan: Replay) -> Iterator[Finding]:
    """What is given up at signing, on all loans and of every class, is at most what the committee may waive."""
    given, most = waived_by_bank(plan.case), plan.terms.max_waived or 0
    if given > most:
        sentence = tr("{given} is waived, above {most}", given=grouped(given), most=grouped(most))
        yield Finding("waived", "policy.max_waived", "fail", sentence, None, None, given - most)
