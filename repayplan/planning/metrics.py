"""A replay in the plan's own terms: installments, cash by stage, and the handful of figures that matter."""

from __future__ import annotations

import numpy as np

from repayplan.cases.concession_checks import waived_by_bank
from repayplan.cases.models import Case
from repayplan.compliance.replay import Replay
from repayplan.compliance.worth import expected_recovery
from repayplan.money import to_cents
from repayplan.planning.forecasts import receipts
from repayplan.planning.result import CashRow, Installment, Metrics
from repayplan.planning.value import present_value

DAYS_A_YEAR = 365


def installments(plan: Replay) -> tuple[Installment, ...]:
    """Every payment as the ledger allocates it, in order of date and loan."""
    return tuple(
        Installment(
            date=entry.payment.date,
            loan=entry.payment.loan,
            payment=entry.payment.cents,
            fees=entry.allocation.fees,
            penalty=entry.allocation.penalty,
            compound=entry.allocation.compound,
            interest=entry.allocation.interest,
            principal=entry.allocation.principal,
            principal_after=entry.claim.principal,
            debt_after=entry.claim.total,
            debt_if_breached=entry.if_breached if _on_condition(plan.case, entry.payment.loan) else None,
        )
        for entry in plan.settled
    )


def cash_rows(plan: Replay) -> tuple[CashRow, ...]:
    """The borrower's cash, one row a stage."""
    cash = plan.problem.cash
    return tuple(
        CashRow(
            date=day,
            inflow=int(cash.inflow[0, stage]),
            outflow=int(cash.outflow[0, stage]),
            payment=plan.total[stage],
            closing=plan.closing[stage],
            lowest=plan.lowest[stage],
            floor=plan.terms.planning_floor,
            blocked=plan.blocked[stage] + plan.guaranteed[stage],
        )
        for stage, day in enumerate(plan.days)
    )


def metrics(plan: Replay) -> Metrics:
    """The figures of one plan; cents unless said."""
    paid = [stage for stage in plan.pay_stages if plan.total[stage]]
    own = plan.problem.debt.own[0]
    mine = [entry for entry in plan.settled if entry.payment.loan in _own(plan)]
    recovered = [int(cents) for cents in plan.paid[:, own].sum(axis=1)]
    total = sum(recovered)
    covers = {stage: _cover(plan, stage) for stage in paid}
    tightest = min(covers, key=lambda stage: covers[stage], default=None)
    headroom = [lowest - plan.terms.planning_floor for lowest in plan.lowest]
    lowest = int(np.argmin(headroom))
    life = sum(recovered[stage] * (plan.days[stage] - plan.case.as_of).days for stage in paid)
    discount = plan.problem.value.discount[0]
    return Metrics(
        debt_at_signing=int(plan.problem.debt.opening[0, own].sum()),
        capitalized=_capitalized(plan),
        waived=waived_by_bank(plan.case),
        recovered=total,
        interest_paid=total - sum(entry.allocation.principal for entry in mine),
        expected_recovery=round(expected_recovery(plan.problem, plan.paid, plan.debt, discount)),
        npv_at_eir=round(present_value(plan, plan.problem.value.contract[0])),
        unpaid=int(plan.debt[-1, own].sum()),
        first_date=plan.days[paid[0]] if paid else None,
        final_date=plan.days[paid[-1]] if paid else None,
        payments=len(paid),
        largest_payment=max(plan.total),
        min_dscr=None if tightest is None else covers[tightest],
        min_dscr_date=None if tightest is None else plan.days[tightest],
        min_headroom=headroom[lowest],
        min_headroom_date=plan.days[lowest],
        average_life_years=life / total / DAYS_A_YEAR if total else None,
        receipts_borrower=receipts(plan, "borrower"),
        receipts_bank=receipts(plan, "bank"),
        to_others=sum(plan.total) - total,
    )


def _own(plan: Replay) -> set[str]:
    """Names of the bank's own loans."""
    return {loan.id for loan in plan.case.loans if loan.lender is None}


def _capitalized(plan: Replay) -> int:
    """Fees, penalty and interest that became principal at signing; cents."""
    if plan.terms.arrears == "keep":
        return 0
    arrears = ("fees", "penalty", "compound_interest", "interest")
    return sum(
        to_cents(getattr(holder, name)) * sign
        for loan in plan.case.loans
        if loan.lender is None
        for holder, sign in ((loan, 1), (loan.waiver, -1))
        if holder is not None
        for name in arrears
    )


def _on_condition(case: Case, loan_id: str) -> bool:
    """Whether part of a loan is waived on condition, so that it has two balances."""
    return any(loan.waiver is not None and loan.waiver.conditional for loan in case.loans if loan.id == loan_id)


def _cover(plan: Replay, stage: int) -> float:
    """Cash of the window and what counts of the cash carried into it, over what is paid in it."""
    paid, cash, carried = plan.service(stage)
    return (cash + float(plan.problem.cover.carry[0]) * carried) / paid
