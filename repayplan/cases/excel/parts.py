"""The parts of an .xlsx file, unpacked under a limit, and a walk through their XML that no entity can blow up."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

from repayplan.cases.documents import shown
from repayplan.errors import Fault, InputError
from repayplan.language import Message, tr

MAX_PACKED = 20 * 1024 * 1024
MAX_UNPACKED = 32 * 1024 * 1024
MAX_PARTS = 1_000
MAX_SHEETS = 100

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError)
"""What the standard library raises over a damaged, encrypted or exotic archive."""

_TYPES, _ROOT = "[Content_Types].xml", "_rels/.rels"
_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"

OnStart = Callable[[str, dict[str, str]], None]
OnEnd = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a workbook consists of.

    ``sheets`` gives the part of every worksheet by name, in the order of the tabs, ``hidden`` the names of those that
    have none.
    """

    content: Mapping[str, bytes]
    sheets: Mapping[str, str]
    styles: str | None
    strings: str | None
    from_1904: bool
    hidden: frozenset[str] = frozenset()

    def packed(self) -> bytes:
        """The parts as an archive of their own, nothing compressed."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for part, content in self.content.items():
                archive.writestr(part, content)
        return buffer.getvalue()


def unpack(content: bytes, name: str) -> Parts:
    """The parts that matter. Raises InputError for what is no .xlsx file, is encrypted, or is too large unpacked."""
    if content.startswith(_OLD):
        _refuse_old(name, encrypted=_ENCRYPTED in content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _Unpacking(archive, name).parts()
    except _UNREADABLE as error:
        refuse(name, tr("this is not an .xlsx workbook: {reason}", reason=shown(error, 100)), _SAVE_AGAIN)


def walk(content: bytes, part: str, name: str, start: OnStart, end: OnEnd | None = None) -> None:
    """Walk through XML: ``start(tag, attributes)``, ``end(tag, text)`` with the text that stands before the end.

    Tags and attributes come without namespaces. Raises InputError for a document type (it could define entities that
    grow beyond all bounds) and for what is not XML.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    text: list[str] = []

    def on_start(tag: str, attributes: dict[str, str]) -> None:
        text.clear()
        start(tag.rpartition(":")[2], attributes)

    def on_end(tag: str) -> None:
        if end is not None:
            end(tag.rpartition(":")[2], "".join(text))
        text.clear()

    def on_doctype(*_: object) -> None:
        refuse(name, tr("its part {part} defines XML entities, which no workbook needs", part=shown(part)), _SAVE_AGAIN)

    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.CharacterDataHandler = text.append
    parser.StartDoctypeDeclHandler = on_doctype
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        refuse(name, tr("its part {part} is damaged: {reason}", part=shown(part), reason=error), _SAVE_AGAIN)


def refuse(name: str, what: Message, remedy: Message, limit: Message | None = None) -> NoReturn:
    """Stop reading the file."""
    raise InputError(Fault(what, name, limit=limit, remedy=remedy))


_SAVE_AGAIN = tr("open it in Excel, WPS or LibreOffice and save it again as .xlsx")


def _refuse_old(name: str, encrypted: bool) -> NoReturn:
    if encrypted:
        refuse(name, tr("this workbook is protected by a password"), tr("save it without a password"))
    refuse(name, tr("this is a workbook of the old kind (.xls)"), _SAVE_AGAIN)


def _present(part: str | None, content: Mapping[str, bytes]) -> str | None:
    return part if part in content else None


class _Unpacking:
    """Takes the parts that matter out of an archive, together never more than the limit."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        self._left = MAX_UNPACKED
        self._present = {info.filename for info in archive.infolist()}
        if len(self._present) > MAX_PARTS:
            self._too_large()

    def parts(self) -> Parts:
        if _BOOK not in self._present or _LINKS not in self._present:
            refuse(self._name, tr("this archive is no .xlsx workbook"), _SAVE_AGAIN)
        links = self._links()
        sheets, from_1904, hidden = self._book(links)
        helpers = {kind: target for kind, target in links.values() if kind in ("sharedStrings", "styles")}
        wanted = [_TYPES, _ROOT, _BOOK, _LINKS, *helpers.values(), *sheets.values()]
        content = {part: self._take(part) for part in dict.fromkeys(wanted) if part in self._present}
        for part in content.keys() - set(sheets.values()):
            walk(content[part], part, self._name, lambda *_: None)
        return Parts(
            content,
            {title: part for title, part in sheets.items() if part in content},
            _present(helpers.get("styles"), content),
            _present(helpers.get("sharedStrings"), content),
            from_1904,
            hidden,
        )

    def _links(self) -> dict[str, tuple[str, str]]:
        """Kind and part of everything the workbook refers to, by identifier."""
        links: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
                links[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)

        walk(self._take(_LINKS), _LINKS, self._name, start)
        return links

    def _book(self, links: Mapping[str, tuple[str, str]]) -> tuple[dict[str, str], bool, frozenset[str]]:
        """The worksheets by name in their order, whether days count from 1904, and which sheets are hidden."""
        sheets: dict[str, str] = {}
        switches: list[str] = []
        hidden: set[str] = set()

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "workbookPr":
                switches.append(attributes.get("date1904", "0"))
            elif tag == "sheet":
                ids = [value for key, value in attributes.items() if key.rpartition(":")[2] == "id"]
                kind, target = links.get(ids[0] if ids else "", ("", ""))
                if kind == "worksheet":
                    sheets[attributes.get("name", "")] = target
                    if attributes.get("state", "visible") != "visible":
                        hidden.add(attributes.get("name", ""))

        walk(self._take(_BOOK), _BOOK, self._name, start)
        if not 0 < len(sheets) <= MAX_SHEETS:
            what = tr("this workbook has {count} sheets", count=len(sheets))
            refuse(self._name, what, _SAVE_AGAIN, tr("1 to {count}", count=MAX_SHEETS))
        return sheets, switches[:1] in (["1"], ["true"]), frozenset(hidden)

    def _take(self, part: str) -> bytes:
        with self._archive.open(part) as source:
            content = source.read(self._left + 1)
        if len(content) > self._left:
            self._too_large()
        self._left -= len(content)
        return content

    def _too_large(self) -> NoReturn:
        limit = tr("at most {count} MiB unpacked", count=MAX_UNPACKED // 1024**2)
        refuse(self._name, tr("this workbook is too large"), tr("keep only the sheets of this case in it"), limit)
