"""From a file to a :class:`~repayplan.cases.models.Case`: every problem at once, each with its place and its cure."""

from __future__ import annotations

import os
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


def read_case(path: str | Path) -> Case:
    """The case in a ``.yaml``, ``.yml`` or ``.json`` file.

    Raises InputError with one fault for every problem of the file.
    """
    return read_with_places(path)[0]


def read_with_places(path: str | Path) -> tuple[Case, Document]:
    """The case in a file, and the document that knows on which line everything in it stands; see :func:`read_case`."""
    document = _document(_path(path))
    return to_case(document), document


def check_case(path: str | Path) -> tuple[Case, tuple[Fault, ...]]:
    """The case in a file, and what in it is allowed but likely to be a mistake. Raises InputError as ``read_case``."""
    case, document = read_with_places(path)
    return case, doubted(case, document)


def doubted(case: Case, document: Document) -> tuple[Fault, ...]:
    """What in a case is allowed but likely to be a mistake, with its places in the file."""
    return tuple(fault_of(problem, document) for problem in doubts(case))


def read_text(text: str, name: str, notation: Notation) -> Case:
    """The case in a text; ``name`` is what faults call it. Raises InputError as :func:`read_case` does."""
    return to_case(read_document(text, name, notation))


def _document(path: Path) -> Document:
    notation = _NOTATIONS.get(path.suffix.lower())
    if notation is None:
        raise InputError(
            Fault(
                tr("this is no kind of case file"),
                str(path),
                path.suffix or None,
                tr("one of: {choices}", choices=", ".join(_NOTATIONS)),
                tr("save the case with one of these endings"),
            )
        )
    return read_document(text_of(path), str(path), notation)


def read_document(text: str, name: str, notation: Notation) -> Document:
    """The plain values of a text with their lines. Raises InputError."""
    if not text.strip():
        raise InputError(Fault(tr("the file is empty"), name, remedy=tr("start from the template of repayplan init")))
    return read_yaml(text, name) if notation == "yaml" else read_json(text, name)


def to_case(document: Document) -> Case:
    """The case that plain values describe. Raises InputError."""
    try:
        return Case.model_validate(document.data)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        raise InputError(to_faults([*errors, *hidden_errors(document.data, errors)], document)) from None


def text_of(path: str | Path) -> str:
    """A file's text: UTF-8, with or without a byte order mark, at most 5 MiB. Raises InputError."""
    return decode(_bytes(_path(path)), str(path))


def _path(path: object) -> Path:
    """Programs, too, give the wrong thing by mistake."""
    if isinstance(path, str | os.PathLike):
        return Path(path)
    kind = type(path).__name__
    raise InputError(Fault(tr("this is not the path of a file"), value=kind, remedy=tr("give the path as text")))


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise InputError(Fault(tr("this is not a file"), str(path), remedy=tr("give the path of a case file")))
        with path.open("rb") as source:
            content = source.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError(
            Fault(tr("there is no such file"), str(path), remedy=tr("check the path, or begin with repayplan init"))
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            Fault(tr("this file cannot be opened: {reason}", reason=reason), str(path), remedy=tr("check its rights"))
        ) from None
    if len(content) > MAX_BYTES:
        raise InputError(
            Fault(
                tr("this file is too large"),
                str(path),
                limit=tr("at most {count} MiB", count=MAX_BYTES // 1024**2),
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
