"""Point check on how several loans share a payment."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import check
from repayplan.compliance.replay import Replay
from repayplan.language import Message, tr
from repayplan.money import grouped
from repayplan.problem.sharing import RANK


@check("allocation", tr("Loans share payments as agreed"), lambda plan: plan.problem.sharing.together)
def allocation(plan: Replay) -> Iterator[Finding]:
    """By rank: beyond interest that is due, nothing is paid on a loan while a cent is owed on one before it.

    Pari passu: each gets its part of the payment, by what is owed on each just before it, to less than a cent."""
    yield from _by_rank(plan) if plan.problem.sharing.rule == RANK else _alike(plan)


def _by_rank(plan: Replay) -> Iterator[Finding]:
    for stage in plan.pay_stages:
        owed_before = 0
        for loan in plan.problem.sharing.order:
            paid, after = int(plan.paid[stage, loan]), int(plan.debt[stage, loan])
            due = _due(plan, stage, loan)
            if owed_before and paid > due:
                sentence = tr(
                    "On {date} loan {loan} is paid {amount} more than the interest that is due, though {owed} is owed "
                    "on loans before it",
                    date=plan.days[stage],
                    loan=plan.case.loans[loan].id,
                    amount=grouped(paid - due),
                    owed=grouped(owed_before),
                )
                yield _failure(plan, stage, loan, sentence, paid - due)
            owed_before += after


def _due(plan: Replay, stage: int, loan: int) -> int:
    """Interest that has to be paid up; cents."""
    if not plan.problem.debt.current[0, stage]:
        return 0
    before = plan.principal[stage - 1, loan] if stage else plan.problem.debt.principal[0, loan]
    return int(plan.debt[stage, loan] + plan.paid[stage, loan] - before)


def _alike(plan: Replay) -> Iterator[Finding]:
    for stage in plan.pay_stages:
        total = plan.total[stage]
        claims = [int(cents) for cents in plan.debt[stage] + plan.paid[stage]]
        for loan, claim in enumerate(claims):
            paid = int(plan.paid[stage, loan])
            off_by = abs(paid - Fraction(total * claim, sum(claims) or 1))
            if off_by >= 1:
                sentence = tr(
                    "On {date} loan {loan} gets {paid} of {total}, which is not its part by what is owed on each loan",
                    date=plan.days[stage],
                    loan=plan.case.loans[loan].id,
                    paid=grouped(paid),
                    total=grouped(total),
                )
                yield _failure(plan, stage, loan, sentence, int(off_by))


def _failure(plan: Replay, stage: int, loan: int, sentence: Message, amount: int) -> Finding:
    return Finding("allocation", "policy", "fail", sentence, plan.days[stage], plan.case.loans[loan].id, amount)
