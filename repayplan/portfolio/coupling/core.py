"""The last digits of the prices: a linear program over the few cases that are still torn.

Once only some cases are torn between options, the least of the dual is a corner, and a linear program over the options
near the best of these cases finds it at once. Its prices are tried on all options; where some option outside is worth
more at them, those near the new best are added and it is solved again (sifting), until its value meets the bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repayplan.portfolio.coupling.arrays import Coupled, Index
from repayplan.portfolio.coupling.kernels import worths
from repayplan.problem.frozen import Mask, Real
from repayplan.solvers.sparse import SparseProgram


@dataclass(frozen=True)
class Core:
    """The options (m,) of torn cases that a program chooses from, those (n,) of the cases that are settled, and the
    program: columns for the options and then K for what every limit is exceeded by, rows for cases and then limits.

    ``unit``: one unit of the program's objective; ``size`` (K,): one of each limit's row.
    """

    options: Index
    settled: Index
    program: SparseProgram
    unit: float
    size: Real

    def prices(self, row_duals: Real) -> Real:
        """(K,) from the duals of the rows."""
        limits = len(self.size)
        return np.maximum(-row_duals[len(row_duals) - limits :], 0.0) * self.unit / self.size

    def choice(self, coupled: Coupled, columns: Real) -> Index:
        """(N,) the option of every case that has the largest share in a point of the program, the first of equals."""
        option = np.zeros(coupled.cases, dtype=np.int64)
        option[coupled.owner[self.settled]] = self.settled
        order = np.lexsort((self.options, -columns[: len(self.options)]))[::-1]
        option[coupled.owner[self.options[order]]] = self.options[order]
        return option

    def columns(self, coupled: Coupled, option: Index) -> Real:
        """(m + K,) a choice as a point of the program."""
        excess = np.maximum(coupled.used(option) - coupled.most, 0.0) / self.size
        return np.concatenate([(option[coupled.owner[self.options]] == self.options).astype(float), excess])


def regrets(coupled: Coupled, prices: Real) -> Real:
    """(M,) by how much each option is worth less at the prices than the best of its case."""
    worth = np.empty(len(coupled.value))
    worths(coupled.starts, coupled.value, coupled.use, coupled.limit, np.append(prices, 0.0), worth)
    top = np.maximum.reduceat(worth, coupled.starts[:-1])
    return np.asarray(top[coupled.owner] - worth)


def core(coupled: Coupled, kept: Mask, dearest: Real, whole: bool = False) -> Core:
    """The program over the ``kept`` options (M,), of which every case has one; ``dearest`` (K,) is the price at which a
    limit may be exceeded, infinite where it must not be; ``whole``: options are taken whole."""
    counts = np.add.reduceat(kept, coupled.starts[:-1], dtype=np.int64)
    torn = counts > 1
    options = np.flatnonzero(kept & torn[coupled.owner])
    settled = np.flatnonzero(kept & ~torn[coupled.owner])
    row = (np.cumsum(torn) - 1)[coupled.owner[options]]
    height, limits = int(torn.sum()), coupled.limits
    limit = coupled.limit[:, coupled.owner[options]]
    band, place = np.nonzero((limit >= 0) & (coupled.use[:, options] != 0))
    of, amount = limit[band, place], coupled.use[band, options[place]]
    size = np.zeros(limits)
    np.maximum.at(size, of, np.abs(amount))
    size[size == 0] = 1.0
    rest = coupled.most - coupled.used(settled, coupled.owner[settled])
    unit = float(np.abs(coupled.value[options]).max(initial=0.0)) or 1.0
    allowed = np.isfinite(dearest)
    rows = np.concatenate([row, height + of, height + np.arange(limits)])
    columns = np.concatenate([np.arange(len(options)), place, len(options) + np.arange(limits)])
    values = np.concatenate([np.ones(len(options)), amount / size[of], -np.ones(limits)])
    order = np.lexsort((rows, columns))
    width = len(options) + limits
    cost = np.concatenate([-coupled.value[options] / unit, np.where(allowed, dearest * size / unit, 0.0)])
    program = SparseProgram(
        cost=cost,
        lower=np.zeros(width),
        upper=np.concatenate([np.ones(len(options)), np.where(allowed, _largest(coupled) / size, 0.0)]),
        row_lower=np.concatenate([np.ones(height), np.full(limits, -np.inf)]),
        row_upper=np.concatenate([np.ones(height), rest / size]),
        starts=np.searchsorted(columns[order], np.arange(width + 1)).astype(np.int32),
        indices=rows[order].astype(np.int32),
        values=values[order],
        integer=np.concatenate([np.full(len(options), whole), np.zeros(limits, dtype=bool)]),
    )
    return Core(options, settled, program, unit, size)


def _largest(coupled: Coupled) -> Real:
    """(K,) by how much a limit can be exceeded at the most."""
    return np.maximum(coupled.ranges[1] - coupled.most, 0.0)
