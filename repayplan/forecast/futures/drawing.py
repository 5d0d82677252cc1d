"""Random numbers that depend on their name alone: not on blocks, order or the number of workers.

Every factor has a key of 128 bits, the hash of the seed, of whom it belongs to, of its name and of the sample; a
counter-based generator (Philox) turns key, row and scenario into 64 bits, of which 52 make a uniform strictly between
0 and 1 and, through the inverse of the normal distribution, a normal. So scenario 7,000 is the same whether 10,000 are
drawn at once or one by one, and common factors are the same for all borrowers. Who draws much has it done compiled, to
the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from repayplan.errors import Fault, InputError
from repayplan.forecast.futures.normal import BITS, Bits, Real, to_normals
from repayplan.language import listed, tr

Method = Literal["plain", "antithetic", "sobol", "still"]

METHODS: tuple[Method, ...] = get_args(Method)
MOST_SCENARIOS = 10_000_000

COMPILED_AFTER = 10_000_000
"""Numbers that are drawn in the time that numba takes to be imported."""

_SOBOL_BITS = 30
"""More are not needed for the scenarios that may be asked for; the shift fills up the rest."""

_BLOCK = 4
"""Philox makes four numbers at a step of its counter."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How futures are drawn. ``sample`` 0, 1, 2 … are independent of each other under one ``seed``.

    ``plain``: independent scenarios. ``antithetic``: scenario 2i + 1 mirrors 2i, so an estimate's error comes from
    means of pairs. ``sobol``: scenarios fill the space of one case evenly (a digital net with a random shift); their
    error is seen only from several samples, and what borrowers do not share is not independent between them. ``still``:
    no draws, every scenario is the bank's view. InputError where one is no such.
    """

    seed: int = 1
    scenarios: int = 10_000
    method: Method = "antithetic"
    sample: int = 0

    def __post_init__(self) -> None:
        faults = []
        if self.method not in METHODS:
            what = tr("this way of drawing is not known")
            faults.append(Fault(what, "method", str(self.method), remedy=tr("take {names}", names=listed(METHODS))))
        if not 1 <= self.scenarios <= MOST_SCENARIOS:
            limit = tr("1 to {most}", most=f"{MOST_SCENARIOS:,}")
            faults.append(Fault(tr("so many futures cannot be drawn"), "scenarios", f"{self.scenarios:,}", limit))
        if faults:
            raise InputError(faults)


def normals(drawing: Drawing, owner: str, factor: str, rows: int, first: int, count: int) -> Real:
    """(rows, count) independent standard normals of scenarios ``first`` to ``first + count`` of one factor."""
    return unfolded(drawing, drawn(drawing, owner, factor, rows, first, count), first, count)


def drawn(drawing: Drawing, owner: str, factor: str, rows: int, first: int, count: int) -> Real:
    """The normals behind them, from which ``unfolded`` makes those of scenarios: of two that mirror each other one."""
    first, count = draws(drawing, first, count)
    if drawing.method == "still":
        return np.zeros((rows, count))
    if not _HABIT.pays_for(rows * count):
        return to_normals(bits(drawing, owner, factor, rows, first, count))
    from repayplan.forecast.futures import rapid

    found = np.empty((rows, count))
    rapid.draw(_key(drawing, owner, factor), first, found)
    return found


class _Habit:
    """How many numbers this process has drawn. To compile pays for who draws much; the bytes are the same."""

    def __init__(self) -> None:
        self.numbers = 0

    @property
    def pays(self) -> bool:
        """Whether compiling pays."""
        return self.numbers > COMPILED_AFTER

    def pays_for(self, numbers: int) -> bool:
        """Whether it does, so many more drawn."""
        self.numbers += numbers
        return self.pays


_HABIT = _Habit()


def draw_much() -> None:
    """Have it compiled now, not only once so many numbers have been drawn."""
    from repayplan.forecast.futures import rapid

    _HABIT.numbers = COMPILED_AFTER + 1
    rapid.draw(_key(Drawing(), "", ""), 0, np.empty((1, _BLOCK)))


def much_drawn() -> bool:
    """Whether this process draws so much that what is done with it is compiled too."""
    return _HABIT.pays


def draws(drawing: Drawing, first: int, count: int) -> tuple[int, int]:
    """The first of the draws behind scenarios, and how many there are."""
    if drawing.method != "antithetic":
        return first, count
    return first // 2, (first + count + 1) // 2 - first // 2


def unfolded(drawing: Drawing, values: Real, first: int, count: int) -> Real:
    """(…, count) of scenarios from what is drawn, or from sums of it: whatever changes its sign with the draws. What
    ``joined`` makes of ``sides``, without a copy of both in one array."""
    return joined(_mirrored(drawing, values), first, count)


def sides(drawing: Drawing, values: Real) -> Real:
    """(sides, …, draws) what is drawn, and what mirrors it where scenarios do."""
    both = _mirrored(drawing, values)
    return both[0][None] if len(both) == 1 else np.stack(both)


def _mirrored(drawing: Drawing, values: Real) -> tuple[Real, ...]:
    return (values,) if drawing.method != "antithetic" else (values, -values)


def joined(values: Real | Sequence[Real], first: int, count: int) -> Real:
    """(…, count) scenarios of ``sides``."""
    return np.asarray(values[0]) if len(values) == 1 else woven(values[0], values[1], first, count)


def woven(straight: Real, mirrored: Real, first: int, count: int) -> Real:
    """(…, count) scenarios from those that are drawn and those that mirror them."""
    both = np.empty((*straight.shape[:-1], 2 * straight.shape[-1]))
    both[..., ::2], both[..., 1::2] = straight, mirrored
    start = first % 2
    return both if both.shape[-1] == count else np.ascontiguousarray(both[..., start : start + count])


def bits(drawing: Drawing, owner: str, factor: str, rows: int, first: int, count: int) -> Bits:
    """(rows, count) whole numbers below 2**52: row by row a stream of its own, in which the draw is the place."""
    start, skipped = divmod(first, _BLOCK)
    generator = np.random.Philox(key=_key(drawing, owner, factor))
    fresh = generator.state
    found = np.empty((rows, count), dtype=np.uint64)
    for row in range(rows):
        fresh["state"]["counter"][:] = (start, 0, row, 0)
        generator.state = fresh  # much faster than a generator for each row
        found[row] = generator.random_raw(skipped + count)[skipped:]
    found >>= np.uint64(64 - BITS)
    return found


def _key(drawing: Drawing, owner: str, factor: str) -> Bits:
    """Two whole numbers that stand for a factor; names are told apart by their lengths."""
    parts = (str(drawing.seed), owner, factor, str(drawing.sample))
    text = "".join(f"{len(part)}:{part}" for part in parts)
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return np.frombuffer(digest, dtype="<u8").astype(np.uint64)


def sobol_points(first: int, count: int, columns: int) -> Bits:
    """(columns, count) the Sobol sequence as whole numbers below 2**52, before any shift."""
    from scipy.stats.qmc import Sobol

    engine = Sobol(columns, scramble=False, bits=_SOBOL_BITS)
    points = np.zeros((count, columns))
    skipped = int(first == 0)  # the first point is zero, and asking for others with it demands a power of two
    engine.fast_forward(first + skipped)
    if count > skipped:
        points[skipped:] = engine.random(count - skipped)
    return np.ascontiguousarray((points * 2.0**BITS).astype(np.uint64).T)


def shifted(points: Bits, drawing: Drawing, owner: str, factor: str) -> Real:
    """(columns, count) standard normals: every column of Sobol points with a random shift of its own."""
    shift = bits(drawing, owner, factor, len(points), 0, 1)
    return to_normals(points ^ shift)
