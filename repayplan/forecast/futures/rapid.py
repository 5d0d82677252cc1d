"""Normals compiled: Philox and the inverse normal in one go, to the bytes of ``drawing.bits`` and ``normal``; and what
is done with them most, to the bytes of ``factors``, ``expected`` and ``stages``.

Only what draws much imports this, because it imports numba. The formulas are those of ``normal`` as they stand; the
four numbers of a step of the counter lie apart, so that a processor makes several steps at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.extending import overload
from numpy.typing import NDArray

from repayplan.compiling import compiled
from repayplan.forecast.futures import normal
from repayplan.forecast.futures.expected import Cents, Days
from repayplan.forecast.futures.normal import BITS, FAR, FRACTION, INNER, MIDDLE, ONE, ROOT_HALF, SCALE, Bits, Real
from repayplan.money import MAX_CENTS

STEPS = 256
"""Steps of the counter at a time: 1,024 numbers, which a first-level cache holds."""

Events = tuple[Real, Real, Real]


@overload(normal.polynomial)
def _polynomial(coefficients: tuple[float, ...], r: Any) -> Any:  # noqa: ARG001 (numba compares names)
    return normal.polynomial


_inner: Any = compiled(normal.inner)
_outer: Any = compiled(normal.outer)
_outermost: Any = compiled(normal.outermost)
_logarithm: Any = compiled(normal.logarithm)

_LOW, _HALF, _DROPPED = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(64 - BITS)
# of Philox 4x64 (Salmon et al. 2011)
_FACTOR_0, _FACTOR_2 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_WEYL_0, _WEYL_1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)


@compiled
def draw(key: Bits, first: int, found: Real) -> None:
    """Fill ``found`` (rows, count) with the normals of numbers ``first`` … of each row's stream."""
    rows, count = found.shape
    words, off = np.empty(4 * STEPS, dtype=np.uint64), np.empty(4 * STEPS)
    where, tails = np.empty(4 * STEPS, dtype=np.int64), np.empty(4 * STEPS)
    for row in range(rows):
        for step in range(first // 4, (first + count + 3) // 4, STEPS):
            steps = min(STEPS, (first + count + 3) // 4 - step)
            _philox(key, step, row, words, steps)
            _normals(words, off, where, tails, steps)
            for i in range(steps):
                place = 4 * (step + i) - first
                for word in range(4):
                    if 0 <= place + word < count:
                        found[row, place + word] = off[word * steps + i]


@compiled
def drift(own: Real, economy: Real, sector: Real, borrower: Real, weights: Real, kept: float, path: Real) -> None:
    """Fill ``path`` (months + 1, draws): innovations (months, draws) mixed by ``weights`` (4,), in an AR(1) from zero
    that keeps so much of itself."""
    new = np.sqrt(1 - kept**2)
    path[0] = 0.0
    for month in range(len(path) - 1):
        before, after = path[month], path[month + 1]
        mine, first, second, third = own[month], economy[month], sector[month], borrower[month]
        for d in range(len(after)):
            mixed = weights[0] * mine[d] + weights[1] * first[d] + weights[2] * second[d] + weights[3] * third[d]
            after[d] = mixed * new + before[d] * kept


@compiled
def exponents(values: Real, deviation: float, less: Real, found: Real) -> None:
    """Fill ``found`` (sides, rows, draws) with so many deviations (rows, draws), and with those that mirror them, less
    (rows,)."""
    for row in range(len(values)):
        drawn, off = values[row], less[row]
        for side in range(len(found)):
            to, sign = found[side, row], deviation if side == 0 else -deviation
            for d in range(len(drawn)):
                to[d] = drawn[d] * sign - off


@compiled
def put(
    cents: Cents, stages: NDArray[np.int64], amounts: Real, months: NDArray[np.int64], factors: Real, first: int
) -> None:
    """Add to ``cents`` (T + 1, S) amounts (F,) at the ``factors`` (sides, months + 1, draws) of their months, to the
    cent below; scenarios from ``first`` on."""
    count, draws = cents.shape[1], factors.shape[2]
    for n in range(len(stages)):
        row, amount, straight = cents[stages[n]], amounts[n], factors[0, months[n]]
        if len(factors) == 1:
            for d in range(draws):
                row[d] += _cents(amount * straight[d])
            continue
        mirrored, skipped, over = factors[1, months[n]], first % 2, (first + count) % 2
        if skipped:
            row[0] += _cents(amount * mirrored[0])
        if over:
            row[count - 1] += _cents(amount * straight[draws - 1])
        pairs, one, other = row[skipped:], straight[skipped:], mirrored[skipped:]
        for d in range(draws - skipped - over):  # no sums in places, which a processor would have to check
            pairs[2 * d] += _cents(amount * one[d])
            pairs[2 * d + 1] += _cents(amount * other[d])


@compiled
def put_each(cents: Cents, first: int, stages: NDArray[np.int32], days: Days, amounts: Cents) -> None:
    """Add to ``cents`` (T + 1, S) amounts (S,), or one for all, each on a day of its own (S,); ``stages``: of the days
    from a ``first`` on, the last of all later ones."""
    for i in range(len(days)):
        stage = stages[min(max(days[i] - first, 0), len(stages) - 1)]
        cents[stage, i] += amounts[i] if len(amounts) > 1 else amounts[0]


@compiled
def store(factor: Real, level: Real, chain: Real, closing: Events, shock: Events, loss: float) -> None:
    """The ``factor`` (sides, months + 1, draws) of a store: times its ``level`` (sides, 1, draws), nothing once it has
    closed, less by the ``loss`` while it has a shock, times the ``chain``'s (sides, months + 1, draws).

    Events: (sides, draws) normals, and the bounds (months + 1,) between which it has come by a month.
    """
    for side in range(factor.shape[0]):
        mine, closes, hits = level[side, 0], closing[0][side], shock[0][side]
        for month in range(factor.shape[1]):
            to, all_of_it = factor[side, month], chain[side, month]
            over, begun, gone = shock[1][month], shock[2][month], closing[2][month]
            for d in range(len(to)):
                sold = 0.0 if closes[d] < gone else to[d] * mine[d]
                left = sold * (1.0 - loss) if over <= hits[d] < begun else sold
                to[d] = left * all_of_it[d]


@compiled
def _cents(amount: float) -> int:
    """To the cent below; no more than any amount of a case may be."""
    return int(np.floor(amount if amount < MAX_CENTS else float(MAX_CENTS)))


@compiled
def _high(factor: np.uint64, number: np.uint64) -> np.uint64:
    """The upper half of a product of 128 bits."""
    low, high = number & _LOW, number >> _HALF
    first = (factor & _LOW) * high + (((factor & _LOW) * low) >> _HALF)
    second = (first & _LOW) + (factor >> _HALF) * low
    return (factor >> _HALF) * high + (first >> _HALF) + (second >> _HALF)


@compiled
def _philox(key: Bits, first: int, row: int, words: Bits, steps: int) -> None:
    """The 4 × ``steps`` words after step ``first`` of a row's counter."""
    zero, third = np.uint64(0), np.uint64(row)
    for i in range(steps):
        a, b, c, d, left, right = np.uint64(first + 1 + i), zero, third, zero, key[0], key[1]
        for _ in range(10):
            a, b, c, d = _high(_FACTOR_2, c) ^ b ^ left, c * _FACTOR_2, _high(_FACTOR_0, a) ^ d ^ right, a * _FACTOR_0
            left, right = left + _WEYL_0, right + _WEYL_1
        words[i], words[steps + i], words[2 * steps + i], words[3 * steps + i] = a, b, c, d


@compiled
def _normals(words: Bits, off: Real, where: NDArray[np.int64], tails: Real, steps: int) -> None:
    """``off`` becomes the normals of ``words``."""
    outside = 0
    for i in range(4 * steps):
        off[i] = (np.float64(np.int64(words[i] >> _DROPPED)) - MIDDLE) * SCALE
    for i in range(4 * steps):  # without a branch, which could not be foreseen
        where[outside] = i
        outside += 1 if np.abs(off[i]) > INNER else 0
    for n in range(outside):
        tails[n] = off[where[n]]
    for i in range(4 * steps):
        off[i] = _inner(off[i])
    _outside(tails, outside)
    for n in range(outside):
        off[where[n]] = tails[n]


@compiled
def _outside(tails: Real, count: int) -> None:
    """The same far from the middle."""
    binary, far = tails.view(np.int64), 0
    for n in range(count):
        off = tails[n]
        tails[n] = 0.5 - np.abs(off)
        shifted = binary[n] + (ONE - ROOT_HALF)
        exponent = np.float64((shifted >> BITS) - 1023)
        binary[n] = (shifted & FRACTION) + ROOT_HALF
        root = np.sqrt(-_logarithm(tails[n] - 1.0, exponent))
        far += 1 if root > FAR else 0
        tails[n] = np.copysign(root, off)
    for n in range(count):
        root = np.abs(tails[n])
        size: float = _outermost(root) if far and root > FAR else _outer(root)
        tails[n] = np.copysign(size, tails[n])
