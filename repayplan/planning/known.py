"""Payments that were planned elsewhere, as a plan: replayed by the ledger, judged, and proved by a plan made afresh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from repayplan.cases.models import Case
from repayplan.compliance.registry import judge
from repayplan.compliance.replay import Payment, Replay, replay
from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.money import grouped
from repayplan.planning.agreeing import agreeing, waivings
from repayplan.planning.exact import ACCEPTED_COST, ledger_difference
from repayplan.planning.forecasts import forecast_findings, window_of
from repayplan.planning.metrics import cash_rows, installments, metrics
from repayplan.planning.notes import notes
from repayplan.planning.plan import plan
from repayplan.planning.result import Plan, Proof, Status
from repayplan.planning.value import planned_value
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import resolve
from repayplan.solvers.chain import DEFAULT

METHOD = "planned with a portfolio"


@dataclass(frozen=True, slots=True)
class Known:
    """``plan``: the payments as a plan. ``afresh``: the one that the planner makes of the case alone, which is the same
    where it pays the same; ``better``: what that one is worth more, cents, 0 where rounding explains the difference."""

    plan: Plan
    afresh: Plan
    better: int


def known(case: Case, payments: Sequence[Payment], *, solver: str = DEFAULT, time_limit: float | None = None) -> Known:
    """Payments as a plan of a case. It is optimal where a plan made afresh is, and is worth no more.

    InputError where a payment is on no day or loan of the case.
    """
    afresh = plan(case, solver=solver, time_limit=time_limit)
    paid = {(row.date, row.loan): row.payment for row in afresh.installments if row.payment}
    if paid == {(each.date, each.loan): each.cents for each in payments} and afresh.status in ("optimal", "feasible"):
        return Known(afresh, afresh, 0)
    result = _replayed(case, payments, afresh)
    better = afresh.metrics.expected_recovery - metrics(result).expected_recovery
    holds = afresh.status in ("optimal", "feasible")
    if not holds or better <= ACCEPTED_COST * result.opening_debt:
        better = 0
    return Known(_as_plan(result, afresh, better), afresh, better)


def _replayed(case: Case, payments: Sequence[Payment], afresh: Plan) -> Replay:
    """The payments through the ledgers; what is signed in place of amounts is what the planner would sign."""
    terms = resolve(case)
    problem = assemble(case, terms)
    days, loans = set(problem.days()), {loan.id for loan in case.loans}
    strange = [each for each in payments if each.date not in days or each.loan not in loans]
    if strange:
        first = strange[0]
        said = tr("{date}, loan {loan}, {amount}", date=first.date, loan=first.loan, amount=grouped(first.cents))
        remedy = tr("it was planned on other rules than are in force now: run the portfolio again")
        raise InputError(
            Fault(tr("this payment does not fit its case"), case.enterprise.name, str(said), remedy=remedy)
        )
    return replay(case, terms, problem, payments, afresh.rules)


def _as_plan(result: Replay, afresh: Plan, better: int) -> Plan:
    judged = judge(result)
    proof = _proof(result, afresh, better)
    status: Status = "optimal" if proof.value is not None else "feasible"
    if any(finding.result == "fail" for finding in judged):
        status, proof = "infeasible", _unproven(result, afresh, better)
    return Plan(
        case=result.case,
        terms=result.terms,
        status=status,
        proof=proof,
        installments=installments(result),
        cash=cash_rows(result),
        metrics=metrics(result),
        waived=waivings(result.case),
        binding=(),
        findings=(
            *judged,
            *agreeing(result),
            *notes(result, result.terms.unit, proof.given_up or 0),
            *forecast_findings(result.case, window_of(result)),
        ),
        rules=result.rules,
    )


def _proof(result: Replay, afresh: Plan, better: int) -> Proof:
    """The proof of the best plan holds for any that is worth as much, but for what these payments take of it."""
    best = afresh.proof
    if better or afresh.status != "optimal" or best.value is None:
        return _unproven(result, afresh, better)
    taken = round(100 * best.value - planned_value(result.problem, result.paid, result.debt))
    given_up = min(best.given_up or 0, max(taken, 0))
    return replace(
        best,
        method=METHOD,
        given_up=given_up,
        rounding_cost=taken - given_up,
        ledger_difference=ledger_difference(result),
    )


def _unproven(result: Replay, afresh: Plan, better: int) -> Proof:
    if better:
        why = tr("planned alone it would be worth {amount} more", amount=grouped(better))
    else:
        why = tr("it was planned with the portfolio; planned alone nothing more was proven")
    mode, attempts = result.problem.modes[0], afresh.proof.attempts
    return Proof(None, afresh.proof.solver, METHOD, mode, None, None, None, None, None, attempts, why)
