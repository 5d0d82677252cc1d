"""The use case: a plan that stands many futures, judged on others, beside the plan made on what is expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from repayplan.cases.models import Case
from repayplan.compliance.findings import Finding
from repayplan.errors import SolverError
from repayplan.language import Message, tr
from repayplan.money import grouped
from repayplan.planning.outlook import outlook_of
from repayplan.planning.plan import plan_by
from repayplan.planning.result import ABOUT_FUTURES as RULE
from repayplan.planning.result import Plan
from repayplan.planning.robust.attempts import Chosen, Ground, by_aversion, by_bound, least_often_missed
from repayplan.planning.robust.confidence import most_misses
from repayplan.planning.robust.judging import bound_findings, misses, tried
from repayplan.planning.robust.samples import JUDGED_ON, TUNED_ON, Samples
from repayplan.planning.robust.shared import by_shares
from repayplan.planning.robust.shortfall import Aversion
from repayplan.planning.robust.wish import Wish
from repayplan.planning.stress import Trial
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import resolve
from repayplan.rules.robust import robust_terms
from repayplan.solvers.chain import DEFAULT, Chain

MOST_TRIES = 8
"""Plans that are made to come within a bound on the probability of a miss."""


@dataclass(frozen=True)
class Robust:
    """``plan`` beside the ``plain`` one, both in the same futures, which neither was made for; None where there is no
    plan to try. ``holds``: whether what was asked for was reached."""

    plan: Plan
    plain: Plan
    trial: Trial | None
    plain_trial: Trial | None
    holds: bool


def robust_plan(case: Case, wish: Wish, *, solver: str = DEFAULT, time_limit: float | None = None) -> Robust:
    """The robust plan of a case, with what it comes to in its findings.

    Where not even the plain plan is possible that is what comes back. ``solver`` and ``time_limit`` as for a plan;
    where time is up the plain plan stands, and says so. InputError where the case cannot be planned, or not so.
    """
    chain = Chain(solver, time_limit)
    terms = resolve(case)
    problem = assemble(case, terms)
    samples = Samples.of(case, terms, problem, wish.scenarios, wish.seed, wish.method)
    plain = plan_by(case, chain)
    if plain.status not in ("optimal", "feasible"):
        return Robust(plain, plain, None, None, holds=False)
    try:
        chosen = _chosen(Ground.of(case, terms, problem, samples, chain), wish, plain)
    except SolverError:
        if not chain.out_of_time:
            raise
        chosen = None
    if chosen is None:
        late = tr("No robust plan was found in time: this is the plain one")
        none = tr("No robust plan was found that holds every limit: this is the plain one")
        warning = Finding(RULE, "--robust", "warning", late if chain.out_of_time else none)
        return Robust(replace(plain, findings=(*plain.findings, warning)), plain, None, None, holds=False)
    ours, theirs = tried(chosen.plan, samples, JUDGED_ON), tried(plain, samples, JUDGED_ON)
    said = (*chosen.said, *_beside(ours, theirs, wish))
    made = replace(chosen.plan, findings=(*chosen.plan.findings, *said), outlook=outlook_of(ours))
    return Robust(made, plain, ours, theirs, chosen.holds)


def _chosen(ground: Ground, wish: Wish, plain: Plan) -> Chosen | None:
    """The plan by what is asked for."""
    if ground.problem.form.streams:
        return by_shares(ground, wish, plain)
    if wish.max_miss is not None:
        return _within_bound(ground, wish.max_miss)
    known = robust_terms()
    made = by_aversion(ground, Aversion(known.arrears.value, wish.aversion, known.level.value))
    return None if made is None else Chosen(made)


def _within_bound(ground: Ground, bound: float) -> Chosen | None:
    """The plan with as many futures given up as leave it within the bound, with confidence, on futures of their own.

    A plan is missed more often in futures that it was not made for, so fewer and fewer are given up; quick choices of
    them will do until the bound is kept.
    """
    confidence = robust_terms().confidence.value
    allowed = most_misses(bound, ground.futures, confidence)
    given_up = allowed
    best: tuple[int, Plan] | None = None
    for _ in range(MOST_TRIES):
        if given_up < 0:
            break
        made = by_bound(ground, given_up, trees=0) or by_bound(ground, given_up)
        if made is None:
            break
        missed = misses(tried(made, ground.samples, TUNED_ON))
        if best is None or missed < best[0]:
            best = missed, made
        if missed <= allowed:
            best = _searched(ground, given_up, allowed, best)
            break
        given_up = min(given_up - 1, given_up * allowed // missed) if given_up else -1
    if best is None and (made := least_often_missed(ground)) is not None:
        best = misses(tried(made, ground.samples, TUNED_ON)), made
    if best is None:
        return None
    if best[0] > allowed and not ground.chain.time_is_up:
        best = or_by_aversion(ground, best)
    said, holds = bound_findings(best[0], ground.futures, confidence, bound)
    return Chosen(best[1], said, holds)


def or_by_aversion(ground: Ground, known: tuple[int, Plan]) -> tuple[int, Plan]:
    """The plan by risk aversion where it is missed less often than what came of giving up futures; unproven."""
    terms = robust_terms()
    try:
        made = by_aversion(ground, Aversion(terms.arrears.value, terms.risk_aversion.value, terms.level.value))
    except SolverError:
        if not ground.chain.out_of_time:
            raise
        return known
    if made is None or (missed := misses(tried(made, ground.samples, TUNED_ON))) >= known[0]:
        return known
    proof = replace(made.proof, gap=None, unproven=tr("the search over futures was not finished"))
    return missed, replace(made, status="feasible", proof=proof)


def _searched(ground: Ground, given_up: int, allowed: int, known: tuple[int, Plan]) -> tuple[int, Plan]:
    """The plan with so many futures given up that a search finds beyond the quick choice, if it keeps the bound too."""
    if known[1].status == "optimal" or ground.chain.time_is_up:
        return known
    made = by_bound(ground, given_up)
    if made is None:
        return known
    missed = misses(tried(made, ground.samples, TUNED_ON))
    return (missed, made) if missed <= allowed else known


def _beside(ours: Trial, theirs: Trial, wish: Wish) -> Iterator[Finding]:
    """What becomes of both plans in the same futures; cents."""
    said = {"futures": f"{wish.scenarios:,}", "seed": wish.seed}
    sentence = tr(
        "In {futures} futures that it was not made for (seed {seed}) an installment is missed in {ours}, with the "
        "plain plan in {theirs}",
        ours=_share(ours),
        theirs=_share(theirs),
        **said,
    )
    yield Finding(RULE, "--robust", "note", sentence)
    sentence = tr(
        "There it recovers {ours} on average (±{error}) and {worst} in the worst 5%; the plain plan {theirs} and "
        "{their_worst}",
        ours=grouped(round(ours.recovery.value)),
        error=grouped(round(ours.recovery.error)),
        worst=grouped(round(ours.worst.value)),
        theirs=grouped(round(theirs.recovery.value)),
        their_worst=grouped(round(theirs.worst.value)),
    )
    yield Finding(RULE, "--robust", "note", sentence, amount=round(ours.recovery.value - theirs.recovery.value))


def _share(trial: Trial) -> Message:
    return tr("{share} (±{error})", share=f"{trial.missed.value:.1%}", error=f"{trial.missed.error:.1%}")
