"""What a sample of futures says, with how far it may be off.

Antithetic futures come in pairs, which count as one draw each: their mean varies less than two draws that have nothing
to do with each other. For points of a Sobol sequence the errors are those of as many independent draws, which is more
than they are off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repayplan.problem.frozen import Mask, Real


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its standard error; NaN where one draw says nothing of it."""

    value: float
    error: float


def mean(values: Real | Mask, *, paired: bool = False) -> Estimate:
    """The mean of a sample (S,)."""
    drawn = np.asarray(values, dtype=float)
    return Estimate(float(drawn.mean()), _error(drawn, paired))


def shortfall(losses: Real, beta: float, *, paired: bool = False) -> Estimate:
    """The mean of the worst 1 − ``beta`` of losses (S,): min_α α + E[(L − α)⁺]/(1 − β) (Rockafellar & Uryasev).

    The error is that of the mean of what is minimized, at its minimum. ValueError unless 0 ≤ β < 1.
    """
    if not 0 <= beta < 1:
        raise ValueError(f"beta is {beta}: at least 0, below 1")
    ordered = np.sort(np.asarray(losses, dtype=float))
    at = ordered[min(max(int(np.ceil(beta * len(ordered) - 1e-9)) - 1, 0), len(ordered) - 1)]
    tail = at + np.maximum(losses - at, 0.0) / (1 - beta)
    return Estimate(float(tail.mean()), _error(tail, paired))


def worst(values: Real, share: float, *, paired: bool = False) -> Estimate:
    """The mean of the lowest ``share`` of values (S,)."""
    found = shortfall(-np.asarray(values, dtype=float), 1 - share, paired=paired)
    return Estimate(-found.value, found.error)


def _error(drawn: Real, paired: bool) -> float:
    """The standard error of the mean; a draw that is left without its pair counts in the mean alone."""
    if paired:
        drawn = drawn[: len(drawn) // 2 * 2].reshape(-1, 2).mean(axis=1)
    return float(drawn.std(ddof=1) / np.sqrt(len(drawn))) if len(drawn) > 1 else float("nan")
