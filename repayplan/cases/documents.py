"""A YAML or JSON text as plain values, with the line on which every value stands.

Numbers keep the digits that were written (``int`` and ``Decimal``, never a binary fraction), dates and words stay
text. What makes a file ambiguous or dangerous is refused: aliases, tags, duplicate fields, several documents,
deep nesting, absurd size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from repayplan.cases.problems import Path
from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr

MAX_DEPTH = 20
MAX_VALUES = 200_000

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
_HALF = re.compile("[\ud800-\udfff]")
_PLAIN_KEY = re.compile(r"[\w-]+")


class Unreadable:
    """Stands where a cell could not be read and the fault is known already; no field accepts it."""

    def __str__(self) -> str:
        return "?"


UNREADABLE = Unreadable()


@dataclass(frozen=True, slots=True)
class Document:
    """Plain values of one file: ``data`` (dict, list, str, int, Decimal, date, bool, None) and the line of every path.

    Without lines it is no text: what was given on the command line, or by a program. A workbook gives ``cells``, the
    address of every path, and lines that only put its faults in order; ``faults`` is what was wrong before anything
    could be understood, ``doubts`` what in the file itself needs a second look; ``labels``, how it calls its fields.
    """

    name: str
    data: Any
    lines: dict[Path, int]
    cells: dict[Path, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    doubts: tuple[Fault, ...] = ()
    labels: dict[Path, str] = field(default_factory=dict)

    def where(self, path: Path) -> str:
        """``case.yaml:12 loans[0].rate``: file, line of the nearest value that is there, field."""
        if path in self.cells:
            return self.cells[path]
        near = next((self.cells[path[:size]] for size in range(len(path), -1, -1) if path[:size] in self.cells), None)
        if near is not None:
            return f"{near} {spell(path)}"
        place = f"{self.name}:{self.line(path)}" if self.lines else self.name
        return f"{place} {spell(path)}".rstrip()

    def line(self, path: Path) -> int:
        """The line of a value, or of the nearest one around it; 0 where there are no lines."""
        return next((self.lines[path[:size]] for size in range(len(path), -1, -1) if path[:size] in self.lines), 0)


def spell(path: Path) -> str:
    """``loans[0].rate``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{_key(step)}" if text else _key(step)
    return text


def shown(value: Any, longest: int = 60) -> str:
    """A value as it can be shown on one line of any terminal: no control characters, not too long."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[: longest + 1])
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else f'"{shown(key)}"'


def scalar(text: str) -> Any:
    """The value of an unquoted word under YAML 1.2: null, true, false and plain numbers; all else stays text."""
    if _NUMBER.fullmatch(text) and len(text) <= 40:
        return Decimal(text) if "." in text else int(text)
    return _CONSTANTS.get(text, text)


class Builder:
    """Puts the values of one text together as a parser meets them, and refuses what a case file may not hold."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines: dict[Path, int] = {}
        self._open: list[tuple[Path, dict[str, Any] | list[Any]]] = []
        self._field: list[str | None] = []
        self._root: Any = None
        self._twice: list[Fault] = []

    def value(self, value: Any, line: int) -> None:
        """A scalar, or the name of a field where one is due."""
        if isinstance(value, str) and not value.isascii() and _HALF.search(value):
            self.refuse(tr("this text holds half a character (a lone surrogate)"), line, tr("write it again"))
        if self.awaits_name():
            self._name_field(str(value), line)
        else:
            self._place(value, line)

    def awaits_name(self) -> bool:
        """Whether the next thing must be the name of a field."""
        return bool(self._open) and isinstance(self._open[-1][1], dict) and self._field[-1] is None

    def enter(self, group: dict[str, Any] | list[Any], line: int) -> None:
        """A mapping or a list begins."""
        if self.awaits_name():
            self.refuse(tr("the name of a field must be a word"), line, tr("write name: value"))
        if len(self._open) >= MAX_DEPTH:
            self.refuse_depth(line)
        path = self._place(group, line)
        self._open.append((path, group))
        self._field.append(None)

    def leave(self) -> None:
        """The innermost mapping or list ends."""
        self._open.pop()
        self._field.pop()

    def finish(self) -> Document:
        """The document; InputError where it is no mapping or a field stands twice."""
        if self._twice:
            raise InputError(self._twice)
        if not isinstance(self._root, dict):
            line = self._lines.get((), 1)
            self.refuse(
                tr("this is not a case: it must begin with fields such as schema, as_of and loans"),
                line,
                tr("start from the template of repayplan init"),
            )
        return Document(self._name, self._root, self._lines)

    def refuse(self, what: Message, line: int, remedy: Message, limit: Message | None = None) -> NoReturn:
        """Stop reading."""
        raise InputError(Fault(what, f"{self._name}:{line}", limit=limit, remedy=remedy))

    def refuse_depth(self, line: int) -> NoReturn:
        """Stop reading: no case is nested so deeply."""
        self.refuse(
            tr("this is nested too deeply"),
            line,
            tr("compare the indentation with the template of repayplan init"),
            limit=tr("at most {depth} levels", depth=MAX_DEPTH),
        )

    def _name_field(self, name: str, line: int) -> None:
        path, group = self._open[-1]
        if name in group:
            self._twice.append(
                Fault(
                    tr("the field {field} stands twice", field=_key(name)),
                    f"{self._name}:{line} {spell((*path, name))}",
                    limit=tr("first on line {line}", line=self._lines[(*path, name)]),
                    remedy=tr("keep one of the two"),
                )
            )
        self._field[-1] = name

    def _place(self, value: Any, line: int) -> Path:
        if len(self._lines) >= MAX_VALUES:
            self.refuse(
                tr("this file holds too many values"),
                line,
                tr("put small receipts together"),
                limit=tr("at most {count}", count=f"{MAX_VALUES:,}"),
            )
        path: Path = ()
        if not self._open:
            self._root = value
        else:
            outer, group = self._open[-1]
            if isinstance(group, list):
                path = (*outer, len(group))
                group.append(value)
            else:
                field = str(self._field[-1])
                path = (*outer, field)
                group[field] = value
                self._field[-1] = None
        self._lines.setdefault(path, line)
        return path
