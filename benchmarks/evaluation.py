"""Schedules in futures: the compiled core and NumPy against NumPy as one would write it down, in one run.

``python -m benchmarks.evaluation [--cases 1000] [--scenarios 1000]`` prints CPU nanoseconds a stage of a scenario on
one core, the ratios, what drawing costs beside it, wall clock on two threads, and the most memory held: by drawing and
evaluating block by block, which comes first, and with all futures and plain NumPy at once.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import plain_core
from benchmarks.planning import Clock
from benchmarks.registry import Size, Subject, draw
from repayplan.evaluate import compiled
from repayplan.evaluate.core import Source, evaluate
from repayplan.evaluate.outcome import Fates
from repayplan.evaluate.setting import Drawn, Hazard, Setting, stack
from repayplan.forecast.futures import Drawing
from repayplan.forecast.futures.drawing import COMPILED_AFTER, drawn
from repayplan.planning.plan import plan
from repayplan.planning.plan_file import plan_file
from repayplan.planning.stress import Prepared

MONTHS = 60
PLANS = 10
"""So many cases are planned; the others are the same again, in futures of their own."""

SUBJECT = Subject("free shape, month ends", {"step": "off", "balloon": "off", "payment_day": 31, "recovery": "30%"}, 1)

BLOCK = 1_000
"""Cases held at a time: what NumPy with temporaries is written for, every step over all of them at once."""

NUMBERS = 100_000
"""Normals at a time, to begin with."""

TURNS = 3
"""Times that everything is measured; the best counts, since whatever else runs takes from all."""


@dataclass(frozen=True)
class Book:
    """Borrowers and their futures, drawn block by block; what drawing costs is counted apart."""

    setting: Setting
    plans: tuple[Prepared, ...]
    scenarios: int
    clock: Clock

    @classmethod
    def of(cls, cases: int, scenarios: int) -> Book:
        """Plans of the registry's largest size, repeated."""
        made = [Prepared.of(plan_file(plan(case))) for case in draw(Size(MONTHS, 1), SUBJECT, PLANS)]
        return cls(stack([made[n % PLANS].setting for n in range(cases)]), tuple(made), scenarios, Clock())

    def source(self) -> Source:
        """Draws futures; each case has a seed of its own."""

        def futures_of(cases: slice, first: int, count: int) -> Drawn:
            with self.clock.phase("draw"):
                own = np.empty((cases.stop - cases.start, self.setting.shape[1], count))
                for place, number in enumerate(range(cases.start, cases.stop)):
                    made = self.plans[number % PLANS]
                    futures = made.draw(Drawing(seed=number, scenarios=self.scenarios), first, count)
                    own[place, : len(made.over.days)] = futures.own.T
                    own[place, len(made.over.days) :] = 0.0
                return Drawn(own)

        return futures_of


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--scenarios", type=int, default=1_000)
    arguments = parser.parse_args()
    book, console = Book.of(arguments.cases, arguments.scenarios), Console()
    compiled.run(book.setting.part(slice(0, 1)), book.source()(slice(0, 1), 0, 2), "weight")  # compile, fill caches
    for _ in range(COMPILED_AFTER // NUMBERS + 1):  # as many as a book draws before its normals are compiled
        drawn(Drawing(1, NUMBERS, "plain"), "nobody", "nothing", 1, 0, NUMBERS)
    book.clock.spent.clear()
    streamed(book, console)
    book.clock.spent.clear()
    hazards: tuple[Hazard, ...] = ("weight", "arrears")
    for hazard in hazards:
        console.print(table(book, hazard))
    threads(book, console)
    console.print(f"most memory held, all futures and plain NumPy included: {held():,.0f} MB")


def table(book: Book, hazard: Hazard) -> Table:
    """Three ways in turn, so that all meet the same weather on the machine; the best of some turns of each."""
    spent, draws, cells = {"Numba": 0.0, "NumPy": 0.0, "plain": 0.0}, book.source(), 0
    for start in range(0, book.setting.shape[0], BLOCK):
        block = slice(start, min(start + BLOCK, book.setting.shape[0]))
        part, drawn = book.setting.part(block), draws(block, 0, book.scenarios)
        ways: dict[str, Callable[[], Fates]] = {
            "Numba": lambda p=part, d=drawn: compiled.run(p, d, hazard).fates,  # type: ignore[misc]
            "NumPy": lambda p=part, d=drawn: evaluate(p, d, hazard=hazard, engine="numpy").fates,  # type: ignore[misc]
            "plain": lambda p=part, d=drawn: plain_core.run(p, d, hazard),  # type: ignore[misc]
        }
        turns: list[dict[str, float]] = []
        for _ in range(TURNS):
            clock = Clock()
            found = {name: timed(clock, name, way) for name, way in ways.items()}
            turns.append(clock.spent)
            for name in ("Numba", "NumPy"):
                agree(found[name], found["plain"])
        for name in spent:
            spent[name] += min(turn[name] for turn in turns)
        cells += part.shape[0] * part.shape[1] * book.scenarios
    shown = Table(title=f"{hazard}: {book.setting.shape[0]:,} × {book.scenarios:,} × {book.setting.shape[1]} stages")
    for heading in ("core", "CPU ns a stage", "times faster"):
        shown.add_column(heading, justify="left" if heading == "core" else "right")
    for name in ("Numba", "NumPy", "plain"):
        shown.add_row(name, f"{spent[name] / cells * 1e9:.1f}", f"{spent['plain'] / spent[name]:.1f}×")
    shown.add_row("draws, apart", f"{book.clock.spent.pop('draw') / cells * 1e9:.1f}", "")
    return shown


def timed(clock: Clock, name: str, work: Callable[[], Fates]) -> Fates:
    """CPU time of some work, this process alone."""
    with clock.phase(name):
        return work()


def agree(found: Fates, wanted: Fates) -> None:
    """SystemExit where two cores differ."""
    same = np.array_equal(found.missed, wanted.missed) and np.array_equal(found.defaulted, wanted.defaulted)
    if not same or not np.allclose(found.value, wanted.value, rtol=1e-12, atol=1e-6):
        raise SystemExit("the cores differ")


def streamed(book: Book, console: Console) -> None:
    """Everything drawn and evaluated block by block: CPU time, and the most memory held so far."""
    setting, clock = book.setting, Clock()
    with clock.phase("all"):
        evaluate(setting, book.source(), book.scenarios, hazard="arrears", engine="numba")
    cells = setting.shape[0] * setting.shape[1] * book.scenarios
    drawing, whole = (spent / cells * 1e9 for spent in (book.clock.spent["draw"], clock.spent["all"]))
    console.print(f"drawn and evaluated block by block: {whole:.1f} ns a stage, {drawing:.1f} of them drawing")
    console.print(f"most memory held by that: {held():,.0f} MB")


def threads(book: Book, console: Console) -> None:
    """Wall clock with one thread and two."""
    futures = book.source()(slice(0, min(book.setting.shape[0], BLOCK)), 0, book.scenarios)
    part = book.setting.part(slice(0, futures.own.shape[0]))
    walls: dict[int, float] = {1: np.inf, 2: np.inf}
    for _ in range(4 * TURNS):
        for workers, best in walls.items():
            began = time.perf_counter()
            compiled.run(part, futures, "weight", workers=workers)
            walls[workers] = min(best, time.perf_counter() - began)
    console.print(f"two threads, wall clock: {walls[1] / walls[2]:.2f}×")


def held() -> float:
    """The most memory this process has held, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
