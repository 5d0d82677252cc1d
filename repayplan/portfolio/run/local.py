"""The cores of this machine: chunks by processes, the first of which compiles what the others then find compiled."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import BaseContext
from pathlib import Path

from repayplan.errors import Fault, RepayplanError
from repayplan.language import speaking, tr
from repayplan.portfolio.book import BookCase
from repayplan.portfolio.book.build import case_of
from repayplan.portfolio.book.index import Index, rows_of
from repayplan.portfolio.run.chunk import ONE_THREAD, Done, Job, bounds, work, write
from repayplan.portfolio.run.overlays import adopt, environment

AHEAD = 2
"""Chunks for each process that are given out at a time."""


def run_local(job: Job, index: Index, directory: Path, numbers: Sequence[int], workers: int) -> Iterator[Done]:
    """Do the chunks ``numbers`` and say of each when it is written, in the order in which they end.

    Raises RepayplanError where a process is ended from outside, for want of memory for instance.
    """
    context = _context()
    stop, going = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(stop, environment()))
    try:
        pool.submit(_warm, job, index, numbers[0]).result()
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


def _context() -> BaseContext:
    """How processes begin: copies of a server that has imported everything, once, and has computed nothing."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["repayplan.portfolio.run.chunk", "repayplan.portfolio.appraise"])
        forkserver.ensure_running()
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
    return context


def cores() -> int:
    """How many processes can work at a time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chunk(job: Job, index: Index, directory: Path, number: int) -> Done:
    done, files = work(job, index, number)
    write(directory, number, files)
    return done


def _warm(job: Job, index: Index, number: int) -> None:
    """What compiles, done once, so that not every process compiles it."""
    from repayplan.portfolio.appraise import warm_up

    first, _ = bounds(number, job.chunk, index.borrowers)
    with speaking(job.language):
        for found in map(case_of, rows_of(index, first, first + 1)):
            if isinstance(found, BookCase):
                warm_up(found, job.menu, job.settings)


def _begin(stop: Connection, tables: Mapping[str, str]) -> None:
    """A process computes on one core under its parent's tables of rules, leaves Ctrl-C to the parent, and ends when the
    parent stops the run or ends itself, however that ends."""
    for name in ONE_THREAD:
        os.environ[name] = "1"
    adopt(tables)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    ends = [stop] if parent is None else [stop, parent.sentinel]
    threading.Thread(target=_end_with, args=(ends,), daemon=True).start()


def _end_with(ends: Sequence[Connection | int]) -> None:
    wait_for(ends)
    os._exit(1)
