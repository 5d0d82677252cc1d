"""Thousands of programs solved and certified at once, against HiGHS and against PuLP + CBC one by one, in one run.

``python -m benchmarks.batched [--cases 10000] [--write]`` prints CPU milliseconds a program at 36 and 60 months and 1,
2 and 3 loans, the ratios, iterations, and which share of lanes is certified to which gap. ``--write`` puts the table
into ``docs/batched.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import naive
from benchmarks.machine import lines, write_between
from benchmarks.planning import Clock
from benchmarks.registry import SUBJECTS, Size, draw
from repayplan.formulation.build import formulate
from repayplan.problem.arrays import Problem
from repayplan.problem.assemble import assemble
from repayplan.problem.terms import resolve
from repayplan.solvers.batched import Solved, solve_batch, stacked
from repayplan.solvers.highs import Highs
from repayplan.solvers.result import Status
from repayplan.solvers.sparse import SparseProgram

PAGE = Path(__file__).parents[1] / "docs" / "batched.md"
MARKS = ("<!-- measured -->", "<!-- end of measured -->")

SIZES = tuple(Size(months, loans) for months in (36, 60) for loans in (1, 2, 3))
FORECASTS = 20
"""Forecasts of one borrower: its receipts are drawn anew around the first ones."""

CHUNK = 2_500
HIGHS_EVERY, CBC_EVERY = 10, 250
"""HiGHS and CBC solve every so many of the programs, spread over all borrowers."""

SAME = 1e-8
HEADINGS = (
    "size",
    "programs",
    "arrays",
    "batched",
    "HiGHS",
    "ratio",
    "PuLP + CBC",
    "ratio",
    "iterations",
    "≤ 1e-8",
    "≤ 1e-6",
    "left to HiGHS",
    "difference",
)


@dataclass
class Book:
    """What was found at one size: CPU seconds by side, gaps and iterations of all lanes, the largest difference."""

    size: Size
    clock: Clock = field(default_factory=Clock)
    gaps: list[float] = field(default_factory=list)
    iterations: list[int] = field(default_factory=list)
    by_highs: int = 0
    by_cbc: int = 0
    left: int = 0
    difference: float = 0.0

    def milliseconds(self, side: str, count: int) -> float:
        """CPU milliseconds a program."""
        return 1_000 * self.clock.spent.get(side, 0.0) / max(count, 1)

    def row(self) -> list[str]:
        """As text."""
        count, gaps = len(self.gaps), np.array(self.gaps)
        here, highs = self.milliseconds("batched", count), self.milliseconds("highs", self.by_highs)
        model, cbc = self.milliseconds("model", self.by_cbc), self.milliseconds("cbc", self.by_cbc)
        return [
            f"{self.size}",
            f"{count:,}",
            f"{self.milliseconds('arrays', count):.2f}",
            f"{here:.3f}",
            f"{highs:.2f}",
            f"{highs / here:.0f}×",
            f"{model:.0f} + {cbc:.0f}",
            f"{(model + cbc) / here:.0f}×",
            f"{np.mean(self.iterations):.1f}",
            f"{100 * (gaps <= 1e-8).mean():.2f}%",
            f"{100 * (gaps <= 1e-6).mean():.2f}%",
            f"{self.left}",
            f"{self.difference:.0e}",
        ]


def problems(size: Size, count: int) -> Iterator[Problem]:
    """So many cases: invented borrowers, each with some forecasts, whose receipts differ by up to a fifth a month."""
    random = np.random.default_rng([size.months, size.loans])
    for case in draw(size, SUBJECTS[0], -(-count // FORECASTS)):
        problem = assemble(case, resolve(case))
        inflow = problem.cash.inflow
        for _ in range(FORECASTS):
            change = (inflow[0] * random.uniform(-0.15, 0.2, inflow.shape[1])).astype(np.int64)
            trough = problem.cash.trough + np.cumsum(change)[None]
            yield replace(problem, cash=replace(problem.cash, inflow=inflow + change, trough=trough))


def measured(size: Size, count: int) -> Book:
    """All sides in turn, chunk by chunk, so that they meet the same weather on the machine."""
    book = Book(size)
    source, place = problems(size, count), 0
    while chunk := list(islice(source, min(CHUNK, count - place))):
        programs = [formulate(problem).valued(0) for problem in chunk]
        with book.clock.phase("arrays"):
            arrays = stacked(programs)
        with book.clock.phase("batched"):
            solved = solve_batch(arrays)
        note(book, solved)
        for number in range(-place % HIGHS_EVERY, len(chunk), HIGHS_EVERY):
            against_highs(book, programs[number], solved, number)
        for number in range(-place % CBC_EVERY, len(chunk), CBC_EVERY):
            against_cbc(book, chunk[number], solved, number)
        place += len(chunk)
    return book


def note(book: Book, solved: Solved) -> None:
    """Gaps of all lanes; one without a point counts as proven, or as infinite."""
    none = solved.status == Status.INFEASIBLE
    book.gaps += np.where(none, 0.0, solved.gap).tolist()
    book.iterations += solved.iterations.tolist()
    book.left += int((~none & (solved.status != Status.OPTIMAL)).sum())


def against_highs(book: Book, program: SparseProgram, solved: Solved, lane: int) -> None:
    """A model passed anew, solved with presolve and certified; SystemExit where both do not find the same."""
    with book.clock.phase("highs"):
        wanted = Highs().solve(program)
    book.by_highs += 1
    if (wanted.status is Status.INFEASIBLE) != (solved.status[lane] is Status.INFEASIBLE):
        raise SystemExit(f"{book.size}: HiGHS says {wanted.status}, the batch {solved.status[lane]}")
    if wanted.solved and solved.status[lane] is Status.OPTIMAL:
        difference = abs(solved.objective[lane] - wanted.objective) / abs(wanted.objective)
        book.difference = max(book.difference, difference)
        if difference > SAME:
            raise SystemExit(f"{book.size}: HiGHS finds {wanted.objective}, the batch {solved.objective[lane]}")


def against_cbc(book: Book, problem: Problem, solved: Solved, lane: int) -> None:
    """PuLP makes the model and writes it, CBC solves it, PuLP reads the solution: there is no other way into it."""
    with book.clock.phase("model"):
        model = naive.build(problem, None)
    with book.clock.phase("cbc"):
        value = naive.solve(model, model.value)
    book.by_cbc += 1
    here = -float(solved.objective[lane]) * float(problem.scale[0]) / naive.CENTS
    if value is not None and solved.status[lane] is Status.OPTIMAL and abs(value - here) > 1e-6 * abs(value):
        raise SystemExit(f"{book.size}: CBC finds {value}, the batch {here}")


def main() -> None:
    """Measure every size and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batched", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--write", action="store_true", help="write the table into docs/batched.md")
    arguments = parser.parse_args()
    measured(SIZES[0], 16)  # compile, fill caches
    books = [measured(size, arguments.cases) for size in SIZES]
    table = Table(title="CPU milliseconds a program, solved and certified")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "size" else "right")
    for book in books:
        table.add_row(*book.row())
    Console(width=200).print(table)
    if arguments.write:
        write(books)


def write(books: list[Book]) -> None:
    """Between the marks of the page."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("highspy", "pulp", "numpy", "numba"))
    when = f"Measured on {dt.date.today():%Y-%m-%d}, Python {platform.python_version()}, {libraries}."
    write_between(PAGE, MARKS, "\n".join([when, "", *lines(HEADINGS, [book.row() for book in books])]))


if __name__ == "__main__":
    main()
