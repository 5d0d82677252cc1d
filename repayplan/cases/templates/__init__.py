"""Commented case files to start from, one story each, in both languages; each can be planned as it stands."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from repayplan.errors import Fault, InputError
from repayplan.language import current, tr
from repayplan.publishing import publish

STORIES = ("construction", "trade", "restaurant", "textile", "logistics")


def template(story: str) -> dict[str, str]:
    """The files of a story by name, ``case.yaml`` first, in the language in use. ValueError for no such story."""
    if story not in STORIES:
        raise ValueError(f"story {story!r} is not one of {', '.join(STORIES)}")
    folder = files(__name__)
    endings = {"case.yaml": "yaml", "README.md": "md"}
    return {
        name: (folder / f"{story}.{current()}.{ending}").read_text(encoding="utf-8") for name, ending in endings.items()
    }


def workbook_template(story: str | None, unit: int = 1) -> dict[str, bytes]:
    """The same with a workbook, ``case.xlsx`` first; None: a workbook with nothing but its first sheet filled in."""
    from repayplan.cases.excel.template import short_workbook
    from repayplan.cases.excel.writer import workbook_of
    from repayplan.cases.readers import read_text

    if story is None:
        readme = (files(__name__) / f"workbook.{current()}.md").read_text(encoding="utf-8")
        return {"case.xlsx": short_workbook(unit), "README.md": readme.encode()}
    texts = template(story)
    case = read_text(texts["case.yaml"], "case.yaml", "yaml")
    return {
        "case.xlsx": workbook_of(case, unit),
        "README.md": texts["README.md"].replace("case.yaml", "case.xlsx").encode(),
    }


def write_template(directory: str | Path, story: str | None, excel: bool = False, unit: int = 1) -> list[Path]:
    """Write a story's files into ``directory``, which is made where absent; the paths written, the case first.

    ``excel``: as a workbook with amounts in ``unit`` currency units, 1 or 10,000; without a story, a short one.
    Raises InputError where a file is there already or the directory cannot be written; then nothing was written.
    """
    directory = Path(directory)
    if excel:
        contents = workbook_template(story, unit)
    else:
        contents = {name: text.encode() for name, text in template(story or STORIES[0]).items()}
    return publish_new(directory, contents)


def publish_new(directory: str | Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files into ``directory``, which is made where absent. Raises InputError where one is there already."""
    directory = Path(directory)
    taken = [directory / name for name in contents if os.path.lexists(directory / name)]
    if taken:
        remedy = tr("give another directory, or move this file away")
        raise InputError(Fault(tr("this file is there already"), str(path), remedy=remedy) for path in taken)
    return publish(directory, contents)
