"""Files that are complete or absent: whoever looks, even after a power cut, sees the old ones or the new ones."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from repayplan.errors import Fault, InputError
from repayplan.language import tr

Content = bytes | Iterable[bytes]
"""Of a file, whole or in pieces that need not be in memory at a time."""


def publish(directory: Path, files: Mapping[str, Content], stale: Iterable[str] = ()) -> list[Path]:
    """Put ``files`` into ``directory`` and take ``stale`` ones away: complete under other names first, then renamed.

    The last file appears last. Raises InputError where the directory cannot take them; then nothing has changed
    unless the disk failed between two renames.
    """
    require_directory(directory)
    for path in (directory / name for name in files):
        if os.path.isdir(path):
            raise InputError(Fault(tr("a directory is in the way"), str(path), remedy=tr("give another directory")))
    waiting: dict[str, Path] = {}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            waiting[name] = _temporary(directory)
            _fill(waiting[name], content)
        written = [waiting.pop(name).replace(directory / name) for name in files]
        for name in stale:
            (directory / name).unlink(missing_ok=True)
        return written
    except OSError as error:
        raise InputError(unwritten(directory, error)) from None
    finally:
        for path in waiting.values():
            path.unlink(missing_ok=True)


def unwritten(directory: Path, error: OSError) -> Fault:
    """Why files cannot be written into a directory, and what helps: room where that is short, else another place."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    remedy = tr("make room on the disk") if full else tr("give a directory in which you may write")
    what = tr("the files cannot be written: {reason}", reason=error.strerror or str(error))
    return Fault(what, str(directory), remedy=remedy)


def require_directory(path: Path) -> None:
    """InputError where ``path`` or something above it is there and is no directory."""
    standing = next((place for place in (path, *path.parents) if os.path.exists(place)), path)
    if os.path.exists(standing) and not os.path.isdir(standing):
        raise InputError(
            Fault(tr("this is not a directory"), str(standing), remedy=tr("give the path of a directory for the files"))
        )


def _temporary(directory: Path) -> Path:
    """An empty file under a name that nobody reads."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=directory)
    os.close(handle)
    return Path(name)


def _fill(path: Path, content: Content) -> None:
    """Bring ``content`` to the disk, readable by those whom the person's mask lets in."""
    with path.open("wb") as file:
        file.writelines([content] if isinstance(content, bytes) else content)
        file.flush()
        os.fsync(file.fileno())
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)
