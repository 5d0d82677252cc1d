"""Mehrotra's predictor and corrector over all lanes at once, in NumPy: the reference of the compiled one.

Boxes are shifted to [0, w]; a slack makes every ≤ row an equation. Mehrotra, SIAM J. Optim. 2 (1992); boxes as in
Wright, Primal-Dual Interior-Point Methods (1997), chapter 11.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.batched.batch import Batch
from repayplan.solvers.batched.pattern import Pattern

Array = NDArray[np.float64]

MOST_ITERATIONS = 60
ENOUGH = 1e-10
BACK = 0.9995
FIXED = 1e-9
SMALLEST_PIVOT = 1e-13
HUGE = 1e128


@dataclass(frozen=True)
class Points:
    """``columns`` (n, N) and ``duals`` (m, N) of every lane, ``iterations`` (N,) and whether it ``converged`` (N,)."""

    columns: Array
    duals: Array
    iterations: NDArray[np.int64]
    converged: NDArray[np.bool_]


def factor(shape: Pattern, entries: Array) -> None:
    """Cholesky in place, (size, N); the diagonal is left as one over its root."""
    m = shape.height
    original = entries[:m].copy()
    for k in range(m):
        pivot = entries[k]
        pivot[pivot <= SMALLEST_PIVOT * original[k]] = HUGE
        np.divide(1.0, np.sqrt(pivot), out=pivot)
        entries[m + shape.starts[k] : m + shape.starts[k + 1]] *= pivot
        taken = shape.updates[shape.update_starts[k] : shape.update_starts[k + 1]]
        entries[taken[:, 0]] -= entries[taken[:, 1]] * entries[taken[:, 2]]


def solve(shape: Pattern, entries: Array, wanted: Array) -> Array:
    """(m, N) what the factorized matrix takes to ``wanted`` (m, N)."""
    m = shape.height
    x = wanted[shape.order]
    for k in range(m):
        span = slice(shape.starts[k], shape.starts[k + 1])
        x[k] *= entries[k]
        x[shape.below[span]] -= entries[m + span.start : m + span.stop] * x[k]
    for k in range(m - 1, -1, -1):
        span = slice(shape.starts[k], shape.starts[k + 1])
        x[k] -= (entries[m + span.start : m + span.stop] * x[shape.below[span]]).sum(axis=0)
        x[k] *= entries[k]
    result = np.empty_like(x)
    result[shape.order] = x
    return result


def interior(batch: Batch, enough: float = ENOUGH) -> Points:
    shape, A = batch.pattern, batch.values
    R, C = shape.rows, shape.columns
    m, n, N = shape.height, batch.cost.shape[0], batch.lanes
    c = batch.cost
    w = batch.upper - batch.lower
    fixed = w <= FIXED
    w = np.where(fixed, 1.0, w)
    times = lambda x: _sum(R, A * x[C], m)
    back = lambda y: _sum(C, A * y[R], n)
    b = batch.rhs - times(batch.lower)
    eq = batch.equal[:, None]
    x = np.where(fixed, 0.0, w / 2)
    v = w - x
    z = np.where(fixed, 0.0, 1.0)
    q = z.copy()
    y = np.zeros((m, N))
    s = np.where(eq, 0.0, np.maximum(b - times(x), 0.1))
    zs = np.where(eq, 0.0, 1.0) + 0 * s
    nfix = ~fixed
    ineq = ~eq & np.ones((m, N), bool)
    count = 2 * nfix.sum(0) + ineq.sum(0)
    done = np.zeros(N, bool)
    its = np.zeros(N, int)
    sz = np.where(ineq, s, 1.0)
    xs = lambda a: np.where(nfix, a, 1.0)
    for it in range(MOST_ITERATIONS):
        rd = np.where(nfix, c - back(y) - z + q, 0.0)
        rds = np.where(ineq, -y - zs, 0.0)
        rp = b - times(x) - s
        ru = np.where(nfix, w - x - v, 0.0)
        mu = ((x * z).sum(0) + np.where(nfix, v * q, 0).sum(0) + (s * zs).sum(0)) / count
        obj = (c * x).sum(0)
        res = np.maximum(np.abs(rp).max(0), np.maximum(np.abs(rd).max(0), np.abs(rds).max(0)))
        ok = (mu * count <= enough * (1 + np.abs(obj))) & (res <= 1e-9)
        its[~done] = it
        done |= ok
        if done.all():
            break
        theta = np.where(nfix, 1.0 / np.where(nfix, z / xs(x) + q / xs(v), 1.0), 0.0)
        ths = np.where(ineq, s / np.where(ineq, zs, 1.0), 0.0)
        L = np.zeros((shape.size, N))
        np.add.at(L, shape.products[:, 0], A[shape.products[:, 1]] * A[shape.products[:, 2]] * theta[shape.products[:, 3]])
        L[:m] += ths[shape.order]
        factor(shape, L)

        def direction(rxz, rvq, rsz):
            h = np.where(nfix, rd - rxz / xs(x) + (rvq - q * ru) / xs(v), 0.0)
            hs = np.where(ineq, rds - rsz / np.where(ineq, s, 1.0), 0.0)
            rhs = rp + times(theta * h) + ths * hs
            dy = solve(shape, L, rhs)
            dx = theta * (back(dy) - h)
            ds = ths * (dy - hs)
            err = np.where(True, rp - times(dx) - ds, 0)
            dy2 = solve(shape, L, err)
            dy = dy + dy2
            dx = theta * (back(dy) - h)
            ds = ths * (dy - hs)
            dz = np.where(nfix, (rxz - z * dx) / xs(x), 0.0)
            dv = np.where(nfix, ru - dx, 0.0)
            dq = np.where(nfix, (rvq - q * dv) / xs(v), 0.0)
            dzs = np.where(ineq, (rsz - zs * ds) / np.where(ineq, s, 1.0), 0.0)
            return dx, dv, dy, dz, dq, ds, dzs

        def step(a, da, where):
            ratio = np.where(where & (da < 0), -a / np.where(da < 0, da, -1.0), np.inf)
            return ratio.min(0)

        dx, dv, dy, dz, dq, ds, dzs = direction(-x * z, -v * q, -s * zs)
        ap = np.minimum(1, np.minimum(np.minimum(step(x, dx, nfix), step(v, dv, nfix)), step(s, ds, ineq)))
        ad = np.minimum(1, np.minimum(np.minimum(step(z, dz, nfix), step(q, dq, nfix)), step(zs, dzs, ineq)))
        aff = (
            ((x + ap * dx) * (z + ad * dz)).sum(0)
            + np.where(nfix, (v + ap * dv) * (q + ad * dq), 0).sum(0)
            + ((s + ap * ds) * (zs + ad * dzs)).sum(0)
        ) / count
        sigma = (aff / mu) ** 3
        t = sigma * mu
        dx, dv, dy, dz, dq, ds, dzs = direction(
            np.where(nfix, t - x * z - dx * dz, 0),
            np.where(nfix, t - v * q - dv * dq, 0),
            np.where(ineq, t - s * zs - ds * dzs, 0),
        )
        ap = np.minimum(1, BACK * np.minimum(np.minimum(step(x, dx, nfix), step(v, dv, nfix)), step(s, ds, ineq)))
        ad = np.minimum(1, BACK * np.minimum(np.minimum(step(z, dz, nfix), step(q, dq, nfix)), step(zs, dzs, ineq)))
        ap = np.where(done, 0, ap)
        ad = np.where(done, 0, ad)
        x, v, s = x + ap * dx, v + ap * dv, s + ap * ds
        y, z, q, zs = y + ad * dy, z + ad * dz, q + ad * dq, zs + ad * dzs
    return Points(batch.lower + x, y, its, done)


def _sum(index: NDArray[np.int32], values: Array, size: int) -> Array:
    result = np.zeros((size, values.shape[1]))
    np.add.at(result, index, values)
    return result
