"""What a plan claims of its own proof, as far as it can be judged without a solver.

What was the most value, and how close its bound is, only a solver knows. That the figures agree with each other and
with what is paid, that the mode is the one of the problem, and what must be said beside the plan, anybody can find out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from repayplan.compliance.findings import Finding
from repayplan.compliance.replay import Replay
from repayplan.errors import ProofError
from repayplan.formulation.build import formulate
from repayplan.language import Message, speaking, tr
from repayplan.planning import alike
from repayplan.planning.agreeing import agreeing
from repayplan.planning.exact import ledger_difference
from repayplan.planning.forecasts import forecast_findings, window_of
from repayplan.planning.notes import notes
from repayplan.planning.plan_file import FindingLine, PlanFile, ProofLine
from repayplan.planning.result import MODES, Status
from repayplan.planning.value import planned_value
from repayplan.problem.arrays import Problem
from repayplan.problem.sharing import PARI_PASSU
from repayplan.problem.terms import Terms
from repayplan.solvers.result import CERTIFIED, relative_gap

HALVES = 2.0
"""Cents by which rounded figures may differ from their unrounded sum: three halves, and floats."""

NOISE = 1e-9
"""Of the debt: what floats lose."""

SOLVED = ("delay", "unit", "conflict", "time", "robust")
"""Rules of findings that follow from solves or from drawn futures, and not from the payments alone."""


def proof_findings(claimed: PlanFile, problem: Problem, result: Replay, judged: Sequence[Finding]) -> Iterator[Finding]:
    """A failure for everything in the proof, and among notes and warnings, that cannot be so."""
    scale = float(problem.scale[0])
    for sentence in (*_claims(claimed.status, claimed.proof, scale), *_agrees(claimed, problem, result)):
        yield Finding("proof", "repayplan verify", "fail", sentence)
    yield from _said(claimed, result, judged)


def _claims(status: Status, proof: ProofLine, debt: float) -> Iterator[Message]:
    """The figures of a proof against each other."""
    certified = proof.gap is not None and proof.gap <= CERTIFIED
    known = proof.value is not None and proof.bound is not None
    if status == "optimal" and not (certified and known and proof.unproven is None):
        yield tr("The plan is called optimal, its proof does not say so")
    if status == "feasible" and certified:
        yield tr("The plan is called feasible, its proof says that it is optimal")
    if proof.gap is not None and proof.gap < 0:
        yield tr("The gap of the proof is below zero")
    if proof.value is None or proof.bound is None:
        return
    bound, value = 100 * proof.bound / debt, 100 * proof.value / debt
    if bound < value - NOISE:
        yield tr("The bound of the proof is below the value that it bounds")
    if proof.gap is not None and proof.gap < relative_gap(bound, value) - NOISE:
        yield tr("The gap of the proof is smaller than its bound and value are apart")


def _agrees(claimed: PlanFile, problem: Problem, result: Replay) -> Iterator[Message]:
    """The proof against what the payments make of the case."""
    proof, problems = claimed.proof, _planned(claimed.status, problem)
    if not any(proof.mode in _modes(one, proof, result.terms) for one in problems):
        yield tr("The mode of the proof ({mode}) is not that of the problem", mode=proof.mode)
    with speaking(claimed.language):
        if proof.sentence != str(MODES.get(proof.mode, MODES["A"])):
            yield tr("The words of the proof are not its mode's")
    figures = (proof.value, proof.given_up, proof.rounding_cost)
    if proof.value is not None and None in (*figures, proof.ledger_difference):
        yield tr("Figures of the proof are missing")
    value, given_up, cost = (0 if figure is None else figure for figure in figures)
    if proof.value is not None:
        promised = 100 * value - given_up - cost
        worth = [planned_value(problem, result.paid, result.debt) for problem in problems]
        if min(abs(promised - one) for one in worth) > HALVES:
            yield tr("Value, what is given up and what rounding costs do not make what the payments are worth")
        if proof.ledger_difference != _difference(result):
            yield tr("The difference of debt and ledger in the proof is not what is found")


def _planned(status: Status, problem: Problem) -> list[Problem]:
    """The problems that a plan of this status may be the best of: best effort leaves out what demands money."""
    demanding = [] if status in ("infeasible", "failed") else problem.buckets()
    return demanding if status == "optimal" else [*demanding, problem.undemanding(), problem]


def _modes(problem: Problem, proof: ProofLine, terms: Terms) -> tuple[str, ...]:
    """What a program of the problem may be called."""
    mode = problem.modes[0]
    if proof.value is None:  # nothing was solved
        return (mode,)
    if problem.sharing.rule == PARI_PASSU and not problem.debt.linear.all():
        return (alike.MODE,)
    if mode != "C":
        return (mode,)
    return ("C", "D") if terms.prefer == "fewest" else (formulate(problem).mode,)


def _difference(result: Replay) -> int | None:
    try:
        return ledger_difference(result)
    except ProofError:
        return None


def _said(claimed: PlanFile, result: Replay, judged: Sequence[Finding]) -> Iterator[Finding]:
    """Notes and warnings that are left out, made up or changed."""
    with speaking(claimed.language):  # some words are chosen where a finding is made
        beside = (*judged, *agreeing(result), *notes(result, result.terms.unit, claimed.proof.given_up or 0))
        needed = _lines(forecast_findings(claimed.case, window_of(result)))
        possible = _lines(beside) | needed
        said = _lines(claimed.findings)
    if claimed.proof.value is not None:  # otherwise somebody's offer was judged, or there was no time for a plan
        needed = possible
    for rule in sorted({str(line[0]) for line in (needed - said) | (said - possible) if line[0] not in SOLVED}):
        what = tr("What the plan says beside its limits ({rule}) is not what is found", rule=rule)
        yield Finding("findings", "repayplan verify", "fail", what)


def _lines(findings: Iterable[Finding | FindingLine]) -> set[tuple[object, ...]]:
    """Notes and warnings, to be compared."""
    return {
        (line.rule, line.result, str(line.sentence), line.date, line.loan, line.amount)
        for line in findings
        if line.result in ("note", "warning")
    }
