"""The two notations of a case file, YAML 1.2 and JSON, each read into one ``Document``."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from repayplan.cases.documents import Builder, Document, scalar, shown
from repayplan.language import tr

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s,:{}\[\]"]+')

_DIRECTIVE = re.compile(r"^%", re.MULTILINE)


NOTATIONS = (".yaml", ".yml", ".json")
"""Endings of files in one of the two."""


def read_notation(text: str, name: str, ending: str) -> Document:
    """The document in the notation of a file with this ending. InputError with every problem of the text."""
    return read_json(text, name) if ending == ".json" else read_yaml(text, name)


def read_yaml(text: str, name: str) -> Document:
    """YAML 1.2 through its events, so that every scalar is seen as it was written. Raises InputError."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.events import DocumentStartEvent

    builder = Builder(name)
    documents = 0
    directive = _DIRECTIVE.search(text)
    if directive:
        line = text.count("\n", 0, directive.start()) + 1
        builder.refuse(tr("directives (%) are not read"), line, tr("leave this line out"))
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            documents += isinstance(event, DocumentStartEvent)
            if documents > 1:
                line = event.start_mark.line + 1
                builder.refuse(tr("a file holds one case only"), line, tr("put each case in a file of its own"))
            _follow(event, builder)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _unreadable(builder, "YAML", mark.line + 1 if mark else 1, error.problem or error.context or "")
    except (YAMLError, ValueError, OverflowError) as error:
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        _unreadable(builder, "YAML", line, str(error).partition("\n")[0])
    return builder.finish()


def _follow(event: Event, builder: Builder) -> None:
    from ruamel.yaml import events

    line = event.start_mark.line + 1
    if isinstance(event, events.AliasEvent):
        builder.refuse(tr("aliases (*name) are not read"), line, tr("write the value out"))
    if isinstance(event, events.NodeEvent) and event.anchor:
        builder.refuse(tr("anchors (&name) are not read"), line, tr("leave the anchor out"))
    if isinstance(event, events.ScalarEvent | events.CollectionStartEvent) and event.ctag:
        builder.refuse(tr("tags (!name) are not read"), line, tr("leave the tag out; put text in quotes"))
    match event:
        case events.ScalarEvent():
            plain = event.implicit[0] and not builder.awaits_name()
            builder.value(scalar(event.value) if plain else event.value, line)
        case events.MappingStartEvent():
            builder.enter({}, line)
        case events.SequenceStartEvent():
            builder.enter([], line)
        case events.MappingEndEvent() | events.SequenceEndEvent():
            builder.leave()


def read_json(text: str, name: str) -> Document:
    """JSON: the standard library judges the grammar, a second pass takes exact numbers and lines. Raises InputError."""
    builder = Builder(name)
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        _unreadable(builder, "JSON", error.lineno, error.msg)
    except RecursionError:
        builder.refuse_depth(1)
    line, last = 1, 0
    for match in _JSON_TOKEN.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        _take(match[0], line, builder)
    return builder.finish()


def _take(token: str, line: int, builder: Builder) -> None:
    match token[0]:
        case "{":
            builder.enter({}, line)
        case "[":
            builder.enter([], line)
        case "}" | "]":
            builder.leave()
        case '"':
            builder.value(json.loads(token), line)
        case _ if token in ("NaN", "Infinity", "-Infinity"):
            builder.refuse(
                tr("{value} is no number in JSON", value=token),
                line,
                tr("write a number, or leave the field out"),
            )
        case _:
            builder.value(scalar(token), line)


def _unreadable(builder: Builder, notation: str, line: int, reason: str) -> None:
    builder.refuse(
        tr("this is not {notation}: {reason}", notation=notation, reason=shown(reason, 200)),
        line,
        tr("mend this line or the one before it"),
    )
