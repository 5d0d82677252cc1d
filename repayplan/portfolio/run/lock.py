"""One run at a time in a directory; the lock goes with the process that holds it, however that ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.portfolio.run.manifest import NAME as MANIFEST
from repayplan.portfolio.run.manifest import SCHEMA
from repayplan.publishing import unwritten

NAME = ".lock"


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Hold a directory, which is made where there is none. What fails before a run has begun leaves nothing behind.

    InputError where another run is at work in it, or it cannot be made or written.
    """
    above = [place for place in (directory, *directory.parents) if not place.exists()]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        file = (directory / NAME).open("a", encoding="utf-8")
    except OSError as error:
        raise InputError(unwritten(directory, error)) from None
    with file:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:  # Windows: file systems there refuse to replace a file that another run has open
            pass
        except OSError:
            remedy = tr("wait for it, or give another directory")
            raise InputError(Fault(tr("another run is at work here"), str(directory), remedy=remedy)) from None
        try:
            _sign(file, directory)
            yield
        finally:
            if not (directory / MANIFEST).exists():
                _leave(directory, above)


def _sign(file: TextIO, directory: Path) -> None:
    """Say whose directory this is before there is a manifest."""
    try:
        if not file.tell():
            os.write(file.fileno(), SCHEMA.encode())  # nothing waits in memory for a disk that is full
    except OSError as error:
        raise InputError(unwritten(directory, error)) from None


def begun(directory: Path) -> bool:
    """Whether a run has held this directory."""
    try:
        return (directory / NAME).read_text(encoding="utf-8") == SCHEMA
    except (OSError, ValueError):
        return False


def _leave(directory: Path, made: list[Path]) -> None:
    """Take the lock away, and the directories that were ``made`` for it, as far as they are empty."""
    (directory / NAME).unlink(missing_ok=True)
    for place in made:
        if any(place.iterdir()):
            break
        place.rmdir()
