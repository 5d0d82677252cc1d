"""The main use case: from a case to a plan that is proved, exact to the cent and confirmed by the ledger."""

from __future__ import annotations

import math
from dataclasses import replace

from repayplan.cases.models import Case
from repayplan.compliance.registry import judge
from repayplan.errors import Fault, ProofError
from repayplan.formulation.registry import limits
from repayplan.language import tr
from repayplan.planning.binding import binding
from repayplan.planning.clashes import clashes
from repayplan.planning.exact import Exact, make_exact
from repayplan.planning.forecasts import forecast_findings, window_of
from repayplan.planning.metrics import cash_rows, installments, metrics
from repayplan.planning.notes import delay_warning, notes
from repayplan.planning.optimum import Optimum, optimize
from repayplan.planning.result import Plan, Proof, Status
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import Terms, resolve


def plan(case: Case, *, time_limit: float | None = None) -> Plan:
    """The best plan of ``case`` under its policy.

    ``time_limit`` (seconds) bounds each solve; SolverError where it does not suffice for any answer. Where no plan
    holds every limit the status is ``infeasible`` and the installments are the best effort: the most that can be paid
    without breaking a cash limit. The same with status ``failed`` where only whole cents stand in the way.
    InputError where the case cannot be planned as it is written.
    """
    terms = resolve(case)
    problem = assemble(case, terms)
    optimum = optimize(problem, time_limit)
    exact = None if optimum is None else make_exact(case, terms, problem, optimum, time_limit=time_limit)
    if optimum is None:
        return _best_effort(case, terms, problem, "infeasible", time_limit)
    if exact is None:  # there is a plan, but none was found whose whole cents hold every limit: that proves nothing
        return _best_effort(case, terms, problem, "failed", time_limit)
    status: Status = "optimal" if optimum.status == "optimal" else "feasible"
    best = _finish(case, terms, problem, optimum, exact, status)
    return _beside_the_earliest(best, time_limit) if terms.delay == "allow" else best


def _best_effort(case: Case, terms: Terms, problem: Problem, status: Status, time_limit: float | None) -> Plan:
    """The most that can be paid where not everything that is demanded can be."""
    demands = {"level", *(name for name, family in limits().items() if family.at_least)}
    undemanding = problem.undemanding()
    optimum = optimize(undemanding, time_limit)
    exact = None if optimum is None else make_exact(case, terms, undemanding, optimum, demands, time_limit)
    if optimum is None or exact is None:
        fault = Fault(tr("not even a plan without payments could be confirmed"), remedy=tr("report this case"))
        raise ProofError(fault)
    best = _finish(case, terms, problem, optimum, exact, status)
    # the demand that could not be met may be the engine's own: that there be a last payment of at least a unit
    broken = any(finding.result == "fail" for finding in best.findings)
    if not broken:
        return replace(best, status="feasible", proof=replace(best.proof, gap=None))
    if status == "infeasible":
        return replace(best, findings=(*clashes(case, terms, problem), *best.findings))
    return best


def _finish(case: Case, terms: Terms, problem: Problem, optimum: Optimum, exact: Exact, status: Status) -> Plan:
    result = replace(exact.replay, problem=problem)
    return Plan(
        case=case,
        terms=terms,
        status=status,
        proof=_proof(optimum, exact),
        installments=installments(result),
        cash=cash_rows(result),
        metrics=metrics(result),
        binding=binding(result, optimum),
        findings=(
            *judge(result),
            *notes(result, exact.unit, round(optimum.value - optimum.kept)),
            *forecast_findings(case, window_of(result)),
        ),
    )


def _beside_the_earliest(chosen: Plan, time_limit: float | None) -> Plan:
    """Where waiting counts as a gain, the plan that does not wait is shown beside it, with the difference in money."""
    policy = chosen.case.policy.model_copy(update={"delay": "forbid"})
    sooner = plan(chosen.case.model_copy(update={"policy": policy}), time_limit=time_limit)
    if sooner.installments == chosen.installments:
        return chosen
    gain = chosen.metrics.expected_recovery - sooner.metrics.expected_recovery
    warning = delay_warning(chosen.metrics.final_date, sooner.metrics.final_date, gain)
    return replace(chosen, findings=(*chosen.findings, warning))


def _proof(optimum: Optimum, exact: Exact) -> Proof:
    mode = exact.replay.problem.modes[0]
    tried = optimum.lanes
    method = "linear program" if tried == 1 else f"linear program, {tried} dates tried as the last payment"
    return Proof(
        gap=optimum.gap if mode != "replay" and math.isfinite(optimum.gap) else None,
        solver=optimum.solver,
        method=method,
        mode=mode,
        value=optimum.value / 100,
        bound=optimum.bound / 100,
        rounding_cost=exact.cost,
        ledger_difference=exact.ledger_difference,
    )
