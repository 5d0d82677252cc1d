"""What a case file may hold, as JSON Schema: for editors that help while writing, and for other programs."""

from __future__ import annotations

from typing import Any

from repayplan.cases.models import Case


def case_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12); every field with description, unit and an example that can be read."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Case.model_json_schema(by_alias=True)}
