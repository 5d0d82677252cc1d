"""How the processes of a run begin: on Linux and macOS as copies of a server that has everything loaded.

The server is begun first of all, because it works while the book is read. It imports nothing heavy here.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.context import BaseContext

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
"""Variables that keep a process that does chunks on one core: sums in another order would be other figures."""

_SERVER = "repayplan.portfolio.run.server"


def cores() -> int:
    """How many processes can work at a time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def head_start(engine: str, resume: bool) -> None:
    """What whoever asks for a run calls first: the server loads what its processes need while the rest is imported here
    and the book is read. Not for a run that goes on, which may have only to choose."""
    if engine == "local" and not resume:
        begin_server()


def begin_server() -> BaseContext:
    """Have the server begun, if there is to be one and it is not there yet; what processes are begun with."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([_SERVER])
        forkserver.ensure_running()
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
    return context
