"""A chain of solvers: the one that was asked for, and where it fails the next; every attempt is recorded.

The chain also keeps the clock: all its solves together take no longer than the time they were given. Where a solver
other than HiGHS says that a program has no point, HiGHS is asked as well, and decides.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from repayplan.errors import SolverError
from repayplan.solvers.batched import Batched
from repayplan.solvers.glop import Glop
from repayplan.solvers.highs import GROWING, Highs
from repayplan.solvers.interface import Solver, no_point
from repayplan.solvers.result import TIME_IS_UP, Attempt, Solution, Status
from repayplan.solvers.sparse import SparseProgram
from repayplan.solvers.through_pulp import ThroughPulp

DEFAULT = "highs"
FALLBACK = ("highs", "glop", "cbc")


def solver(name: str) -> Solver:
    """The solver of a name: highs, glop, cbc, batched, or one that PuLP knows. InputError where it is not there."""
    match name.lower():
        case "highs":
            return Highs()
        case "glop":
            return Glop()
        case "batched":
            return Batched()
        case _:
            return ThroughPulp(name)


class Chain:
    """Solvers in the order in which they are tried; ``time_limit`` (seconds) is for all solves together.

    ``out_of_time``: some program was not solved for want of time; ``unfinished``: or because its tree was too large.
    InputError where there is no solver ``first``.
    """

    def __init__(self, first: str = DEFAULT, time_limit: float | None = None) -> None:
        first = first.lower()
        self._order = (first, *(name for name in FALLBACK if name != first))
        self._solvers: dict[str, Solver] = {first: solver(first)}
        self._growing: Highs | None = None
        self.time_limit = time_limit
        self._until = None if time_limit is None else time.monotonic() + time_limit
        self.out_of_time = self.unfinished = False
        self._attempts: Counter[Attempt] = Counter()

    @property
    def name(self) -> str:
        """The solver that is asked first."""
        return self._solvers[self._order[0]].name

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """What was tried so far, alike ones counted together, in the order in which they came up first."""
        return tuple(replace(attempt, programs=times) for attempt, times in self._attempts.items())

    @property
    def time_is_up(self) -> bool:
        """Whether nothing more can be solved."""
        return self._until is not None and time.monotonic() >= self._until

    @contextmanager
    def share(self, part: float) -> Iterator[None]:
        """Within it, no more than a part of the time that is left may be spent."""
        before = self._until
        if before is not None:
            now = time.monotonic()
            self._until = now + part * max(before - now, 0.0)
        try:
            yield
        finally:
            self._until = before

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Within it, no more than so many seconds may be spent."""
        before = self._until
        until = time.monotonic() + seconds
        self._until = until if before is None else min(before, until)
        try:
            yield
        finally:
            self._until = before

    def grow(self, program: SparseProgram) -> Solution:
        """As :meth:`solve`, for one linear program that is asked about again and again with a few rows more."""
        if program.mixed or self._order[0] != DEFAULT:
            return self.solve(program)
        if self._growing is None:
            self._growing = Highs(GROWING)
        left = None if self._until is None else self._until - time.monotonic()
        if left is None or left > 0:
            found = self._growing.solve(program, left)
            self._attempts.update(found.attempts)
            if found.status in (Status.OPTIMAL, Status.INFEASIBLE):
                return found
        return self.solve(program)

    def solve(self, program: SparseProgram) -> Solution:
        """The solution of the first solver that is sure of one, otherwise the best there is."""
        best = no_point(program, self.name, TIME_IS_UP)
        for name in self._order:
            left = None if self._until is None else self._until - time.monotonic()
            if left is not None and left <= 0:
                self.out_of_time = self.unfinished = True
                return best
            found = self._ask(name, program, left)
            if found is None:
                continue
            if found.status is Status.OPTIMAL or (found.status is Status.INFEASIBLE and name == DEFAULT):
                return found
            best = _better(best, found)
            if found.solved and program.mixed:  # a tree that has grown too large in one solver does so in others
                break
            if found.out_of_time:
                self.unfinished = True
                self.out_of_time = self.out_of_time or found.message == TIME_IS_UP
                break
        return best

    def _ask(self, name: str, program: SparseProgram, left: float | None) -> Solution | None:
        """What one solver of the chain says; None where it is not there or does not take such programs."""
        if name not in self._solvers:
            try:
                self._solvers[name] = solver(name)
            except (SolverError, ImportError):
                return None
        engine = self._solvers[name]
        if program.mixed and not engine.takes_whole_numbers:
            return None
        found = engine.solve(program, left)
        self._attempts.update(found.attempts)
        return found


def _better(one: Solution, two: Solution) -> Solution:
    """A point before none, the smaller gap before the larger; what only another solver calls infeasible is open."""
    if two.status is Status.INFEASIBLE:
        two = replace(two, status=Status.FAILED, bound=-float("inf"))
    if one.solved != two.solved:
        return one if one.solved else two
    return replace(one if one.objective <= two.objective else two, bound=max(one.bound, two.bound))
