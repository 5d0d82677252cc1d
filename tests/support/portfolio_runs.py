"""Small portfolio runs for tests: a menu that is quick, the bytes of the tables, a run in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from books import ROOT, many, write_csv

from repayplan.portfolio.run.run import Means, Wish, run_portfolio
from repayplan.portfolio.settings import Settings

PLANNED = ("B-00000", "B-00010", "B-00020")

MENU = """schema: repayplan/menu/1
plans:
  - {shapes: [level], installments: [24]}
treatments: [remind, sell, do_nothing]
"""
BARRED = "black_list: [{cases: [UNPLANNED], allow: [remind, sell, do_nothing]}]\n"
"""Three borrowers of a book are offered plans, so that a run has schedules and is quick."""

QUICK = Settings(seed=3, scenarios=16, engine="numpy")


def wish(
    folder: Path, borrowers: int = 24, chunk: int = 2, stories: tuple[str, ...] = ("trade", "two-lenders")
) -> Wish:
    """A book with so many borrowers and a short menu, in ``folder``."""
    book = write_csv(folder / "book", many(borrowers, stories))
    menu = folder / "menu.yaml"
    unplanned = [f"B-{n:05}" for n in range(borrowers) if f"B-{n:05}" not in PLANNED]
    menu.write_text(MENU + (BARRED.replace("UNPLANNED", ", ".join(unplanned)) if unplanned else ""))
    return Wish(book, None, menu, QUICK, chunk)


def tables(directory: Path) -> dict[str, bytes]:
    """Every file of the tables by its name."""
    files = [*directory.glob("*/*.parquet"), *directory.glob("*.parquet")]
    return {str(path.relative_to(directory)): path.read_bytes() for path in sorted(files)}


def begin(asked: Wish, directory: Path, workers: int = 2, resume: bool = False) -> subprocess.Popen[bytes]:
    """The same run in a process group of its own, which can be killed."""
    code = (
        "from pathlib import Path\n"
        "from portfolio_runs import QUICK\n"
        "from repayplan.portfolio.run.run import Means, Wish, run_portfolio\n"
        "if __name__ == '__main__':\n"
        f"    wish = Wish({str(asked.book)!r}, None, Path({str(asked.menu)!r}), QUICK, {asked.chunk})\n"
        f"    run_portfolio(wish, Path({str(directory)!r}), Means(workers={workers}), resume={resume})\n"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support")])
    return subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path}, start_new_session=True, cwd=ROOT
    )


def run(asked: Wish, directory: Path, workers: int = 2, resume: bool = False) -> dict[str, bytes]:
    """Run here and return the bytes of the tables."""
    run_portfolio(asked, directory, Means(workers=workers), resume=resume)
    return tables(directory)
