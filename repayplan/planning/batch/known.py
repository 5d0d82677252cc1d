"""Items that need no program: the best plan is known, or that there is none; see :mod:`.straight`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from repayplan.planning.batch.items import Item
from repayplan.planning.batch.kinds import stackable
from repayplan.planning.batch.stages import Found, Unanswered
from repayplan.planning.batch.straight import Straight, straight
from repayplan.planning.batch.worth import planned_values
from repayplan.problem.arrays import Problem
from repayplan.problem.stacking import stack
from repayplan.solvers.result import relative_gap

GREEDY, CLOSED_FORM = "greedy", "closed form"
"""What is told as the solver."""

Said = Found | Unanswered | None


def without_programs(wanted: Sequence[Item]) -> Iterator[tuple[list[Item], Problem, list[Said]]]:
    """Items that can be stacked, their problem, and what is known of each; None where a program has to say."""
    alike: dict[Hashable, list[Item]] = defaultdict(list)
    for item in wanted:
        alike[stackable(item.problem)].append(item)
    for some in alike.values():
        problem = stack([item.problem for item in some])
        yield some, problem, _said(some, problem)


def _said(some: Sequence[Item], problem: Problem) -> list[Said]:
    """Of items whose last payment may be on one of several dates nothing is said."""
    last = np.array([item.lasts[-1] for item in some], dtype=np.int64)
    known = straight(problem, last)
    found: list[Said] = [None] * len(some)
    plans = [place for place, item in enumerate(some) if len(item.lasts) == 1 and known.found[place]]
    worth = _replayed(problem, known, np.array(plans, dtype=np.int64))
    for place, item in enumerate(some):
        if len(item.lasts) == 1 and known.impossible[place]:
            found[place] = Unanswered(proven=True)
    for place, (replayed, kept) in zip(plans, worth, strict=True):
        found[place] = _found(some[place], place, problem, known, (replayed, kept))
    return found


def _replayed(problem: Problem, known: Straight, plans: np.ndarray) -> list[tuple[float, float]]:
    """What the plans of the most value and the preferred ones are worth, settled class by class; cents."""
    if not plans.size:
        return []
    scale = problem.scale[plans][:, None, None]
    both = (known.valued, known.payments)
    first, second = (planned_values(problem, plans, each[plans][:, :, None] * scale) for each in both)
    return list(zip(first.tolist(), second.tolist(), strict=True))


def _found(item: Item, place: int, problem: Problem, known: Straight, worth: tuple[float, float]) -> Found:
    scale, value, bound = float(problem.scale[place]), float(known.value[place]), float(known.bound[place])
    form, last = problem.form, item.lasts[0]
    theta = np.zeros((form.thetas, problem.shape[1]))
    shaped = bool(known.tied[place])
    if form.thetas:
        counted = np.flatnonzero(form.counted[place, : last + 1])
        if counted.size:
            theta[:, counted[0] : counted[-1] + 1] = known.theta[place] * scale
    return Found(
        lane=place,
        last=last,
        payments=known.payments[place][:, None] * scale,
        theta=theta,
        value=value * scale,
        bound=bound * scale,
        kept=worth[1],
        least=float(known.least[place]),
        gap=max(relative_gap(bound, value), relative_gap(value, worth[0] / scale)),
        valued=None,
        preferred=None,
        solver=CLOSED_FORM if shaped else GREEDY,
    )
