"""The JSON Schema tells for every field what it is, in which unit, with an example that can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from repayplan.cases import models
from repayplan.cases.schema import case_schema

FIELDS = [
    pytest.param(model, name, id=f"{model.__name__}.{name}")
    for model in vars(models).values()
    if isinstance(model, type) and issubclass(model, models.Model)
    for name in model.model_fields
]


def properties(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for group in (schema, *schema["$defs"].values()):
        yield from ((f"{group['title']}.{name}", entry) for name, entry in group["properties"].items())


def test_every_property_is_described_with_an_example() -> None:
    entries = dict(properties(case_schema()))
    assert len(entries) > 50
    assert [name for name, entry in entries.items() if not entry.get("description")] == []
    assert [name for name, entry in entries.items() if not entry.get("examples")] == []


def test_amounts_say_their_unit() -> None:
    money = [entry for _, entry in properties(case_schema()) if str(entry["examples"][0]).endswith(".00")]
    assert len(money) > 10
    assert all("currency units" in entry["description"] for entry in money)


def test_the_schema_uses_no_words_outside_json_schema() -> None:
    known = {
        "$ref", "additionalProperties", "anyOf", "const", "default", "description", "discriminator", "enum",
        "examples", "format", "items", "maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum",
        "oneOf", "pattern", "properties", "required", "title", "type", "exclusiveMinimum",
    }  # fmt: skip

    def words(schema: Any) -> Iterator[str]:
        if isinstance(schema, dict):
            yield from schema
            for word, inner in schema.items():
                if word in ("properties", "$defs"):
                    for entry in inner.values():
                        yield from words(entry)
                elif word not in ("examples", "default", "discriminator"):
                    yield from words(inner)
        elif isinstance(schema, list):
            for inner in schema:
                yield from words(inner)

    assert set(words(case_schema())) - known == {"$schema", "$defs"}


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_every_example_can_be_read(model: type[BaseModel], name: str) -> None:
    """Each example alone in its field: whatever else is missing, the field itself is not at fault."""
    info = model.model_fields[name]
    written = info.alias or name
    for example in info.examples or ():
        faults = []
        try:
            model.model_validate({written: example})
        except ValidationError as error:
            faults = [detail["msg"] for detail in error.errors() if detail["loc"][:1] == (written,)]
        assert faults == []
