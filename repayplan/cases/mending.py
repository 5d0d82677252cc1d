"""Finding what does not fit together in a file that has wrong fields as well, so that one reading tells everything.

Checks of fields with each other run only where each of them can be read. So the wrong fields are taken out, or stood in
for by their examples, and what is then found is kept unless it touches a field that was mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from repayplan.cases.faults import counts_what_is_left, path_of
from repayplan.cases.fields import SEVERAL
from repayplan.cases.places import Place, value_at
from repayplan.cases.problems import Path, Problem

M = TypeVar("M", bound=BaseModel)

_MOST_READINGS = 5
"""A check of the whole comes after those of its parts, and those after the fields; more often nothing new is found."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[M]):
    """What values can be understood as: ``value``, None where that is nothing, everything that is wrong (``errors``),
    and the places that were taken out or stood in for (``mended``), of which ``value`` says nothing."""

    value: M | None
    errors: tuple[ErrorDetails, ...]
    mended: tuple[Path, ...]


def reading(data: Any, root: type[M]) -> Reading[M]:
    """``data`` as a ``root``, with everything that is wrong in its fields and between those that are right."""
    whole, errors, mended = data, list[ErrorDetails](), list[Path]()
    value: M | None = None
    for _ in range(_MOST_READINGS):
        try:
            return Reading(root.model_validate(whole), tuple(errors), tuple(mended))
        except ValidationError as error:
            found = error.errors(include_url=False)
        if whole is data:
            errors, whole = found, deepcopy(data)
        else:
            several = [detail for detail in found if detail["type"] == SEVERAL]
            errors += [_without(detail, path_of(detail, whole), mended) for detail in several]
        value = next((_whole(detail) for detail in found if not path_of(detail, whole)), None)
        before = len(mended)
        mended += [place for detail in found for place in _mend(whole, detail, root, mended)]
        if () in mended or len(mended) == before:
            break
    return Reading(value, tuple(errors), tuple(place for place in mended if place))


def _whole(error: ErrorDetails) -> Any:
    """What could be read though its parts do not fit together; None where the error is another."""
    return error["ctx"]["model"] if error["type"] == SEVERAL else None


def untouched(problems: Iterable[Problem], mended: Sequence[Path]) -> list[Problem]:
    """Those problems that are none of what was ``mended``."""
    return [problem for problem in problems if not _touches((problem.path, *problem.rests_on), mended)]


def _without(detail: ErrorDetails, above: Path, mended: Sequence[Path]) -> ErrorDetails:
    """An error of a part that lies at ``above``, with the problems that touch nothing that was mended."""
    kept = [
        problem
        for problem in detail["ctx"]["problems"]
        if not _touches([(*above, *path) for path in (problem.path, *problem.rests_on)], mended)
    ]
    return {**detail, "ctx": {"problems": kept}}


def _touches(paths: Iterable[Path], mended: Sequence[Path]) -> bool:
    return any(path[: len(other)] == other[: len(path)] for path in paths for other in mended)


def _mend(whole: Any, error: ErrorDetails, root: type[BaseModel], mended: Sequence[Path]) -> list[Path]:
    """Take what is wrong out of ``whole`` or put its example there; the places where there was something to do."""
    path = path_of(error, whole)
    value = value_at(path, whole)
    if counts_what_is_left(error, value):
        return []
    if error["type"] == SEVERAL and path:
        places = [(*path, *problem.path) for problem in error["ctx"]["problems"]]
        fresh = [place for place in places if place not in mended and place != path]
        for place in fresh:
            _replace(whole, place, root)
        return fresh or _stand_in(whole, path, root, mended)
    _replace(whole, path, root)
    return [path]


def _replace(whole: Any, path: Path, root: type[BaseModel]) -> None:
    """Take a value out, or put its example in its place."""
    group = value_at(path[:-1], whole)
    if not path or not isinstance(group, dict | list):
        return
    name, info = Place(path, whole, root).field
    last: Any = path[-1]
    if isinstance(group, dict) and (info is None or not info.is_required()):
        group.pop(last, None)
    elif info is not None and info.examples:
        example = deepcopy(info.examples[0])
        group[last] = example if last == name else example[0]


def _stand_in(whole: Any, path: Path, root: type[BaseModel], mended: Sequence[Path]) -> list[Path]:
    """An example over a part whose fields do not fit together, or, where that was tried, in place of it; what must be
    there stays its own."""
    own = value_at(path, whole)
    _replace(whole, path, root)
    example = value_at(path, whole)
    if not isinstance(own, dict) or not isinstance(example, dict):
        return [path]
    fields = Place((*path, ""), whole, root).siblings
    kept = {name: own[name] for name, info in fields.items() if info.is_required() and name in own}
    places: list[Path] = [(*path, name) for name in example if name not in kept]
    if set(places) <= set(mended):
        places = [(*path, name) for name in {**fields, **own} if name not in kept]
        own = {}
    example.update({**own, **example, **kept})
    return places
