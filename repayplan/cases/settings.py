"""Files of a bank's settings, YAML or JSON: one model each, every problem told at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from repayplan.cases.documents import Document
from repayplan.cases.faults import fault_of, to_faults
from repayplan.cases.files import ending_of, path_of, text_of
from repayplan.cases.mending import reading, untouched
from repayplan.cases.notation import NOTATIONS, read_notation
from repayplan.cases.problems import Path as Place
from repayplan.cases.problems import Problem
from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Understood(Generic[M]):
    """What a file of settings says as far as it can be understood, and every problem of it.

    ``value``: None where that is nothing; of the places ``mended`` it says nothing. Others may know more that is wrong
    with the file, and tell it with its place (``told``).
    """

    value: M | None
    faults: tuple[Fault, ...] = ()
    document: Document = field(default_factory=lambda: Document("", {}, {}))
    mended: tuple[Place, ...] = ()

    def told(self, problems: Iterable[Problem]) -> list[Fault]:
        """Problems of ``value`` as faults of the file, but for those that are none once it is mended."""
        return [fault_of(problem, self.document) for problem in untouched(problems, self.mended)]

    def sound(self) -> M:
        """The value. InputError with every problem of the file where there is any."""
        if self.value is None or self.faults:
            raise InputError(self.faults)
        return self.value


def understand_settings(path: str | Path, root: type[M], refused: Message, schema: str) -> Understood[M]:
    """What a ``.yaml`` or ``.json`` file says, as a ``root``; ``refused`` is said of a file with another ending."""
    try:
        path = path_of(path)
        ending, name = ending_of(path, NOTATIONS, refused), str(path)
        text = text_of(path, tr("check the path; such a file begins with schema: {name}", name=schema))
        if not text.strip():
            raise InputError(Fault(tr("the file is empty"), name, remedy=tr("begin with schema: {name}", name=schema)))
        return understand(read_notation(text, name, ending), root)
    except InputError as error:
        return Understood(None, error.faults)


def understand(document: Document, root: type[M]) -> Understood[M]:
    """What a text that has been read says, as a ``root``."""
    found = reading(document.data, root)
    return Understood(found.value, tuple(to_faults(found.errors, document, root)), document, found.mended)
