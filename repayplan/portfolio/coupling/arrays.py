"""The coupled problem as arrays: options of cases one after the other, and what each uses of the bank's limits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from repayplan.portfolio.coupling.kernels import add_use, measured
from repayplan.problem.frozen import Frozen, Mask, Real

Index = NDArray[np.int64]
Places = NDArray[np.int32]

NOISE = 1e-13
"""What sums of floats may be off, relative to the sum of amounts; whole cents below 2⁵³ are summed exactly."""


@dataclass(frozen=True)
class Coupled(Frozen):
    """``max Σ value`` over one option for each of N cases, with ``Σ use ≤ most`` for each of K limits.

    Case n has the options ``starts[n] … starts[n + 1] − 1`` of the M; ``value`` (M,). Limits that cases share out among
    themselves, such as one a region, lie in one band: ``use`` (F, M) is what an option uses in each of F bands, and
    ``limit`` (F, N) of which limit that is for the options of a case, −1 where of none. No two bands of a case speak of
    the same limit. ``most`` (K,) may be negative, as use may: every limit is turned into ≤. ``ceiling`` (K,): at which
    price a limit may be exceeded, infinite where it must be kept; None: all must. ``sizes`` (K,): what is wanted of
    each limit, against which a violation is measured; None: what the limit is.
    """

    starts: Index
    value: Real
    use: Real
    limit: Places
    most: Real
    ceiling: Real | None = None
    sizes: Real | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        bands, options = self.use.shape
        sizes = np.diff(self.starts)
        shaped = self.limit.shape == (bands, len(sizes)) and len(self.value) == options
        if not shaped or sizes.size == 0 or self.starts[0] or self.starts[-1] != options:
            raise ValueError("the arrays do not fit together")
        if not all(np.isfinite(figures).all() for figures in (self.value, self.use, self.most)):
            raise ValueError("a figure is not finite")
        if (sizes < 1).any() or (self.limit >= len(self.most)).any() or (self.limit < -1).any():
            raise ValueError("a case has no option, or there is no such limit")

    @property
    def cases(self) -> int:
        """How many there are."""
        return len(self.starts) - 1

    @property
    def limits(self) -> int:
        """How many there are."""
        return len(self.most)

    @cached_property
    def dearest(self) -> Real:
        """(K,) the highest prices of the limits."""
        return np.full(self.limits, np.inf) if self.ceiling is None else self.ceiling

    @cached_property
    def widest(self) -> int:
        """Options of the case that has most."""
        return int(np.diff(self.starts).max())

    @property
    def arrays(self) -> tuple[Index, Real, Real, Places]:
        """What every kernel begins with."""
        return self.starts, self.value, self.use, self.limit

    @cached_property
    def owner(self) -> Index:
        """(M,) the case of every option."""
        return np.repeat(np.arange(self.cases), np.diff(self.starts))

    @cached_property
    def _measured(self) -> tuple[Real, Real, Real, Real, Index]:
        low, high, size = (np.zeros(self.limits + 1) for _ in range(3))
        spread, option = np.empty(self.cases), np.empty(self.cases, dtype=np.int64)
        measured(*self.arrays, low, high, size, spread, option)
        return low[:-1], high[:-1], size[:-1], spread, option

    def part(self, cases: Index, most: Real) -> Coupled:
        """Some cases alone, with limits ``most`` (K,)."""
        starts, places = self._options(cases)
        return Coupled(
            starts, self.value[places], self.use[:, places], self.limit[:, cases], most, self.ceiling, self.sizes
        )

    def of_limit(self, row: int) -> tuple[Index, Index, Index]:
        """The options of the cases that count against a limit: where (n,) those of each case begin among them, their
        places (m,) among the M, and the band (m,) that has what each uses of it. All empty where no case counts."""
        bands, cases = np.nonzero(self.limit == row)
        starts, places = self._options(cases)
        return starts[:-1], places, np.repeat(bands, np.diff(starts))

    def _options(self, cases: Index) -> tuple[Index, Index]:
        """Where (n + 1,) the options of some cases begin, one case after the other, and their places among the M."""
        sizes = np.diff(self.starts)[cases]
        starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
        return starts, np.arange(starts[-1]) + np.repeat(self.starts[cases] - starts[:-1], sizes)

    @property
    def ranges(self) -> tuple[Real, Real, Real]:
        """Least and most (K,) that all cases together can use of every limit, and the sum (K,) of largest amounts."""
        return self._measured[:3]

    @property
    def spread(self) -> Real:
        """(N,) what the best option of every case is worth more than its worst."""
        return self._measured[3]

    @property
    def free(self) -> Index:
        """(N,) the option of every case that has most value, whatever it uses; the first of equals."""
        return self._measured[4]

    @cached_property
    def least(self) -> float:
        """What every choice is worth at the least, what it pays for limits exceeded included."""
        least = self.value[self.free] - self.spread
        prices = np.where(np.isfinite(self.dearest), self.dearest, 0.0)
        paid = prices * np.maximum(self.ranges[1] - self.most, 0.0)
        return float(least.sum() - paid.sum()) - NOISE * (self.largest + float(paid.sum()))

    @cached_property
    def largest(self) -> float:
        """The sum over cases of the largest amount that an option is worth or costs."""
        most = self.value[self.free]
        return float(np.maximum(np.abs(most), np.abs(most - self.spread)).sum())

    @cached_property
    def wanted(self) -> Real:
        """(K,) what is wanted of each limit, without its sign."""
        return np.abs(self.most if self.sizes is None else self.sizes)

    @cached_property
    def scale(self) -> Real:
        """(K,) what a violation of each limit is measured against: what is wanted of it, or where that is little a
        thousandth of what all cases together can use of it; 1 where nothing is wanted of it and nothing uses it."""
        _, _, size = self.ranges
        scale = np.maximum(self.wanted, 1e-3 * size)
        return np.where(scale > 0, scale, 1.0)

    @cached_property
    def tolerance(self) -> Real:
        """(K,) by how much the use of a limit may exceed it on paper, for sums of floats."""
        return NOISE * (self.ranges[2] + np.abs(self.most))

    def used(self, option: Index, cases: Index | None = None) -> Real:
        """(K,) what the options, given by their places among the M, of all cases or of some use of every limit."""
        total = np.zeros(self.limits + 1)
        add_use(np.arange(self.cases) if cases is None else cases, option, self.use, self.limit, total)
        return total[:-1]

    def holds(self, used: Real) -> Mask:
        """(K,) whether each limit is kept."""
        return used <= self.most + self.tolerance
