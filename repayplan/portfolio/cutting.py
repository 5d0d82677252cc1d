"""The first stages of a setting: what happens in them does not depend on later ones."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from repayplan.evaluate.setting import Setting

BY_STAGE = frozenset(
    {
        *("schedule", "floor", "deadline", "interest", "compound", "penalty", "drift", "compound_drift", "books"),
        *("planned", "revived", "discount", "survival", "pays"),
    }
)
"""Fields of a setting that have a figure for each stage, on their second axis."""


def first_stages(setting: Setting, count: int) -> Setting:
    """The first stages alone. What was to come later no longer does: deadlines beyond them are not reached."""
    cut: Setting = _cut(setting, count)
    end = np.minimum(setting.worth.end, count - 1)
    return replace(cut, stages=np.minimum(setting.stages, count), worth=replace(cut.worth, end=end))


def _cut(part: Any, count: int) -> Any:
    values = {}
    for item in fields(part):
        value = getattr(part, item.name)
        if item.name in BY_STAGE:
            value = value[:, :count]
        elif not isinstance(value, np.ndarray | tuple):
            value = _cut(value, count)
        values[item.name] = value
    return type(part)(**values)
