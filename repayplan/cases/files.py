"""Files as bytes and as text, bounded in size: what cannot be opened or is not UTF-8 is said with its cure."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from repayplan.cases.documents import shown
from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr

MAX_BYTES = 5 * 1024 * 1024

CASES = ("case.yaml", "case.xlsx", "case.json")
"""What the case in a directory is called, the first of them that is there."""


def text_of(path: str | Path, begin: Message | None = None) -> str:
    """A file's text: UTF-8, with or without a byte order mark, at most 5 MiB; ``begin``: what helps where there is no
    such file. Raises InputError."""
    return decode(content_of(path_of(path), begin=begin), shown(path, 400))


def path_of(path: object) -> Path:
    """Programs, too, give the wrong thing by mistake. Raises InputError where it is no path."""
    if isinstance(path, str | os.PathLike):
        return Path(path)
    kind = type(path).__name__
    raise InputError(Fault(tr("this is not the path of a file"), value=kind, remedy=tr("give the path as text")))


def ending_of(path: Path, endings: Collection[str], refused: Message, remedy: Message | None = None) -> str:
    """How a file's name ends, in small letters. InputError, in the words ``refused``, where it is none of these."""
    ending = path.suffix.lower()
    if ending not in endings:
        limit = tr("one of: {choices}", choices=", ".join(endings))
        cure = remedy or tr("save it with one of these endings")
        raise InputError(Fault(refused, str(path), path.suffix or None, limit, cure))
    return ending


def content_of(path: Path, most: int = MAX_BYTES, begin: Message | None = None) -> bytes:
    """A file's bytes, at most ``most`` of them; ``begin`` as above. Raises InputError."""
    try:
        if path.exists() and not path.is_file():
            raise InputError(
                Fault(tr("this is not a file"), shown(path, 400), remedy=begin or tr("give the path of a case file"))
            )
        with path.open("rb") as source:
            content = source.read(most + 1)
    except FileNotFoundError:
        remedy = begin or tr("check the path, or begin with repayplan init")
        raise InputError(Fault(tr("there is no such file"), shown(path, 400), remedy=remedy)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            Fault(
                tr("this file cannot be opened: {reason}", reason=reason),
                shown(path, 400),
                remedy=tr("check its rights"),
            )
        ) from None
    if len(content) > most:
        raise InputError(
            Fault(
                tr("this file is too large"),
                shown(path, 400),
                limit=tr("at most {count} MiB", count=most // 1024**2),
                remedy=tr("put small receipts together"),
            )
        )
    return content


def decode_export(content: bytes, name: str) -> str:
    """What other programs export: UTF-8 or GB 18030. Raises InputError."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return content.decode("gb18030")
        except UnicodeDecodeError:
            remedy = tr("export the list again as UTF-8")
            raise InputError(Fault(tr("this file is neither UTF-8 nor GBK"), name, remedy=remedy)) from None


def decode(content: bytes, name: str) -> str:
    """UTF-8 with or without a byte order mark. Raises InputError with the line of the first other byte."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            Fault(
                tr("this file is not UTF-8"),
                f"{name}:{line}",
                f"0x{content[error.start]:02x}",
                remedy=tr("save it as UTF-8 (older editors write GBK or Windows-1252)"),
            )
        ) from None
