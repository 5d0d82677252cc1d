"""How long the parts of a chunk take: CPU seconds by phase. No table depends on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """CPU seconds of this process by phase; a phase inside another is not counted in that one."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._within: list[str] = []
        self._since = 0.0

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count what is done here as ``name``."""
        self._close()
        self._within.append(name)
        try:
            yield
        finally:
            self._close()
            self._within.pop()

    def seconds(self) -> dict[str, float]:
        """What has been spent, to the millisecond."""
        return {name: round(spent, 3) for name, spent in self.spent.items()}

    def _close(self) -> None:
        """What has passed belongs to the innermost phase."""
        now = time.process_time()
        if self._within:
            self.spent[self._within[-1]] = self.spent.get(self._within[-1], 0.0) + now - self._since
        self._since = now
