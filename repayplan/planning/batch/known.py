"""Items that need no program: the best plan is known, or that there is none; see :mod:`.straight`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from repayplan.planning.batch.items import Item, portions
from repayplan.planning.batch.kinds import LENGTHS, stackable
from repayplan.planning.batch.stages import Found, Unanswered
from repayplan.planning.batch.straight import Straight, straight
from repayplan.planning.batch.worth import planned_values
from repayplan.problem.arrays import Problem
from repayplan.problem.stacking import stack, taken
from repayplan.solvers.result import relative_gap

GREEDY, CLOSED_FORM = "greedy", "closed form"
"""What is told as the solver."""


@dataclass(frozen=True)
class Open:
    """An item of which a program has to say; no plan of it is worth more than ``bound`` (cents), infinite where nothing
    is known."""

    bound: float


Said = Found | Unanswered | Open


def without_programs(wanted: Sequence[Item]) -> Iterator[tuple[Item, Said]]:
    """What is known of each item: nothing where the last payment may be on one of several dates, but for dates with
    which no plan can be, which are left out."""
    single = [item for item in wanted if len(item.lasts) == 1]
    for item in _possible([item for item in wanted if len(item.lasts) > 1]):
        if len(item.lasts) == 1:
            single.append(item)
        else:
            yield item, Open(np.inf) if item.lasts else Unanswered(proven=True)
    for some in _alike(single):
        yield from zip(some, _said(some, stack([item.problem for item in some])), strict=True)


def _possible(wanted: Sequence[Item]) -> Iterator[Item]:
    """The items without dates of the last payment with which no plan can be."""
    for portion in (part for some in _alike(wanted) for part in portions(some)):
        owner = np.repeat(np.arange(len(portion)), [len(item.lasts) for item in portion])
        last = np.array([stage for item in portion for stage in item.lasts], dtype=np.int64)
        never = straight(taken(stack([item.problem for item in portion]), owner), last).impossible
        for number, item in enumerate(portion):
            yield replace(item, lasts=tuple(last[(owner == number) & ~never].tolist()))


def _alike(wanted: Sequence[Item]) -> Iterable[list[Item]]:
    """Items whose arrays can be stacked, with terms of about a length."""
    alike: dict[Hashable, list[Item]] = defaultdict(list)
    for item in wanted:
        alike[stackable(item.problem), item.problem.shape[1] // LENGTHS].append(item)
    return alike.values()


def _said(some: Sequence[Item], problem: Problem) -> list[Said]:
    """Of items with one date of the last payment each."""
    known = straight(problem, np.array([item.lasts[0] for item in some], dtype=np.int64))
    bounds = np.where(np.isnan(known.bound), np.inf, known.bound) * problem.scale
    found: list[Said] = [Open(bound) for bound in bounds.tolist()]
    plans = np.flatnonzero(known.found & ~known.impossible)
    worth = _replayed(problem, known, plans)
    for place in np.flatnonzero(known.impossible).tolist():
        found[place] = Unanswered(proven=True)
    for place, (replayed, kept) in zip(plans.tolist(), worth, strict=True):
        found[place] = _found(some[place], place, problem, known, (replayed, kept))
    return found


def _replayed(problem: Problem, known: Straight, plans: NDArray[np.int64]) -> list[tuple[float, float]]:
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
