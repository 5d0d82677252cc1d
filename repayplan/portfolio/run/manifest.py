"""What a run rests on, written down beside its results, so that it goes on only with the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from repayplan.errors import Fault, InputError
from repayplan.language import LANGUAGES, Message, tr
from repayplan.publishing import publish
from repayplan.version import __version__

SCHEMA = "repayplan/portfolio-run/1"
NAME = "manifest.json"
MAX_BYTES = 1024 * 1024

NO_LIMITS = hashlib.sha256(b"").hexdigest()
"""The hash of limits where a run has none."""

_KEPT = ("matters", "keep_all")
"""Settings that follow from the limits: by them options were dropped."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything the tables of a run depend on. Hashes are SHA-256; ``book`` only says where the book was.

    ``rules``: of the tables of rules that the environment puts in place of the shipped ones. ``language``: in which
    failures are told. ``limits``: those by which options were chosen last; what of them decides which options there
    are stands in the settings.
    """

    book: str
    borrowers: int
    book_hash: str
    menu_hash: str
    limits_hash: str
    rules_hash: str
    settings: Mapping[str, Any]
    chunk: int
    language: str
    version: str = __version__
    schema: str = SCHEMA

    def differences(self, other: Manifest) -> list[Message]:
        """Why ``other`` cannot go on where this run stopped."""
        found = [
            (self.book_hash != other.book_hash, tr("the book has changed")),
            (self.menu_hash != other.menu_hash, tr("the menu is another one")),
            (self.rules_hash != other.rules_hash, tr("the environment names other tables of rules")),
            (self.chunk != other.chunk, tr("chunks had {old} borrowers, now {new}", old=self.chunk, new=other.chunk)),
            (
                self.version != other.version,
                tr("it was begun by version {old}, this is {new}", old=self.version, new=other.version),
            ),
        ]
        for name in sorted({*self.settings, *other.settings}):
            old, new = self.settings.get(name), other.settings.get(name)
            differs = old != new and name not in _KEPT
            found.append((differs, tr("{name} was {old}, now {new}", name=name, old=old, new=new)))
        return [why for differs, why in [*found, *_missing(self.settings, other.settings)] if differs]


def _missing(begun: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[bool, Message]]:
    """Whether limits of ``now`` could want options that were dropped because the limits of ``begun`` could not."""
    if not begun["keep_all"]:
        yield now["keep_all"], tr("these limits need options that were dropped: they count only some kinds of option")
        bound = [name for name, way in now["matters"].items() if begun["matters"].get(name) not in (way, "both")]
        what = tr(
            "these limits need options that were dropped: nothing limited {attributes}", attributes=", ".join(bound)
        )
        yield bool(bound), what


def write_manifest(directory: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """The manifest with copies of the ``files`` it speaks of, the manifest last."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    publish(directory, {**files, NAME: text.encode()})


def read_manifest(directory: Path) -> Manifest | None:
    """The manifest of a run; None where none has begun. InputError where it cannot be understood."""
    path = directory / NAME
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(MAX_BYTES))
        if data["schema"] != SCHEMA or data["language"] not in LANGUAGES:
            raise ValueError(data["schema"])
        return Manifest(**data)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        remedy = tr("give another directory")
        what = tr("this is no manifest of a portfolio run: {reason}", reason=error)
        raise InputError(Fault(what, str(path), remedy=remedy)) from None


def refuse_others(directory: Path, begun: Manifest, now: Manifest) -> None:
    """InputError with the reasons where a run cannot go on with what is given now."""
    reasons = begun.differences(now)
    if reasons:
        remedy = tr("give what it was begun with, or another directory")
        raise InputError(
            [Fault(tr("this run cannot go on: {reason}", reason=why), str(directory), remedy=remedy) for why in reasons]
        )


def sha256(content: bytes) -> str:
    """The hash of a file."""
    return hashlib.sha256(content).hexdigest()
