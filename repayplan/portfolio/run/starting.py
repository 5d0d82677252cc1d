"""How a run starts: in a directory that is its own, on a book that is indexed, under limits that fit the book.

Everything that can be found wrong is found here, before the first borrower is appraised, and nothing of anybody else is
touched.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from repayplan.cases.files import content_of
from repayplan.errors import Fault, InputError
from repayplan.language import current, speaking, tr
from repayplan.portfolio.book.index import Index, build_index
from repayplan.portfolio.book.opening import shown_book
from repayplan.portfolio.menu import Menu, shipped_menu
from repayplan.portfolio.run import lock
from repayplan.portfolio.run import results as where
from repayplan.portfolio.run.choosing import Given, forget_choice
from repayplan.portfolio.run.chunk import TABLES
from repayplan.portfolio.run.manifest import NO_LIMITS, Manifest, read_manifest, refuse_others, sha256, write_manifest
from repayplan.portfolio.run.naming import refuse_strangers
from repayplan.portfolio.run.overlays import rules_hash
from repayplan.portfolio.run.wish import Wish, usual_chunk
from repayplan.portfolio.settings import Settings
from repayplan.publishing import require_directory

_AGAIN = f".again.{where.INDEX}"
_EARLY = {lock.NAME, _AGAIN, where.INDEX, where.MENU, where.LIMITS}
"""What a run may leave behind that was killed before it had a manifest, beside files that are not complete."""


@dataclass(frozen=True, slots=True)
class Started:
    """A run that can go on: its manifest, the index of its book, and the settings under which it appraises."""

    manifest: Manifest
    index: Index
    settings: Settings


def require_own(directory: Path, book: str | Path, resume: bool) -> Manifest | None:
    """The manifest of the run that is in ``directory``, if one has begun.

    InputError where results may not lie there: it must be new, empty or a run's own, and never where the book is. With
    ``resume`` a run must be there, without there must be none.
    """
    require_directory(directory)
    names = _names(directory)
    if "://" not in str(book) and os.path.exists(book) and names and directory.samefile(book):
        remedy = tr("give a directory of its own for the results")
        raise InputError(Fault(tr("the results would lie among the tables of the book"), str(directory), remedy=remedy))
    begun = read_manifest(directory) if where.MANIFEST in names else None
    killed = begun is None and lock.begun(directory) and all(_early(name) for name in names)
    if begun is not None and not resume:
        remedy = tr("go on with --resume, or give another directory")
        raise InputError(Fault(tr("a portfolio run is here already"), str(directory), remedy=remedy))
    if begun is None and not killed and names - {lock.NAME}:
        limit = tr("a directory that is new or empty, or one with a portfolio run")
        remedy = tr("give another directory; nothing here was touched")
        raise InputError(Fault(tr("other files are in this directory"), str(directory), limit=limit, remedy=remedy))
    if resume and begun is None and not killed:
        remedy = tr("check the path; a new run begins without --resume")
        raise InputError(Fault(tr("there is no portfolio run to go on with"), str(directory), remedy=remedy))
    return begun


def _names(directory: Path) -> set[str]:
    try:
        return {path.name for path in directory.iterdir()} if directory.exists() else set()
    except OSError as error:
        what = tr("this directory cannot be read: {reason}", reason=error.strerror or str(error))
        raise InputError(Fault(what, str(directory), remedy=tr("give another directory"))) from None


def _early(name: str) -> bool:
    return name in _EARLY or (name.startswith(".") and name.endswith(".part"))


def as_begun(wish: Wish, directory: Path) -> Wish:
    """A wish with the menu, the limits and the settings of the run in ``directory``, if one has begun, where it has
    none of its own; under the lock, so that no other run begins there between this and the start."""
    begun = read_manifest(directory)
    if begun is None:
        return wish
    files = {name: directory / name for name in (where.MENU, where.LIMITS) if (directory / name).exists()}
    settings = replace(wish.settings, **{name: begun.settings[name] for name in wish.left_out})
    menu, limits = wish.menu or files.get(where.MENU), wish.limits or files.get(where.LIMITS)
    return replace(wish, menu=menu, limits=limits, settings=settings)


def start(wish: Wish, menu: Menu, given: Given, directory: Path) -> Started:
    """Index the book, and begin the run or go on with the one that is there.

    The book is read again each time: it must be what it was, and what chunks are read from is what has been read just
    now. InputError where the run cannot go on with what is given now, its limits are gone and none are given, or limits
    and lists name whom the book has not.
    """
    _sweep(directory)
    begun = read_manifest(directory)  # under the lock: another run may have begun and ended here since it was looked at
    files = _files(wish)
    if begun is not None and where.LIMITS not in files and begun.limits_hash != NO_LIMITS:
        what, remedy = tr("the limits of this run are missing"), tr("give them with --limits")
        raise InputError(Fault(what, str(directory / where.LIMITS), remedy=remedy))
    with speaking(current() if begun is None else begun.language), _indexed(wish.book, directory) as index:
        now = Manifest(
            book=shown_book(wish.book),
            borrowers=index.borrowers,
            book_hash=index.digest,
            menu_hash=sha256(files[where.MENU]),
            limits_hash=NO_LIMITS if where.LIMITS not in files else sha256(files[where.LIMITS]),
            rules_hash=rules_hash(),
            settings=_plain(given.settings(wish.settings)),
            chunk=wish.chunk or (usual_chunk(index.borrowers) if begun is None else begun.chunk),
            language=current(),
        )
        if begun is not None:
            refuse_others(directory, begun, now)
        refuse_strangers(given.limits, menu, index)
        kept = directory / where.INDEX
        index.path.replace(kept)
    if begun is None:
        write_manifest(directory, now, files)
        return Started(now, replace(index, path=kept), given.settings(wish.settings))
    if begun.limits_hash != now.limits_hash:
        begun = replace(begun, limits_hash=now.limits_hash)
        forget_choice(directory)
        write_manifest(directory, begun, {where.LIMITS: files[where.LIMITS]})
    return Started(begun, replace(index, path=kept), _settings(wish.settings, begun))


@contextmanager
def _indexed(book: str | Path, directory: Path) -> Iterator[Index]:
    """The book in an index that has not its name yet; it is gone at the end unless it was given its name."""
    waiting = directory / _AGAIN
    try:
        yield build_index(book, waiting)
    finally:
        waiting.unlink(missing_ok=True)


def _files(wish: Wish) -> dict[str, bytes]:
    """Copies of the menu and of the limits, if there are any."""
    files = {where.MENU: shipped_menu() if wish.menu is None else content_of(wish.menu)}
    return files if wish.limits is None else files | {where.LIMITS: content_of(wish.limits)}


def _plain(settings: Settings) -> dict[str, Any]:
    """The settings as the manifest has them."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(settings)))
    return plain


def _settings(settings: Settings, begun: Manifest) -> Settings:
    """The settings of the run: what options are kept was decided by the limits it was begun with."""
    kept: Mapping[str, Any] = begun.settings
    return replace(settings, matters=kept["matters"], keep_all=kept["keep_all"])


def _sweep(directory: Path) -> None:
    """Take away files that a kill left half-written."""
    for place in (directory, *(directory / name for name in TABLES)):
        for left in place.glob(".*.part"):
            left.unlink()
