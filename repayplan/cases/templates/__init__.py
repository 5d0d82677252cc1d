"""Commented case files to start from, one story each, in both languages; each can be planned as it stands."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from repayplan.errors import Fault, InputError
from repayplan.language import current, tr
from repayplan.publishing import publish

STORIES = ("construction", "trade")


def template(story: str) -> dict[str, str]:
    """The files of a story by name, ``case.yaml`` first, in the language in use. ValueError for no such story."""
    if story not in STORIES:
        raise ValueError(f"story {story!r} is not one of {', '.join(STORIES)}")
    folder = files(__name__)
    endings = {"case.yaml": "yaml", "README.md": "md"}
    return {
        name: (folder / f"{story}.{current()}.{ending}").read_text(encoding="utf-8") for name, ending in endings.items()
    }


def write_template(directory: str | Path, story: str) -> list[Path]:
    """Write a story's files into ``directory``, which is made where absent; the paths written, ``case.yaml`` first.

    Raises InputError where a file is there already or the directory cannot be written; then nothing was written.
    """
    directory = Path(directory)
    contents = template(story)
    taken = [directory / name for name in contents if os.path.lexists(directory / name)]
    if taken:
        remedy = tr("give another directory, or move this file away")
        raise InputError(Fault(tr("this file is there already"), str(path), remedy=remedy) for path in taken)
    return publish(directory, {name: text.encode() for name, text in contents.items()})
