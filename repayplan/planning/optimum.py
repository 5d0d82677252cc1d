"""The best unrounded plan: the most value first, then, within a tolerance of it, the earliest payments.

Where a limit speaks of the last payment, every payment date is tried as the last one; the programs differ in bounds
alone, so a live solver goes from one to the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from repayplan.errors import Fault, SolverError
from repayplan.formulation.build import Formulation, formulate
from repayplan.language import Message, tr
from repayplan.planning import alike
from repayplan.planning.branching import Branching
from repayplan.planning.preference import bounded, choose_nearly
from repayplan.planning.value import linear_debt, planned_value
from repayplan.problem.arrays import Problem, Real
from repayplan.problem.sharing import PARI_PASSU
from repayplan.solvers.chain import Chain
from repayplan.solvers.cutting import Minimum
from repayplan.solvers.interface import infeasible
from repayplan.solvers.result import CERTIFIED, Solution, Status, relative_gap
from repayplan.solvers.sparse import SparseProgram

SAME_VALUE = 1e-9
"""Values this close, in units of the debt, are the same: a solver's noise must not decide between two last dates."""

SHARE_OF_TIME, SHARE_OF_ONE_LANE = 0.3, 0.6
"""Of the time that is left, for each of the two stages; the rest is for whole cents, which take some more solves."""


@dataclass(frozen=True)
class Optimum:
    """``value`` is the most value found and ``bound`` a safe upper bound of it; ``kept`` the value of the chosen plan.

    All in cents. ``payments`` (T, L) cents as floats; ``theta`` (K, T) the unknowns of the shape. ``valued`` and
    ``preferred`` are the chosen lane's solutions.
    ``worth``: lanes that are worth enough, each with the least value that it must keep, in units of the debt;
    ``criteria``: what the preference's criteria before the last came to. ``doubt``: why it is not proven the best,
    where the program itself does not tell.
    """

    status: Status
    formulation: Formulation
    lane: int
    payments: Real
    theta: Real
    value: float
    bound: float
    kept: float
    gap: float
    valued: Solution
    preferred: Solution
    solver: str
    worth: Mapping[int, float]
    criteria: tuple[float, ...] = ()
    doubt: Message | None = None

    @property
    def value_gap(self) -> float:
        """Relative gap of the value alone."""
        scale = float(self.formulation.frame.problem.scale[0])
        return relative_gap(self.bound / scale, self.value / scale)

    @property
    def lanes(self) -> int:
        """How many dates were tried as the last payment."""
        return self.formulation.frame.lanes


def optimize(problem: Problem, chain: Chain | None = None, last: int | None = None) -> Optimum | None:
    """The optimum of one case; None where no last payment date makes it feasible, or the stage ``last`` does not where
    the last payment is to be then.

    SolverError where no solver finds a point and none can say that there is none, as when time is up.
    """
    chain = chain or Chain()
    if problem.sharing.rule == PARI_PASSU and not problem.debt.linear.all():
        return _alike(problem, chain)
    return _with_some_last(problem, chain, last)


def _with_some_last(problem: Problem, chain: Chain, last: int | None = None) -> Optimum | None:
    """The optimum with a last payment that is no token, or, where there is none, with any."""
    formulation, lenient = formulate(problem), problem.with_any_last()
    guessed = formulation.frame.guessed
    only = int(np.flatnonzero(formulation.frame.last == last)[0]) if guessed and last is not None else None
    found = solve(formulation, chain, only)
    if found is not None or not guessed or lenient is problem:
        return found
    return solve(formulate(lenient), chain, only)


def _alike(problem: Problem, chain: Chain) -> Optimum | None:
    """The plan of the last of the repeated programs, as it is settled; None where one has no plan."""
    found: list[Optimum] = []

    def totals(approximate: Problem) -> Real | None:
        optimum = _with_some_last(approximate, chain)
        if optimum is None:
            return None
        found.append(optimum)
        return np.asarray(optimum.payments.sum(axis=1))

    known = alike.repeated(problem, totals)
    if known is None:
        return None
    settled, value = known[1], alike.worth(problem, known[1])
    return replace(
        found[-1], status=Status.FEASIBLE, payments=settled.paid, value=value, kept=value, bound=np.inf, gap=np.inf
    )


def impossible(problem: Problem, chain: Chain) -> bool:
    """Whether it is proven of a problem for which :func:`best_first` has found nothing that nothing can be.

    Where no program stands for it, that one is impossible too in which loans share as is best.
    """
    if problem.provable:
        return True
    formulations = [formulate(bucket) for bucket in problem.outer().with_any_last().buckets()]
    return all(_infeasible(formulation, chain) for formulation in formulations)


def _infeasible(formulation: Formulation, chain: Chain) -> bool:
    engine = Branching(formulation, chain)
    lanes = range(formulation.frame.lanes)
    return all(engine.solve(formulation.valued(lane)).status is Status.INFEASIBLE for lane in lanes)


def solve(formulation: Formulation, chain: Chain, only: int | None = None) -> Optimum | None:
    """Both stages over all lanes of a formulation, or ``only`` one of them; see :func:`optimize`."""
    problem = formulation.frame.problem
    engine = Branching(formulation, chain)
    programs = [formulation.valued(lane) for lane in range(formulation.frame.lanes)]
    first = _valued(programs, engine, chain, range(len(programs)) if only is None else range(only, only + 1))
    if not any(solution.solved for solution in first):
        insist_on_a_proof(first)
        return None
    values = np.array([-solution.objective if solution.solved else -np.inf for solution in first])
    best = float(values.max())
    accepted = best - float(problem.value.tolerance[0]) * abs(best)
    worth = {
        lane: min(accepted, float(values[lane])) for lane in np.flatnonzero(values >= accepted - SAME_VALUE).tolist()
    }
    with chain.share(SHARE_OF_TIME):
        chosen = choose_nearly(engine, formulation, worth)
    lane = int(values.argmax()) if chosen is None else chosen.lane
    preferred = first[lane] if chosen is None else chosen.solution
    scale = float(problem.scale[0])
    bound = max(-solution.bound for solution in first)
    gap = max(relative_gap(bound, best), np.inf if chosen is None else chosen.gap)
    payments = np.maximum(formulation.payments(lane, preferred.columns), 0.0)
    gap = max(gap, relative_gap(best, _replayed(formulation, int(values.argmax()), first)))
    return Optimum(
        status=Status.OPTIMAL if gap <= CERTIFIED else Status.FEASIBLE,
        formulation=formulation,
        lane=lane,
        payments=payments,
        theta=formulation.thetas(preferred.columns),
        value=best * scale,
        bound=bound * scale,
        kept=linear_value(problem, payments),
        gap=gap,
        valued=first[lane],
        preferred=preferred,
        solver=first[lane].solver,
        worth=worth,
        criteria=() if chosen is None else chosen.kept,
    )


def _replayed(formulation: Formulation, lane: int, first: Sequence[Solution]) -> float:
    """What the payments of the greatest value are worth once they are settled class by class, in units of the debt.

    The program may only promise more, where its rows bound the debt from above and something wants it smaller.
    """
    problem = formulation.frame.problem
    payments = np.maximum(formulation.payments(lane, first[lane].columns), 0.0)
    return linear_value(problem, payments) / float(problem.scale[0])


def linear_value(problem: Problem, payments: Real) -> float:
    """What unrounded payments (T, L) are worth, in cents."""
    return planned_value(problem, payments, linear_debt(problem, payments))


def best_first(problem: Problem, chain: Chain | None = None, last: int | None = None) -> list[tuple[Problem, Optimum]]:
    """The optimum of every bucket of burden that has one, the most valuable first; each with its problem.

    Each is bounded by the bounds of all: the next best is the best only if it is as good as the best may be. A bucket
    that was not answered may hold anything. SolverError where no bucket has an optimum and one was not answered. See
    :func:`optimize`.
    """
    found: list[tuple[Problem, Optimum]] = []
    lost: SolverError | None = None
    for bucket in problem.buckets():
        try:
            optimum = optimize(bucket, chain, last)
        except SolverError as error:
            lost = error
        else:
            found += [] if optimum is None else [(bucket, optimum)]
    if lost is not None and not found:
        raise lost
    bound = np.inf if lost is not None else max((optimum.bound for _, optimum in found), default=-np.inf)
    found.sort(key=lambda pair: -pair[1].value)
    return [(bucket, _bounded_by(optimum, bound)) for bucket, optimum in found]


def _bounded_by(optimum: Optimum, bound: float) -> Optimum:
    """The same optimum where nothing is known to be worth more than ``bound`` (cents)."""
    if bound <= optimum.bound:
        return optimum
    scale = float(optimum.formulation.frame.problem.scale[0])
    gap = max(optimum.gap, relative_gap(bound / scale, optimum.value / scale))
    return replace(optimum, bound=bound, gap=gap, status=Status.OPTIMAL if gap <= CERTIFIED else Status.FEASIBLE)


def most_value(formulation: Formulation, chain: Chain) -> float | None:
    """The most value found in any lane, without a preference, in cents; None where none is solved.

    The same where time is up before a linear program is solved: another lane may be worth more. Of programs with whole
    numbers the best that is found counts.
    """
    engine = Branching(formulation, chain)
    solutions = engine.solve_all([formulation.valued(lane) for lane in range(formulation.frame.lanes)])
    values = [-solution.objective for solution in solutions if solution.solved]
    if not values or (not formulation.mixed and any(solution.out_of_time for solution in solutions)):
        return None
    return max(values) * float(formulation.frame.problem.scale[0])


def _valued(programs: Sequence[SparseProgram], engine: Branching, chain: Chain, lanes: range) -> list[Solution]:
    """Stage 1 for some lanes, the latest date first: if time is short, it is the likeliest to be possible."""
    found = [infeasible("", "left out") for _ in programs]
    with chain.share(SHARE_OF_TIME if len(lanes) > 1 else SHARE_OF_ONE_LANE):
        for lane in reversed(lanes):
            found[lane] = engine.solve(programs[lane])
    if found[lanes[-1]].out_of_time and not any(solution.solved for solution in found):
        with chain.share(SHARE_OF_ONE_LANE):
            found[lanes[-1]] = engine.solve(programs[lanes[-1]])
    return bounded(programs, found)


def insist_on_a_proof(tried: Sequence[Solution | Minimum]) -> None:
    """SolverError where some program was neither solved nor shown to have no point."""
    failed = [solution for solution in tried if solution.status == Status.FAILED]
    if failed:
        raise SolverError(
            Fault(
                tr("the solver stopped without a plan and without a proof that there is none"),
                failed[0].solver,
                failed[0].message,
                remedy=tr("allow more time, or report this case"),
            )
        )
