"""A whole run: the book indexed, its chunks appraised by an engine, one option chosen for every borrower.

Everything is written as soon as it is known, each file whole or absent, so a run may be stopped at any moment and goes
on from there. What the tables hold follows from book, menu, limits, settings and size of the chunks alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from repayplan.cases.files import content_of
from repayplan.errors import Fault, InputError
from repayplan.language import current, speaking, tr
from repayplan.portfolio.appraise import Settings
from repayplan.portfolio.book.index import Index, build_index, strays
from repayplan.portfolio.book.opening import shown_book
from repayplan.portfolio.menu import default_menu, read_menu
from repayplan.portfolio.run import results as where
from repayplan.portfolio.run.choosing import read_limits, write_choice
from repayplan.portfolio.run.chunk import TABLES, Done, Job, bounds, count, file_name, parquet
from repayplan.portfolio.run.local import cores, run_local
from repayplan.portfolio.run.lock import alone
from repayplan.portfolio.run.log import Log
from repayplan.portfolio.run.manifest import Manifest, read_manifest, refuse_others, rules_hash, sha256, write_manifest
from repayplan.portfolio.run.results import Results
from repayplan.portfolio.tables import failures_table
from repayplan.publishing import publish, require_directory

EngineName = Literal["local", "spark"]

CHUNK = 250
MOST_CHUNK = 10_000
MOST_WORKERS = 1_024


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: borrowers done, of how many; how many of them this time; how many were set aside so far."""

    done: int
    borrowers: int
    now: int
    failed: int


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

    Without a menu it is the one that is shipped; without limits every borrower gets what is best for it alone.
    """

    book: str | Path
    limits: Path | None = None
    menu: Path | None = None
    settings: Settings = field(default_factory=Settings)
    chunk: int = CHUNK


def run_portfolio(
    wish: Wish,
    directory: Path,
    means: Means = Means(),
    *,
    resume: bool = False,
    told: Callable[[Progress], None] = lambda _: None,
) -> Results:
    """Run ``wish`` into ``directory``; ``resume``: go on with what a run of the same left there.

    ``told`` hears after every chunk how far it is. Raises InputError where something cannot be understood, where a run
    is there already and ``resume`` is not asked for, or where it rests on something else.
    """
    _sensible(wish, means)
    require_directory(directory)
    menu = default_menu() if wish.menu is None else read_menu(wish.menu)
    limits = read_limits(wish.limits)
    settings = limits.settings(wish.settings)
    with alone(directory):
        log = Log(directory)
        manifest, index = _begun(wish, settings, directory, resume)
        log.say("resumed" if resume else "begun", **_said(manifest), engine=means.engine)
        job = Job(menu, settings, wish.chunk, manifest.language)
        _write_strays(index, directory, manifest.language)
        _appraise(job, index, directory, means, log, told)
        results = Results(directory, manifest)
        with log.timed("chosen"):
            write_choice(results, limits)
    return results


def _sensible(wish: Wish, means: Means) -> None:
    asked = [
        ("--chunk", wish.chunk, MOST_CHUNK),
        ("--workers", cores() if means.workers is None else means.workers, MOST_WORKERS),
    ]
    faults = [
        Fault(tr("this number is out of range"), name, f"{value:,}", tr("1 to {most}", most=f"{most:,}"))
        for name, value, most in asked
        if not 1 <= value <= most
    ]
    if faults:
        raise InputError(faults)


def _begun(wish: Wish, settings: Settings, directory: Path, resume: bool) -> tuple[Manifest, Index]:
    """The manifest of the run and the index of its book, both in its directory. The book is read again each time: it
    must be what it was."""
    begun = read_manifest(directory)
    if begun is not None and not resume:
        remedy = tr("go on with --resume, or give another directory")
        raise InputError(Fault(tr("a portfolio run is here already"), str(directory), remedy=remedy))
    path = directory / where.INDEX
    index = build_index(wish.book, path if begun is None else directory / f".again.{where.INDEX}")
    files = {where.MENU: _content(wish.menu), where.LIMITS: _content(wish.limits)}
    now = Manifest(
        book=shown_book(wish.book),
        borrowers=index.borrowers,
        book_hash=index.digest,
        menu_hash=sha256(files[where.MENU]),
        limits_hash=sha256(files[where.LIMITS]),
        rules_hash=rules_hash(),
        settings=_plain(settings, wish),
        chunk=wish.chunk,
        language=current(),
    )
    if begun is None:
        write_manifest(directory, now, files)
        return now, index
    try:
        refuse_others(directory, begun, now)
    finally:
        if path.exists():
            index.path.unlink()
        else:
            index.path.replace(path)
    return begun, replace(index, path=path)


def _plain(settings: Settings, wish: Wish) -> dict[str, Any]:
    """The settings as the manifest has them; what follows from the limits is said by their hash."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(settings)))
    if wish.limits is not None:
        plain = {name: value for name, value in plain.items() if name not in ("matters", "keep_all")}
    return plain


def _content(path: Path | None) -> bytes:
    """A file as it was given; nothing where none was, which is the menu that this version ships."""
    return b"" if path is None else content_of(path)


def _write_strays(index: Index, directory: Path, language: str) -> None:
    """Rows of the book that belong to no borrower, before anything else: they may say what is wrong with the rest."""
    if (directory / "failures" / where.STRAYS).exists():
        return
    with speaking(language):
        publish(directory / "failures", {where.STRAYS: parquet(failures_table(strays(index)))})


def _appraise(
    job: Job, index: Index, directory: Path, means: Means, log: Log, told: Callable[[Progress], None]
) -> None:
    """Do the chunks that are not there yet."""
    chunks = range(count(job.chunk, index.borrowers))
    for name in TABLES:
        for left in (directory / name).glob(".*.part"):
            left.unlink()
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
    from repayplan.portfolio.run.spark import run_spark

    return run_spark(job, index, directory, missing, workers, means.master)


def _said(manifest: Manifest) -> dict[str, Any]:
    return {"borrowers": manifest.borrowers, "chunk": manifest.chunk, "version": manifest.version}
