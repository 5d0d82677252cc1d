"""What pydantic found, in the words of the person who has to mend it: place, value, limit, remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from repayplan.cases.choices import one_of
from repayplan.cases.documents import Document, Unreadable, shown
from repayplan.cases.fields import SEVERAL
from repayplan.cases.models import Case
from repayplan.cases.places import Place, value_at
from repayplan.cases.problems import Path, Problem
from repayplan.errors import Fault
from repayplan.language import Message, tr

Words = tuple[Message, Message | None, Message]

_WRITE = "write for example {field}: {example}"


def to_faults(errors: Iterable[ErrorDetails], document: Document, root: type[BaseModel] = Case) -> list[Fault]:
    """One fault for each thing that is wrong, in the order of the file. ``root`` is the model that was read.

    A cell of a workbook may stand for two fields; what is wrong with it is told once.
    """
    found = [fault for error in errors for fault in _faults(error, document, root)]
    ordered = [fault for _, fault in sorted(found, key=lambda pair: document.line(pair[0]))]
    return list({(fault.where, str(fault.what)): fault for fault in ordered}.values())


def fault_of(problem: Problem, document: Document, above: Path = ()) -> Fault:
    """A problem of a whole case, whose place in the file is ``above``, as a fault."""
    at = (*above, *problem.path)
    value = problem.value or _plain(value_at(at, document.data))
    return Fault(problem.what, document.where(at), value, problem.limit, problem.remedy)


def path_of(error: ErrorDetails, data: Any) -> Path:
    """Where an error is in the file: pydantic's place without the names of union branches it passed through."""
    path: list[str | int] = []
    last = len(error["loc"]) - 1
    for number, step in enumerate(error["loc"]):
        absent = error["type"] == "missing" and number == last
        if isinstance(data, dict) and (step in data or absent):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            continue
        path.append(step)
    return (*path, "kind") if error["type"] == "union_tag_not_found" else tuple(path)


def _faults(error: ErrorDetails, document: Document, root: type[BaseModel]) -> Iterator[tuple[Path, Fault]]:
    path = path_of(error, document.data)
    value = value_at(path, document.data)
    context = error.get("ctx", {})
    if error["type"] == SEVERAL:
        for problem in context["problems"]:
            yield (*path, *problem.path), fault_of(problem, document, path)
    elif not isinstance(value, Unreadable) and not counts_what_is_left(error, value):
        place = Place(path, document.data, root)
        what, limit, remedy = _words(error["type"], context, place) or _range_words(error, place)
        if (label := document.labels.get(path)) is not None and remedy.text == _WRITE:
            remedy = replace(remedy, values={**remedy.values, "field": label})
        if error["type"] == "union_tag_invalid":
            path = (*path, "kind")
            value = value_at(path, document.data)
        absent = error["type"] == "missing"
        if error["loc"][-1:] == ("on",) and not absent:
            remedy = tr("{remedy}, or off", remedy=remedy)
        yield path, Fault(what, document.where(path), None if absent else _plain(value), limit, remedy)


def counts_what_is_left(error: ErrorDetails, value: Any) -> bool:
    """Pydantic calls a list too short when its entries have faults; those are told anyway."""
    return error["type"] == "too_short" and isinstance(value, list) and len(value) >= error["ctx"]["min_length"]


def _plain(value: Any) -> str | None:
    return None if value is None or isinstance(value, dict | list) else shown(value)


def _words(kind: str, context: dict[str, Any], place: Place) -> Words | None:
    """What, limit and remedy where a value is missing, unknown or of the wrong kind."""
    match kind:
        case "repayplan":
            return context["what"], context["limit"], context["remedy"]
        case "missing" | "union_tag_not_found":
            return tr("this field is missing"), None, _write(place)
        case "extra_forbidden":
            return tr("there is no such field"), None, _nearest(place)
        case "literal_error":
            return tr("this word cannot stand here"), _one_of(context["expected"]), _write(place)
        case "union_tag_invalid":
            return tr("there is no such kind"), _one_of(context["expected_tags"]), tr("choose one of these kinds")
        case "model_type" | "model_attributes_type" | "dict_type":
            return tr("fields must stand here"), None, _write(place)
        case "tuple_type" | "list_type":
            return tr("a list must stand here"), None, _write(place)
        case "string_type" | "string_unicode":
            return tr("this is not a text"), None, _write(place)
        case "int_type" | "int_parsing" | "int_from_float":
            return tr("this is not a whole number"), None, _write(place)
        case "float_type" | "float_parsing" | "decimal_type" | "decimal_parsing":
            return tr("this is not a number"), None, _write(place)
        case "bool_type" | "bool_parsing":
            return tr("this is neither true nor false"), None, tr("write true or false")
        case _:
            return None


def _range_words(error: ErrorDetails, place: Place) -> Words:
    """What, limit and remedy where a value is too small, too large, too short or too long."""
    context = error.get("ctx", {})
    match error["type"]:
        case "too_short":
            return tr("this list is too short"), tr("at least {count}", count=context["min_length"]), _write(place)
        case "too_long":
            limit = tr("at most {count}", count=context["max_length"])
            return tr("this list is too long"), limit, tr("put entries together, or make several cases of it")
        case "string_too_short":
            return tr("this text is empty"), None, _write(place)
        case "string_too_long":
            limit = tr("at most {count} characters", count=context["max_length"])
            return tr("this text is too long"), limit, tr("shorten it")
        case "greater_than_equal":
            return tr("this number is too small"), tr("at least {count}", count=context["ge"]), _write(place)
        case "less_than_equal":
            return tr("this number is too large"), tr("at most {count}", count=context["le"]), _write(place)
        case _:
            return tr("this cannot be read: {reason}", reason=error["msg"]), None, _write(place)


def _write(place: Place) -> Message:
    """The cure that shows: the field with an example that would be accepted."""
    name, info = place.field
    if info is None or not info.examples:
        return tr("compare with the template of repayplan init")
    return tr("write for example {field}: {example}", field=name, example=_flow(info.examples[0]))


def _flow(value: Any) -> str:
    """An example on one line, as YAML would have it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str) and re.search(r"[:#,\[\]{}]", value):
        return f'"{value}"'
    return shown(value)


def _nearest(place: Place) -> Message:
    known = place.siblings
    near = get_close_matches(str(place.path[-1]).lower(), known, n=1, cutoff=0.6)
    if near:
        return tr("did you mean {field}?", field=near[0])
    return tr("the fields here are: {fields}", fields=", ".join(known))


def _one_of(expected: str) -> Message:
    """Pydantic's ``'a', 'b' or 3`` as a plain list."""
    choices = [word or number for word, number in re.findall(r"'([^']*)'|(\d+)", expected)]
    return one_of(choices)
