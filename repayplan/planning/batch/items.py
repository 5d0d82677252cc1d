"""From asks to programs: an item for every bucket of burden of every case, a lane for every last payment of an item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from repayplan.formulation.build import Formulation, depends_on_last, formulate_together
from repayplan.formulation.frame import AloneError
from repayplan.planning.batch.asks import Ask
from repayplan.planning.batch.kinds import kind
from repayplan.problem.arrays import Problem
from repayplan.problem.stacking import stack, taken

Lanes = NDArray[np.int64]

MOST_LANES = 1024
"""Lanes of one program, so that its arrays stay small."""


MANY = 4
"""So few dates of the last payment are all solved."""


@dataclass(frozen=True)
class Item:
    """A case with a hazard of its own; ``ask``: which of the asks, ``dates``: the stages that may be that of its last
    payment, ``lasts``: those of them that may have a plan."""

    ask: int
    bucket: int
    problem: Problem
    dates: tuple[int, ...]
    lasts: tuple[int, ...]
    guessed: bool

    @property
    def by_dates(self) -> bool:
        """Whether its last payment may be on many dates, of which most need not be solved; see :mod:`.dates`. What is
        fixed may hold on dates up to the last payment alone; other preferences, and plans that may leave something,
        look at every date."""
        problem = self.problem
        plain = problem.form.is_free and problem.wishes.prefer[0] == "earliest"
        full = bool(problem.limits.settle_full.all()) and not problem.pace.settled.any()
        return plain and full and len(self.lasts) > MANY

    @property
    def lenient(self) -> Item | None:
        """The same, on all dates, where the last payment may be a token; None where that is no other program."""
        problem = self.problem.with_any_last()
        return None if problem is self.problem or not self.guessed else replace(self, problem=problem, lasts=self.dates)


@dataclass(frozen=True)
class Together:
    """Items of one kind as a program; ``owner`` (N,): which of the items each lane is of."""

    items: tuple[Item, ...]
    formulation: Formulation
    owner: Lanes


def items(ask: Ask, number: int) -> Iterator[Item]:
    """The items of one ask."""
    dates = np.flatnonzero(ask.problem.pays[0])
    guessed = depends_on_last(ask.problem)
    lasts = tuple(dates.tolist()) if guessed else (int(dates[-1]),)
    if guessed and ask.last is not None:
        lasts = (ask.last,)
    for bucket, problem in enumerate(ask.problem.buckets()):
        yield Item(number, bucket, problem, lasts, lasts, guessed)


def together(wanted: Sequence[Item]) -> Iterator[Together | tuple[Item, ...]]:
    """Programs of the items, kind by kind; items whose program would be mixed as they are."""
    for alike in by_kind(wanted):
        for some in portions(alike, lanes_of):
            try:
                yield _written(some)
            except AloneError:
                yield tuple(some)


def by_kind(wanted: Sequence[Item]) -> Iterable[list[Item]]:
    """Items that can be written as one program."""
    kinds: dict[Hashable, list[Item]] = defaultdict(list)
    for item in wanted:
        kinds[kind(item.problem)].append(item)
    return kinds.values()


def lanes_of(item: Item) -> int:
    """How many lanes an item has: one a date."""
    return len(item.lasts)


def portions(alike: Sequence[Item], count: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Items in turn, no more lanes together than a program may have; the shortest terms first."""
    some: list[Item] = []
    lanes = 0
    for item in sorted(alike, key=lambda item: item.problem.shape[1]):
        if some and lanes + count(item) > MOST_LANES:
            yield some
            some, lanes = [], 0
        some.append(item)
        lanes += count(item)
    if some:
        yield some


def _written(some: Sequence[Item]) -> Together:
    owner = np.repeat(np.arange(len(some)), [len(item.lasts) for item in some])
    last = np.array([stage for item in some for stage in item.lasts], dtype=np.int64)
    problem = stack([item.problem for item in some])
    spread = problem if len(owner) == len(some) else taken(problem, owner)
    return Together(tuple(some), formulate_together(spread, last), owner)
