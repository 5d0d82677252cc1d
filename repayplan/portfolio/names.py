"""Names as several people write them: North, north and " North " are one region, wherever names are compared."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from repayplan.cases.cells import tidy


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """A name as it is compared: letters small, full-width signs narrow, nothing around it."""
    return tidy(name).casefold()


def as_written_first(names: Iterable[str]) -> dict[str, str]:
    """By names as they are compared, each as it is written first."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(folded(name), name)
    return found
