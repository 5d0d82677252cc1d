"""Keeping what a library prints out of the program's own output, which belongs to whoever reads it, a program too."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Within it nothing that C code prints reaches standard output, not even what it still holds back at the end.

    Some trees make HiGHS print a line of its own whatever its options say. What Python prints keeps its order, as its
    own buffer is left alone. Where the system has no such C library, nothing changes.
    """
    if os.name != "posix":
        yield
        return
    library = ctypes.CDLL(None)
    library.fflush(None)
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    try:
        yield
    finally:
        library.fflush(None)
        os.dup2(kept, 1)
        os.close(kept)
