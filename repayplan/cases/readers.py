"""From a file to a :class:`~repayplan.cases.models.Case`: every problem at once, each with its place and its cure."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from repayplan.cases.documents import Document
from repayplan.cases.doubts import doubts
from repayplan.cases.faults import fault_of, to_faults
from repayplan.cases.mending import hidden_errors
from repayplan.cases.models import Case
from repayplan.cases.notation import read_json, read_yaml
from repayplan.errors import Fault, InputError
from repayplan.language import tr

MAX_BYTES = 5 * 1024 * 1024

Notation = Literal["yaml", "json"]

_NOTATIONS: dict[str, Notation] = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}
_WORKBOOKS = (".xlsx", ".xlsm")


def read_case(path: str | Path) -> Case:
    """The case in a ``.yaml``, ``.yml`` or ``.json`` file, or in an Excel workbook (``.xlsx``).

    Raises InputError with one fault for every problem of the file.
    """
    return to_case(_document(Path(path)))


def check_case(path: str | Path) -> tuple[Case, tuple[Fault, ...]]:
    """The case in a file, and what in it is allowed but likely to be a mistake. Raises InputError as ``read_case``."""
    document = _document(Path(path))
    case = to_case(document)
    return case, tuple(fault_of(problem, document) for problem in doubts(case))


def read_text(text: str, name: str, notation: Notation) -> Case:
    """The case in a text; ``name`` is what faults call it. Raises InputError as :func:`read_case` does."""
    return to_case(read_document(text, name, notation))


def _document(path: Path) -> Document:
    if path.suffix.lower() in _WORKBOOKS:
        from repayplan.cases.excel.parts import MAX_PACKED
        from repayplan.cases.excel.reader import read_workbook

        return read_workbook(content_of(path, MAX_PACKED), path.name)
    notation = _NOTATIONS.get(path.suffix.lower())
    if notation is None:
        raise InputError(
            Fault(
                tr("this is no kind of case file"),
                str(path),
                path.suffix or None,
                tr("one of: {choices}", choices=", ".join((*_NOTATIONS, *_WORKBOOKS))),
                tr("save the case with one of these endings"),
            )
        )
    return read_document(text_of(path), path.name, notation)


def read_document(text: str, name: str, notation: Notation) -> Document:
    """The plain values of a text with their lines. Raises InputError."""
    if not text.strip():
        raise InputError(Fault(tr("the file is empty"), name, remedy=tr("start from the template of repayplan init")))
    return read_yaml(text, name) if notation == "yaml" else read_json(text, name)


def to_case(document: Document) -> Case:
    """The case that plain values describe. Raises InputError."""
    try:
        case = Case.model_validate(document.data)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        faults = to_faults([*errors, *hidden_errors(document.data, errors)], document)
        raise InputError([*document.faults, *faults]) from None
    if document.faults:
        raise InputError(document.faults)
    return case


def text_of(path: str | Path) -> str:
    """A file's text: UTF-8, with or without a byte order mark, at most 5 MiB. Raises InputError."""
    return decode(content_of(Path(path)), str(path))


def content_of(path: Path, most: int = MAX_BYTES) -> bytes:
    """A file's bytes, at most ``most`` of them. Raises InputError."""
    try:
        if path.exists() and not path.is_file():
            raise InputError(Fault(tr("this is not a file"), str(path), remedy=tr("give the path of a case file")))
        with path.open("rb") as source:
            content = source.read(most + 1)
    except FileNotFoundError:
        raise InputError(
            Fault(tr("there is no such file"), str(path), remedy=tr("check the path, or begin with repayplan init"))
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            Fault(tr("this file cannot be opened: {reason}", reason=reason), str(path), remedy=tr("check its rights"))
        ) from None
    if len(content) > most:
        raise InputError(
            Fault(
                tr("this file is too large"),
                str(path),
                limit=tr("at most {count} MiB", count=most // 1024**2),
                remedy=tr("put small receipts together"),
            )
        )
    return content


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
