"""What is to be done in a run, and by what means."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.portfolio.run.processes import cores
from repayplan.portfolio.settings import Settings

EngineName = Literal["local", "spark"]

MOST = 250
"""Borrowers of a chunk where nobody says how many: with more an option is no quicker, and memory grows."""

FEW = 100
"""With fewer an option takes longer: it is planned with fewer others. Half of a book goes to each of two processes all
the same."""

MOST_CHUNK = 10_000
MOST_WORKERS = 1_024


@dataclass(frozen=True, slots=True)
class Means:
    """By what a run is done; no figure depends on it. ``workers``: all cores of this machine where None; ``master``:
    of a Spark cluster."""

    engine: EngineName = "local"
    workers: int | None = None
    master: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done: a book, a menu and limits in files, how options are appraised, in what chunks.

    Without a menu it is the one that is shipped; without limits every borrower gets what is best for it alone; without
    a size of chunks it follows from that of the book. A run that goes on has its own where none are given, and its own
    of the ``settings`` that are ``left_out``.
    """

    book: str | Path
    limits: Path | None = None
    menu: Path | None = None
    settings: Settings = field(default_factory=Settings)
    chunk: int | None = None
    left_out: tuple[Literal["seed", "scenarios"], ...] = ()


def usual_chunk(borrowers: int) -> int:
    """Borrowers in a chunk of a book of so many, where nobody says how many: equal parts, so that no process waits."""
    parts = next((parts for parts in (8, 4) if borrowers >= parts * FEW), 2)
    return min(-(-borrowers // parts), MOST)


def require_sensible(wish: Wish, means: Means) -> None:
    """InputError where a number is out of range."""
    asked = [
        ("--chunk", 1 if wish.chunk is None else wish.chunk, MOST_CHUNK),
        ("--workers", cores() if means.workers is None else means.workers, MOST_WORKERS),
    ]
    faults = [
        Fault(tr("this number is out of range"), name, f"{value:,}", tr("1 to {most}", most=f"{most:,}"))
        for name, value, most in asked
        if not 1 <= value <= most
    ]
    if faults:
        raise InputError(faults)
