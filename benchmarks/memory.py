"""The most memory that a program and all processes it has started hold together, while it runs; Linux alone."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

EVERY = 3.0
"""Seconds between two looks, which take time of their own."""


class Watched:
    """Looks at a process until it is left; ``most`` is in MB, pages that processes share counted once. NaN where the
    system does not say."""

    def __init__(self, process: int, every: float = EVERY) -> None:
        self.process, self.every = process, every
        self.most = 0.0 if Path("/proc/self/smaps_rollup").exists() else float("nan")
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._left.wait(self.every):
            self.most = max(self.most, sum(map(held, family(self.process))))


def family(process: int) -> list[int]:
    """A process and all that descend from it."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(place.parent.name)] = int(place.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended meanwhile
    found = [process]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def held(process: int) -> float:
    """Its part of memory, MB: what it shares with others by their number."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
