"""What pages of benchmarks have in common: tables in Markdown, their place, and the name of the processor."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path


def lines(headings: Sequence[str], body: list[list[str]]) -> list[str]:
    """A table in Markdown."""
    return [f"| {' | '.join(row)} |" for row in [list(headings), ["---"] * len(headings), *body]]


def rows_between(page: Path, marks: tuple[str, str]) -> list[list[str]]:
    """The cells of all tables that stand between two marks, headings among them."""
    there = page.read_text(encoding="utf-8").split(marks[0])[1].split(marks[1])[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in there.splitlines() if line[:1] == "|"]


def write_between(page: Path, marks: tuple[str, str], body: str) -> None:
    """Put a text between the two marks of a page, in place of what stands there."""
    text = page.read_text(encoding="utf-8")
    before, after = text.split(marks[0])[0], text.split(marks[1])[1]
    page.write_text(f"{before}{marks[0]}\n{body}\n{marks[1]}{after}", encoding="utf-8")


def processor() -> str:
    """What the machine calls its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
