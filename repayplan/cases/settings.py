"""Files of a bank's settings, YAML or JSON: one model each, every problem told at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from repayplan.cases.documents import Document, shown
from repayplan.cases.faults import to_faults
from repayplan.cases.files import ending_of, path_of, text_of
from repayplan.cases.notation import NOTATIONS, read_notation
from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr

M = TypeVar("M", bound=BaseModel)


def read_settings(path: str | Path, root: type[M], refused: Message, schema: str) -> M:
    """What a ``.yaml`` or ``.json`` file says, as a ``root``. ``refused`` is said of a file with another ending.

    InputError with every problem of the file.
    """
    path = path_of(path)
    ending, name = ending_of(path, NOTATIONS, refused), str(path)
    if not os.path.exists(path):
        remedy = tr("check the path; a file of this kind begins with schema: {name}", name=schema)
        raise InputError(Fault(tr("there is no such file"), shown(path, 400), remedy=remedy))
    text = text_of(path)
    if not text.strip():
        raise InputError(Fault(tr("the file is empty"), name, remedy=tr("begin with schema: {name}", name=schema)))
    return settings_of(read_notation(text, name, ending), root)


def settings_of(document: Document, root: type[M]) -> M:
    """The same of a text that has been read. InputError with every problem of it."""
    try:
        return root.model_validate(document.data)
    except ValidationError as error:
        raise InputError(to_faults(error.errors(include_url=False), document, root)) from None
