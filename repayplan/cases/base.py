"""What every part of a case has in common: it is strict, it never changes, and an empty field is a field left out."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Model(BaseModel):
    """Strict: an unknown field is an error, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_left_out(cls, data: Any) -> Any:
        """``floor:`` with nothing behind it means what leaving the line out means."""
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if value is not None or name not in cls.written_names()}

    @classmethod
    def written_names(cls) -> frozenset[str]:
        """The names of the fields as files have them."""
        return frozenset(info.alias or name for name, info in cls.model_fields.items())
