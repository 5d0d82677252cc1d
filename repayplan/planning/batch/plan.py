"""The use case: thousands of cases planned at once, each as :func:`repayplan.planning.plan.plan` would plan it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from repayplan.errors import SolverError
from repayplan.formulation.build import formulate
from repayplan.planning.batch.asks import Ask, Batched
from repayplan.planning.batch.cents import InCents, Winner, can_be_rounded, in_cents
from repayplan.planning.batch.engine import Engine, batched
from repayplan.planning.batch.items import Item, Together, items, together
from repayplan.planning.batch.kinds import Alone, why_alone
from repayplan.planning.batch.known import without_programs
from repayplan.planning.batch.stages import Answer, Beaten, Found, Unanswered, both_stages
from repayplan.planning.batch.tightening import with_room
from repayplan.planning.exact import Exact, make_exact
from repayplan.planning.fewest import fewest
from repayplan.planning.optimum import Optimum, best_first, impossible
from repayplan.problem.arrays import Problem
from repayplan.solvers.chain import Chain
from repayplan.solvers.result import CERTIFIED, Solution, Status, relative_gap

FINER = (1, 10, 100, 10_000)
"""Where whole units cost too much or hold no limit: by how much finer they are tried, one after the other."""


@dataclass
class _Answers:
    """What has been found of each item of a batch, by ask and bucket, and why an ask goes alone."""

    found: dict[tuple[int, int], tuple[Item, Answer]] = field(default_factory=dict)
    problems: dict[tuple[int, int], Problem] = field(default_factory=dict)
    """Those in whose lanes they were found."""
    alone: dict[int, Alone] = field(default_factory=dict)

    def plans(self, number: int, buckets: int) -> list[tuple[Item, Found]]:
        """The plans of an ask, the most valuable bucket first."""
        found = (self.found[number, bucket] for bucket in range(buckets))
        plans = [(item, plan) for item, plan in found if isinstance(plan, Found)]
        return sorted(plans, key=lambda pair: -pair[1].value)

    def bound(self, number: int, buckets: int) -> float:
        """What no plan of an ask is worth more than; cents."""
        found = (self.found[number, bucket][1] for bucket in range(buckets))
        return max((plan.bound for plan in found if isinstance(plan, Found | Beaten)), default=-math.inf)

    def beaten(self, number: int, buckets: int) -> bool:
        """Whether some bucket has a plan that was not looked for, as another is worth more."""
        return any(isinstance(self.found[number, bucket][1], Beaten) for bucket in range(buckets))


def plan_batch(asks: Sequence[Ask], engine: Engine | None = None) -> list[Batched]:
    """The best plan of every case, in the order of the ``asks``; statuses are those of single plans.

    ``engine`` solves the lanes of a program, the batched solver where none is given. A case that cannot be planned with
    others is planned alone, and says why. Nothing is said of what would help where no plan is possible: there are no
    payments then.
    """
    chain = Chain()
    solve = engine or batched(chain)
    solved = _solved(asks, solve)
    exact = _rounded(asks, solved, solve)
    return [
        alone(ask, chain, solved.alone[number])
        if number in solved.alone
        else _best(ask, number, solved, exact.get(number), chain)
        for number, ask in enumerate(asks)
    ]


def _solved(asks: Sequence[Ask], engine: Engine) -> _Answers:
    """Both stages of everything that can be planned together."""
    answers = _Answers()
    wanted: list[Item] = []
    for number, ask in enumerate(asks):
        reason = why_alone(ask.problem, ask.terms)
        if reason is None:
            wanted += items(ask, number)
        else:
            answers.alone[number] = reason
    _solve(wanted, engine, answers)
    hopeless = [item for item, found in answers.found.values() if isinstance(found, Unanswered)]
    _solve([lenient for item in hopeless if (lenient := item.lenient) is not None], engine, answers)
    for (number, _), (_, found) in answers.found.items():
        if isinstance(found, Unanswered) and not found.proven:
            answers.alone[number] = Alone.OPEN
    return answers


def _solve(wanted: Sequence[Item], engine: Engine, answers: _Answers) -> None:
    """What arithmetic says at once, and the programs of the rest."""
    rest: list[Item] = []
    for some, problem, said in without_programs(wanted):
        for item, known in zip(some, said, strict=True):
            if known is None:
                rest.append(item)
            else:
                answers.found[item.ask, item.bucket] = item, known
                answers.problems[item.ask, item.bucket] = problem
    for part in together(rest):
        if not isinstance(part, Together):
            answers.alone |= dict.fromkeys((item.ask for item in part), Alone.WHOLE_NUMBERS)
            continue
        group = np.array([item.ask for item in part.items])
        for item, found in zip(part.items, both_stages(part.formulation, part.owner, engine, group), strict=True):
            answers.found[item.ask, item.bucket] = item, found
            answers.problems[item.ask, item.bucket] = part.formulation.frame.problem


# ------------------------------------------------------------------------------------------------------ in whole cents


def _rounded(asks: Sequence[Ask], solved: _Answers, solve: Engine) -> dict[int, InCents]:
    """Whole cents of the most valuable bucket of each ask, program by program, where they are found at once: of the
    plan as it is, or of one with room for rounding."""
    winners: dict[int, list[Winner]] = defaultdict(list)
    problems: dict[int, Problem] = {}
    for number, ask in enumerate(asks):
        if number in solved.alone:
            continue
        plans = solved.plans(number, len(ask.problem.buckets()))
        if plans:
            item, found = plans[0]
            problem = solved.problems[number, item.bucket]
            problems[id(problem)] = problem
            winners[id(problem)].append(Winner(number, ask, item, found))
    exact: dict[int, InCents] = {}
    for key, some in winners.items():
        problem = problems[key]
        exact |= in_cents(problem, some)
        for finer in FINER:
            waiting = [winner for winner in some if winner.number not in exact and can_be_rounded(winner)]
            if not waiting:
                break
            exact |= in_cents(problem, with_room(waiting, solve, finer), finer)
    return exact


def _best(ask: Ask, number: int, solved: _Answers, exact: InCents | None, chain: Chain) -> Batched:
    """The plan of the most valuable bucket whose whole cents hold every limit."""
    buckets = len(ask.problem.buckets())
    plans, bound = solved.plans(number, buckets), solved.bound(number, buckets)
    if not plans:
        return _nothing(ask, "infeasible")
    if exact is not None:
        item, plan = plans[0]
        return _at_once(ask, _bounded(plan, bound, float(item.problem.scale[0])), exact)
    for item, plan in plans:
        if plan.valued is None or plan.preferred is None:  # no program was written, which the search starts from
            return replace(alone(ask, chain, Alone.OPEN), alone=None, rounded_alone=True)
        found = _bounded(plan, bound, float(item.problem.scale[0]))
        optimum = _optimum(item.problem, found, (plan.valued, plan.preferred))
        searched = make_exact(ask.case, ask.terms, item.problem, optimum, chain=chain)
        if searched is not None:
            return replace(_planned(optimum, searched), rounded_alone=True)
    if solved.beaten(number, buckets):
        return replace(alone(ask, chain, Alone.OPEN), alone=None, rounded_alone=True)
    return _nothing(ask, "failed")


def _at_once(ask: Ask, found: Found, exact: InCents) -> Batched:
    paid = np.flatnonzero(exact.paid.any(axis=1))
    return Batched(
        status="optimal" if found.gap <= CERTIFIED else "feasible",
        value=found.value,
        bound=found.bound,
        gap=found.gap,
        kept=found.kept,
        solver=found.solver,
        days=tuple(ask.problem.days()),
        payments=exact.paid,
        debt=exact.debt,
        principal=exact.principal,
        last=int(paid[-1]) if paid.size else None,
        rules=exact.rules,
    )


def _bounded(found: Found, bound: float, scale: float) -> Found:
    """The same where another bucket may be worth as much as ``bound``."""
    if bound <= found.bound:
        return found
    gap = max(found.gap, relative_gap(bound / scale, found.value / scale))
    return replace(found, bound=bound, gap=gap)


def _optimum(problem: Problem, found: Found, solved: tuple[Solution, Solution]) -> Optimum:
    """What is found of a case, as the search for whole cents wants it: on the stages that the case has."""
    formulation, stages = formulate(problem), problem.shape[1]
    return Optimum(
        status=Status.OPTIMAL if found.gap <= CERTIFIED else Status.FEASIBLE,
        formulation=formulation,
        lane=int(np.flatnonzero(formulation.frame.last == found.last)[0]),
        payments=found.payments[:stages],
        theta=found.theta[:, :stages],
        value=found.value,
        bound=found.bound,
        kept=found.kept,
        gap=found.gap,
        valued=solved[0],
        preferred=solved[1],
        solver=found.solver,
        worth={},
    )


def _planned(optimum: Optimum, exact: Exact) -> Batched:
    replay = exact.replay
    return Batched(
        status="optimal" if optimum.status is Status.OPTIMAL else "feasible",
        value=optimum.value,
        bound=optimum.bound,
        gap=optimum.gap,
        kept=optimum.kept,
        solver=optimum.solver,
        days=tuple(replay.days),
        payments=replay.paid,
        debt=replay.debt,
        principal=replay.principal,
        last=replay.last,
        rules=replay.rules,
    )


def _nothing(ask: Ask, status: Literal["infeasible", "failed"]) -> Batched:
    """No plan."""
    return Batched(
        status=status,
        value=math.nan,
        bound=math.nan,
        gap=math.inf,
        kept=math.nan,
        solver="",
        days=tuple(ask.problem.days()),
        payments=None,
        debt=None,
        principal=None,
        last=None,
    )


# --------------------------------------------------------------------------------------------------------------- alone


def alone(ask: Ask, chain: Chain, reason: Alone) -> Batched:
    """One case by the planner of single cases."""
    try:
        plans = best_first(ask.problem, chain, ask.last)
    except SolverError:
        return replace(_nothing(ask, "failed"), alone=reason)
    for bucket, optimum in plans:
        chosen = fewest(optimum, chain) if ask.terms.prefer == "fewest" else optimum
        exact = make_exact(ask.case, ask.terms, bucket, chosen, chain=chain)
        if exact is not None:
            return replace(_planned(chosen, exact), alone=reason)
    failed = bool(plans) or not impossible(ask.problem, chain)
    return replace(_nothing(ask, "failed" if failed else "infeasible"), alone=reason)
