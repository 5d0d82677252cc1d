"""The main use case: from a case to a plan that is proved, exact to the cent and confirmed by the ledger."""

from __future__ import annotations

import math
from dataclasses import replace

from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.compliance.registry import judge
from repayplan.compliance.replay import replay
from repayplan.errors import SolverError
from repayplan.formulation.registry import limits
from repayplan.formulation.shaping import shapes
from repayplan.language import Message, tr
from repayplan.planning.agreeing import agreeing, waivings
from repayplan.planning.binding import binding
from repayplan.planning.clashes import clashes
from repayplan.planning.exact import Exact, make_exact, without_payments
from repayplan.planning.fewest import fewest
from repayplan.planning.forecasts import forecast_findings, window_of
from repayplan.planning.metrics import cash_rows, installments, metrics
from repayplan.planning.notes import delay_warning, notes, waiting_note
from repayplan.planning.optimum import Optimum, best_first, impossible, optimize
from repayplan.planning.result import NO_PLAN, Plan, Proof, Status
from repayplan.planning.waiting import most_by_waiting, trapped
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import Terms, resolve
from repayplan.solvers.chain import DEFAULT, Chain
from repayplan.solvers.result import CERTIFIED


def plan(case: Case, *, solver: str = DEFAULT, time_limit: float | None = None) -> Plan:
    """The best plan of ``case`` under its policy.

    ``solver`` is asked first, others where it fails. ``time_limit`` (seconds) is for all solves together: a plan for
    which it does not suffice is ``feasible`` with a gap, or ``failed`` where none was found by then. Where no plan
    holds every limit the status is ``infeasible`` and the installments are the best effort: the most that can be paid
    without breaking a cash limit. The same with status ``failed`` where only whole cents stand in the way.
    InputError where the case cannot be planned as it is written, or there is no such solver.
    """
    return plan_by(case, Chain(solver, time_limit))


def plan_by(case: Case, chain: Chain) -> Plan:
    """The same by a chain of solvers, whose clock may be shared with more than this plan."""
    terms = resolve(case)
    problem = assemble(case, terms)
    try:
        found = best_first(problem, chain)
    except SolverError:
        if chain.out_of_time:
            return _nothing(case, terms, problem, chain, "failed")
        if not chain.unfinished:
            raise
        best = _best_effort(case, terms, problem, "failed", chain)
        return replace(best, findings=(_too_large(), *best.findings))
    if not found:
        return _best_effort(case, terms, problem, "infeasible" if impossible(problem, chain) else "failed", chain)
    chosen = ((kept, _fewest(terms, optimum, chain)) for kept, optimum in found)
    tried = ((optimum, make_exact(case, terms, kept, optimum, chain=chain)) for kept, optimum in chosen)
    optimum, exact = next((pair for pair in tried if pair[1] is not None), (found[0][1], None))
    if exact is None:  # there is a plan, but none was found whose whole cents hold every limit: that proves nothing
        return _best_effort(case, terms, problem, "failed", chain)
    status: Status = "optimal" if optimum.status == "optimal" else "feasible"
    best = finish(case, terms, problem, optimum, exact, status, chain)
    if terms.delay == "allow":
        return _beside_the_earliest(best, chain)
    return _beside_waiting(best, exact.replay.problem, chain)


def _fewest(terms: Terms, optimum: Optimum, chain: Chain) -> Optimum:
    return fewest(optimum, chain) if terms.prefer == "fewest" else optimum


def _nothing(case: Case, terms: Terms, problem: Problem, chain: Chain, status: Status) -> Plan:
    """What is left to say where there is not even a best effort, as where time was up before: nothing is paid."""
    result = replay(case, terms, problem, [])
    said: list[Finding] = []
    if chain.out_of_time and chain.time_limit is not None:
        sentence = tr(
            "No plan was found within {seconds} seconds: allow more, or set no limit of time",
            seconds=f"{chain.time_limit:g}",
        )
        said = [Finding("time", "--time-limit", "fail", sentence)]
    return Plan(
        case=case,
        terms=terms,
        status=status,
        proof=Proof(None, chain.name, NO_PLAN, problem.modes[0], None, None, None, None, None, chain.attempts),
        installments=(),
        cash=cash_rows(result),
        metrics=metrics(result),
        waived=waivings(case),
        binding=(),
        findings=(*said, *judge(result), *forecast_findings(case, window_of(result))),
    )


def _too_large() -> Finding:
    """No plan is known, and none is excluded."""
    sentence = tr(
        "The search over whole numbers grew too large before it found a plan: fewer payment dates make it smaller"
    )
    return Finding("time", "", "warning", sentence)


def _best_effort(case: Case, terms: Terms, problem: Problem, status: Status, chain: Chain) -> Plan:
    """The most that can be paid where not everything that is demanded can be."""
    try:
        return _undemanding(case, terms, problem, status, chain)
    except SolverError:
        if not chain.unfinished:
            raise
        return _nothing(case, terms, problem, chain, status)


def _undemanding(case: Case, terms: Terms, problem: Problem, status: Status, chain: Chain) -> Plan:
    demands = {*shapes(), *(name for name, family in limits().items() if family.at_least)}
    undemanding = problem.undemanding()
    optimum = optimize(undemanding, chain)
    exact = None if optimum is None else make_exact(case, terms, undemanding, optimum, demands, chain)
    if optimum is not None and exact is None:
        # cents that are shared by a rule, or whole cents of interest, may leave no amount that holds every limit
        exact = without_payments(case, terms, undemanding, optimum, demands)
    if optimum is None or exact is None:
        best = _nothing(case, terms, problem, chain, status)
    else:
        best = finish(case, terms, problem, optimum, exact, status, chain)
    # the demand that could not be met may be the engine's own: that there be a last payment of at least a unit
    broken = any(finding.result == "fail" for finding in best.findings)
    if not broken:
        return replace(best, status="feasible", proof=replace(best.proof, gap=None))
    if status == "infeasible":
        return replace(best, findings=(*clashes(case, terms, problem), *best.findings))
    return best


def finish(
    case: Case, terms: Terms, problem: Problem, optimum: Optimum, exact: Exact, status: Status, chain: Chain
) -> Plan:
    """Everything that follows from payments in whole cents, with what was proved of them."""
    result = replace(exact.replay, problem=problem.as_paid(exact.replay.total))
    return Plan(
        case=case,
        terms=terms,
        status=status,
        proof=_proof(optimum, exact, chain),
        installments=installments(result),
        cash=cash_rows(result),
        metrics=metrics(result),
        waived=waivings(case),
        binding=binding(result, optimum),
        findings=(
            *judge(result),
            *agreeing(result),
            *notes(result, exact.unit, round(optimum.value - optimum.kept)),
            *forecast_findings(case, window_of(result)),
        ),
        rules=exact.replay.rules,
    )


def _beside_the_earliest(chosen: Plan, chain: Chain) -> Plan:
    """Where waiting counts as a gain, the plan that does not wait is shown beside it, with the difference in money."""
    policy = chosen.case.policy.model_copy(update={"delay": "forbid"})
    sooner = plan_by(chosen.case.model_copy(update={"policy": policy}), chain)
    if sooner.installments == chosen.installments:
        return chosen
    if sooner.status == "failed":
        sentence = tr("The earliest plan, which would stand beside this one, was not found")
        return replace(chosen, findings=(*chosen.findings, Finding("delay", "policy.delay", "warning", sentence)))
    gain = chosen.metrics.expected_recovery - sooner.metrics.expected_recovery
    warning = delay_warning(chosen.metrics.final_date, sooner.metrics.final_date, gain)
    return replace(chosen, findings=(*chosen.findings, warning))


def _beside_waiting(chosen: Plan, problem: Problem, chain: Chain) -> Plan:
    """Where waiting would pay and does not count, what it would seem to bring is said in money."""
    loans = trapped(problem)
    most = most_by_waiting(problem, chain) if loans else None
    if most is None:
        return chosen
    gain = round(most) - chosen.metrics.expected_recovery
    if gain <= CERTIFIED * chosen.metrics.debt_at_signing:  # a solver's noise, or nothing but what rounding took
        return chosen
    note = waiting_note(chosen.case, chosen.terms, loans, gain)
    return replace(chosen, findings=(*chosen.findings, note))


def _why(optimum: Optimum) -> Message:
    """Why a plan is not proven to be the best."""
    formulation = optimum.formulation
    if optimum.doubt is not None:
        return optimum.doubt
    if formulation.mode == "repeated":
        return tr("the course of debts paid alike was repeated until it stayed, which proves nothing")
    if formulation.mixed:
        return tr("the search over whole numbers was not finished")
    return tr("the solver stopped before its bound was close")


def _proof(optimum: Optimum, exact: Exact, chain: Chain) -> Proof:
    tried, formulation = optimum.lanes, optimum.formulation
    kind = "mixed-integer program" if formulation.mixed else "linear program"
    method = kind if tried == 1 else f"{kind}, {tried} dates tried as the last payment"
    return Proof(
        gap=optimum.gap if math.isfinite(optimum.gap) else None,
        solver=optimum.solver,
        method=method,
        mode=optimum.formulation.mode,
        value=optimum.value / 100,
        bound=optimum.bound / 100 if math.isfinite(optimum.bound) else None,
        rounding_cost=exact.cost,
        ledger_difference=exact.ledger_difference,
        given_up=round(optimum.value - optimum.kept),
        attempts=chain.attempts,
        unproven=None if optimum.status == "optimal" else _why(optimum),
    )
