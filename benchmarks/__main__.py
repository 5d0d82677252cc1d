"""``python -m benchmarks [--cases N] [--write]``: planning here against PuLP + CBC, as a table.

``--cases`` replaces the registry's number of cases, ``--write`` writes the table to ``docs/benchmarks.md`` as well.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import tempfile
from importlib.metadata import version
from itertools import product
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import coupling, replanning, robust
from benchmarks.machine import lines, processor
from benchmarks.planning import PHASES, Measured, measure
from benchmarks.registry import SIZES, SUBJECTS
from benchmarks.replanning import Again, again

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
WHOLE = "## A whole portfolio"
COLUMNS = (*PHASES, "whole")

HEAD = """# Benchmarks

Written by `python -m benchmarks --write` (`make bench` prints the same table). CPU milliseconds a case, subprocesses
included, both sides on the same invented cases in one run on one core: repayplan / a model of the same problem written
in PuLP, a Python loop per row, solved by CBC / how many times repayplan is faster.

- *build*: from the case to a program; *solve*: most value, then the earliest plan within the tolerance of it, for every
  date on which the last payment may fall where a limit speaks of it; *exact*: whole units, replayed by the ledger and
  judged by every limit, further solves included; *write*: the plan's files, with the account of every payment, cash and
  findings here, two columns of dates and amounts there. PuLP writes its model to a file and reads the solution from one
  while it solves. PuLP's side has no *exact*: it gives out unrounded, unproven payments.
- *whole*: one call of `repayplan.plan` and its files; for PuLP the sum of its phases.
- Both sides must find the same value to 1e-6, or the run stops.

A whole portfolio has a benchmark of its own, `python -m benchmarks.end_to_end`, whose figures stand at the end.
Plans in futures have a benchmark of their own, `python -m benchmarks.evaluation`; its figures stand in
[evaluation.md](evaluation.md).

"""

REPLANNED = 6
"""Cases of each size that are planned again."""

AGAIN = """## Planned again

The forecast moves by a few percent from some month on, five times a case; free shape, one program. *build*: the arrays
of the new program; *best cold*: the quickest of simplex with and without presolve and of interior points, three times
each, model and certificate included; *live*: the model of the plan before takes the new right-hand sides and goes on
from its basis, certificate included. CPU milliseconds a program.
"""


def main() -> None:
    """Measure everything in the registry and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--cases", type=int, help="cases of each size and subject")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    arguments = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        warm_up(Path(folder))
        found = [
            measure(size, subject, arguments.cases or subject.cases, Path(folder))
            for subject, size in product(SUBJECTS, SIZES)
        ]
        repeated = [again(size, arguments.cases or REPLANNED) for size in replanning.SIZES]
    averse, chosen = robust.measured(), coupling.measured()
    console.print(table(found))
    console.print(table_again(repeated))
    console.print(table_robust(averse))
    console.print(table_coupling(chosen))
    if arguments.write:
        PAGE.write_text(page(found, repeated, averse, chosen) + _by_others(), encoding="utf-8")


def warm_up(folder: Path) -> None:
    """Import everything and fill the caches before anything is counted."""
    measure(SIZES[0], SUBJECTS[0], 1, folder)


def cell(found: Measured, phase: str) -> str:
    """Milliseconds here / there / ratio."""
    here, there = found.here.get(phase, 0.0), found.there.get(phase)
    if there is None:
        return f"{1000 * here:.1f} / – / –"
    ratio = there / here
    return f"{1000 * here:.1f} / {1000 * there:.1f} / {ratio:.{0 if ratio >= 10 else 1}f}×"


def rows(found: list[Measured]) -> list[list[str]]:
    """A row of text for each size and subject."""
    return [
        [
            one.subject.name,
            str(one.size),
            f"{one.cases}",
            f"{one.programs:.0f}",
            *(cell(one, phase) for phase in COLUMNS),
            f"{one.difference:.0e}",
        ]
        for one in found
    ]


HEADINGS_AGAIN = ("size", "programs", "build", "best cold", "live", "ratio")
HEADINGS = ("policy", "size", "cases", "programs", *COLUMNS, "difference")


def table(found: list[Measured]) -> Table:
    """For the terminal."""
    shown = Table(title="CPU milliseconds a case: repayplan / PuLP + CBC / ratio")
    for heading in HEADINGS:
        shown.add_column(heading, justify="left" if heading in ("policy", "size") else "right")
    for row in rows(found):
        shown.add_row(*row)
    return shown


def rows_again(repeated: list[Again]) -> list[list[str]]:
    """A row of text for each size, and one for all together."""
    built, cold, hot = (sum(getattr(one, name) for one in repeated) for name in ("build", "cold", "hot"))
    return [
        *(_row_again(f"{one.size}", one.programs, one.build, one.cold, one.hot) for one in repeated),
        _row_again("all", sum(one.programs for one in repeated), *(x / len(repeated) for x in (built, cold, hot))),
    ]


def _row_again(name: str, programs: int, build: float, cold: float, hot: float) -> list[str]:
    return [name, f"{programs}", *(f"{1000 * seconds:.2f}" for seconds in (build, cold, hot)), f"{cold / hot:.1f}×"]


def table_again(repeated: list[Again]) -> Table:
    """For the terminal."""
    shown = Table(title="CPU milliseconds a program planned again: build / best cold solve / live model / ratio")
    for heading in HEADINGS_AGAIN:
        shown.add_column(heading, justify="left" if heading == "size" else "right")
    for row in rows_again(repeated):
        shown.add_row(*row)
    return shown


def table_robust(averse: list[robust.Averse]) -> Table:
    """For the terminal."""
    shown = Table(title="CPU seconds a robust plan: the extensive program / cutting planes / ratio")
    for heading in robust.HEADINGS:
        shown.add_column(heading, justify="left" if heading == "size" else "right")
    for row in robust.rows(averse):
        shown.add_row(*row)
    return shown


def table_coupling(chosen: list[coupling.Coupling]) -> Table:
    """For the terminal."""
    shown = Table(
        title="CPU seconds a choice for every borrower: the relaxation in HiGHS / prices and rounding / ratio"
    )
    for heading in coupling.HEADINGS:
        shown.add_column(heading, justify="left" if heading == "borrowers" else "right")
    for row in coupling.rows(chosen):
        shown.add_row(*row)
    return shown


def _by_others() -> str:
    """What ``benchmarks.end_to_end`` has written on the page, which takes too long to be measured here."""
    _, heading, rest = PAGE.read_text(encoding="utf-8").partition(WHOLE)
    return f"\n{heading}{rest}" if heading else ""


def page(
    found: list[Measured],
    repeated: list[Again],
    averse: list[robust.Averse],
    chosen: list[coupling.Coupling],
) -> str:
    """For docs/benchmarks.md."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("highspy", "pulp", "numpy"))
    measured = (
        f"Measured on {dt.date.today():%Y-%m-%d}: {processor()}, Python {platform.python_version()}, {libraries}."
    )
    return "\n".join(
        [
            HEAD + measured,
            "",
            *lines(HEADINGS, rows(found)),
            "",
            AGAIN,
            *lines(HEADINGS_AGAIN, rows_again(repeated)),
            "",
            robust.TITLE,
            *lines(robust.HEADINGS, robust.rows(averse)),
            "",
            coupling.TITLE,
            *lines(coupling.HEADINGS, coupling.rows(chosen)),
            "",
        ]
    )


if __name__ == "__main__":
    main()
