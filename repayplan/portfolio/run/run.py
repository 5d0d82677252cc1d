"""A whole run: the book indexed, its chunks appraised by an engine, one option chosen for every borrower.

Everything is written as soon as it is known, each file whole or absent, so a run may be stopped at any moment and goes
on from there. What the tables hold follows from book, menu, limits, settings and size of the chunks alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from repayplan.language import speaking, tr
from repayplan.portfolio.book import Failure
from repayplan.portfolio.book.common import common_of
from repayplan.portfolio.book.index import MOST_STRAYS, Index, strays
from repayplan.portfolio.menu import default_menu, read_menu
from repayplan.portfolio.run import results as where
from repayplan.portfolio.run.choosing import read_limits, write_choice
from repayplan.portfolio.run.chunk import TABLES, Done, Job, bounds, count, file_name, parquet
from repayplan.portfolio.run.local import run_local
from repayplan.portfolio.run.lock import alone
from repayplan.portfolio.run.log import Log
from repayplan.portfolio.run.manifest import Manifest
from repayplan.portfolio.run.overlays import refuse_unusable
from repayplan.portfolio.run.processes import begin_server, cores
from repayplan.portfolio.run.results import Results
from repayplan.portfolio.run.spark import require_spark, run_spark
from repayplan.portfolio.run.starting import as_begun, require_own, start
from repayplan.portfolio.run.wish import EngineName, Means, Wish, require_sensible
from repayplan.portfolio.tables import failures_table
from repayplan.publishing import publish

__all__ = ["EngineName", "Means", "Progress", "Wish", "run_portfolio"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: borrowers done, of how many; how many of them this time; how many were set aside so far."""

    done: int
    borrowers: int
    now: int
    failed: int


def run_portfolio(
    wish: Wish,
    directory: Path,
    means: Means | None = None,
    *,
    resume: bool = False,
    told: Callable[[Progress], None] = lambda _: None,
    write: Callable[[Results], object] | None = None,
) -> Results:
    """Run ``wish`` into ``directory``; ``resume``: go on with what a run of the same left there.

    ``told`` hears after every chunk how far it is; ``write`` writes what people read of the results, before another run
    may choose here again. Raises InputError where something cannot be understood, where a run
    is there already and ``resume`` is not asked for, or where it rests on something else.
    """
    means = means or Means()
    require_sensible(wish, means)
    if means.engine == "spark":
        require_spark()
    elif not resume:  # a run that goes on may have only to choose
        begin_server()
    refuse_unusable()
    require_own(directory, wish.book, resume)
    with alone(directory):
        wish = as_begun(wish, directory)
        menu = default_menu() if wish.menu is None else read_menu(wish.menu)
        limits = read_limits(wish.limits)
        began = time.monotonic()
        started = start(wish, menu, limits, directory)
        seconds = round(time.monotonic() - began, 3)
        manifest, index = started.manifest, started.index
        log = Log(directory)
        log.say("resumed" if resume else "begun", **_said(manifest), engine=means.engine, seconds=seconds)
        job = Job(menu, started.settings, manifest.chunk, manifest.language, common_of(index))
        _write_strays(index, directory, manifest.language)
        _appraise(job, index, directory, means, log, told)
        results = Results(directory, manifest)
        with log.timed("chosen"):
            write_choice(results, limits)
        if write is not None:
            with log.timed("written"):
                write(results)
    return results


def _write_strays(index: Index, directory: Path, language: str) -> None:
    """Rows of the book that belong to no borrower, before anything else: they may say what is wrong with the rest."""
    if (directory / "failures" / where.STRAYS).exists():
        return
    with speaking(language):
        count, named = strays(index, MOST_STRAYS)
        if count > len(named):
            what = tr("{count} more rows belong to no borrower", count=f"{count - len(named):,}")
            remedy = tr("mend those that are named: they may say what is wrong with the rest")
            named.append(Failure("", "", None, "", "", "", str(what), str(remedy)))
        table = failures_table(named).replace_schema_metadata({where.ROWS: str(count)})
        publish(directory / "failures", {where.STRAYS: parquet(table)})


def _appraise(
    job: Job, index: Index, directory: Path, means: Means, log: Log, told: Callable[[Progress], None]
) -> None:
    """Do the chunks that are not there yet."""
    chunks = range(count(job.chunk, index.borrowers))
    missing = [number for number in chunks if not (directory / TABLES[-1] / file_name(number)).exists()]
    sizes = {number: _size(job, index, number) for number in missing}
    before = index.borrowers - sum(sizes.values())
    now = failed = 0
    told(Progress(before, index.borrowers, now, failed))
    if not missing:
        return
    for done in _engine(job, index, directory, missing, means):
        now, failed = now + done.borrowers, failed + done.failed
        log.say("chunk", **asdict(done))
        told(Progress(before + now, index.borrowers, now, failed))


def _size(job: Job, index: Index, number: int) -> int:
    first, last = bounds(number, job.chunk, index.borrowers)
    return last - first


def _engine(job: Job, index: Index, directory: Path, missing: list[int], means: Means) -> Iterator[Done]:
    workers = means.workers or cores()
    if means.engine == "local":
        return run_local(job, index, directory, missing, workers)
    return run_spark(job, index, directory, missing, workers, means.master)


def _said(manifest: Manifest) -> dict[str, Any]:
    return {"borrowers": manifest.borrowers, "chunk": manifest.chunk, "version": manifest.version}
