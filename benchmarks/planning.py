"""Planning one case after the other, phase by phase: build the programs, solve them, make them exact, write the plan.

One driver per phase and side. The other side, PuLP + CBC, has nothing like *exact*: its payments are neither rounded
nor replayed nor judged.
"""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import naive
from benchmarks.registry import Size, Subject, draw
from repayplan.cases.models import Case
from repayplan.formulation.build import formulate
from repayplan.planning.exact import make_exact
from repayplan.planning.optimum import Optimum, solve
from repayplan.planning.plan import plan
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import resolve
from repayplan.report.files import write_plan
from repayplan.solvers.chain import Chain

PHASES = ("build", "solve", "exact", "write")
AGREEMENT = 1e-6
"""CBC and HiGHS agree on values to this, relative."""


@dataclass
class Clock:
    """CPU seconds by phase, those of processes that were started included."""

    spent: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        began = cpu()
        yield
        self.spent[name] = self.spent.get(name, 0.0) + cpu() - began

    def per_case(self, count: int) -> dict[str, float]:
        """CPU seconds of one case, by phase."""
        return {name: seconds / count for name, seconds in self.spent.items()}


@dataclass(frozen=True)
class Measured:
    """CPU seconds per case by phase on both sides, how many programs a case has, and the largest difference in value.

    ``whole`` is one call of ``repayplan.plan`` and the writing of its files; on the other side the sum of its phases.
    """

    size: Size
    subject: Subject
    cases: int
    programs: float
    here: dict[str, float]
    there: dict[str, float]
    difference: float


def measure(size: Size, subject: Subject, count: int, folder: Path) -> Measured:
    """Both sides on the same cases; SystemExit where they disagree."""
    here, there = Clock(), Clock()
    programs, difference = 0, 0.0
    for number, case in enumerate(draw(size, subject, count)):
        problem = assemble(case, resolve(case))
        found = ours(case, here, folder / f"{number}-here")
        wanted = theirs(problem, there, folder / f"{number}-there")
        gc.collect()  # what one side leaves behind is not charged to the other
        if found is None or wanted is None:
            raise SystemExit(f"{subject.name}, {size}, case {number}: no plan is found")
        programs += len(naive.lanes(problem))
        difference = max(difference, abs(found.value / naive.CENTS - wanted.value) / abs(wanted.value))
    if difference > AGREEMENT:
        raise SystemExit(f"{subject.name}, {size}: values differ by {difference:.1e}")
    return Measured(size, subject, count, programs / count, here.per_case(count), there.per_case(count), difference)


def ours(case: Case, clock: Clock, folder: Path) -> Optimum | None:
    """repayplan: its phases one by one, then everything in one go as a user calls it."""
    terms = resolve(case)
    with clock.phase("build"):
        problem = assemble(case, terms)
        formulation = formulate(problem)
    with clock.phase("solve"):
        optimum = solve(formulation, Chain())
    if optimum is None:
        return None
    with clock.phase("exact"):
        make_exact(case, terms, problem, optimum)
    made = plan(case)
    with clock.phase("write"):
        write_plan(made, folder)
    with clock.phase("whole"):
        write_plan(plan(case), folder)
    return optimum


def theirs(problem: Problem, clock: Clock, folder: Path) -> naive.Answer | None:
    """What PuLP + CBC find."""
    with clock.phase("build"):
        models = [naive.build(problem, last) for last in naive.lanes(problem)]
    with clock.phase("solve"):
        answer = naive.both_stages(problem, models)
    if answer is not None:
        with clock.phase("write"):
            naive.write(answer, folder)
    clock.spent["whole"] = sum(clock.spent.get(phase, 0.0) for phase in PHASES)
    return answer


def cpu() -> float:
    """CPU seconds of this process and of those it has started and waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
