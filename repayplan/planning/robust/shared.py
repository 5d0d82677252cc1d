"""Robust plans whose installments follow receipts: shares are searched, each tried as a rule in every future.

What is due then moves with what comes in, so a schedule's price over futures is no function of cumulative payments, and
nothing is proved: of shares up to the best on the expected forecast, in steps, the best in futures is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from repayplan.compliance.findings import Finding
from repayplan.formulation.build import Formulation, formulate
from repayplan.formulation.frame import theta
from repayplan.language import Message, tr
from repayplan.planning.exact import make_exact
from repayplan.planning.optimum import Optimum, optimize, solve
from repayplan.planning.plan import finish
from repayplan.planning.result import ABOUT_FUTURES, Plan
from repayplan.planning.robust.attempts import Chosen, Ground
from repayplan.planning.robust.confidence import most_misses
from repayplan.planning.robust.judging import bound_findings, misses, tried
from repayplan.planning.robust.samples import PLANNED_ON, TUNED_ON
from repayplan.planning.robust.wish import Wish
from repayplan.problem.arrays import Problem, Real
from repayplan.rules.robust import robust_terms

STEPS = (0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5)
"""What is tried of the shares that are best on the expected forecast."""


def by_shares(ground: Ground, wish: Wish, plain: Plan) -> Chosen | None:
    """The best of the shares tried, the plain plan's among them."""
    candidates = [plain]
    for made in _candidates(ground):
        if all(made.rules != known.rules for known in candidates):
            candidates.append(made)
    unproven = tr("shares were searched in steps over drawn futures, which proves nothing")
    method = f"search over {len(candidates)} shares in {ground.futures} futures"
    if wish.max_miss is None:
        best = max(candidates, key=lambda made: _worth(ground, made, wish.aversion))
        return Chosen(_as_searched(best, method, unproven), _no_better(best, plain))
    confidence = robust_terms().confidence.value
    allowed = most_misses(wish.max_miss, ground.futures, confidence)
    missed = [misses(tried(made, ground.samples, TUNED_ON)) for made in candidates]
    within = [made for made, count in zip(candidates, missed, strict=True) if count <= allowed]
    least = candidates[int(np.argmin(missed))]
    best = max(within, key=lambda made: _worth(ground, made, 0.0), default=least)
    count = missed[candidates.index(best)]
    said, holds = bound_findings(count, ground.futures, confidence, wish.max_miss)
    return Chosen(_as_searched(best, method, unproven), (*said, *_no_better(best, plain)), holds)


def _no_better(best: Plan, plain: Plan) -> tuple[Finding, ...]:
    """That the search has come to nothing, where it has."""
    if best is not plain:
        return ()
    sentence = tr("None of the smaller shares that were tried does better in the futures: these are the plain plan's")
    return (Finding(ABOUT_FUTURES, "--robust", "note", sentence),)


def _candidates(ground: Ground) -> Iterator[Plan]:
    """Plans with smaller and smaller shares, in whole cents, for every bucket of burden."""
    for problem in ground.problem.buckets():
        plain = optimize(problem, ground.chain)
        if plain is None:
            continue
        for part in STEPS:
            optimum = solve(_at_most(formulate(problem), part * plain.theta.max(axis=1)), ground.chain)
            made = None if optimum is None else _exact(ground, problem, optimum)
            if made is not None:
                yield made


def _at_most(formulation: Formulation, most: Real) -> Formulation:
    """The same with every share θ_k at most ``most`` (K,)."""
    form, columns = formulation.frame.problem.form, dict(formulation.program.columns)
    for number, share in enumerate(most.tolist()):
        name = theta(form.kind, number, form.thetas)
        columns[name] = replace(columns[name], upper=np.minimum(columns[name].upper, share))
    return replace(formulation, program=replace(formulation.program, columns=columns))


def _exact(ground: Ground, problem: Problem, optimum: Optimum) -> Plan | None:
    exact = make_exact(ground.case, ground.terms, problem, optimum, chain=ground.chain)
    if exact is None:
        return None
    return finish(ground.case, ground.terms, problem, optimum, exact, "feasible", ground.chain)


def _worth(ground: Ground, made: Plan, aversion: float) -> float:
    """Mean recovery in the futures that are planned on, less the weighted shortfall of the worst; cents."""
    trial = tried(made, ground.samples, PLANNED_ON)
    return trial.recovery.value - aversion * (trial.expected - trial.worst.value)


def _as_searched(made: Plan, method: str, unproven: Message) -> Plan:
    proof = replace(made.proof, gap=None, method=f"{method}; {made.proof.method}", unproven=unproven)
    return replace(made, status="feasible", proof=proof)
