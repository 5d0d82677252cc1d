"""The use case: thousands of cases planned at once, each as :func:`repayplan.planning.plan.plan` would plan it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from repayplan.errors import SolverError
from repayplan.formulation.build import formulate
from repayplan.formulation.frame import AloneError
from repayplan.planning.batch.asks import Ask, Batched
from repayplan.planning.batch.cents import InCents, Winner, can_be_rounded, in_cents
from repayplan.planning.batch.dates import AT_ONCE, best_dates
from repayplan.planning.batch.engine import Engine, batched
from repayplan.planning.batch.items import Item, Together, by_kind, items, portions, together
from repayplan.planning.batch.kinds import Alone, stackable, why_alone
from repayplan.planning.batch.known import Open, without_programs
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
    """What has been found of each item of a batch, by ask and bucket, how many ``buckets`` an ask has, and why one goes
    alone."""

    found: dict[tuple[int, int], tuple[Item, Answer]] = field(default_factory=dict)
    buckets: Counter[int] = field(default_factory=Counter)
    alone: dict[int, Alone] = field(default_factory=dict)

    def plans(self, number: int) -> list[tuple[Item, Found]]:
        """The plans of an ask, the most valuable bucket first."""
        found = (self.found[number, bucket] for bucket in range(self.buckets[number]))
        plans = [(item, plan) for item, plan in found if isinstance(plan, Found)]
        return sorted(plans, key=lambda pair: -pair[1].value)

    def value(self, number: int) -> float:
        """What the best plan of an ask so far is worth; cents."""
        known = (self.found.get((number, bucket)) for bucket in range(self.buckets[number]))
        return max((each[1].value for each in known if each and isinstance(each[1], Found)), default=-math.inf)

    def bound(self, number: int) -> float:
        """What no plan of an ask is worth more than; cents."""
        found = (self.found[number, bucket][1] for bucket in range(self.buckets[number]))
        return max((plan.bound for plan in found if isinstance(plan, Found | Beaten)), default=-math.inf)

    def beaten(self, number: int) -> bool:
        """Whether some bucket has a plan that was not looked for, as another is worth more."""
        return any(isinstance(self.found[number, bucket][1], Beaten) for bucket in range(self.buckets[number]))


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
            some = list(items(ask, number))
            answers.buckets[number] = len(some)
            wanted += some
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
    """What arithmetic says at once, and programs of the rest: of the buckets of an ask that of the highest bound first,
    another where its bound is above what has been found."""
    open_: dict[int, list[tuple[float, Item]]] = defaultdict(list)
    for item, known in without_programs(wanted):
        if isinstance(known, Open):
            open_[item.ask].append((known.bound, item))
        else:
            answers.found[item.ask, item.bucket] = item, known
    first, later = list[Item](), list[tuple[float, Item]]()
    for number, some in open_.items():
        highest = math.inf if answers.value(number) > -math.inf else max(bound for bound, _ in some)
        first += [item for bound, item in some if bound == highest]
        later += [(bound, item) for bound, item in some if bound != highest]
    _programs(first, engine, answers)
    left = [item for bound, item in later if bound > answers.value(item.ask)]
    answers.found |= {
        (item.ask, item.bucket): (item, Beaten(bound)) for bound, item in later if bound <= answers.value(item.ask)
    }
    _programs(left, engine, answers)


def _programs(wanted: Sequence[Item], engine: Engine, answers: _Answers) -> None:
    many = by_kind([item for item in wanted if item.by_dates])
    for some in (part for alike in many for part in portions(alike, lambda _: AT_ONCE)):
        try:
            best = best_dates(some, engine)
        except AloneError:
            answers.alone |= dict.fromkeys((item.ask for item in some), Alone.WHOLE_NUMBERS)
            continue
        answers.found |= {(item.ask, item.bucket): (item, each) for item, each in zip(some, best, strict=True)}
    for part in together([item for item in wanted if not item.by_dates]):
        if not isinstance(part, Together):
            answers.alone |= dict.fromkeys((item.ask for item in part), Alone.WHOLE_NUMBERS)
            continue
        group = np.array([item.ask for item in part.items])
        for item, found in zip(part.items, both_stages(part.formulation, part.owner, engine, group), strict=True):
            answers.found[item.ask, item.bucket] = item, found


# ------------------------------------------------------------------------------------------------------ in whole cents


def _rounded(asks: Sequence[Ask], solved: _Answers, solve: Engine) -> dict[int, InCents]:
    """Whole cents of the most valuable bucket of each ask where they are found at once, those alike side by side: of
    the plan as it is, or of one with room for rounding."""
    winners: dict[Hashable, list[Winner]] = defaultdict(list)
    for number, ask in enumerate(asks):
        plans = [] if number in solved.alone else solved.plans(number)
        if plans:
            winner = Winner(number, ask, *plans[0])
            if can_be_rounded(winner):
                winners[stackable(winner.item.problem), ask.terms.order].append(winner)
    exact: dict[int, InCents] = {}
    for some in winners.values():
        exact |= in_cents(some)
        for finer in FINER:
            waiting = [winner for winner in some if winner.number not in exact]
            if not waiting:
                break
            exact |= in_cents(with_room(waiting, solve, finer), finer)
    return exact


def _best(ask: Ask, number: int, solved: _Answers, exact: InCents | None, chain: Chain) -> Batched:
    """The plan of the most valuable bucket whose whole cents hold every limit."""
    plans, bound = solved.plans(number), solved.bound(number)
    if not plans:
        return _nothing(ask, "infeasible")
    if exact is not None:
        item, plan = plans[0]
        return _at_once(ask, _bounded(plan, bound, float(item.problem.scale[0])), exact)
    whole = all(plan.valued is not None for _, plan in plans) and not solved.beaten(number)
    if not whole:  # no program was written, which the search starts from, or not of every bucket
        return replace(alone(ask, chain, Alone.OPEN), alone=None, rounded_alone=True)
    for item, plan in plans:
        if plan.valued is None or plan.preferred is None:
            continue
        found = _bounded(plan, bound, float(item.problem.scale[0]))
        optimum = _optimum(item.problem, found, (plan.valued, plan.preferred))
        searched = make_exact(ask.case, ask.terms, item.problem, optimum, chain=chain)
        if searched is not None:
            return replace(_planned(optimum, searched), rounded_alone=True)
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
