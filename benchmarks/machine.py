"""What pages of benchmarks have in common: tables in Markdown, and the name of the processor."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path


def lines(headings: Sequence[str], body: list[list[str]]) -> list[str]:
    """A table in Markdown."""
    return [f"| {' | '.join(row)} |" for row in [list(headings), ["---"] * len(headings), *body]]


def processor() -> str:
    """What the machine calls its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
