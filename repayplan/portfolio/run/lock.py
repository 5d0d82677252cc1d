"""One run at a time in a directory; the lock goes with the process that holds it, however that ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from repayplan.errors import Fault, InputError
from repayplan.language import tr

NAME = ".lock"


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """InputError where another run is at work in the same directory."""
    try:
        import fcntl
    except ImportError:  # Windows: file systems there refuse to replace a file that another run has open
        yield
        return
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / NAME).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            remedy = tr("wait for it, or give another directory")
            raise InputError(Fault(tr("another run is at work here"), str(directory), remedy=remedy)) from None
        yield
