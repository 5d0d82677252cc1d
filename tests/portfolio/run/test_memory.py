"""The memory of a run is that of its chunks, however large the book."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.memory import Watched
from repayplan.portfolio.generate import generate

MENU = "{schema: repayplan/menu/1, plans: [{shapes: [level], installments: [36]}], treatments: [do_nothing]}\n"
ROOM = 20.0
"""MB by which two runs of the same may differ: what an allocator keeps, and that we look only now and then."""


def most(folder: Path, borrowers: int, chunk: int) -> float:
    """The most memory that a run and its process hold; MB."""
    out = folder / f"{borrowers} by {chunk}"
    generate(out / "book", borrowers, 1)
    (out / "menu.yaml").write_text(MENU)
    asked = [f"{out / 'book'}", "--menu", f"{out / 'menu.yaml'}", "-o", f"{out / 'run'}", "--workers", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "repayplan", "portfolio", "run", *asked, "--chunk", f"{chunk}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with Watched(process.pid, every=0.2) as watched:
        assert process.wait() == 0
    return watched.most


@pytest.mark.long
def test_ten_times_the_borrowers_take_no_more_memory(tmp_path: Path) -> None:
    small, large, whole = (most(tmp_path, *size) for size in ((100, 50), (1_000, 50), (1_000, 1_000)))
    if math.isnan(small):
        pytest.skip("the system does not say how much memory a process holds")
    assert large < small + ROOM
    assert whole > large + 2 * ROOM  # so much more would be seen
