"""Imported by the server of processes alone: everything a chunk calls is imported, compiled and loaded before the first
process is copied from it, while the run reads its book.

The server looks after its parent: whoever ends a run that has hardly begun does not leave a compiler behind.
"""

from __future__ import annotations

import gc
import os
import signal
import threading

import repayplan.portfolio.run.local  # noqa: F401 (what processes begin with)
from repayplan.portfolio.run.chunk import parquet
from repayplan.portfolio.run.overlays import adopt
from repayplan.portfolio.tables import failures_table
from repayplan.portfolio.warming import warm_up

EVERY = 0.5
"""Seconds between two looks at the parent."""


def _warm() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    done = threading.Event()
    watch = threading.Thread(target=_end_with, args=(os.getppid(), done), daemon=True)
    watch.start()
    adopt({})  # tables of rules are those of a run: its processes adopt them
    warm_up()
    parquet(failures_table([]))
    done.set()
    watch.join()  # a process with one thread is copied whole
    gc.collect()
    gc.freeze()  # what is there stays, in memory that all processes share


def _end_with(parent: int, done: threading.Event) -> None:
    while not done.wait(EVERY):
        if os.getppid() != parent:
            os._exit(1)


_warm()
