"""The first stages of a setting: what happens in them does not depend on later ones."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from repayplan.evaluate.setting import Setting
from repayplan.problem.frozen import Frozen, Part, changed

BY_STAGE = frozenset(
    {
        *("schedule", "floor", "deadline", "interest", "compound", "penalty", "drift", "compound_drift", "books"),
        *("planned", "revived", "discount", "survival", "pays"),
    }
)
"""Fields of a setting that have a figure for each stage, on their second axis."""


def first_stages(setting: Setting, count: int) -> Setting:
    """The first stages alone. What was to come later no longer does: deadlines beyond them are not reached."""
    worth = _cut(setting.worth, count, end=np.minimum(setting.worth.end, count - 1))
    debts = _cut(setting.debts, count)
    return _cut(setting, count, stages=np.minimum(setting.stages, count), debts=debts, worth=worth)


def _cut(part: Part, count: int, **others: Any) -> Part:
    kind: Any = type(part)
    return changed(part, **{name: getattr(part, name)[:, :count] for name in _by_stage(kind)}, **others)


@cache
def _by_stage(kind: type[Frozen]) -> tuple[str, ...]:
    return tuple(name for name in kind.__dataclass_fields__ if name in BY_STAGE)
