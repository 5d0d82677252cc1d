"""From a file to a :class:`~repayplan.cases.models.Case`: every problem at once, each with its place and its cure."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from repayplan.cases.attachments import attach
from repayplan.cases.documents import Document
from repayplan.cases.doubts import doubts
from repayplan.cases.faults import fault_of, to_faults
from repayplan.cases.files import CASES, content_of, ending_of, path_of, text_of
from repayplan.cases.mending import reading
from repayplan.cases.models import Case
from repayplan.cases.notation import read_json, read_yaml
from repayplan.errors import Fault, InputError
from repayplan.language import tr

Notation = Literal["yaml", "json"]

_NOTATIONS: dict[str, Notation] = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}
_WORKBOOKS = (".xlsx", ".xlsm")


def read_case(path: str | Path) -> Case:
    """The case in a ``.yaml``, ``.yml`` or ``.json`` file, in an Excel workbook (``.xlsx``), or in a directory.

    Raises InputError with one fault for every problem of the file.
    """
    return read_with_places(path)[0]


def read_with_places(path: str | Path) -> tuple[Case, Document]:
    """The case in a file, and the document that knows on which line everything in it stands; see :func:`read_case`."""
    document = _document(_inside(path_of(path)))
    return to_case(document), document


def check_case(path: str | Path) -> tuple[Case, tuple[Fault, ...]]:
    """The case in a file, and what in it is allowed but likely to be a mistake. Raises InputError as ``read_case``."""
    case, document = read_with_places(path)
    return case, doubted(case, document)


def doubted(case: Case, document: Document) -> tuple[Fault, ...]:
    """What in a case is allowed but likely to be a mistake, with its places in the file."""
    return (*document.doubts, *(fault_of(problem, document) for problem in doubts(case)))


def read_text(text: str, name: str, notation: Notation) -> Case:
    """The case in a text; ``name`` is what faults call it. Raises InputError as :func:`read_case` does."""
    return to_case(read_document(text, name, notation))


def _inside(path: Path) -> Path:
    """The case in a directory; where there is none the reader will say what the path is."""
    if not os.path.isdir(path):
        return path
    return next((path / name for name in CASES if os.path.lexists(path / name)), path)


def _document(path: Path) -> Document:
    if path.suffix.lower() in _WORKBOOKS:
        from repayplan.cases.excel.parts import MAX_PACKED
        from repayplan.cases.excel.reader import read_workbook

        return attach(read_workbook(content_of(path, MAX_PACKED), path.name), path.parent)
    if not path.suffix and not os.path.lexists(path):
        content_of(path)  # a mistyped folder has no ending: what is wrong is that there is nothing
    remedy = tr("save the case with one of these endings")
    ending = ending_of(path, (*_NOTATIONS, *_WORKBOOKS), tr("this is no kind of case file"), remedy)
    return attach(read_document(text_of(path), str(path), _NOTATIONS[ending]), path.parent)


def read_document(text: str, name: str, notation: Notation) -> Document:
    """The plain values of a text with their lines. Raises InputError."""
    if not text.strip():
        raise InputError(Fault(tr("the file is empty"), name, remedy=tr("start from the template of repayplan init")))
    return read_yaml(text, name) if notation == "yaml" else read_json(text, name)


def to_case(document: Document) -> Case:
    """The case that plain values describe. Raises InputError."""
    found = reading(document.data, Case)
    if found.value is None or found.errors or document.faults:
        raise InputError([*document.faults, *to_faults(found.errors, document)])
    return found.value
