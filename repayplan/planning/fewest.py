"""The fewest different amounts: one amount, then two, and so on, until some plan worth enough has no more.

Every count is a mixed-integer program a last date; the first count that is possible is the answer, with the earliest
payments. The last payment is what is left and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from repayplan.formulation.build import Formulation, formulate
from repayplan.language import tr
from repayplan.planning.branching import Branching
from repayplan.planning.optimum import Optimum, linear_value
from repayplan.planning.preference import NOISE, Preferred, choose
from repayplan.solvers.chain import Chain
from repayplan.solvers.result import CERTIFIED, Status

MOST_AMOUNTS = 4
"""More amounts than this are no schedule that anybody would call even; then the earliest plan stands."""


MOST_LANES = 3
"""Each program takes seconds where there are some dozens of dates, so not more last dates are tried."""


def fewest(optimum: Optimum, chain: Chain) -> Optimum:
    """The optimum with the fewest amounts, or ``optimum`` itself where no handful of them does.

    Not called optimal then, nor where not every date was tried as the last one, or a tree was too large to say that
    fewer amounts are impossible.
    """
    problem = optimum.formulation.frame.problem
    lanes = _few_lanes(optimum)
    some = tr("for the fewest amounts not every date was tried as the last one")
    doubt = some if len(lanes) < len(optimum.worth) else None
    unsure = doubt is not None
    worth = {lane: optimum.worth[lane] - NOISE for lane in lanes}
    for count in range(1, MOST_AMOUNTS + 1):
        wished = replace(problem, wishes=problem.wishes.with_amounts(count))
        formulation = formulate(wished)
        chain.unfinished = False
        chosen = choose(Branching(formulation, chain), formulation, worth)
        unsure = unsure or chain.unfinished
        if chosen is None:
            continue
        chosen = _sooner(Branching(formulation, chain), formulation, optimum, chosen, lanes)
        payments = np.maximum(formulation.payments(chosen.lane, chosen.solution.columns), 0.0)
        gap = np.inf if unsure else max(optimum.value_gap, chosen.gap)
        return replace(
            optimum,
            formulation=formulation,
            lane=chosen.lane,
            payments=payments,
            kept=linear_value(problem, payments),
            gap=gap,
            status=Status.OPTIMAL if gap <= CERTIFIED else Status.FEASIBLE,
            preferred=chosen.solution,
            criteria=chosen.kept,
            doubt=doubt,
        )
    none = tr("no plan of {count} different amounts or fewer was found; the earliest stands", count=MOST_AMOUNTS)
    return replace(optimum, status=Status.FEASIBLE, gap=np.inf, doubt=none)


def _sooner(
    engine: Branching, formulation: Formulation, optimum: Optimum, chosen: Preferred, tried: Sequence[int]
) -> Preferred:
    """As few amounts with earlier payments, on last dates between one that has no such plan and the one that has."""
    failed = max((lane for lane in tried if lane < chosen.lane), default=chosen.lane)
    between = [lane for lane in sorted(optimum.worth) if failed < lane < chosen.lane]
    while between:
        middle = len(between) // 2
        lane = between[middle]
        found = choose(engine, formulation, {lane: optimum.worth[lane] - NOISE})
        if found is not None and _lateness(found) < _lateness(chosen):
            chosen, between = found, between[:middle]
        else:
            between = between[middle + 1 :]
    return chosen


def _lateness(chosen: Preferred) -> tuple[float, ...]:
    """What the criteria came to, one after the other; less is earlier."""
    return (*chosen.kept, chosen.solution.objective)


def _few_lanes(optimum: Optimum) -> list[int]:
    """All last dates, or that of the earliest plan, the latest, and the one halfway."""
    lanes = sorted(optimum.worth)
    if len(lanes) <= MOST_LANES:
        return lanes
    later = [lane for lane in lanes if lane >= optimum.lane]
    return sorted({optimum.lane, later[len(later) // 2], lanes[-1]} & set(lanes))
