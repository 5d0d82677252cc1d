"""What a unit behind costs, stage by stage: on the plan's stages, and on those in which it may still be made up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from repayplan.calendar.dates import add_months, day_in_month, month_ends
from repayplan.evaluate.build import BEYOND
from repayplan.problem.arrays import Problem, Real

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Weights:
    """``group`` (T',): which payment date's cumulative schedule holds at a stage, −1 before the first; ``lost`` (T',)
    what a unit behind loses of its value there; ``years`` (T',): how long the stage lasts, until the next one ends."""

    group: NDArray[np.intp]
    lost: Real
    years: Real


def followed(days: Sequence[dt.date]) -> list[dt.date]:
    """The ends of a plan's stages and the month ends after them, as long as plans are looked at beyond their end."""
    last = add_months(days[-1], BEYOND)
    later = month_ends(days[-1], day_in_month(last.year, last.month, 31))
    return [*days, *(day for day in later if day > days[-1])]


def weights(problem: Problem, days: Sequence[dt.date], as_of: dt.date) -> Weights:
    """Of one case on the ``days`` that it is followed, the plan's stages first.

    A unit is worth the planning factor, that of the loan for which it falls fastest, so that waiting is no gain on any,
    times the probability that the borrower lives. After the plan's end the factor goes on falling as it has on average,
    and nobody else defaults.
    """
    stages = problem.shape[1]
    own = problem.debt.own[0] if problem.debt.own[0].any() else np.ones_like(problem.debt.own[0])
    factors = problem.value.planning[0][:, own]
    fallen = factors / np.concatenate([np.ones_like(factors[:1]), factors[:-1]])
    worth = np.cumprod(fallen.min(axis=1))
    age = np.array([(day - as_of).days for day in days]) / DAYS_A_YEAR
    speed = -np.log(max(worth[-1], np.finfo(float).tiny)) / age[stages - 1]
    later = worth[-1] * np.exp(-speed * (age[stages:] - age[stages - 1]))
    alive = problem.value.survival[0]
    worth = np.concatenate([worth, later]) * np.concatenate([alive, np.full(len(later), alive[-1])])
    length = np.array([(after - day).days for day, after in pairwise(days)]) / DAYS_A_YEAR
    pays = np.flatnonzero(problem.pays[0])
    return Weights(
        group=np.searchsorted(pays, np.arange(len(days)), side="right") - 1,
        lost=np.maximum(worth - np.append(worth[1:], 0.0), 0.0),
        years=np.append(length, length[-1:]),
    )
