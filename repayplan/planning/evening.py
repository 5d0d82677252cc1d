"""Rounding the payments of a date together where none has a shape: like amounts stay alike."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from repayplan.money import floor_to
from repayplan.planning.courses import NOISE
from repayplan.problem.arrays import Problem, Real


def even_amounts(problem: Problem, totals: Real, unit: int, *, up: bool) -> dict[int, int]:
    """The amount of each date before the last, of unrounded ``totals`` (T,) in cents."""
    paid = np.flatnonzero(totals)
    if not paid.size:
        return {}
    left_out = problem.limits.grace | problem.pace.settled
    stages = [
        stage for stage in np.flatnonzero(problem.pays[0]).tolist() if stage < paid[-1] and not left_out[0, stage]
    ]
    noise = NOISE * float(problem.scale[0])
    levels = {stage: float(totals[stage]) + noise for stage in stages}
    return _few(levels, unit, up=up) if problem.wishes.amounts[0] else _runs(levels, unit, 2 * noise)


def _few(levels: Mapping[int, float], unit: int, *, up: bool) -> dict[int, int]:
    """Every amount rounded by itself: there are no more than there were."""
    return {
        stage: floor_to(int(level) + (unit - 1 if up else 0), unit) for stage, level in levels.items() if level >= unit
    }


def _runs(levels: Mapping[int, float], unit: int, noise: float) -> dict[int, int]:
    """Like amounts one after the other become one amount, or two that differ by a unit, the larger one later."""
    runs: list[list[int]] = []
    for stage, level in levels.items():
        if runs and abs(level - levels[runs[-1][0]]) <= noise:
            runs[-1].append(stage)
        else:
            runs.append([stage])
    amounts: dict[int, int] = {}
    left = 0.0
    for run in runs:
        level = levels[run[0]]
        amount = floor_to(int(level), unit)
        left += len(run) * (level - amount)
        late = min(int(left / unit), len(run))
        left -= late * unit
        amounts |= {stage: amount + (unit if n >= len(run) - late else 0) for n, stage in enumerate(run)}
    return amounts
