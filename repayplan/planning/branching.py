"""Programs in which some columns are whole numbers: cheap guesses first, then branch and bound.

The linear program without whole numbers bounds them all. A guess sets every "clear" column to 0 before a stage and to
1 from it on: arrears are cleared there and kept clear. Where that is all there is to choose, as with principal first,
every stage is tried and the best is the optimum. Otherwise branch and bound decides, as long as trees stay within a
budget of work, counted in steps of the simplex method and not in seconds, so that every machine comes to the same end;
beyond it the best guess stands, unproven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from repayplan.formulation.build import Formulation
from repayplan.solvers.chain import Chain
from repayplan.solvers.interface import as_proven, fixed, no_point
from repayplan.solvers.result import TREE_IS_FULL, Solution, Status
from repayplan.solvers.sparse import SparseProgram

WORK = 400_000
"""Steps of the simplex method for all trees of a formulation, where nobody sets a limit of time: about two minutes."""

ROOT, UNTOLD = 1_000, 20_000
"""Steps that a tree counts for at least, as its root takes some time of its own; and where a solver does not tell."""


CUT_OFF = "cannot be better than what is found"


class Branching:
    """Solves the programs of one formulation one after the other, by a chain of solvers."""

    def __init__(self, formulation: Formulation, chain: Chain) -> None:
        self._live = chain
        self._work = WORK if chain.time_limit is None else np.inf
        labels = formulation.layout.column_labels
        self._clear = np.array([label.name.startswith("clear.") for label in labels])
        self._stage = np.array([label.stage for label in labels])
        self._steps = np.flatnonzero(formulation.frame.problem.pays[0])
        self._never = formulation.frame.stages
        self._exhaustive = formulation.one_step

    def solve(self, program: SparseProgram) -> Solution:
        """The optimum, or the best that time allowed; its bound holds in any case."""
        if not program.mixed:
            return self._live.solve(program)
        relaxed = self._live.solve(program.relaxed)
        if not relaxed.solved:
            return relaxed
        if self._exhaustive:
            return self._every_step(program, relaxed)
        guess = self._guess(program, relaxed)
        return guess if guess is not None and guess.status is Status.OPTIMAL else self._branch(program, relaxed, guess)

    @property
    def time_is_up(self) -> bool:
        """Whether all the time is spent."""
        return self._live.time_is_up

    def solve_all(self, programs: Sequence[SparseProgram]) -> list[Solution]:
        """Every program; of mixed ones those that may hold the least of all."""
        if any(program.mixed for program in programs):
            return self.best_of(programs)
        return [self._live.solve(program) for program in programs]

    def best_of(self, programs: Sequence[SparseProgram]) -> list[Solution]:
        """The mixed programs that may hold the least of all are solved; of the others only a bound is found."""
        relaxed = [self._live.solve(program.relaxed) for program in programs]
        found = [replace(bounded, status=Status.FAILED, message=CUT_OFF) for bounded in relaxed]
        least = np.inf
        for number in sorted(range(len(programs)), key=lambda number: relaxed[number].bound):
            if relaxed[number].bound < least:
                found[number] = self.solve(programs[number])
                least = min(least, found[number].objective) if found[number].solved else least
        return found

    def _every_step(self, program: SparseProgram, relaxed: Solution) -> Solution:
        """The best of all choices, each a linear program; its bound is the least of theirs."""
        tried = [self._stepped(program, relaxed, first) for first in (*self._steps, self._never)]
        bounds = [relaxed.bound if t.status is Status.FAILED else t.bound for t in tried]
        best = min(tried, key=lambda point: point.objective if point.solved else np.inf)
        return as_proven(replace(best, bound=max(min(bounds), relaxed.bound))) if best.solved else best

    def _stepped(self, program: SparseProgram, relaxed: Solution, first: int) -> Solution:
        """The program in which everything is clear from a stage on and nothing before."""
        return self._live.solve(fixed(program, np.where(self._clear, self._stage >= first, relaxed.columns)))

    def _guess(self, program: SparseProgram, relaxed: Solution) -> Solution | None:
        """The better of two guesses: all is clear from the first payment on, or from where the relaxed program is."""
        if not self._clear[program.integer].all():
            return None
        clear = self._stage[self._clear & (relaxed.columns > 0.5)].min(initial=self._never)
        found = [self._stepped(program, relaxed, int(first)) for first in {int(self._steps[0]), int(clear)}]
        solved = [as_proven(replace(point, bound=relaxed.bound)) for point in found if point.solved]
        return min(solved, key=lambda point: point.objective, default=None)

    def _branch(self, program: SparseProgram, relaxed: Solution, guess: Solution | None) -> Solution:
        found = self._searched(program)
        if found.status is Status.INFEASIBLE:
            return found
        solved = [point for point in (found, guess) if point is not None and point.solved]
        bound = max(found.bound, relaxed.bound)
        if not solved:
            return replace(found, status=Status.FAILED, columns=np.empty(0), bound=bound)
        return as_proven(replace(min(solved, key=lambda point: point.objective), bound=bound))

    def _searched(self, program: SparseProgram) -> Solution:
        """What branch and bound finds within what is left of the work."""
        if self._work <= 0:
            self._live.unfinished = True
            return no_point(program, self._live.name, TREE_IS_FULL)
        found = self._live.solve(program)
        self._work -= max(UNTOLD if found.iterations is None else found.iterations, ROOT)
        return found
