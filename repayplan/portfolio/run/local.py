"""The cores of this machine: chunks by processes that have everything loaded when they begin."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from pathlib import Path

from repayplan.errors import Fault, RepayplanError
from repayplan.language import tr
from repayplan.portfolio.book.index import Index
from repayplan.portfolio.run.chunk import Done, Job, work, write
from repayplan.portfolio.run.overlays import adopt, environment
from repayplan.portfolio.run.processes import ONE_THREAD, begin_server

AHEAD = 2
"""Chunks for each process that are given out at a time."""


def run_local(job: Job, index: Index, directory: Path, numbers: Sequence[int], workers: int) -> Iterator[Done]:
    """Do the chunks ``numbers`` and say of each when it is written, in the order in which they end.

    Raises RepayplanError where a process is ended from outside, for want of memory for instance.
    """
    context = begin_server()
    stop, going = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(stop, environment()))
    try:
        pool.submit(_ready).result()  # what has to be compiled is there when other processes begin
        waiting = iter(numbers)
        running = {pool.submit(_chunk, job, index, directory, number) for number in islice(waiting, AHEAD * workers)}
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(_chunk, job, index, directory, number) for number in islice(waiting, len(ended))}
            yield from sorted((each.result() for each in ended), key=lambda done: done.number)
    except BrokenProcessPool:
        remedy = tr(
            "go on with --resume, with fewer workers or smaller chunks if memory was short; in a script of your own "
            'call it under if __name__ == "__main__":, because every process reads the script anew'
        )
        raise RepayplanError(
            Fault(tr("a process of the run was ended from outside"), str(directory), remedy=remedy)
        ) from None
    except BaseException:  # what is left undone is done by the next run; nobody waits for it
        going.close()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        going.close()
        stop.close()


def _chunk(job: Job, index: Index, directory: Path, number: int) -> Done:
    done, files = work(job, index, number)
    write(directory, number, files)
    return done


def _ready() -> None:
    """Done once a process has begun."""


def _begin(stop: Connection, tables: Mapping[str, str]) -> None:
    """A process has everything loaded, computes on one core under its parent's tables of rules, leaves Ctrl-C to the
    parent, and ends when the parent stops the run or ends itself, however that ends."""
    for name in ONE_THREAD:
        os.environ[name] = "1"
    adopt(tables)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    ends = [stop] if parent is None else [stop, parent.sentinel]
    threading.Thread(target=_end_with, args=(ends,), daemon=True).start()
    from repayplan.portfolio.warming import warm_up

    warm_up()  # where processes are copies of a server it has been done there


def _end_with(ends: Sequence[Connection | int]) -> None:
    wait_for(ends)
    os._exit(1)
