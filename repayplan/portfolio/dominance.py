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
    found = []
    for row in rows:
        values = [np.atleast_1d(np.asarray(row["recovery"], dtype=float))]
        for name, direction in matters.items():
            figures = np.atleast_1d(np.asarray(row[name], dtype=float))
            values += [figures] * (direction != "less") + [-figures] * (direction != "more")
        found.append(np.concatenate(values))
    return np.array(found)
