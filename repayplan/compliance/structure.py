"""Point checks on the debt's course: interest, grace, maturity."""

from __future__ import annotations

from collections.abc import Iterator

from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import check
from repayplan.compliance.replay import Replay
from repayplan.language import tr
from repayplan.money import grouped


@check("interest", tr("Interest is paid up where it is due"), lambda plan: bool(plan.problem.debt.current.any()))
def interest(plan: Replay) -> Iterator[Finding]:
    """After the payment on an interest date nothing is owed but principal."""
    for stage in plan.pay_stages:
        if not plan.problem.debt.current[0, stage]:
            continue
        for number, loan in enumerate(plan.case.loans):
            owed = int(plan.debt[stage, number] - plan.principal[stage, number])
            if owed:
                sentence = tr(
                    "On {date} interest of {owed} on loan {loan} stays unpaid",
                    date=plan.days[stage],
                    owed=grouped(owed),
                    loan=loan.id,
                )
                yield Finding("interest", "policy", "fail", sentence, plan.days[stage], loan.id, owed)


@check(
    "grace", tr("Nothing more than agreed is paid in the grace time"), lambda plan: plan.terms.grace_until is not None
)
def grace(plan: Replay) -> Iterator[Finding]:
    """In a full grace nothing is paid, in an interest-only grace no principal."""
    for entry in plan.settled:
        if plan.terms.grace_until is None or entry.payment.date > plan.terms.grace_until:
            continue
        wrong = entry.allocation.principal if plan.terms.grace_interest_only else entry.payment.cents
        if wrong:
            sentence = tr(
                "On {date}, in the grace time, {amount} is paid on loan {loan} that is not due",
                date=entry.payment.date,
                amount=grouped(wrong),
                loan=entry.payment.loan,
            )
            yield Finding("grace", "policy", "fail", sentence, entry.payment.date, entry.payment.loan, wrong)


@check("maturity", tr("The debt is settled within the term"), lambda plan: plan.terms.settle == "full")
def maturity(plan: Replay) -> Iterator[Finding]:
    """No cent is left on any loan after the last payment date."""
    for number, loan in enumerate(plan.case.loans):
        left = int(plan.debt[plan.pay_stages[-1], number])
        if left:
            sentence = tr(
                "{left} of loan {loan} is still owed after the last payment date {date}",
                left=grouped(left),
                loan=loan.id,
                date=plan.days[plan.pay_stages[-1]],
            )
            yield Finding("maturity", "policy", "fail", sentence, plan.days[-1], loan.id, left)
