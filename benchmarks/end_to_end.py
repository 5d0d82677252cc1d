"""A whole portfolio run against the loop as a modeler writes it, wall clock, both in one run.

``python -m benchmarks.end_to_end [--borrowers 10000] [--sample 20] [--write]``

*Here*: ``repayplan portfolio run`` of a generated book under limits, begun as a program of its own, with two processes
and with one. *There*: one process that takes borrower after borrower and option after option: the option's program in
PuLP, solved by CBC for the most value and then for the earliest plan, payments rounded to the cent, and 1,000 futures
in NumPy as one would write it down. That is done for a sample of the borrowers and extrapolated; reading the book, the
forecast, drawing the futures, attributes, tables and the choice are done there by what is here, and not counted. Both
sides must find the same value of every option to 1e-6, or the benchmark stops. Where amounts follow the cash every date
may be that of the last payment: the loop makes its program for each and takes the best for its value, but the second
stage and the futures for one alone. ``--write`` puts the tables into ``docs/benchmarks.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import naive, plain_core
from benchmarks.machine import lines, processor, rows_between, write_between
from benchmarks.memory import Watched
from repayplan.evaluate import reference
from repayplan.evaluate.build import payment_order
from repayplan.evaluate.setting import Drawn
from repayplan.forecast import Window
from repayplan.forecast.futures import Drawing, draw_futures
from repayplan.planning.batch.asks import Ask, Batched
from repayplan.planning.batch.plan import plan_batch
from repayplan.portfolio.book import BookCase
from repayplan.portfolio.book.build import read_cases
from repayplan.portfolio.book.index import build_index
from repayplan.portfolio.generate import generate
from repayplan.portfolio.lanes import Lane, plan_lanes, treatment_lanes, untreated
from repayplan.portfolio.menu import Menu, read_menu, shipped_menu
from repayplan.portfolio.outcomes import HAZARD, Shared, together
from repayplan.portfolio.planner import ask_for
from repayplan.portfolio.run.wish import usual_chunk
from repayplan.portfolio.settings import Settings
from repayplan.portfolio.variants import planned_variant
from repayplan.problem.arrays import Problem
from repayplan.problem.frozen import Real
from repayplan.problem.rating import rate_case
from repayplan.problem.terms import Terms, resolve
from repayplan.rules.treatments import treatments

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
MARKS = ("<!-- end to end -->", "<!-- end of end to end -->")

SCENARIOS = 1_000
SEED = 1
AGREEMENT = 1e-6

EIGHT = """schema: repayplan/menu/1
concessions:
  - {name: relief, waive_penalty: 100%, waive_compound: 100%, grace_months: 3}
plans:
  - {shapes: [level], installments: [36, 60]}
  - {shapes: [level], installments: [57], concessions: [relief]}    # 60 months with the grace
  - {shapes: [free], installments: [36, 60]}
  - {shapes: [seasonal, level_principal], installments: [60]}
  - {shapes: [{kind: step_up, growth: 10%}], installments: [60]}
"""
MENUS = {
    "eight plans, 36 to 60 months": EIGHT,
    "the default: four plans, four treatments": shipped_menu().decode(),
}

PHASES = ("read", "assemble", "plan", "draw", "evaluate", "rows", "write")
HEADINGS = (
    "menu",
    "measured",
    "borrowers",
    "options",
    "one process",
    "two",
    "gain",
    "memory",
    "an option",
    "there",
    "ratio",
    "told the dates",
)
SHARES = ("menu", "measured", *PHASES, "index, choose, start")


@dataclass
class Ours:
    """One run: seconds by the wall, most memory of all its processes (MB), CPU seconds of chunks by phase."""

    wall: float
    memory: float
    spent: dict[str, float]


@dataclass
class Theirs:
    """The sample: how many options, seconds by the wall spent on plans, on other dates of their last payments, and on
    futures; ``each``: all of them of every borrower."""

    each: list[float] = field(default_factory=list)
    options: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: {"plans": 0.0, "dates": 0.0, "futures": 0.0})
    difference: float = 0.0

    @property
    def borrowers(self) -> int:
        """How many there are in the sample."""
        return len(self.each)

    @property
    def error(self) -> float:
        """Standard error of the mean of a borrower, relative to it; NaN of a single one."""
        return float(np.std(self.each, ddof=1) / np.sqrt(len(self.each)) / np.mean(self.each))


@dataclass(frozen=True)
class Row:
    """Both sides of one menu; ``options``: what a borrower is tried with, plans and treatments."""

    menu: str
    borrowers: int
    options: float
    one: Ours
    two: Ours
    there: Theirs

    def cells(self) -> list[str]:
        """As text."""
        loop = sum(self.there.seconds.values()) / self.there.borrowers * self.borrowers
        told = loop - self.there.seconds["dates"] / self.there.borrowers * self.borrowers
        here = 1e3 * sum(self.one.spent.values()) / (self.borrowers * self.options)
        there = 1e3 * sum(self.there.seconds.values()) / self.there.options
        return [
            self.menu,
            f"{dt.date.today():%Y-%m-%d}",
            f"{self.borrowers:,}",
            f"{self.options:.1f}",
            f"{self.one.wall:,.1f} s",
            f"{self.two.wall:,.1f} s",
            f"{self.one.wall / self.two.wall:.2f}×",
            f"{self.two.memory:,.0f} MB",
            f"{here:.1f} ms",
            f"{loop / 3600:,.1f} h, {there:,.0f} ms an option (±{100 * self.there.error:.0f}%)",
            f"{loop / self.two.wall:,.0f}×",
            f"{told / self.two.wall:,.0f}×",
        ]

    def shares(self) -> list[str]:
        """Each phase's part of the run in one process."""
        rest = self.one.wall - sum(self.one.spent.values())
        parts = [*(self.one.spent[phase] for phase in PHASES), rest]
        return [self.menu, f"{dt.date.today():%Y-%m-%d}", *(f"{100 * part / self.one.wall:.0f}%" for part in parts)]


def main() -> None:
    """Measure both menus and print them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.end_to_end", description=__doc__)
    parser.add_argument("--borrowers", type=int, default=10_000)
    parser.add_argument("--sample", type=int, default=20, help="borrowers that the other side does")
    parser.add_argument("--chunk", type=int, help="borrowers of a chunk; the program's own where left out")
    parser.add_argument("--menu", type=int, choices=range(1, len(MENUS) + 1), help="one of the menus alone")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/benchmarks.md")
    arguments = parser.parse_args()
    console = Console(width=180)
    chunk = arguments.chunk or usual_chunk(arguments.borrowers)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder) / "book", arguments.borrowers, SEED)
        for name, menu in list(MENUS.items())[slice(arguments.menu and arguments.menu - 1, arguments.menu)]:
            found.append(measure(Path(folder), name, menu, arguments.borrowers, arguments.sample, chunk))
            for headings, cells in ((HEADINGS, found[-1].cells()), (SHARES, found[-1].shares())):
                console.print(shown(headings, [cells]))
    if arguments.write:
        write(found)


def measure(folder: Path, name: str, menu: str, borrowers: int, sample: int, chunk: int) -> Row:
    """One menu: the loop on its sample between the two runs, so that all meet the same weather on the machine."""
    (folder / "menu.yaml").write_text(menu, encoding="utf-8")
    (folder / "limits.yaml").write_text(limits(borrowers), encoding="utf-8")
    two = run(folder, workers=2, chunk=chunk)
    index = build_index(folder / "book", folder / "index.sqlite")
    there, offer = Theirs(), read_menu(folder / "menu.yaml")
    for number in np.linspace(0, borrowers - 1, min(sample, borrowers)).round().astype(int).tolist():
        (book,) = read_cases(index, number, number + 1)
        if isinstance(book, BookCase):
            loop(book, offer, there)
    one = run(folder, workers=1, chunk=chunk)
    return Row(name, borrowers, there.options / there.borrowers, one, two, there)


def limits(borrowers: int) -> str:
    """Limits that bind, for a book of any size."""
    return f"""schema: repayplan/limits/1
limits:
  - {{name: Officer hours, sum: officer_hours, by: [month], at_most: {6 * borrowers}}}
  - {{name: Site visits, sum: visits, by: [region, month], at_most: {borrowers // 8 + 1}}}
  - {{name: Claims given up, sum: haircut, at_most: "{2_000 * borrowers}.00"}}
  - {{name: Missed installments, average: miss, weighted_by: balance, at_most: 60%}}
"""


# ---------------------------------------------------------------------------------------------------------- this side


def run(folder: Path, workers: int, chunk: int) -> Ours:
    """The program as a user calls it."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    asked = ["portfolio", "run", f"{folder / 'book'}", "--limits", f"{folder / 'limits.yaml'}"]
    asked += ["--menu", f"{folder / 'menu.yaml'}", "-o", f"{out}", "--workers", f"{workers}"]
    asked += ["--seed", f"{SEED}", "--scenarios", f"{SCENARIOS}", "--chunk", f"{chunk}"]
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "repayplan", *asked], stdout=subprocess.DEVNULL)
    with Watched(process.pid) as watched:
        code = process.wait()
    wall = time.perf_counter() - began
    if code not in (0, 1):
        raise SystemExit(f"the run failed with exit code {code}")
    spent = dict.fromkeys(PHASES, 0.0)
    for line in (out / "run.log").read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        for phase, seconds in said["seconds"].items() if said["event"] == "chunk" else ():
            spent[phase] += seconds
    return Ours(wall, watched.most, spent)


# ---------------------------------------------------------------------------------------------------------- other side


def loop(book: BookCase, menu: Menu, there: Theirs) -> None:
    """All options of one borrower by PuLP, CBC and plain NumPy. SystemExit where they are worth something else."""
    case, terms, before = book.case, resolve(book.case), sum(there.seconds.values())
    variants = [(option, planned_variant(case, terms, option)) for option in menu.plan_options]
    asks = [ask_for(variant, option) for option, variant in variants if variant is not None]
    made = [
        (asked, found, _planned(book, asked, found, there)) for asked, found in zip(asks, plan_batch(asks), strict=True)
    ]
    plans = [(asked, found, paid) for asked, found, paid in made if paid is not None]
    lanes = [
        _paying(lane, asked, paid)
        for lane, (asked, _, paid) in zip(plan_lanes([plan[:2] for plan in plans]), plans, strict=True)
    ]
    there.options += len(asks) + len(menu.treatments)
    drawing = Drawing(SEED, SCENARIOS, Settings().method)
    for lane in (*lanes, *_treated(book, menu, terms)):
        window = Window(case.as_of, lane.days[-1], terms.receipt_day, terms.cost_day)
        drawn = Shared(lane.days, draw_futures(case, lane.days, window, drawing)).for_lanes([lane])
        began = time.perf_counter()
        _evaluated(lane, drawn)
        there.seconds["futures"] += time.perf_counter() - began
    there.each.append(sum(there.seconds.values()) - before)


def _planned(book: BookCase, asked: Ask, found: Batched, there: Theirs) -> Real | None:
    """(T, L) whole cents of the earliest of the best plans; None where there is none. Where every date is tried as that
    of the last payment, the plan is that of ours, and the value the best of all dates."""
    dates = np.flatnonzero(asked.problem.pays[0]).tolist()
    last = asked.last if asked.last is not None else dates[-1] if found.last is None else found.last
    began = time.perf_counter()
    answer = _answer(asked.problem, last if naive.speaks_of_last(asked.problem) else None)
    paid = None if answer is None else _rounded(asked.problem, answer)
    there.seconds["plans"] += time.perf_counter() - began
    values = [] if answer is None else [answer.value]
    if asked.last is None and naive.speaks_of_last(asked.problem):
        began = time.perf_counter()
        values += [value for other in dates if other != last for value, _ in _values(asked.problem, other)[1]]
        there.seconds["dates"] += time.perf_counter() - began
    if not values or found.status == "infeasible":
        if values or found.planned:
            raise SystemExit(f"{book.id}: CBC finds {values}, the batch says {found.status}")
        return None
    off = abs(max(values) * naive.CENTS - found.value) / abs(found.value)
    there.difference = max(there.difference, off)
    if off > AGREEMENT:
        raise SystemExit(f"{book.id}: CBC finds {max(values)}, the batch {found.value / naive.CENTS}")
    return paid if found.planned else None


def _answer(problem: Problem, last: int | None) -> naive.Answer | None:
    """The most value over the buckets of burden, and for the best of them the earliest plan within the tolerance."""
    models, known = _values(problem, last)
    if not known:
        return None
    most, best = max(known)
    least = most - (float(problem.value.tolerance[0]) + naive.CBC_NOISE) * abs(most)
    earliness = naive.solve(models[best], models[best].earliness, models[best].value >= least)
    return None if earliness is None else naive.Answer(most, earliness, naive.read(problem, models[best]))


def _values(problem: Problem, last: int | None) -> tuple[list[naive.Model], list[tuple[float, int]]]:
    """The models of all buckets of burden, and the most value of those that have a plan, each with its number."""
    models = [naive.build(bucket, last) for bucket in problem.buckets()]
    values = [naive.solve(model, model.value) for model in models]
    return models, [(value, number) for number, value in enumerate(values) if value is not None]


def _rounded(problem: Problem, answer: naive.Answer) -> Real:
    """What is paid to the cent, by stage and loan."""
    stages = {f"{day}": stage for stage, day in enumerate(problem.days())}
    loans = {name: loan for loan, name in enumerate(problem.loans[0])}
    paid = np.zeros(problem.shape[1:])
    for day, loan, amount in answer.payments:
        paid[stages[day], loans[loan]] = round(amount * naive.CENTS)
    return paid


def _paying(lane: Lane, asked: Ask, paid: Real) -> Lane:
    """What falls due by the loop's own plan."""
    schedule = np.zeros_like(lane.setting.schedule)
    schedule[0, : len(paid)] = paid[:, payment_order(asked.problem)]
    return replace(lane, setting=replace(lane.setting, schedule=schedule))


def _treated(book: BookCase, menu: Menu, terms: Terms) -> list[Lane]:
    """Treatments that leave the loans with the bank."""
    kinds = [kind for kind in menu.treatments if kind != "sell"]
    if not kinds:
        return []
    table, rating = treatments(), terms.rating or rate_case(book.case).level
    base = untreated(book.case, table.contract_months)
    return [each.lane for kind in kinds for each in treatment_lanes(base, kind, table.kinds[kind][rating], pursuit=0.0)]


def _evaluated(lane: Lane, drawn: Drawn) -> tuple[float, float, float]:
    """What a plan is worth, and how often it is missed and fails. What plain NumPy is not written for (several loans,
    accounts) takes the core's own NumPy, which is quicker."""
    setting = together([lane])
    _, _, loans, accounts = setting.shape
    plain = loans == 1 and not accounts and drawn.stops is None and drawn.shift is None
    fates = plain_core.run(setting, drawn, HAZARD) if plain else reference.run(setting, drawn, HAZARD).fates
    return float(fates.value.mean()), float((fates.missed >= 0).mean()), float((fates.defaulted >= 0).mean())


def shown(headings: Sequence[str], rows: Sequence[list[str]]) -> Table:
    """For the terminal."""
    table = Table()
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "menu" else "right")
    for row in rows:
        table.add_row(*row)
    return table


def write(found: Sequence[Row]) -> None:
    """Between the marks of the page; rows of menus that were not measured this time stay as they are."""
    tables = []
    for headings, cells in ((HEADINGS, Row.cells), (SHARES, Row.shares)):
        rows = {row[0]: row for row in rows_between(PAGE, MARKS) if row[0] in MENUS and len(row) == len(headings)}
        rows |= {row.menu: cells(row) for row in found}
        tables.append(lines(headings, list(rows.values())))
    where = f"{processor()}, Python {platform.python_version()}."
    write_between(PAGE, MARKS, "\n".join([where, "", *tables[0], "", *tables[1]]))


if __name__ == "__main__":
    main()
