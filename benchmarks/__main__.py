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

from benchmarks.planning import PHASES, Measured, measure
from benchmarks.registry import SIZES, SUBJECTS

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
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
    console.print(table(found))
    if arguments.write:
        PAGE.write_text(page(found), encoding="utf-8")


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


HEADINGS = ("policy", "size", "cases", "programs", *COLUMNS, "difference")


def table(found: list[Measured]) -> Table:
    """For the terminal."""
    shown = Table(title="CPU milliseconds a case: repayplan / PuLP + CBC / ratio")
    for heading in HEADINGS:
        shown.add_column(heading, justify="left" if heading in ("policy", "size") else "right")
    for row in rows(found):
        shown.add_row(*row)
    return shown


def page(found: list[Measured]) -> str:
    """For docs/benchmarks.md."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("highspy", "pulp", "numpy"))
    measured = (
        f"Measured on {dt.date.today():%Y-%m-%d}: {processor()}, Python {platform.python_version()}, {libraries}."
    )
    lines = [" | ".join(row) for row in [list(HEADINGS), ["---"] * len(HEADINGS), *rows(found)]]
    return HEAD + measured + "\n\n" + "".join(f"| {line} |\n" for line in lines)


def processor() -> str:
    """What the machine calls its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    main()
