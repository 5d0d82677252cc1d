"""What pydantic found, in the words of the person who has to mend it: place, value, limit, remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from repayplan.cases.documents import Document, Path, shown
from repayplan.cases.models import Case
from repayplan.errors import Fault
from repayplan.language import Message, tr

Models = tuple[type[BaseModel], ...]


def to_faults(errors: Iterable[ErrorDetails], document: Document) -> list[Fault]:
    """One fault for each thing that is wrong, in the order of the file."""
    faults = [fault for error in errors for fault in _faults(error, document)]
    return sorted(faults, key=lambda fault: _line(fault.where))


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
    return tuple(path)


def fields_at(path: Path) -> dict[str, FieldInfo]:
    """The fields a case may have at a place, by the names that are written in files."""
    models: Models = (Case,)
    for step in path:
        if isinstance(step, str):
            models = tuple(inner for model in models for inner in _inside(_named(model).get(step)))
    return {name: info for model in models for name, info in _named(model).items()}


def value_at(path: Path, data: Any) -> Any:
    """What stands at a place; ``None`` where nothing does."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def example_of(info: FieldInfo) -> Any:
    """The first example of a field; every field has one."""
    return info.examples[0] if info.examples else None


def _named(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _inside(kind: Any) -> Models:
    """The models that an annotation holds, through lists, unions and Annotated."""
    if isinstance(kind, FieldInfo):
        kind = kind.annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return (kind,)
    return tuple(model for part in get_args(kind) for model in _inside(part))


def _line(where: str) -> int:
    match = re.search(r":(\d+)(?: |$)", where)
    return int(match[1]) if match else 0


def _faults(error: ErrorDetails, document: Document) -> Iterator[Fault]:
    path = path_of(error, document.data)
    value = value_at(path, document.data)
    context = error.get("ctx", {})
    if error["type"] == "repayplan_several":
        for problem in context["problems"]:
            place = (*path, *problem.path)
            stands = value_at(place, document.data)
            text = None if stands is None or isinstance(stands, dict | list) else shown(stands)
            yield Fault(problem.what, document.where(place), text, problem.limit, problem.remedy)
        return
    if error["type"] == "too_short" and isinstance(value, list) and len(value) >= context["min_length"]:
        return  # pydantic counts what is left after other faults, which are told anyway
    what, limit, remedy = _words(error["type"], path, context, error["msg"])
    plain = error["type"] != "missing" and not isinstance(value, dict | list | None)
    yield Fault(what, document.where(path), shown(value) if plain else None, limit, remedy)


def _words(kind: str, path: Path, context: dict[str, Any], message: str) -> tuple[Message, Message | None, Message]:
    """What, limit and remedy for one kind of error."""
    match kind:
        case "repayplan":
            return context["what"], context["limit"], context["remedy"]
        case "missing":
            return tr("this field is missing"), None, _write(path)
        case "extra_forbidden":
            return tr("there is no such field"), None, _nearest(path)
        case "literal_error":
            return tr("this is none of the words that can stand here"), _one_of(context["expected"]), _write(path)
        case "union_tag_not_found":
            return tr("this field is missing"), None, _write((*path, "kind"))
        case "union_tag_invalid":
            return tr("there is no such kind"), _one_of(context["expected_tags"]), tr("choose one of these kinds")
        case "model_type" | "model_attributes_type" | "dict_type":
            return tr("fields must stand here"), None, _write(path)
        case "tuple_type" | "list_type":
            return tr("a list must stand here"), None, _write(path)
        case _:
            return _range(kind, path, context, message)


def _range(kind: str, path: Path, context: dict[str, Any], message: str) -> tuple[Message, Message | None, Message]:
    match kind:
        case "too_short":
            return tr("this list is too short"), tr("at least {count}", count=context["min_length"]), _write(path)
        case "too_long":
            limit = tr("at most {count}", count=context["max_length"])
            return tr("this list is too long"), limit, tr("put entries together, or make several cases of it")
        case "string_too_short":
            return tr("this text is empty"), None, _write(path)
        case "string_too_long":
            limit = tr("at most {count} characters", count=context["max_length"])
            return tr("this text is too long"), limit, tr("shorten it")
        case "string_type" | "string_unicode":
            return tr("this is not a text"), None, _write(path)
        case "string_pattern_mismatch":
            limit = tr("pattern {pattern}", pattern=context["pattern"])
            return tr("this holds characters that cannot stand here"), limit, _write(path)
        case "bool_type" | "bool_parsing":
            return tr("this is neither true nor false"), None, tr("write true or false")
        case "greater_than_equal":
            return tr("this number is too small"), tr("at least {count}", count=context["ge"]), _write(path)
        case "less_than_equal":
            return tr("this number is too large"), tr("at most {count}", count=context["le"]), _write(path)
        case _:
            return tr("this cannot be read: {reason}", reason=message), None, _write(path)


def _write(path: Path) -> Message:
    """The cure that shows: the field with an example that would be accepted."""
    names = [place for place, step in enumerate(path) if isinstance(step, str)]
    field = str(path[names[-1]]) if names else ""
    info = fields_at(path[: names[-1]]).get(field) if names else None
    if info is None:
        return tr("compare with the template of repayplan init")
    return tr("write for example {field}: {example}", field=field, example=_flow(example_of(info)))


def _flow(value: Any) -> str:
    """An example on one line, as YAML would have it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _nearest(path: Path) -> Message:
    known = fields_at(path[:-1])
    near = get_close_matches(str(path[-1]).lower(), known, n=1, cutoff=0.6)
    if near:
        return tr("did you mean {field}?", field=near[0])
    return tr("the fields here are: {fields}", fields=", ".join(known))


def _one_of(expected: str) -> Message:
    """Pydantic's ``'a', 'b' or 3`` as a plain list."""
    choices = [word or number for word, number in re.findall(r"'([^']*)'|(\d+)", expected)]
    return tr("one of: {choices}", choices=", ".join(choices))
