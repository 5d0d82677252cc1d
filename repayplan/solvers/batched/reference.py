"""Mehrotra's predictor and corrector over all lanes at once in NumPy, matrices written out: what ``compiled`` must do.

The same steps and the same ends as there; only the linear systems are solved by LAPACK instead of a sparse factor. For
small programs and for tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repayplan.solvers.batched.tolerances import (
    BACK,
    CLOSE,
    EMPTY,
    FIXED,
    GOOD,
    HELD,
    HELD_ROW,
    LONG_PATIENCE,
    MARGIN,
    NOTHING,
    PATIENCE,
    PROVEN,
    ROUNDS,
    WORTH_KEEPING,
    WORTHWHILE,
)
from repayplan.solvers.result import GAP_FLOOR

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass
class Dense:
    """Programs min cᵀx, Ax ≤ b (or =), 0 ≤ x ≤ w in N lanes: ``a`` (N, m, n), ``b`` (N, m), ``c`` and ``w`` (N, n)."""

    a: Array
    b: Array
    c: Array
    w: Array
    equal: Mask


@dataclass
class State:
    """x, v = w − x, their duals z and q, slacks s, duals y of the rows; see ``compiled``."""

    x: Array
    v: Array
    z: Array
    q: Array
    s: Array
    y: Array


def run(
    a: Array, b: Array, c: Array, lower: Array, upper: Array, equal: Mask, offset: Array, enough: float, rounds: int
) -> tuple[Array, Array, Array, Array]:
    """Narrow, shift, iterate: ``a`` (N, m, n), ``b`` (N, m), the others (N, n); boxes are made narrower in place.

    Returns x in the program's own boxes, y, iterations and gaps.
    """
    for turn in range(ROUNDS):
        for row in range(len(equal)) if turn % 2 == 0 else reversed(range(len(equal))):
            _narrow(a[:, row], b[:, row], lower, upper, bool(equal[row]))
    possible = np.asarray((lower - upper <= EMPTY).all(axis=1))
    moves = upper - lower > FIXED
    b = _silent(b - _times(a, lower), (a != 0) & moves[:, None], equal)
    shift = offset + (c * lower).sum(axis=1)
    of = Dense(a * moves[:, None], b, c * moves, np.where(moves, upper - lower, 1.0), equal)
    x, y, spent, gaps = interior(of, possible, shift, enough, rounds)
    return lower + moves * x, y, spent, gaps


def _silent(b: Array, there: Mask, equal: Mask) -> Array:
    """Right-hand sides (N, m) of which rows without columns, ``there`` (N, m, n), hold nothing."""
    held = np.where(equal, np.abs(b), -b) <= EMPTY
    return np.where(held & ~there.any(axis=2), np.where(equal, 0.0, 1.0), b)


def _narrow(value: Array, rhs: Array, lower: Array, upper: Array, equal: bool) -> None:
    """Boxes (N, n) by what one row, values (N, n), leaves to each column if all others do their best; in place."""
    ends = value * lower, value * upper
    spare = np.maximum(rhs - np.minimum(*ends).sum(axis=1), 0.0)[:, None]
    need = np.minimum(rhs - np.maximum(*ends).sum(axis=1), 0.0)[:, None]
    for room in (spare + MARGIN, need - MARGIN) if equal else (spare + MARGIN,):
        width = np.abs(room) / np.where(value != 0, np.abs(value), 1.0)
        narrower = (value != 0) & (width < WORTHWHILE * (upper - lower))
        low, high = lower.copy(), upper.copy()
        np.copyto(upper, low + width, where=narrower & (value * room > 0))
        np.copyto(lower, high - width, where=narrower & (value * room < 0))


def begin(of: Dense) -> State:
    """The middle of every box, slacks that fit it or are a tenth, duals of one."""
    x = of.w / 2
    s = np.where(of.equal, 1.0, np.maximum(of.b - _times(of.a, x), 0.1))
    one = np.ones_like(x)
    return State(x, x.copy(), one, one.copy(), s, np.where(of.equal, 0.0, -1.0) + 0.0 * s)


def interior(of: Dense, on: Mask, shift: Array, enough: float, rounds: int) -> tuple[Array, Array, Array, Array]:
    """x (N, n), y (N, m), iterations and gaps (N,), infinite where there is no point, of the lanes that are ``on``."""
    state, lanes = begin(of), len(of.c)
    best_x, best_y = np.zeros_like(of.c), np.zeros_like(of.b)
    gaps, idle = np.where(on, 1.0, np.inf), np.zeros(lanes)
    spent = np.zeros(lanes)
    loose = ~of.equal
    for _ in range(rounds):
        d = of.c - _times(of.a.transpose(0, 2, 1), state.y)
        r = of.b - np.where(loose, state.s, 0.0) - _times(of.a, state.x)
        cost = (of.c * state.x).sum(axis=1)
        bound = (of.b * state.y).sum(axis=1) + (np.minimum(d, 0.0) * of.w).sum(axis=1)
        proof = (of.b * state.y).sum(axis=1) + (np.minimum(d - of.c, 0.0) * of.w).sum(axis=1)
        product = (state.x * state.z + state.v * state.q).sum(axis=1) - (loose * state.s * state.y).sum(axis=1)
        gap = np.abs(cost - bound) / np.maximum(np.abs(cost + shift), GAP_FLOOR)
        none = on & (proof > PROVEN * (1 + np.abs(state.y).max(axis=1, initial=0.0)))
        gaps[none], on = np.inf, on & ~none
        idle += 1
        better = on & (np.abs(r).max(axis=1, initial=0.0) <= CLOSE) & (gap < gaps) & (gap <= WORTH_KEEPING)
        gaps[better], idle[better] = gap[better], 0.0
        best_x[better], best_y[better] = state.x[better], state.y[better]
        stuck = (gaps <= WORTH_KEEPING) & (idle >= np.where(gaps <= GOOD, PATIENCE, LONG_PATIENCE))
        on = on & ~((gaps <= enough) | stuck | ~(product > NOTHING))
        spent[on] += 1
        if not on.any():
            break
        _step(of, state, d, r, product, on)
    return best_x, best_y, spent, gaps


def _step(of: Dense, state: State, d: Array, r: Array, product: Array, on: Mask) -> None:
    """One predictor and corrector, in the lanes that go on."""
    x, v, z, q, s, p = state.x, state.v, state.z, state.q, state.s, -state.y
    loose = ~of.equal
    pairs = 2 * of.c.shape[1] + loose.sum()
    theta, wide = z / x + q / v + HELD, np.where(loose, s / np.where(loose, p, 1.0) + HELD_ROW, HELD)
    matrix = np.concatenate(
        [
            np.concatenate([-_diagonal(theta), of.a.transpose(0, 2, 1)], axis=2),
            np.concatenate([of.a, _diagonal(wide)], axis=2),
        ],
        axis=1,
    )
    matrix[~on] = np.eye(matrix.shape[1])

    def solved(h: Array, wanted: Array) -> tuple[Array, Array, Array]:
        found = np.linalg.solve(matrix, np.concatenate([h, wanted], axis=1)[:, :, None])[:, :, 0]
        dx, dy = found[:, : x.shape[1]], found[:, x.shape[1] :]
        return dx, dy, np.where(loose, r - _times(of.a, dx), 0.0)

    dx, dy, ds = solved(d, np.where(loose, r + s, r))
    dz, dq, dp = -z - z * dx / x, -q + q * dx / v, np.where(loose, -dy, 0.0)
    primal, dual = _most(1.0, (dx, x), (-dx, v), (ds, s)), _most(1.0, (dz, z), (dq, q), (dp, np.where(loose, p, 1.0)))
    there = _products(state, p, loose, (primal, dx, ds), (dual, dz, dq, dp))
    center = ((there / product) ** 3 * product / pairs)[:, None]
    low, high = (center - dx * dz) / x, (center + dx * dq) / v
    wanted = np.where(loose, r + s - (center - ds * dp) / np.where(loose, p, 1.0), r)
    dx, dy, ds = solved(d - low + high, wanted)
    dz, dq, dp = low - z - z * dx / x, high - q + q * dx / v, np.where(loose, -dy, 0.0)
    primal = np.where(on, _most(BACK, (dx, x), (-dx, v), (ds, s)), 0.0)[:, None]
    dual = np.where(on, _most(BACK, (dz, z), (dq, q), (dp, np.where(loose, p, 1.0))), 0.0)[:, None]
    state.x, state.v, state.s = x + primal * dx, v - primal * dx, s + primal * ds
    state.z, state.q, state.y = z + dual * dz, q + dual * dq, state.y + dual * dy


def _products(
    state: State, p: Array, loose: Mask, primal: tuple[Array, Array, Array], dual: tuple[Array, Array, Array, Array]
) -> Array:
    """The complementarity after a step."""
    (a, dx, ds), (b, dz, dq, dp) = primal, dual
    a, b = a[:, None], b[:, None]
    boxes = (state.x + a * dx) * (state.z + b * dz) + (state.v - a * dx) * (state.q + b * dq)
    return np.asarray(boxes.sum(axis=1) + (loose * (state.s + a * ds) * (p + b * dp)).sum(axis=1))


def _most(back: float, *pairs: tuple[Array, Array]) -> Array:
    """The largest step until shortly before something becomes negative, at most 1."""
    fastest = np.full(len(pairs[0][0]), back)
    for change, value in pairs:
        fastest = np.maximum(fastest, (-change / value).max(axis=1, initial=0.0))
    return np.asarray(back / fastest)


def _times(a: Array, x: Array) -> Array:
    return np.asarray((a @ x[:, :, None])[:, :, 0])


def _diagonal(values: Array) -> Array:
    return np.asarray(values[:, :, None] * np.eye(values.shape[1]))
