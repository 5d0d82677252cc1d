"""A place in a file, and what the models say may stand there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from repayplan.cases.problems import Path

Models = tuple[type[BaseModel], ...]


def value_at(path: Path, data: Any) -> Any:
    """What stands at a place; ``None`` where nothing does."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


@dataclass(frozen=True, slots=True)
class Place:
    """A path in ``data``, which was or should have been read as a ``root``."""

    path: Path
    data: Any
    root: type[BaseModel]

    @property
    def siblings(self) -> dict[str, FieldInfo]:
        """The fields that may stand beside the last one of the path, by the names that are written in files."""
        return self._fields(self.path[:-1])

    @property
    def field(self) -> tuple[str, FieldInfo | None]:
        """The field the path ends in or lies in (an entry of a list belongs to the list's field)."""
        names = [number for number, step in enumerate(self.path) if isinstance(step, str)]
        if not names:
            return "", None
        name = str(self.path[names[-1]])
        return name, self._fields(self.path[: names[-1]]).get(name)

    def _fields(self, path: Path) -> dict[str, FieldInfo]:
        models: Models = (self.root,)
        for size, step in enumerate(path, start=1):
            if isinstance(step, str):
                models = tuple(inner for model in models for inner in _models_in(_named(model).get(step)))
            models = _of_kind(models, value_at(path[:size], self.data))
        return {name: info for model in models for name, info in _named(model).items()}


def _named(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _models_in(annotation: Any) -> Models:
    """The models an annotation holds, through lists, unions and Annotated."""
    if isinstance(annotation, FieldInfo):
        annotation = annotation.annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    return tuple(model for part in get_args(annotation) for model in _models_in(part))


def _of_kind(models: Models, value: Any) -> Models:
    """Of several models those whose ``kind`` the value names; all of them where it names none."""
    kind = value.get("kind") if isinstance(value, dict) else None
    named = tuple(
        model for model in models if "kind" in _named(model) and kind in get_args(_named(model)["kind"].annotation)
    )
    return named or models
