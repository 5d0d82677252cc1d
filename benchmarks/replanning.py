"""Planning again after the forecast has moved: a live HiGHS model against the best of several cold solves.

Only right-hand sides differ between the programs; both sides read the solution and certify it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.registry import SUBJECTS, Size, draw
from repayplan.formulation.build import formulate
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import resolve
from repayplan.solvers.highs import Highs
from repayplan.solvers.result import Solution
from repayplan.solvers.sparse import SparseProgram

SIZES = tuple(Size(months, loans) for months in (36, 60) for loans in (1, 2, 3))
CHANGES = 5
REPEATS = 3
SAME = 1e-6

WAYS: tuple[Mapping[str, str], ...] = ({}, {"presolve": "off"}, {"solver": "ipm"})
"""Options of the cold solves; the quickest of them, and of so many repeats, counts."""


@dataclass(frozen=True)
class Again:
    """CPU seconds a program: to build it, to solve it cold, to solve it from the one before."""

    size: Size
    programs: int
    build: float
    cold: float
    hot: float


def again(size: Size, count: int) -> Again:
    """Both sides on the same programs; SystemExit where they disagree."""
    build = cold = hot = 0.0
    programs = 0
    for case in draw(size, SUBJECTS[0], count):
        problem = assemble(case, resolve(case))
        live = Highs()
        live.solve(formulate(problem).valued(0))
        for moved in moves(problem):
            began = time.process_time()
            program = formulate(moved).valued(0)
            build += time.process_time() - began
            began = time.process_time()
            found = live.solve(program)
            hot += time.process_time() - began
            seconds, objective = best_cold(program)
            cold += seconds
            programs += 1
            if not found.solved or abs(found.objective - objective) > SAME:
                raise SystemExit(f"{size}: the live model finds {found.objective}, a new one {objective}")
    return Again(size, programs, build / programs, cold / programs, hot / programs)


def moves(problem: Problem) -> Iterator[Problem]:
    """The same problem with receipts from some month on a few percent higher or lower."""
    random = np.random.default_rng(problem.shape)
    for number in range(CHANGES):
        inflow = problem.cash.inflow
        change = (inflow[0] * random.uniform(-0.04, 0.04, inflow.shape[1])).astype(np.int64)
        change[: 3 + 2 * number] = 0
        trough = problem.cash.trough + np.cumsum(change)[None]
        yield replace(problem, cash=replace(problem.cash, inflow=inflow + change, trough=trough))


def best_cold(program: SparseProgram) -> tuple[float, float]:
    """CPU seconds of the quickest way to solve a program anew, and its objective."""
    best, objective = np.inf, np.nan
    for options in WAYS:
        for _ in range(REPEATS):
            began = time.process_time()
            found: Solution = Highs(options).solve(program)
            best = min(best, time.process_time() - began)
        objective = found.objective
    return best, objective
