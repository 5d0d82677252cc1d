"""Options that nobody need choose: no better in recovery nor in any attribute that a limit can bind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from repayplan.problem.frozen import Mask, Real

Direction = Literal["less", "more", "both"]
"""Which figures of an attribute are better for the limits there are."""

DIRECTIONS: Mapping[str, Direction] = {
    "officer_hours": "less",
    "visits": "less",
    "legal": "less",
    "cost": "less",
    "haircut": "less",
    "provision": "less",
    "npv_loss": "less",
    "miss": "less",
    "default": "less",
    "fall_cash": "more",
    "fall_rescheduled": "both",
    "fall_written_off": "both",
    "fall_sold": "both",
}
"""Where nobody says which limits there are, every attribute may be limited, in its usual direction."""


def dominated(rows: Sequence[Mapping[str, Any]], matters: Mapping[str, Direction]) -> Mask:
    """(J,) which options of one borrower another one makes needless; of equal ones the first stays."""
    if not rows:
        return np.zeros(0, dtype=bool)
    scores = _scores(rows, matters)
    better = (scores[:, None, :] >= scores[None, :, :]).all(axis=2)
    equal, places = better & better.T, np.arange(len(rows))
    earlier = places[:, None] < places[None, :]
    return np.asarray((better & (~equal | earlier)).any(axis=0))


def _scores(rows: Sequence[Mapping[str, Any]], matters: Mapping[str, Direction]) -> Real:
    """(J, K) figures of which more is better."""
    more = ["recovery", *(name for name, direction in matters.items() if direction != "less")]
    less = [name for name, direction in matters.items() if direction != "more"]
    return np.concatenate([_figures(rows, more), -_figures(rows, less)], axis=1)


def _figures(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Real:
    """(J, …) figures of so many names, by month where they are told so."""
    found: list[list[float]] = []
    for row in rows:
        figures: list[float] = []
        for name in names:
            value = row[name]
            figures += value if isinstance(value, list) else (value,)
        found.append(figures)
    return np.array(found, dtype=float)
