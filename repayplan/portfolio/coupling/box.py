"""The least of a quadratic in a box, by active sets: one step of Newton's method where prices have bounds."""

from __future__ import annotations

import numpy as np

from repayplan.problem.frozen import Real

RIDGE = 1e-10
"""Added to the diagonal of the scaled matrix, so that what is nearly flat is solved all the same."""


def least_in_box(gradient: Real, curvature: Real, low: Real, high: Real) -> Real:
    """The step (K,) that minimizes ``gradient·d + d·curvature·d / 2`` within ``low ≤ 0 ≤ high``.

    ``curvature`` (K, K) is positive semidefinite; where a step has none it goes to the end of its box. The sets change
    at most so often as there are sides, and what was reached by then is a descent too.
    """
    size = np.sqrt(np.diag(curvature))
    flat = size <= 1e-150
    step = np.where(flat, np.where(gradient > 0, low, np.where(gradient < 0, high, 0.0)), 0.0)
    fixed = flat | ((low == 0) & (gradient >= 0)) | ((high == 0) & (gradient <= 0))
    size = np.where(flat, 1.0, size)
    matrix = curvature / np.outer(size, size) + RIDGE * np.eye(len(size))
    slope, low, high, step = gradient / size, low * size, high * size, step * size
    for _ in range(2 * len(gradient) + 2):
        free = ~fixed
        if free.any():
            target = -slope[free] - matrix[np.ix_(free, fixed)] @ step[fixed]
            step[free] = np.linalg.solve(matrix[np.ix_(free, free)], target)
        outside = free & ((step < low) | (step > high))
        step = np.clip(step, low, high)
        if outside.any():
            fixed |= outside
            continue
        slopes = slope + matrix @ step
        wrong = fixed & ~flat & (((step <= low) & (slopes < -RIDGE)) | ((step >= high) & (slopes > RIDGE)))
        wrong &= low < high
        if not wrong.any():
            break
        fixed[int(np.where(wrong, np.abs(slopes), 0.0).argmax())] = False
    return np.asarray(step / size)
