"""Kernels are compiled again when what they were made of changes: numba alone looks at a kernel's own file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from repayplan import compiling
from repayplan.compiling import PACKAGE, made_of

OUTER = """
from pack.compiling import compiled
from pack.figures import RATE
from pack.inner import stepped


@compiled
def called(x):
    return RATE * stepped(x)
"""
INNER = """
from pack.compiling import compiled


@compiled
def stepped(x):
    return x + {step}
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "compiling.py").write_bytes(Path(compiling.__file__).read_bytes())
    (folder / "figures.py").write_text("RATE = 10\n")
    (folder / "inner.py").write_text(INNER.format(step=1))
    (folder / "outer.py").write_text(OUTER)
    return folder


def called(package: Path) -> tuple[int, int]:
    """What the outer kernel gives for 2 in a process of its own, and how often it was found compiled."""
    code = "from pack.outer import called; print(called(2), sum(called.stats.cache_hits.values()))"
    said = subprocess.run([sys.executable, "-c", code], cwd=package.parent, capture_output=True, text=True, check=True)
    result, hits = said.stdout.split()
    return int(result), int(hits)


def test_a_kernel_is_made_again_when_what_it_calls_or_reads_has_changed(package: Path) -> None:
    """10 · (2 + 1), found compiled the second time; then 10 · (2 + 5), then 100 · (2 + 5)."""
    assert called(package) == (30, 0)
    assert called(package) == (30, 1)
    (package / "inner.py").write_text(INNER.format(step=5))
    assert called(package) == (70, 0)
    (package / "figures.py").write_text("RATE = 100\n")
    assert called(package) == (700, 0)
    assert called(package) == (700, 1)


def test_a_kernel_works_where_nothing_can_be_kept(package: Path) -> None:
    """Read-only disks and no home: compiled for one process."""
    (package / "compiling.py").write_text(
        (package / "compiling.py").read_text()
        + "\n\ndef nowhere(self):\n    raise OSError('read-only')\n\n\n"
        + "for each in (Named, Beside, Apart):\n    each.ensure_cache_path = nowhere\n"
    )
    assert called(package) == (30, 0)
    assert called(package) == (30, 0)


def test_what_the_batched_solver_is_made_of() -> None:
    files = made_of(PACKAGE / "solvers" / "batched" / "reduction.py")
    rooms = {file.name for file in files}
    assert {"reduction.py", "rules.py", "storage.py", "vectors.py", "tolerances.py"} <= rooms
    assert "highs.py" not in rooms
